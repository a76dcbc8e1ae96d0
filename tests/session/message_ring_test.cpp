#include "session/message_ring.h"

#include <doctest/doctest.h>

#include <string>

using namespace nats_blotter;
using session::InspectedMessage;
using session::MessageRing;

namespace {

InspectedMessage message(std::string_view subject, std::string_view payload,
                         std::string_view headers = {}) {
    InspectedMessage made;
    made.subject = subject;
    made.payload = payload;
    made.headers = headers;
    return made;
}

}  // namespace

TEST_CASE("MessageRingGivesBackWhatWasAdded") {
    MessageRing ring;
    InspectedMessage added = message("a.b", "{}", "NATS/1.0\r\n\r\n");
    added.reply = "r";
    added.at_ms = 7;
    ring.add(added);
    ring.add(message("", ""));
    REQUIRE(ring.size() == 2);
    CHECK(ring.first() == 1);
    const InspectedMessage one = ring.at(1);
    CHECK(one.number == 1);
    CHECK(one.at_ms == 7);
    CHECK(one.subject == "a.b");
    CHECK(one.reply == "r");
    CHECK(one.headers == "NATS/1.0\r\n\r\n");
    CHECK(one.payload == "{}");
    CHECK(one.payload_bytes == 2);
    CHECK(ring.at(2).subject.empty());
    ring.clear();
    CHECK(ring.size() == 0);
    ring.add(message("c", "d"));
    CHECK(ring.first() == 3);  // numbers go on
    CHECK(ring.at(3).payload == "d");
}

TEST_CASE("MessageRingCutsWhatIsTooLong") {
    MessageRing ring;
    const std::string payload(kInspectorMessageBytesMax + 100, 'x');
    ring.add(message("abc", payload));
    CHECK(ring.at(1).subject == "abc");
    CHECK(ring.at(1).payload.size() == kInspectorMessageBytesMax - 3);
    CHECK(ring.at(1).payload_bytes == payload.size());
    ring.add(message(payload, "p"));
    CHECK(ring.at(2).subject.size() == kInspectorMessageBytesMax);
    CHECK(ring.at(2).payload.empty());
}

TEST_CASE("MessageRingLetsTheOldestGoAtTheCapOfBytes") {
    MessageRing ring;
    const std::string payload(10'000, 'p');
    for (int i = 0; i < 4000; ++i) {
        ring.add(message(std::to_string(i), payload));
        REQUIRE(ring.memory_bytes() <= kInspectorBytesMax);
        REQUIRE(ring.first() + ring.size() == static_cast<std::uint64_t>(i) + 2);
        REQUIRE(ring.at(ring.first()).subject == std::to_string(ring.first() - 1));
    }
    CHECK(ring.evicted() + ring.size() == 4000);
    CHECK(ring.size() * payload.size() > kInspectorBytesMax / 2);
    CHECK(ring.at(4000).payload == payload);
}

TEST_CASE("MessageRingLetsTheOldestGoAtTheCapOfMessages") {
    MessageRing ring;
    for (std::size_t i = 0; i < kInspectorMessagesMax; ++i) ring.add(message("s", "p"));
    CHECK(ring.evicted() == 0);
    ring.add(message("s", "last"));
    CHECK(ring.size() == kInspectorMessagesMax);
    CHECK(ring.evicted() == 1);
    CHECK(ring.first() == 2);
    CHECK(ring.at(kInspectorMessagesMax + 1).payload == "last");
    CHECK(ring.memory_bytes() <= kInspectorBytesMax);
}

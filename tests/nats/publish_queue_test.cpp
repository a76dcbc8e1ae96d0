#include "nats/publish_queue.h"

#include <doctest/doctest.h>

#include <string>

#include "nats/error.h"
#include "nats/server_info.h"
#include "nats/stats.h"

using namespace nats_blotter;
using nats::NatsError;
using nats::PublishQueue;
using nats::WhileDown;

namespace {

struct Rig {
    explicit Rig(WhileDown while_down, std::size_t messages = 10, std::size_t bytes = 1000)
        : queue(while_down, messages, bytes, stats) {
        info.headers = true;
        info.max_payload = 100;
    }
    bool publish(std::string_view payload, bool up, bool of_request = false) {
        return publish_error(payload, up, of_request) == 0;
    }
    std::int32_t publish_error(std::string_view payload, bool up, bool of_request = false) {
        const auto id =
            queue.publish({"s", payload, {}, {}, of_request}, up ? &output : nullptr, info);
        return id ? 0 : id.error().code;
    }
    void take(std::size_t bytes) {
        output.consume(bytes);
        queue.taken(output);
    }
    void cut() {
        queue.connection_ended();
        output.clear();
    }

    nats::Stats stats;
    PublishQueue queue;
    nats::Output output;
    nats::ServerInfo info;
};

constexpr std::size_t kFrameBytes = sizeof("PUB s 1\r\nx\r\n") - 1;

}  // namespace

TEST_CASE("WhatTheTransportDidNotTakeWhollyIsReportedInOneRange") {
    Rig rig(WhileDown::Reject);
    for (int i = 0; i < 5; ++i) REQUIRE(rig.publish("x", true));
    rig.take(2 * kFrameBytes + 3);  // a part of the third went out, which is not enough
    CHECK(rig.stats.messages_out == 2);
    rig.cut();
    const auto unsent = rig.queue.next_unsent();
    REQUIRE(unsent);
    CHECK(unsent->first == 3);
    CHECK(unsent->last == 5);
    CHECK_FALSE(unsent->why.empty());
    CHECK_FALSE(rig.queue.next_unsent());
    CHECK(rig.stats.publishes_unsent == 3);
    CHECK(rig.stats.publishes_in_doubt == 2);
    CHECK(rig.queue.empty());
}

TEST_CASE("HeldPublishesLeaveInOrderOnTheNextConnection") {
    Rig rig(WhileDown::Hold);
    REQUIRE(rig.publish("1", false));
    REQUIRE(rig.publish("2", false));
    rig.queue.feed(rig.output, rig.info);
    REQUIRE(rig.publish("3", true));
    rig.take(kFrameBytes + 1);
    rig.cut();
    CHECK_FALSE(rig.queue.next_unsent());
    REQUIRE(rig.publish("4", false));
    rig.queue.feed(rig.output, rig.info);
    CHECK(rig.output.pending() == "PUB s 1\r\n2\r\nPUB s 1\r\n3\r\nPUB s 1\r\n4\r\n");
    rig.take(rig.output.pending_bytes());
    CHECK(rig.queue.empty());
    CHECK(rig.queue.held_bytes() == 0);
    CHECK(rig.stats.messages_out == 4);
}

TEST_CASE("WhatIsHeldHasABound") {
    Rig by_count(WhileDown::Hold, 3, 1000);
    for (int i = 0; i < 3; ++i) REQUIRE(by_count.publish("x", false));
    CHECK(by_count.publish_error("x", false) == static_cast<int>(NatsError::OutputFull));
    Rig by_bytes(WhileDown::Hold, 1000, 3 * kFrameBytes + 1);
    for (int i = 0; i < 3; ++i) REQUIRE(by_bytes.publish("x", false));
    CHECK(by_bytes.publish_error("x", false) == static_cast<int>(NatsError::OutputFull));
    // On an open link there is no need to hold it: it goes, and is reported if it gets lost.
    Rig up(WhileDown::Hold, 1, 1000);
    REQUIRE(up.publish("1", true));
    REQUIRE(up.publish("2", true));
    up.cut();
    CHECK(up.queue.next_unsent()->first == 2);
    CHECK(up.queue.waiting() == 1);
}

TEST_CASE("ARequestIsNeitherHeldNorReportedHere") {
    Rig rig(WhileDown::Hold);
    CHECK(rig.publish_error("x", false, true) == static_cast<int>(NatsError::NotConnected));
    REQUIRE(rig.publish("x", true, true));
    REQUIRE(rig.publish("x", true));
    rig.cut();
    CHECK_FALSE(rig.queue.next_unsent());
    CHECK(rig.queue.waiting() == 1);
}

TEST_CASE("AFullOutputRefusesAndNeverGrows") {
    Rig rig(WhileDown::Reject);
    rig.info.max_payload = 0;  // no limit
    const std::string payload(100'000, 'p');
    std::size_t accepted = 0;
    while (rig.publish(payload, true)) ++accepted;
    CHECK(accepted == nats::kPublishBytesMax / (payload.size() + 20));
    CHECK(rig.output.pending_bytes() <= nats::kPublishBytesMax);
    CHECK(rig.publish_error(payload, true) == static_cast<int>(NatsError::OutputFull));
    CHECK(rig.publish_error(std::string(nats::kPublishBytesMax, 'p'), true) ==
          static_cast<int>(NatsError::MessageTooBig));
    Rig tiny(WhileDown::Reject);
    for (std::size_t i = 0; i < nats::kPublishesQueuedMax; ++i) REQUIRE(tiny.publish("", true));
    CHECK(tiny.publish_error("", true) == static_cast<int>(NatsError::OutputFull));
}

TEST_CASE("WhatTheNextBrokerDoesNotTakeIsReported") {
    Rig rig(WhileDown::Hold);
    REQUIRE(
        rig.queue.publish({"s", "x", {}, "NATS/1.0\r\nK: v\r\n\r\n", false}, nullptr, rig.info));
    REQUIRE(rig.publish(std::string(90, 'p'), false));
    REQUIRE(rig.publish("x", false));
    rig.info.headers = false;
    rig.info.max_payload = 50;
    rig.queue.feed(rig.output, rig.info);
    CHECK(rig.output.pending() == "PUB s 1\r\nx\r\n");
    CHECK(rig.queue.next_unsent()->last == 1);
    CHECK(rig.queue.next_unsent()->last == 2);
    CHECK_FALSE(rig.queue.next_unsent());
}

TEST_CASE("BadWishesAreRefusedBeforeAnythingIsWritten") {
    Rig rig(WhileDown::Reject);
    const auto code = [&rig](const nats::Outgoing& message) {
        const auto id = rig.queue.publish(message, &rig.output, rig.info);
        return id ? NatsError{} : static_cast<NatsError>(id.error().code);
    };
    CHECK(code({"a.*", "x", {}, {}, false}) == NatsError::BadSubject);
    CHECK(code({"a b", "x", {}, {}, false}) == NatsError::BadSubject);
    CHECK(code({"a", "x", "r\r\n", {}, false}) == NatsError::BadSubject);
    CHECK(code({"a", "x", {}, "no block", false}) == NatsError::BadHeaders);
    CHECK(code({"a", std::string(101, 'x'), {}, {}, false}) == NatsError::MessageTooBig);
    CHECK(code({"a", std::string(89, 'x'), {}, "NATS/1.0\r\n\r\n", false}) ==
          NatsError::MessageTooBig);
    rig.info.headers = false;
    CHECK(code({"a", "x", {}, "NATS/1.0\r\n\r\n", false}) == NatsError::HeadersUnsupported);
    CHECK(rig.output.pending_bytes() == 0);
}

TEST_CASE("AConfirmationOfWhatWasNeverTakenIsNotBelieved") {
    Rig rig(WhileDown::Reject);
    REQUIRE(rig.publish("x", true));
    rig.queue.confirmed(rig.queue.mark());
    CHECK(rig.queue.confirmed_id() == 0);
    rig.take(kFrameBytes);
    rig.queue.confirmed(rig.queue.mark());
    CHECK(rig.queue.confirmed_id() == 1);
    rig.cut();
    CHECK(rig.stats.publishes_in_doubt == 0);
}

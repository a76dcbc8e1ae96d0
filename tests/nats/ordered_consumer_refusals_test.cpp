// What a server refuses, or answers without sense, to an ordered consumer.
#include <doctest/doctest.h>

#include <string>

#include "nats/ordered_consumer.h"
#include "support/scripted_jetstream.h"

using namespace nats_blotter;
using nats::JetStreamFailure;
using tests::ScriptedJetStream;
using Kind = nats::JetStreamEvent::Kind;

namespace {

struct Refused : ScriptedJetStream {
    nats::ConsumerId consume(const char* stream) {
        nats::OrderedConsumerOptions options;
        options.stream = stream;
        options.start = nats::StartAt::All;
        const nats::ConsumerId id = *jetstream.consume(options, clock.now());
        run_ms(0);
        return id;
    }
    // Why the last interruption was, which there must be.
    JetStreamFailure interrupted() {
        REQUIRE_FALSE(told.empty());
        CHECK(told.back().kind == Kind::Interrupted);
        const JetStreamFailure failure = told.back().failure;
        told.clear();
        return failure;
    }
    // Tries again, and asks for the stream first.
    bool asks_again() {
        for (int tenths = 0; tenths < 100; ++tenths) {
            if (answers_info(1, 1)) return true;
            run_ms(100);
        }
        return false;
    }
    void recovers() {
        REQUIRE(asks_again());
        REQUIRE(answers_create(1, 0));
        message(1, 1, 0);
        CHECK(take_told() == "M1 C");
    }
};

}  // namespace

TEST_CASE("AServerOrAccountWithoutJetStreamIsNamed") {
    for (const char* code : {"10039", "10076"}) {
        Refused reader;
        reader.consume("S");
        REQUIRE(reader.answers("$JS.API.STREAM.INFO.S", std::string(R"({"error":{"code":503,)") +
                                                            R"("err_code":)" + code + "}}"));
        CHECK(reader.interrupted() == JetStreamFailure::NotEnabled);
        reader.recovers();
    }
}

TEST_CASE("AConsumerThatIsRefusedOrAnsweredWithNonsenseIsMadeAgain") {
    Refused reader;
    reader.consume("S");
    REQUIRE(reader.answers_info(1, 1));
    REQUIRE(reader.answers("$JS.API.CONSUMER.CREATE.", "nonsense"));
    CHECK(reader.interrupted() == JetStreamFailure::BadAnswer);
    REQUIRE(reader.asks_again());
    REQUIRE(reader.answers("$JS.API.CONSUMER.CREATE.",
                           R"({"error":{"code":400,"err_code":10012,"description":"no"}})"));
    CHECK(reader.interrupted() == JetStreamFailure::Refused);
    reader.recovers();
}

TEST_CASE("ASubscriptionThatIsRefusedInterruptsItsConsumerAlone") {
    Refused reader;
    const nats::ConsumerId first = reader.consume("S");
    REQUIRE(reader.answers_info(1, 1));
    REQUIRE(reader.answers_create(1, 0));
    reader.message(1, 1, 0);
    const nats::Sid sid_of_first = reader.consumer_sid();
    const nats::ConsumerId second = reader.consume("T");
    REQUIRE(reader.answers("$JS.API.STREAM.INFO.T",
                           R"({"created":"c","state":{"first_seq":1,"last_seq":1}})"));
    REQUIRE(reader.answers_create(1, 0));
    reader.message(1, 1, 0);
    REQUIRE(reader.consumer_sid() != sid_of_first);
    reader.told.clear();
    reader.sends("-ERR 'Permissions Violation for Subscription to \"_INBOX.x\" (sid \"" +
                 std::to_string(reader.consumer_sid()) + "\")'\r\n");
    REQUIRE(reader.told.size() == 1);
    CHECK(reader.told.back().consumer == second);
    CHECK(reader.interrupted() == JetStreamFailure::Denied);
    reader.sends("-ERR 'Permissions Violation for Subscription to \"_INBOX.x\" (sid \"" +
                 std::to_string(sid_of_first) + "\")'\r\n");
    REQUIRE(reader.told.size() == 1);
    CHECK(reader.told.back().consumer == first);
    CHECK(reader.interrupted() == JetStreamFailure::Denied);
}

TEST_CASE("OneThatIsStoppedWhileItAsksOrIsDownSaysNoMore") {
    for (const bool down : {false, true}) {
        Refused reader;
        const nats::ConsumerId id = reader.consume("S");
        if (down) reader.closes();
        reader.told.clear();
        reader.jetstream.stop(id, reader.clock.now());
        reader.jetstream.stop(id, reader.clock.now());
        reader.run_ms(down ? 0 : 10'000);
        CHECK(reader.told.empty());
    }
}

#include "nats/ordered_consumer.h"

#include <doctest/doctest.h>

#include <string>

#include "support/scripted_jetstream.h"

using namespace nats_blotter;
using nats::JetStreamFailure;
using nats::StartAt;
using tests::ScriptedJetStream;
using Kind = nats::JetStreamEvent::Kind;

namespace {

struct Reader : ScriptedJetStream {
    explicit Reader(StartAt start = StartAt::Sequence, nats::StreamSequence sequence = 5,
                    std::string filter = {}) {
        nats::OrderedConsumerOptions options;
        options.stream = "S";
        options.start = start;
        options.start_sequence = sequence;
        options.start_time = 20 * std::int64_t{1'000'000'000};
        options.filter_subject = std::move(filter);
        id = *jetstream.consume(options, clock.now());
        run_ms(0);
    }
    const nats::OrderedConsumerStats& stats() { return jetstream.consumer(id)->stats(); }
    // Asked by sequence, and from this one.
    bool asks_from(nats::StreamSequence sequence) const {
        return create_json.find("\"by_start_sequence\"") != std::string::npos &&
               create_json.find("\"opt_start_seq\":" + std::to_string(sequence) + ",") !=
                   std::string::npos;
    }
    bool asks(std::string_view policy) const {
        return create_json.find("\"deliver_policy\":\"" + std::string(policy) + "\"") !=
               std::string::npos;
    }
    // Running, and caught up at `sequence`.
    void run_to(nats::StreamSequence sequence) {
        REQUIRE(answers_info(1, sequence));
        REQUIRE(answers_create(1, sequence - 1));
        message(sequence, 1, 0);
        told.clear();
    }
    nats::ConsumerId id = 0;
};

}  // namespace

TEST_CASE("EverythingSinceASequenceThenLive") {
    Reader reader;
    REQUIRE(reader.answers_info(1, 6));
    REQUIRE(reader.answers_create(2, 4));
    CHECK(reader.asks_from(5));
    reader.message(5, 1, 1);
    reader.message(6, 2, 0);
    reader.message(7, 3, 0);
    CHECK(reader.take_told() == "M5 M6 C M7");
}

TEST_CASE("TheDeliverSubjectIsSubscribedToBeforeTheConsumerIsMade") {
    Reader reader;
    CHECK_FALSE(reader.wrote("PUB", "$JS.API.CONSUMER.CREATE"));
    REQUIRE(reader.answers_info(1, 6));
    REQUIRE(reader.takes_create());  // finds the literal SUB among what was written
    CHECK(reader.create_json.find("\"ack_policy\":\"none\"") != std::string::npos);
    CHECK(reader.create_json.find("\"max_deliver\":1") != std::string::npos);
}

TEST_CASE("AnEmptyStreamIsCaughtUpAtOnce") {
    Reader reader(StartAt::All);
    REQUIRE(reader.answers_info(0, 0));
    REQUIRE(reader.answers_create(0, 0));
    CHECK(reader.asks("all"));
    CHECK(reader.take_told() == "C");
    // What comes while we are away is not missed: the place was kept.
    reader.closes();
    reader.connect_again();
    REQUIRE(reader.answers_info(1, 3));
    REQUIRE(reader.answers_create(3, 0));
    CHECK(reader.asks_from(1));
    reader.message(1, 1, 2);
    CHECK(reader.take_told() == "I M1");
}

TEST_CASE("MessagesMayComeBeforeTheAnswerThatMadeTheirConsumer") {
    Reader reader;
    REQUIRE(reader.answers_info(1, 6));
    REQUIRE(reader.takes_create());
    reader.message(5, 1, 1);
    reader.message(6, 2, 0);
    REQUIRE(reader.answers_create(0, 6, 2));
    reader.message(7, 3, 0);
    CHECK(reader.take_told() == "M5 M6 C M7");
}

TEST_CASE("AHoleInTheConsumersCountIsMendedFromTheLastGoodMessage") {
    Reader reader;
    reader.run_to(5);
    reader.message(6, 2, 0);
    reader.message(8, 4, 0);  // 7 was lost
    CHECK(reader.take_told() == "M6 I");
    CHECK(reader.wrote("UNSUB", ""));
    CHECK(reader.wrote("PUB", "$JS.API.CONSUMER.DELETE.S."));
    REQUIRE(reader.answers_info(1, 8));
    REQUIRE(reader.answers_create(2, 6));
    CHECK(reader.asks_from(7));
    reader.message(7, 1, 1);
    reader.message(8, 2, 0);
    CHECK(reader.take_told() == "M7 M8 C");
    CHECK(reader.stats().created == 2);
}

TEST_CASE("AHeartbeatShowsALostMessage") {
    Reader reader;
    reader.run_to(5);
    reader.heartbeat(1, 5);
    CHECK(reader.take_told().empty());
    reader.heartbeat(2, 6);
    CHECK(reader.take_told() == "I");
    REQUIRE(reader.answers_info(1, 6));
    REQUIRE(reader.answers_create(1, 5));
    CHECK(reader.asks_from(6));
}

TEST_CASE("LastWordsOfAnOldConsumerAreNotTakenForTheNewOnes") {
    Reader reader;
    REQUIRE(reader.answers_info(1, 6));
    REQUIRE(reader.takes_create());
    reader.message(5, 1, 1);
    reader.message(9, 7, 0);  // a hole: thrown away
    reader.take_told();
    reader.message(6, 2, 0);  // still on the old sid
    CHECK(reader.take_told().empty());
    REQUIRE(reader.answers_info(1, 9));
    REQUIRE(reader.takes_create());
    reader.message(6, 1, 0);
    CHECK(reader.take_told() == "M6 C");
}

TEST_CASE("TheConnectionsEndIsMendedByANewConsumer") {
    Reader reader;
    reader.run_to(5);
    reader.closes();
    CHECK(reader.take_told() == "I");
    reader.connect_again();
    // The old inbox is not subscribed to again, and its consumer is deleted.
    CHECK(reader.wrote("PUB", "$JS.API.CONSUMER.DELETE.S."));
    REQUIRE(reader.answers_info(1, 6));
    REQUIRE(reader.answers_create(1, 5));
    CHECK(reader.asks_from(6));
    reader.message(6, 1, 0);
    CHECK(reader.take_told() == "M6 C");
}

TEST_CASE("MissedHeartbeatsAreDoubtedByAFenceBeforeAnythingIsDone") {
    Reader reader;
    reader.run_to(5);
    reader.run_ms(12'499);
    reader.take_written();
    CHECK(reader.take_told().empty());
    reader.run_ms(1);  // 2.5 times 5 s: PING
    CHECK(reader.take_told().empty());
    SUBCASE("a heartbeat that was only late") {
        reader.heartbeat(1, 5);
        reader.sends("PONG\r\n");
        reader.run_ms(3'000);
        CHECK(reader.take_told().empty());
        CHECK(reader.stats().attempts == 1);
    }
    SUBCASE("a consumer that is gone while the server answers") {
        reader.sends("PONG\r\n");
        reader.run_ms(0);
        CHECK(reader.told.back().failure == JetStreamFailure::MissedHeartbeats);
        CHECK(reader.take_told() == "I");
        REQUIRE(reader.answers_info(1, 5));
        REQUIRE(reader.answers_create(0, 5));
        CHECK(reader.asks_from(6));
        CHECK(reader.take_told() == "C");
    }
    SUBCASE("a server that stands still, told after a second, and goes on") {
        reader.run_ms(999);
        CHECK(reader.take_told().empty());
        reader.run_ms(1);
        CHECK(reader.take_told() == "I");
        reader.heartbeat(1, 5);
        reader.sends("PONG\r\n");
        CHECK(reader.take_told() == "C");
        CHECK(reader.stats().attempts == 1);
    }
    SUBCASE("a server that never comes back") {
        reader.run_ms(13'000);
        REQUIRE(reader.told.size() == 2);
        CHECK(reader.told[0].failure == JetStreamFailure::MissedHeartbeats);
        CHECK(reader.told[1].failure == JetStreamFailure::Disconnected);
        CHECK(reader.count(nats::Event::Kind::Disconnected) == 1);
    }
}

TEST_CASE("AStatusThatEndsTheConsumerIsMendedAtOnce") {
    Reader reader;
    reader.run_to(5);
    reader.status("409 Consumer Deleted");
    REQUIRE(reader.told.size() == 1);
    CHECK(reader.told[0].failure == JetStreamFailure::ConsumerGone);
    CHECK(reader.told[0].description == "Consumer Deleted");
    CHECK(reader.answers_info(1, 5));
}

TEST_CASE("FlowControlIsAnsweredOnceBehindItsMessages") {
    Reader reader;
    reader.run_to(5);
    reader.flow_control("$JS.FC.S.n.1");
    CHECK(reader.wrote("PUB", "$JS.FC.S.n.1"));
    reader.heartbeat(1, 5, "$JS.FC.S.n.1");
    CHECK_FALSE(reader.wrote("PUB", "$JS.FC.S.n.1"));
    // Its request was lost; the heartbeat says it again.
    reader.heartbeat(1, 5, "$JS.FC.S.n.2");
    CHECK(reader.wrote("PUB", "$JS.FC.S.n.2"));
    CHECK(reader.stats().flow_controls == 2);
    CHECK(reader.take_told().empty());
}

TEST_CASE("EvictedMessagesAreToldAsAGap") {
    Reader reader;
    SUBCASE("before the start") {
        REQUIRE(reader.answers_info(8, 9));
        REQUIRE(reader.answers_create(2, 7));
        CHECK(reader.asks_from(8));
        reader.message(8, 1, 1);
        CHECK(reader.take_told() == "G5-7 M8");
    }
    SUBCASE("between STREAM.INFO and the consumer") {
        REQUIRE(reader.answers_info(1, 9));
        REQUIRE(reader.answers_create(3, 6));
        reader.message(7, 1, 2);
        CHECK(reader.take_told() == "G5-6 M7");
    }
    SUBCASE("under the consumer's feet") {
        reader.run_to(5);
        reader.message(9, 2, 0);
        CHECK(reader.take_told() == "G6-8 M9");
    }
    SUBCASE("under the consumer's feet, all of them, which a heartbeat shows") {
        reader.run_to(5);
        reader.heartbeat(1, 8);
        CHECK(reader.take_told() == "G6-8");
        reader.message(9, 2, 0);
        CHECK(reader.take_told() == "M9");
    }
    SUBCASE("while we were away, all of them") {
        reader.run_to(5);
        reader.closes();
        reader.connect_again();
        REQUIRE(reader.answers_info(10, 9));
        REQUIRE(reader.answers_create(0, 9));
        CHECK(reader.take_told() == "I G6-9 C");
    }
    CHECK(reader.stats().gaps == 1);
}

TEST_CASE("WithAFilterOtherSubjectsAreNoGap") {
    Reader reader(StartAt::Sequence, 5, "s.a");
    REQUIRE(reader.answers_info(1, 9));
    REQUIRE(reader.answers_create(2, 4));
    reader.message(5, 1, 1);
    reader.message(9, 2, 0);
    CHECK(reader.take_told() == "M5 M9 C");
    // A heartbeat says how far it has passed over others, so their eviction need not worry us.
    reader.heartbeat(2, 20);
    reader.closes();
    reader.connect_again();
    REQUIRE(reader.answers_info(15, 30));
    REQUIRE(reader.answers_create(0, 20));
    CHECK(reader.asks_from(21));
    CHECK(reader.take_told() == "I C");
}

TEST_CASE("AnotherStreamUnderTheSameNameIsToldAndReadFromItsBeginning") {
    Reader reader;
    reader.run_to(5);
    reader.closes();
    reader.connect_again();
    REQUIRE(reader.answers_info(1, 40, "c2"));
    REQUIRE(reader.answers_create(40, 0));
    CHECK(reader.asks_from(1));
    reader.message(1, 1, 39);
    CHECK(reader.take_told() == "I R1 M1");
}

TEST_CASE("AStreamThatLostItsEndIsTold") {
    Reader reader;
    reader.run_to(5);
    reader.closes();
    reader.connect_again();
    REQUIRE(reader.answers_info(1, 3));
    REQUIRE(reader.answers_create(0, 3));
    CHECK(reader.asks_from(4));
    reader.message(4, 1, 0);
    CHECK(reader.take_told() == "I R4 C M4");
}

TEST_CASE("AStartBeyondTheEndIsNoPlaceOfThisStream") {
    Reader reader(StartAt::Sequence, 100);
    REQUIRE(reader.answers_info(3, 9));
    REQUIRE(reader.answers_create(7, 2));
    CHECK(reader.asks_from(3));
    CHECK(reader.take_told() == "R3");
}

TEST_CASE("NewBeginsAtTheEndAndKeepsThatPlace") {
    Reader reader(StartAt::New);
    REQUIRE(reader.answers_info(1, 9));
    REQUIRE(reader.takes_create());
    CHECK(reader.asks_from(10));
    reader.closes();  // the answer is lost
    reader.connect_again();
    REQUIRE(reader.answers_info(1, 12));
    REQUIRE(reader.answers_create(3, 9));
    CHECK(reader.asks_from(10));
    reader.message(10, 1, 2);
    CHECK(reader.take_told() == "I M10");
}

TEST_CASE("ATimeIsAskedForAndCutToTheNanosecond") {
    Reader reader(StartAt::Time);
    REQUIRE(reader.answers_info(1, 30));
    REQUIRE(reader.answers_create(12, 18));
    CHECK(reader.asks("by_start_time"));
    CHECK(reader.create_json.find("1970-01-01T00:00:20.000") != std::string::npos);
    CHECK(reader.take_told().empty());
    reader.message(20, 1, 0);
    CHECK(reader.take_told() == "G19-19 M20 C");
}

TEST_CASE("ATimeBeforeTheOldestMessageIsAGap") {
    Reader reader(StartAt::Time);
    REQUIRE(reader.answers("$JS.API.STREAM.INFO.S",
                           R"({"created":"c","state":{"messages":2,"first_seq":8,"last_seq":9,)"
                           R"("first_ts":"1970-01-01T00:00:21Z"}})"));
    REQUIRE(reader.answers_create(2, 7));
    CHECK(reader.asks_from(8));
    CHECK(reader.take_told() == "G1-7");
}

TEST_CASE("LastPerSubjectGoesOnWhereItWasInterrupted") {
    Reader reader(StartAt::LastPerSubject, 0, "s.>");
    REQUIRE(reader.answers_info(1, 9));
    REQUIRE(reader.answers_create(3, 2));
    CHECK(reader.asks("last_per_subject"));
    reader.message(3, 1, 2, "s.a");
    reader.message(6, 2, 1, "s.b");
    CHECK(reader.take_told() == "M3 M6");
    reader.closes();
    reader.connect_again();
    REQUIRE(reader.answers_info(5, 10));
    REQUIRE(reader.answers_create(3, 5));
    CHECK(reader.asks("last_per_subject"));  // not what was replaced meanwhile
    reader.message(6, 1, 2, "s.b");
    reader.message(9, 2, 1, "s.c");
    reader.message(10, 3, 0, "s.a");
    CHECK(reader.take_told() == "I M9 M10 C");
    // From here on every change counts.
    reader.closes();
    reader.connect_again();
    REQUIRE(reader.answers_info(9, 12));
    REQUIRE(reader.answers_create(2, 10));
    CHECK(reader.asks_from(11));
}

TEST_CASE("WithoutJetStreamThatIsToldAtOnceAndTriedAgainEverMoreSlowly") {
    Reader reader;
    const MonotonicUs start = reader.clock.now();
    REQUIRE(reader.nobody_answers("$JS.API.STREAM.INFO.S"));
    REQUIRE(reader.told.size() == 1);
    CHECK(reader.told[0].failure == JetStreamFailure::NotEnabled);
    CHECK(reader.clock.now() == start);
    MonotonicUs waited = 0;
    for (int i = 0; i < 12; ++i) {
        const MonotonicUs before = reader.clock.now();
        do reader.run_ms(10);
        while (!reader.nobody_answers("$JS.API.STREAM.INFO.S"));
        waited = reader.clock.now() - before;
        CHECK(waited <= nats::kConsumerRetryUsMax + kSecondUs);
    }
    CHECK(waited >= nats::kConsumerRetryUsMax / 2);
    CHECK(reader.told.size() == 1);
    // A new connection is asked at once.
    reader.closes();
    reader.connect_again();
    REQUIRE(reader.answers_info(1, 5));
    REQUIRE(reader.answers_create(1, 4));
    reader.message(5, 1, 0);
    CHECK(reader.take_told() == "I I M5 C");
}

TEST_CASE("RefusalsAndSilenceAreToldWithTheirReason") {
    Reader reader;
    REQUIRE(reader.answers("$JS.API.STREAM.INFO.S",
                           R"({"error":{"code":404,"err_code":10059,"description":"no such"}})"));
    REQUIRE(reader.told.size() == 1);
    CHECK(reader.told[0].failure == JetStreamFailure::Refused);
    reader.run_ms(200);
    REQUIRE(reader.answers("$JS.API.STREAM.INFO.S", "nonsense"));
    REQUIRE(reader.told.size() == 2);
    CHECK(reader.told[1].failure == JetStreamFailure::BadAnswer);
    reader.run_ms(1'000);
    REQUIRE(reader.wrote("PUB", "$JS.API.STREAM.INFO.S"));
    reader.run_ms(5'000);
    REQUIRE(reader.told.size() == 3);
    CHECK(reader.told[2].failure == JetStreamFailure::Timeout);
    reader.run_ms(1'000);
    const auto line = reader.take_line("PUB", "$JS.API.STREAM.INFO.S");
    reader.sends("-ERR 'Permissions Violation for Publish to \"$JS.API.STREAM.INFO.S\"'\r\n");
    reader.run_ms(0);
    REQUIRE(reader.told.size() == 4);
    CHECK(reader.told[3].failure == JetStreamFailure::Denied);
}

TEST_CASE("ForeignMessagesInOurInboxAreCountedAndDropped") {
    Reader reader;
    reader.run_to(5);
    for (const char* reply : {"", "reply", "$JS.ACK.S.other.1.6.2.1.0", "$JS.ACK.x"})
        reader.foreign(reply, "noise");
    CHECK(reader.take_told().empty());
    CHECK(reader.stats().foreign == 4);
    reader.message(6, 2, 0);
    CHECK(reader.take_told() == "M6");
}

TEST_CASE("AStoppedConsumerIsSilentAndDeleted") {
    Reader reader;
    reader.run_to(5);
    reader.jetstream.stop(reader.id, reader.clock.now());
    CHECK(reader.wrote("PUB", "$JS.API.CONSUMER.DELETE.S."));
    CHECK(reader.wrote("UNSUB", ""));
    reader.message(6, 2, 0);
    reader.closes();
    reader.connect_again();
    reader.run_ms(60'000);
    CHECK(reader.take_told().empty());
    CHECK(reader.jetstream.consumer(reader.id) == nullptr);
    CHECK(reader.jetstream.next_deadline() == kNever);
}

TEST_CASE("AClientThatDrainsEndsItsConsumersWithoutAnotherAttempt") {
    Reader reader;
    reader.run_to(5);
    reader.client.drain_and_close(reader.clock.now());
    reader.pump();
    reader.message(6, 2, 0);  // was on its way
    reader.sends("PONG\r\n");
    reader.sends("PONG\r\n");
    CHECK(reader.count(nats::Event::Kind::Closed) == 1);
    reader.run_ms(60'000);
    REQUIRE(reader.told.size() == 2);
    CHECK(reader.told[1].failure == JetStreamFailure::Closed);
    CHECK(reader.take_told() == "M6 I");
    CHECK(reader.jetstream.next_deadline() == kNever);
}

TEST_CASE("InvariantsHoldOverARandomServer") {
    // Sequences rise, holes are inside gaps, whatever the order of faults.
    std::size_t messages = 0, gaps = 0, mended = 0;
    for (std::uint64_t seed = 1; seed <= 300; ++seed) {
        CAPTURE(seed);
        Random random(seed);
        Reader reader(StartAt::Sequence, 1);
        nats::StreamSequence first = 1, last = 5, position = 0;
        std::int64_t count = 0;
        bool running = false;
        for (int step = 0; step < 80; ++step) {
            switch (random.below(10)) {
                case 0: last += 1 + static_cast<std::int64_t>(random.below(6)); break;
                case 1:
                    first = std::min(first + static_cast<std::int64_t>(random.below(6)), last + 1);
                    break;
                case 2:
                    reader.closes();
                    reader.connect_again();
                    running = false;
                    break;
                case 3: running = running && (++count, true); break;  // one is lost
                case 4: reader.heartbeat(count, position); break;
                default: break;
            }
            if (reader.answers_info(first, last)) running = false;
            if (reader.takes_create()) {
                position = reader.jetstream.consumer(reader.id)->next_sequence() - 1;
                position = std::max(position, first - 1);
                count = 0;
                reader.answers_create(last - position, position);
                running = true;
            }
            position = std::max(position, first - 1);  // the server passes over what is gone
            if (running && position < last)
                reader.message(position + 1, ++count, last - position - 1), ++position;
            reader.run_ms(300);
        }
        nats::StreamSequence next = 1;
        bool caught_up = false;
        for (const auto& event : reader.told) {
            if (event.kind == Kind::Gap) {
                CHECK(event.from == next);
                CHECK(event.to >= event.from);
                next = event.to + 1;
            } else if (event.kind == Kind::Message) {
                CHECK(event.sequence == next);
                next = event.sequence + 1;
            } else if (event.kind == Kind::CaughtUp) {
                CHECK_FALSE(caught_up);
                caught_up = true;
            } else if (event.kind == Kind::Interrupted) {
                caught_up = false;
            }
            CHECK(event.kind != Kind::Reset);
        }
        messages += reader.stats().messages;
        gaps += reader.stats().gaps;
        mended += reader.stats().created - 1;
    }
    CHECK(messages > 1'000);
    CHECK(gaps > 100);
    CHECK(mended > 1'000);
}

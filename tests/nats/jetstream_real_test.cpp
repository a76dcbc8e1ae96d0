// JetStream against a real nats-server over TCP: everything once, in order, over every fault.
#include <doctest/doctest.h>
#include <signal.h>
#include <unistd.h>

#include <charconv>
#include <cstdio>
#include <string>

#include "nats/error.h"
#include "nats/jetstream.h"
#include "nats/kv.h"
#include "support/broker_process.h"
#include "support/jetstream_link.h"
#include "support/seed.h"
#include "support/tcp_transport.h"

using namespace nats_blotter;
using nats::JetStreamFailure;
using nats::StartAt;
using nats::StreamSequence;
using tests::BrokerProcess;
using tests::JetStreamLink;
using tests::real_now;
using Kind = nats::JetStreamEvent::Kind;

namespace {

constexpr std::int64_t kPatienceMs = 20'000;

struct JetStreamBroker {
    explicit JetStreamBroker(const std::string& more = {})
        : process("jetstream {\n  store_dir: \"" + folder.path() + "\"\n}\n" + more) {}
    tests::TemporaryFolder folder;
    BrokerProcess process;
};

bool make_stream(JetStreamLink& link, const std::string& name, const std::string& subjects,
                 const std::string& more = {}) {
    return !link.ask("STREAM.CREATE." + name, "{\"name\":\"" + name + "\",\"subjects\":[\"" +
                                                  subjects + "\"],\"storage\":\"file\"" + more +
                                                  "}")
                .empty();
}

// Publishes "1", "2", ... each until it is acknowledged, over any fault, with message ids.
class Numbers {
  public:
    Numbers(JetStreamLink& link, std::string subject) : link_(link), subject_(std::move(subject)) {
        link_.on_event = [this](const nats::JetStreamEvent& event) { return take(event); };
    }
    ~Numbers() { link_.on_event = nullptr; }

    void want(int count) { wanted_ = count; }
    bool done() const { return acknowledged_ == wanted_; }
    // In step with the link's own turns.
    void go() {
        constexpr std::size_t kAtOnce = 500;
        while (open_.size() < kAtOnce && (!again_.empty() || sent_ < wanted_)) {
            const int number = again_.empty() ? sent_ + 1 : again_.back();
            const std::string text = std::to_string(number);
            const std::string message_id = subject_ + text;
            nats::PublishConditions conditions;
            conditions.message_id = message_id;
            const auto id = link_.jetstream.publish(subject_, text, real_now(), conditions);
            if (!id) return;
            open_.push_back({*id, number});
            if (again_.empty())
                ++sent_;
            else
                again_.pop_back();
        }
    }
    int duplicates = 0;

  private:
    struct Open {
        nats::RequestId request;
        int number;
    };
    bool take(const nats::JetStreamEvent& event) {
        for (std::size_t i = 0; i < open_.size(); ++i) {
            if (open_[i].request != event.request) continue;
            if (event.kind == Kind::Published) {
                ++acknowledged_;
                if (event.ack->duplicate) ++duplicates;
            } else {
                again_.push_back(open_[i].number);
            }
            open_.erase(open_.begin() + static_cast<std::ptrdiff_t>(i));
            return true;
        }
        return false;
    }

    JetStreamLink& link_;
    std::string subject_;
    std::vector<Open> open_;
    std::vector<int> again_;
    int sent_ = 0;
    int acknowledged_ = 0;
    int wanted_ = 0;
};

void publish_all(JetStreamLink& link, const std::string& subject, int count) {
    Numbers numbers(link, subject);
    numbers.want(count);
    REQUIRE(link.serve_until(
        [&] {
            numbers.go();
            return numbers.done();
        },
        kPatienceMs));
}

// What a consumer told, checked as it comes: sequences rise one by one from the first.
class Ledger {
  public:
    explicit Ledger(JetStreamLink& link, StreamSequence first) : next_(first) {
        link.on_event = [this](const nats::JetStreamEvent& event) { return take(event); };
    }
    StreamSequence next() const { return next_; }
    int messages = 0;
    int wrong = 0;
    int caught_up = 0;
    int gaps = 0;
    int resets = 0;
    int interruptions = 0;

  private:
    bool take(const nats::JetStreamEvent& event) {
        if (event.kind == Kind::Gap) ++gaps;
        if (event.kind == Kind::Reset) ++resets;
        if (event.kind == Kind::CaughtUp) ++caught_up;
        if (event.kind == Kind::Interrupted) ++interruptions;
        if (event.kind != Kind::Message) return false;
        ++messages;
        if (event.metadata.stream_sequence != next_) ++wrong;
        next_ = event.metadata.stream_sequence + 1;
        return true;
    }
    StreamSequence next_;
};

int consumers_of(JetStreamLink& link, const std::string& stream) {
    const std::string answer = link.ask("STREAM.INFO." + stream, {});
    const std::string_view key = "\"consumer_count\":";
    const std::size_t at = answer.find(key);
    int count = -1;
    if (at != std::string::npos)
        std::from_chars(answer.data() + at + key.size(), answer.data() + answer.size(), count);
    return count;
}

nats::OrderedConsumerOptions from_sequence(StreamSequence sequence) {
    nats::OrderedConsumerOptions options;
    options.stream = "S";
    options.start = StartAt::Sequence;
    options.start_sequence = sequence;
    options.heartbeat_us = 500 * kMillisecondUs;
    return options;
}

}  // namespace

TEST_CASE("EverythingSinceASequenceThenLiveOverAKillAndCuts") {
    JetStreamBroker broker;
    REQUIRE(broker.process.start());
    JetStreamLink publisher(broker.process.port(), 1);
    JetStreamLink reader(broker.process.port(), 2);
    REQUIRE(publisher.connect());
    REQUIRE(make_stream(publisher, "S", "s.>"));
    constexpr int kStored = 6'000;
    constexpr int kAll = 11'000;
    constexpr StreamSequence kFrom = 1'001;
    Numbers numbers(publisher, "s.a");
    numbers.want(kStored);
    REQUIRE(publisher.serve_until(
        [&] {
            numbers.go();
            return numbers.done();
        },
        kPatienceMs));

    Ledger ledger(reader, kFrom);
    REQUIRE(reader.connect());
    const auto id = reader.jetstream.consume(from_sequence(kFrom), real_now());
    REQUIRE(id.has_value());
    numbers.want(kAll);
    int cuts = 0;
    bool killed = false;
    const MonotonicUs start = real_now();
    const MonotonicUs end = start + 60 * kSecondUs;
    while ((ledger.next() <= kAll || !numbers.done()) && real_now() < end) {
        numbers.go();
        publisher.serve_once(0);
        reader.serve_once(1);
        if (ledger.messages > 1'500 * (cuts + 1) && cuts < 5) {
            reader.cut();
            ++cuts;
        }
        if (ledger.messages > 6'500 && !killed) {
            killed = true;
            broker.process.kill_at_once();
            REQUIRE(broker.process.start());
        }
    }
    CHECK(numbers.done());
    CHECK(ledger.next() == kAll + 1);
    CHECK(ledger.messages == kAll - kFrom + 1);
    CHECK(ledger.wrong == 0);
    CHECK(ledger.gaps == 0);
    CHECK(ledger.resets == 0);
    CHECK(killed);
    CHECK(cuts == 5);
    CHECK(reader.serve_until([&] { return ledger.caught_up > 0; }, kPatienceMs));
    const auto& stats = reader.jetstream.consumer(*id)->stats();
    std::printf(
        "jetstream: %d messages over %d cuts and a kill in %.1f s, %d consumers made, "
        "%d publishes stored twice but for their id\n",
        ledger.messages, cuts, static_cast<double>(real_now() - start) / 1e6,
        static_cast<int>(stats.created), numbers.duplicates);
    // None of the consumers before is left behind.
    CHECK(publisher.serve_until([&] { return consumers_of(publisher, "S") == 1; }, kPatienceMs));
    reader.jetstream.stop(*id, real_now());
    CHECK(reader.jetstream.consumer(*id) == nullptr);
    reader.serve_until([] { return false; }, 100);
    CHECK(consumers_of(publisher, "S") == 0);
}

TEST_CASE("RandomCutsLoseNothing") {
    NB_SEEDED_RANDOM(random);
    JetStreamBroker broker;
    REQUIRE(broker.process.start());
    JetStreamLink publisher(broker.process.port(), 1);
    JetStreamLink reader(broker.process.port(), 2);
    REQUIRE(publisher.connect());
    REQUIRE(make_stream(publisher, "S", "s.>"));
    Ledger ledger(reader, 1);
    auto options = from_sequence(1);
    options.filter_subject = "s.*";
    REQUIRE(reader.jetstream.consume(options, real_now()).has_value());
    Numbers numbers(publisher, "s.a");
    constexpr int kCuts = 60;
    constexpr int kAll = 4'000;
    int cuts = 0;
    int next_cut = 10;
    const MonotonicUs end = real_now() + 90 * kSecondUs;
    while ((ledger.next() <= kAll || cuts < kCuts) && real_now() < end) {
        numbers.want(std::min(kAll, ledger.messages + 200));
        numbers.go();
        publisher.serve_once(0);
        reader.read_bytes_max = 1 + static_cast<std::size_t>(random.below(4'000));
        reader.serve_once(1);
        if (--next_cut > 0) continue;
        next_cut = 1 + static_cast<int>(random.below(60));
        if (cuts == kCuts) continue;
        ++cuts;
        reader.cut();
    }
    CHECK(cuts == kCuts);
    CHECK(ledger.messages == kAll);
    CHECK(ledger.wrong == 0);
    CHECK(ledger.gaps == 0);
    CHECK(ledger.resets == 0);
    CHECK(reader.serve_until([&] { return ledger.caught_up > 0; }, kPatienceMs));
    CHECK(publisher.serve_until([&] { return consumers_of(publisher, "S") == 1; }, kPatienceMs));
}

TEST_CASE("AConsumerDeletedBehindOurBackIsMadeAgain") {
    JetStreamBroker broker;
    REQUIRE(broker.process.start());
    JetStreamLink link(broker.process.port(), 1);
    REQUIRE(link.connect());
    REQUIRE(make_stream(link, "S", "s.>"));
    publish_all(link, "s.a", 10);
    auto options = from_sequence(1);
    options.heartbeat_us = 200 * kMillisecondUs;
    const auto id = link.jetstream.consume(options, real_now());
    REQUIRE(link.serve_until(Kind::CaughtUp, kPatienceMs));
    CHECK(link.count(Kind::Message) == 10);
    const std::string name = link.jetstream.consumer(*id)->server_name();
    REQUIRE_FALSE(link.ask("CONSUMER.DELETE.S." + name, {}).empty());
    REQUIRE(link.serve_until(Kind::CaughtUp, kPatienceMs));
    CHECK(link.last(Kind::Interrupted).failure == JetStreamFailure::MissedHeartbeats);
    REQUIRE(link.jetstream.publish("s.a", "live", real_now()).has_value());
    REQUIRE(link.serve_until(Kind::Message, kPatienceMs));
    CHECK(link.last(Kind::Message).payload == "live");
    CHECK(link.count(Kind::Message) == 11);
    CHECK(link.count(Kind::Gap) == 0);
}

TEST_CASE("WhatThePurgeTookIsTold") {
    JetStreamBroker broker;
    REQUIRE(broker.process.start());
    JetStreamLink link(broker.process.port(), 1);
    JetStreamLink other(broker.process.port(), 2);
    REQUIRE(link.connect());
    REQUIRE(other.connect());
    REQUIRE(make_stream(link, "S", "s.>"));
    publish_all(link, "s.a", 10);
    REQUIRE_FALSE(link.ask("STREAM.PURGE.S", "{\"seq\":4}").empty());
    REQUIRE(link.jetstream.consume(from_sequence(2), real_now()).has_value());
    REQUIRE(link.serve_until(Kind::CaughtUp, kPatienceMs));
    REQUIRE(link.events.size() >= 9);
    CHECK(link.last(Kind::Gap).from == 2);
    CHECK(link.last(Kind::Gap).to == 3);
    CHECK(link.count(Kind::Message) == 7);

    // While we are away: five more, of which four are purged.
    link.cut();
    Numbers more(other, "s.b");
    more.want(5);
    REQUIRE(other.serve_until(
        [&] {
            more.go();
            return more.done();
        },
        kPatienceMs));
    other.on_event = nullptr;
    REQUIRE_FALSE(other.ask("STREAM.PURGE.S", "{\"seq\":15}").empty());
    REQUIRE(link.serve_until(Kind::CaughtUp, kPatienceMs));
    CHECK(link.last(Kind::Gap).from == 11);
    CHECK(link.last(Kind::Gap).to == 14);
    CHECK(link.last(Kind::Message).sequence == 15);
    CHECK(link.count(Kind::Message) == 8);
}

TEST_CASE("AStreamMadeAnewIsToldAsOne") {
    JetStreamBroker broker;
    REQUIRE(broker.process.start());
    JetStreamLink link(broker.process.port(), 1);
    REQUIRE(link.connect());
    REQUIRE(make_stream(link, "S", "s.>"));
    publish_all(link, "s.a", 5);
    auto options = from_sequence(1);
    options.heartbeat_us = 200 * kMillisecondUs;
    REQUIRE(link.jetstream.consume(options, real_now()).has_value());
    REQUIRE(link.serve_until(Kind::CaughtUp, kPatienceMs));
    REQUIRE_FALSE(link.ask("STREAM.DELETE.S", {}).empty());
    REQUIRE(link.serve_until(Kind::Interrupted, kPatienceMs));
    REQUIRE(link.serve_until(
        [&] { return link.last(Kind::Interrupted).failure == JetStreamFailure::Refused; },
        kPatienceMs));
    CHECK(link.last(Kind::Interrupted).error_code == 10059);
    REQUIRE(make_stream(link, "S", "s.>"));
    REQUIRE(link.jetstream.publish("s.a", "anew", real_now()).has_value());
    REQUIRE(link.serve_until(Kind::CaughtUp, kPatienceMs));
    CHECK(link.count(Kind::Reset) == 1);
    CHECK(link.last(Kind::Reset).from == 1);
    CHECK(link.last(Kind::Message).sequence == 1);
    CHECK(link.last(Kind::Message).payload == "anew");
}

TEST_CASE("ASlowOwnerIsNotRunOver") {
    JetStreamBroker broker;
    REQUIRE(broker.process.start());
    JetStreamLink link(broker.process.port(), 1);
    REQUIRE(link.connect());
    REQUIRE(make_stream(link, "S", "s.>"));
    const std::string payload(1'000, 'p');
    constexpr int kMessages = 20'000;
    for (int sent = 0; sent < kMessages;) {
        if (link.client.publish("s.a", payload).has_value())
            ++sent;
        else
            link.serve_once(1);
    }
    const nats::FenceId fence = link.client.fence(real_now());
    CHECK(fence > 0);
    REQUIRE(link.serve_until([&] { return link.client.confirmed_publish() == kMessages; },
                             kPatienceMs));

    Ledger ledger(link, 1);
    const auto id = link.jetstream.consume(from_sequence(1), real_now());
    REQUIRE(id.has_value());
    std::size_t unread = 0;
    const MonotonicUs end = real_now() + 60 * kSecondUs;
    for (int turn = 0; ledger.messages < kMessages && real_now() < end; ++turn) {
        link.reading = turn % 20 == 0;  // rests for 19 turns of 20
        link.serve_once(1);
        unread = std::max(unread, link.client.unread_bytes());
    }
    CHECK(ledger.messages == kMessages);
    CHECK(ledger.wrong == 0);
    CHECK(link.jetstream.consumer(*id)->stats().flow_controls > 0);
    CHECK(link.client.stats().disconnects == 0);
    std::printf("jetstream: slow owner, %d flow controls answered, at most %zu bytes unread\n",
                static_cast<int>(link.jetstream.consumer(*id)->stats().flow_controls), unread);
}

TEST_CASE("AServerThatStandsStillIsDoubtedAndFoundAgain") {
    JetStreamBroker broker;
    REQUIRE(broker.process.start());
    JetStreamLink link(broker.process.port(), 1);
    REQUIRE(link.connect());
    REQUIRE(make_stream(link, "S", "s.>"));
    publish_all(link, "s.a", 3);
    auto options = from_sequence(1);
    options.heartbeat_us = 200 * kMillisecondUs;
    const auto id = link.jetstream.consume(options, real_now());
    REQUIRE(link.serve_until(Kind::CaughtUp, kPatienceMs));
    broker.process.signal(SIGSTOP);
    const MonotonicUs stopped_at = real_now();
    REQUIRE(link.serve_until(Kind::Interrupted, kPatienceMs));
    CHECK(link.last(Kind::Interrupted).failure == JetStreamFailure::MissedHeartbeats);
    CHECK(real_now() - stopped_at < 4 * kSecondUs);
    broker.process.signal(SIGCONT);
    REQUIRE(link.serve_until(Kind::CaughtUp, kPatienceMs));
    REQUIRE(link.jetstream.publish("s.a", "live", real_now()).has_value());
    REQUIRE(link.serve_until(Kind::Message, kPatienceMs));
    CHECK(link.count(Kind::Message) == 4);
    CHECK(link.jetstream.consumer(*id)->stats().gaps == 0);
    CHECK(link.client.stats().disconnects == 0);
}

TEST_CASE("EveryStartBeginsWhereItSays") {
    JetStreamBroker broker;
    REQUIRE(broker.process.start());
    JetStreamLink link(broker.process.port(), 1);
    REQUIRE(link.connect());
    REQUIRE(make_stream(link, "S", "s.>"));
    publish_all(link, "s.a", 4);
    ::usleep(5'000);
    REQUIRE(link.jetstream.publish("s.b", "b", real_now()).has_value());
    REQUIRE(link.serve_until(Kind::Published, kPatienceMs));
    ::usleep(5'000);
    REQUIRE(link.jetstream.publish("s.a", "a", real_now()).has_value());
    REQUIRE(link.serve_until(Kind::Published, kPatienceMs));
    const auto first_of = [&](nats::OrderedConsumerOptions options) {
        options.stream = "S";
        link.events.clear();
        const auto id = link.jetstream.consume(options, real_now());
        REQUIRE(link.serve_until(Kind::CaughtUp, kPatienceMs));
        link.jetstream.stop(*id, real_now());
        std::string told;
        for (const auto& event : link.events)
            if (event.kind == Kind::Message) told += std::to_string(event.sequence) + " ";
        return told;
    };
    nats::OrderedConsumerOptions options;
    CHECK(first_of(options) == "1 2 3 4 5 6 ");
    for (const auto& event : link.events)
        if (event.kind == Kind::Message && event.sequence == 5)
            options.start_time = event.stored_at;
    options.start = StartAt::Time;
    CHECK(first_of(options) == "5 6 ");
    CHECK(link.count(Kind::Gap) == 0);
    options.start = StartAt::New;
    CHECK(first_of(options).empty());
    options.start = StartAt::LastPerSubject;
    CHECK(first_of(options) == "5 6 ");
    options.start = StartAt::All;
    options.filter_subject = "s.b";
    CHECK(first_of(options) == "5 ");
    options.filter_subject = "s.none";
    CHECK(first_of(options).empty());
}

TEST_CASE("APublishIsStoredOncePerMessageId") {
    JetStreamBroker broker;
    REQUIRE(broker.process.start());
    JetStreamLink link(broker.process.port(), 1);
    REQUIRE(link.connect());
    REQUIRE(make_stream(link, "S", "s.>"));
    nats::PublishConditions conditions;
    conditions.message_id = "order-7";
    for (const bool duplicate : {false, true}) {
        REQUIRE(link.jetstream.publish("s.a", "x", real_now(), conditions).has_value());
        REQUIRE(link.serve_until(Kind::Published, kPatienceMs));
        CHECK(link.last(Kind::Published).sequence == 1);
        CHECK(link.last(Kind::Published).duplicate == duplicate);
    }
    nats::PublishConditions expecting;
    expecting.last_sequence = 99;
    REQUIRE(link.jetstream.publish("s.a", "x", real_now(), expecting).has_value());
    REQUIRE(link.serve_until(Kind::Failed, kPatienceMs));
    CHECK(link.last(Kind::Failed).failure == JetStreamFailure::Refused);
    CHECK(link.last(Kind::Failed).error_code == nats::kWrongLastSequence);
    REQUIRE(link.jetstream.publish("nobody", "x", real_now()).has_value());
    REQUIRE(link.serve_until(Kind::Failed, kPatienceMs));
    CHECK(link.last(Kind::Failed).failure == JetStreamFailure::NoStream);
    REQUIRE(link.jetstream.publish("s.a", "x", real_now()).has_value());
    broker.process.signal(SIGSTOP);
    link.cut();
    broker.process.signal(SIGCONT);
    REQUIRE(link.serve_until(Kind::Failed, kPatienceMs));
    CHECK(link.last(Kind::Failed).failure == JetStreamFailure::Disconnected);
}

namespace {

// Entries of a watch as "key=value@revision", deletions as "key!", InitialDone as "done".
struct WatchedBucket {
    WatchedBucket(JetStreamLink& the_link, bool direct)
        : link(the_link), bucket(the_link.jetstream, "B", direct) {
        link.on_event = [this](const nats::JetStreamEvent& event) {
            const nats::KvEvent told = bucket.translate(event);
            using KvKind = nats::KvEvent::Kind;
            if (told.kind == KvKind::None) return false;
            const std::string key(told.entry.key);
            const std::string value(told.entry.value);
            const std::string revision = std::to_string(told.entry.revision);
            if (told.kind == KvKind::InitialDone) log += "done ";
            if (told.kind == KvKind::Entry && told.entry.operation == nats::KvOperation::Put)
                log += key + "=" + value + "@" + revision + " ";
            if (told.kind == KvKind::Entry && told.entry.operation != nats::KvOperation::Put)
                log += key + (told.entry.operation == nats::KvOperation::Purge ? "!! " : "! ");
            if (told.request == 0) return true;
            last = told.kind;
            last_value = value;
            last_revision = told.entry.revision;
            ++ends;
            return true;
        };
    }
    ~WatchedBucket() { link.on_event = nullptr; }
    // Waits for the end of a call.
    nats::KvEvent::Kind end(const Result<nats::RequestId>& id) {
        const int before = ends;
        REQUIRE(id.has_value());
        REQUIRE(link.serve_until([&] { return ends > before; }, kPatienceMs));
        return last;
    }
    bool told(const std::string& wanted) {
        return link.serve_until([&] { return log == wanted; }, kPatienceMs);
    }

    JetStreamLink& link;
    nats::KvBucket bucket;
    std::string log, last_value;
    nats::KvEvent::Kind last = nats::KvEvent::Kind::None;
    StreamSequence last_revision = 0;
    int ends = 0;
};

bool make_bucket(JetStreamLink& link, const std::string& more) {
    return make_stream(
        link, "KV_B", "$KV.B.>",
        ",\"allow_rollup_hdrs\":true,\"deny_delete\":true,\"discard\":\"new\"" + more);
}

}  // namespace

TEST_CASE("ABucketIsWatchedReadAndWritten") {
    using KvKind = nats::KvEvent::Kind;
    JetStreamBroker broker;
    REQUIRE(broker.process.start());
    JetStreamLink link(broker.process.port(), 1);
    REQUIRE(link.connect());
    for (const bool direct : {true, false}) {
        CAPTURE(direct);
        link.on_event = nullptr;
        REQUIRE(make_bucket(link, std::string(",\"max_msgs_per_subject\":3,\"allow_direct\":") +
                                      (direct ? "true" : "false")));
        WatchedBucket kv(link, direct);
        REQUIRE(kv.bucket.watch(">", real_now()).has_value());
        REQUIRE(kv.told("done "));  // also of an empty bucket

        CHECK(kv.end(kv.bucket.put("a.x", "1", real_now())) == KvKind::Stored);
        CHECK(kv.last_revision == 1);
        CHECK(kv.end(kv.bucket.put("a.x", "2", real_now(), 0)) == KvKind::Conflict);
        CHECK(kv.end(kv.bucket.put("a.x", "2", real_now(), 1)) == KvKind::Stored);
        CHECK(kv.end(kv.bucket.get("a.x", real_now())) == KvKind::Found);
        CHECK(kv.last_value == "2");
        CHECK(kv.last_revision == 2);
        CHECK(kv.end(kv.bucket.get("a.none", real_now())) == KvKind::NotFound);
        CHECK(kv.end(kv.bucket.put("b", "3", real_now())) == KvKind::Stored);
        CHECK(kv.end(kv.bucket.remove("a.x", real_now(), 1)) == KvKind::Conflict);
        CHECK(kv.end(kv.bucket.remove("a.x", real_now(), 2)) == KvKind::Stored);
        CHECK(kv.end(kv.bucket.get("a.x", real_now())) == KvKind::NotFound);
        CHECK(kv.end(kv.bucket.purge("b", real_now())) == KvKind::Stored);
        CHECK(kv.told("done a.x=1@1 a.x=2@2 b=3@3 a.x! b!! "));
        CHECK(kv.end(kv.bucket.put("c", "6", real_now())) == KvKind::Stored);
        // The watch may hear of it after the writer.
        CHECK(kv.told("done a.x=1@1 a.x=2@2 b=3@3 a.x! b!! c=6@6 "));

        // A second watch sees what stands, and a pattern sees its part; over a cut as well.
        kv.log.clear();
        nats::KvWatchOptions options;
        options.ignore_deletes = true;
        const auto second = kv.bucket.watch("*", real_now(), options);
        REQUIRE(second.has_value());
        REQUIRE(kv.told("c=6@6 done "));
        kv.log.clear();
        link.cut();
        REQUIRE(link.serve_until([&] { return !link.client.connected(); }, kPatienceMs));
        REQUIRE(link.connect());
        CHECK(kv.end(kv.bucket.put("a.y", "7", real_now())) == KvKind::Stored);
        CHECK(kv.told("a.y=7@7 "));
        kv.bucket.stop(*second, real_now());
        link.on_event = nullptr;
        REQUIRE_FALSE(link.ask("STREAM.DELETE.KV_B", {}).empty());
    }
}

TEST_CASE("ABrokerWithoutJetStreamIsToldAtOnce") {
    BrokerProcess broker;
    REQUIRE(broker.start());
    JetStreamLink link(broker.port(), 1);
    REQUIRE(link.connect());
    const MonotonicUs asked_at = real_now();
    REQUIRE(link.jetstream.consume(from_sequence(1), real_now()).has_value());
    REQUIRE(link.serve_until(Kind::Interrupted, kPatienceMs));
    CHECK(link.last(Kind::Interrupted).failure == JetStreamFailure::NotEnabled);
    CHECK(link.last(Kind::Interrupted).text == "JetStream is not enabled.");
    REQUIRE(link.jetstream.request("INFO", {}, real_now()).has_value());
    REQUIRE(link.serve_until(Kind::Failed, kPatienceMs));
    CHECK(link.last(Kind::Failed).failure == JetStreamFailure::NotEnabled);
    CHECK(real_now() - asked_at < 2 * kSecondUs);
}

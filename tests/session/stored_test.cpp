// A session whose tables a JetStream stream or a bucket fills, with a modelled stream that loses
// what it is told to.
#include <doctest/doctest.h>

#include <algorithm>
#include <optional>

#include "feed/profile_json.h"
#include "session/session.h"
#include "support/session_rig.h"

using namespace nats_blotter;
using session::Status;
using support::SessionRig;

namespace {

feed::Profile profile_with(std::string_view snapshot) {
    feed::ParsedProfile parsed = feed::profile_from_json(
        R"({"name":"p","tables":[{"name":"t","key":["id"],"snapshot":)" + std::string(snapshot) +
            R"(,"columns":[{"field":"id","type":"text"},{"field":"n","type":"int"}]}]})",
        "f");
    REQUIRE(parsed.error == "");
    return parsed.profile;
}

constexpr std::string_view kLog = R"({"stream":"S"},"subjects":["s.*"])";
// The key is of the subject, as a deletion has no more.
feed::Profile bucket_profile() {
    feed::ParsedProfile parsed = feed::profile_from_json(
        R"({"name":"p","tables":[{"name":"t","key":["id"],"snapshot":{"kv":"b"},"columns":)"
        R"([{"field":"id","type":"text","token":"key"},{"field":"n","type":"int"}]}]})",
        "f");
    REQUIRE(parsed.error == "");
    return parsed.profile;
}

// One stream with one consumer at a time, as nats-server 2.9.10 serves it.
struct ModelStream {
    struct Message {
        std::int64_t sequence = 0;
        std::string subject, headers, payload;
    };
    struct Consumer {
        std::string name, inbox, sid;
        bool per_subject = false;
        std::int64_t next = 1;       // of the stream
        std::int64_t delivered = 0;  // its own count
        std::int64_t last = 0;       // of the stream, delivered
    };

    explicit ModelStream(SessionRig& rig) : rig_(rig) {
        rig.on_line = [this](std::string_view line) { return on_line(line); };
    }

    std::vector<Message> messages;
    std::int64_t last_sequence = 0;
    std::string created = "2026-01-01T00:00:00Z";
    std::string refusal;  // the JSON of an error, to every STREAM.INFO
    bool silent = false;  // answers nothing
    int lose = 0;         // so many of the next deliveries do not arrive
    int made = 0;         // consumers
    std::optional<Consumer> consumer;

    void put(const std::string& subject, const std::string& payload,
             const std::string& headers = {}) {
        messages.push_back({++last_sequence, subject, headers, payload});
        deliver();
    }
    void let_go(std::size_t count) {
        messages.erase(messages.begin(), messages.begin() + static_cast<std::ptrdiff_t>(count));
    }
    void make_anew() {
        messages.clear();
        last_sequence = 0;
        created += "1";
        consumer.reset();
    }

    // As when somebody deletes it, or another takes its place.
    void end_consumer() {
        REQUIRE(consumer);
        send(consumer->inbox, {}, "NATS/1.0 409 Consumer Deleted\r\n\r\n", {});
        consumer.reset();
    }

    // Time with the heartbeats of the stream in it.
    void run_ms(std::int64_t ms) {
        for (std::int64_t at = 0; at < ms; at += 500) {
            rig_.advance_ms(500);
            if (!consumer || silent) continue;
            const std::string headers = "NATS/1.0 100 Idle Heartbeat\r\nNats-Last-Consumer: " +
                                        std::to_string(consumer->delivered) +
                                        "\r\nNats-Last-Stream: " + std::to_string(last_sequence) +
                                        "\r\n\r\n";
            send(consumer->inbox, {}, headers, {});
            rig_.settle();
        }
    }

  private:
    bool on_line(std::string_view line) {
        if (awaits_body_) {
            awaits_body_ = false;
            answer(line);
            return true;
        }
        if (line.starts_with("SUB _INBOX.")) {
            const std::size_t blank = line.find(' ', 4);
            sids_.emplace_back(line.substr(4, blank - 4), line.substr(blank + 1));
            return false;
        }
        if (!line.starts_with("PUB $JS.API.")) return false;
        const std::size_t end = line.find(' ', 4);
        call_ = line.substr(12, end - 12);
        reply_ = line.substr(end + 1, line.find(' ', end + 1) - end - 1);
        awaits_body_ = true;
        return true;
    }

    static std::string member(std::string_view json, const std::string& name) {
        const std::string key = '"' + name + "\":\"";
        const std::size_t at = json.find(key);
        if (at == std::string_view::npos) return {};
        const std::size_t begin = at + key.size();
        return std::string(json.substr(begin, json.find('"', begin) - begin));
    }

    void answer(std::string_view body) {
        if (silent) return;
        if (call_.starts_with("STREAM.INFO.")) {
            const std::int64_t first = messages.empty() ? last_sequence + 1 : messages[0].sequence;
            rig_.publish(reply_, !refusal.empty()
                                     ? refusal
                                     : R"({"created":")" + created + R"(","state":{"messages":)" +
                                           std::to_string(messages.size()) + R"(,"first_seq":)" +
                                           std::to_string(first) + R"(,"last_seq":)" +
                                           std::to_string(last_sequence) + "}}");
        } else if (call_.starts_with("CONSUMER.CREATE.")) {
            ++made;
            consumer.emplace();
            consumer->name = member(body, "name");
            consumer->inbox = member(body, "deliver_subject");
            consumer->per_subject = member(body, "deliver_policy") == "last_per_subject";
            for (const auto& [inbox, sid] : sids_)
                if (inbox == consumer->inbox) consumer->sid = sid;
            const std::size_t start = body.find("\"opt_start_seq\":");
            if (start != std::string_view::npos)
                consumer->next = std::stoll(std::string(body.substr(start + 16)));
            rig_.publish(reply_, R"({"name":")" + consumer->name + R"(","num_pending":)" +
                                     std::to_string(wanted().size()) +
                                     R"(,"delivered":{"consumer_seq":0,"stream_seq":)" +
                                     std::to_string(consumer->next - 1) + "}}");
            deliver();
        } else {
            rig_.publish(reply_, "{}");
        }
    }

    std::vector<Message> wanted() const {
        std::vector<Message> found;
        for (const Message& message : messages) {
            if (message.sequence < consumer->next) continue;
            if (consumer->per_subject)
                std::erase_if(found,
                              [&](const Message& m) { return m.subject == message.subject; });
            found.push_back(message);
        }
        return found;
    }

    void deliver() {
        if (!consumer) return;
        const std::vector<Message> due = wanted();
        std::size_t pending = due.size();
        consumer->per_subject = false;  // from here on everything
        for (const Message& message : due) {
            consumer->next = message.sequence + 1;
            ++consumer->delivered;
            --pending;
            if (lose > 0) {
                --lose;
                continue;
            }
            const std::string reply = "$JS.ACK.S." + consumer->name + ".1." +
                                      std::to_string(message.sequence) + "." +
                                      std::to_string(consumer->delivered) +
                                      ".1767225600000000000." + std::to_string(pending);
            send(message.subject, reply, message.headers, message.payload);
        }
        if (!due.empty()) consumer->next = last_sequence + 1;
    }

    void send(const std::string& subject, const std::string& reply, const std::string& headers,
              const std::string& payload) {
        const std::string ends = ' ' + consumer->sid + (reply.empty() ? "" : ' ' + reply) + ' ';
        const std::size_t all = headers.size() + payload.size();
        rig_.broker_sends(headers.empty()
                              ? "MSG " + subject + ends + std::to_string(all) + "\r\n" + payload +
                                    "\r\n"
                              : "HMSG " + subject + ends + std::to_string(headers.size()) + ' ' +
                                    std::to_string(all) + "\r\n" + headers + payload + "\r\n");
    }

    SessionRig& rig_;
    bool awaits_body_ = false;
    std::string call_, reply_;
    std::vector<std::pair<std::string, std::string>> sids_;
};

struct StoredRig : SessionRig {
    explicit StoredRig(feed::Profile profile) : SessionRig(std::move(profile)) {}

    void begin() {
        start(session::kAllAccounts);
        advance_ms(300);
    }

    void put(const std::string& id, int n) {
        stream.put("s." + id, R"({"id":")" + id + R"(","n":)" + std::to_string(n) + "}");
        settle();
    }
    void put_key(const std::string& key, int n) {
        stream.put("$KV.b." + key, R"({"n":)" + std::to_string(n) + "}");
        settle();
    }
    void remove_key(const std::string& key, const std::string& header = "KV-Operation: DEL") {
        stream.put("$KV.b." + key, "", "NATS/1.0\r\n" + header + "\r\n\r\n");
        settle();
    }

    // "a=1 b=2" in the order of the keys.
    std::string shown() {
        session.refresh_views();
        std::vector<std::string> rows;
        const table::Table& table = session.table(0);
        for (table::RowId row = 0; row < table.slot_count(); ++row)
            if (table.is_live(row))
                rows.push_back(std::string(table.cell(row, 0).text) + '=' +
                               std::to_string(table.cell(row, 1).number));
        std::sort(rows.begin(), rows.end());
        std::string out;
        for (const std::string& row : rows) out += (out.empty() ? "" : " ") + row;
        return out;
    }

    ModelStream stream{*this};
};

}  // namespace

TEST_CASE("ALogFillsItsTableAndGoesOn") {
    StoredRig rig(profile_with(kLog));
    rig.put("a", 1);
    rig.put("b", 2);
    rig.put("a", 3);
    rig.begin();
    CHECK(rig.status() == Status::Live);
    CHECK(rig.shown() == "a=3 b=2");
    CHECK_FALSE(rig.session.loading(0));
    rig.put("c", 4);
    rig.put("b", 5);
    CHECK(rig.shown() == "a=3 b=5 c=4");
    rig.stream.run_ms(70'000);  // nothing of it is read again
    CHECK(rig.stream.made == 1);
    CHECK(rig.status() == Status::Live);
    CHECK(rig.stats().verified_age_us >= 0);
    CHECK(rig.stats().verified_age_us < 60 * kSecondUs);
}

TEST_CASE("ALogGoesOnWhereItWasAfterTheLinkWasLost") {
    StoredRig rig(profile_with(kLog));
    rig.put("a", 1);
    rig.begin();
    rig.cut();
    CHECK(rig.status() == Status::Offline);
    rig.stream.consumer.reset();
    rig.put("b", 2);
    rig.advance_ms(2'000);
    CHECK(rig.status() == Status::Live);
    CHECK(rig.shown() == "a=1 b=2");
    CHECK(rig.stats().removed == 0);
    // Not so when somebody doubts it.
    rig.stream.let_go(1);
    rig.session.resync(rig.now);
    CHECK(rig.status() == Status::Syncing);
    rig.settle();
    CHECK(rig.status() == Status::Live);
    CHECK(rig.shown() == "b=2");
}

TEST_CASE("MessagesThatALogLetGoMeanwhileHaveItReadAgain") {
    StoredRig rig(profile_with(kLog));
    rig.put("a", 1);
    rig.put("b", 2);
    rig.begin();
    rig.cut();
    rig.stream.consumer.reset();
    rig.put("b", 3);
    rig.put("c", 4);
    rig.stream.let_go(3);  // a, and both of b
    std::vector<std::string> causes;
    for (int i = 0; i < 14; ++i) {
        rig.stream.run_ms(500);
        if (rig.session.cause().starts_with("The stream")) causes.push_back(rig.session.cause());
    }
    REQUIRE_FALSE(causes.empty());  // the second read waits: a stream may do this all day
    CHECK(causes[0] == "The stream S let messages go before they came: it is read again");
    rig.stream.run_ms(1'000);
    CHECK(rig.status() == Status::Live);
    CHECK(rig.shown() == "c=4");
    CHECK(rig.stats().gaps == 2);  // the link, and that
}

TEST_CASE("AMessageLostOnItsWayIsReadAgain") {
    StoredRig rig(profile_with(kLog));
    rig.begin();
    rig.put("a", 1);
    rig.stream.lose = 1;
    rig.put("b", 2);
    CHECK(rig.shown() == "a=1");
    rig.put("c", 3);  // its number tells
    rig.advance_ms(20);
    rig.stream.run_ms(500);
    CHECK(rig.status() == Status::Live);
    CHECK(rig.shown() == "a=1 b=2 c=3");
    CHECK(rig.stats().gaps == 1);
    // The last one before a silence: the heartbeat tells.
    rig.stream.lose = 1;
    rig.put("d", 4);
    CHECK(rig.shown() == "a=1 b=2 c=3");
    rig.stream.run_ms(2'000);
    CHECK(rig.shown() == "a=1 b=2 c=3 d=4");
    CHECK(rig.status() == Status::Live);
}

TEST_CASE("AStreamThatIsMadeAnewIsReadFromItsStart") {
    StoredRig rig(profile_with(kLog));
    rig.put("a", 1);
    rig.put("b", 2);
    rig.begin();
    rig.cut();
    rig.stream.make_anew();
    rig.put("b", 7);
    rig.advance_ms(6'000);
    rig.stream.run_ms(1'000);
    CHECK(rig.status() == Status::Live);
    CHECK(rig.shown() == "b=7");
}

TEST_CASE("AStreamThatSaysNothingIsNotLive") {
    StoredRig rig(profile_with(kLog));
    rig.put("a", 1);
    rig.begin();
    rig.stream.silent = true;
    rig.stream.run_ms(20'000);
    CHECK(rig.status() == Status::Syncing);
    CHECK(rig.session.cause() == "The stream S cannot be read: JetStream does not answer");
    rig.stream.silent = false;
    rig.stream.run_ms(20'000);
    CHECK(rig.status() == Status::Live);
}

TEST_CASE("WhyAStreamCannotBeReadIsSaid") {
    StoredRig rig(profile_with(kLog));
    rig.stream.refusal = R"({"error":{"code":404,"err_code":10059,"description":"none"}})";
    rig.begin();
    CHECK(rig.status() == Status::Syncing);
    CHECK(rig.session.loading(0));
    CHECK(rig.session.cause() == "The stream S cannot be read: there is none of this name");
    rig.stream.refusal = R"({"error":{"code":503,"err_code":10039,"description":"off"}})";
    rig.advance_ms(15'000);
    CHECK(rig.session.cause() == "The stream S cannot be read: the broker has no JetStream");
    rig.stream.refusal = R"({"error":{"code":500,"err_code":1,"description":"it is ill"}})";
    rig.advance_ms(15'000);
    CHECK(rig.session.cause() == "The stream S cannot be read: it is ill");
    rig.stream.refusal = {};
    rig.put("a", 1);
    rig.stream.run_ms(15'000);
    CHECK(rig.status() == Status::Live);
    CHECK(rig.shown() == "a=1");
}

TEST_CASE("ABucketIsATableOfItsKeys") {
    StoredRig rig(bucket_profile());
    rig.put_key("x.1", 1);
    rig.put_key("y", 2);
    rig.put_key("x.1", 3);
    rig.put_key("z", 4);
    rig.remove_key("z");
    rig.begin();
    CHECK(rig.status() == Status::Live);
    CHECK(rig.shown() == "x.1=3 y=2");
    rig.put_key("z", 5);
    rig.remove_key("y");
    CHECK(rig.shown() == "x.1=3 z=5");
    rig.remove_key("x.1", "KV-Operation: PURGE\r\nNats-Rollup: sub");
    rig.remove_key("never");
    CHECK(rig.shown() == "z=5");
    rig.remove_key("z", "Nats-Marker-Reason: MaxAge");  // it ran out
    CHECK(rig.shown() == "");
    CHECK(rig.status() == Status::Live);
}

TEST_CASE("WhatABucketLostMeanwhileGoesWithTheReRead") {
    StoredRig rig(bucket_profile());
    rig.put_key("a", 1);
    rig.put_key("b", 2);
    rig.begin();
    rig.cut();
    rig.stream.let_go(1);  // ran out, without a word
    rig.put_key("b", 1);
    rig.advance_ms(2'000);
    CHECK(rig.status() == Status::Live);
    CHECK(rig.shown() == "b=1");
    // Likewise while the link is up, within a check.
    rig.put_key("c", 3);
    rig.stream.let_go(2);
    CHECK(rig.shown() == "b=1 c=3");
    for (int second = 0; second < 75; ++second) {
        rig.stream.run_ms(1'000);
        CHECK(rig.status() == Status::Live);
    }
    CHECK(rig.shown() == "c=3");
    CHECK(rig.stats().checks >= 1);
}

TEST_CASE("ACheckOfABucketThatTakesTooLongIsNotLive") {
    StoredRig rig(bucket_profile());
    rig.put_key("a", 1);
    rig.begin();
    const int made = rig.stream.made;
    while (rig.stats().checks == 0) rig.stream.run_ms(500);
    CHECK(rig.stream.made == made + 1);
    for (int i = 0; i < 110; ++i) rig.stream.run_ms(500);  // before the next one
    rig.stream.silent = true;
    bool was_late = false;
    for (int i = 0; i < 60; ++i) {
        rig.stream.run_ms(500);
        was_late = was_late || rig.status() == Status::Syncing;
    }
    CHECK(was_late);
    rig.stream.silent = false;
    rig.stream.run_ms(15'000);
    CHECK(rig.status() == Status::Live);
    CHECK(rig.shown() == "a=1");
}

TEST_CASE("AnotherScopeOfAStoredTableBeginsAnew") {
    StoredRig rig(profile_with(kLog));
    rig.put("a", 1);
    rig.begin();
    rig.session.set_scope(session::kAllAccounts, rig.now);
    CHECK(rig.shown() == "");
    rig.settle();
    CHECK(rig.status() == Status::Live);
    CHECK(rig.shown() == "a=1");
    rig.session.close(rig.now);
    CHECK(rig.status() == Status::Closed);
}

TEST_CASE("TheNewestStayInAFullTableWithoutVersions") {
    StoredRig rig(profile_with(R"({"stream":"S"},"subjects":["s.*"],"maxRows":20)"));
    for (int i = 100; i < 150; ++i) rig.put(std::to_string(i), i);
    rig.begin();
    CHECK(rig.status() == Status::Live);
    const std::string shown = rig.shown();
    CHECK(shown.ends_with("149=149"));
    CHECK(shown.find("100=") == std::string::npos);
    CHECK(rig.session.unloaded(0) >= 29);
}

// Without a filter every hole between two messages is seen, and one that is let go is not.
TEST_CASE("ALogOfAWholeStreamIsReadWithoutAFilter") {
    StoredRig rig(profile_with(R"({"stream":"S"},"subjects":[">"])"));
    bool filtered = false;
    rig.on_line = [&filtered, next = rig.on_line](std::string_view line) {
        filtered = filtered || line.find("filter_subject") != std::string_view::npos;
        return next(line);
    };
    rig.put("a", 1);
    rig.put("b", 2);
    rig.begin();
    CHECK(rig.status() == Status::Live);
    CHECK(rig.shown() == "a=1 b=2");
    CHECK_FALSE(filtered);
    StoredRig other(profile_with(kLog));
    other.on_line = [&filtered, next = other.on_line](std::string_view line) {
        filtered = filtered || line.find("filter_subject") != std::string_view::npos;
        return next(line);
    };
    other.begin();
    CHECK(filtered);
}

TEST_CASE("WhatIsNotPermittedIsSaid") {
    StoredRig rig(profile_with(kLog));
    rig.stream.silent = true;
    rig.begin();
    rig.broker_sends("-ERR 'Permissions Violation for Publish to \"$JS.API.STREAM.INFO.S\"'\r\n");
    rig.settle();
    CHECK(rig.status() == Status::Syncing);
    CHECK(rig.session.cause() == "The stream S cannot be read: the broker does not permit it");
    rig.stream.silent = false;
    rig.put("a", 1);
    rig.stream.run_ms(20'000);
    CHECK(rig.status() == Status::Live);
    CHECK(rig.shown() == "a=1");
}

TEST_CASE("AReadingThatTheBrokerEndsBeginsAgain") {
    StoredRig rig(profile_with(kLog));
    rig.put("a", 1);
    rig.begin();
    CHECK(rig.status() == Status::Live);
    const std::int64_t gaps = static_cast<std::int64_t>(rig.stats().gaps);
    rig.stream.end_consumer();
    rig.settle();
    CHECK(rig.status() == Status::Syncing);
    CHECK(rig.session.cause() ==
          "The stream S: the broker ended the reading, it is asked for again");
    CHECK(static_cast<std::int64_t>(rig.stats().gaps) == gaps + 1);
    rig.put("b", 2);
    rig.stream.run_ms(20'000);
    CHECK(rig.status() == Status::Live);
    CHECK(rig.shown() == "a=1 b=2");
}

// A table of each kind: neither waits for the other, and a reading that fails is not both's.
TEST_CASE("ATableOfAStreamAndOneOfRequestsGoSideBySide") {
    feed::ParsedProfile parsed = feed::profile_from_json(
        R"({"name":"p","tables":[)"
        R"({"name":"t","key":["id"],"snapshot":{"stream":"S"},"subjects":["s.*"],)"
        R"("columns":[{"field":"id","type":"text"},{"field":"n","type":"int"}]},)"
        R"({"name":"u","key":["id"],"snapshot":{"request":"rows.u"},"subjects":["u"],)"
        R"("columns":[{"field":"id","type":"text"},{"field":"n","type":"int"}]},)"
        R"({"name":"w","key":["id"],"snapshot":{"request":"rows.w"},"subjects":["w"],)"
        R"("columns":[{"field":"id","type":"text"},{"field":"n","type":"int"}]}]})",
        "f");
    REQUIRE(parsed.error == "");
    StoredRig rig(std::move(parsed.profile));
    bool fails = true;
    rig.on_request = [&fails](std::string_view subject) -> std::string {
        if (fails && subject == "rows.w") return R"([{"n":"no record"}])";
        return R"([{"id":"x","n":1},{"id":"y","n":2}])";
    };
    rig.put("a", 1);
    rig.begin();
    CHECK(rig.session.table(1).row_count() == 2);
    CHECK(rig.session.table(2).row_count() == 0);
    CHECK(rig.status() == Status::Syncing);
    CHECK(rig.session.cause().find("rows.w answers no records") != std::string::npos);
    fails = false;
    rig.stream.run_ms(10'000);
    CHECK(rig.status() == Status::Live);
    CHECK(rig.shown() == "a=1");
    CHECK(rig.session.table(2).row_count() == 2);
    rig.publish("w", R"({"id":"z","n":3})");
    rig.settle();
    CHECK(rig.session.table(2).row_count() == 3);
    // The stream falls silent: it alone is said to be in trouble.
    rig.stream.silent = true;
    for (int i = 0; i < 40; ++i) rig.stream.run_ms(500);
    CHECK(rig.status() == Status::Syncing);
    CHECK(rig.session.cause().find("The stream S") == 0);
    rig.stream.silent = false;
    rig.stream.run_ms(20'000);
    CHECK(rig.status() == Status::Live);
}

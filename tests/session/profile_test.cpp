// A session of a profile that is not TraderX's: no accounts, other snapshots, a delete rule.
#include <doctest/doctest.h>

#include <algorithm>

#include "feed/profile_json.h"
#include "session/session.h"
#include "support/session_rig.h"

using namespace nats_blotter;
using session::Status;
using support::SessionRig;

namespace {

feed::Profile profile_with(std::string_view snapshot) {
    feed::ParsedProfile parsed = feed::profile_from_json(
        R"({"name":"p","tables":[{"name":"t","subjects":["s.*.r"],"key":["house","id"],)"
        R"("records":"/r","delete":{"column":"state","value":"gone"},"version":"at",)" +
            std::string(snapshot) +
            R"("columns":[{"field":"house","type":"symbol","token":2},)"
            R"~({"field":"id","type":"text"},{"field":"/v/n","type":"decimal(1)"},)~"
            R"({"field":"state","type":"enum"},{"field":"at","type":"int"}]}]})",
        "f");
    REQUIRE(parsed.error == "");
    return parsed.profile;
}

struct ProfileRig : SessionRig {
    explicit ProfileRig(std::string_view snapshot) : SessionRig(profile_with(snapshot)) {
        start(session::kAllAccounts);
        advance_ms(300);
    }

    void send(const std::string& house, const std::string& records) {
        publish("s." + house + ".r", R"({"r":)" + records + "}");
        settle();
    }

    // "house/id=value ..." in the order of the keys.
    std::string shown() {
        session.refresh_views();
        std::vector<std::string> rows;
        const table::Table& table = session.table(0);
        for (table::RowId row = 0; row < table.slot_count(); ++row) {
            if (!table.is_live(row)) continue;
            rows.push_back(
                std::string(table.cell(row, 0).text) + '/' + std::string(table.cell(row, 1).text) +
                '=' +
                (table.cell(row, 2).is_null() ? "-" : std::to_string(table.cell(row, 2).number)));
        }
        std::sort(rows.begin(), rows.end());
        std::string out;
        for (const std::string& row : rows) out += (out.empty() ? "" : " ") + row;
        return out;
    }
};

}  // namespace

TEST_CASE("AFeedWithoutSnapshotIsLiveOnceItIsSubscribed") {
    ProfileRig rig("");
    CHECK(rig.status() == Status::Live);
    CHECK(rig.fetched_urls.empty());  // neither rows nor accounts
    CHECK(rig.subscribed_subjects() == std::vector<std::string>{"s.*.r"});
    rig.send("a", R"([{"id":"1","v":{"n":2.5},"at":1},{"id":"2","at":1}])");
    rig.send("b", R"({"id":"1","v":{"n":-1},"at":1})");
    CHECK(rig.shown() == "a/1=25 a/2=- b/1=-10");
    CHECK(rig.stats().verified_age_us < 0);  // nothing has confirmed them

    // The rest of rule 2 and its checks pass without a word.
    rig.advance_ms(70'000);
    CHECK(rig.stats().checks == 0);
    CHECK(rig.status() == Status::Live);
    rig.cut();
    CHECK(rig.status() == Status::Offline);
    rig.advance_ms(2'000);
    CHECK(rig.status() == Status::Live);
    CHECK(rig.stats().gaps == 1);
    rig.send("b", R"({"id":"1","v":{"n":-2},"at":2})");
    CHECK(rig.shown() == "a/1=25 a/2=- b/1=-20");
}

TEST_CASE("AFeedWithoutSnapshotSaysSinceWhenItMayLackRows") {
    ProfileRig rig("");
    rig.send("a", R"({"id":"1","at":1})");
    const MonotonicUs heard = rig.now;
    CHECK(rig.session.lacks_rows_since(0) == kNever);
    rig.advance_ms(5'000);  // nothing is heard
    rig.cut();
    CHECK(rig.session.lacks_rows_since(0) <= heard);
    const MonotonicUs since = rig.session.lacks_rows_since(0);
    rig.advance_ms(2'000);
    REQUIRE(rig.status() == Status::Live);
    CHECK(rig.session.lacks_rows_since(0) == since);  // live, and it stands
    rig.cut();
    rig.session.resync(rig.now);
    rig.advance_ms(2'000);
    CHECK(rig.session.lacks_rows_since(0) == since);
    CHECK(rig.stats().verified_age_us < 0);
    rig.session.set_scope(session::kAllAccounts, rig.now);
    rig.advance_ms(300);
    CHECK(rig.status() == Status::Live);
    CHECK(rig.session.lacks_rows_since(0) == kNever);
}

TEST_CASE("ASubscriptionThatWasTakenAwayLacksRows") {
    ProfileRig rig("");
    rig.denied_subjects = {"s.*.r"};
    rig.broker_sends("-ERR 'Permissions Violation for Subscription to \"s.*.r\"'\r\n");
    rig.settle();
    CHECK(rig.status() == Status::Syncing);
    rig.denied_subjects.clear();
    rig.advance_ms(5'000);
    CHECK(rig.status() == Status::Live);
    CHECK(rig.session.lacks_rows_since(0) != kNever);
}

TEST_CASE("AFeedThatWasNotFollowedYetLacksNothing") {
    SessionRig rig(profile_with(""));
    rig.broker_up = false;
    rig.start(session::kAllAccounts);
    rig.advance_ms(2'000);
    rig.broker_up = true;
    rig.advance_ms(5'000);
    CHECK(rig.status() == Status::Live);
    CHECK(rig.session.lacks_rows_since(0) == kNever);
}

TEST_CASE("AFeedWithASnapshotLacksNothing") {
    ProfileRig rig(R"("snapshot":{"request":"s.all"},)");
    rig.on_request = [](std::string_view) { return std::string(R"({"r":[]})"); };
    rig.answer_requests();
    rig.settle();
    rig.cut();
    rig.advance_ms(2'000);
    CHECK(rig.status() == Status::Live);
    CHECK(rig.session.lacks_rows_since(0) == kNever);
}

TEST_CASE("AnAccountIsNoneWhereTheProfileHasNone") {
    ProfileRig rig("");
    rig.session.set_scope(22214, rig.now);
    CHECK(rig.session.scope() == session::kAllAccounts);
    rig.advance_ms(300);
    CHECK(rig.status() == Status::Live);
}

TEST_CASE("TheDeleteRuleTakesARowAway") {
    ProfileRig rig("");
    rig.send("a", R"([{"id":"1","v":{"n":1},"at":5},{"id":"2","v":{"n":2},"at":5}])");
    rig.send("a", R"({"id":"1","state":"gone","at":4})");  // older than what is held
    CHECK(rig.shown() == "a/1=10 a/2=20");
    CHECK(rig.stats().outdated == 1);
    rig.send("a", R"({"id":"1","state":"gone","at":6})");
    CHECK(rig.shown() == "a/2=20");
    rig.send("a", R"({"id":"9","state":"gone","at":6})");  // never seen
    CHECK(rig.shown() == "a/2=20");
    rig.send("a", R"({"id":"1","state":"back","v":{"n":3},"at":7})");
    CHECK(rig.shown() == "a/1=30 a/2=20");
}

TEST_CASE("ASnapshotByRequestIsMergedLikeOneByUrl") {
    std::string answer = R"({"r":[{"house":"a","id":"1","v":{"n":1},"at":1},)"
                         R"({"house":"a","id":"0","state":"gone","at":1}]})";
    ProfileRig rig(R"("snapshot":{"request":"s.all"},)");
    CHECK(rig.status() == Status::Syncing);
    CHECK(rig.session.cause() == "Reading the snapshot");
    int asked = 0;
    rig.on_request = [&](std::string_view subject) {
        CHECK(subject == "s.all");
        ++asked;
        return answer;
    };
    rig.answer_requests();
    rig.settle();
    CHECK(rig.status() == Status::Live);
    CHECK(rig.shown() == "a/1=10");
    CHECK(asked == 1);

    // Once more after the commit lag: what is in neither is removed.
    answer = R"({"r":[{"house":"a","id":"2","v":{"n":2},"at":1}]})";
    rig.advance_ms(3'000);
    CHECK(asked == 2);
    CHECK(rig.shown() == "a/2=20");
    CHECK(rig.stats().verified_age_us >= 0);
}

TEST_CASE("ASnapshotByRequestThatFailsIsSaidAndTriedAgain") {
    ProfileRig rig(R"("snapshot":{"request":"s.all"},)");
    rig.advance_ms(11'000);  // nobody answers
    CHECK(rig.status() == Status::Syncing);
    CHECK(rig.session.cause().starts_with("s.all: "));
    rig.on_request = [](std::string_view) { return std::string("[1]"); };
    rig.advance_ms(20'000);
    CHECK(rig.session.cause() == "s.all answers no records");
    rig.on_request = [](std::string_view) { return std::string(R"({"r":[]})"); };
    rig.advance_ms(5'000);
    CHECK(rig.status() == Status::Live);
    CHECK(rig.shown() == "");
    // A connection that ends while the answer is awaited is no trouble either.
    rig.on_request = {};
    rig.cut();
    rig.advance_ms(2'000);
    CHECK(rig.status() == Status::Syncing);
    rig.cut();
    rig.on_request = [](std::string_view) { return std::string(R"({"r":[]})"); };
    rig.advance_ms(5'000);
    CHECK(rig.status() == Status::Live);
}

TEST_CASE("ASnapshotByRequestIsCheckedOnceAMinuteAndReadAgainWhenAsked") {
    ProfileRig rig(R"("snapshot":{"request":"s.all"},)");
    rig.session.resync(rig.now);  // while the first one is awaited
    int asked = 0;
    // One that cannot be read spoils no other.
    rig.on_request = [&](std::string_view) {
        ++asked;
        return std::string(R"({"r":[{"house":"a"},{"house":"a","id":"1","at":1},{"house":"b"}]})");
    };
    rig.advance_ms(3'000);
    CHECK(rig.status() == Status::Live);
    CHECK(rig.shown() == "a/1=-");
    const int before = asked;
    rig.advance_ms(70'000);
    CHECK(asked > before);
    CHECK(rig.stats().checks >= 1);
    CHECK(rig.shown() == "a/1=-");
}

TEST_CASE("TwoSnapshotsByRequestAreEachTheirTables") {
    feed::Profile profile = profile_with(R"("snapshot":{"request":"s.all"},)");
    profile.tables.push_back(profile.tables[0]);
    profile.tables[1].name = "other";
    profile.tables[1].snapshot_subject = "s.other";
    SessionRig rig(profile);
    rig.on_request = [](std::string_view subject) {
        return std::string(subject == "s.all" ? R"({"r":[{"house":"a","id":"1","at":1}]})"
                                              : R"([17])");
    };
    rig.start(session::kAllAccounts);
    rig.advance_ms(1'000);
    CHECK(rig.status() == Status::Syncing);
    CHECK(rig.session.cause() == "s.other answers no records");
    CHECK_FALSE(rig.session.loading(0));
    CHECK(rig.session.loading(1));
    rig.on_request = [](std::string_view) {
        return std::string(
            R"({"r":[{"house":"a","id":"1","at":1},{"house":"a","id":"2","at":1}]})");
    };
    rig.advance_ms(5'000);
    CHECK(rig.status() == Status::Live);
    CHECK(rig.session.table(1).row_count() == 2);
}

TEST_CASE("TheInspectorOffersTheSubjectsOfAProfileWithoutAccounts") {
    ProfileRig rig("");
    CHECK(rig.session.inspector_offers() == "s.*.r");
}

TEST_CASE("AFoldFollowsItsTable") {
    feed::ParsedProfile parsed = feed::profile_from_json(
        R"({"name":"p","tables":[{"name":"fills","subjects":["f"],"key":["id"],"version":"v",)"
        R"("columns":[{"field":"id","type":"int"},{"field":"sym","type":"symbol"},)"
        R"~({"field":"side","type":"enum"},{"field":"q","type":"decimal(1)"},)~"
        R"({"field":"v","type":"int"}]}],"folds":[{"name":"net","of":"fills","by":["sym"],)"
        R"("sums":[{"column":"q","sign":"side","minus":"S"}]}]})",
        "f");
    REQUIRE(parsed.error == "");
    SessionRig rig(parsed.profile);
    rig.start(session::kAllAccounts);
    rig.advance_ms(300);
    CHECK(rig.status() == Status::Live);
    REQUIRE(rig.session.table_count() == 2);
    const auto net = [&] {
        rig.settle();
        rig.session.refresh_views();
        std::vector<std::string> rows;
        const table::Table& table = rig.session.table(1);
        for (std::size_t at = 0; at < rig.session.view(1).size(); ++at) {
            const table::RowId row = rig.session.view(1).row_at(at);
            rows.push_back(std::string(table.cell(row, 0).text) + '=' +
                           std::to_string(table.cell(row, 1).number));
        }
        std::sort(rows.begin(), rows.end());
        std::string out;
        for (const std::string& row : rows) out += (out.empty() ? "" : " ") + row;
        return out;
    };
    CHECK(net() == "");
    rig.publish("f", R"([{"id":1,"sym":"A","side":"B","q":1.5,"v":1},)"
                     R"({"id":2,"sym":"A","side":"S","q":4,"v":1},)"
                     R"({"id":3,"sym":"C","side":"B","q":2,"v":1}])");
    CHECK(net() == "A=-25 C=20");
    rig.publish("f", R"({"id":2,"sym":"A","side":"B","q":4,"v":2})");
    CHECK(net() == "A=55 C=20");
    CHECK_FALSE(rig.session.loading(1));
    // More than a view is told of at a time.
    std::string many = "[";
    for (int id = 10; id < 30'010; ++id)
        many += (id > 10 ? "," : "") + (R"({"id":)" + std::to_string(id)) +
                R"(,"sym":"M","side":"B","q":1,"v":1})";
    rig.publish("f", many + "]");
    CHECK(net() == "A=55 C=20 M=300000");
    // It lacks what its table lacks, and begins anew with it.
    rig.cut();
    rig.advance_ms(2'000);
    CHECK(rig.session.lacks_rows_since(1) != kNever);
    rig.session.set_scope(session::kAllAccounts, rig.now);
    rig.advance_ms(300);
    CHECK(rig.status() == Status::Live);
    CHECK(net() == "");
    rig.publish("f", R"({"id":1,"sym":"A","side":"B","q":1,"v":1})");
    CHECK(net() == "A=10");
    rig.advance_ms(200'000);  // its checks pass without a word
    CHECK(rig.status() == Status::Live);
}

// The delete rule of a bucket, where its subject is listened to and no stream is read.
TEST_CASE("ADeletionTakesTheRowAwayAlsoWithoutAStream") {
    feed::ParsedProfile parsed = feed::profile_from_json(
        R"({"name":"p","tables":[{"name":"t","subjects":["$KV.b.*"],"key":["id"],"delete":"kv",)"
        R"("columns":[{"field":"id","type":"int","token":3},{"field":"n","type":"int"}]}]})",
        "f");
    REQUIRE(parsed.error == "");
    SessionRig rig(std::move(parsed.profile));
    std::string sid;
    rig.on_line = [&sid](std::string_view line) {
        if (line.starts_with("SUB $KV.b.* ")) sid = std::string(line.substr(12));
        return false;
    };
    rig.start(session::kAllAccounts);
    rig.advance_ms(300);
    REQUIRE(rig.status() == Status::Live);
    const auto removes = [&](const std::string& key) {
        const std::string headers = "NATS/1.0\r\nKV-Operation: DEL\r\n\r\n";
        const std::string bytes = std::to_string(headers.size());
        rig.broker_sends("HMSG $KV.b." + key + ' ' + sid + ' ' + bytes + ' ' + bytes + "\r\n" +
                         headers + "\r\n");
        rig.settle();
    };
    const auto rejects = [&rig] {
        std::uint64_t all = 0;
        for (const std::uint64_t count : rig.stats().rejects) all += count;
        return all;
    };
    rig.publish("$KV.b.7", R"({"n":70})");
    rig.publish("$KV.b.8", R"({"n":80})");
    rig.settle();
    REQUIRE(rig.session.table(0).row_count() == 2);
    removes("9");  // which nobody had
    CHECK(rig.session.table(0).row_count() == 2);
    removes("7");
    CHECK(rig.session.table(0).row_count() == 1);
    CHECK(rejects() == 0);
    removes("no-number");  // no key of this table
    CHECK(rig.session.table(0).row_count() == 1);
    CHECK(rejects() == 1);
    rig.publish("$KV.b.7", R"({"n":71})");
    rig.settle();
    CHECK(rig.session.table(0).row_count() == 2);
}

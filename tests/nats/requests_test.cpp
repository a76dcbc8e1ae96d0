#include "nats/requests.h"

#include <doctest/doctest.h>

#include <set>
#include <string>

#include "nats/subject.h"

using namespace nats_blotter;
using nats::RequestFailure;
using nats::Requests;

TEST_CASE("InboxesDifferAndDoNotContainEachOther") {
    std::set<std::string> inboxes;
    for (std::uint64_t seed = 0; seed < 1'000; ++seed) {
        Requests requests("_INBOX", seed);
        CHECK(inboxes.insert(requests.inbox_pattern()).second);
        CHECK(inboxes.insert(requests.new_inbox()).second);
        CHECK(inboxes.insert(requests.new_inbox()).second);
    }
    Requests requests("_INBOX", 1);
    const std::string pattern = requests.inbox_pattern();
    CHECK(pattern.size() == std::string_view("_INBOX.0123456789ABCDEFGHIJKL.*").size());
    CHECK_FALSE(nats::subject_matches(pattern, requests.new_inbox()));
    CHECK(nats::subject_matches(pattern, requests.reply_subject(1)));
}

TEST_CASE("OnlyAPendingRequestsOwnSubjectAnswersIt") {
    Requests requests("in", 1);
    const auto id = requests.begin("a", 100);
    const std::string reply = requests.reply_subject(id);
    CHECK(requests.find_by_reply(reply) == id);
    CHECK(requests.find_by_reply(reply + "0") == 0);
    CHECK(requests.find_by_reply(reply.substr(0, reply.size() - 1)) == 0);
    CHECK(requests.find_by_reply(reply + "x") == 0);
    CHECK(requests.find_by_reply(reply + "99999999999999999999") == 0);
    CHECK(requests.find_by_reply("in.other.1") == 0);
    CHECK(requests.find_by_reply("") == 0);
    CHECK(requests.finish(id));
    CHECK_FALSE(requests.finish(id));
    CHECK(requests.find_by_reply(reply) == 0);
    CHECK(requests.next_deadline() == kNever);
}

TEST_CASE("DeadlinesFailWhatIsDueAndNothingElse") {
    Requests requests("in", 1);
    const auto late = requests.begin("a", 300);
    const auto soon = requests.begin("b", 100);
    const auto middle = requests.begin("c", 200);
    CHECK(requests.next_deadline() == 100);
    requests.expire(99);
    CHECK_FALSE(requests.next_failed());
    // A deadline that was seen is not named again, although it fails only when all was read.
    requests.on_deadline(150);
    CHECK(requests.next_deadline() == 200);
    requests.expire(150);
    CHECK(requests.next_failed()->request == soon);
    CHECK_FALSE(requests.next_failed());
    CHECK(requests.finish(middle));
    CHECK(requests.next_deadline() == 300);
    requests.expire(1'000);
    CHECK(requests.next_failed()->request == late);
    CHECK(requests.pending() == 0);
}

TEST_CASE("AnAnswerThatWaitedUnreadBeatsItsDeadline") {
    Requests requests("in", 1);
    const auto id = requests.begin("a", 100);
    requests.on_deadline(500);
    CHECK(requests.finish(id));
    requests.expire(500);
    CHECK_FALSE(requests.next_failed());
}

TEST_CASE("RequestsHaveALimitThatCountsUntoldFailures") {
    Requests requests("in", 1);
    while (!requests.full()) requests.begin("a", 100);
    CHECK(requests.pending() == nats::kRequestsMax);
    requests.fail_all(RequestFailure::Disconnected);
    CHECK(requests.full());
    std::size_t told = 0;
    while (const auto failed = requests.next_failed()) {
        CHECK(failed->failure == RequestFailure::Disconnected);
        ++told;
    }
    CHECK(told == nats::kRequestsMax);
    CHECK_FALSE(requests.full());
}

TEST_CASE("ACancelledRequestIsNotToldEvenWhenItsFailureWaits") {
    Requests requests("in", 1);
    const nats::RequestId first = requests.begin("s", 10);
    const nats::RequestId second = requests.begin("s", 10);
    requests.fail_all(RequestFailure::Disconnected);
    requests.cancel(first);
    requests.cancel(first);
    CHECK(requests.next_failed()->request == second);
    CHECK_FALSE(requests.next_failed().has_value());
}

TEST_CASE("EveryRequestFailureHasWords") {
    std::set<std::string_view> texts;
    for (int i = 0; i <= static_cast<int>(RequestFailure::Closed); ++i)
        texts.insert(nats::request_failure_text(static_cast<RequestFailure>(i)));
    CHECK(texts.size() == static_cast<std::size_t>(RequestFailure::Closed) + 1);
}

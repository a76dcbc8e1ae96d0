// Requests through the client: one inbox, one answer or one failure each.
#include <doctest/doctest.h>

#include <string>

#include "nats/error.h"
#include "nats/requests.h"
#include "support/scripted_broker.h"

using namespace nats_blotter;
using nats::NatsError;
using nats::RequestFailure;
using tests::count_of;
using tests::ScriptedBroker;
using Kind = nats::Event::Kind;

namespace {

struct ConnectedBroker : ScriptedBroker {
    ConnectedBroker() {
        client.start(clock.now());
        accept();
        REQUIRE(client.connected());
        take_events();
        take_written();
    }
    nats::RequestId ask(std::string_view subject, MonotonicUs timeout_us = kSecondUs) {
        const auto id = client.request(subject, "?", timeout_us, clock.now());
        REQUIRE(id.has_value());
        pump();
        const std::string written = take_written();
        const std::size_t at = written.find("PUB " + std::string(subject) + " _INBOX.");
        REQUIRE(at != std::string::npos);
        const std::size_t start = written.find("_INBOX.", at);
        reply = written.substr(start, written.find(' ', start) - start);
        return *id;
    }
    void answers(const std::string& subject, std::string_view payload) {
        sends("MSG " + subject + " 1 " + std::to_string(payload.size()) + "\r\n" +
              std::string(payload) + "\r\n");
    }

    std::string reply;  // of the last ask()
};

NatsError error_of(const Result<nats::RequestId>& result) {
    return result ? NatsError{} : static_cast<NatsError>(result.error().code);
}

}  // namespace

TEST_CASE("AllRequestsShareOneInboxSubscription") {
    ConnectedBroker broker;
    REQUIRE(broker.client.request("a", "1", kSecondUs, broker.clock.now()).has_value());
    REQUIRE(
        broker.client.request("b", "2", kSecondUs, broker.clock.now(), "NATS/1.0\r\nK: v\r\n\r\n")
            .has_value());
    broker.pump();
    const std::string written = broker.take_written();
    CHECK(written.substr(0, 11) == "SUB _INBOX.");
    CHECK(count_of(written, "SUB ") == 1);
    CHECK(count_of(written, ".* 1\r\n") == 1);
    CHECK(count_of(written, "PUB a _INBOX.") == 1);
    CHECK(count_of(written, "HPUB b _INBOX.") == 1);
    broker.closes();
    broker.accept();
    CHECK(count_of(broker.take_written(), "SUB _INBOX.") == 1);
}

TEST_CASE("AnAnswerGoesToItsRequestInAnyOrder") {
    ConnectedBroker broker;
    const auto first = broker.ask("a");
    const std::string first_reply = broker.reply;
    const auto second = broker.ask("a");
    broker.answers(broker.reply, "two");
    broker.answers(first_reply, "one");
    broker.answers(first_reply, "again");
    const auto events = broker.take_events();
    REQUIRE(events.size() == 2);
    CHECK(events[0].kind == Kind::Reply);
    CHECK(events[0].request == second);
    CHECK(events[0].payload == "two");
    CHECK(events[1].request == first);
    CHECK(events[1].payload == "one");
    CHECK(broker.client.stats().late_replies == 1);
    CHECK(broker.client.stats().replies == 2);
    broker.run_for_ms(5'000);
    CHECK(broker.take_events().empty());
}

TEST_CASE("NobodyThereIsAnInstantAnswer") {
    for (const std::string_view block :
         {"NATS/1.0 503\r\n\r\n", "NATS/1.0 503\r\nNats-Subject: a\r\n\r\n",
          "NATS/1.0 503 No Responders\r\n\r\n"}) {
        ConnectedBroker broker;
        const auto id = broker.ask("a");
        const std::string bytes = std::to_string(block.size());
        broker.sends("HMSG " + broker.reply + " 1 " + bytes + " " + bytes + "\r\n" +
                     std::string(block) + "\r\n");
        const auto events = broker.take_events();
        REQUIRE(events.size() == 1);
        CHECK(events[0].kind == Kind::RequestFailed);
        CHECK(events[0].request == id);
        CHECK(events[0].failure == RequestFailure::NoResponders);
        CHECK_FALSE(events[0].text.empty());
    }
}

TEST_CASE("A503ThatCarriesAPayloadIsAnAnswer") {
    ConnectedBroker broker;
    broker.ask("a");
    broker.sends("HMSG " + broker.reply + " 1 16 18\r\nNATS/1.0 503\r\n\r\nhi\r\n");
    CHECK(broker.count(Kind::Reply) == 1);
}

TEST_CASE("ARequestTimesOutToTheMicrosecondAndLateAnswersAreCounted") {
    ConnectedBroker broker;
    const MonotonicUs start = broker.clock.now();
    const auto id = broker.ask("a", 1'500 * kMillisecondUs);
    CHECK(broker.client.next_deadline() == start + 1'500 * kMillisecondUs);
    broker.run_until(start + 1'500 * kMillisecondUs - 1);
    CHECK(broker.take_events().empty());
    broker.run_until(start + 1'500 * kMillisecondUs);
    const auto events = broker.take_events();
    REQUIRE(events.size() == 1);
    CHECK(events[0].failure == RequestFailure::Timeout);
    CHECK(events[0].request == id);
    broker.answers(broker.reply, "late");
    CHECK(broker.take_events().empty());
    CHECK(broker.client.stats().late_replies == 1);
}

TEST_CASE("AnAnswerInTheBufferOfASleeperStillCounts") {
    ConnectedBroker broker;
    const auto id = broker.ask("a");
    broker.sends_without_pump("MSG " + broker.reply + " 1 2\r\nok\r\n");
    broker.clock.advance_ms(3'600'000);
    broker.client.on_deadline(broker.clock.now());
    broker.pump();
    const auto events = broker.take_events();
    REQUIRE(events.size() == 1);
    CHECK(events[0].kind == Kind::Reply);
    CHECK(events[0].request == id);
}

TEST_CASE("RequestsFailAtOnceWithTheirConnectionAfterWhatCameBefore") {
    ConnectedBroker broker;
    const auto answered = broker.ask("a", 60 * kSecondUs);
    broker.sends_without_pump("MSG " + broker.reply + " 1 2\r\nok\r\n");
    const auto lost = broker.ask("a", 60 * kSecondUs);
    broker.closes();
    const auto events = broker.take_events();
    REQUIRE(events.size() == 3);
    CHECK(events[0].kind == Kind::Reply);
    CHECK(events[0].request == answered);
    CHECK(events[1].kind == Kind::RequestFailed);
    CHECK(events[1].request == lost);
    CHECK(events[1].failure == RequestFailure::Disconnected);
    CHECK(events[2].kind == Kind::Disconnected);
}

TEST_CASE("ARequestWhileDownIsRefusedAlsoWherePublishesAreHeld") {
    nats::Options options;
    options.publish_while_down = nats::WhileDown::Hold;
    ScriptedBroker broker(options);
    CHECK(error_of(broker.client.request("a", "", kSecondUs, 0)) == NatsError::NotConnected);
    broker.client.start(broker.clock.now());
    broker.accept();
    const MonotonicUs now = broker.clock.now();
    CHECK(broker.client.request("a", "", kSecondUs, now).has_value());
    CHECK(error_of(broker.client.request("a.*", "", kSecondUs, now)) == NatsError::BadSubject);
    broker.client.on_close(broker.generation(), {}, now);
    broker.pump();
    broker.accept();
    CHECK(count_of(broker.take_written(), "PUB a") == 0);
    broker.client.close(now);
    CHECK(error_of(broker.client.request("a", "", kSecondUs, now)) == NatsError::ClientClosed);
}

TEST_CASE("CloseFailsWhatIsPending") {
    ConnectedBroker broker;
    broker.ask("a");
    broker.client.close(broker.clock.now());
    broker.pump();
    const auto events = broker.take_events();
    REQUIRE(events.size() == 3);
    CHECK(events[0].kind == Kind::HangUp);
    CHECK(events[1].failure == RequestFailure::Closed);
    CHECK(events[2].kind == Kind::Closed);
}

TEST_CASE("ACancelledRequestEndsWithoutAWord") {
    ConnectedBroker broker;
    broker.client.cancel_request(broker.ask("a"));
    broker.client.cancel_request(77);
    broker.answers(broker.reply, "late");
    broker.run_for_ms(2'000);
    broker.closes();
    CHECK(broker.count(Kind::Reply) == 0);
    CHECK(broker.count(Kind::RequestFailed) == 0);
}

TEST_CASE("ADeniedInboxFailsRequestsAtOnceUntilTheNextConnection") {
    ConnectedBroker broker;
    const auto id = broker.ask("a");
    const std::string inbox = broker.reply.substr(0, broker.reply.rfind('.')) + ".*";
    broker.sends("-ERR 'Permissions Violation for Subscription to \"" + inbox + "\"'\r\n");
    const auto events = broker.take_events();
    REQUIRE(events.size() == 1);
    CHECK(events[0].kind == Kind::RequestFailed);
    CHECK(events[0].request == id);
    CHECK(events[0].failure == RequestFailure::Denied);
    CHECK(error_of(broker.client.request("a", "", kSecondUs, broker.clock.now())) ==
          NatsError::InboxDenied);
    broker.closes();
    broker.accept();
    CHECK(broker.client.request("a", "", kSecondUs, broker.clock.now()).has_value());
}

TEST_CASE("ADeniedPublishFailsItsRequest") {
    ConnectedBroker broker;
    const auto by_subject = broker.ask("secret");
    broker.sends("-ERR 'Permissions Violation for Publish to \"secret\"'\r\n");
    const auto by_reply = broker.ask("secret");
    broker.sends("-ERR 'Permissions Violation for Publish with Reply of \"" + broker.reply +
                 "\"'\r\n");
    broker.sends("-ERR 'Permissions Violation for Publish to \"secret\"'\r\n");
    const auto events = broker.take_events();
    REQUIRE(events.size() == 3);
    CHECK(events[0].request == by_subject);
    CHECK(events[0].failure == RequestFailure::Denied);
    CHECK(events[1].request == by_reply);
    CHECK(events[2].kind == Kind::ServerError);
}

TEST_CASE("TooManyRequestsAreRefused") {
    ConnectedBroker broker;
    const MonotonicUs now = broker.clock.now();
    for (std::size_t i = 0; i < nats::kRequestsMax; ++i)
        REQUIRE(broker.client.request("a", "", kSecondUs, now).has_value());
    CHECK(error_of(broker.client.request("a", "", kSecondUs, now)) == NatsError::TooManyRequests);
    broker.pump();
    broker.run_for_ms(1'000);
    CHECK(broker.count(Kind::RequestFailed) == nats::kRequestsMax);
    CHECK(broker.client.connected());
}

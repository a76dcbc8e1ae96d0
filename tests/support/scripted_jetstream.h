// tests/support/scripted_jetstream.h - a JetStream whose server is written by the test.
//
// A scripted broker with a JetStream on its client. What the client writes is read as lines; the
// helpers answer the requests among them as nats-server 2.9.10 does.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "nats/jetstream.h"
#include "support/scripted_broker.h"
#include "support/seen_jetstream_event.h"

namespace nats_blotter::tests {

class ScriptedJetStream : public ScriptedBroker {
  public:
    ScriptedJetStream();

    nats::JetStream jetstream{client, {}, 7};
    std::vector<SeenJetStreamEvent> told;

    // What the client wrote and no helper has taken: "SUB", "UNSUB", "PUB" or "HPUB".
    struct Line {
        std::string verb, subject, reply, payload, headers;
        nats::Sid sid = 0;
    };
    // Takes the first line of this verb whose subject begins so; an empty verb when there is none.
    Line take_line(std::string_view verb, std::string_view subject);
    bool wrote(std::string_view verb, std::string_view subject);

    // Runs the clock, with the deadlines of both.
    void run_ms(std::int64_t ms);
    void connect_again();

    // Answers the first open request of this kind. False when there is none.
    bool answers(std::string_view subject, std::string_view payload, std::string_view headers = {});
    bool nobody_answers(std::string_view subject);
    bool answers_info(nats::StreamSequence first, nats::StreamSequence last,
                      std::string_view created = "c1");
    // The consumer that was asked for last is the one whose messages follow.
    bool answers_create(std::int64_t pending, nats::StreamSequence delivered_stream,
                        std::int64_t delivered_consumer = 0);
    // The request alone, so that messages may come before its answer.
    bool takes_create();
    std::string create_json;
    nats::Sid consumer_sid() const { return sid_; }

    void message(nats::StreamSequence stream, std::int64_t consumer, std::int64_t pending,
                 std::string_view subject = "s.a", std::string_view payload = "p");
    void heartbeat(std::int64_t last_consumer, nats::StreamSequence last_stream,
                   std::string_view stalled = {});
    void flow_control(std::string_view reply);
    void status(std::string_view line);
    // What somebody else publishes to our inbox.
    void foreign(std::string_view reply, std::string_view payload);

    // "M5 M6 C G7-9" for messages, CaughtUp, Gap; "R3" Reset, "I" Interrupted; and forgets them.
    std::string take_told();

  private:
    void read_lines();
    void drain();
    void send_on(nats::Sid sid, std::string_view subject, std::string_view reply,
                 std::string_view headers, std::string_view payload);

    std::vector<Line> lines_;
    Line create_;
    std::string name_;
    nats::Sid sid_ = 0;
    nats::Sid inbox_sid_ = 0;
};

}  // namespace nats_blotter::tests

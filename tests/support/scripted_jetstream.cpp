#include "support/scripted_jetstream.h"

#include <algorithm>
#include <cstdlib>

namespace nats_blotter::tests {

using Kind = nats::JetStreamEvent::Kind;

namespace {

std::vector<std::string> words_of(std::string_view line) {
    std::vector<std::string> words;
    while (!line.empty()) {
        const std::size_t end = std::min(line.find(' '), line.size());
        if (end > 0) words.emplace_back(line.substr(0, end));
        line.remove_prefix(std::min(end + 1, line.size()));
    }
    return words;
}

}  // namespace

ScriptedJetStream::ScriptedJetStream() {
    on_event = [this](const nats::Event& event) {
        jetstream.take(event, clock.now());
        drain();
    };
    client.start(clock.now());
    accept();
    read_lines();
}

void ScriptedJetStream::drain() {
    for (;;) {
        const nats::JetStreamEvent event = jetstream.next_event();
        if (event.kind == Kind::None) return;
        told.push_back(seen_event_from(event));
    }
}

void ScriptedJetStream::read_lines() {
    pump();
    const std::string written = take_written();
    for (std::string_view rest = written; !rest.empty();) {
        const std::size_t end = rest.find("\r\n");
        const std::vector<std::string> words = words_of(rest.substr(0, end));
        rest.remove_prefix(end + 2);
        if (words.empty()) continue;
        Line line;
        line.verb = words[0];
        if (line.verb == "SUB") {
            line.subject = words[1];
            line.sid = std::strtoull(words.back().c_str(), nullptr, 10);
            if (line.subject.substr(line.subject.size() - 2) == ".*") inbox_sid_ = line.sid;
        } else if (line.verb == "UNSUB") {
            line.sid = std::strtoull(words[1].c_str(), nullptr, 10);
        } else if (line.verb == "PUB" || line.verb == "HPUB") {
            const bool with_headers = line.verb == "HPUB";
            line.subject = words[1];
            if (words.size() == (with_headers ? 5U : 4U)) line.reply = words[2];
            const std::size_t bytes = std::strtoul(words.back().c_str(), nullptr, 10);
            const std::size_t header_bytes =
                with_headers ? std::strtoul(words[words.size() - 2].c_str(), nullptr, 10) : 0;
            line.headers = rest.substr(0, header_bytes);
            line.payload = rest.substr(header_bytes, bytes - header_bytes);
            rest.remove_prefix(bytes + 2);
        } else {
            continue;
        }
        lines_.push_back(line);
    }
}

ScriptedJetStream::Line ScriptedJetStream::take_line(std::string_view verb,
                                                     std::string_view subject) {
    read_lines();
    for (std::size_t i = 0; i < lines_.size(); ++i) {
        if (lines_[i].verb != verb || lines_[i].subject.substr(0, subject.size()) != subject)
            continue;
        Line line = lines_[i];
        lines_.erase(lines_.begin() + static_cast<std::ptrdiff_t>(i));
        return line;
    }
    return {};
}

bool ScriptedJetStream::wrote(std::string_view verb, std::string_view subject) {
    return !take_line(verb, subject).verb.empty();
}

void ScriptedJetStream::run_ms(std::int64_t ms) {
    const MonotonicUs end = clock.now() + ms * kMillisecondUs;
    read_lines();
    for (;;) {
        const MonotonicUs next = std::min(client.next_deadline(), jetstream.next_deadline());
        if (next > end) break;
        clock.set(std::max(next, clock.now()));
        client.on_deadline(clock.now());
        jetstream.on_deadline(clock.now());
        drain();
        read_lines();
    }
    clock.set(end);
}

void ScriptedJetStream::connect_again() {
    lines_.clear();
    create_ = {};
    accept();
    read_lines();
    run_ms(0);
}

void ScriptedJetStream::send_on(nats::Sid sid, std::string_view subject, std::string_view reply,
                                std::string_view headers, std::string_view payload) {
    std::string bytes = headers.empty() ? "MSG " : "HMSG ";
    bytes.append(subject).append(" ").append(std::to_string(sid)).append(" ");
    if (!reply.empty()) bytes.append(reply).append(" ");
    if (!headers.empty()) bytes.append(std::to_string(headers.size())).append(" ");
    bytes.append(std::to_string(headers.size() + payload.size())).append("\r\n");
    bytes.append(headers).append(payload).append("\r\n");
    sends(bytes);
    run_ms(0);
}

bool ScriptedJetStream::answers(std::string_view subject, std::string_view payload,
                                std::string_view headers) {
    Line line = take_line("PUB", subject);
    if (line.verb.empty()) line = take_line("HPUB", subject);
    if (line.reply.empty()) return false;
    send_on(inbox_sid_, line.reply, {}, headers, payload);
    return true;
}

bool ScriptedJetStream::nobody_answers(std::string_view subject) {
    return answers(subject, {}, "NATS/1.0 503\r\n\r\n");
}

bool ScriptedJetStream::answers_info(nats::StreamSequence first, nats::StreamSequence last,
                                     std::string_view created) {
    return answers("$JS.API.STREAM.INFO.S",
                   "{\"created\":\"" + std::string(created) +
                       "\",\"state\":{\"messages\":" + std::to_string(last - first + 1) +
                       ",\"first_seq\":" + std::to_string(first) + ",\"last_seq\":" +
                       std::to_string(last) + ",\"first_ts\":\"1970-01-01T00:00:10Z\"}}");
}

bool ScriptedJetStream::takes_create() {
    create_ = take_line("PUB", "$JS.API.CONSUMER.CREATE.");
    if (create_.verb.empty()) return false;
    create_json = create_.payload;
    const std::vector<Line> lines = lines_;
    for (const Line& line : lines) {
        if (line.verb != "SUB" || create_json.find(line.subject + "\"") == std::string::npos)
            continue;
        sid_ = line.sid;
        name_ = line.subject.substr(line.subject.rfind('.') + 1);
        take_line("SUB", line.subject);
        return true;
    }
    return false;
}

bool ScriptedJetStream::answers_create(std::int64_t pending, nats::StreamSequence delivered_stream,
                                       std::int64_t delivered_consumer) {
    if (create_.verb.empty() && !takes_create()) return false;
    send_on(inbox_sid_, create_.reply, {}, {},
            "{\"name\":\"" + name_ + "\",\"num_pending\":" + std::to_string(pending) +
                ",\"delivered\":{\"consumer_seq\":" + std::to_string(delivered_consumer) +
                ",\"stream_seq\":" + std::to_string(delivered_stream) + "}}");
    create_ = {};
    return true;
}

void ScriptedJetStream::message(nats::StreamSequence stream, std::int64_t consumer,
                                std::int64_t pending, std::string_view subject,
                                std::string_view payload) {
    send_on(sid_, subject,
            "$JS.ACK.S." + name_ + ".1." + std::to_string(stream) + "." + std::to_string(consumer) +
                "." + std::to_string(stream * 1'000'000'000) + "." + std::to_string(pending),
            {}, payload);
}

void ScriptedJetStream::heartbeat(std::int64_t last_consumer, nats::StreamSequence last_stream,
                                  std::string_view stalled) {
    std::string headers =
        "NATS/1.0 100 Idle Heartbeat\r\nNats-Last-Consumer: " + std::to_string(last_consumer) +
        "\r\nNats-Last-Stream: " + std::to_string(last_stream) + "\r\n";
    if (!stalled.empty()) headers.append("Nats-Consumer-Stalled: ").append(stalled).append("\r\n");
    send_on(sid_, "d", {}, headers + "\r\n", {});
}

void ScriptedJetStream::flow_control(std::string_view reply) {
    send_on(sid_, "d", reply, "NATS/1.0 100 FlowControl Request\r\n\r\n", {});
}

void ScriptedJetStream::foreign(std::string_view reply, std::string_view payload) {
    send_on(sid_, "d", reply, {}, payload);
}

void ScriptedJetStream::status(std::string_view line) {
    send_on(sid_, "d", {}, "NATS/1.0 " + std::string(line) + "\r\n\r\n", {});
}

std::string ScriptedJetStream::take_told() {
    std::string text;
    for (const SeenJetStreamEvent& event : told) {
        if (!text.empty()) text.push_back(' ');
        switch (event.kind) {
            case Kind::Message: text += "M" + std::to_string(event.sequence); break;
            case Kind::CaughtUp: text += "C"; break;
            case Kind::Gap:
                text += "G" + std::to_string(event.from) + "-" + std::to_string(event.to);
                break;
            case Kind::Reset: text += "R" + std::to_string(event.from); break;
            case Kind::Interrupted: text += "I"; break;
            default: text += "?"; break;
        }
    }
    told.clear();
    return text;
}

}  // namespace nats_blotter::tests

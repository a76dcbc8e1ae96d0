#include "support/scripted_broker.h"

#include <utility>

namespace nats_blotter::tests {

using Kind = nats::Event::Kind;

ScriptedBroker::ScriptedBroker(nats::Options options, std::uint64_t seed)
    : client(std::move(options), seed) {}

void ScriptedBroker::pump() {
    for (;;) {
        const nats::Event event = client.next_event(clock.now());
        if (event.kind == Kind::NeedMore) break;
        if (on_event) on_event(event);
        see(event);
    }
    const std::string_view output = client.pending_output();
    if (!open_ || choked || output.empty()) return;
    ++writes;
    written_.append(output);
    client.consume_output(output.size());
}

void ScriptedBroker::see(const nats::Event& event) {
    if (event.kind == Kind::Dial) {
        dialling_ = true;
        open_ = false;
        generation_ = event.generation;
        dialled_url = event.text;
        dialled_server = event.server;
        return;
    }
    if (event.kind == Kind::HangUp && event.generation == generation_) dialling_ = open_ = false;
    events_.push_back(seen_event_from(event, clock.now()));
}

void ScriptedBroker::run_until(MonotonicUs at) {
    pump();
    while (client.next_deadline() <= at) {
        if (client.next_deadline() > clock.now()) clock.set(client.next_deadline());
        client.on_deadline(clock.now());
        pump();
    }
    clock.set(at);
}

MonotonicUs ScriptedBroker::run_until_dial() {
    const MonotonicUs start = clock.now();
    pump();
    while (!dialling_ && client.next_deadline() != kNever) {
        if (client.next_deadline() > clock.now()) clock.set(client.next_deadline());
        client.on_deadline(clock.now());
        pump();
    }
    return clock.now() - start;
}

void ScriptedBroker::open() {
    dialling_ = false;
    open_ = true;
    client.on_open(generation_, clock.now());
    pump();
}

void ScriptedBroker::sends(std::string_view bytes) {
    sends_without_pump(bytes);
    pump();
}

void ScriptedBroker::sends_without_pump(std::string_view bytes) {
    client.receive(generation_, bytes, clock.now());
}

void ScriptedBroker::closes(std::uint16_t code, std::string_view reason, bool was_clean) {
    dialling_ = open_ = false;
    client.on_close(generation_, {code, was_clean, reason}, clock.now());
    pump();
}

void ScriptedBroker::accept() {
    run_until_dial();
    open();
    sends(kInfoLine);
    sends("PONG\r\n");
}

std::string ScriptedBroker::take_written() { return std::exchange(written_, {}); }

std::vector<SeenEvent> ScriptedBroker::take_events() { return std::exchange(events_, {}); }

std::size_t ScriptedBroker::count(Kind kind) const {
    std::size_t found = 0;
    for (const SeenEvent& event : events_)
        if (event.kind == kind) ++found;
    return found;
}

std::size_t count_of(std::string_view text, std::string_view piece) {
    std::size_t found = 0;
    for (std::size_t at = text.find(piece); at != std::string_view::npos;
         at = text.find(piece, at + piece.size()))
        ++found;
    return found;
}

}  // namespace nats_blotter::tests

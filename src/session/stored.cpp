// session/stored.cpp - tables that a JetStream stream fills: read from its beginning, then live. A
// bucket is a stream.
//
// The stream numbers its messages, and src/nats/ordered_consumer.h sees to it that each comes once
// and in order, or says what is missing. A log goes on after an interruption where it was. A state
// (the newest message of each subject) is read anew on every connection and at every check: what
// ran out meanwhile, nobody tells. Nothing is cleared for it; what a read does not find again is
// removed at its end.
#include <algorithm>

#include "base/assert.h"
#include "nats/kv.h"
#include "session/state.h"

namespace nats_blotter::session {
namespace {

using Failure = nats::JetStreamFailure;
using Kind = nats::JetStreamEvent::Kind;

// As nats-server numbers them.
constexpr std::int32_t kStreamNotFound = 10059;

std::string name_words(const feed::TableSpec& spec) {
    constexpr std::size_t kBucketPrefixBytes = 3;
    return spec.stored_in_bucket ? "The bucket " + spec.stored_in.substr(kBucketPrefixBytes)
                                 : "The stream " + spec.stored_in;
}

std::string trouble_words(const feed::TableSpec& spec, const nats::JetStreamEvent& event) {
    const std::string name = name_words(spec);
    const std::string why(event.error == nullptr ? std::string() : event.error->description);
    switch (event.failure) {
        case Failure::Lost: return name + ": messages were lost on their way, they are read again";
        case Failure::MissedHeartbeats:
            return name + ": nothing was heard of it for too long, it is asked for again";
        case Failure::ConsumerGone:
            return name + ": the broker ended the reading, it is asked for again";
        case Failure::NotEnabled: return name + " cannot be read: the broker has no JetStream";
        case Failure::Denied: return name + " cannot be read: the broker does not permit it";
        case Failure::Timeout: return name + " cannot be read: JetStream does not answer";
        default: break;
    }
    if (event.error != nullptr && event.error->error_code == kStreamNotFound)
        return name + " cannot be read: there is none of this name";
    return name + " cannot be read: " + (why.empty() ? std::string(event.text) : why);
}

}  // namespace

// What a round wants of the table: that it is current, and if need be that it was read anew.
void Session::State::read_stored(std::size_t round_index, LiveTable& live, MonotonicUs now) {
    Round& round = rounds[round_index];
    const bool second_look = round.phase == RoundPhase::Rereading && !round.checking;
    const bool goes_on = second_look || !live.table.spec().last_per_subject;
    StoredFeed& stored = live.stored;
    if (round.checking)
        begin_stored(live, now);  // current until it is overdue
    else if (stored.consumer == 0 || stored.from_start || !goes_on)
        begin_stored_again(live, {}, now);
    round.reads[live.index].done = stored.current && !stored.reading;
}

void Session::State::begin_stored(LiveTable& live, MonotonicUs now) {
    StoredFeed& stored = live.stored;
    const feed::TableSpec& spec = live.table.spec();
    if (stored.consumer != 0) jetstream.stop(stored.consumer, now);
    stored.consumer = 0;
    if (++live.last_pass == 0) live.last_pass = 1;
    // Whatever the table holds is older than this.
    stored.round = {live.last_pass, session_ms(now) + 1, session_ms(now) + 1, false};
    stored.reading = true;
    stored.from_start = false;
    stored.due_at = kNever;
    stored.begun_at = now;
    stored.evicted_before = live.table.evicted();
    live.forget_unloaded();
    live.checks_waited = 0;
    nats::OrderedConsumerOptions wanted;
    wanted.stream = spec.stored_in;
    wanted.start = spec.last_per_subject ? nats::StartAt::LastPerSubject : nats::StartAt::All;
    wanted.heartbeat_us = kStoredHeartbeatUs;
    // Without a filter every hole between two messages is seen.
    if (spec.streams[0].pattern != ">") wanted.filter_subject = spec.streams[0].pattern;
    const Result<nats::ConsumerId> consumer = jetstream.consume(std::move(wanted), now);
    if (consumer)
        stored.consumer = *consumer;
    else
        stored.trouble =
            name_words(spec) + " cannot be read: " + std::string(consumer.error().text);
}

// From now on the table is not current, until it is read.
void Session::State::begin_stored_again(LiveTable& live, std::string_view why, MonotonicUs now) {
    StoredFeed& stored = live.stored;
    stored.current = false;
    stored.trouble = why;
    if (why.empty() || stored.reading || now - stored.begun_at >= kStoredAgainUs)
        begin_stored(live, now);
    else if (stored.due_at == kNever)
        stored.due_at = stored.begun_at + kStoredAgainUs;
}

// On a lost link, or with the scope. What a log has told stands, and it goes on from there.
void Session::State::stop_stored(bool logs_too, MonotonicUs now) {
    for (const auto& live : tables) {
        StoredFeed& stored = live->stored;
        stored.current = false;
        if (stored.consumer == 0 || (!logs_too && !live->table.spec().last_per_subject)) continue;
        jetstream.stop(stored.consumer, now);
        stored = {};
    }
}

bool Session::State::take_stored(const nats::Event& event, MonotonicUs now, EpochMs epoch_ms) {
    if (tables_stored == 0) return false;
    const bool ours = jetstream.take(event, now);
    take_stored_events(now, epoch_ms);
    return ours;
}

void Session::State::take_stored_events(MonotonicUs now, EpochMs epoch_ms) {
    for (;;) {
        const nats::JetStreamEvent event = jetstream.next_event();
        if (event.kind == Kind::None) return;
        for (const auto& live : tables)
            if (live->stored.consumer != 0 && live->stored.consumer == event.consumer) {
                on_stored_event(*live, event, now, epoch_ms);
                break;
            }
    }
}

void Session::State::on_stored_event(LiveTable& live, const nats::JetStreamEvent& event,
                                     MonotonicUs now, EpochMs epoch_ms) {
    StoredFeed& stored = live.stored;
    const std::string name = name_words(live.table.spec());
    switch (event.kind) {
        case Kind::Message: return take_stored_message(live, event, now, epoch_ms);
        case Kind::CaughtUp:
            if (stored.due_at == kNever) on_stored_current(live, now);
            return;
        case Kind::Interrupted: return on_stored_interrupted(live, event);
        case Kind::Gap:
            // What the stream has let go before it was first read is not owed.
            if (stored.reading || stored.due_at != kNever) return;
            ++stats.gaps;
            return begin_stored_again(
                live, name + " let messages go before they came: it is read again", now);
        case Kind::Reset:
            ++stats.gaps;
            return begin_stored_again(live, name + " was made anew: it is read again", now);
        default: return;
    }
}

void Session::State::on_stored_interrupted(LiveTable& live, const nats::JetStreamEvent& event) {
    StoredFeed& stored = live.stored;
    const bool was_current = stored.current;
    stored.current = false;
    if (event.failure == Failure::Disconnected || event.failure == Failure::Closed) return;
    if (was_current) ++stats.gaps;
    if (stored.due_at == kNever) stored.trouble = trouble_words(live.table.spec(), event);
}

void Session::State::on_stored_current(LiveTable& live, MonotonicUs now) {
    StoredFeed& stored = live.stored;
    const bool anew = stored.reading;
    if (anew) {
        stored.reading = false;
        const auto all = [](table::RowId) { return true; };
        const std::size_t removed =
            table::sweep_after_snapshot(live.table, stored.round, all).removed;
        stats.removed += removed;
        // What was removed had taken the room of rows that are owed now.
        const bool lacked_room = live.unloaded() > 0;
        if (removed > 0 && lacked_room) return begin_stored(live, now);
    }
    const bool again = anew && !stored.trouble.empty() && !rounds.empty() && rounds.front().merged;
    stored.current = true;
    stored.trouble.clear();
    if (again) ++stats.resyncs;
    for (std::size_t index = 0; index < rounds.size(); ++index) {
        Round& round = rounds[index];
        const bool reads =
            round.phase == RoundPhase::Reading || round.phase == RoundPhase::Rereading;
        if (!reads || round.reads[live.index].done) continue;
        round.reads[live.index].done = true;
        on_reads_done(index, now);
    }
}

void Session::State::take_stored_message(LiveTable& live, const nats::JetStreamEvent& event,
                                         MonotonicUs now, EpochMs epoch_ms) {
    last_message_at = now;
    if (live.table.spec().kv_delete &&
        nats::kv_operation_from_headers(event.headers) != nats::KvOperation::Put)
        return take_deletion(live, event.subject);
    take_records(live, event.subject, event.payload, scope, now, epoch_ms);
}

// A bucket's key is gone, whatever version its row had.
void Session::State::take_deletion(LiveTable& live, std::string_view subject) {
    ++stats.events;
    const feed::Record* const key = live.messages.key_of(subject);
    if (key == nullptr) return count_reject(static_cast<std::int32_t>(feed::Reject::MissingKey));
    const table::RowId row = live.table.find(key->cells);
    if (row == table::kNoRow) return;
    live.table.erase(row);
    bound_changes(live);
}

void Session::State::on_stored_deadline(MonotonicUs now) {
    if (tables_stored == 0) return;
    jetstream.on_deadline(now);
    take_stored_events(now, 0);
    for (const auto& live : tables)
        if (live->stored.due_at <= now) begin_stored(*live, now);
}

MonotonicUs Session::State::stored_deadline() const {
    MonotonicUs deadline = jetstream.next_deadline();
    for (const auto& live : tables) deadline = std::min(deadline, live->stored.due_at);
    return deadline;
}

// Of what is in trouble; now where it is being asked for.
MonotonicUs Session::State::stored_retry_at() const {
    MonotonicUs at = kNever;
    for (const auto& live : tables) {
        const StoredFeed& stored = live->stored;
        if (stored.trouble.empty()) continue;
        const nats::OrderedConsumer* const consumer = jetstream.consumer(stored.consumer);
        MonotonicUs due =
            std::min(stored.due_at, consumer == nullptr ? kNever : consumer->next_deadline());
        at = std::min(at, due == kNever ? last_call_at : due);
    }
    return at;
}

}  // namespace nats_blotter::session

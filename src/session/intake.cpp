// session/intake.cpp - a message of a subscription becomes a row.
#include "nats/kv.h"
#include "session/state.h"

namespace nats_blotter::session {

void Session::State::on_message(const nats::Event& event, MonotonicUs now, EpochMs epoch_ms) {
    const auto route = routes.find(event.sid);
    if (route == routes.end() && inspector.take(event, now, epoch_ms)) return;
    last_message_at = now;
    if (route == routes.end()) return;  // unsubscribed while it was on its way
    LiveTable& live = *tables[route->second.table];
    const AccountId account = route->second.account;
    if (live.table.spec().kv_delete &&
        nats::kv_operation_from_headers(event.headers) != nats::KvOperation::Put)
        return take_deletion(live, event.subject);
    take_records(live, event.subject, event.payload, account, now, epoch_ms);
}

// As on_message(), for what nearly all messages are.
void Session::State::on_plain_message(const nats::Message& message, MonotonicUs now,
                                      EpochMs epoch_ms) {
    const auto route = routes.find(message.sid);
    if (route == routes.end() || tables_stored > 0) {
        nats::Event event;
        event.kind = nats::Event::Kind::Message;
        event.sid = message.sid;
        event.subject = message.subject;
        event.payload = message.payload;
        return on_link_event(event, now, epoch_ms);
    }
    last_message_at = now;
    LiveTable& live = *tables[route->second.table];
    take_records(live, message.subject, message.payload, route->second.account, now, epoch_ms);
}

void Session::State::take_records(LiveTable& live, std::string_view subject,
                                  std::string_view payload, AccountId account, MonotonicUs now,
                                  EpochMs epoch_ms) {
    // A stream that is read again tells of what is long past.
    live.decoder.came_at(live.stored.reading ? 0 : epoch_ms);
    if (const feed::Record* const record = live.messages.known(payload)) {
        take_record(live, *record, account, payload, now, epoch_ms);
        return live.decoder.came_at(0);
    }
    live.messages.begin(subject, payload);
    while (const auto decoded = live.messages.next()) {
        if (*decoded)
            take_record(live, ***decoded, account, payload, now, epoch_ms);
        else
            count_reject(decoded->error().code);
    }
    live.decoder.came_at(0);
}

void Session::State::take_record(LiveTable& live, const feed::Record& record, AccountId account,
                                 std::string_view payload, MonotonicUs now, EpochMs epoch_ms) {
    if (!belongs_to(live, record, account))
        return count_reject(static_cast<std::int32_t>(feed::Reject::WrongAccount));

    ++stats.events;
    if (profile.books && profile.books->balances.table == live.index) balances_move = true;
    if (record.published_ms != 0 && epoch_ms != 0) {
        latency.add(epoch_ms - record.published_ms);
        lag.add(epoch_ms, record.published_ms, now);
    }
    // Views are told of a row once, however often it changed since they last caught up.
    const std::size_t changes = live.table.changes().size();
    const table::Outcome outcome =
        live.stored.reading
            ? table::ingest_replayed(live.table, record, live.stored.round, session_ms(now))
            : table::ingest_event(live.table, record, session_ms(now));
    if (outcome == table::Outcome::Replaced && live.table.changes().size() == changes)
        ++stats.conflated;
    if (outcome == table::Outcome::Outdated) ++stats.outdated;
    if (outcome == table::Outcome::BeyondCap) ++live.kept_out_of_stream;
    if (outcome == table::Outcome::Full)
        count_reject(static_cast<std::int32_t>(feed::Reject::TableFull));
    if (outcome == table::Outcome::Inserted && !tickets.history().empty())
        watch_trade(live, record, payload, now);
    bound_changes(live);
}

bool Session::State::belongs_to(const LiveTable& live, const feed::Record& record,
                                AccountId account) const {
    const std::int32_t column = live.table.spec().scope_column;
    if (column < 0) return true;
    const feed::Cell& cell = record.cells[static_cast<std::size_t>(column)];
    return !cell.is_null() && cell.number == account;
}

void Session::State::count_reject(std::int32_t code) {
    const auto index = static_cast<std::size_t>(code);
    if (index < stats.rejects.size()) ++stats.rejects[index];
}

void Session::State::catch_up_views() {
    tell_books();
    for (const auto& live : tables) catch_up_view(*live);
}

void Session::State::catch_up_view(LiveTable& live) {
    for (table::Fold* const fold : live.folds) fold->catch_up();
    away.note(live.index, live.table.changes(), live.table.told_bits());
    table::View* const search = live.held ? nullptr : live.search.get();
    for (table::View* view : {&live.view, search}) {
        if (view == nullptr) continue;
        if (live.table.was_cleared() || live.view_is_stale)
            view->rebuild();
        else
            view->apply(live.table.changes());
    }
    live.view_is_stale = false;
    live.table.clear_changes();
}

void Session::State::bound_changes(LiveTable& live) {
    if (live.table.changes().size() <= kChangesHeldMax) return;
    if (live.view.size() / 4 > kChangesHeldMax && !live.view_is_stale) return catch_up_view(live);
    for (table::Fold* const fold : live.folds) fold->catch_up();
    away.note(live.index, live.table.changes(), live.table.told_bits());
    live.view_is_stale = true;
    live.table.clear_changes();
}

}  // namespace nats_blotter::session

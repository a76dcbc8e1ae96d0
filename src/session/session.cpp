#include "session/session.h"

#include <algorithm>

#include "base/assert.h"
#include "session/state.h"

namespace nats_blotter::session {
namespace {

// Undelivered wishes; an owner that drains them after each call never has more than a handful.
constexpr std::size_t kActionsMax = 4096;

constexpr feed::SessionMs kRebaseMs = feed::SessionMs{1} << 30;  // 12 days, well within 32 bits

}  // namespace

std::string_view status_name(Status status) {
    switch (status) {
        case Status::Connecting: return "connecting";
        case Status::Syncing: return "syncing";
        case Status::Live: return "live";
        case Status::Stale: return "stale";
        case Status::Offline: return "offline";
        case Status::Closed: return "closed";
    }
    return "unknown";
}

std::uint64_t LiveTable::unloaded() const {
    return lacked_at_read + kept_out_of_stream + table.evicted() - evicted_before;
}

Session::State::State(Options options)
    : profile(std::move(options.profile)),
      link(std::move(options.nats), options.seed),
      random(options.seed ^ 0xA11CE),
      jetstream(link, {}, options.seed ^ 0x5704E),
      account_list(account_spec()) {
    NB_ASSERT(!profile.tables.empty() && profile.tables.size() <= kTablesMax);
    for (const feed::TableSpec& spec : profile.tables)
        tables.push_back(std::make_unique<LiveTable>(spec));
    for (std::size_t index = 0; index < tables.size(); ++index) {
        tables[index]->index = index;
        if (tables[index]->table.spec().snapshot == feed::SnapshotKind::None)
            ++tables_without_snapshot;
        if (tables[index]->table.spec().is_stored()) ++tables_stored;
    }
    for (const auto& live : tables) {
        const std::optional<feed::FoldSpec>& spec = live->table.spec().fold;
        if (!spec) continue;
        LiveTable& source = *tables[spec->of];
        NB_ASSERT(spec->of < live->index && !source.table.spec().fold);
        live->fold = std::make_unique<table::Fold>(source.table, live->table, *spec);
        source.folds.push_back(live->fold.get());
    }
    away = Away(tables.size());
    keep_books();
}

// ---- status

Status Session::State::compute_status() const {
    if (closed) return Status::Closed;
    if (!link_up) return ever_disconnected ? Status::Offline : Status::Connecting;
    if (suspect) return Status::Stale;
    if (rounds.empty() || !rounds.front().merged) return Status::Syncing;
    const bool may_lack_rows =
        std::any_of(
            rounds.begin(), rounds.end(),
            [](const Round& round) { return round.overdue || (!round.merged && round.broken); }) ||
        std::any_of(tables.begin(), tables.end(), [](const auto& live) {
            return live->table.spec().is_stored() && !live->stored.current;
        });
    return may_lack_rows ? Status::Syncing : Status::Live;
}

std::string_view Session::State::compute_cause() const {
    switch (compute_status()) {
        case Status::Live: return {};
        case Status::Closed: return "Closed";
        case Status::Connecting: return "Connecting to the broker";
        case Status::Offline: return link_words;
        case Status::Stale: return "Nothing heard from the broker, rows may be old";
        case Status::Syncing: break;
    }
    if (!has_scope)
        return account_list.failure.empty() ? "No account chosen"
                                            : std::string_view(account_list.failure);
    for (const Round& round : rounds)
        if ((!round.merged || round.overdue) && round.broken) return round.failure;
    for (const auto& live : tables)
        if (!live->stored.trouble.empty()) return live->stored.trouble;
    if (!rounds.front().merged && !rounds.front().reason.empty()) return rounds.front().reason;
    if (rounds.front().phase == RoundPhase::Waiting)
        return account_list.failure.empty() ? "Reading the list of accounts"
                                            : std::string_view(account_list.failure);
    if (rounds.front().phase == RoundPhase::Fencing) return "Subscribing";
    return rounds.front().merged ? "Reading the snapshot once more" : "Reading the snapshot";
}

void Session::State::update_status(MonotonicUs now) {
    const Status now_status = compute_status();
    if (now_status == Status::Live) {
        ever_live = true;
        if (away.running()) catch_up_views();
        if (away.on_live(now)) ++away_version;
    } else if (ever_live && status == Status::Live) {
        catch_up_views();
        away.on_not_live(now);
    }
    const std::string_view now_cause = compute_cause();
    if (now_status == status && now_cause == cause) return;
    status = now_status;
    cause.assign(now_cause);
    ++status_version;
}

void Session::State::check_invariants() const {
    if (status != Status::Live) return;
    NB_ASSERT(link_up && !rounds.empty() && rounds.front().merged);
}

// ---- the link

void Session::State::on_link_event(const nats::Event& event, MonotonicUs now, EpochMs epoch_ms) {
    if (take_stored(event, now, epoch_ms)) return;
    switch (event.kind) {
        case nats::Event::Kind::Message: return on_message(event, now, epoch_ms);
        case nats::Event::Kind::CredentialsNeeded:
            return push_link_action(Action::Kind::Authenticate, event);
        case nats::Event::Kind::SignatureNeeded: return push_link_action(Action::Kind::Sign, event);
        case nats::Event::Kind::Dial: return push_link_action(Action::Kind::Dial, event);
        case nats::Event::Kind::HangUp: return push_link_action(Action::Kind::HangUp, event);
        case nats::Event::Kind::Connected: return on_connected(now);
        case nats::Event::Kind::Disconnected: return on_disconnected(*event.cause, now);
        case nats::Event::Kind::FencePassed: return on_fence(event.fence, now);
        case nats::Event::Kind::Denied:
            if (inspector.refuse(event.sid, "The broker refuses: " + std::string(event.text)))
                return;
            [[fallthrough]];
        case nats::Event::Kind::ServerError:
            return on_subscription_trouble(event.sid,
                                           "The broker refuses: " + std::string(event.text), now);
        case nats::Event::Kind::Reply:
        case nats::Event::Kind::RequestFailed: return on_request_end(event, now);
        case nats::Event::Kind::Suspect: suspect = true; return;
        case nats::Event::Kind::Alive: suspect = false; return;
        case nats::Event::Kind::Closed: closed = true; return;
        case nats::Event::Kind::LameDuck:  // the redial that follows is the ordinary one
        case nats::Event::Kind::NeedMore: return;
        default: return;  // of publishes, which a session does not use
    }
}

void Session::State::on_connected(MonotonicUs now) {
    link_up = true;
    suspect = false;
    link_words.clear();
    connected_at = now;
    if (link.stats().connects > 1) ++stats.reconnects;
    begin_round(now);
}

void Session::State::on_disconnected(const nats::Cause& why, MonotonicUs now) {
    const std::int64_t behind_ms = lag.lag_ms(now, false);
    const bool held = link_up && hold_slow_redial(now);
    lag.on_disconnected(now);
    if (link_up) ++stats.gaps;
    if (link_up) note_hole(link.stats().last_byte_at);
    link_up = false;
    suspect = false;
    ever_disconnected = true;
    link_words = why.text;
    if (held) {
        link_words = "The link is too slow for this feed: it was lost " +
                     std::to_string(behind_ms / 1000) + " s behind";
    }
    abandon_rounds();
    stop_stored(false, now);
}

// Dialling again at once would only fill the same pipe with another snapshot.
bool Session::State::hold_slow_redial(MonotonicUs now) {
    if (lag.lag_ms(now, false) < kBehindMs) return false;
    if (now - connected_at >= kSlowForgottenUs) slow_cuts_in_a_row = 0;
    ++stats.slow_cuts;
    ++slow_cuts_in_a_row;
    MonotonicUs wait = kSlowRedialFirstUs;
    for (int i = 1; i < slow_cuts_in_a_row && wait < kSlowRedialLastUs; ++i) wait *= 2;
    link.hold_redial(now + wait / 2 +
                     static_cast<MonotonicUs>(random.below(static_cast<std::uint64_t>(wait / 2))));
    return true;
}

// What the broker refused may be any of the subscriptions; until it is accepted the stream may be
// missing rows, so the round starts over after a while.
void Session::State::on_subscription_trouble(nats::Sid sid, std::string words, MonotonicUs now) {
    if (rounds.empty()) return;
    const auto route = routes.find(sid);
    if (route != routes.end()) {
        note_hole(now);
        unsubscribe_account(route->second.account);
    }
    Round& round = rounds.front();
    for (Read& read : round.reads) cancel_read(read);
    round.phase = RoundPhase::Waiting;
    round.checking = false;
    round.merged = false;
    fail_round(round, std::move(words), now);
}

// What is published from here on, until the streams are followed again, is missed for good where
// there is no snapshot.
void Session::State::note_hole(MonotonicUs since) {
    if (ever_followed) lacks_rows_since = std::min(lacks_rows_since, since);
}

void Session::State::notice_sleep(MonotonicUs now) {
    const bool slept = last_call_at >= 0 && now - last_call_at > kSleptUs;
    last_call_at = now;
    if (!slept) return;
    if (!link_up) return link.on_wake_up(now);  // who waited to dial has waited long enough
    ++stats.gaps;
    link.on_wake_up(now);
    begin_round(now);
}

void Session::State::push_link_action(Action::Kind kind, const nats::Event& event) {
    Action action;
    action.kind = kind;
    action.generation = event.generation;
    if (kind == Action::Kind::Sign) action.body = event.text;
    push_action(std::move(action));
}

void Session::State::push_action(Action action) {
    NB_ASSERT(actions.size() < kActionsMax);
    actions.push_back(std::move(action));
}

// ---- time

feed::SessionMs Session::State::session_ms(MonotonicUs now) const {
    return static_cast<feed::SessionMs>((now - started_at) / kMillisecondUs) + 1;
}

void Session::State::rebase_if_needed(MonotonicUs now) {
    if (session_ms(now) < kRebaseMs) return;
    const feed::SessionMs by_ms = session_ms(now) - 1;
    for (const auto& live : tables) table::rebase_session_ms(live->table, by_ms);
    started_at += static_cast<std::int64_t>(by_ms) * kMillisecondUs;
}

std::int64_t Session::State::retry_wait_us(int failures) {
    std::int64_t wait = kRetryFirstUs;
    for (int i = 1; i < failures && wait < kRetryLastUs; ++i) wait *= 2;
    wait = std::min(wait, kRetryLastUs);
    // Half of it is random, so that a thousand pages do not ask at once.
    return wait / 2 + static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(wait / 2)));
}

// ---- the public face

Session::Session(Options options) : state_(std::make_unique<State>(std::move(options))) {}
Session::~Session() = default;

void Session::start(MonotonicUs now) {
    State& s = *state_;
    NB_ASSERT(!s.started);
    s.started = true;
    s.started_at = now;
    s.last_call_at = now;
    s.link.start(now);
    s.ask_accounts();
    s.update_status(now);
}

void Session::set_scope(AccountId account, MonotonicUs now) {
    State& s = *state_;
    if (s.closed) return;
    s.has_scope = true;
    s.scope = s.profile.has_accounts() ? account : kAllAccounts;  // the only one there is
    s.abandon_rounds();
    s.stop_stored(true, now);
    s.unsubscribe_all_but({});
    go_on();
    for (const auto& live : s.tables) {
        live->table.clear();
        live->forget_unloaded();
        live->unreadable = {};
    }
    if (s.ledger) s.ledger->clear();
    s.balances_move = false;
    s.rounds_completed = 0;
    s.ever_live = false;
    s.ever_followed = false;
    s.lacks_rows_since = kNever;
    s.away = Away(s.tables.size());
    s.verified_at = -1;
    s.read_in_full();
    s.latency.clear();
    s.lag.clear();
    s.begin_round(now);
    s.catch_up_views();
    s.update_status(now);
    s.check_invariants();
}

bool Session::has_scope() const { return state_->has_scope; }
AccountId Session::scope() const { return state_->scope; }

void Session::resync(MonotonicUs now) {
    State& s = *state_;
    if (s.closed) return;
    s.read_in_full();  // whoever asks doubts what is shown
    if (s.link_up)
        s.begin_round(now);
    else
        s.link.on_wake_up(now);
    s.update_status(now);
}

void Session::close(MonotonicUs now) {
    State& s = *state_;
    if (s.closed) return;
    s.link.close(now);
    s.abandon_rounds();
    s.cancel_fetch(s.account_list.fetch);
    s.account_list.due_at = kNever;
    pump(now, 0, SIZE_MAX);
    s.closed = true;
    s.link_up = false;
    s.update_status(now);
}

void Session::on_wake_up(MonotonicUs now) {
    State& s = *state_;
    if (s.closed) return;
    s.notice_sleep(now);
    s.link.on_wake_up(now);
    s.update_status(now);
}

void Session::on_hidden(MonotonicUs now) {
    State& s = *state_;
    if (!s.ever_live) return;
    s.catch_up_views();
    s.away.on_hidden(now);
}

void Session::on_seen(MonotonicUs now) {
    State& s = *state_;
    s.catch_up_views();
    if (s.away.on_seen(now)) ++s.away_version;
}

const AwayReport& Session::away() const { return state_->away.report(); }
std::uint64_t Session::away_version() const { return state_->away_version; }
AwayMark Session::away_mark(std::size_t table, table::RowId row) const {
    return state_->away.mark(table, row);
}

nats::Client& Session::link() { return state_->link; }
Inspector& Session::inspector() { return state_->inspector; }
const Inspector& Session::inspector() const { return state_->inspector; }

std::string Session::inspector_offers() const {
    std::string offers;
    const auto offer = [&offers](std::string_view subject) {
        if (!offers.empty()) offers += '\n';
        offers += subject;
    };
    if (!profile().has_accounts()) {
        for (const feed::TableSpec& table : profile().tables)
            for (const feed::StreamSpec& stream : table.streams) offer(stream.pattern);
        return offers;
    }
    const bool one = has_scope() && scope() != kAllAccounts;
    for (const feed::SubjectRow& row : feed::kSubjects) {
        if (!row.browser_may_subscribe) continue;
        if (!feed::is_of_account(row))
            offer(feed::wildcard_subject(row));
        else if (one)
            offer(feed::subject_for(row.stream, row.family, scope()));
    }
    return offers;
}

bool Session::pump(MonotonicUs now, EpochMs epoch_ms, std::size_t events_max) {
    State& s = *state_;
    s.notice_sleep(now);
    bool more = true;
    for (std::size_t i = 0; i < events_max; ++i) {
        nats::Message message;
        if (s.link.next_message(now, message)) {
            s.on_plain_message(message, now, epoch_ms);
            continue;
        }
        const nats::Event event = s.link.next_event(now);
        more = event.kind != nats::Event::Kind::NeedMore;
        if (!more) break;
        s.on_link_event(event, now, epoch_ms);
    }
    s.follow_minute(now, epoch_ms);
    s.judge_books(now);
    s.update_status(now);
    s.check_invariants();
    return more;
}

Action Session::next_action() {
    State& s = *state_;
    s.push_requests();
    if (s.actions.empty()) return {};
    Action action = std::move(s.actions.front());
    s.actions.pop_front();
    return action;
}

MonotonicUs Session::next_deadline() const {
    const State& s = *state_;
    return s.closed ? kNever : std::min(s.minute_due_at, s.next_deadline());
}

MonotonicUs Session::State::next_deadline() const {
    MonotonicUs deadline =
        std::min({link.next_deadline(), account_list.due_at, tickets.next_deadline(),
                  securities_due_at, books.next_deadline(), stored_deadline()});
    for (const Round& round : rounds)
        deadline = std::min({deadline, round.due_at, round.overdue_at});
    return deadline;
}

void Session::on_deadline(MonotonicUs now) {
    State& s = *state_;
    if (s.closed) return;
    s.notice_sleep(now);
    if (s.minute_due_at <= now) {
        s.follow_minute(now, s.epoch_ms_at(now));
        s.tell_books();
        if (now < s.next_deadline()) return;
    }
    s.link.on_deadline(now);
    s.on_stored_deadline(now);
    if (s.account_list.due_at <= now) s.ask_accounts();
    s.on_order_deadline(now);
    for (std::size_t index = 0; index < s.rounds.size(); ++index) s.on_round_deadline(index, now);
    s.judge_books(now);
    s.update_status(now);
}

void Session::on_fetch_bytes(FetchId fetch, std::string_view bytes, MonotonicUs now) {
    State& s = *state_;
    s.last_call_at = now;
    const auto found = s.fetches.find(fetch);
    if (found == s.fetches.end()) return;
    const Purpose purpose = found->second.purpose;
    if (purpose != Purpose::Snapshot && purpose != Purpose::Accounts) {
        std::string& body = found->second.body;
        if (body.size() + bytes.size() > kAnswerBytesMax)
            found->second.too_long = true;
        else
            body.append(bytes);
        return;
    }
    found->second.splitter.append(bytes);
    s.take_elements(fetch, found->second);
}

void Session::on_fetch_head(FetchId fetch, std::string_view since_header) {
    const auto found = state_->fetches.find(fetch);
    if (found == state_->fetches.end()) return;
    found->second.has_head = true;
    found->second.head = since_header_from_text(since_header);
}

void Session::on_fetch_end(FetchId fetch, int http_status, std::string_view words,
                           MonotonicUs now) {
    State& s = *state_;
    s.end_fetch(fetch, http_status, words, now);
    s.update_status(now);
    s.check_invariants();
}

Status Session::status() const { return state_->status; }
const std::string& Session::cause() const { return state_->cause; }
std::uint64_t Session::status_version() const { return state_->status_version; }

MonotonicUs Session::retry_at() const {
    const State& s = *state_;
    if (s.closed) return kNever;
    if (!s.link_up) return s.link.redial_at();
    MonotonicUs at = s.account_list.failures > 0 ? s.account_list.due_at : kNever;
    for (const Round& round : s.rounds)
        if (round.broken) at = std::min(at, round.due_at);
    return std::min(at, s.stored_retry_at());
}

const feed::Profile& Session::profile() const { return state_->profile; }

const std::vector<Account>& Session::accounts() const { return state_->account_list.accounts; }
std::uint64_t Session::accounts_version() const { return state_->account_list.version; }

std::size_t Session::table_count() const { return state_->tables.size(); }
const table::Table& Session::table(std::size_t index) const {
    const LiveTable& live = *state_->tables[index];
    return live.held ? live.held->table : live.table;
}
table::View& Session::view(std::size_t index) {
    LiveTable& live = *state_->tables[index];
    return live.held ? live.held->view : live.view;
}

bool Session::hold_still(std::size_t bytes_max) {
    State& s = *state_;
    if (is_held()) return true;
    s.catch_up_views();
    std::size_t bytes = 0;
    for (const auto& live : s.tables)
        bytes += live->table.memory_bytes() + live->view.memory_bytes();
    if (bytes > bytes_max) {
        ++s.stats.holds_refused;
        return false;
    }
    for (const auto& live : s.tables) {
        live->search.reset();
        live->held = std::make_unique<HeldTable>(live->table, live->view);
    }
    return true;
}

void Session::go_on() {
    State& s = *state_;
    if (!is_held()) return;
    s.catch_up_views();
    for (const auto& live : s.tables) {
        live->search.reset();
        live->view.set_as(live->held->view);
        live->held.reset();
    }
}

bool Session::is_held() const { return state_->tables.front()->held != nullptr; }

void Session::begin_search(std::size_t index, table::FilterSpec filter) {
    LiveTable& live = *state_->tables[index];
    live.search = std::make_unique<table::View>(table(index), view(index), std::move(filter));
}

void Session::end_search(std::size_t index) { state_->tables[index]->search.reset(); }
table::View* Session::search(std::size_t index) { return state_->tables[index]->search.get(); }

std::size_t Session::table_index(std::string_view name) const {
    std::size_t index = 0;
    while (index < table_count() && table(index).spec().name != name) ++index;
    return index;
}

bool Session::loading(std::size_t index) const {
    const State& s = *state_;
    if (!s.has_scope || s.rounds_completed > 0) return false;
    if (const auto& fold = table(index).spec().fold) return loading(fold->of);
    return s.rounds.empty() || !s.rounds.front().reads[index].done;
}

std::uint64_t Session::unloaded(std::size_t index) const {
    const LiveTable& live = *state_->tables[index];
    if (const auto& fold = live.table.spec().fold) return unloaded(fold->of);
    return live.unloaded();
}

std::uint64_t Session::unreadable(std::size_t index) const {
    return state_->tables[index]->unreadable.count;
}

std::uint64_t Session::accounts_not_followed() const { return state_->stats.capped_accounts; }

MonotonicUs Session::lacks_rows_since(std::size_t index) const {
    if (const auto& fold = table(index).spec().fold) return lacks_rows_since(fold->of);
    const bool has_snapshot = table(index).spec().snapshot != feed::SnapshotKind::None;
    return has_snapshot ? kNever : state_->lacks_rows_since;
}

void Session::refresh_views() { state_->catch_up_views(); }

const LatencyRing& Session::latency() const { return state_->latency; }

std::int64_t Session::lag_ms(MonotonicUs now) const {
    return state_->lag.lag_ms(now, state_->link.unread_bytes() > 0);
}

Stats Session::stats(MonotonicUs now) const {
    Stats stats = counters(now);
    stats.latency_p50_ms = state_->latency.percentile(50);
    stats.latency_p99_ms = state_->latency.percentile(99);
    return stats;
}

Stats Session::counters(MonotonicUs now) const {
    const State& s = *state_;
    Stats stats = s.stats;
    stats.link = s.link.stats();
    stats.breaks = s.books.breaks();
    if (s.ledger) stats.unbooked = s.ledger->refused();
    for (std::size_t index = 0; index < s.tables.size(); ++index) {
        if (const auto& fold = s.tables[index]->fold) {
            stats.unfolded += fold->refused();
            continue;  // what else it lacks is its table's
        }
        stats.evicted += unloaded(index);
        stats.unreadable += unreadable(index);
    }
    for (const auto& live : s.tables)
        if (live->held)
            stats.held_bytes += live->held->table.memory_bytes() + live->held->view.memory_bytes();
    if (s.verified_at >= 0) stats.verified_age_us = now - s.verified_at;
    if (s.last_message_at >= 0) stats.last_message_age_us = now - s.last_message_at;
    stats.lag_ms = lag_ms(now);
    return stats;
}

}  // namespace nats_blotter::session

// session/state.h - everything a session holds, gathered so that its verbs can live in several
// files: session.cpp (the public face, status), round.cpp (rule 2: fence, snapshot, re-read),
// intake.cpp (stream events), fetch.cpp (REST answers), stored.cpp (JetStream), accounts.cpp (the
// list of accounts), checks.cpp (rule 8).
//
// Private to src/session and its tests.
//
// A *round* is one run of rule 2 for a set of accounts: subscribe, fence, read every table's
// snapshot, be live, and after the commit lag read once more. The scope has one round for all its
// accounts; an account that appears later in "all accounts" gets a round of its own until the next
// resync.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/random.h"
#include "feed/array_splitter.h"
#include "feed/decode.h"
#include "feed/merge.h"
#include "feed/message.h"
#include "nats/jetstream.h"
#include "session/account_admin.h"
#include "session/books.h"
#include "session/feed_lag.h"
#include "session/inspector.h"
#include "session/latency.h"
#include "session/securities.h"
#include "session/session.h"
#include "session/since.h"
#include "session/ticket.h"
#include "table/fold.h"
#include "table/ingest.h"

namespace nats_blotter::session {

// Wait before a failed REST read or refused subscription is tried again: doubling from the first to
// the last, so that a page is live within 5 s of the service's return (rule 12).
inline constexpr std::int64_t kRetryFirstUs = 500 * kMillisecondUs;
inline constexpr std::int64_t kRetryLastUs = 3 * kSecondUs;

// A connection that is lost while the feed is behind was cut for it, most likely, and the next one
// will be too: it waits, from the first to the last of these, doubling with each such loss. One
// that stayed up for kSlowForgottenUs starts over.
inline constexpr MonotonicUs kSlowRedialFirstUs = 5 * kSecondUs;
inline constexpr MonotonicUs kSlowRedialLastUs = 40 * kSecondUs;
inline constexpr MonotonicUs kSlowForgottenUs = 60 * kSecondUs;

// The second look comes the commit lag after the first merge, so that all that was streamed before
// it can be judged; but no later than this after the fence, since what was published before the
// fence is committed by then and may be missing.
inline constexpr MonotonicUs kSecondLookLatestUs =
    feed::kCommitLagMs * kMillisecondUs + 500 * kMillisecondUs;

// What was published before the fence and committed after the first read is owed no earlier than
// this after the fence (rule 12: 3 s after its commit). A second look that is not through by then
// costs the page its `live`.
inline constexpr MonotonicUs kSecondLookOverdueUs = 3 * kSecondUs;

// A service that answers a request at all does so sooner.
inline constexpr MonotonicUs kSnapshotTimeoutUs = 10 * kSecondUs;

// How often "all accounts" looks for new accounts (design section 4).
inline constexpr std::int64_t kAccountsPeriodUs = 30 * kSecondUs;

// Browsers let the timers of a hidden page run once a minute, and the keep-alive wants one every 20
// s. Silence longer than both means that the page slept or was frozen, which counts as a gap (rule
// 5).
inline constexpr std::int64_t kSleptUs = 75 * kSecondUs;

// Changes held for a view that nobody asked for (a hidden tab, a frame that is late). Past it a
// view that would sort itself anew anyway does so when it is next asked, and a larger one catches
// up at once: some 16 ms of work. (With 65,536 a single step of the pump took 180 ms.)
inline constexpr std::size_t kChangesHeldMax = 16'384;

// A message that a stream let go before it was told has everything read again, but no sooner than
// this after the last time: a stream that keeps one message of each subject does so all day.
inline constexpr MonotonicUs kStoredAgainUs = 5 * kSecondUs;

// The broker says so often that a stream is quiet and not dead; two and a half of them without are
// a doubt. Rows committed less than 3 s ago are not yet owed (rule 12).
inline constexpr MonotonicUs kStoredHeartbeatUs = kSecondUs;

// The columns of the account list.
const feed::TableSpec& account_spec();

// Records of an answer that cannot be read. An answer spoilt on its way reads well the next time; a
// record that is wrong in the service comes again with the same bytes.
struct Unreadable {
    std::uint64_t count = 0;
    std::uint64_t hash = 0;  // of their bytes, in the order they came
    void add(std::string_view text);
    bool operator==(const Unreadable&) const = default;
};

// How far a table is with the JetStream stream, or bucket, that fills it and goes on with it.
struct StoredFeed {
    nats::ConsumerId consumer = 0;  // 0: none
    feed::SnapshotRound round;      // of the last read from the stream's beginning
    bool reading = false;           // it is under way
    bool current = false;           // every message of the stream is in the table
    bool from_start = false;        // whoever reads next does so from the beginning
    std::string trouble;            // why it is not current; empty where it is just read
    MonotonicUs due_at = kNever;    // when it is read again
    MonotonicUs begun_at = 0;       // the last read
    std::uint64_t evicted_before = 0;
};

// A table and its view as they were when the view was held still.
struct HeldTable {
    explicit HeldTable(const table::Table& of, const table::View& of_view)
        : table(of), view(table, of_view) {}
    const table::Table table;
    table::View view;
};

struct LiveTable {
    explicit LiveTable(const feed::TableSpec& spec)
        : table(spec), view(table), decoder(table.spec()), messages(table.spec(), decoder) {}
    table::Table table;
    table::View view;
    std::unique_ptr<HeldTable> held;      // shown in place of these two
    std::unique_ptr<table::View> search;  // beside what is shown, while somebody searches
    feed::RecordDecoder decoder;
    feed::MessageReader messages;
    std::size_t index = 0;
    bool view_is_stale = false;  // changes were let go: the view orders itself anew
    StoredFeed stored;
    std::unique_ptr<table::Fold> fold;  // what fills this table
    std::vector<table::Fold*> folds;    // that are of this table
    feed::SnapshotPass last_pass = 0;
    // What ?since= may say: from the last read of the whole scope, kNoVersion when none offered it.
    std::int64_t since_ms = kNoVersion;
    int partial_reads = 0;          // in a row
    std::size_t checks_waited = 0;  // since the last read of the whole scope
    // What the row cap costs: rows that the last whole read and later ones of single accounts had
    // and the table has not, those of the stream that it kept out since the whole one began, and
    // those that were unloaded since it ended.
    std::uint64_t lacked_at_read = 0;
    std::uint64_t kept_out_of_stream = 0;
    std::uint64_t evicted_before = 0;
    std::uint64_t unloaded() const;
    void forget_unloaded() {
        lacked_at_read = kept_out_of_stream = 0;
        evicted_before = table.evicted();
    }
    // Of the last whole read and of later ones of single accounts: the records nobody could read.
    Unreadable unreadable;
};

// One table's snapshot within a round.
struct Read {
    FetchId fetch = 0;            // 0: none under way
    nats::RequestId request = 0;  // likewise, of a snapshot by request
    feed::SnapshotRound round;
    bool done = false;
    std::int64_t since_ms = kNoVersion;  // what was asked for; kNoVersion: everything
    std::uint64_t kept_out = 0;          // rows that the row cap kept out
    std::uint64_t evicted_before = 0;    // these three: of the table when this was asked for
    std::uint64_t unread_before = 0;
    std::uint64_t kept_out_of_stream_before = 0;
    Unreadable unreadable;  // of the answer that comes
    Unreadable refused;     // of the last answer that was not taken for them
};

enum class RoundPhase : std::uint8_t {
    Waiting,    // for the link or for the list of accounts
    Fencing,    // subscribed, PING sent
    Reading,    // first snapshots asked for
    Lagging,    // merged; waiting out the commit lag
    Rereading,  // second snapshots asked for
    Settled,
};

struct Round {
    RoundPhase phase = RoundPhase::Waiting;
    bool whole_scope = true;          // else: one account that appeared later
    std::vector<AccountId> accounts;  // sorted
    nats::FenceId fence = 0;
    feed::SessionMs fenced_at_ms = 0;
    MonotonicUs fenced_at = 0;
    std::vector<Read> reads;          // by table
    bool merged = false;              // the first snapshots are in
    MonotonicUs due_at = kNever;      // retry, or the re-read
    MonotonicUs overdue_at = kNever;  // when the second look must have been
    bool overdue = false;             // and was not: rows may be missing or stale
    bool checking = false;            // read once more in the normal course, all being well
    bool broken = false;              // due_at is a retry; `failure` says of what
    int failures = 0;                 // in a row
    std::string failure;
    std::string_view reason;  // why everything is read again, where it is not the link
};

struct Route {
    std::size_t table = 0;
    AccountId account = 0;
};

// Who waits for an answer.
enum class Purpose : std::uint8_t { Snapshot, Accounts, Securities, Ticket, Admin };

struct Fetching {
    Purpose purpose = Purpose::Snapshot;
    std::uint32_t ticket = 0;          // Ticket
    AdminStep step = AdminStep::None;  // Admin
    std::string body;                  // of the last three, whole
    bool too_long = false;
    bool met_stranger = false;  // a row of an account that is not followed
    std::size_t round = 0;
    std::size_t table = 0;
    std::string service;  // for words: "position-service"
    bool has_head = false;
    std::optional<SinceHeader> head;  // nothing in spite of has_head: it makes no sense
    feed::ArraySplitter splitter;
};

// What a service or subject does then, for words: " answers 3 records that cannot be read".
std::string cannot_be_read(std::uint64_t records);

struct AccountList {
    explicit AccountList(const feed::TableSpec& spec) : decoder(spec) {}
    std::vector<Account> accounts;
    std::vector<Account> incoming;  // of the answer that is being read
    std::uint64_t version = 0;
    FetchId fetch = 0;
    bool known = false;
    MonotonicUs due_at = kNever;
    int failures = 0;
    std::string failure;
    Unreadable unreadable;  // of the list that comes
    Unreadable accepted;    // of the last one
    feed::RecordDecoder decoder;
};

struct Session::State {
    explicit State(Options options);

    // ---- round.cpp
    void begin_round(MonotonicUs now);  // for the whole scope, from the start
    void begin_account_round(AccountId account, MonotonicUs now);
    void abandon_rounds();  // cancels fetches, forgets fences; keeps subscriptions
    void proceed(Round& round, MonotonicUs now);  // out of Waiting, when all is there
    std::vector<AccountId> scope_accounts();
    bool subscribe_account(AccountId account);
    void unsubscribe_account(AccountId account);
    void unsubscribe_all_but(const std::vector<AccountId>& accounts);
    void on_fence(nats::FenceId fence, MonotonicUs now);
    void start_reads(std::size_t round, bool reread, MonotonicUs now);
    void retry_reads(std::size_t round, MonotonicUs now);
    void start_read(std::size_t round, std::size_t table, bool reread, MonotonicUs now);
    std::int64_t since_of_read(const LiveTable& live, const Round& round) const;
    bool take_partial(std::size_t round, std::size_t table, const SinceHeader& head);
    static void count_unloaded(LiveTable& live, const Read& read, bool whole);
    void read_all_in_full(std::size_t round, MonotonicUs now);
    void read_in_full();  // the next reads, whatever was offered
    void on_read_complete(std::size_t round, std::size_t table,
                          const std::optional<SinceHeader>& head, MonotonicUs now);
    void on_reads_done(std::size_t round, MonotonicUs now);
    void cancel_read(Read& read);
    void ask_for_snapshot(std::size_t round, std::size_t table, MonotonicUs now);
    void on_request_end(const nats::Event& event, MonotonicUs now);
    void fail_round(Round& round, std::string words, MonotonicUs now);
    void on_round_deadline(std::size_t round, MonotonicUs now);

    // ---- stored.cpp
    void read_stored(std::size_t round, LiveTable& live, MonotonicUs now);
    void begin_stored(LiveTable& live, MonotonicUs now);
    void begin_stored_again(LiveTable& live, std::string_view why, MonotonicUs now);
    void stop_stored(bool logs_too, MonotonicUs now);
    bool take_stored(const nats::Event& event, MonotonicUs now, EpochMs epoch_ms);
    void take_stored_events(MonotonicUs now, EpochMs epoch_ms);
    void on_stored_event(LiveTable& live, const nats::JetStreamEvent& event, MonotonicUs now,
                         EpochMs epoch_ms);
    void on_stored_current(LiveTable& live, MonotonicUs now);
    void on_stored_interrupted(LiveTable& live, const nats::JetStreamEvent& event);
    void take_stored_message(LiveTable& live, const nats::JetStreamEvent& event, MonotonicUs now,
                             EpochMs epoch_ms);
    void take_deletion(LiveTable& live, std::string_view subject);
    void on_stored_deadline(MonotonicUs now);
    MonotonicUs stored_deadline() const;
    MonotonicUs stored_retry_at() const;

    // ---- checks.cpp (rule 8)
    void keep_books();
    void plan_check(Round& round, MonotonicUs now);
    void begin_check(MonotonicUs now);
    void judge_books(MonotonicUs now);
    // Without the minute of follow_minute().
    MonotonicUs next_deadline() const;
    void follow_minute(MonotonicUs now, EpochMs epoch_ms);
    EpochMs epoch_ms_at(MonotonicUs now) const { return epoch_offset_ms + now / kMillisecondUs; }
    void tell_books();
    void on_books_fence(MonotonicUs now);

    // ---- intake.cpp
    void on_message(const nats::Event& event, MonotonicUs now, EpochMs epoch_ms);
    void on_plain_message(const nats::Message& message, MonotonicUs now, EpochMs epoch_ms);
    void take_records(LiveTable& live, std::string_view subject, std::string_view payload,
                      AccountId account, MonotonicUs now, EpochMs epoch_ms);
    void take_record(LiveTable& live, const feed::Record& record, AccountId account,
                     std::string_view payload, MonotonicUs now, EpochMs epoch_ms);
    bool belongs_to(const LiveTable& live, const feed::Record& record, AccountId account) const;
    void count_reject(std::int32_t code);
    void catch_up_views();
    void catch_up_view(LiveTable& live);
    void bound_changes(LiveTable& live);

    // ---- fetch.cpp
    FetchId start_fetch(std::string url, Fetching fetching);
    FetchId start_request(std::string_view method, std::string url, std::string body,
                          Fetching fetching);
    void cancel_fetch(FetchId& fetch);
    void take_elements(FetchId id, Fetching& fetching);
    bool take_row_ahead(Fetching& fetching);
    void take_snapshot_text(Fetching& fetching, std::string_view element);
    void take_snapshot_row(Fetching& fetching, const feed::Record& record);
    void merge_snapshot_row(Round& round, LiveTable& live, const feed::Record& record);
    bool follows(const LiveTable& live, const feed::Record& record) const;
    void end_fetch(FetchId id, int http_status, std::string_view words, MonotonicUs now);

    // ---- accounts.cpp
    void ask_accounts();
    static bool takes_unreadable(const LiveTable& live, Read& read);
    void take_account(std::string_view element);
    void on_accounts_complete(MonotonicUs now);
    void fail_accounts(std::string words, MonotonicUs now);

    // ---- orders.cpp
    void want_securities(MonotonicUs now);
    void push_requests();
    void end_request(const Fetching& fetching, int http_status, std::string_view words,
                     MonotonicUs now);
    void end_securities(const Fetching& fetching, int http_status, MonotonicUs now);
    void on_order_deadline(MonotonicUs now);
    void watch_trade(const LiveTable& live, const feed::Record& record, std::string_view payload,
                     MonotonicUs now);

    // ---- session.cpp
    void on_link_event(const nats::Event& event, MonotonicUs now, EpochMs epoch_ms);
    void on_connected(MonotonicUs now);
    void on_disconnected(const nats::Cause& why, MonotonicUs now);
    bool hold_slow_redial(MonotonicUs now);
    void on_subscription_trouble(nats::Sid sid, std::string words, MonotonicUs now);
    void note_hole(MonotonicUs since);
    void notice_sleep(MonotonicUs now);
    void push_link_action(Action::Kind kind, const nats::Event& event);
    void push_action(Action action);
    void update_status(MonotonicUs now);
    Status compute_status() const;
    std::string_view compute_cause() const;
    feed::SessionMs session_ms(MonotonicUs now) const;
    void rebase_if_needed(MonotonicUs now);
    std::int64_t retry_wait_us(int failures);
    void check_invariants() const;

    feed::Profile profile;
    nats::Client link;
    Inspector inspector{link};
    Random random;
    nats::JetStream jetstream;
    std::size_t tables_stored = 0;          // filled by it
    std::unique_ptr<table::Ledger> ledger;  // null where the profile names no books
    std::vector<std::unique_ptr<LiveTable>> tables;
    std::size_t tables_without_snapshot = 0;
    Books books{nullptr};
    MonotonicUs minute_due_at = kNever;  // an amount of the last minute may be too old
    EpochMs epoch_offset_ms = 0;         // of the clock from MonotonicUs, as last told
    nats::FenceId books_fence = 0;
    // The balances of this scope are told at all: a feed of entries alone has no books.
    bool balances_move = false;
    std::vector<Round> rounds;  // the first is the scope's, once there is a scope
    std::unordered_map<nats::Sid, Route, nats::SidHash> routes;
    std::map<AccountId, std::vector<nats::Sid>> subscribed;
    std::unordered_map<FetchId, Fetching> fetches;
    FetchId last_fetch = 0;
    AccountList account_list;
    std::deque<Action> actions;
    Away away{0};
    bool ever_live = false;                 // in this scope
    bool ever_followed = false;             // likewise: its streams were subscribed to
    MonotonicUs lacks_rows_since = kNever;  // of tables without a snapshot
    std::uint64_t away_version = 0;
    Tickets tickets;
    AccountAdmin admin;
    Securities securities;
    FetchId securities_fetch = 0;
    std::string securities_trouble;
    MonotonicUs securities_due_at = kNever;
    int securities_failures = 0;

    bool started = false;
    bool closed = false;
    bool has_scope = false;
    AccountId scope = kAllAccounts;
    bool link_up = false;  // between Connected and Disconnected
    bool suspect = false;
    bool ever_disconnected = false;
    std::string link_words;  // why the link is down, or what the broker said last
    Status status = Status::Connecting;
    std::string cause;
    std::uint64_t status_version = 1;

    Stats stats;
    LatencyRing latency;
    FeedLag lag;
    MonotonicUs connected_at = 0;
    int slow_cuts_in_a_row = 0;
    MonotonicUs started_at = 0;
    MonotonicUs verified_at = -1;
    MonotonicUs last_message_at = -1;
    MonotonicUs last_call_at = -1;
    std::size_t rounds_completed = 0;  // of this scope
};

}  // namespace nats_blotter::session

// session/session.h - joins the NATS client, the decoders and the tables; applies the rules of
// truth.
//
// The owner (web/, or a test) supplies bytes, time, REST answers and pixels:
//
//   link()              the NATS client, for the transport side: on_open, prepare, commit, on_close
//   pump(now, ...)      turns received bytes into rows, a bounded number of events at a time
//   next_action()       what the world must do: dial, hang up, fetch, cancel a fetch, and where
//                       Options::nats ask for it, name the user and sign
//   on_fetch_*          a REST answer as it arrives
//   next_deadline()     when on_deadline() wants to be called
//   refresh_views()     before a frame or an answer: views catch up with the tables
//
// Rules of truth 1 to 7 (design section 5) are in session/sync.h (what is asked when) and
// feed/merge.h (who overwrites whom).
//
// Invariants (tests/session/session_test.cpp):
//   1. Live only when every table has completed a snapshot since the last fence of this connection.
//   2. No row of another scope is in a table once set_scope() has returned.
//   3. An answer to a cancelled or unknown fetch changes nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/limits.h"
#include "feed/profile_json.h"  // for whoever makes the Options
#include "feed/schema.h"
#include "nats/client.h"
#include "session/away.h"
#include "session/latency.h"
#include "session/stats.h"
#include "table/table.h"
#include "table/view.h"

namespace nats_blotter::session {

enum class Status : std::uint8_t { Connecting, Syncing, Live, Stale, Offline, Closed };
std::string_view status_name(Status status);  // "connecting", ...

using AccountId = std::int64_t;
inline constexpr AccountId kAllAccounts = 0;

struct Account {
    AccountId id = 0;
    std::string name;
};

// A feed that is later than this is said to be behind; row 22 of the targets.
inline constexpr std::int64_t kBehindMs = 2'000;

using FetchId = std::uint32_t;

struct Action {
    enum class Kind : std::uint8_t {
        None,
        Authenticate,  // link().provide_credentials() or fail_credentials() for `generation`
        Sign,          // link().provide_signature() or fail_credentials(), over the nonce `body`
        Dial,          // open a transport with `generation`
        HangUp,        // close the transport of `generation`
        Fetch,         // ask `url` by `method` with `body`, report to `fetch`
        CancelFetch,   // nothing more is wanted from `fetch`
    };
    Kind kind = Kind::None;
    nats::Generation generation = 0;
    FetchId fetch = 0;
    std::string url;     // path on the page's origin
    std::string method;  // "GET", "POST", "PUT"
    std::string body;    // JSON, empty with GET; of Sign the nonce
};

struct Order;
class Tickets;
class Securities;
class AccountAdmin;
class Inspector;

struct Options {
    feed::Profile profile;
    nats::Options nats;
    std::uint64_t seed = 1;  // spreads redials and retries
};

class Session {
  public:
    explicit Session(Options options);
    ~Session();
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    void start(MonotonicUs now);

    // Shows this account (or kAllAccounts): forgets all rows, then rule 2. Before any call no
    // account is shown and only the account list is read.
    void set_scope(AccountId account, MonotonicUs now);
    bool has_scope() const;
    AccountId scope() const;

    // Runs rule 2 again on the present connection; while offline, dials at once instead.
    void resync(MonotonicUs now);
    void close(MonotonicUs now);
    void on_wake_up(MonotonicUs now);

    // ---- intake
    nats::Client& link();
    // Handles at most `events_max` protocol events; true when more are waiting. `epoch_ms` is the
    // wall clock, for latencies only.
    bool pump(MonotonicUs now, EpochMs epoch_ms, std::size_t events_max);

    // ---- the world
    Action next_action();
    MonotonicUs next_deadline() const;
    void on_deadline(MonotonicUs now);
    // A REST answer: bytes as they come, then exactly one end. `http_status` 0 with words when
    // there was no answer at all.
    // Before the bytes, where the answer has the header X-Since (session/since.h): what it says.
    void on_fetch_head(FetchId fetch, std::string_view since_header);
    void on_fetch_bytes(FetchId fetch, std::string_view bytes, MonotonicUs now);
    void on_fetch_end(FetchId fetch, int http_status, std::string_view words, MonotonicUs now);

    // ---- what there is to see
    Status status() const;
    // One sentence on why the status is what it is; empty when live.
    const std::string& cause() const;
    // Rises whenever status() or cause() changed.
    std::uint64_t status_version() const;
    // When the next dial or retry is due, kNever when none is waiting.
    MonotonicUs retry_at() const;

    const feed::Profile& profile() const;

    // In the order account-service gave them; empty until read.
    const std::vector<Account>& accounts() const;
    std::uint64_t accounts_version() const;

    // As it is, or as it was when the tables were held still.
    std::size_t table_count() const;
    const table::Table& table(std::size_t index) const;
    table::View& view(std::size_t index);

    // Holds still what there is to see of the tables: the four above and below are of copies, in
    // which no row and no cell changes while the tables go on behind them. A copy may be sorted,
    // filtered, grouped and searched; the table is arranged likewise when it goes on. False, and
    // nothing is held, where the copies would take more than `bytes_max`. Ends searches, and is
    // ended by set_scope().
    bool hold_still(std::size_t bytes_max = kHeldBytesMax);
    void go_on();
    bool is_held() const;

    // A second view of that table, of what a search finds: with this filter, and the order and
    // groups that the first one is wanted to have now. It is empty, and rebuilding(), at first.
    // REQUIRES: refresh_views() was called.
    void begin_search(std::size_t index, table::FilterSpec filter);
    void end_search(std::size_t index);
    // Null when none was begun.
    table::View* search(std::size_t index);
    // Index of the table with this name, or table_count().
    std::size_t table_index(std::string_view name) const;
    // True while this table's rows of the present scope have not been read yet.
    bool loading(std::size_t index) const;
    // Rows of this table and scope that its row cap has cost, the oldest ones.
    std::uint64_t unloaded(std::size_t index) const;
    // Of the list of accounts, at kAccountsMax. Meant for the scope of all of them.
    std::uint64_t accounts_not_followed() const;
    // Records of the last snapshot that nobody could read, twice with the same bytes.
    std::uint64_t unreadable(std::size_t index) const;
    // Since when this table may lack rows that nothing brings back: it has no snapshot, and the
    // link was down or the subscription gone. The last moment at which it was whole; kNever: it is.
    // Stands until the scope changes.
    MonotonicUs lacks_rows_since(std::size_t index) const;
    void refresh_views();

    Stats stats(MonotonicUs now) const;
    // The same but for the two latencies, which are sorted for: for who asks with every task.
    Stats counters(MonotonicUs now) const;
    std::int64_t lag_ms(MonotonicUs now) const;  // Stats::lag_ms
    const LatencyRing& latency() const;

    // ---- what changed while the rows were not current, or nobody looked
    void on_hidden(MonotonicUs now);
    void on_seen(MonotonicUs now);
    const AwayReport& away() const;      // of the last spell that is over
    std::uint64_t away_version() const;  // rises when one is
    AwayMark away_mark(std::size_t table, table::RowId row) const;

    // ---- orders and accounts, by the services (rule 11: never on a subject)
    bool takes_orders() const;  // the profile names a service for them
    // Empty, or a sentence on why it is not sent. See session/ticket.h.
    std::string send_order(const Order& order, MonotonicUs now);
    const Tickets& tickets() const;
    // Reads the list once, and again after a failure, until it is known.
    void want_securities(MonotonicUs now);
    const Securities& securities() const;
    const std::string& securities_trouble() const;  // why it is not known yet, in words
    // What it is asked goes out with the next actions.
    AccountAdmin& admin();

    // ---- beside the tables: session/inspector.h
    Inspector& inspector();
    const Inspector& inspector() const;
    // Subjects that it may be asked for, one a line: of the account that is shown in both families
    // and those of no account; of a profile without accounts, its own.
    std::string inspector_offers() const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace nats_blotter::session

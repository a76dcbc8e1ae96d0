// tests/session_sim/books_model.h - TraderX behind the broker, modelled: a database with its whole
// history, a processor that books and publishes, and the REST reads.
//
// Two kinds of processor. Ours commits and then publishes; versions never fall and are never equal
// for one key; its reads offer ?since=. A stock one publishes inside its transaction: the commit
// follows within the commit lag or never comes (a phantom), versions tie, reads know nothing of
// ?since=. Every version of every row is kept with the times it was published and committed, so
// that an oracle can tell what a page may show and what it owes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "session/session.h"

namespace nats_blotter::sim {

struct BooksOptions {
    bool stock = false;
    bool offers_since = false;         // REQUIRES: not stock
    MonotonicUs commit_lag_max = 0;    // from the version to the commit, at most
    std::uint64_t phantom_one_in = 0;  // transactions that are rolled back; 0: none
    std::int64_t version_step_ms = 1;  // a stock clock that is coarse makes ties
};

struct RowVersion {
    std::int64_t updated_ms = 0;
    std::int64_t quantity = 0;
    bool settled = true;                // of a trade: its state
    MonotonicUs told_at = 0;            // published, at the earliest
    MonotonicUs committed_at = kNever;  // kNever: rolled back
};

struct BookRow {
    session::AccountId account = 0;
    std::size_t security = 0;
    bool buy = true;              // of a trade
    std::int64_t created_ms = 0;  // of a trade
    std::vector<RowVersion> versions;
};

// An event to publish.
struct Told {
    bool trade = false;
    std::size_t row = 0;
    std::size_t version = 0;
    MonotonicUs at = 0;
};

struct ModelAccount {
    session::AccountId id = 0;
    MonotonicUs created_at = 0;
};

class BooksModel {
  public:
    static constexpr std::size_t kSecurities = 3;
    static std::string_view security_name(std::size_t security);

    BooksModel(BooksOptions options, Random& random) : options_(options), random_(random) {}

    const BooksOptions& options() const { return options_; }

    // ---- what happens
    void create_account(MonotonicUs now);
    // Books an order, or lets an earlier trade take its next state; what is to be published, in
    // order. Nothing when the row is locked by a transaction that is not through.
    std::vector<Told> book(MonotonicUs now);
    // The services' clock is set forward or back.
    void shift_clock(std::int64_t by_ms) { shift_ms_ += by_ms; }

    // ---- what is so
    const std::vector<ModelAccount>& accounts() const { return accounts_; }
    const std::vector<BookRow>& trades() const { return trades_; }
    const std::vector<BookRow>& positions() const { return positions_; }
    // The row of positions() for an account and a security; SIZE_MAX: none.
    std::size_t position_of(session::AccountId account, std::size_t security) const;
    // Index of the version that is committed at `when`, or -1.
    static int committed_version(const BookRow& row, MonotonicUs when);
    EpochMs clock_ms(MonotonicUs now) const { return kEpochMs + now / kMillisecondUs + shift_ms_; }

    // ---- as the services say it
    std::string event_json(const Told& told, MonotonicUs now) const;
    // The answer to a path, as the database is now; `since_header` is left empty where there is
    // none.
    std::string answer(const std::string& url, MonotonicUs now, std::string& since_header) const;

    // The account at the end of a path; 0 for all.
    static session::AccountId account_of(std::string_view url);

    static constexpr EpochMs kEpochMs = 1'780'000'000'000;

  private:
    std::size_t below(std::size_t bound) { return static_cast<std::size_t>(random_.below(bound)); }
    std::int64_t next_version(const BookRow& row, MonotonicUs now) const;
    bool locked(const BookRow& row, MonotonicUs now) const;
    std::size_t open_position(session::AccountId account, std::size_t security);
    void append_record(std::string& out, bool trade, std::size_t row,
                       const RowVersion& version) const;

    BooksOptions options_;
    Random& random_;
    std::vector<ModelAccount> accounts_;
    std::vector<BookRow> trades_;
    std::vector<BookRow> positions_;
    std::vector<std::size_t> places_;  // of positions, by account and security
    std::int64_t shift_ms_ = 0;
};

}  // namespace nats_blotter::sim

// tests/session_sim/session_oracle.h - what one page must show, by rule 12 of the rules of truth.
//
// A page that says `live` is compared with the modelled database, every row and every field of its
// views. It owes what has been committed for kGraceUs; younger commits and what is told before its
// commit it may show or not. What was never committed may be seen on the stream, until the page has
// read the rows again. A difference is a failure at once, except while something keeps the page
// from knowing that its own link does not show (a silent link, a publisher that is late): then it
// must be gone within kUnseenUs.
//
// Whatever it says, a page shows no row twice and none of another account.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "session_sim/books_model.h"

namespace nats_blotter::sim {

inline constexpr MonotonicUs kGraceUs = 3 * kSecondUs;
inline constexpr MonotonicUs kUnseenUs = 65 * kSecondUs;

class SessionOracle {
  public:
    SessionOracle(session::Session& session, const BooksModel& books);

    // ---- what the world knows
    // The most by which the page's own timers and its link are late.
    void set_lateness(MonotonicUs timers, MonotonicUs link) {
        grace_ = kGraceUs + 2 * timers;
        link_delay_ = link;
    }
    void scope_changed();
    // Until then differences need not show in the status.
    void tolerate_until(MonotonicUs until) { strict_from_ = std::max(strict_from_, until); }
    // A new connection: whatever kept the last one from knowing is over.
    void link_is_new() { strict_from_ = 0; }
    // A link that delivered nothing for a while now delivers.
    void link_resumed(MonotonicUs now) { resumed_at_ = now; }
    // The page was frozen until now.
    void nobody_looked() { differs_since_ = -1; }
    // Nothing is wrong from then on: the page must be live.
    void calm_from(MonotonicUs at) { calm_from_ = std::max(calm_from_, at); }
    MonotonicUs calm() const { return calm_from_; }
    // A read of a table ended well; `asked_at` is when it was asked for.
    // `account` 0 is all of them.
    void read_done(bool trades, session::AccountId account, MonotonicUs asked_at) {
        reads_[trades ? 0 : 1].push_back({account, asked_at});
    }

    // ---- the checks
    void look(MonotonicUs now);
    // Nothing has been booked for a while and the page has read everything again: it must equal the
    // database.
    void look_at_peace(MonotonicUs now);

    const std::string& failure() const { return failure_; }
    void fail(std::string words) {
        if (failure_.empty()) failure_ = std::move(words);
    }

    MonotonicUs live_us() const { return live_us_; }
    MonotonicUs calm_us() const { return calm_us_; }
    std::uint64_t rows_compared() const { return rows_compared_; }

  private:
    struct Shown {
        std::size_t row = SIZE_MAX;  // of the model
        int version = -1;            // -1: none that the model knows
        bool phantom = false;
    };

    // Where the fields of a table are.
    struct Fields {
        std::size_t table = 0;
        std::size_t id = 0, account = 0, security = 0, side = 0, state = 0;
        std::size_t quantity = 0, updated = 0, created = 0;
    };

    Fields fields_of(std::string_view table) const;
    void note_accounts(MonotonicUs now);
    std::string table_difference(bool trades, MonotonicUs now, bool exact);
    Shown shown_row(bool trades, const table::Table& table, table::RowId row) const;
    bool may_show(bool trades, const BookRow& row, std::size_t version, MonotonicUs now) const;
    bool version_may_show(bool trades, const BookRow& row, std::size_t version,
                          MonotonicUs now) const;
    std::size_t reads_since(bool trades, session::AccountId account, MonotonicUs since) const;
    bool is_owed(const BookRow& row, MonotonicUs now, bool exact) const;
    std::string missing_rows(bool trades, const table::Table& table, MonotonicUs now, bool exact);
    bool in_scope(session::AccountId account) const;

    session::Session& session_;
    Fields trade_fields_;
    Fields position_fields_;
    const BooksModel& books_;
    MonotonicUs grace_ = kGraceUs;
    MonotonicUs link_delay_ = 0;
    MonotonicUs strict_from_ = 0;
    MonotonicUs resumed_at_ = 0;
    MonotonicUs calm_from_ = 0;
    MonotonicUs differs_since_ = -1;
    MonotonicUs looked_at_ = -1;
    MonotonicUs live_us_ = 0;
    MonotonicUs calm_us_ = 0;
    std::uint64_t rows_compared_ = 0;
    struct ReadDone {
        session::AccountId account = 0;
        MonotonicUs asked_at = 0;
    };
    std::array<std::vector<ReadDone>, 2> reads_;
    std::map<session::AccountId, MonotonicUs> listed_at_;
    std::vector<std::uint32_t> seen_;  // by row of the model: the comparison that saw it
    std::uint32_t comparison_ = 0;
    std::size_t not_owed_ = 0;  // rows shown that count under the cap and are not owed
    std::string failure_;
};

}  // namespace nats_blotter::sim

// bench/engine/replay.h - the NATS bytes that every client of the decode benchmark is fed.
//
// For each new trade its event in state New, the same trade fifty trades later in state Settled,
// and a position of the account and security: whole `MSG` frames with TraderX's envelope, about
// 288 bytes each. The same seed gives the same bytes on every platform.
//
// Sids are those that a session with the scope "all accounts" gives: account k, counted from 0,
// has its trades under 2k+1 and its positions under 2k+2.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/random.h"

namespace nats_blotter::bench {

inline constexpr std::size_t kReplayAccounts = 44;
inline constexpr std::size_t kReplaySecurities = 550;

inline constexpr std::int64_t replay_account(std::size_t index) {
    return 22'214 + static_cast<std::int64_t>(index) * 7;
}

class Replay {
  public:
    explicit Replay(std::uint64_t seed) : random_(seed) {}

    // Appends the frame of the next message.
    void append_next(std::string& out);

  private:
    static constexpr std::size_t kSettleAfter = 50;  // trades
    struct Trade {
        std::string id;
        std::size_t account = 0;
        std::size_t security = 0;
        bool is_buy = false;
        std::uint64_t quantity = 0;
        std::int64_t created_ms = 0;
    };

    void append_trade(std::string& out, const Trade& trade, bool settled);
    void append_position(std::string& out, const Trade& trade);
    void append_frame(std::string& out, std::size_t account, const char* stream);
    Trade new_trade();

    Random random_;
    std::array<Trade, kSettleAfter> open_;
    std::uint64_t trades_ = 0;
    int step_ = 0;  // of one trade: New, Settled of an older one, position
    std::int64_t now_ms_ = 1'784'737'884'468;
    std::string payload_;
};

// The name of a security, four letters at most.
std::string replay_security(std::size_t index);

}  // namespace nats_blotter::bench

#include "replay.h"

namespace nats_blotter::bench {
namespace {

std::string uuid_from(Random& random) {
    static constexpr char kHex[] = "0123456789abcdef";
    std::string text;
    std::uint64_t bits = 0;
    for (int digit = 0; digit < 32; ++digit) {
        if (digit == 8 || digit == 12 || digit == 16 || digit == 20) text.push_back('-');
        if (digit % 16 == 0) bits = random.next();
        text.push_back(kHex[bits & 15]);
        bits >>= 4;
    }
    return text;
}

}  // namespace

std::string replay_security(std::size_t index) {
    std::string name;
    do {
        name.push_back(static_cast<char>('A' + index % 26));
        index /= 26;
    } while (index > 0);
    return name + 'X';
}

Replay::Trade Replay::new_trade() {
    Trade trade;
    trade.id = uuid_from(random_);
    trade.account = static_cast<std::size_t>(random_.below(kReplayAccounts));
    trade.security = static_cast<std::size_t>(random_.below(kReplaySecurities));
    trade.is_buy = random_.below(2) == 0;
    trade.quantity = 1 + random_.below(10'000);
    trade.created_ms = now_ms_;
    return trade;
}

void Replay::append_next(std::string& out) {
    ++now_ms_;
    Trade& place = open_[trades_ % kSettleAfter];
    if (step_ == 0) {
        step_ = 1;
        if (trades_ >= kSettleAfter) return append_trade(out, place, true);
    }
    if (step_ == 1) {
        step_ = 2;
        place = new_trade();
        return append_trade(out, place, false);
    }
    step_ = 0;
    ++trades_;
    append_position(out, place);
}

void Replay::append_trade(std::string& out, const Trade& trade, bool settled) {
    const std::string account = std::to_string(replay_account(trade.account));
    payload_ = "{\"topic\":\"/accounts/" + account + "/trades\",\"payload\":{\"id\":\"" + trade.id +
               "\",\"accountId\":" + account + ",\"security\":\"" +
               replay_security(trade.security) + "\",\"side\":\"" +
               (trade.is_buy ? "Buy" : "Sell") + "\",\"state\":\"" + (settled ? "Settled" : "New") +
               "\",\"quantity\":" + std::to_string(trade.quantity) +
               ",\"updated\":" + std::to_string(now_ms_) +
               ",\"created\":" + std::to_string(trade.created_ms) +
               "},\"date\":" + std::to_string(now_ms_ + 2) +
               ",\"from\":\"trade-processor\",\"type\":\"Trade\"}";
    append_frame(out, trade.account, "trades");
}

void Replay::append_position(std::string& out, const Trade& trade) {
    const std::string account = std::to_string(replay_account(trade.account));
    const std::int64_t quantity = static_cast<std::int64_t>(random_.below(100'001)) - 50'000;
    payload_ = "{\"topic\":\"/accounts/" + account +
               "/positions\",\"payload\":{\"accountId\":" + account + ",\"security\":\"" +
               replay_security(trade.security) + "\",\"quantity\":" + std::to_string(quantity) +
               ",\"updated\":" + std::to_string(now_ms_) +
               "},\"date\":" + std::to_string(now_ms_ + 2) +
               ",\"from\":\"trade-processor\",\"type\":\"Position\"}";
    append_frame(out, trade.account, "positions");
}

void Replay::append_frame(std::string& out, std::size_t account, const char* stream) {
    const bool is_trades = stream[0] == 't';
    out.append("MSG /accounts/").append(std::to_string(replay_account(account)));
    out.append("/").append(stream).append(" ");
    out.append(std::to_string(2 * account + (is_trades ? 1 : 2))).append(" ");
    out.append(std::to_string(payload_.size())).append("\r\n").append(payload_).append("\r\n");
}

}  // namespace nats_blotter::bench

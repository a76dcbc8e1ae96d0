// services/storage.cpp - what every database can answer by way of its other answers.
#include "services/storage.h"

namespace nats_blotter::services {

void Storage::visit_trades_since(std::optional<std::int32_t> account_id, EpochMs since,
                                 const std::function<void(const Trade&)>& visitor) {
    visit_trades(account_id, [&](const Trade& trade) {
        if (trade.updated >= since) visitor(trade);
    });
}

void Storage::visit_positions_since(std::optional<std::int32_t> account_id, EpochMs since,
                                    const std::function<void(const Position&)>& visitor) {
    visit_positions(account_id, [&](const Position& position) {
        if (position.updated >= since) visitor(position);
    });
}

std::int64_t Storage::trade_rows(std::optional<std::int32_t> account_id) {
    std::int64_t rows = 0;
    visit_trades(account_id, [&rows](const Trade&) { ++rows; });
    return rows;
}

std::int64_t Storage::position_rows(std::optional<std::int32_t> account_id) {
    std::int64_t rows = 0;
    visit_positions(account_id, [&rows](const Position&) { ++rows; });
    return rows;
}

}  // namespace nats_blotter::services

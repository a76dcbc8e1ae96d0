#include "bench/tables/bench_rows.h"

#include <algorithm>
#include <string_view>

namespace nats_blotter::bench {
namespace {

constexpr std::size_t kTradeColumns = 8;
constexpr std::uint64_t kSymbols = 500;
constexpr std::uint64_t kAccounts = 11;
constexpr std::int64_t kNsPerMs = 1'000'000;
constexpr std::int64_t kStartMs = 1'767'225'600'000;  // 2026-01-01

constexpr std::string_view kStates[] = {"New", "Processing", "Settled"};

void spell_id(std::string& out, std::uint64_t number) {
    Random bits(number);
    out.clear();
    for (int i = 0; i < 32; ++i) {
        if (i == 8 || i == 12 || i == 16 || i == 20) out.push_back('-');
        out.push_back("0123456789abcdef"[bits.next() >> 60]);
    }
}

}  // namespace

BenchRows::BenchRows(std::size_t columns)
    : spec_(feed::traderx_profile(feed::SubjectChoice::Slash).tables[0]) {
    for (std::uint64_t i = 0; i < kSymbols; ++i) {
        std::string symbol;
        for (std::uint64_t rest = i + 26; rest > 0; rest /= 26)
            symbol.push_back(static_cast<char>('A' + rest % 26));
        symbols_.push_back(symbol);
    }
    constexpr feed::ColumnType kTypes[] = {feed::ColumnType::Int, feed::ColumnType::Decimal,
                                           feed::ColumnType::Symbol};
    for (std::size_t i = spec_.columns.size(); i < columns; ++i) {
        feed::ColumnSpec column;
        column.field = "more" + std::to_string(i);
        column.type = kTypes[i % 3];
        column.scale = 3;
        spec_.columns.push_back(std::move(column));
    }
}

const std::vector<feed::Record>& BenchRows::make(const std::vector<RowVersion>& rows) {
    ids_.resize(std::max(ids_.size(), rows.size()));
    records_.resize(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) make(rows[i], records_[i], ids_[i]);
    return records_;
}

void BenchRows::make(const RowVersion& row, feed::Record& record, std::string& id) const {
    const auto [number, version] = row;
    Random random(number * 7919 + 1);
    spell_id(id, number);
    const auto ms = kStartMs + static_cast<std::int64_t>(number);
    std::vector<feed::Cell>& cells = record.cells;
    cells.resize(spec_.columns.size());
    cells[0] = feed::Cell::of_number((ms + static_cast<std::int64_t>(version)) * kNsPerMs);
    cells[1] = feed::Cell::of_text(id);
    cells[2] = feed::Cell::of_number(10'000 + static_cast<std::int64_t>(random.below(kAccounts)));
    cells[3] = feed::Cell::of_text(symbol(random.below(kSymbols)));
    cells[4] = feed::Cell::of_text(random.below(2) == 0 ? "Buy" : "Sell");
    cells[5] = feed::Cell::of_number(1 + static_cast<std::int64_t>(random.below(10'000)));
    cells[6] = feed::Cell::of_text(
        kStates[static_cast<std::size_t>(version == 0 ? random.below(3) : version % 3)]);
    cells[7] = feed::Cell::of_number(ms * kNsPerMs);
    for (std::size_t i = kTradeColumns; i < cells.size(); ++i) {
        const std::uint64_t value = random.below(1'000'000) + version;
        cells[i] = spec_.columns[i].type == feed::ColumnType::Symbol
                       ? feed::Cell::of_text(symbol(value))
                       : feed::Cell::of_number(static_cast<std::int64_t>(value));
    }
}

}  // namespace nats_blotter::bench

// bench/tables/bench_rows.h - the rows that the table benchmarks are filled with.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/random.h"
#include "feed/cell.h"
#include "feed/schema.h"

namespace nats_blotter::bench {

// TraderX trades as position-service gives them: eight columns, UUID keys, 500 securities, eleven
// accounts, times in milliseconds; and as many columns more as asked for: numbers, prices and
// symbols in turn.
struct RowVersion {
    std::uint64_t number = 0;
    std::uint64_t version = 0;
};

class BenchRows {
  public:
    explicit BenchRows(std::size_t columns = 8);

    const feed::TableSpec& spec() const { return spec_; }
    // These rows in these versions. Good until the next call.
    const std::vector<feed::Record>& make(const std::vector<RowVersion>& rows);

  private:
    void make(const RowVersion& row, feed::Record& record, std::string& id) const;

    feed::TableSpec spec_;
    const std::string& symbol(std::uint64_t number) const {
        return symbols_[static_cast<std::size_t>(number % symbols_.size())];
    }

    std::vector<std::string> symbols_;
    std::vector<std::string> ids_;
    std::vector<feed::Record> records_;
};

}  // namespace nats_blotter::bench

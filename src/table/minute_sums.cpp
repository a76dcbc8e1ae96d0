#include "table/minute_sums.h"

namespace nats_blotter::table {

bool MinuteSums::add(std::uint32_t key, std::int64_t second, std::uint64_t amount) {
    if (second <= now_ - kSeconds || second > now_ + kSeconds) return false;
    Slot& slot = this->slot(second);
    // One key often comes several times in a row.
    if (!slot.empty() && slot.back().key == key) {
        slot.back().amount += amount;
        return true;
    }
    if (size_ >= amounts_max_) {
        ++refused_;
        incomplete_until_ = std::max(incomplete_until_, second + kSeconds);
        return false;
    }
    slot.push_back({key, amount});
    ++size_;
    return true;
}

void MinuteSums::clear() {
    for (Slot& slot : slots_) slot = Slot();
    size_ = 0;
}

}  // namespace nats_blotter::table

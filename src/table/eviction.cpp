#include "table/eviction.h"

#include <algorithm>

#include "base/assert.h"

namespace nats_blotter::table {

void Eviction::begin(std::size_t slots, std::size_t wanted) {
    looking_ = true;
    next_ = 0;
    end_ = slots;
    wanted_ = wanted;
    finds_.clear();
}

void Eviction::consider(const RowAge& age) {
    if (finds_.size() < wanted_) {
        finds_.push_back(age);
        std::push_heap(finds_.begin(), finds_.end());
    } else if (age < finds_.front()) {
        std::pop_heap(finds_.begin(), finds_.end());
        finds_.back() = age;
        std::push_heap(finds_.begin(), finds_.end());
    }
}

void Eviction::finish() {
    looking_ = false;
    std::sort_heap(finds_.begin(), finds_.end());
    std::reverse(finds_.begin(), finds_.end());
}

RowAge Eviction::take() {
    NB_ASSERT(has_finds());
    const RowAge oldest = finds_.back();
    finds_.pop_back();
    return oldest;
}

void Eviction::clear() {
    looking_ = false;
    finds_.clear();
}

}  // namespace nats_blotter::table

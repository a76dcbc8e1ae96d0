#include "table/change_log.h"

#include <algorithm>

#include "base/assert.h"

namespace nats_blotter::table {
namespace {

constexpr std::uint32_t kNone = UINT32_MAX;
constexpr std::size_t kPlacesMin = 256;

// A log with more room than this, as after one very large batch, gives its memory back.
constexpr std::size_t kChangesKept = 32 * 1024;

}  // namespace

std::size_t ChangeLog::home_of(RowId row) const {
    const std::uint32_t hash = row * 0x9E3779B1u;
    return (hash ^ hash >> 15) & (places_.size() - 1);
}

// Places the changes that were added since.
void ChangeLog::catch_up() {
    if (changes_.size() * 2 > places_.size()) {
        std::size_t places = std::max(kPlacesMin, places_.size());
        while (places < changes_.size() * 2) places *= 2;
        places_.assign(places, kNone);
        placed_ = 0;
    }
    for (; placed_ < changes_.size(); ++placed_) {
        std::size_t at = home_of(changes_[placed_].row);
        while (places_[at] != kNone) at = (at + 1) & (places_.size() - 1);
        places_[at] = static_cast<std::uint32_t>(placed_);
    }
}

void ChangeLog::amend(RowId row, Change::Kind kind, std::uint64_t columns) {
    if (placed_ < changes_.size()) catch_up();
    for (std::size_t at = home_of(row);; at = (at + 1) & (places_.size() - 1)) {
        NB_ASSERT(places_[at] != kNone);
        Change& change = changes_[places_[at]];
        if (change.row != row) continue;
        change.columns |= columns;
        if (kind == Change::Kind::Erased) change.kind = kind;
        return;
    }
}

void ChangeLog::clear() {
    if (changes_.capacity() > kChangesKept) {
        std::vector<Change>().swap(changes_);
        std::vector<std::uint32_t>().swap(places_);
    } else if (placed_ * 8 > places_.size()) {
        std::fill(places_.begin(), places_.end(), kNone);
    } else {
        // All entries go, so each run of places is emptied from the first home in it on.
        for (std::size_t i = 0; i < placed_; ++i)
            for (std::size_t at = home_of(changes_[i].row); places_[at] != kNone;
                 at = (at + 1) & (places_.size() - 1))
                places_[at] = kNone;
    }
    changes_.clear();
    placed_ = 0;
}

std::size_t ChangeLog::memory_bytes() const {
    return changes_.capacity() * sizeof(Change) + places_.capacity() * sizeof(places_[0]);
}

}  // namespace nats_blotter::table

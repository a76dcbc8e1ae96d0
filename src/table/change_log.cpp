#include "table/change_log.h"

namespace nats_blotter::table {
namespace {

constexpr std::uint32_t kNone = UINT32_MAX;
constexpr std::size_t kPlacesMin = 256;

// A log that was larger than this, as after one very large batch, gives its memory back.
constexpr std::size_t kChangesKept = 16 * 1024;

}  // namespace

std::size_t ChangeLog::home_of(RowId row) const {
    const std::uint32_t hash = row * 0x9E3779B1u;
    return (hash ^ hash >> 15) & (places_.size() - 1);
}

void ChangeLog::grow() {
    places_.assign(places_.empty() ? kPlacesMin : places_.size() * 2, kNone);
    for (std::uint32_t index = 0; index < changes_.size(); ++index) {
        std::size_t at = home_of(changes_[index].row);
        while (places_[at] != kNone) at = (at + 1) & (places_.size() - 1);
        places_[at] = index;
    }
}

void ChangeLog::note(RowId row, Change::Kind kind, std::uint64_t columns) {
    if (changes_.size() * 2 >= places_.size()) grow();
    std::size_t at = home_of(row);
    for (; places_[at] != kNone; at = (at + 1) & (places_.size() - 1)) {
        Change& change = changes_[places_[at]];
        if (change.row != row) continue;
        change.columns |= columns;
        if (kind == Change::Kind::Erased) change.kind = kind;
        return;
    }
    places_[at] = static_cast<std::uint32_t>(changes_.size());
    changes_.push_back({row, kind, columns});
}

void ChangeLog::clear() {
    if (changes_.capacity() > kChangesKept) {
        std::vector<Change>().swap(changes_);
        std::vector<std::uint32_t>().swap(places_);
        return;
    }
    // All entries go, so each run of places is emptied from the first home in it on.
    for (const Change& change : changes_)
        for (std::size_t at = home_of(change.row); places_[at] != kNone;
             at = (at + 1) & (places_.size() - 1))
            places_[at] = kNone;
    changes_.clear();
}

std::size_t ChangeLog::memory_bytes() const {
    return changes_.capacity() * sizeof(Change) + places_.capacity() * sizeof(places_[0]);
}

}  // namespace nats_blotter::table

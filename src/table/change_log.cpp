#include "table/change_log.h"

namespace nats_blotter::table {
namespace {

// A log with more room than this, as after one very large batch, gives its memory back.
constexpr std::size_t kChangesKept = 32 * 1024;

}  // namespace

void ChangeLog::note(RowId row, Change::Kind kind, std::uint64_t columns) {
    std::uint32_t& place = places_[row];
    if (place < changes_.size() && changes_[place].row == row) {
        Change& change = changes_[place];
        change.columns |= columns;
        if (kind == Change::Kind::Erased) change.kind = kind;
        return;
    }
    place = static_cast<std::uint32_t>(changes_.size());
    changes_.push_back({row, kind, columns});
}

void ChangeLog::clear_changes() {
    if (changes_.capacity() > kChangesKept)
        std::vector<Change>().swap(changes_);
    else
        changes_.clear();
}

void ChangeLog::clear() {
    clear_changes();
    places_.clear();
}

std::size_t ChangeLog::memory_bytes() const {
    return changes_.capacity() * sizeof(Change) + places_.memory_bytes();
}

}  // namespace nats_blotter::table

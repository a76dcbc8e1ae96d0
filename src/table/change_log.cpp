#include "table/change_log.h"

#include <algorithm>

namespace nats_blotter::table {
namespace {

// A log with more room than this, as after one very large batch, gives its memory back.
constexpr std::size_t kChangesKept = 32 * 1024;
constexpr std::size_t kChangesAtFirst = 16;

}  // namespace

void ChangeLog::add_to(Change& change, Change::Kind kind, std::uint64_t columns) {
    change.columns |= columns;
    if (kind == Change::Kind::Erased) change.kind = kind;
}

void ChangeLog::clear_changes() {
    first_ += count_;
    count_ = 0;
    if (changes_.size() > kChangesKept) std::vector<Change>().swap(changes_);
}

void ChangeLog::make_room() { changes_.resize(std::max(kChangesAtFirst, changes_.size() * 2)); }

}  // namespace nats_blotter::table

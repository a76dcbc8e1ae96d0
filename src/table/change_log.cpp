#include "table/change_log.h"

namespace nats_blotter::table {
namespace {

// A log with more room than this, as after one very large batch, gives its memory back.
constexpr std::size_t kChangesKept = 32 * 1024;

}  // namespace

void ChangeLog::add_to(Change& change, Change::Kind kind, std::uint64_t columns) {
    change.columns |= columns;
    if (kind == Change::Kind::Erased) change.kind = kind;
}

void ChangeLog::clear_changes() {
    first_ += static_cast<std::uint32_t>(changes_.size());
    if (changes_.capacity() > kChangesKept)
        std::vector<Change>().swap(changes_);
    else
        changes_.clear();
}

}  // namespace nats_blotter::table

#include "table/view.h"

#include "base/assert.h"
#include "table/arrangement.h"
#include "table/rebuild.h"

namespace nats_blotter::table {

View::View(const Table& table) : table_(table), wanted_(std::make_unique<ViewSpec>()) {
    const feed::TableSpec& spec = table.spec();
    if (spec.sort_column >= 0)
        wanted_->sort.push_back(
            {static_cast<std::uint16_t>(spec.sort_column), spec.sort_descending});
    rebuild();
}

View::View(const Table& table, const View& like, FilterSpec filter)
    : table_(table), wanted_(std::make_unique<ViewSpec>(*like.wanted_)) {
    wanted_->filter = std::move(filter);
    shown_ = std::make_unique<Arrangement>(table_, *wanted_);
    rebuild_ = std::make_unique<Rebuild>(table_, *wanted_);
}

View::View(const Table& copy, const View& of)
    : table_(copy),
      wanted_(std::make_unique<ViewSpec>(*of.wanted_)),
      shown_(std::make_unique<Arrangement>(copy, *of.shown_)) {
    if (of.rebuilding()) arrange_anew();
}

View::~View() = default;

void View::apply(std::span<const Change> changes) {
    if (changes.empty()) return;
    if (shown_->apply(changes)) ++order_version_;
    if (rebuild_) rebuild_->apply(changes);
}

void View::rebuild() {
    rebuild_ = std::make_unique<Rebuild>(table_, *wanted_);
    rebuild_some(SIZE_MAX);
}

void View::arrange_anew() {
    rebuild_ = std::make_unique<Rebuild>(table_, *wanted_);
    if (table_.slot_count() <= kRowsAtOnce) rebuild_some(SIZE_MAX);
}

bool View::rebuild_some(std::size_t steps) {
    if (!rebuild_) return true;
    // Else a row could be sorted by cells that it no longer has.
    NB_ASSERT(steps == SIZE_MAX || table_.changes().empty());
    if (!rebuild_->work(steps)) return false;
    shown_ = rebuild_->take();
    rebuild_.reset();
    ++order_version_;
    return true;
}

void View::set_sort(std::vector<SortKey> keys) {
    wanted_->sort = std::move(keys);
    arrange_anew();
}

void View::set_filter(FilterSpec filter) {
    wanted_->filter = std::move(filter);
    arrange_anew();
}

void View::set_group(GroupSpec group) {
    wanted_->group = std::move(group);
    arrange_anew();
}

void View::set_as(const View& other) {
    if (*wanted_ == *other.wanted_) return;
    *wanted_ = *other.wanted_;
    arrange_anew();
}

const std::vector<SortKey>& View::sort() const { return wanted_->sort; }
const FilterSpec& View::filter() const { return wanted_->filter; }
const GroupSpec& View::group() const { return wanted_->group; }

std::size_t View::size() const { return shown_->rows().size(); }
RowId View::row_at(std::size_t position) const { return shown_->row_at(position); }

std::size_t View::position_of(RowId row) const { return shown_->position_of(row); }

const Groups& View::groups() const { return shown_->groups(); }

std::size_t View::memory_bytes() const {
    return shown_->memory_bytes() + (rebuild_ ? rebuild_->memory_bytes() : 0);
}

}  // namespace nats_blotter::table

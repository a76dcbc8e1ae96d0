#include "table/arrangement.h"

namespace nats_blotter::table {
namespace {

// A large scratch is given back.
constexpr std::size_t kIncomingKept = 64 * 1024;

// Rows of a group stand together.
std::vector<SortKey> all_keys(const ViewSpec& spec) {
    std::vector<SortKey> keys;
    if (spec.group.column >= 0)
        keys.push_back({static_cast<std::uint16_t>(spec.group.column), spec.group.descending});
    keys.insert(keys.end(), spec.sort.begin(), spec.sort.end());
    return keys;
}

}  // namespace

Arrangement::Arrangement(const Table& table, const ViewSpec& spec)
    : filter_(table, spec.filter),
      groups_(table, spec.group, spec.sort.empty() ? nullptr : &spec.sort.front()),
      order_(table, all_keys(spec)) {}

Arrangement::Arrangement(const Table& copy, const Arrangement& of)
    : filter_(copy, of.filter_.spec()),
      groups_(copy, of.groups_),
      order_(copy, of.order_.keys()),
      rows_(of.rows_) {}

bool Arrangement::moves(const Change& change) const {
    return change.kind != Change::Kind::Updated ||
           (change.columns & (order_.columns() | filter_.columns())) != 0;
}

void Arrangement::append(RowId row) {
    rows_.append(row);
    groups_.add(row);
}

void Arrangement::erase(RowId row) {
    rows_.erase(row);
    groups_.remove(row);
}

// Of a row that stays where it is.
void Arrangement::refresh(const Change& change) {
    if ((change.columns & (groups_.columns() | kPhantomBit)) != 0) groups_.refresh(change.row);
}

void Arrangement::insert(std::vector<RankedRow>& rows) {
    order_.sort(rows);
    rows_.insert(rows, order_);
    for (const RankedRow& row : rows) groups_.add(row.row);
}

bool Arrangement::apply(std::span<const Change> changes) {
    incoming_.clear();
    bool changed = false;
    // All that moves is taken out before anything is put in: the rest is in order, so a binary
    // search among it is right.
    for (const Change& change : changes) {
        const bool held = rows_.contains(change.row);
        if (!moves(change)) {
            if (held) refresh(change);
            continue;
        }
        const bool wanted = change.kind != Change::Kind::Erased && wants(change.row);
        if (held && wanted && change.kind == Change::Kind::Updated &&
            (change.columns & order_.columns()) == 0) {
            refresh(change);
            continue;
        }
        if (held) erase(change.row);
        if (wanted) incoming_.push_back(order_.ranked(change.row));
        changed = changed || held || wanted;
    }
    if (changed) {
        insert(incoming_);
        if (incoming_.capacity() > kIncomingKept) std::vector<RankedRow>().swap(incoming_);
        check_invariants();
    }
    settle();
    return changed || groups_.moved();
}

RowId Arrangement::row_at(std::size_t position) const {
    return rows_.row_at(groups_.reorders() ? groups_.list_position(position) : position);
}

std::size_t Arrangement::position_of(RowId row) const {
    const std::size_t at = rows_.position_of(row);
    if (at >= rows_.size() || !groups_.reorders()) return at;
    return groups_.position_of(row, at);
}

}  // namespace nats_blotter::table

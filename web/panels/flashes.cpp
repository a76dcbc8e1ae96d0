// web/panels/flashes.cpp - see web/panels/flashes.h.
#include "web/panels/flashes.h"

#include <algorithm>

#include "web/hash.h"

namespace nats_blotter::web {
namespace {

constexpr MonotonicUs kFadeUs = 300 * kMillisecondUs;
// A fade is drawn in steps: each costs a frame, and more of them are not seen.
constexpr MonotonicUs kFadeStepUs = 75 * kMillisecondUs;

ImU32 faded(const Scene& scene, MonotonicUs started, bool down, ImU32 ground) {
    const float rest = 1.0f - static_cast<float>(scene.now - started) / static_cast<float>(kFadeUs);
    return mix(ground, down ? scene.theme.flash_down : scene.theme.flash_up,
               std::clamp(rest, 0.0f, 1.0f));
}

}  // namespace

void Flashes::note(const Scene& scene, const feed::TableSpec& spec, const table::Window& window,
                   const std::vector<PlacedColumn>& columns, bool quiet) {
    now_ = scene.now;
    std::erase_if(flashes_, [this](const Flash& flash) { return now_ - flash.started >= kFadeUs; });
    columns_ = spec.columns.size();
    rates_.resize(columns_);
    std::swap(rows_, rows_before_);
    std::swap(seen_, seen_before_);
    rows_.clear();
    seen_.assign(window.row_count() * columns_, {});
    seen_hash_ = kHashStart;
    for (std::size_t index = 0; index < window.row_count(); ++index) {
        const table::WindowRow& row = window.row(index);
        rows_.push_back(row.row);
        if (row.row == table::kNoRow) continue;
        seen_hash_ =
            hash_number(seen_hash_, row.row * 4 + (row.phantom ? 1u : 0u) + (row.broken ? 2u : 0u));
        const bool compare = !quiet && !row.fresh;
        std::size_t before = rows_before_.size();
        if (compare) {
            // The same line, or one close to it.
            const auto found = std::find(rows_before_.begin(), rows_before_.end(), row.row);
            before = static_cast<std::size_t>(found - rows_before_.begin());
        } else if (!quiet) {
            start(scene, {row.row, SIZE_MAX, now_, false});
        }
        for (const PlacedColumn& place : columns) {
            const feed::Cell cell = window.cell(index, place.column);
            Seen& seen = seen_[index * columns_ + place.column];
            seen = {hash_cell(kHashStart, cell), cell.number};
            seen_hash_ = hash_number(seen_hash_, seen.hash);
            if (before >= rows_before_.size()) continue;
            const Seen& was = seen_before_[before * columns_ + place.column];
            if (was.hash == seen.hash || was.hash == 0) continue;
            if (!spec.columns[place.column].flash) continue;
            start(scene, {row.row, place.column, now_, seen.number < was.number});
        }
    }
    due_ = flashes_.empty() ? kNever : now_ + kFadeStepUs;
    for (const Rate& rate : rates_)
        if (rate.busy_until > now_) due_ = std::min(due_, rate.busy_until);
}

void Flashes::start(const Scene&, const Flash& flash) {
    ++started_;
    // New rows have a rate of their own column: the first.
    Rate& rate = rates_[flash.column == SIZE_MAX ? 0 : flash.column];
    if (now_ - rate.since >= kSecondUs) rate = {now_, 0, rate.busy_until};
    if (++rate.count > kFlashesPerSecondMax) rate.busy_until = now_ + kSecondUs;
    if (rate.busy_until > now_) return;
    std::erase_if(flashes_, [&flash](const Flash& old) {
        return old.row == flash.row && old.column == flash.column;
    });
    flashes_.push_back(flash);
}

void Flashes::reset() {
    flashes_.clear();
    rows_.clear();
    seen_.clear();
    rates_.clear();
    due_ = kNever;
}

ImU32 Flashes::row_ground(const Scene& scene, table::RowId row, ImU32 ground,
                          bool* flashing) const {
    for (const Flash& flash : flashes_) {
        if (flash.row != row || flash.column != SIZE_MAX) continue;
        ground = faded(scene, flash.started, flash.down, ground);
        *flashing = true;
    }
    return ground;
}

ImU32 Flashes::cell_ground(const Scene& scene, table::RowId row, std::size_t column, ImU32 ground,
                           bool* flashing) const {
    if (is_busy(column)) {
        *flashing = true;
        return mix(ground, scene.theme.selection, 0.5f);
    }
    for (const Flash& flash : flashes_) {
        if (flash.row != row || flash.column != column) continue;
        ground = faded(scene, flash.started, flash.down, ground);
        *flashing = true;
    }
    return ground;
}

bool Flashes::is_busy(std::size_t column) const {
    return column < rates_.size() && rates_[column].busy_until > now_;
}

}  // namespace nats_blotter::web

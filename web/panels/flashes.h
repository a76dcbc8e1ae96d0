// web/panels/flashes.h - which rows and cells have just changed, and how far their fade is.
//
// A new row fades as a whole, a changed cell by itself, in the colour of its direction. A column of
// which more than kFlashesPerSecondMax cells change in a second would strobe: it is tinted steadily
// instead, until it is calmer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "table/window.h"
#include "web/panels/column_layout.h"
#include "web/scene.h"

namespace nats_blotter::web {

inline constexpr int kFlashesPerSecondMax = 30;

class Flashes {
  public:
    // What of the window is not as it was. `quiet`: it is taken note of, and nothing fades.
    void note(const Scene& scene, const feed::TableSpec& spec, const table::Window& window,
              const std::vector<PlacedColumn>& columns, bool quiet);
    void reset();

    // The colour that a fade leaves of `ground` for a row, and for one of its cells; `*flashing` is
    // set where there is any.
    ImU32 row_ground(const Scene& scene, table::RowId row, ImU32 ground, bool* flashing) const;
    ImU32 cell_ground(const Scene& scene, table::RowId row, std::size_t column, ImU32 ground,
                      bool* flashing) const;
    bool is_busy(std::size_t column) const;

    // When the next step is due, kNever when nothing fades.
    MonotonicUs due() const { return due_; }
    // Of all cells in sight, as noted.
    std::uint64_t seen_hash() const { return seen_hash_; }
    std::uint64_t started() const { return started_; }

  private:
    struct Flash {
        table::RowId row = table::kNoRow;
        std::size_t column = SIZE_MAX;  // SIZE_MAX: the row
        MonotonicUs started = 0;
        bool down = false;
    };
    struct Seen {
        std::uint64_t hash = 0;
        std::int64_t number = 0;
    };
    struct Rate {
        MonotonicUs since = 0;
        int count = 0;
        MonotonicUs busy_until = 0;
    };

    void start(const Scene& scene, const Flash& flash);

    std::vector<Flash> flashes_;
    // Of the last window: its rows, and for each of them a Seen for each column of the table.
    std::vector<table::RowId> rows_;
    std::vector<Seen> seen_;
    std::vector<table::RowId> rows_before_;
    std::vector<Seen> seen_before_;
    std::vector<Rate> rates_;
    std::size_t columns_ = 0;
    std::uint64_t seen_hash_ = 0;
    std::uint64_t started_ = 0;
    MonotonicUs now_ = 0;
    MonotonicUs due_ = kNever;
};

}  // namespace nats_blotter::web

// web/find_words.h - the words of a search, and which cells have one of them: in a row that has all
// of them those are marked.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "table/filter.h"

namespace nats_blotter::web {

class FindWords {
  public:
    // Words apart by blanks, as table::FilterSpec::quick.
    void set(std::string_view text);
    void clear() { words_.clear(); }
    bool empty() const { return words_.empty(); }
    // A bit for each word that is in the cell, as it is typed (table::append_spelled). Words
    // behind the 64th have none.
    std::uint64_t found(const feed::ColumnSpec& column, const feed::Cell& cell,
                        const TimeZone& zone) const;
    // The bits of all words.
    std::uint64_t all() const;

  private:
    std::vector<std::string> words_;  // folded
    mutable std::string spelled_;     // scratch
    mutable std::string folded_;      // scratch
};

}  // namespace nats_blotter::web

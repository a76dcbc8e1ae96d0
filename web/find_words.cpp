// web/find_words.cpp - see web/find_words.h.
#include "web/find_words.h"

#include <algorithm>

namespace nats_blotter::web {
namespace {

constexpr std::size_t kBits = 64;

}  // namespace

void FindWords::set(std::string_view text) {
    words_.clear();
    std::string folded;
    table::append_folded(folded, text);
    std::string_view rest = folded;
    for (;;) {
        const std::size_t begin = rest.find_first_not_of(" \t\r\n");
        if (begin == std::string_view::npos) return;
        rest.remove_prefix(begin);
        words_.emplace_back(rest.substr(0, rest.find_first_of(" \t\r\n")));
        rest.remove_prefix(words_.back().size());
    }
}

std::uint64_t FindWords::found(const feed::ColumnSpec& column, const feed::Cell& cell,
                               const TimeZone& zone) const {
    if (words_.empty() || cell.is_null()) return 0;
    spelled_.clear();
    table::append_spelled(spelled_, column, cell, zone);
    folded_.clear();
    table::append_folded(folded_, spelled_);
    std::uint64_t bits = 0;
    for (std::size_t index = 0; index < std::min(words_.size(), kBits); ++index)
        if (folded_.find(words_[index]) != std::string::npos) bits |= std::uint64_t{1} << index;
    return bits;
}

std::uint64_t FindWords::all() const {
    return words_.size() >= kBits ? UINT64_MAX : (std::uint64_t{1} << words_.size()) - 1;
}

}  // namespace nats_blotter::web

// Hunts: however a REST answer is cut, the splitter gives the elements that a plain reading of the
// whole text gives, and of valid JSON exactly the elements that nlohmann_json finds.
//
// An input is a byte that says where to cut, then the answer.
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "feed/array_splitter.h"
#include "fuzz/fuzz_check.h"

namespace {

using namespace nats_blotter;

struct Split {
    std::vector<std::string> elements;
    bool good = false;

    friend bool operator==(const Split& a, const Split& b) {
        return a.elements == b.elements && a.good == b.good;
    }
};

bool is_blank(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

std::size_t after_blanks(std::string_view text, std::size_t at) {
    while (at < text.size() && is_blank(text[at])) ++at;
    return at;
}

// Where the quotes that open at `at` close, or the end of the text.
std::size_t after_string(std::string_view text, std::size_t at) {
    for (++at; at < text.size(); ++at) {
        if (text[at] == '\\')
            ++at;
        else if (text[at] == '"')
            return at + 1;
    }
    return text.size();
}

// The comma or bracket behind the element that begins at `at`, or the end of the text.
std::size_t end_of_element(std::string_view text, std::size_t at) {
    int depth = 0;
    while (at < text.size()) {
        const char c = text[at];
        if (c == '"') {
            at = after_string(text, at);
            continue;
        }
        if (depth == 0 && (c == ',' || c == ']' || c == '}')) return at;
        if (c == '[' || c == '{') ++depth;
        if (c == ']' || c == '}') --depth;
        ++at;
    }
    return text.size();
}

Split read_naively(std::string_view text) {
    Split split;
    std::size_t at = after_blanks(text, 0);
    if (at == text.size() || text[at] != '[') return split;
    at = after_blanks(text, at + 1);
    if (at < text.size() && text[at] == ']') {
        split.good = after_blanks(text, at + 1) == text.size();
        return split;
    }
    while (at < text.size()) {
        const std::size_t end = end_of_element(text, at);
        if (end == at || end == text.size() || text[end] == '}') return split;
        std::size_t last = end;
        while (is_blank(text[last - 1])) --last;
        split.elements.emplace_back(text.substr(at, last - at));
        at = after_blanks(text, end + 1);
        if (text[end] == ']') {
            split.good = at == text.size();
            return split;
        }
    }
    return split;
}

// The next element by a reader that finds its end itself, where it is there already.
bool take_ahead(feed::ArraySplitter& splitter, Split& split) {
    const std::string_view ahead = splitter.ahead();
    const std::size_t end = end_of_element(ahead, 0);
    if (end == ahead.size()) {
        FUZZ_CHECK(ahead.empty() || !splitter.skip(end));
        return false;
    }
    std::size_t last = end;
    while (last > 0 && is_blank(ahead[last - 1])) --last;
    if (last == 0) return false;
    const std::string element(ahead.substr(0, last));
    const bool may_end = ahead[end] != '}';
    FUZZ_CHECK(splitter.skip(last) == may_end);
    if (may_end) split.elements.push_back(element);
    return may_end;
}

// In pieces of at most `bytes_max` bytes, some of them empty.
Split read_in_pieces(std::string_view text, std::size_t bytes_max, Random& random) {
    const bool looks_ahead = random.below(2) == 0;
    feed::ArraySplitter splitter;
    Split split;
    while (!text.empty()) {
        const std::string_view piece = text.substr(0, random.below(bytes_max + 1));
        text.remove_prefix(piece.size());
        // A piece of its own memory, gone afterwards: the splitter may keep no view of it.
        splitter.append(std::string(piece));
        for (;;) {
            if (looks_ahead && take_ahead(splitter, split)) continue;
            const auto element = splitter.next_element();
            if (!element) break;
            split.elements.emplace_back(*element);
        }
    }
    const std::size_t count = split.elements.size();
    split.good = splitter.finish().has_value();
    FUZZ_CHECK(split.good != splitter.failed() || !split.good);
    FUZZ_CHECK(splitter.element_count() == count);
    return split;
}

void check_against_document(std::string_view text, const Split& split) {
    // nlohmann_json takes a zero byte for the end of the text, and leaves out a byte order mark.
    if (text.find('\0') != text.npos || text.substr(0, 3) == "\xEF\xBB\xBF") return;
    const nlohmann::json document = nlohmann::json::parse(text, nullptr, false);
    if (!document.is_array()) return;
    FUZZ_CHECK(split.good);
    FUZZ_CHECK(split.elements.size() == document.size());
    for (std::size_t index = 0; index < document.size(); ++index)
        FUZZ_CHECK(nlohmann::json::parse(split.elements[index], nullptr, false) == document[index]);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string answer(data + 1, data + size);
    Random random(data[0]);
    const Split naive = read_naively(answer);
    FUZZ_CHECK(read_in_pieces(answer, answer.size() + 1, random) == naive);
    FUZZ_CHECK(read_in_pieces(answer, 1, random) == naive);
    FUZZ_CHECK(read_in_pieces(answer, 1 + data[0] % 32, random) == naive);
    check_against_document(answer, naive);
    return 0;
}

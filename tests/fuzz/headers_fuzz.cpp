// Hunts: no header block costs more than itself. Every view lies inside the block, the reader ends
// after at most one header per line, it says what a naive reading of the lines says, and
// header_value() finds the first of each key and nothing else.
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fuzz/fuzz_check.h"
#include "nats/headers.h"

namespace {

using namespace nats_blotter;

struct Block {
    bool well_formed = false;
    int status = 0;
    std::string description;
    std::vector<std::pair<std::string, std::string>> headers;
};

std::vector<std::string> lines_of(const std::string& block) {
    std::vector<std::string> lines(1);
    for (const char c : block) {
        if (c == '\n')
            lines.emplace_back();
        else
            lines.back() += c;
    }
    for (std::string& line : lines)
        if (!line.empty() && line.back() == '\r') line.pop_back();
    return lines;
}

std::string trimmed(std::string text) {
    while (!text.empty() && (text[0] == ' ' || text[0] == '\t')) text.erase(0, 1);
    while (!text.empty() && std::string(" \t\r").find(text.back()) != std::string::npos)
        text.pop_back();
    return text;
}

bool digit(char c) { return c >= '0' && c <= '9'; }

Block read_naively(const std::string& bytes) {
    Block block;
    const std::vector<std::string> lines = lines_of(bytes);
    const std::string& first = lines[0];
    block.well_formed =
        first == "NATS/1.0" || first.find("NATS/1.0 ") == 0 || first.find("NATS/1.0\t") == 0;
    if (!block.well_formed) return block;
    const std::string rest = trimmed(first.substr(8)) + " ";
    if (rest.size() >= 4 && digit(rest[0]) && digit(rest[1]) && digit(rest[2]) &&
        (rest[3] == ' ' || rest[3] == '\t')) {
        block.status = std::stoi(rest.substr(0, 3));
        block.description = trimmed(rest.substr(3));
    }
    for (std::size_t i = 1; i < lines.size(); ++i) {
        const std::size_t colon = lines[i].find(':');
        if (colon != std::string::npos && colon > 0)
            block.headers.emplace_back(lines[i].substr(0, colon),
                                       trimmed(lines[i].substr(colon + 1)));
    }
    return block;
}

void check_inside(std::string_view view, std::string_view block) {
    if (view.empty()) return;
    FUZZ_CHECK(view.data() >= block.data());
    FUZZ_CHECK(view.data() + view.size() <= block.data() + block.size());
}

}  // namespace

// What was read, written again: whatever the writer takes makes a block that may be sent and reads
// back as the same headers, and what it refuses leaves the block as it was.
static void check_written_again(const Block& naive) {
    nats::HeaderWriter writer(naive.status >= 100 ? naive.status : 0, naive.description);
    std::vector<std::pair<std::string, std::string>> taken;
    for (const auto& [key, value] : naive.headers) {
        const std::string before(writer.block());
        if (writer.add(key, value))
            taken.emplace_back(key, value);
        else
            FUZZ_CHECK(writer.block() == before);
    }
    FUZZ_CHECK(nats::is_header_block(writer.block()));
    nats::HeaderReader reader(writer.block());
    for (const auto& [key, value] : taken) {
        const std::optional<nats::Header> header = reader.next();
        FUZZ_CHECK(header && header->key == key && header->value == value);
    }
    FUZZ_CHECK(!reader.next());
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::vector<char> copy(data, data + size);
    const std::string_view block(copy.data(), copy.size());
    const Block naive = read_naively(std::string(block));

    nats::HeaderReader reader(block);
    FUZZ_CHECK(reader.well_formed() == naive.well_formed);
    FUZZ_CHECK(reader.status() == naive.status);
    FUZZ_CHECK(reader.description() == naive.description);
    check_inside(reader.description(), block);
    for (const auto& [key, value] : naive.headers) {
        const std::optional<nats::Header> header = reader.next();
        FUZZ_CHECK(header.has_value());
        FUZZ_CHECK(header->key == key);
        FUZZ_CHECK(header->value == value);
        check_inside(header->key, block);
        check_inside(header->value, block);
    }
    FUZZ_CHECK(!reader.next());
    FUZZ_CHECK(!reader.next());

    for (const auto& [key, value] : naive.headers) {
        std::string first;
        for (auto at = naive.headers.rbegin(); at != naive.headers.rend(); ++at)
            if (at->first == key) first = at->second;
        FUZZ_CHECK(nats::header_value(block, key) == first);
    }
    FUZZ_CHECK(!nats::header_value(block, "a key: of no header"));
    if (naive.description.find_first_of("\r\n") == std::string::npos) check_written_again(naive);
    nats::is_header_block(block);
    return 0;
}

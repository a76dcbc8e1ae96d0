// Hunts: every record is accepted, refused and read alike by the scanner, by the shapes that
// learned from what came before it, and by nlohmann_json with the rules written out
// (feed/decode_oracle.h).
//
// An input is a digit for the table, then records with a record separator (RS, 1E) between them;
// what follows them is made of them: bytes changed, removed, put in, pieces of one in another.
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "feed/decode_oracle.h"
#include "fuzz/fuzz_check.h"

namespace {

using namespace nats_blotter;

void check(tests::DecodeComparison& comparison, std::string_view json) {
    const std::string differs = comparison.differs(json);
    if (!differs.empty())
        std::fprintf(stderr, "%s\n%.*s\n", differs.c_str(), static_cast<int>(json.size()),
                     json.data());
    FUZZ_CHECK(differs.empty());
}

// One change at a place of its own, as a producer that is not quite the same would make it.
std::string changed(const std::vector<std::string>& records, Random& random) {
    static constexpr std::string_view kBytes = "\"\\{}[]:,-+.eE0159 tfnuZT\x01\x80\xC3";
    const auto below = [&random](std::size_t bound) {
        return static_cast<std::size_t>(random.below(bound));
    };
    std::string record = records[below(records.size())];
    const std::string& other = records[below(records.size())];
    const std::size_t at = below(record.size() + 1);
    switch (below(6)) {
        case 0:
            if (at < record.size()) record[at] = kBytes[below(kBytes.size())];
            break;
        case 1: record.insert(at, 1, kBytes[below(kBytes.size())]); break;
        case 2: record.erase(at, 1 + below(4)); break;
        case 3: record.resize(at); break;
        case 4: record = record.substr(0, at) + other.substr(below(other.size() + 1)); break;
        default: {
            const std::size_t from = below(other.size() + 1);
            record.insert(at, other.substr(from, below(24)));
            break;
        }
    }
    return record;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string input(data, data + size);
    static const std::vector<feed::TableSpec> specs = tests::specs_to_compare();
    tests::DecodeComparison comparison(specs[data[0] % specs.size()]);
    std::vector<std::string> records;
    for (std::size_t at = 1; at <= input.size();) {
        const std::size_t end = std::min(input.find('\x1E', at), input.size());
        records.push_back(input.substr(at, end - at));
        at = end + 1;
    }
    for (const std::string& record : records) check(comparison, record);
    for (const std::string& record : records) check(comparison, record);
    // The changes follow from the bytes, so that an input is the same test wherever it is run.
    std::uint64_t seed = size;
    for (const char c : input) seed = seed * 31 + static_cast<unsigned char>(c);
    Random random(seed);
    for (int i = 0; i < 8 && !records.empty(); ++i) check(comparison, changed(records, random));
    return 0;
}

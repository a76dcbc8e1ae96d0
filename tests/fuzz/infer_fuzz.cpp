// Hunts: whatever messages a stranger sends, the profile that is made of them is one that the
// profile parser accepts, of that subject and within the limits, or there is one line of words on
// why there is none. Lines of the input: the subject, then subject and payload of each message.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.h"
#include "base/utf8.h"
#include "feed/decode.h"
#include "feed/infer.h"
#include "feed/message.h"
#include "feed/profile_json.h"
#include "fuzz/fuzz_check.h"

namespace {

using namespace nats_blotter;

std::string_view take_line(std::string_view& rest) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return line;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string input(data, data + size);
    std::string_view rest = input;
    const std::string_view subject = take_line(rest);
    // Subjects as the broker would let them through.
    if (!feed::is_subject_pattern(subject) || !is_utf8(subject)) return 0;
    std::vector<feed::FeedSample> samples;
    while (!rest.empty()) {
        const std::string_view from = take_line(rest);
        samples.push_back({from, take_line(rest)});
    }
    const feed::InferredProfile made = feed::infer_profile(subject, samples);
    FUZZ_CHECK(!made.words.empty() && is_utf8(made.words));
    FUZZ_CHECK(std::none_of(made.words.begin(), made.words.end(),
                            [](char c) { return static_cast<unsigned char>(c) < ' '; }));
    if (made.json.empty()) return 0;
    const feed::ParsedProfile parsed = feed::profile_from_json(made.json, "made");
    FUZZ_CHECK(parsed.error.empty());
    FUZZ_CHECK(parsed.profile.tables.size() == 1);
    const feed::TableSpec& spec = parsed.profile.tables[0];
    FUZZ_CHECK(spec.columns.size() <= kInferColumnsMax + 4);
    FUZZ_CHECK(spec.streams.size() == 1 && spec.streams[0].pattern == subject);
    feed::RecordDecoder decoder(spec);
    feed::MessageReader reader(spec, decoder);
    for (const feed::FeedSample& sample : samples) {
        reader.begin(sample.subject, sample.payload);
        while (const auto record = reader.next()) static_cast<void>(*record);
    }
    return 0;
}

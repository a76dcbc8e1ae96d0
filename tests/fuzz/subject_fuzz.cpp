// Hunts: what is a subject, a pattern or a queue group, and which subjects a pattern covers, agrees
// with the rules of ADR-6 written out over lists of tokens.
//
// An input is a pattern, and behind its first LF a subject.
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.h"
#include "fuzz/fuzz_check.h"
#include "nats/subject.h"

namespace {

using namespace nats_blotter;
using Tokens = std::vector<std::string>;

Tokens tokens_of(std::string_view subject) {
    Tokens tokens(1);
    for (const char c : subject) {
        if (c == '.')
            tokens.emplace_back();
        else
            tokens.back() += c;
    }
    return tokens;
}

bool good_tokens(std::string_view subject) {
    if (subject.size() > kSubjectBytesMax) return false;
    for (const std::string& token : tokens_of(subject)) {
        if (token.empty()) return false;
        for (const char c : token)
            if ((c >= 0 && c <= ' ') || c == 0x7F) return false;
    }
    return true;
}

bool literal(std::string_view subject) {
    if (!good_tokens(subject)) return false;
    for (const std::string& token : tokens_of(subject))
        if (token == "*" || token == ">") return false;
    return true;
}

bool pattern(std::string_view subject) {
    if (!good_tokens(subject)) return false;
    Tokens tokens = tokens_of(subject);
    tokens.pop_back();
    for (const std::string& token : tokens)
        if (token == ">") return false;
    return true;
}

bool covers(const Tokens& wanted, const Tokens& tokens, std::size_t at = 0) {
    if (at == wanted.size()) return at == tokens.size();
    if (at == tokens.size()) return false;
    if (wanted[at] == ">") return true;
    return (wanted[at] == "*" || wanted[at] == tokens[at]) && covers(wanted, tokens, at + 1);
}

void check_one(std::string_view subject) {
    FUZZ_CHECK(nats::check_subject(subject).has_value() == pattern(subject));
    FUZZ_CHECK(nats::check_literal_subject(subject).has_value() == literal(subject));
    FUZZ_CHECK(nats::check_queue_group(subject).has_value() == literal(subject));
    for (const auto& result : {nats::check_subject(subject), nats::check_queue_group(subject)})
        if (!result) FUZZ_CHECK(result.error().offset_bytes <= subject.size());
    if (literal(subject)) {
        FUZZ_CHECK(nats::subject_matches(subject, subject));
        FUZZ_CHECK(nats::subject_matches(">", subject));
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::vector<char> copy(data, data + size);
    const std::string_view input(copy.data(), copy.size());
    const std::size_t line_feed = input.find('\n');
    const std::string_view first = input.substr(0, line_feed);
    check_one(first);
    if (line_feed == std::string_view::npos) return 0;
    const std::string_view second = input.substr(line_feed + 1);
    check_one(second);
    if (pattern(first) && literal(second))
        FUZZ_CHECK(nats::subject_matches(first, second) ==
                   covers(tokens_of(first), tokens_of(second)));
    return 0;
}

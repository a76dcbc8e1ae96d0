#include "feed/subjects.h"

#include "base/assert.h"

namespace nats_blotter::feed {

std::string_view family_name(SubjectFamily family) {
    return family == SubjectFamily::Slash ? "slash" : "dotted";
}

const SubjectRow& subject_row(Stream stream, SubjectFamily family) {
    for (const SubjectRow& row : kSubjects)
        if (row.stream == stream && row.family == family) return row;
    NB_ASSERT(false);
    return kSubjects[0];
}

std::string fill_account(std::string_view pattern, std::string_view account) {
    constexpr std::string_view kPlaceholder = "{account}";
    std::string out;
    while (true) {
        const std::size_t found = pattern.find(kPlaceholder);
        out.append(pattern.substr(0, found));
        if (found == std::string_view::npos) return out;
        out.append(account);
        pattern.remove_prefix(found + kPlaceholder.size());
    }
}

namespace {

// `pattern` with a wildcard for each name in braces.
std::string with_wildcards(std::string_view pattern) {
    std::string out;
    while (true) {
        const std::size_t open = pattern.find('{');
        out.append(pattern.substr(0, open));
        if (open == std::string_view::npos) return out;
        const std::size_t close = pattern.find('}', open);
        NB_ASSERT(close != std::string_view::npos);
        out.push_back('*');
        pattern.remove_prefix(close + 1);
    }
}

}  // namespace

bool is_of_account(const SubjectRow& row) {
    return row.pattern.find("{account}") != std::string_view::npos;
}

std::string subject_for(Stream stream, SubjectFamily family, std::int64_t account) {
    return fill_account(subject_row(stream, family).pattern, std::to_string(account));
}

std::string wildcard_subject(const SubjectRow& row) {
    const std::string filled = with_wildcards(row.pattern);
    if (filled == row.pattern) return filled;  // one stream
    return row.family == SubjectFamily::Dotted ? filled : std::string();
}

std::string browser_allow_subject(const SubjectRow& row, std::int64_t account) {
    if (row.family == SubjectFamily::Dotted) return with_wildcards(row.pattern);
    return fill_account(row.pattern, std::to_string(account));
}

}  // namespace nats_blotter::feed

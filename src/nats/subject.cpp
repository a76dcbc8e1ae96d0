#include "nats/subject.h"

#include "base/limits.h"
#include "nats/error.h"

namespace nats_blotter::nats {
namespace {

bool is_blank_or_control(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte <= 0x20 || byte == 0x7F;
}

// Cuts the first token off `rest`; the dot behind it goes too.
std::string_view take_token(std::string_view& rest, bool& last) {
    const std::size_t dot = rest.find('.');
    last = dot == std::string_view::npos;
    const std::string_view token = rest.substr(0, dot);
    rest = last ? std::string_view{} : rest.substr(dot + 1);
    return token;
}

Result<void> check(std::string_view subject, bool wildcards, NatsError code) {
    if (subject.empty() || subject.size() > kSubjectBytesMax) return nats_error(code);
    for (std::size_t i = 0; i < subject.size(); ++i)
        if (is_blank_or_control(subject[i])) return nats_error(code, i);
    std::string_view rest = subject;
    bool last = false;
    while (!last) {
        const std::size_t at = subject.size() - rest.size();
        const std::string_view token = take_token(rest, last);
        if (token.empty()) return nats_error(code, at);
        if (token == ">" && !(wildcards && last)) return nats_error(code, at);
        if (token == "*" && !wildcards) return nats_error(code, at);
    }
    return {};
}

}  // namespace

Result<void> check_subject(std::string_view subject) {
    return check(subject, true, NatsError::BadSubject);
}

Result<void> check_literal_subject(std::string_view subject) {
    return check(subject, false, NatsError::BadSubject);
}

Result<void> check_queue_group(std::string_view queue_group) {
    return check(queue_group, false, NatsError::BadQueueGroup);
}

bool subject_matches(std::string_view pattern, std::string_view subject) {
    bool pattern_last = false;
    bool subject_last = false;
    while (!pattern_last && !subject_last) {
        const std::string_view wanted = take_token(pattern, pattern_last);
        const std::string_view token = take_token(subject, subject_last);
        if (wanted == ">" && pattern_last) return true;
        if (wanted != "*" && wanted != token) return false;
    }
    return pattern_last && subject_last;
}

}  // namespace nats_blotter::nats

// services/path_number.cpp - see path_number.h.
#include "services/path_number.h"

#include <charconv>

namespace nats_blotter::services {

std::optional<std::int32_t> int32_from_path(std::string_view text) {
    if (text.size() > 1 && text.front() == '+' && text[1] != '-') text.remove_prefix(1);
    std::int32_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return number;
}

std::string path_number_message(std::string_view text) {
    return "Failed to convert value to an integer; for input string: \"" + std::string(text) + "\"";
}

}  // namespace nats_blotter::services

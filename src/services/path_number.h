// services/path_number.h - account numbers in paths, as the Spring services read them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace nats_blotter::services {

// The whole text as a decimal 32-bit integer, with an optional sign; nothing otherwise.
std::optional<std::int32_t> int32_from_path(std::string_view text);

// What the body says when it is not one.
std::string path_number_message(std::string_view text);

}  // namespace nats_blotter::services

// web/hash.h - FNV-1a over what is on the screen, to tell whether it is as it was drawn.
#pragma once

#include <cstdint>
#include <string_view>

#include "table/table.h"

namespace nats_blotter::web {

inline constexpr std::uint64_t kHashStart = 14695981039346656037ULL;
inline constexpr std::uint64_t kHashPrime = 1099511628211ULL;

inline std::uint64_t hash_number(std::uint64_t hash, std::uint64_t number) {
    hash = (hash ^ number) * kHashPrime;
    return hash ^ (hash >> 32);
}

inline std::uint64_t hash_text(std::uint64_t hash, std::string_view text) {
    for (const char byte : text) hash = (hash ^ static_cast<unsigned char>(byte)) * kHashPrime;
    return hash;
}

inline std::uint64_t hash_cell(std::uint64_t hash, const feed::Cell& cell) {
    hash = hash_number(hash, static_cast<std::uint64_t>(cell.kind));
    hash = hash_number(hash, static_cast<std::uint64_t>(cell.number));
    return hash_text(hash, cell.text);
}

}  // namespace nats_blotter::web

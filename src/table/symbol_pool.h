// table/symbol_pool.h - distinct texts with small ids; texts are never forgotten before clear().
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "table/key_index.h"

namespace nats_blotter::table {

class SymbolPool {
  public:
    static constexpr std::uint32_t kNone = UINT32_MAX;

    // The id of this text, kNone when it is new and kSymbolsMax are held.
    std::uint32_t intern(std::string_view text);
    // The id of this text, kNone when it is not held.
    std::uint32_t find(std::string_view text) const;
    std::string_view text(std::uint32_t id) const { return texts_[id]; }
    bool has_room_for(std::string_view text) const;
    std::size_t size() const { return texts_.size(); }
    std::size_t memory_bytes() const;
    void clear();

  private:
    std::uint32_t find(std::string_view text, std::uint64_t hash) const;

    KeyIndex ids_;
    std::vector<std::string_view> texts_;  // into blocks_
    std::vector<std::unique_ptr<char[]>> blocks_;
    std::size_t block_bytes_ = 0;  // of the last block
    std::size_t block_used_ = 0;
    std::size_t blocks_bytes_ = 0;
};

}  // namespace nats_blotter::table

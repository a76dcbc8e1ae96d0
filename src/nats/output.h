// nats/output.h - bytes on their way to the transport, in order.
//
// Invariant (tests/nats/output_test.cpp): taken_ <= bytes_.size(), and all is given back when
// empty.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace nats_blotter::nats {

class Output {
  public:
    // Where the encoder appends.
    std::string& tail() { return bytes_; }
    std::string_view pending() const { return std::string_view(bytes_).substr(taken_); }
    std::size_t pending_bytes() const { return bytes_.size() - taken_; }

    // Places in the stream since the last clear(): of the first pending byte, and behind the last.
    std::uint64_t taken_offset() const { return taken_offset_; }
    std::uint64_t end_offset() const { return taken_offset_ + pending_bytes(); }

    // REQUIRES: bytes <= pending_bytes().
    void consume(std::size_t bytes);
    void clear();

  private:
    void give_back();

    std::string bytes_;
    std::size_t taken_ = 0;
    std::uint64_t taken_offset_ = 0;
};

}  // namespace nats_blotter::nats

// nats/headers.h - reads a message's header block, lazily and leniently.
//
// The server never checks what a publisher puts there (12 bytes of "hello world!" were delivered as
// headers), so nothing in it may cost more than the header itself: a line that is no header is
// passed over, and a block that does not begin with NATS/1.0 has no status and no headers.
//
//   NATS/1.0[ <3-digit status>[ <description>]]\r\n  Key: value\r\n ...  \r\n
//
// Source: ADR-4. Keys keep their case and may repeat; values are trimmed of blanks.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace nats_blotter::nats {

struct Header {
    std::string_view key;
    std::string_view value;
};

class HeaderReader {
  public:
    explicit HeaderReader(std::string_view block);

    bool well_formed() const { return well_formed_; }  // begins with NATS/1.0
    std::int32_t status() const { return status_; }    // 0 where there is none
    std::string_view description() const { return description_; }

    // The next header, in the order of the block.
    std::optional<Header> next();

  private:
    std::string_view take_line();

    std::string_view rest_;
    std::string_view description_;
    std::int32_t status_ = 0;
    bool well_formed_ = false;
};

// The first value under `key`, compared as ADR-4 has it: case matters.
std::optional<std::string_view> header_value(std::string_view block, std::string_view key);

}  // namespace nats_blotter::nats

// nats/headers.h - reads a message's header block, lazily and leniently; writes one, strictly.
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
#include <string>
#include <string_view>

#include "base/result.h"

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

class HeaderWriter {
  public:
    // A block with an inline status, as services answer with; 0 for none.
    // REQUIRES: 0, or 100 to 999; a description without line ends.
    explicit HeaderWriter(std::int32_t status = 0, std::string_view description = {});

    // Keys may repeat. Error: a key that is empty or has a blank, a colon or a control character,
    // or a value with a line end (or a zero byte, which peers in C cut at); nothing is added then.
    Result<void> add(std::string_view key, std::string_view value);

    // The whole block with its blank line, for publish() and request(); valid until the next add().
    std::string_view block() const { return block_; }

  private:
    std::string block_;
};

// May be sent as a header block: begins with NATS/1.0 and ends with the only blank line.
bool is_header_block(std::string_view block);

// The first value under `key`, compared as ADR-4 has it: case matters.
std::optional<std::string_view> header_value(std::string_view block, std::string_view key);

}  // namespace nats_blotter::nats

// feed/decode.h - payload bytes to a record, or a counted reject.
//
// Takes an event with an envelope ({"topic", "payload": {...}, "date", ...}), a bare record, and
// the elements of a REST answer alike: fields by name in any order, unknown ones passed over. Texts
// of the record point into the payload or into the decoder's scratch and die at the next call.
//
// Two readers, one result. The scanner knows the whole grammar (RFC 8259, UTF-8, escapes) and says
// what is accepted; the shapes (feed/shape.h) know records that look like earlier ones, and leave
// everything else to the scanner. In steady state neither allocates.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "feed/cell.h"
#include "feed/field_index.h"
#include "feed/schema.h"
#include "feed/shape.h"

namespace nats_blotter::feed {

// Why a payload was dropped.
enum class Reject : std::int32_t {
    NotJson = 1,   // not one JSON value
    WrongShape,    // JSON, but not an object with the record in it
    MissingKey,    // a key column is absent or null
    WrongType,     // a column's value has another JSON type
    BadNumber,     // a number outside its column's range or precision
    BadTime,       // not an instant
    TooLong,       // a record or text above its limit
    WrongAccount,  // a record of another account than its subject or URL says
    TableFull,     // a limit of the table was reached
};
inline constexpr std::size_t kRejectCount = 10;  // index 0 is unused
std::string_view reject_text(Reject reject);
// The key in the element's decodeErrors: "notJson", ...
std::string_view reject_name(Reject reject);
Error reject_error(Reject reject, std::size_t offset_bytes);

// Whether a decoder learns the layout of what it reads to read it faster. The records are the same.
enum class Speculation : std::uint8_t { Off, On };

// Counters of one decoder; they only rise.
struct DecodeStats {
    std::uint64_t shape_hits = 0;    // read by a learned layout
    std::uint64_t shape_misses = 0;  // a layout was tried and did not fit
    std::uint64_t shapes_learned = 0;
};

class RecordDecoder {
  public:
    // `spec` must outlive the decoder.
    explicit RecordDecoder(const TableSpec& spec, Speculation speculation = Speculation::On);

    // The record is valid until the next call. `error().code` is a Reject.
    Result<const Record*> decode(std::string_view json);

    // As decode(), where a learned layout knows the text; null says nothing of it. An owner in a
    // hurry asks this first.
    const Record* decode_known(std::string_view json);
    // As decode(), of a text that decode_known() has just not known.
    Result<const Record*> decode_unknown(std::string_view json);

    // The record that `text` begins with, where a learned layout knows it, and in `bytes` how long
    // it is; null says nothing of it. Of what follows, nothing is looked at.
    const Record* decode_front(std::string_view text, std::size_t& bytes);

    // From here on every record has this value in this column, whatever it says itself; a null
    // lets it speak. The text must live as long as the records. REQUIRES: the column has a
    // `subject_token`.
    void preset(std::size_t column, const Cell& cell);

    // When what is decoded next came, for columns of Origin::Latency; 0: not as an event.
    void came_at(EpochMs epoch_ms) { came_at_ = epoch_ms; }

    const DecodeStats& stats() const { return stats_; }

  private:
    class Reader;

    Result<const Record*> read(std::string_view json);
    const Record* finished();

    const TableSpec& spec_;
    Speculation speculation_;
    FieldIndex index_;
    ShapeSet shapes_;
    DecodeStats stats_;
    Record record_;
    std::string key_scratch_;
    std::vector<std::string> text_scratch_;  // by column, for texts with escapes
    std::vector<std::uint16_t> deep_;        // columns that are JSON pointers
    struct Preset {
        std::size_t column = 0;
        Cell cell;
    };
    std::vector<Preset> presets_;
    // A column that is worked out from the record: its latency, or an amount with a sign.
    struct Derived {
        std::uint16_t column = 0;
        bool is_latency = false;
        std::uint16_t amount = 0;  // columns
        std::uint16_t sign = 0;
        std::string_view minus;  // of the spec
    };
    std::vector<Derived> derived_;
    EpochMs came_at_ = 0;
};

}  // namespace nats_blotter::feed

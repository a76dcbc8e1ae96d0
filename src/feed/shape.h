// feed/shape.h - the layout of a producer's records, learned from one of them: literal runs with a
// value between each two.
//
// A program writes its records alike: the same keys in the same order with the same white space. A
// Shape holds those bytes and reads the next record by comparing them eight at a time and parsing
// only what stands between. It is never trusted: at the first byte that is not as learned, or value
// that is not of the plain form, it says no and the caller reads the record by the grammar.
//
// Invariant (tests/feed/shape_test.cpp, tests/fuzz/decode_fuzz.cpp): where it says yes, the
// record is what RecordDecoder's scanner makes of the same bytes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/time_text.h"
#include "feed/cell.h"
#include "feed/field_index.h"
#include "feed/schema.h"

namespace nats_blotter::feed {

// Fields and bytes of a layout worth keeping; larger records are read by the scanner.
inline constexpr std::size_t kShapeSlotsMax = 1024;
inline constexpr std::size_t kShapeBytesMax = 32 * 1024;

class Shape {
  public:
    // The layout of `json`. False, and the shape never fits, where it is one that a shape cannot
    // stand for: a column given twice, or too large. REQUIRES: a RecordDecoder for this spec and
    // index has accepted `json`.
    bool learn(std::string_view json, const TableSpec& spec, const FieldIndex& index);

    // Reads the record of this layout that `text` begins with and answers its bytes; 0 where there
    // is none, and then `record` is anything. REQUIRES: one cell for each column of the spec
    // learned with.
    std::size_t read_front(std::string_view text, Record& record);

    // Sets the cells to null that read_front() leaves as they are: those of columns that this
    // layout lacks.
    void clear_absent(Record& record) const;

  private:
    enum class Kind : std::uint8_t {
        SkippedText,
        SkippedNumber,
        PublishedMs,
        PublishedText,
        Int,  // from here on, of a column
        Decimal,
        TimeMs,
        TimeText,
        Text,
    };
    struct Slot {
        std::uint32_t literal_bytes = 0;  // before the value
        std::uint32_t value_bytes = 0;    // as learned, behind the literal in bytes_
        std::uint32_t value_at = 0;       // in bytes_
        Kind kind = Kind::SkippedText;
        std::uint8_t scale = 0;
        bool is_constant = false;  // SkippedText that never differed
        std::uint16_t column = 0;
        std::uint16_t time = 0;  // in times_
    };
    // What one pass over the slots does: a value that changes, and before it all that does not,
    // literals and constants in one run.
    struct Step {
        std::uint32_t run_bytes = 0;
        std::uint32_t value_bytes = 0;  // as learned, behind the run in bytes_
        std::uint32_t text_bytes = 0;   // of the last value that was a string
        std::uint32_t first_slot = 0;   // of the run
        Kind kind = Kind::SkippedText;
        std::uint8_t scale = 0;
        std::uint16_t column = 0;
        std::uint16_t time = 0;
    };
    // The last time of a slot, which the next one differs from by little.
    struct LastTime {
        std::uint64_t front = 0;    // the first eight of thirteen digits
        std::int64_t front_ms = 0;  // the first five of them, as a number of all thirteen
        DayReader day;
    };
    class Learner;

    static const char* read_usual_ms(const LastTime& last, const char* at, std::int64_t& ms);
    static const char* read_epoch_ms(LastTime& last, const char* at, const char* end,
                                     std::int64_t& ns);

    void make_steps();
    const char* read_usual(const Step& step, const char* at, const char* end, Record& record);
    const char* read_value(Step& step, const char* at, const char* end, Record& record);
    std::size_t read_steps(std::string_view text, Record& record);
    std::size_t refuse_run(std::size_t first_slot, std::string_view rest, const char* learned);

    std::vector<Slot> slots_;
    std::vector<Step> steps_;
    std::vector<LastTime> times_;  // of the slots that are times
    // The literal and the learned value of each slot, then the last literal.
    std::string bytes_;
    std::size_t last_literal_bytes_ = 0;
    std::size_t last_run_bytes_ = 0;     // it, with the constants before it
    std::size_t last_run_slot_ = 0;      // where they begin
    std::vector<std::uint16_t> absent_;  // columns that no slot writes
    std::vector<std::uint8_t> taken_;    // by column, while learning
};

// The few shapes of one table, the likely one first.
class ShapeSet {
  public:
    // Layouts of one stream: with and without the fields that may be absent.
    static constexpr std::size_t kShapesMax = 4;

    bool read(std::string_view json, Record& record);
    // As Shape's, of whichever fits.
    std::size_t read_front(std::string_view text, Record& record);

    // Tells that read() did not know the layout of an accepted record. True when it was learned:
    // not each time, where layouts change faster than they pay.
    bool learn(std::string_view json, const TableSpec& spec, const FieldIndex& index);

    std::size_t size() const { return size_; }
    // True while read() does not even try.
    bool is_resting() const { return rest_ > 0; }

  private:
    std::size_t find(std::string_view text, Record& record, bool whole);
    void end_trial();

    std::array<Shape, kShapesMax> shapes_;
    Shape fresh_;
    std::array<std::uint32_t, kShapesMax> order_ = {0, 1, 2, 3};  // the last to fit first
    std::size_t size_ = 0;
    const Shape* writer_ = nullptr;  // of the last record; null where that was not read here
    std::uint32_t tried_ = 0;        // records of this trial
    std::uint32_t hits_ = 0;         // of these
    std::uint32_t rest_ = 0;         // records to pass before the next trial
    std::uint32_t last_rest_ = 0;    // how long that was the last time
    std::uint32_t learn_after_ = 0;  // misses to pass before learning again
};

}  // namespace nats_blotter::feed

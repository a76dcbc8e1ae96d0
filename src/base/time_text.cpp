#include "base/time_text.h"

#include "base/number_text.h"
#include "base/words.h"

namespace nats_blotter {
namespace {

constexpr std::int64_t kDayS = 86'400;
constexpr std::int64_t kNsPerS = 1'000'000'000;

Error time_error(TimeError code, std::size_t offset) {
    return Error{static_cast<std::int32_t>(code), offset, time_error_text(code)};
}

// Days since 1970-01-01 in the proleptic Gregorian calendar; years are counted from March, so that
// the leap day is the last of its year. 32 bits: WebAssembly divides 64 bits by a constant slowly.
// REQUIRES: 0 <= year <= 9999.
std::int32_t days_from_civil(std::int32_t year, std::int32_t month, std::int32_t day) {
    const std::int32_t shifted_year = (month <= 2 ? year - 1 : year) + 400;  // never negative
    const std::int32_t era = shifted_year / 400;
    const std::int32_t year_of_era = shifted_year % 400;
    const std::int32_t month_from_march = month <= 2 ? month + 9 : month - 3;
    const std::int32_t day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
    const std::int32_t day_of_era =
        year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return (era - 1) * 146'097 + day_of_era - 719'468;
}

struct CivilDate {
    std::int64_t year;
    std::int64_t month;
    std::int64_t day;
};

CivilDate civil_from_days(std::int64_t days) {
    const std::int64_t shifted = days + 719'468;
    const std::int64_t era = (shifted >= 0 ? shifted : shifted - 146'096) / 146'097;
    const std::int64_t day_of_era = shifted - era * 146'097;
    const std::int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
    const std::int64_t day_of_year =
        day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const std::int64_t month_from_march = (5 * day_of_year + 2) / 153;
    const std::int64_t day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    const std::int64_t month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
    const std::int64_t year = year_of_era + era * 400 + (month <= 2 ? 1 : 0);
    return {year, month, day};
}

std::int32_t days_in_month(std::int32_t year, std::int32_t month) {
    if (month == 2) return (year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)) ? 29 : 28;
    return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

struct Clock {
    std::int32_t year, month, day, hour, minute, second;
};
constexpr std::size_t kClockBytes = 19;

// Eight characters of which those at `marks` are as in `form` and the others digits. Answers, in
// each byte of `pairs`, ten times the digit there and the one behind it.
bool read_form(const char* at, const char* form, std::uint64_t marks, std::uint64_t& pairs) {
    const std::uint64_t digits = load_word(at) ^ load_word(form);
    // A byte above 9 carries into its high half.
    const std::uint64_t others =
        (digits | ((digits & (kEachByte * 0x7F)) + kEachByte * 0x76)) & kHighBits;
    pairs = digits * 10 + (digits >> 8);
    return (others | (digits & marks)) == 0;
}

std::int32_t pair_at(std::uint64_t pairs, unsigned at) {
    return static_cast<std::int32_t>((pairs >> (8 * at)) & 0xFF);
}

// "YYYY-MM-DDTHH:MM:SS"; false where it is not that.
bool read_clock(std::string_view text, Clock& clock) {
    if (text.size() < kClockBytes) return false;
    std::uint64_t month = 0, day = 0, time = 0;
    const bool fits = read_form(text.data(), "0000-00-", 0xFF0000FF00000000u, month) &&
                      read_form(text.data() + 8, "00T00:00", 0x0000FF0000FF0000u, day) &&
                      read_form(text.data() + 11, "00:00:00", 0x0000FF0000FF0000u, time);
    if (!fits) return false;
    clock.year = pair_at(month, 0) * 100 + pair_at(month, 2);
    clock.month = pair_at(month, 5);
    clock.day = pair_at(day, 0);
    clock.hour = pair_at(time, 0);
    clock.minute = pair_at(time, 3);
    clock.second = pair_at(time, 6);
    return true;
}

// Reads fixed-width fields from left to right; `failed` stays set after the first misfit.
struct FieldReader {
    std::string_view text;
    std::size_t at = 0;
    bool failed = false;

    std::int32_t digits(std::size_t count) {
        std::int32_t value = 0;
        for (std::size_t i = 0; i < count; ++i, ++at) {
            if (at >= text.size() || text[at] < '0' || text[at] > '9') {
                failed = true;
                return 0;
            }
            value = value * 10 + (text[at] - '0');
        }
        return value;
    }
    bool take(char expected) {
        if (at >= text.size() || text[at] != expected) return false;
        ++at;
        return true;
    }
    void expect(char expected) {
        if (!take(expected)) failed = true;
    }
    Clock clock() {
        Clock read = {};
        read.year = digits(4);
        expect('-');
        read.month = digits(2);
        expect('-');
        read.day = digits(2);
        expect('T');
        read.hour = digits(2);
        expect(':');
        read.minute = digits(2);
        expect(':');
        read.second = digits(2);
        return read;
    }
    std::int64_t fraction_ns() {
        static constexpr std::int64_t kUnits[10] = {
            0, 100'000'000, 10'000'000, 1'000'000, 100'000, 10'000, 1'000, 100, 10, 1};
        const DigitRun run = read_digits(text.data() + at, text.data() + text.size());
        at = static_cast<std::size_t>(run.end - text.data());
        if (run.digits == 0 || run.digits > 9) {
            failed = true;
            return 0;
        }
        return static_cast<std::int64_t>(run.value) * kUnits[run.digits];
    }
};

}  // namespace

std::string_view time_error_text(TimeError code) {
    switch (code) {
        case TimeError::NotATime: return "not a time";
        case TimeError::OutOfRange: return "time out of range";
    }
    return "unknown time error";
}

Result<EpochNs> epoch_ns_from_text(std::string_view text) {
    FieldReader in{text};
    Clock clock = {};
    if (read_clock(text, clock))
        in.at = kClockBytes;
    else
        clock = in.clock();
    if (in.failed) return time_error(TimeError::NotATime, in.at);
    const std::int64_t fraction = in.take('.') ? in.fraction_ns() : 0;

    std::int32_t offset_s = 0;
    if (!in.take('Z')) {
        const bool east = in.take('+');
        if (!east) in.expect('-');
        const std::int32_t offset_hours = in.digits(2);
        in.expect(':');
        const std::int32_t offset_minutes = in.digits(2);
        if (offset_hours > 23 || offset_minutes > 59) in.failed = true;
        offset_s = (offset_hours * 3600 + offset_minutes * 60) * (east ? 1 : -1);
    }
    if (in.failed || in.at != text.size()) return time_error(TimeError::NotATime, in.at);
    if (clock.month < 1 || clock.month > 12 || clock.day < 1 ||
        clock.day > days_in_month(clock.year, clock.month) || clock.hour > 23 ||
        clock.minute > 59 || clock.second > 60)
        return time_error(TimeError::OutOfRange, 0);

    const std::int64_t seconds =
        std::int64_t{days_from_civil(clock.year, clock.month, clock.day)} * kDayS +
        (clock.hour * 3600 + clock.minute * 60 + clock.second - offset_s);
    std::int64_t result = 0;
    if (__builtin_mul_overflow(seconds, kNsPerS, &result) ||
        __builtin_add_overflow(result, fraction, &result))
        return time_error(TimeError::OutOfRange, 0);
    return result;
}

namespace {

constexpr std::size_t kMillisecondBytes = 23;  // up to the zone
constexpr std::size_t kZulu = kMillisecondBytes + 1;
constexpr std::size_t kOffset = kMillisecondBytes + 6;

std::uint64_t zone_word(std::string_view text) {
    return load_short(text.data() + kMillisecondBytes, text.size() - kMillisecondBytes);
}

// "HH:MM:SS.mmm" from `at` on; -1 where it is not that.
std::int64_t time_of_day_ns(const char* at) {
    std::uint64_t time = 0;
    std::uint64_t rest = 0;
    if (!read_form(at, "00:00:00", 0x0000FF0000FF0000u, time) ||
        !read_form(at + 4, "0:00.000", 0x000000FF0000FF00u, rest))
        return -1;
    const std::int32_t hour = pair_at(time, 0);
    const std::int32_t minute = pair_at(time, 3);
    const std::int32_t second = pair_at(time, 6);
    if (hour > 23 || minute > 59 || second > 60) return -1;
    const std::int32_t ms = pair_at(rest, 5) * 10 + (at[11] - '0');
    return ((hour * 3600 + minute * 60 + second) * std::int64_t{1000} + ms) * 1'000'000;
}

}  // namespace

bool DayReader::read_known(std::string_view text, EpochNs& ns) const {
    if (text.size() != bytes_ || load_word(text.data()) != year_ ||
        load_word(text.data() + 3) != day_ || zone_word(text) != zone_)
        return false;
    const std::int64_t time = time_of_day_ns(text.data() + 11);
    ns = midnight_ + time;
    return time >= 0;
}

void DayReader::learn(std::string_view text, EpochNs ns) {
    if (text.size() != kZulu && text.size() != kOffset) return;
    constexpr EpochNs kFar = INT64_MAX - 2 * kDayS * kNsPerS;
    const std::int64_t time = time_of_day_ns(text.data() + 11);
    if (time < 0 || ns > kFar || ns < -kFar) return;
    bytes_ = text.size();
    year_ = load_word(text.data());
    day_ = load_word(text.data() + 3);
    zone_ = zone_word(text);
    midnight_ = ns - time;
}

Result<EpochNs> DayReader::epoch_ns(std::string_view text) {
    EpochNs ns = 0;
    if (read_known(text, ns)) return ns;
    const Result<EpochNs> read = epoch_ns_from_text(text);
    if (read) learn(text, *read);
    return read;
}

void append_iso_time(std::string& out, EpochMs time_ms) {
    std::int64_t day = time_ms / (kDayS * 1000);
    std::int64_t rest = time_ms % (kDayS * 1000);
    if (rest < 0) {
        rest += kDayS * 1000;
        --day;
    }
    const CivilDate date = civil_from_days(day);
    const auto append = [&out](std::int64_t value, int digits, char end) {
        append_padded(out, value, digits);
        out += end;
    };
    append(date.year, 4, '-');
    append(date.month, 2, '-');
    append(date.day, 2, 'T');
    append(rest / 3'600'000, 2, ':');
    append(rest / 60'000 % 60, 2, ':');
    append(rest / 1000 % 60, 2, '.');
    append_padded(out, rest % 1000, 3);
    out += "+00:00";
}

}  // namespace nats_blotter

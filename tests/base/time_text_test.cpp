#include "base/time_text.h"

#include <doctest/doctest.h>

#include <iterator>
#include <string>

#include "base/random.h"

namespace nats_blotter {
namespace {

EpochNs instant(std::string_view text) {
    const Result<EpochNs> result = epoch_ns_from_text(text);
    INFO("text ", std::string(text));
    REQUIRE(result);
    return *result;
}

TimeError time_error(std::string_view text) {
    const Result<EpochNs> result = epoch_ns_from_text(text);
    INFO("text ", std::string(text));
    REQUIRE(!result);
    return static_cast<TimeError>(result.error().code);
}

std::string iso(EpochMs time_ms) {
    std::string out;
    append_iso_time(out, time_ms);
    return out;
}

constexpr EpochNs kSampleNs = 1'784'737'884'468'000'000;  // 2026-07-22T16:31:24.468Z

TEST_CASE("OneInstantIsReadFromEachOfItsForms") {
    CHECK(instant("1970-01-01T00:00:00Z") == 0);
    CHECK(instant("2026-07-22T16:31:24.468+00:00") == kSampleNs);
    CHECK(instant("2026-07-22T16:31:24.468Z") == kSampleNs);
    CHECK(instant("2026-07-22T16:31:24.468000000Z") == kSampleNs);
    CHECK(instant("2026-07-22T18:31:24.468+02:00") == kSampleNs);
    CHECK(instant("2026-07-22T11:01:24.468-05:30") == kSampleNs);
    CHECK(instant("2026-07-23T00:31:24.468+08:00") == kSampleNs);
}

TEST_CASE("NanosecondsAreKept") {
    CHECK(instant("1970-01-01T00:00:00.000000001Z") == 1);
    CHECK(instant("1969-12-31T23:59:59.999999999Z") == -1);
    CHECK(instant("2026-07-22T16:31:24.468123456Z") == kSampleNs + 123'456);
    CHECK(instant("2026-07-22T16:31:24.5Z") == kSampleNs + 32'000'000);
}

TEST_CASE("LeapDaysAndLeapSecondsAreReal") {
    CHECK(instant("2024-02-29T00:00:00Z") + 86'400'000'000'000 == instant("2024-03-01T00:00:00Z"));
    CHECK(instant("2000-02-29T00:00:00Z") == 951'782'400'000'000'000);
    CHECK(instant("2016-12-31T23:59:60Z") == instant("2017-01-01T00:00:00Z"));
    CHECK(time_error("2023-02-29T00:00:00Z") == TimeError::OutOfRange);
    CHECK(time_error("1900-02-29T00:00:00Z") == TimeError::OutOfRange);
}

TEST_CASE("FieldsOutOfTheirRangeAreRefused") {
    for (const char* text :
         {"2026-00-01T00:00:00Z", "2026-13-01T00:00:00Z", "2026-01-00T00:00:00Z",
          "2026-04-31T00:00:00Z", "2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z",
          "2026-01-01T00:00:61Z", "1500-01-01T00:00:00Z", "9999-12-31T23:59:59Z"})
        CHECK(time_error(text) == TimeError::OutOfRange);
}

TEST_CASE("OtherFormsAreRefused") {
    for (const char* text :
         {"", "2026", "2026-07-22", "2026-07-22T16:31Z", "2026-07-22T16:31:24",
          "2026-07-22 16:31:24Z", "2026-07-22t16:31:24z", "2026-7-22T16:31:24Z",
          "2026-07-22T16:31:24.Z", "2026-07-22T16:31:24.1234567891Z", "2026-07-22T16:31:24+0000",
          "2026-07-22T16:31:24+00:00 ", "2026-07-22T16:31:24Zx", "2026-07-22T16:31:24+24:00",
          "2026-07-22T16:31:24+00:60", "-026-07-22T16:31:24Z", "+2026-07-22T16:31:24Z",
          "1784737884468", "2026-07-22T16:31:24,468Z"})
        CHECK(time_error(text) == TimeError::NotATime);
}

// The clock is read eight characters at a time: each place must still be looked at.
TEST_CASE("AnyOtherByteAtAnyPlaceIsRefused") {
    const std::string sample = "2022-02-22T22:22:22.222+02:02";
    for (std::size_t place = 0; place < sample.size(); ++place) {
        const bool is_digit = sample[place] >= '0' && sample[place] <= '9';
        for (int byte = 0; byte < 256; ++byte) {
            std::string text = sample;
            text[place] = static_cast<char>(byte);
            const bool fits = is_digit ? byte >= '0' && byte <= '9' : text == sample;
            const bool other_sign = place == 23 && byte == '-';
            const Result<EpochNs> result = epoch_ns_from_text(text);
            const bool refused =
                !result && result.error().code == static_cast<std::int32_t>(TimeError::NotATime);
            INFO("place ", place, ", byte ", byte);
            if (place >= 24) {  // hours and minutes of the offset have a range of their own
                if (!fits) REQUIRE(refused);
                continue;
            }
            REQUIRE(refused == !(fits || other_sign));
        }
    }
}

TEST_CASE("EveryCutOfATimeIsRefused") {
    for (const std::string sample : {"2026-07-22T16:31:24.468+00:00", "2026-07-22T16:31:24.4Z"})
        for (std::size_t cut = 0; cut < sample.size(); ++cut)
            CHECK(time_error(sample.substr(0, cut)) == TimeError::NotATime);
}

TEST_CASE("TimesAreWrittenAsTheServicesDo") {
    CHECK(iso(0) == "1970-01-01T00:00:00.000+00:00");
    CHECK(iso(kSampleNs / 1'000'000) == "2026-07-22T16:31:24.468+00:00");
    CHECK(iso(-1) == "1969-12-31T23:59:59.999+00:00");
    CHECK(iso(951'782'400'000) == "2000-02-29T00:00:00.000+00:00");
}

TEST_CASE("WhatIsWrittenReadsBackOverAllYears") {
    Random random(1678);
    constexpr std::int64_t kSpanMs = 580LL * 365 * 86'400'000;
    for (int i = 0; i < 20'000; ++i) {
        const EpochMs time_ms =
            static_cast<EpochMs>(random.below(static_cast<std::uint64_t>(kSpanMs))) - kSpanMs / 2;
        INFO("time_ms ", time_ms);
        REQUIRE(instant(iso(time_ms)) == time_ms * 1'000'000);
    }
}

// The reader that knows the last day against the one that knows none, on times that come near each
// other and are spoilt now and then.
TEST_CASE("ADayThatIsKnownChangesNoAnswer") {
    const std::uint64_t seed = 20260722;
    INFO("seed ", seed);
    Random random(seed);
    DayReader reader;
    const char* const zones[] = {"Z", "+00:00", "+02:00", "-11:30", "45678Z", "000000Z", ""};
    std::int64_t ms = 1'784'737'884'468;
    std::string zone = "+00:00";
    std::size_t accepted = 0;
    const auto below = [&](std::size_t end) { return static_cast<std::size_t>(random.below(end)); };
    for (int i = 0; i < 40'000; ++i) {
        ms += static_cast<std::int64_t>(random.below(2'000'000)) - 900'000;
        if (random.below(400) == 0) ms = static_cast<std::int64_t>(random.below(8'000'000'000'000));
        if (random.below(50) == 0) zone = zones[below(std::size(zones))];
        std::string text = iso(ms).substr(0, 23) + zone;
        if (random.below(3) == 0)
            text[below(text.size())] = static_cast<char>('-' + random.below(14));
        if (random.below(20) == 0) text[below(text.size())] = static_cast<char>(random.next());
        const Result<EpochNs> plain = epoch_ns_from_text(text);
        const Result<EpochNs> known = reader.epoch_ns(text);
        INFO("text ", text);
        REQUIRE(plain.has_value() == known.has_value());
        if (plain) REQUIRE(*plain == *known);
        if (plain) ++accepted;
    }
    CHECK(accepted > 20'000);
}

TEST_CASE("AKnownDayEndsWhereTimesDo") {
    DayReader reader;
    for (int twice = 0; twice < 2; ++twice) {
        for (const char* text :
             {"2262-04-11T23:47:16.854Z", "2262-04-11T23:47:16.855Z", "1677-09-21T00:12:43.146Z",
              "1677-09-21T00:12:43.145Z", "2026-12-31T23:59:60.999Z", "2026-12-31T24:00:00.000Z"}) {
            const Result<EpochNs> plain = epoch_ns_from_text(text);
            const Result<EpochNs> known = reader.epoch_ns(text);
            INFO("text ", std::string(text));
            REQUIRE(plain.has_value() == known.has_value());
            if (plain) CHECK(*plain == *known);
        }
    }
}

TEST_CASE("EveryTimeErrorHasWords") {
    for (std::int32_t code = 1; code <= kTimeErrorCount; ++code)
        CHECK(time_error_text(static_cast<TimeError>(code)) != "unknown time error");
    CHECK(time_error_text(static_cast<TimeError>(kTimeErrorCount + 1)) == "unknown time error");
}

}  // namespace
}  // namespace nats_blotter

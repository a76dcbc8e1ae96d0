#include "web/frame_pace.h"

#include <doctest/doctest.h>

#include <array>

namespace nats_blotter::web {
namespace {

constexpr MonotonicUs kVsyncUs = 16'667;

// A display of 60 a second, frames of 3 ms, and a page that decodes for `share` per cent of the
// time a feed that is `lag_ms` late. Frames of one second, in which data never ceases to change.
int frames_in_a_second(FramePace& pace, MonotonicUs from, std::int64_t lag_ms, int share,
                       MonotonicUs took = 3 * kMillisecondUs, std::size_t unread_bytes = 0) {
    int frames = 0;
    for (int chance = 0; chance < 60; ++chance) {
        const MonotonicUs now = from + chance * kVsyncUs;
        if (now < pace.next_at()) continue;
        ++frames;
        pace.note(
            now, now + took,
            {.lag_ms = lag_ms, .decoded_us = now * share / 100, .unread_bytes = unread_bytes});
    }
    return frames;
}

TEST_CASE("AFeedThatIsNotLateIsShownAtTheDisplaysRate") {
    for (const std::int64_t lag_ms : std::array<std::int64_t, 3>{-1, 0, 99}) {
        FramePace pace;
        CHECK(frames_in_a_second(pace, kSecondUs, lag_ms, 50) == 60);
        CHECK(pace.frames_per_s_max(2 * kSecondUs) == 0);
        CHECK(pace.eased() == 0);
    }
}

TEST_CASE("ALateFeedThatIsLittleWorkIsShownAtTheDisplaysRate") {
    FramePace pace;
    CHECK(frames_in_a_second(pace, kSecondUs, 60'000, 4) == 60);
    CHECK(pace.eased() == 0);
}

TEST_CASE("FramesAreFewerWhileTheFeedIsLate") {
    FramePace pace;
    frames_in_a_second(pace, kSecondUs, 0, 50);
    const int late = frames_in_a_second(pace, 2 * kSecondUs, 100, 50);
    CHECK(late >= 44);
    CHECK(late <= 47);
    CHECK(pace.frames_per_s_max(3 * kSecondUs) == 45);
    const int very_late = frames_in_a_second(pace, 3 * kSecondUs, 300, 50);
    CHECK(very_late >= 33);
    CHECK(very_late <= 36);
    CHECK(pace.frames_per_s_max(4 * kSecondUs) == 34);
    CHECK(pace.frames_per_s_max(6 * kSecondUs) == 0);
    CHECK(pace.eased() > 60);
    // The first one is still where the last second has put it.
    CHECK(frames_in_a_second(pace, 4 * kSecondUs, 99, 50) >= 59);
    CHECK(pace.frames_per_s_max(5 * kSecondUs) == 0);
}

TEST_CASE("AfterARestTheNextFrameComesAtOnce") {
    FramePace pace;
    frames_in_a_second(pace, kSecondUs, 500, 50);
    const MonotonicUs later = 60 * kSecondUs;
    CHECK(pace.next_at() < later);
    pace.note(later, later + kMillisecondUs, {.lag_ms = 500, .decoded_us = later});
    CHECK(pace.next_at() <= later + 29 * kMillisecondUs);
}

TEST_CASE("DrawingTakesAtMostAHalfOfTheTime") {
    FramePace pace;
    CHECK(frames_in_a_second(pace, kSecondUs, 0, 10, 20 * kMillisecondUs) == 20);
    FramePace behind;
    CHECK(frames_in_a_second(behind, kSecondUs, 0, 10, 20 * kMillisecondUs, 2'000'000) == 12);
}

TEST_CASE("FourFramesASecondAreLeftWhileASnapshotFillsATable") {
    FramePace pace;
    pace.note(kSecondUs, kSecondUs + kMillisecondUs, {.filling = true});
    CHECK(pace.next_at() == kSecondUs + 250 * kMillisecondUs);
}

TEST_CASE("TenFramesASecondAreLeftHoweverSlowTheyAre") {
    FramePace pace;
    pace.note(kSecondUs, 2 * kSecondUs, {.lag_ms = 5000, .decoded_us = kSecondUs});
    CHECK(pace.next_at() == kSecondUs + 100 * kMillisecondUs);
}

}  // namespace
}  // namespace nats_blotter::web

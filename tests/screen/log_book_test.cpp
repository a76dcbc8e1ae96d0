#include "web/log_book.h"

#include <doctest/doctest.h>

#include <string>

using namespace nats_blotter::web;

TEST_CASE("TheLogIsBoundedAndCountsWhatItDropped") {
    LogBook log;
    for (std::size_t i = 0; i < kLogEntriesMax + 7; ++i)
        log.add(static_cast<std::int64_t>(i), LogKind::Data, std::to_string(i));
    CHECK(log.entries().size() == kLogEntriesMax);
    CHECK(log.dropped() == 7);
    CHECK(log.entries().front().words == "7");
}

TEST_CASE("TheSameWordsAgainAreCounted") {
    LogBook log;
    log.add(1, LogKind::Trouble, "x");
    log.add(2, LogKind::Trouble, "x");
    log.add(3, LogKind::Link, "x");
    REQUIRE(log.entries().size() == 2);
    CHECK(log.entries()[0].times == 2);
    CHECK(log.entries()[0].at_ms == 2);
}

TEST_CASE("ATicketHasOneLineThatChanges") {
    LogBook log;
    log.amend(1, LogKind::Ticket, 4, "sending");
    log.add(2, LogKind::Link, "live");
    log.amend(3, LogKind::Ticket, 4, "booked");
    REQUIRE(log.entries().size() == 2);
    CHECK(log.entries()[0].words == "booked");
    CHECK(log.entries()[0].at_ms == 1);
}

TEST_CASE("LongWordsAreCutAtACharacter") {
    LogBook log;
    std::string words;
    for (int i = 0; i < 400; ++i) words += "é";
    log.add(1, LogKind::Trouble, "x" + words);
    CHECK(log.entries()[0].words.size() == 1 + 510 + std::string("…").size());
}

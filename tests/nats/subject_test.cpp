#include "nats/subject.h"

#include <doctest/doctest.h>

#include <string>

#include "base/limits.h"

using namespace nats_blotter;
using nats::check_literal_subject;
using nats::check_queue_group;
using nats::check_subject;
using nats::subject_matches;

TEST_CASE("SubjectsOfTheSystemAreValid") {
    for (const std::string_view subject :
         {"/accounts/22214/trades", "/orders", "pricing.IBM", "trades.account.1.updated", "a",
          "$JS.API.INFO", "_INBOX.x.1", "Soci\xC3\xA9t\xC3\xA9", "foo*", "f>o", "a.b>",
          "/accounts/*/trades"})
        CHECK(check_literal_subject(subject).has_value());
    for (const std::string_view subject : {"*", ">", "a.*", "a.>", "*.b", "*.*.>", "pricing.*"}) {
        CHECK(check_subject(subject).has_value());
        CHECK_FALSE(check_literal_subject(subject).has_value());
    }
}

TEST_CASE("MalformedSubjectsAreRefused") {
    for (const std::string_view subject : {"", ".", "a.", ".a", "a..b", ">.a", "a.>.b", "a b",
                                           "a\tb", "a\r\n", "a\x7F", " a", "a\x01"})
        CHECK_FALSE(check_subject(subject).has_value());
    CHECK_FALSE(check_subject(std::string_view("a\0b", 3)).has_value());
    CHECK(check_subject("ab..c").error().offset_bytes == 3);
}

TEST_CASE("ASubjectMayReachItsLimitAndNotPassIt") {
    CHECK(check_subject(std::string(kSubjectBytesMax, 'a')).has_value());
    CHECK_FALSE(check_subject(std::string(kSubjectBytesMax + 1, 'a')).has_value());
}

TEST_CASE("QueueGroupsHaveNoBlanks") {
    CHECK(check_queue_group("workers").has_value());
    CHECK_FALSE(check_queue_group("two words").has_value());
    CHECK_FALSE(check_queue_group("").has_value());
}

TEST_CASE("WildcardsMatchWholeTokens") {
    CHECK(subject_matches("a.b", "a.b"));
    CHECK(subject_matches("a.*", "a.b"));
    CHECK(subject_matches("*.b", "a.b"));
    CHECK(subject_matches("a.>", "a.b.c"));
    CHECK(subject_matches(">", "a"));
    CHECK(subject_matches("pricing.*", "pricing.IBM"));
    CHECK_FALSE(subject_matches("a.*", "a"));
    CHECK_FALSE(subject_matches("a.*", "a.b.c"));
    CHECK_FALSE(subject_matches("a.>", "a"));
    CHECK_FALSE(subject_matches("a", "a.b"));
    CHECK_FALSE(subject_matches("A", "a"));
    CHECK_FALSE(subject_matches("a*", "ab"));
}

TEST_CASE("ASlashIsAnOrdinaryCharacter") {
    CHECK_FALSE(subject_matches("/accounts/*/trades", "/accounts/22214/trades"));
    CHECK(subject_matches("*", "/accounts/22214/trades"));
}

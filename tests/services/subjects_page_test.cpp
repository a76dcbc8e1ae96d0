#include "services/subjects_page.h"

#include <doctest/doctest.h>

#include <fstream>
#include <sstream>

#include "feed/subjects.h"

using namespace nats_blotter;

TEST_CASE("TheCommittedPageIsWhatTheTableMakes") {
    std::ifstream in(NB_TEST_DATA "/../../docs/subjects.md");
    REQUIRE(in.good());
    std::stringstream text;
    text << in.rdbuf();
    INFO("make it again: scripts/subjects");
    CHECK(text.str() == services::subjects_page_text());
}

TEST_CASE("EverySubjectOfTheTableIsOnThePage") {
    const std::string page = services::subjects_page_text();
    for (const feed::SubjectRow& row : feed::kSubjects)
        CHECK(page.find("| `" + std::string(row.pattern) + "` |") != std::string::npos);
}

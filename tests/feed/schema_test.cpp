#include "feed/schema.h"

#include <doctest/doctest.h>

using namespace nats_blotter::feed;

TEST_CASE("TraderxProfileNamesColumnsThatExist") {
    for (const SubjectChoice choice :
         {SubjectChoice::Slash, SubjectChoice::Dotted, SubjectChoice::Both}) {
        const Profile profile = traderx_profile(choice);
        REQUIRE(profile.tables.size() == 2);
        for (const TableSpec& spec : profile.tables) {
            const auto columns = static_cast<std::int32_t>(spec.columns.size());
            REQUIRE(!spec.key_columns.empty());
            for (const std::uint16_t key : spec.key_columns) CHECK(key < columns);
            CHECK(spec.version_column < columns);
            CHECK(spec.columns[static_cast<std::size_t>(spec.version_column)].field == "updated");
            CHECK(spec.columns[static_cast<std::size_t>(spec.scope_column)].field == "accountId");
            CHECK(spec.streams.size() == (choice == SubjectChoice::Both ? 2 : 1));
        }
    }
}

TEST_CASE("ColumnIsFoundByFieldName") {
    const Profile profile = traderx_profile(SubjectChoice::Slash);
    const TableSpec& trades = profile.tables[0];
    CHECK(trades.columns[static_cast<std::size_t>(trades.column_index("quantity"))].title == "Qty");
    CHECK(trades.column_index("nosuch") == -1);
}

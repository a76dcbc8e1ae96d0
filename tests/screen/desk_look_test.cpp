#include "web/desk_look.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <string>

using namespace nats_blotter::web;

namespace {

std::string text_of(const DeskLook& look) {
    std::string text;
    append_json(text, look);
    return text;
}

}  // namespace

TEST_CASE("ALookComesBackAsItWas") {
    DeskLook look;
    look.theme = ThemeChoice::ColourBlind;
    look.spacing = Spacing::Compact;
    look.share_wide = 0.4f;
    look.share_narrow = 0.71f;
    look.dock_open = true;
    look.dock_tab = DockTab::Log;
    look.dock_px = 321;
    look.flash = false;
    DeskLook read;
    REQUIRE(read_json(read, text_of(look)));
    CHECK(text_of(read) == text_of(look));
    CHECK(read.theme == look.theme);
    CHECK(read.dock_tab == look.dock_tab);
    CHECK(!read.flash);
    const nlohmann::json parsed = nlohmann::json::parse(text_of(look), nullptr, false);
    REQUIRE(parsed.is_object());
    CHECK(parsed["spacing"] == "compact");
    CHECK(parsed["dockOpen"] == true);
}

TEST_CASE("WhatIsUnknownOrOfAnotherTypeLeavesTheLookAsItIs") {
    const DeskLook before;
    DeskLook look;
    CHECK(read_json(look, R"({"spacing":7,"shareWide":"wide","novelty":[1,{"a":2}],"dockOpen":1,)"
                          R"("dockTab":"Weather","shareNarrow":1e400,"dockPx":null})"));
    CHECK(look == before);
}

TEST_CASE("NumbersStayWithinTheirEnds") {
    DeskLook look;
    CHECK(read_json(look, R"({"shareWide":-3,"shareNarrow":0.99,"dockPx":1e9})"));
    CHECK(look.share_wide == kShareMin);
    CHECK(look.share_narrow == kShareMax);
    CHECK(look.dock_px == kDockPxMax);
    CHECK(read_json(look, R"({"shareWide":0.33333333333})"));
    CHECK(look.share_wide == doctest::Approx(0.333));
}

TEST_CASE("WhatIsNoObjectChangesNothing") {
    for (const char* text : {"", "[]", "7", "{\"theme\":\"dark\"", "{\"theme\":\"dark\",}"}) {
        DeskLook look;
        CHECK_FALSE(read_json(look, text));
        CHECK(look == DeskLook{});
    }
}

TEST_CASE("ThreeSpacings") {
    CHECK(row_px(Spacing::Normal) == 20);
    CHECK(row_px(Spacing::Comfortable) == 26);
    CHECK(row_px(Spacing::Compact) == 16);
}

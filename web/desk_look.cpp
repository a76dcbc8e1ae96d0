// web/desk_look.cpp - see web/desk_look.h.
#include "web/desk_look.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/json_scanner.h"
#include "base/json_text.h"
#include "base/number_text.h"

namespace nats_blotter::web {
namespace {

struct SpacingRow {
    std::string_view words;
    float row_px;
};
constexpr std::array<SpacingRow, kSpacings> kSpacingRows{
    {{"normal", 20}, {"comfortable", 26}, {"compact", 16}}};
constexpr std::array<std::string_view, kDockTabs> kTabWords{"Inspector", "Stats", "Log"};

void append_thousandths(std::string& out, std::string_view name, float value) {
    out += name;
    append_scaled(out, std::llround(double(value) * 1000), 3);
}

// The value of a number token within its ends, `before` where it is out of all reason.
float number_of(std::string_view digits, float before, float least, float most) {
    constexpr std::string_view kNothing;
    // Digits behind the third are of no account, and a scaled number refuses them.
    const std::size_t point = digits.find('.');
    if (point != kNothing.npos) digits = digits.substr(0, std::min(digits.size(), point + 4));
    const Result<std::int64_t> scaled = scaled_from_text(digits, 3);
    if (!scaled) return before;
    return std::clamp(static_cast<float>(*scaled) / 1000.0f, least, most);
}

void take_text(DeskLook& look, std::string_view key, std::string_view value) {
    if (key == "theme") look.theme = theme_choice_from_name(value);
    if (key == "spacing") {
        for (std::size_t index = 0; index < kSpacings; ++index)
            if (kSpacingRows[index].words == value) look.spacing = static_cast<Spacing>(index);
    }
    if (key == "dockTab") {
        for (std::size_t index = 0; index < kDockTabs; ++index)
            if (kTabWords[index] == value) look.dock_tab = static_cast<DockTab>(index);
    }
}

void take_number(DeskLook& look, std::string_view key, std::string_view digits) {
    if (key == "shareWide")
        look.share_wide = number_of(digits, look.share_wide, kShareMin, kShareMax);
    if (key == "shareNarrow")
        look.share_narrow = number_of(digits, look.share_narrow, kShareMin, kShareMax);
    if (key == "dockPx") look.dock_px = number_of(digits, look.dock_px, kDockPxMin, kDockPxMax);
}

}  // namespace

std::string_view spacing_words(Spacing spacing) {
    return kSpacingRows[static_cast<std::size_t>(spacing)].words;
}

float row_px(Spacing spacing) { return kSpacingRows[static_cast<std::size_t>(spacing)].row_px; }

std::string_view dock_tab_words(DockTab tab) { return kTabWords[static_cast<std::size_t>(tab)]; }

void append_json(std::string& out, const DeskLook& look) {
    out += "{\"theme\":";
    append_json_string(out, theme_choice_name(look.theme));
    out += ",\"spacing\":";
    append_json_string(out, spacing_words(look.spacing));
    append_thousandths(out, ",\"shareWide\":", look.share_wide);
    append_thousandths(out, ",\"shareNarrow\":", look.share_narrow);
    out += ",\"dockOpen\":";
    out += look.dock_open ? "true" : "false";
    out += ",\"dockTab\":";
    append_json_string(out, dock_tab_words(look.dock_tab));
    append_thousandths(out, ",\"dockPx\":", look.dock_px);
    out += ",\"flash\":";
    out += look.flash ? "true" : "false";
    out += '}';
}

bool read_json(DeskLook& look, std::string_view json) {
    JsonScanner scanner(json);
    if (scanner.next() != JsonToken::ObjectStart) return false;
    DeskLook read = look;
    std::string scratch;
    std::string key;
    for (;;) {
        const JsonToken name = scanner.next();
        if (name == JsonToken::ObjectEnd) break;
        if (name != JsonToken::Key) return false;
        key = scanner.string(scratch);
        const JsonToken value = scanner.next();
        if (value == JsonToken::String) {
            take_text(read, key, scanner.string(scratch));
        } else if (value == JsonToken::Number) {
            take_number(read, key, scanner.raw());
        } else if (value == JsonToken::True || value == JsonToken::False) {
            if (key == "dockOpen") read.dock_open = value == JsonToken::True;
            if (key == "flash") read.flash = value == JsonToken::True;
        } else if (!scanner.skip(value)) {
            return false;
        }
    }
    look = read;
    return true;
}

}  // namespace nats_blotter::web

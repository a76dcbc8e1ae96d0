// Contrast by WCAG 2.2's definition, of every pair of colours that is drawn, in every theme.
#include "web/theme_table.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <string>

using namespace nats_blotter::web;

namespace {

double luminance(Colour colour) {
    const auto part = [colour](int shift) {
        const double value = static_cast<double>(colour >> shift & 0xff) / 255;
        return value <= 0.04045 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4);
    };
    return 0.2126 * part(0) + 0.7152 * part(8) + 0.0722 * part(16);
}

double contrast(Colour a, Colour b) {
    const double one = luminance(a);
    const double other = luminance(b);
    return (std::max(one, other) + 0.05) / (std::min(one, other) + 0.05);
}

}  // namespace

TEST_CASE("ContrastIsMeasuredAsWcagDoes") {
    CHECK(contrast(0xff000000, 0xffffffff) == doctest::Approx(21.0));
    CHECK(contrast(0xff777777, 0xffffffff) == doctest::Approx(4.478).epsilon(0.001));
}

TEST_CASE("EveryPairThatIsDrawnIsReadableInEveryTheme") {
    for (std::size_t index = 1; index < kThemeChoices; ++index) {
        const auto choice = static_cast<ThemeChoice>(index);
        const Theme& theme = theme_of(choice);
        for (const ColourPair& pair : colour_pairs()) {
            CAPTURE(std::string(theme_choice_name(choice)));
            CAPTURE(std::string(pair.words));
            CHECK(contrast(theme.*pair.front, theme.*pair.ground) >= (pair.is_text ? 4.5 : 3.0));
        }
    }
}

TEST_CASE("HighContrastIsHigher") {
    const Theme& theme = theme_of(ThemeChoice::HighContrast);
    for (const ColourPair& pair : colour_pairs())
        if (pair.is_text) CHECK(contrast(theme.*pair.front, theme.*pair.ground) >= 7.0);
}

TEST_CASE("UpIsToldFromDownWithoutRedAndGreen") {
    // In the colour-blind safe theme one of the pair is blue: its blue is the larger part of it.
    const Theme& theme = theme_of(ThemeChoice::ColourBlind);
    const auto blue = [](Colour colour) { return static_cast<int>(colour >> 16 & 0xff); };
    const auto red = [](Colour colour) { return static_cast<int>(colour & 0xff); };
    CHECK(blue(theme.up) > 2 * red(theme.up));
    CHECK(red(theme.down) > 2 * blue(theme.down));
}

TEST_CASE("ThemesAreKnownByTheNameOfTheAttribute") {
    for (std::size_t index = 0; index < kThemeChoices; ++index) {
        const auto choice = static_cast<ThemeChoice>(index);
        CHECK(theme_choice_from_name(theme_choice_name(choice)) == choice);
        CHECK_FALSE(theme_choice_words(choice).empty());
    }
    CHECK(theme_choice_from_name("mauve") == ThemeChoice::Auto);
}

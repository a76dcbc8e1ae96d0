#include "base/result.h"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <type_traits>

namespace nats_blotter {
namespace {

constexpr Error kNotFound{7, 3, "not found"};

TEST_CASE("AValueIsHeldAndReached") {
    Result<std::string> result = std::string("IBM");
    REQUIRE(result.has_value());
    CHECK(static_cast<bool>(result));
    CHECK(*result == "IBM");
    CHECK(result->size() == 3);
    *result += " US";
    CHECK(*std::as_const(result) == "IBM US");
}

TEST_CASE("AnErrorKeepsCodePlaceAndWords") {
    const Result<std::string> result = kNotFound;
    REQUIRE(!result);
    CHECK(result.error().code == 7);
    CHECK(result.error().offset_bytes == 3);
    CHECK(result.error().text == "not found");
}

TEST_CASE("AValueThatOnlyMovesIsMovedOut") {
    Result<std::unique_ptr<int>> result = std::make_unique<int>(5);
    REQUIRE(result);
    const std::unique_ptr<int> moved = *std::move(result);
    CHECK(*moved == 5);
}

TEST_CASE("NothingIsAResultToo") {
    const Result<void> good;
    CHECK(good.has_value());
    const Result<void> bad = kNotFound;
    REQUIRE(!bad);
    CHECK(bad.error() == kNotFound);
}

TEST_CASE("ErrorsAreEqualByCodeAndPlaceNotByWords") {
    CHECK(Error{1, 2, "a"} == Error{1, 2, "b"});
    CHECK_FALSE(Error{1, 2, "a"} == Error{2, 2, "a"});
    CHECK_FALSE(Error{1, 2, "a"} == Error{1, 3, "a"});
}

// A result is tested on purpose: it is no integer by accident, and no error in disguise.
static_assert(!std::is_convertible_v<Result<int>, bool>);
static_assert(!std::is_default_constructible_v<Result<int>>);

}  // namespace
}  // namespace nats_blotter

#include "conformance/runner.h"

#include <algorithm>

#include "conformance/feed.h"
#include "conformance/match.h"

namespace nats_blotter::conformance {
namespace {

bool accepted(const Case& tried, const std::vector<Observed>& observed) {
    return std::any_of(tried.accepted.begin(), tried.accepted.end(),
                       [&observed](const auto& expected) { return matches(expected, observed); });
}

Verdict failed(const Case& tried, const std::string& how, const std::vector<Observed>& observed) {
    Verdict verdict;
    verdict.passed = false;
    verdict.failure = "fed " + how;
    for (std::size_t i = 0; i < tried.accepted.size(); ++i)
        verdict.failure +=
            (i == 0 ? "\n    expected: " : "\n    or:       ") + described(tried.accepted[i]);
    verdict.failure += "\n    came:     " + described(observed);
    return verdict;
}

}  // namespace

std::vector<std::size_t> split_places(std::size_t bytes, const std::vector<std::size_t>& ends) {
    std::vector<std::size_t> places;
    const auto add = [&places, bytes](std::size_t from, std::size_t to) {
        for (std::size_t at = std::max<std::size_t>(from, 1); at < std::min(to, bytes); ++at)
            places.push_back(at);
    };
    const auto add_around = [&add](std::size_t place) {
        add(place - std::min(place, kSplitsAroundPlace), place + kSplitsAroundPlace);
    };
    if (bytes <= kFullySplitBytesMax) {
        add(1, bytes);
        return places;
    }
    add_around(0);
    add_around(bytes);
    // Of very many events the first and the last few hundred.
    constexpr std::size_t kEndsMax = 256;
    for (std::size_t i = 0; i < ends.size(); ++i)
        if (i < kEndsMax || i + kEndsMax >= ends.size()) add_around(ends[i]);
    for (std::size_t at = kSplitStride; at < bytes; at += kSplitStride) places.push_back(at);
    std::sort(places.begin(), places.end());
    places.erase(std::unique(places.begin(), places.end()), places.end());
    return places;
}

Verdict run_case(const Case& tried) {
    Pieces given;
    std::string wire;
    for (const std::string& chunk : tried.chunks) {
        given.push_back(chunk);
        wire += chunk;
    }
    const std::vector<Observed> reference = observe(given);
    if (!accepted(tried, reference)) return failed(tried, "as given", reference);
    if (!tried.split_all) return {};

    // What gives the same events as the first feeding has passed; else it is judged by itself.
    Verdict verdict;
    const auto passes = [&](const Pieces& pieces, const std::string& how) {
        if (gives_the_same(pieces, reference)) return true;
        const std::vector<Observed> observed = observe(pieces);
        if (accepted(tried, observed)) return true;
        verdict = failed(tried, how, observed);
        return false;
    };
    const std::string_view whole = wire;
    if (!passes({whole}, "whole")) return verdict;
    if (!passes(bytewise(whole), "byte by byte")) return verdict;
    const std::vector<std::size_t> ends =
        whole.size() > kFullySplitBytesMax ? event_ends(whole) : std::vector<std::size_t>();
    for (const std::size_t at : split_places(whole.size(), ends)) {
        const Pieces halves = {whole.substr(0, at), whole.substr(at)};
        if (!passes(halves, "split at byte " + std::to_string(at))) return verdict;
    }
    return {};
}

}  // namespace nats_blotter::conformance

// nats/subject_router.h - who wants a message of this subject? One wide subscription, many sinks.
//
// A blotter that subscribes to "pricing.>" once can show any number of views of it; a router knows
// which. Patterns without wildcards cost one look-up however many there are; each pattern with one
// costs a comparison. Nothing is allocated by route() in steady state.
//
// Invariant (tests/nats/subject_router_test.cpp): route() names exactly the sinks one of whose
// patterns matches, once for each such pattern, in the order of their adding.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace nats_blotter::nats {

// Views of one page; past it an owner adds without removing.
inline constexpr std::size_t kRoutesMax = 65'536;

class SubjectRouter {
  public:
    using RouteId = std::uint64_t;

    // `sink` is the owner's own number. Errors: a bad subject, TooManySubscriptions.
    Result<RouteId> add(std::string_view pattern, std::uint64_t sink);
    void remove(RouteId route);

    // Puts the sinks of `subject` into `sinks`, which is emptied first.
    void route(std::string_view subject, std::vector<std::uint64_t>& sinks) const;

    std::size_t size() const { return size_; }

  private:
    struct Route {
        RouteId id = 0;
        std::uint64_t sink = 0;
    };
    struct WildcardRoute {
        Route route;
        std::string pattern;
    };
    // Trees, because a hash table of strings weighs 2 KB of a page and a subject is short.
    std::map<std::string, std::vector<Route>, std::less<>> literal_;
    std::vector<WildcardRoute> wildcard_;  // ids rise
    std::map<RouteId, std::string> subject_of_literal_;
    RouteId last_id_ = 0;
    std::size_t size_ = 0;
};

}  // namespace nats_blotter::nats

// nats/subscriptions.h - what is subscribed to, under sids that outlive connections.
//
// Invariants, checked after every mutating call (tests/nats/subscriptions_test.cpp):
//   1. Sids rise, and none is used twice.
//   2. The SUB lines of all of them fit line_bytes_max together, so that one write restores them.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "nats/event.h"

namespace nats_blotter::nats {

struct Subscription {
    std::string subject;
    std::string queue_group;
    bool denied = false;  // by the broker of the current connection
};

class Subscriptions {
  public:
    // Room is left in the output for CONNECT, PINGs and PONGs.
    static std::size_t line_bytes_max();

    // Checks the names and the limits.
    Result<Sid> add(std::string_view subject, std::string_view queue_group);
    void remove(Sid sid);
    // Null when there is none.
    const Subscription* find(Sid sid) const;

    // For a permission error without a sid: the first that is not denied yet, else the first at
    // all; 0 when none fits. The server sends one error for each SUB, so equal ones are taken in
    // turn.
    Sid find_for_denial(std::string_view subject, std::string_view queue_group) const;
    void mark_denied(Sid sid);
    void forget_denials();

    void append_all(std::string& out) const;
    std::size_t size() const { return sids_.size(); }

  private:
    std::size_t index_of(Sid sid) const;
    void check_invariants() const;

    std::vector<Sid> sids_;  // sorted; apart from the rest, for the search
    std::vector<Subscription> subscriptions_;
    Sid next_sid_ = 1;
    std::size_t line_bytes_ = 0;
};

}  // namespace nats_blotter::nats

// nats/subscriptions.h - what is subscribed to, under sids that outlive connections.
//
// Invariants, checked after every mutating call (tests/nats/subscriptions_test.cpp):
//   1. Sids rise, and none is used twice.
//   2. The SUB lines of all of them fit line_bytes_max together, so that one write restores them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "nats/event.h"

namespace nats_blotter::nats {

struct Subscription {
    std::string subject;
    std::string queue_group;
    std::uint64_t received = 0;         // messages, over all connections
    std::uint64_t received_before = 0;  // of these, before the current connection's SUB
    std::uint64_t messages_max = 0;     // ends after so many; 0 for never
    bool denied = false;                // by the broker of the current connection
    bool draining = false;              // UNSUB was sent; ends with a PONG or with the connection

    // What UNSUB says: the broker counts from its own SUB.
    std::uint64_t messages_max_on_wire() const { return messages_max - received_before; }
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
    Subscription* find(Sid sid);
    // REQUIRES: more messages than it has received.
    void set_messages_max(Sid sid, std::uint64_t messages_max);
    // All that are draining are removed and named.
    std::vector<Sid> take_draining();

    // For a permission error without a sid: the first that is not denied yet, else the first at
    // all; 0 when none fits. The server sends one error for each SUB, so equal ones are taken in
    // turn.
    Sid find_for_denial(std::string_view subject, std::string_view queue_group) const;
    void mark_denied(Sid sid);
    void forget_denials();

    // SUB for each, and UNSUB with what is left for those that end after some messages.
    void append_all(std::string& out);
    const std::vector<Sid>& sids() const { return sids_; }
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

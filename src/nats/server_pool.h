// nats/server_pool.h - which broker to dial next.
//
// The owner's list, in an order that the seed shuffles, and what the brokers gossip. Each dial
// takes the next one round. URLs are opaque to us but for one question: behind an ingress a URL has
// a path, and the bare host:port of a pod that gossip names cannot be reached from outside; so
// gossip is ignored then (docs/wire-nats.md, "Servers").
//
// Invariants, checked after every mutating call (tests/nats/server_pool_test.cpp):
//   1. The owner's servers are never removed; the current one is never removed.
//   2. At most kServersMax, each URL once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "nats/options.h"

namespace nats_blotter::nats {

// Brokers of the largest super-clusters; a peer that names more is not followed.
inline constexpr std::size_t kServersMax = 256;

// Numbers a server within its client, in the order they became known, from 0; never reused.
using ServerId = std::uint32_t;

struct Server {
    ServerId id = 0;
    std::string url;                  // empty where the owner named none: the transport knows
    std::uint32_t auth_failures = 0;  // in a row
    std::uint64_t connects = 0;
    bool gossiped = false;
    bool listed = true;     // by the last gossip
    bool given_up = false;  // too many auth_failures
};

class ServerPool {
  public:
    // No URL at all is one server whose URL is empty.
    ServerPool(const std::vector<std::string>& urls, Gossip gossip, bool randomize,
               std::uint64_t seed);

    // Goes on to the next that is not given up. REQUIRES: !exhausted().
    const Server& next();
    const Server& current() const { return servers_.front(); }

    void connected();
    // The current one refused the credentials; it is given up after `failures_max` in a row, 0 for
    // never.
    void auth_failed(std::uint32_t failures_max);
    // Every one is given up.
    bool exhausted() const;

    // What the current server names as its peers; those named before and not now are forgotten.
    void learn(const std::vector<std::string>& connect_urls);

    const std::vector<Server>& servers() const { return servers_; }

  private:
    bool knows(std::string_view url) const;
    void forget_unlisted();
    void check_invariants() const;

    std::vector<Server> servers_;  // the current one first, then in the order of their turns
    Gossip gossip_;
    bool randomize_;
    Random random_;
    ServerId next_id_ = 0;
    bool first_ = true;  // nothing was dialled yet
};

// Something behind the authority, or no authority at all ("/nats-ws").
bool url_has_path(std::string_view url);

// The URL of a gossiped host:port, made like the one of the server that named it; empty where the
// rule says to ignore it.
std::string gossiped_url(std::string_view known_url, std::string_view host_port, Gossip gossip);

}  // namespace nats_blotter::nats

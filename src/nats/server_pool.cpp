#include "nats/server_pool.h"

#include <algorithm>

#include "base/assert.h"

namespace nats_blotter::nats {
namespace {

// Keeps the shuffle's numbers apart from those that spread the redials with the same seed.
constexpr std::uint64_t kShuffleSalt = 0x5E12BE12F00D5A17u;

constexpr std::string_view kAuthority = "://";

// Where the path begins, or the end; npos without an authority.
std::size_t path_offset(std::string_view url) {
    const std::size_t authority = url.find(kAuthority);
    if (authority == std::string_view::npos) return std::string_view::npos;
    return std::min(url.size(), url.find_first_of("/?", authority + kAuthority.size()));
}

}  // namespace

bool url_has_path(std::string_view url) {
    const std::size_t path = path_offset(url);
    if (path == std::string_view::npos) return !url.empty();
    return path < url.size() && url.substr(path) != "/";
}

std::string gossiped_url(std::string_view known_url, std::string_view host_port, Gossip gossip) {
    const std::size_t path = path_offset(known_url);
    // Without an authority there is no scheme to go by.
    if (path == std::string_view::npos || host_port.empty()) return {};
    if (gossip == Gossip::Never) return {};
    if (gossip == Gossip::WhenNoPath && url_has_path(known_url)) return {};
    std::string url(known_url.substr(0, known_url.find(kAuthority) + kAuthority.size()));
    url.append(host_port).append(known_url.substr(path));
    return url;
}

ServerPool::ServerPool(const std::vector<std::string>& urls, Gossip gossip, bool randomize,
                       std::uint64_t seed)
    : gossip_(gossip), randomize_(randomize), random_(seed ^ kShuffleSalt) {
    for (const std::string& url : urls) {
        if (knows(url) || servers_.size() == kServersMax) continue;
        Server& server = servers_.emplace_back();
        server.id = next_id_++;
        server.url = url;
    }
    if (servers_.empty()) {
        servers_.emplace_back();
        ++next_id_;
    }
    for (std::size_t i = servers_.size(); randomize_ && i > 1; --i)
        std::swap(servers_[i - 1], servers_[static_cast<std::size_t>(random_.below(i))]);
    check_invariants();
}

const Server& ServerPool::next() {
    NB_ASSERT(!exhausted());
    if (!first_) std::rotate(servers_.begin(), servers_.begin() + 1, servers_.end());
    first_ = false;
    while (current().given_up) std::rotate(servers_.begin(), servers_.begin() + 1, servers_.end());
    forget_unlisted();
    check_invariants();
    return current();
}

void ServerPool::connected() {
    servers_.front().auth_failures = 0;
    ++servers_.front().connects;
}

void ServerPool::auth_failed(std::uint32_t failures_max) {
    Server& server = servers_.front();
    ++server.auth_failures;
    if (failures_max > 0 && server.auth_failures >= failures_max) server.given_up = true;
}

bool ServerPool::exhausted() const {
    return std::all_of(servers_.begin(), servers_.end(),
                       [](const Server& server) { return server.given_up; });
}

void ServerPool::learn(const std::vector<std::string>& connect_urls) {
    if (connect_urls.empty()) return;  // a broker alone names nobody, not even itself
    for (Server& server : servers_) server.listed = !server.gossiped;
    const std::string known_url = current().url;
    for (const std::string& host_port : connect_urls) {
        const std::string url = gossiped_url(known_url, host_port, gossip_);
        if (url.empty()) continue;
        if (knows(url)) {
            for (Server& server : servers_)
                if (server.url == url) server.listed = true;
            continue;
        }
        if (servers_.size() == kServersMax) break;
        Server server;
        server.id = next_id_++;
        server.url = url;
        server.gossiped = true;
        const std::size_t place = randomize_
                                      ? 1 + static_cast<std::size_t>(random_.below(servers_.size()))
                                      : servers_.size();
        servers_.insert(servers_.begin() + static_cast<std::ptrdiff_t>(place), std::move(server));
    }
    forget_unlisted();
    check_invariants();
}

bool ServerPool::knows(std::string_view url) const {
    return std::any_of(servers_.begin(), servers_.end(),
                       [url](const Server& server) { return server.url == url; });
}

void ServerPool::forget_unlisted() {
    servers_.erase(std::remove_if(servers_.begin() + 1, servers_.end(),
                                  [](const Server& server) { return !server.listed; }),
                   servers_.end());
}

void ServerPool::check_invariants() const {
    NB_ASSERT(!servers_.empty() && servers_.size() <= kServersMax);
}

}  // namespace nats_blotter::nats

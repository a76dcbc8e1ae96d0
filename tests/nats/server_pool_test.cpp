#include "nats/server_pool.h"

#include <doctest/doctest.h>

#include <map>
#include <set>
#include <string>

using namespace nats_blotter;
using nats::Gossip;
using nats::gossiped_url;
using nats::ServerPool;
using Urls = std::vector<std::string>;

namespace {

Urls turns(ServerPool& pool, std::size_t count) {
    Urls urls;
    for (std::size_t i = 0; i < count; ++i) urls.push_back(pool.next().url);
    return urls;
}

}  // namespace

TEST_CASE("AUrlHasAPathOrNot") {
    for (const char* url : {"wss://host/nats-ws", "ws://h:80/a/b?x=1", "ws://h?token=1", "/nats-ws",
                            "nats-ws", "ws://[::1]:80/x"})
        CHECK(nats::url_has_path(url));
    for (const char* url : {"", "ws://host", "ws://host:8080", "wss://host/", "nats://[::1]:4222"})
        CHECK_FALSE(nats::url_has_path(url));
}

TEST_CASE("GossipKeepsTheSchemeAndThePathOnlyWhereAsked") {
    CHECK(gossiped_url("ws://a:1", "b:2", Gossip::WhenNoPath) == "ws://b:2");
    CHECK(gossiped_url("wss://a/", "b:2", Gossip::WhenNoPath) == "wss://b:2/");
    CHECK(gossiped_url("wss://a/nats-ws", "b:2", Gossip::WhenNoPath).empty());
    CHECK(gossiped_url("wss://a/nats-ws?x=1", "b:2", Gossip::WithPath) == "wss://b:2/nats-ws?x=1");
    CHECK(gossiped_url("wss://a", "b:2", Gossip::Never).empty());
    CHECK(gossiped_url("", "b:2", Gossip::WithPath).empty());
    CHECK(gossiped_url("/nats-ws", "b:2", Gossip::WithPath).empty());
    CHECK(gossiped_url("ws://a", "", Gossip::WithPath).empty());
}

TEST_CASE("ServersTakeTurns") {
    ServerPool pool({"a", "b", "c", "b"}, Gossip::Never, false, 1);
    CHECK(turns(pool, 7) == Urls{"a", "b", "c", "a", "b", "c", "a"});
    ServerPool none({}, Gossip::WhenNoPath, true, 1);
    CHECK(turns(none, 2) == Urls{"", ""});
}

TEST_CASE("TheSeedShufflesEvenlyAndReproducibly") {
    std::map<std::string, int> firsts;
    for (std::uint64_t seed = 0; seed < 3'000; ++seed) {
        ServerPool pool({"a", "b", "c"}, Gossip::Never, true, seed);
        ServerPool again({"a", "b", "c"}, Gossip::Never, true, seed);
        const Urls order = turns(pool, 3);
        CHECK(order == turns(again, 3));
        CHECK(std::set<std::string>(order.begin(), order.end()).size() == 3);
        ++firsts[order[0]];
    }
    for (const auto& [url, count] : firsts) CHECK((count > 850 && count < 1'150));
}

TEST_CASE("GossipAddsAndForgetsButNeverTheOwnersNorTheCurrent") {
    ServerPool pool({"ws://a:1"}, Gossip::WhenNoPath, false, 1);
    pool.next();
    pool.learn({"a:1", "b:1", "c:1"});
    CHECK(pool.servers().size() == 3);
    CHECK(pool.next().url == "ws://b:1");
    pool.learn({"c:1"});  // b leaves, and is the current one
    CHECK(pool.servers().size() == 3);
    CHECK(pool.next().url == "ws://c:1");
    CHECK(pool.servers().size() == 2);
    pool.learn({});  // says nothing
    CHECK(pool.servers().size() == 2);
    CHECK(pool.next().url == "ws://a:1");
    std::set<nats::ServerId> ids;
    for (const nats::Server& server : pool.servers()) CHECK(ids.insert(server.id).second);
}

TEST_CASE("GossipHasALimit") {
    ServerPool pool({"ws://a:1"}, Gossip::WhenNoPath, true, 1);
    pool.next();
    Urls urls;
    for (int i = 0; i < 1'000; ++i) urls.push_back("h" + std::to_string(i) + ":1");
    pool.learn(urls);
    CHECK(pool.servers().size() == nats::kServersMax);
    CHECK(pool.current().url == "ws://a:1");
}

TEST_CASE("RefusalsAreCountedInARowAndByServer") {
    ServerPool pool({"a", "b"}, Gossip::Never, false, 1);
    pool.next();
    pool.auth_failed(2);
    pool.next();
    pool.auth_failed(2);
    CHECK_FALSE(pool.exhausted());
    pool.next();
    pool.connected();
    pool.auth_failed(2);
    CHECK_FALSE(pool.exhausted());
    pool.next();
    pool.auth_failed(2);  // b for the second time in a row
    CHECK(turns(pool, 3) == Urls{"a", "a", "a"});
    pool.auth_failed(2);
    CHECK(pool.exhausted());
    ServerPool patient({"a"}, Gossip::Never, false, 1);
    patient.next();
    for (int i = 0; i < 1'000; ++i) patient.auth_failed(0);
    CHECK_FALSE(patient.exhausted());
}

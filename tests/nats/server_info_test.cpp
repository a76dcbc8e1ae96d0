#include "nats/server_info.h"

#include <doctest/doctest.h>

#include <string>

using namespace nats_blotter;
using nats::server_info_from_json;

TEST_CASE("ARealInfoIsRead") {
    const auto info = server_info_from_json(
        R"({"server_id":"NC","server_name":"n1","version":"2.9.10","proto":1,"git_commit":"x",)"
        R"("go":"go1.19","host":"0.0.0.0","port":4222,"headers":true,"auth_required":true,)"
        R"("tls_required":false,"max_payload":1048576,"jetstream":true,"client_id":7,)"
        R"("client_ip":"127.0.0.1","nonce":"abc","cluster":"c","ldm":true,)"
        R"("connect_urls":["10.0.0.1:4222","10.0.0.2:4222"],"new":{"deep":[1,{"a":null}]}})");
    REQUIRE(info);
    CHECK(info->server_id == "NC");
    CHECK(info->server_name == "n1");
    CHECK(info->version == "2.9.10");
    CHECK(info->cluster == "c");
    CHECK(info->client_ip == "127.0.0.1");
    CHECK(info->nonce == "abc");
    CHECK(info->proto == 1);
    CHECK(info->max_payload == 1048576);
    CHECK(info->client_id == 7);
    CHECK(info->headers);
    CHECK(info->auth_required);
    CHECK_FALSE(info->tls_required);
    CHECK(info->jetstream);
    CHECK(info->lame_duck);
    CHECK(info->connect_urls.size() == 2);
}

TEST_CASE("AbsentFieldsKeepTheirDefaults") {
    const auto info = server_info_from_json("{}");
    REQUIRE(info);
    CHECK(info->max_payload == 0);
    CHECK_FALSE(info->headers);
    CHECK(info->connect_urls.empty());
    CHECK(server_info_from_json(R"({"connect_urls":null})").has_value());
    CHECK(server_info_from_json(R"({"max_payload":-1})")->max_payload == -1);
}

TEST_CASE("WrongTypesAndBrokenJsonAreErrors") {
    for (const std::string_view json :
         {"", "x", "[]", "1", "{", "{}x", R"({"version":1})", R"({"headers":"yes"})",
          R"({"max_payload":"1"})", R"({"max_payload":1.5})", R"({"proto":99999999999})",
          R"({"connect_urls":"a"})", R"({"connect_urls":[1]})", R"({"ldm":null})",
          R"({"a":[1,})"}) {
        CAPTURE(std::string(json));
        CHECK_FALSE(server_info_from_json(json).has_value());
    }
}

TEST_CASE("EveryTruncatedInfoIsAnError") {
    const std::string json = R"({"server_id":"a\u00e9","connect_urls":["x"],"proto":1})";
    REQUIRE(server_info_from_json(json).has_value());
    for (std::size_t bytes = 0; bytes < json.size(); ++bytes)
        CHECK_FALSE(server_info_from_json(std::string_view(json).substr(0, bytes)).has_value());
}

#include "nats/encoder.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "nats/client.h"

using namespace nats_blotter;

namespace {

nlohmann::json connect_json(const nats::Options& options, bool headers = true) {
    nats::ServerInfo info;
    info.headers = headers;
    std::string out;
    nats::append_connect(out, options, info);
    REQUIRE(out.substr(0, 8) == "CONNECT ");
    REQUIRE(out.substr(out.size() - 2) == "\r\n");
    const nlohmann::json json = nlohmann::json::parse(out.substr(8), nullptr, false);
    REQUIRE(json.is_object());
    return json;
}

}  // namespace

TEST_CASE("ConnectWithoutCredentialsLeavesRoomForCookies") {
    const nlohmann::json json = connect_json({});
    CHECK(json["protocol"] == 1);
    CHECK(json["name"] == "nats-blotter");
    CHECK(json["verbose"] == false);
    CHECK(json["pedantic"] == false);
    CHECK(json["echo"] == true);
    CHECK(json["headers"] == true);
    CHECK(json["no_responders"] == true);
    CHECK(json.contains("lang"));
    CHECK(json.contains("version"));
    for (const char* key : {"user", "pass", "auth_token", "jwt", "nkey", "sig"})
        CHECK_FALSE(json.contains(key));
}

TEST_CASE("NoRespondersIsNotAskedForWithoutHeaders") {
    const nlohmann::json json = connect_json({}, false);
    CHECK(json["headers"] == false);
    CHECK(json["no_responders"] == false);
}

TEST_CASE("CredentialsAreQuotedAsJson") {
    nats::Options options;
    options.user = "o'\"Brien\\";
    options.password = "p\r\nSUB > 1";
    options.token = "t";
    options.jwt = "j";
    options.echo = false;
    const nlohmann::json json = connect_json(options);
    CHECK(json["user"] == "o'\"Brien\\");
    CHECK(json["pass"] == "p\r\nSUB > 1");
    CHECK(json["auth_token"] == "t");
    CHECK(json["jwt"] == "j");
    CHECK(json["echo"] == false);
}

TEST_CASE("LinesAreAsTheServerReadsThem") {
    std::string out;
    nats::append_sub(out, "a.b", "", 7);
    nats::append_sub(out, "a.*", "workers", 8);
    nats::append_unsub(out, 7);
    nats::append_ping(out);
    nats::append_pong(out);
    CHECK(out == "SUB a.b 7\r\nSUB a.* workers 8\r\nUNSUB 7\r\nPING\r\nPONG\r\n");
    CHECK(std::string("SUB a.* workers 8\r\n").size() <=
          nats::sub_line_bytes_max("a.*", "workers"));
}

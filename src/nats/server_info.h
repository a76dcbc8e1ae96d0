// nats/server_info.h - the broker's INFO.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace nats_blotter::nats {

// Fields that are absent keep their defaults; unknown ones are ignored.
// Source: nats-io/nats-server, server/server.go, type Info.
struct ServerInfo {
    std::string server_id;
    std::string server_name;
    std::string version;
    std::string cluster;
    std::string client_ip;
    std::string nonce;
    std::vector<std::string> connect_urls;
    std::int64_t max_payload = 0;  // 0 or less: no limit
    std::int64_t client_id = 0;
    std::int32_t proto = 0;
    bool headers = false;
    bool auth_required = false;
    bool tls_required = false;
    bool jetstream = false;
    bool lame_duck = false;
};

// Reads the JSON of an INFO line. A field of a wrong type is an error.
Result<ServerInfo> server_info_from_json(std::string_view json);

}  // namespace nats_blotter::nats

#include "nats/server_info.h"

#include "nats/error.h"
#include "nats/json_fields.h"

namespace nats_blotter::nats {
namespace {

bool read_field(JsonFields& fields, std::string_view key, ServerInfo& info) {
    if (key == "server_id") return fields.read(info.server_id);
    if (key == "server_name") return fields.read(info.server_name);
    if (key == "version") return fields.read(info.version);
    if (key == "cluster") return fields.read(info.cluster);
    if (key == "client_ip") return fields.read(info.client_ip);
    if (key == "nonce") return fields.read(info.nonce);
    if (key == "connect_urls") return fields.read(info.connect_urls);
    if (key == "max_payload") return fields.read(info.max_payload);
    if (key == "client_id") return fields.read(info.client_id);
    if (key == "proto") return fields.read(info.proto);
    if (key == "headers") return fields.read(info.headers);
    if (key == "auth_required") return fields.read(info.auth_required);
    if (key == "tls_required") return fields.read(info.tls_required);
    if (key == "jetstream") return fields.read(info.jetstream);
    if (key == "ldm") return fields.read(info.lame_duck);
    return fields.skip();
}

}  // namespace

Result<ServerInfo> server_info_from_json(std::string_view json) {
    JsonFields fields(json);
    ServerInfo info;
    const bool good =
        fields.document([&](std::string_view key) { return read_field(fields, key, info); });
    if (!good) return nats_error(NatsError::BadInfo, fields.scanner().offset_bytes());
    return info;
}

}  // namespace nats_blotter::nats

#include "nats/server_info.h"

#include <limits>

#include "base/json_scanner.h"
#include "base/number_text.h"
#include "nats/error.h"

namespace nats_blotter::nats {
namespace {

// Assigns one field, or says that its type is wrong.
class FieldReader {
  public:
    explicit FieldReader(std::string_view json) : scanner_(json) {}

    JsonScanner& scanner() { return scanner_; }
    std::string_view string() { return scanner_.string(scratch_); }

    bool read(std::string& field) {
        if (scanner_.next() != JsonToken::String) return false;
        field = string();
        return true;
    }

    bool read(bool& field) {
        const JsonToken token = scanner_.next();
        field = token == JsonToken::True;
        return field || token == JsonToken::False;
    }

    bool read(std::int64_t& field) {
        if (scanner_.next() != JsonToken::Number) return false;
        const Result<std::int64_t> value = int_from_text(scanner_.raw());
        if (!value) return false;
        field = *value;
        return true;
    }

    bool read(std::int32_t& field) {
        std::int64_t wide = 0;
        if (!read(wide)) return false;
        if (wide < std::numeric_limits<std::int32_t>::min() ||
            wide > std::numeric_limits<std::int32_t>::max())
            return false;
        field = static_cast<std::int32_t>(wide);
        return true;
    }

    bool read(std::vector<std::string>& field) {
        field.clear();
        JsonToken token = scanner_.next();
        if (token == JsonToken::Null) return true;
        if (token != JsonToken::ArrayStart) return false;
        while ((token = scanner_.next()) == JsonToken::String) field.emplace_back(string());
        return token == JsonToken::ArrayEnd;
    }

  private:
    JsonScanner scanner_;
    std::string scratch_;
};

bool read_field(FieldReader& reader, std::string_view key, ServerInfo& info) {
    if (key == "server_id") return reader.read(info.server_id);
    if (key == "server_name") return reader.read(info.server_name);
    if (key == "version") return reader.read(info.version);
    if (key == "cluster") return reader.read(info.cluster);
    if (key == "client_ip") return reader.read(info.client_ip);
    if (key == "nonce") return reader.read(info.nonce);
    if (key == "connect_urls") return reader.read(info.connect_urls);
    if (key == "max_payload") return reader.read(info.max_payload);
    if (key == "client_id") return reader.read(info.client_id);
    if (key == "proto") return reader.read(info.proto);
    if (key == "headers") return reader.read(info.headers);
    if (key == "auth_required") return reader.read(info.auth_required);
    if (key == "tls_required") return reader.read(info.tls_required);
    if (key == "jetstream") return reader.read(info.jetstream);
    if (key == "ldm") return reader.read(info.lame_duck);
    return reader.scanner().skip(reader.scanner().next());
}

}  // namespace

Result<ServerInfo> server_info_from_json(std::string_view json) {
    FieldReader reader(json);
    ServerInfo info;
    const auto bad = [&reader] {
        return nats_error(NatsError::BadInfo, reader.scanner().offset_bytes());
    };
    if (reader.scanner().next() != JsonToken::ObjectStart) return bad();
    std::string key;
    for (;;) {
        const JsonToken token = reader.scanner().next();
        if (token == JsonToken::ObjectEnd) break;
        if (token != JsonToken::Key) return bad();
        key = reader.string();
        if (!read_field(reader, key, info)) return bad();
    }
    if (reader.scanner().next() != JsonToken::End) return bad();
    return info;
}

}  // namespace nats_blotter::nats

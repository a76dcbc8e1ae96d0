// Hunts: an INFO is taken exactly when nlohmann_json reads it as an object whose known fields have
// their types, and the fields taken are those it reads.
//
// The two differ on purpose over nesting past kJsonDepthMax, and over what nlohmann_json itself
// reads otherwise than RFC 8259: numbers past a double, a byte order mark, a zero byte at the end.
// Whole numbers written as 1.0 or 1e3 are not compared either: a double cannot tell them apart.
#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.h"
#include "fuzz/fuzz_check.h"
#include "nats/server_info.h"

namespace {

using namespace nats_blotter;
using nlohmann::json;

// Follows nlohmann_json's own reader, so that a key that comes twice is seen twice.
class Oracle : public json::json_sax_t {
  public:
    nats::ServerInfo info;
    bool well_typed = true;
    bool too_deep = false;
    bool undecided = false;  // refused by nlohmann_json for a reason that is its own

    bool null() override { return value(Type::Null); }
    bool boolean(bool value_read) override {
        bool_ = value_read;
        return value(Type::Bool);
    }
    bool number_integer(number_integer_t number) override {
        int_ = number;
        return value(Type::Int);
    }
    bool number_unsigned(number_unsigned_t number) override {
        const bool fits =
            number <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
        int_ = fits ? static_cast<std::int64_t>(number) : 0;
        return value(fits ? Type::Int : Type::Other);
    }
    bool number_float(number_float_t, const string_t&) override { return value(Type::Float); }
    bool string(string_t& text) override {
        text_ = text;
        return value(Type::Text);
    }
    bool binary(binary_t&) override { return false; }
    bool start_object(std::size_t) override { return open(Type::Other); }
    bool key(string_t& text) override {
        if (depth_ == 1) key_ = text;
        return true;
    }
    bool end_object() override { return close(); }
    bool start_array(std::size_t) override { return open(Type::List); }
    bool end_array() override { return close(); }
    bool parse_error(std::size_t, const std::string&, const json::exception& error) override {
        if (error.id == 406) undecided = true;  // a number past a double
        return false;
    }

  private:
    enum class Type { Null, Bool, Int, Float, Text, List, Other };

    bool open(Type type) {
        if (depth_ == 0)
            well_typed = type == Type::Other;
        else
            value(type);
        ++depth_;
        if (depth_ > kJsonDepthMax) too_deep = true;
        return true;
    }
    bool close() {
        --depth_;
        return true;
    }

    bool value(Type type) {
        if (depth_ == 0) well_typed = false;
        if (depth_ == 1) assign(type);
        if (depth_ == 2 && key_ == "connect_urls") {
            well_typed = well_typed && type == Type::Text;
            info.connect_urls.push_back(text_);
        }
        return true;
    }

    void assign(Type type) {
        take("server_id", type, info.server_id);
        take("server_name", type, info.server_name);
        take("version", type, info.version);
        take("cluster", type, info.cluster);
        take("client_ip", type, info.client_ip);
        take("nonce", type, info.nonce);
        take("headers", type, info.headers);
        take("auth_required", type, info.auth_required);
        take("tls_required", type, info.tls_required);
        take("jetstream", type, info.jetstream);
        take("ldm", type, info.lame_duck);
        take("max_payload", type, info.max_payload);
        take("client_id", type, info.client_id);
        if (key_ == "proto") {
            info.proto = static_cast<std::int32_t>(int_);
            well_typed = well_typed && whole(type) && info.proto == int_;
        }
        if (key_ == "connect_urls") {
            info.connect_urls.clear();
            well_typed = well_typed && (type == Type::List || type == Type::Null);
        }
    }
    void take(const char* name, Type type, std::string& field) {
        if (key_ != name) return;
        field = text_;
        well_typed = well_typed && type == Type::Text;
    }
    void take(const char* name, Type type, bool& field) {
        if (key_ != name) return;
        field = bool_;
        well_typed = well_typed && type == Type::Bool;
    }
    void take(const char* name, Type type, std::int64_t& field) {
        if (key_ != name) return;
        field = int_;
        well_typed = well_typed && whole(type);
    }
    bool whole(Type type) {
        if (type == Type::Float) undecided = true;
        return type == Type::Int;
    }

    std::string key_;
    std::string text_;
    std::int64_t int_ = 0;
    std::size_t depth_ = 0;
    bool bool_ = false;
};

void check_equal(const nats::ServerInfo& one, const nats::ServerInfo& other) {
    FUZZ_CHECK(one.server_id == other.server_id);
    FUZZ_CHECK(one.server_name == other.server_name);
    FUZZ_CHECK(one.version == other.version);
    FUZZ_CHECK(one.cluster == other.cluster);
    FUZZ_CHECK(one.client_ip == other.client_ip);
    FUZZ_CHECK(one.nonce == other.nonce);
    FUZZ_CHECK(one.connect_urls == other.connect_urls);
    FUZZ_CHECK(one.max_payload == other.max_payload);
    FUZZ_CHECK(one.client_id == other.client_id);
    FUZZ_CHECK(one.proto == other.proto);
    FUZZ_CHECK(one.headers == other.headers);
    FUZZ_CHECK(one.auth_required == other.auth_required);
    FUZZ_CHECK(one.tls_required == other.tls_required);
    FUZZ_CHECK(one.jetstream == other.jetstream);
    FUZZ_CHECK(one.lame_duck == other.lame_duck);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::vector<char> copy(data, data + size);
    const std::string_view text(copy.data(), copy.size());
    const auto info = nats::server_info_from_json(text);
    if (!info) FUZZ_CHECK(info.error().offset_bytes <= text.size());

    if (text.find('\0') != std::string_view::npos || text.substr(0, 3) == "\xEF\xBB\xBF") {
        return 0;
    }
    Oracle oracle;
    const bool well_formed = json::sax_parse(text.begin(), text.end(), &oracle);
    if (oracle.undecided) return 0;
    FUZZ_CHECK(info.has_value() == (well_formed && oracle.well_typed && !oracle.too_deep));
    if (info) check_equal(*info, oracle.info);
    return 0;
}

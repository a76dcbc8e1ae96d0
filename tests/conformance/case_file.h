// tests/conformance/case_file.h - reads a file of conformance cases. The format is docs/testing.md.
//
// Every read is checked, because a wrong type would abort without exceptions. Keys that are not
// known are passed over, so that a file may carry remarks.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace nats_blotter::conformance {

enum class Op : std::uint8_t { Info, Msg, Hmsg, Ping, Pong, Ok, Err, ProtocolError };
std::string_view op_name(Op op);

// What a case expects of one event; what is not there is not compared.
struct Expected {
    Op op = Op::Ping;
    std::optional<nlohmann::json> info;  // of INFO
    std::optional<std::string> message;  // of -ERR
    std::optional<std::string> subject;
    std::optional<std::string> sid;
    std::optional<std::string> reply;  // empty: there is none
    std::optional<std::string> payload;
    std::optional<std::uint64_t> payload_bytes;
    std::optional<std::string> payload_sha256;  // lower-case hexadecimal
    std::optional<std::uint64_t> payload_fnv1a64;
    std::optional<std::vector<std::pair<std::string, std::string>>> headers;
    std::optional<std::int64_t> status;  // 0: there is none
    std::optional<std::string> description;
};

struct Case {
    std::string name;
    std::string case_class;
    std::vector<std::string> chunks;  // decoded
    bool split_all = false;
    std::vector<std::vector<Expected>> accepted;  // `expect`, then each of `also_ok`
};

struct CaseFile {
    std::vector<Case> cases;
    std::string fault;  // not empty: the file is broken, and this says where
};

CaseFile case_file_from_json(std::string_view text);

// Standard alphabet, with padding; nothing when `text` is not that.
std::optional<std::string> bytes_from_base64(std::string_view text);

}  // namespace nats_blotter::conformance

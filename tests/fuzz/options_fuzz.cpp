// Hunts: what the element hands over is taken or refused as nlohmann_json and the list of known
// values say, nothing is refused without words, and nothing is taken that was not said.
//
// An input is the JSON text that the element makes of its attributes.
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "fuzz/fuzz_check.h"
#include "web/options.h"

namespace {

using namespace nats_blotter;
using nlohmann::json;

bool is_account(const std::string& text) {
    if (text.empty() || text.find_first_not_of("0123456789") != std::string::npos)
        return text.size() > 1 && text[0] == '-' && text.find_first_not_of('0', 1) == text.npos;
    const std::string digits = text.substr(std::min(text.find_first_not_of('0'), text.size()));
    const std::string most = "9223372036854775807";
    return digits.size() < most.size() || (digits.size() == most.size() && digits <= most);
}

bool is_one_of(const std::string& text, std::initializer_list<std::string_view> known) {
    for (const std::string_view one : known)
        if (text == one) return true;
    return false;
}

bool is_known(const std::string& key, const std::string& value) {
    if (key == "subjects") return is_one_of(value, {"slash", "dotted", "both"});
    if (key == "renderer") return is_one_of(value, {"auto", "webgl", "canvas"});
    if (key == "account") return is_account(value);
    return true;
}

void check_values(const json& object, const web::PageOptions& options) {
    const auto text = [&object](const char* key, const char* absent) {
        return object.value(key, std::string(absent));
    };
    FUZZ_CHECK(options.socket_url == text("socketUrl", ""));
    FUZZ_CHECK(options.rest_url == text("restUrl", ""));
    FUZZ_CHECK(options.profile == "traderx");
    const std::string subjects = text("subjects", "slash");
    FUZZ_CHECK(options.subjects == (subjects == "slash"    ? feed::SubjectChoice::Slash
                                    : subjects == "dotted" ? feed::SubjectChoice::Dotted
                                                           : feed::SubjectChoice::Both));
    FUZZ_CHECK(options.account >= 0);
    FUZZ_CHECK(options.account == std::stoll(text("account", "0")));
    FUZZ_CHECK(options.theme == web::theme_choice_from_name(text("theme", "auto")));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string input(data, data + size);
    const web::ParsedOptions parsed = web::options_from_json(input);
    // Every member, those that a later one of the same name hides too.
    bool known = true;
    std::string key;
    const auto each = [&](int depth, json::parse_event_t event, json& value) {
        if (event == json::parse_event_t::key) key = value.get<std::string>();
        if (event == json::parse_event_t::value && depth == 1)
            known = known && value.is_string() && is_known(key, value.get<std::string>());
        const bool opens =
            event == json::parse_event_t::array_start || event == json::parse_event_t::object_start;
        if (depth > 1 || (depth == 1 && opens)) known = false;
        return true;
    };
    const json object = json::parse(input, each, false);
    // nlohmann_json takes a zero byte for the end of the text, and leaves out a byte order mark.
    const bool plain = input.find('\0') == input.npos && input.substr(0, 3) != "\xEF\xBB\xBF";
    // Another profile comes with its text, which has a fuzzer of its own (profile_fuzz.cpp).
    if (object.is_object() && object.contains("profileText")) return 0;
    const bool built_in =
        known && object.is_object() && object.value("profile", std::string("traderx")) == "traderx";
    const bool good = plain && built_in;
    FUZZ_CHECK(parsed.error.empty() == good);
    if (good) check_values(object, parsed.options);
    return 0;
}

// web/options.cpp - see web/options.h.
#include "web/options.h"

#include <charconv>

#include "base/json_scanner.h"

namespace nats_blotter::web {
namespace {

// One member of the options object; words when its value is not known.
std::string set_option(PageOptions& options, std::string_view key, std::string_view value) {
    if (key == "socketUrl") {
        options.socket_url = value;
    } else if (key == "restUrl") {
        options.rest_url = value;
    } else if (key == "profile") {
        options.profile = value;
    } else if (key == "profileText") {  // behind its name
        feed::ParsedProfile parsed = feed::profile_from_json(value, options.profile);
        if (!parsed.error.empty()) return parsed.error;
        options.custom = std::move(parsed.profile);
    } else if (key == "opened") {
        options.opened = value == "true";
    } else if (key == "subjects") {
        if (value == "slash") {
            options.subjects = feed::SubjectChoice::Slash;
        } else if (value == "dotted") {
            options.subjects = feed::SubjectChoice::Dotted;
        } else if (value == "both") {
            options.subjects = feed::SubjectChoice::Both;
        } else {
            return "subjects \"" + std::string(value) + "\" is not one of slash, dotted, both";
        }
    } else if (key == "account") {
        const auto read =
            std::from_chars(value.data(), value.data() + value.size(), options.account);
        if (read.ec != std::errc{} || read.ptr != value.data() + value.size() ||
            options.account < 0) {
            return "account \"" + std::string(value) + "\" is not an account number";
        }
    } else if (key == "renderer") {
        if (value == "webgl") {
            options.renderer = RendererChoice::Webgl;
        } else if (value == "canvas") {
            options.renderer = RendererChoice::Canvas;
        } else if (value != "auto") {
            return "renderer \"" + std::string(value) + "\" is not one of auto, webgl, canvas";
        }
    } else if (key == "theme") {
        options.theme = theme_choice_from_name(value);
    }
    return {};
}

}  // namespace

ParsedOptions options_from_json(std::string_view json) {
    ParsedOptions parsed;
    JsonScanner scanner(json);
    if (scanner.next() != JsonToken::ObjectStart) {
        parsed.error = "the options are not a JSON object";
        return parsed;
    }
    std::string scratch;
    std::string key;
    for (JsonToken token = scanner.next(); token != JsonToken::ObjectEnd; token = scanner.next()) {
        if (token != JsonToken::Key) {
            parsed.error = "the options are not a JSON object";
            return parsed;
        }
        key = scanner.string(scratch);
        if (scanner.next() != JsonToken::String) {
            parsed.error = "option " + key + " is not text";
            return parsed;
        }
        parsed.error = set_option(parsed.options, key, scanner.string(scratch));
        if (!parsed.error.empty()) return parsed;
    }
    if (scanner.next() != JsonToken::End) parsed.error = "the options are not a JSON object";
    if (parsed.error.empty() && parsed.options.profile != "traderx" && !parsed.options.custom)
        parsed.error = "profile \"" + parsed.options.profile + "\" came without its text";
    return parsed;
}

}  // namespace nats_blotter::web

// web/options.h - what the element asks this program to be, as the JSON text it sends at the start.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "session/session.h"
#include "web/theme_table.h"

namespace nats_blotter::web {

enum class RendererChoice : std::uint8_t { Auto, Webgl, Canvas };

struct PageOptions {
    std::string socket_url;  // ws:// or wss://, absolute
    std::string rest_url;    // http:// or https://, absolute: REST paths resolve against it
    std::string profile = "traderx";  // or the name of the file that `custom` was in
    std::optional<feed::Profile> custom;
    bool opened = false;  // it was opened on the page, from which one can go back
    feed::SubjectChoice subjects = feed::SubjectChoice::Slash;
    session::AccountId account = session::kAllAccounts;
    ThemeChoice theme = ThemeChoice::Auto;
    RendererChoice renderer = RendererChoice::Auto;
};

// Words instead of options where one of them is unknown; `error` is then not empty.
struct ParsedOptions {
    PageOptions options;
    std::string error;
};

ParsedOptions options_from_json(std::string_view json);

}  // namespace nats_blotter::web

#include "base/json_text.h"

#include <array>
#include <cstdio>

#include "base/utf8.h"

namespace nats_blotter {

void append_json_string(std::string& out, std::string_view text) {
    if (!is_utf8(text)) return append_json_string(out, utf8_lossy(text));
    out.push_back('"');
    for (const char c : text) {
        switch (c) {
            case '"': out.append("\\\""); break;
            case '\\': out.append("\\\\"); break;
            case '\n': out.append("\\n"); break;
            case '\r': out.append("\\r"); break;
            case '\t': out.append("\\t"); break;
            default:
                if (static_cast<unsigned char>(c) < 0x20) {
                    std::array<char, 8> escape;
                    std::snprintf(escape.data(), escape.size(), "\\u%04x",
                                  static_cast<unsigned>(c));
                    out.append(escape.data());
                } else {
                    out.push_back(c);
                }
        }
    }
    out.push_back('"');
}

}  // namespace nats_blotter

#include "base/json_text.h"

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
                    constexpr std::string_view kHex = "0123456789abcdef";
                    out.append("\\u00");
                    out.push_back(kHex[static_cast<unsigned char>(c) / 16]);
                    out.push_back(kHex[static_cast<unsigned char>(c) % 16]);
                } else {
                    out.push_back(c);
                }
        }
    }
    out.push_back('"');
}

}  // namespace nats_blotter

// web/credentials.cpp - see web/credentials.h.
#include "web/credentials.h"

#include <emscripten.h>

#include <string>

// clang-format off
EM_JS(int, nb_js_ask_credentials, (unsigned generation), {
    return Module.host.askCredentials(generation) ? 1 : 0;
});
EM_JS(int, nb_js_ask_signature, (unsigned generation, const char* nonce, int bytes), {
    return Module.host.askSignature(generation, UTF8ToString(nonce, bytes)) ? 1 : 0;
});
// clang-format on

namespace nats_blotter::web {

bool ask_credentials(nats::Generation generation) { return nb_js_ask_credentials(generation) != 0; }

bool ask_signature(nats::Generation generation, std::string_view nonce) {
    return nb_js_ask_signature(generation, nonce.data(), static_cast<int>(nonce.size())) != 0;
}

nats::Credentials credentials_from_text(std::string_view text) {
    nats::Credentials made;
    for (std::string* part : {&made.user, &made.password, &made.token, &made.jwt, &made.nkey}) {
        const std::size_t end = std::min(text.find('\0'), text.size());
        *part = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return made;
}

}  // namespace nats_blotter::web

// web/credentials.h - asks the element who the user is, before every dial.
//
// The element's `credentials` (shell/nats-blotter.js) answers later, through nb_credentials,
// nb_signature or nb_credentials_failed of web/exports.cpp.
#pragma once

#include <string_view>

#include "session/session.h"

namespace nats_blotter::web {

// False: nobody is to be asked, so there will be no answer.
bool ask_credentials(nats::Generation generation);
// The same, for who can sign `nonce`; the nonce itself is what is signed.
bool ask_signature(nats::Generation generation, std::string_view nonce);

// Of user, password, token, jwt and public nkey in this order, with zero bytes between them.
nats::Credentials credentials_from_text(std::string_view text);

}  // namespace nats_blotter::web

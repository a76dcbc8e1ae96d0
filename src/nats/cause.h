// nats/cause.h - why did it end? From -ERR texts, close codes and reasons to a class and a
// sentence.
//
// The broker often says it in one place only: bad credentials have an -ERR and a close code, a bad
// CONNECT only a close code, a slow consumer neither. The table is docs/wire-nats.md, "Endings".
// Texts are compared without case and by what they contain, because ADR-40 warns that they may
// grow.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "nats/event.h"

namespace nats_blotter::nats {

// What the broker does after an -ERR.
enum class ErrorEffect : std::uint8_t {
    KeepsConnection,  // known to go on
    EndsConnection,   // known to be followed by a close
    Unknown,          // a text we do not know: go on until the broker closes
};

struct ErrorMeaning {
    ErrorEffect effect = ErrorEffect::Unknown;
    CauseClass cause_class = CauseClass::Network;
    std::string_view sentence;
};

// The meaning of an -ERR text, or of a close reason; nothing when the text is not known.
ErrorMeaning meaning_of_error(std::string_view text);

// Fills cause_class and text from the other members, when the peer or the network ended it.
void classify(Cause& cause);

// A parsed `Permissions Violation for ...`.
struct PermissionViolation {
    bool of_subscription = false;  // else of a publish or its reply
    Sid sid = 0;                   // from `(sid "n")`; 0 where the server did not say
    std::string subject;           // unescaped
    std::string queue_group;       // empty where there is none
};

// Nothing when `text` is no permission violation.
std::optional<PermissionViolation> permission_violation_from_text(std::string_view text);

// Takes a Go-quoted string (%q) off the front of `text`; nothing when it does not begin with one.
std::optional<std::string> take_go_quoted(std::string_view& text);

}  // namespace nats_blotter::nats

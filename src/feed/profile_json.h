// feed/profile_json.h - a profile file: JSON text to a Profile, or one sentence on what is wrong.
//
// The form is the JSON Schema docs/profile.schema.json. A member that is not
// known, a name given twice and a value of another type are all refused: nothing half-works. The
// sentence names the file, the place as a JSON pointer and the reason; what it quotes of the file
// is escaped and cut, so that it can be shown as it is.
#pragma once

#include <string>
#include <string_view>

#include "feed/schema.h"

namespace nats_blotter::feed {

struct ParsedProfile {
    Profile profile;
    std::string error;  // empty: the profile is good
};

// `file` is how the sentence names the file. At most kProfileBytesMax bytes of JSON.
ParsedProfile profile_from_json(std::string_view json, std::string_view file);

// A NATS subject to subscribe to: tokens without blanks or control characters, `*` and `>` as whole
// tokens, `>` as the last.
bool is_subject_pattern(std::string_view subject);

// The token of a subject, from 1, or what begins with it; empty where it has fewer.
std::string_view subject_token(std::string_view subject, int token);
std::string_view subject_from_token(std::string_view subject, int token);

}  // namespace nats_blotter::feed

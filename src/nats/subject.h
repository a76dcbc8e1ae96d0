// nats/subject.h - what a subject may look like, and which subjects a pattern covers.
//
// Tokens are separated by dots; a slash is an ordinary character, so "/accounts/*/trades" is one
// token and no wildcard. `*` and `>` mean something only as whole tokens, and `>` only as the last.
// Source: nats-io/nats-server, server/sublist.go, IsValidSubject; ADR-6.
#pragma once

#include <string_view>

#include "base/result.h"

namespace nats_blotter::nats {

// May be subscribed to; wildcards allowed.
Result<void> check_subject(std::string_view subject);

// May be published to; no wildcards.
Result<void> check_literal_subject(std::string_view subject);

Result<void> check_queue_group(std::string_view queue_group);

// REQUIRES: both passed their check. `subject` is taken literally.
bool subject_matches(std::string_view pattern, std::string_view subject);

}  // namespace nats_blotter::nats

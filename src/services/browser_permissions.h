// services/browser_permissions.h - what the broker lets browsers subscribe to, as a file that the
// broker's configuration includes.
//
// The slash subjects are one token each, so no wildcard can stand for the account in them (`*`
// would also match every other slash subject, the orders among them): each account is a line of its
// own, and a new account needs a new file and a reload. A reload keeps connections and lets new
// subscriptions in.
#pragma once

#include <span>
#include <string>

#include "services/records.h"

namespace nats_blotter::services {

// The include: a `subscribe` setting for the permissions block of the browser user, from the
// subject table times the accounts.
std::string browser_permissions_text(std::span<const Account> accounts);

// Replaces the file in one step, so that a broker that reads it meanwhile sees the old or the new
// one. Throws std::runtime_error.
void write_file_atomically(const std::string& file, const std::string& text);

// SIGHUP to the process whose id the file holds. False when there is no such file or process.
bool reload_broker(const std::string& pid_file);

}  // namespace nats_blotter::services

// services/account_service.h - the account-service role: accounts and their users (contract, 4.1).
#pragma once

#include <functional>

#include "services/http_server.h"
#include "services/lookups.h"
#include "services/storage.h"

namespace nats_blotter::services {

struct AccountServiceParts {
    Storage& storage;
    PersonLookup person_lookup;
    // Called after an account was made (not renamed), before the submitter is answered; it lets
    // browsers subscribe to the new account. Any thread, not concurrently with itself.
    std::function<void()> account_created;
};

void add_account_service_routes(HttpServer& server, AccountServiceParts parts);

}  // namespace nats_blotter::services

// services/storage_postgres.h - the storage interface over PostgreSQL (libpq).
//
// A booking is as safe when book() returns as the server's synchronous_commit makes it (its default
// is on disk). Processors of any number of processes take turns per account: book() locks the rows
// of the accounts in its batch, in order of id, so that no two of them wait for each other.
//
// A database that goes away costs the calls under way a StorageError each; the next ones dial anew.
// When that happened during the commit, nobody knows whether it took place: only orders with an id
// may be booked again then.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "services/storage.h"

namespace nats_blotter::services {

// True for what open_postgres_storage() takes: postgresql:// or postgres://.
bool is_postgres_url(std::string_view url);

// Dials, makes missing tables (postgres_schema.h). Throws StorageError with one readable line.
std::unique_ptr<Storage> open_postgres_storage(const std::string& url);

}  // namespace nats_blotter::services

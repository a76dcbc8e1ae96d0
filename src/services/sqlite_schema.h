// services/sqlite_schema.h - the tables of the SQLite database, and the seed rows of an empty one.
#pragma once

#include "base/clock.h"
#include "services/sqlite_connection.h"

namespace nats_blotter::services {

// Creates tables and seed rows if the database is empty, does nothing if they are there, and throws
// StorageError if a newer program made the database. Safe when several processes start at once.
void prepare_sqlite_schema(SqliteConnection& connection, EpochMs now_ms);

}  // namespace nats_blotter::services

// services/storage_sqlite.h - the storage interface over SQLite.
//
// WAL mode: readers never wait for the writer. One connection of the process writes at a time (a
// mutex, which wakes sooner than SQLite's own busy polling); processes take turns through SQLite's
// lock. A booking is on disk when book() returns (synchronous=FULL).
#pragma once

#include <memory>
#include <string>

#include "services/storage.h"

namespace nats_blotter::services {

// Opens or creates the file and fills an empty one with the seed rows. Throws StorageError with one
// readable line.
std::unique_ptr<Storage> open_sqlite_storage(const std::string& file);

}  // namespace nats_blotter::services

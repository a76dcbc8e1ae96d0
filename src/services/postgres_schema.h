// services/postgres_schema.h - the tables of a PostgreSQL database.
#pragma once

#include "base/clock.h"
#include "services/postgres_connection.h"

namespace nats_blotter::services {

// Makes what is missing, in one transaction, and fills empty tables with the seed rows. The tables
// of a stock TraderX database are taken as they are, with their rows; trades get two more columns.
void prepare_postgres_schema(PostgresConnection& connection, EpochMs now_ms);

}  // namespace nats_blotter::services

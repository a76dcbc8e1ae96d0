// services/people_service.h - the people-service role: the directory of persons (contract, 4.6).
#pragma once

#include <string_view>

#include "services/http_server.h"
#include "services/seed.h"

namespace nats_blotter::services {

// The person with exactly this id, or null.
const Person* find_person_by_logon(std::string_view logon_id);
const Person* find_person_by_employee(std::string_view employee_id);

ErrorBody people_service_errors();
void add_people_service_routes(HttpServer& server);

}  // namespace nats_blotter::services

// services/error_bodies.h - the three forms in which the stock services word an error
// (contract, 4.7).
#pragma once

#include <string_view>

#include "services/http_server.h"

namespace nats_blotter::services {

// Spring Boot: {"timestamp","status","error","path"}.
HttpResponse spring_error(int status, std::string_view path);

// The same, or a small page for a request that asks for HTML by name, as a browser's address line
// does.
HttpResponse spring_error_for(int status, const HttpRequest& request);

// Nest: {"message","error","statusCode"}; the message of an unknown path names it.
HttpResponse nest_error(int status, std::string_view message);

// ASP.NET: RFC 9110 problem details for 404 and the rest.
HttpResponse problem_details(int status);

// Bare text, sent as JSON or as plain text depending on what the request accepts; not JSON either
// way.
HttpResponse text_error(int status, std::string_view text, const HttpRequest& request);

}  // namespace nats_blotter::services

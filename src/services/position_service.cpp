// services/position_service.cpp - /trades/, /positions/, /health/alive and /health/ready.
#include "services/position_service.h"

#include "services/error_bodies.h"
#include "services/path_number.h"
#include "services/record_json.h"

namespace nats_blotter::services {
namespace {

// Lists of a large book are built straight from the rows, one text and no records in between.
HttpResponse list_trades(Storage& storage, std::optional<std::int32_t> account_id) {
    HttpResponse response;
    std::string& body = response.body;
    body = "[";
    storage.visit_trades(account_id, [&body](const Trade& trade) {
        if (body.size() > 1) body.push_back(',');
        append_trade(body, trade);
    });
    body.push_back(']');
    return response;
}

HttpResponse list_positions(Storage& storage, std::optional<std::int32_t> account_id) {
    HttpResponse response;
    std::string& body = response.body;
    body = "[";
    storage.visit_positions(account_id, [&body](const Position& position) {
        if (body.size() > 1) body.push_back(',');
        append_position(body, position);
    });
    body.push_back(']');
    return response;
}

using Lister = HttpResponse (*)(Storage&, std::optional<std::int32_t>);

void add_list(HttpServer& server, Storage& storage, const std::string& path, Lister list) {
    server.route("GET", path,
                 [&storage, list](const HttpRequest&) { return list(storage, std::nullopt); });
    server.route("GET", path + "{accountId}", [&storage, list](const HttpRequest& request) {
        const std::optional<std::int32_t> id = int32_from_path(request.path_value);
        if (!id) return text_error(500, path_number_message(request.path_value), request);
        return list(storage, *id);
    });
}

}  // namespace

void add_position_service_routes(HttpServer& server, Storage& storage) {
    add_list(server, storage, "/trades/", list_trades);
    add_list(server, storage, "/positions/", list_positions);
    server.route("GET", "/health/alive", [](const HttpRequest&) {
        return HttpResponse{200, "true"};
    });
    server.route("GET", "/health/ready", [&storage](const HttpRequest&) {
        return HttpResponse{200, storage.has_positions() ? "true" : "false"};
    });
}

}  // namespace nats_blotter::services

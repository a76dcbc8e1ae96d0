// services/reference_data.cpp - GET /stocks, /stocks/{ticker}, /health.
#include "services/reference_data.h"

#include <cstdlib>
#include <map>
#include <set>
#include <string>

#include "base/json_text.h"
#include "services/error_bodies.h"
#include "services/record_json.h"

namespace nats_blotter::services {
namespace {

void append_stock(std::string& out, const Stock& stock) {
    out.append("{\"ticker\":");
    append_json_string(out, stock.ticker);
    out.append(",\"companyName\":");
    append_json_string(out, stock.company_name);
    out.push_back('}');
}

std::vector<Stock> universe_from_environment() {
    std::set<std::string, std::less<>> wanted;
    if (const char* list = std::getenv("REFERENCE_DATA_SUPPORTED_TICKERS")) {
        std::string_view rest = list;
        while (!rest.empty()) {
            const std::size_t comma = rest.find(',');
            std::string_view item = rest.substr(0, comma);
            while (!item.empty() && item.front() == ' ') item.remove_prefix(1);
            while (!item.empty() && item.back() == ' ') item.remove_suffix(1);
            if (!item.empty()) wanted.emplace(item);
            rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 1);
        }
    }
    std::size_t count_max = kReferenceUniverseCount;
    if (const char* text = std::getenv("REFERENCE_DATA_MAX_TICKERS")) {
        const long number = std::strtol(text, nullptr, 10);
        if (number > 0) count_max = static_cast<std::size_t>(number);
    }
    std::vector<Stock> stocks;
    for (const Stock& stock : reference_universe()) {
        if (stocks.size() == count_max) break;
        if (wanted.empty() || wanted.contains(stock.ticker)) stocks.push_back(stock);
    }
    return stocks;
}

struct Universe {
    std::vector<Stock> stocks = universe_from_environment();
    std::map<std::string_view, const Stock*> by_ticker;
    std::string list_json = json_array(stocks, append_stock);

    Universe() {
        for (const Stock& stock : stocks) by_ticker.emplace(stock.ticker, &stock);
    }
};

const Universe& universe() {
    static const Universe instance;
    return instance;
}

}  // namespace

const Stock* find_stock(std::string_view ticker) {
    const auto found = universe().by_ticker.find(ticker);
    return found == universe().by_ticker.end() ? nullptr : found->second;
}

ErrorBody reference_data_errors() {
    return [](int status, const HttpRequest& request) {
        // Express answers a wrong method as an unknown path.
        if (status == 404 || status == 405)
            return nest_error(404, "Cannot " + request.method + " " + request.path);
        return nest_error(status, http_reason(status));
    };
}

void add_reference_data_routes(HttpServer& server) {
    const auto list = [](const HttpRequest&) { return HttpResponse{200, universe().list_json}; };
    server.route("GET", "/stocks", list);
    server.route("GET", "/stocks/", list);
    server.route("GET", "/stocks/{ticker}", [](const HttpRequest& request) {
        const Stock* stock = find_stock(request.path_value);
        if (!stock)
            return nest_error(404, "Stock ticker \"" + request.path_value + "\" not found.");
        HttpResponse response;
        append_stock(response.body, *stock);
        return response;
    });
    server.route("GET", "/health", [](const HttpRequest&) {
        return HttpResponse{200, "{\"status\":\"ok\"}"};
    });
}

}  // namespace nats_blotter::services

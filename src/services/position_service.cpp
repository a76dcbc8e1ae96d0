// services/position_service.cpp - /trades/, /positions/, /health/alive, /health/ready and
// /actuator/prometheus.
#include "services/position_service.h"

#include <charconv>
#include <limits>

#include "services/booking.h"
#include "services/error_bodies.h"
#include "services/log.h"
#include "services/metrics.h"
#include "services/path_number.h"
#include "services/record_json.h"

namespace nats_blotter::services {
namespace {

constexpr std::int64_t kNoLimit = std::numeric_limits<std::int64_t>::max();

// What ?since= and ?limit= ask for.
struct Wanted {
    SpoolRoom& room;
    std::optional<std::int32_t> account_id;
    EpochMs since = kEveryVersion;
    std::int64_t limit = kNoLimit;
};

// The parameter as a number from 0 on; the default when it is absent, nothing when it is no such
// number.
std::optional<std::int64_t> parameter(const HttpRequest& request, std::string_view name,
                                      std::int64_t absent) {
    const std::string_view text = request.query_value(name);
    if (text.empty()) return absent;
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size() || number < 0) return std::nullopt;
    return number;
}

// One list: a text built straight from the rows, with no records in between. A long one leaves the
// memory as it grows.
struct List {
    explicit List(const Wanted& wanted)
        : spool(std::make_shared<Spool>(wanted.room)), limit(wanted.limit) {
        spool->append("[");
    }

    template <typename Record>
    void add(const Record& record, void (*append)(std::string&, const Record&)) {
        if (rows++ >= limit) return;
        row.assign(rows > 1 ? "," : "");
        append(row, record);
        spool->append(row);
    }

    std::shared_ptr<Spool> spool;
    std::string row;  // reused, so that it keeps its memory
    std::int64_t rows = 0;
    std::int64_t limit;
};

HttpResponse answer(const Wanted& wanted, const List& list, EpochMs next, std::int64_t rows_before,
                    std::int64_t rows_after) {
    list.spool->append("]");
    list.spool->finish();
    std::string words = "next=" + std::to_string(next);
    words.append("; rows=").append(std::to_string(rows_before));
    words.append("-").append(std::to_string(rows_after));
    if (wanted.since != kEveryVersion) words.append("; from=").append(std::to_string(wanted.since));
    if (list.rows > list.limit) words.append("; cut=").append(std::to_string(list.limit));
    HttpResponse response;
    if (list.spool->in_memory())
        response.body = std::move(list.spool->text());
    else
        response.spool = list.spool;
    response.headers.emplace_back(kSinceHeader, std::move(words));
    return response;
}

HttpResponse list_trades(Storage& storage, const Wanted& wanted) {
    const EpochMs next = wall_clock_ms() - kSinceMarginMs;
    List list(wanted);
    const std::int64_t rows_before = storage.trade_rows(wanted.account_id);
    storage.visit_trades_since(wanted.account_id, wanted.since,
                               [&list](const Trade& trade) { list.add(trade, append_trade); });
    return answer(wanted, list, next, rows_before, storage.trade_rows(wanted.account_id));
}

HttpResponse list_positions(Storage& storage, const Wanted& wanted) {
    const EpochMs next = wall_clock_ms() - kSinceMarginMs;
    List list(wanted);
    const std::int64_t rows_before = storage.position_rows(wanted.account_id);
    storage.visit_positions_since(
        wanted.account_id, wanted.since,
        [&list](const Position& position) { list.add(position, append_position); });
    return answer(wanted, list, next, rows_before, storage.position_rows(wanted.account_id));
}

using Lister = HttpResponse (*)(Storage&, const Wanted&);

// Nothing of it is sent yet. Readers who take theirs slowly are to blame, and are done in a while.
HttpResponse no_room(const SpoolRoom& room, const HttpRequest& request) {
    HttpResponse response =
        text_error(503,
                   "The lists that others are being sent leave no room for this one: all together "
                   "may take " +
                       std::to_string(room.bytes_max()) +
                       " bytes of disk. Ask again, or for fewer rows by ?limit=.",
                   request);
    response.headers.emplace_back("Retry-After", "1");
    return response;
}

HttpResponse list(Storage& storage, Lister lister, const HttpRequest& request, SpoolRoom& room,
                  std::optional<std::int32_t> account_id) {
    const std::optional<std::int64_t> since = parameter(request, "since", kEveryVersion);
    const std::optional<std::int64_t> limit = parameter(request, "limit", kNoLimit);
    if (!since) return text_error(400, "since is not a time in epoch milliseconds", request);
    if (!limit) return text_error(400, "limit is not a number of rows", request);
    try {
        return lister(storage, {room, account_id, *since, *limit});
    } catch (const SpoolFull& full) {
        log_line("position-service", request.path + ": " + full.what());
        return no_room(room, request);
    }
}

void add_list(HttpServer& server, Storage& storage, SpoolRoom& room, const std::string& path,
              Lister lister) {
    server.route("GET", path, [&storage, lister, &room](const HttpRequest& request) {
        return list(storage, lister, request, room, std::nullopt);
    });
    server.route("GET", path + "{accountId}",
                 [&storage, lister, &room](const HttpRequest& request) {
                     const std::optional<std::int32_t> id = int32_from_path(request.path_value);
                     if (!id)
                         return text_error(500, path_number_message(request.path_value), request);
                     return list(storage, lister, request, room, *id);
                 });
}

HttpResponse metrics(const SpoolRoom& room) {
    MetricsText metrics;
    metrics.family("traderx_list_file_bytes", "gauge",
                   "Bytes of lists in temporary files, until their readers have them.");
    metrics.sample({}, static_cast<std::int64_t>(room.bytes()));
    metrics.family("traderx_list_file_bytes_max", "gauge", "The most that these may be.");
    metrics.sample({}, static_cast<std::int64_t>(room.bytes_max()));
    metrics.family("traderx_lists_refused_total", "counter",
                   "Lists that were answered 503, as there was no room for them.");
    metrics.sample({}, static_cast<std::int64_t>(room.refused_count()));
    return metrics.response();
}

}  // namespace

void add_position_service_routes(HttpServer& server, Storage& storage, SpoolRoom& room) {
    add_list(server, storage, room, "/trades/", list_trades);
    add_list(server, storage, room, "/positions/", list_positions);
    server.route("GET", "/health/alive", [](const HttpRequest&) {
        return HttpResponse{200, "true"};
    });
    server.route("GET", "/health/ready", [&storage](const HttpRequest&) {
        return HttpResponse{200, storage.has_positions() ? "true" : "false"};
    });
    server.route("GET", "/actuator/prometheus",
                 [&room](const HttpRequest&) { return metrics(room); });
}

}  // namespace nats_blotter::services

// services/http_server.cpp - routing and CORS over cpp-httplib.
#include "services/http_server.h"

#include <httplib.h>
#include <strings.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <thread>

#include "services/log.h"

namespace nats_blotter::services {
namespace {

// An idle kept-alive connection holds a thread and delays the end of the program; the ingress opens
// a connection per request, so only direct callers notice.
constexpr time_t kKeepAliveSeconds = 1;
constexpr std::size_t kKeepAliveRequestsMax = 1'000'000;
constexpr std::size_t kBodyBytesMax = 1024 * 1024;  // the broker's own maximum payload
// cpp-httplib listens with a backlog of 5, which a burst of new connections overruns.
constexpr int kListenBacklog = 1024;

bool equal_ignoring_case(std::string_view a, std::string_view b) {
    return a.size() == b.size() && strncasecmp(a.data(), b.data(), a.size()) == 0;
}

// What a header may repeat: httplib refuses line breaks on the way in, and nothing else.
bool printable(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c < '\x7F'; });
}

struct Route {
    std::string method;
    std::string prefix;  // the whole path, or what stands before the brace
    bool has_value = false;
    HttpHandler handler;
};

bool matches(const Route& route, const std::string& path, bool ignore_case) {
    const auto equal = [ignore_case](std::string_view a, std::string_view b) {
        return ignore_case ? equal_ignoring_case(a, b) : a == b;
    };
    if (!route.has_value) return equal(route.prefix, path);
    return path.size() > route.prefix.size() &&
           equal(std::string_view(path).substr(0, route.prefix.size()), route.prefix) &&
           path.find('/', route.prefix.size()) == std::string::npos;
}

HttpRequest request_from_httplib(const httplib::Request& from) {
    HttpRequest request;
    request.method = from.method;
    request.path = from.path;
    request.body = from.body;
    request.accept = from.get_header_value("Accept");
    request.content_type = from.get_header_value("Content-Type");
    request.query = from.params;
    return request;
}

// Content-Length and all, as if the text were in memory.
void answer_from_spool(std::shared_ptr<const Spool> spool, const std::string& content_type,
                       const std::string& name, httplib::Response& response) {
    constexpr std::size_t kPieceBytes = 64 * 1024;
    response.set_content_provider(
        spool->size(), content_type,
        [spool, name](std::size_t offset, std::size_t length, httplib::DataSink& sink) {
            std::array<char, kPieceBytes> place;
            try {
                const std::string_view piece =
                    spool->read(offset, place.data(), std::min(length, place.size()));
                return !piece.empty() && sink.write(piece.data(), piece.size());
            } catch (const std::exception& error) {
                log_line(name, error.what());
                return false;  // the connection ends before the text does
            }
        });
}

}  // namespace

bool HttpRequest::has_json_body() const {
    const std::string_view type =
        std::string_view(content_type).substr(0, content_type.find_first_of("; \t"));
    constexpr std::string_view kApplication = "application/";
    if (equal_ignoring_case(type, "application/json")) return true;
    return type.size() > kApplication.size() &&
           equal_ignoring_case(type.substr(0, kApplication.size()), kApplication) &&
           type.size() > 5 && equal_ignoring_case(type.substr(type.size() - 5), "+json");
}

std::string_view HttpRequest::query_value(std::string_view name) const {
    for (const auto& [key, value] : query)
        if (equal_ignoring_case(key, name)) return value;
    return {};
}

std::string_view http_reason(int status) {
    switch (status) {
        case 200: return "OK";
        case 400: return "Bad Request";
        case 403: return "Forbidden";
        case 404: return "Not Found";
        case 405: return "Method Not Allowed";
        case 413: return "Payload Too Large";
        case 414: return "URI Too Long";
        case 415: return "Unsupported Media Type";
        case 500: return "Internal Server Error";
        case 503: return "Service Unavailable";
        default: return "Error";
    }
}

struct HttpServer::Implementation {
    HttpSettings settings;
    ErrorBody error_body;
    std::vector<Route> routes;
    httplib::Server server;
    std::thread listener;
    bool stopped = false;

    void configure();
    bool origin_allowed(const httplib::Request& request) const;
    void add_cors_headers(const httplib::Request& request, httplib::Response& response) const;
    void answer_preflight(const httplib::Request& request, httplib::Response& response) const;
    void answer(const httplib::Request& request, httplib::Response& response) const;
    HttpResponse dispatch(const httplib::Request& request) const;
};

void HttpServer::Implementation::configure() {
    server.set_tcp_nodelay(true);  // an answer of two small writes would wait 40 ms for an ACK
    server.set_keep_alive_max_count(kKeepAliveRequestsMax);
    server.set_keep_alive_timeout(kKeepAliveSeconds);
    server.set_payload_max_length(kBodyBytesMax);
    server.new_task_queue = [count = settings.thread_count] {
        return new httplib::ThreadPool(static_cast<std::size_t>(count));
    };
    const auto handler = [this](const httplib::Request& request, httplib::Response& response) {
        answer(request, response);
    };
    constexpr const char* kAnyPath = ".*";
    server.Get(kAnyPath, handler)
        .Post(kAnyPath, handler)
        .Put(kAnyPath, handler)
        .Patch(kAnyPath, handler)
        .Delete(kAnyPath, handler)
        .Options(kAnyPath, [this](const httplib::Request& request, httplib::Response& response) {
            answer_preflight(request, response);
        });
    // The library reads a body without a length until the connection ends; it has none (RFC
    // 9112, 6.3).
    server.set_pre_routing_handler(
        [this](const httplib::Request& request, httplib::Response& response) {
            const bool takes_body =
                request.method != "GET" && request.method != "HEAD" && request.method != "OPTIONS";
            if (!takes_body || request.has_header("Content-Length") ||
                request.has_header("Transfer-Encoding")) {
                return httplib::Server::HandlerResponse::Unhandled;
            }
            answer(request, response);
            return httplib::Server::HandlerResponse::Handled;
        });
    // What the library refuses by itself (a broken request line, a body too large).
    server.set_error_handler([this](const httplib::Request& request, httplib::Response& response) {
        if (!response.body.empty()) return;
        const HttpResponse error = error_body(response.status, request_from_httplib(request));
        response.set_content(error.body, error.content_type);
        add_cors_headers(request, response);
    });
}

// "*" allows any origin; otherwise the list does, and so does the origin that the page and the
// request share (the ingress passes its own in X-Forwarded-Host).
bool HttpServer::Implementation::origin_allowed(const httplib::Request& request) const {
    const std::string origin = request.get_header_value("Origin");
    if (origin.empty() || settings.allowed_origins == "*") return true;
    std::string_view rest = settings.allowed_origins;
    while (!rest.empty()) {
        const std::size_t comma = rest.find(',');
        std::string_view item = rest.substr(0, comma);
        while (!item.empty() && item.front() == ' ') item.remove_prefix(1);
        while (!item.empty() && item.back() == ' ') item.remove_suffix(1);
        if (item == origin) return true;
        rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 1);
    }
    std::string host = request.get_header_value("X-Forwarded-Host");
    if (host.empty()) host = request.get_header_value("Host");
    return !host.empty() && (origin == "http://" + host || origin == "https://" + host) &&
           printable(host);
}

void HttpServer::Implementation::add_cors_headers(const httplib::Request& request,
                                                  httplib::Response& response) const {
    if (response.has_header("Access-Control-Allow-Origin")) return;
    if (settings.allowed_origins == "*") {
        response.set_header("Access-Control-Allow-Origin", "*");
        return;
    }
    response.set_header("Vary", "Origin");
    const std::string origin = request.get_header_value("Origin");
    // Either one of the list, or as printable as any host.
    if (!origin.empty() && origin_allowed(request))
        response.set_header("Access-Control-Allow-Origin", origin);
}

void HttpServer::Implementation::answer_preflight(const httplib::Request& request,
                                                  httplib::Response& response) const {
    if (!origin_allowed(request)) {
        response.status = 403;
        response.set_content("Invalid CORS request", "text/plain");
        return;
    }
    add_cors_headers(request, response);
    response.set_header("Access-Control-Allow-Methods", "GET,HEAD,POST,PUT,OPTIONS");
    const std::string headers = request.get_header_value("Access-Control-Request-Headers");
    response.set_header("Access-Control-Allow-Headers",
                        headers.empty() || !printable(headers) ? "Content-Type" : headers);
    response.set_header("Access-Control-Max-Age", "1800");  // as Spring's
    response.set_header("Allow", "GET,HEAD,POST,PUT,OPTIONS");
    response.status = 200;
}

HttpResponse HttpServer::Implementation::dispatch(const httplib::Request& from) const {
    HttpRequest request = request_from_httplib(from);
    const std::string method = request.method == "HEAD" ? "GET" : request.method;
    bool path_known = false;
    for (const Route& route : routes) {
        if (!matches(route, request.path, settings.paths_ignore_case)) continue;
        path_known = true;
        if (route.method != method) continue;
        if (route.has_value) request.path_value = request.path.substr(route.prefix.size());
        return route.handler(request);
    }
    return error_body(path_known ? 405 : 404, request);
}

void HttpServer::Implementation::answer(const httplib::Request& request,
                                        httplib::Response& response) const {
    HttpResponse result;
    if (!origin_allowed(request)) {
        result = {403, "Invalid CORS request", "text/plain"};
    } else {
        try {
            result = dispatch(request);
        } catch (const std::exception& error) {
            log_line(settings.name, request.method + " " + request.path + ": " + error.what());
            result = error_body(500, request_from_httplib(request));
        }
    }
    response.status = result.status;
    if (result.spool)
        answer_from_spool(result.spool, result.content_type, settings.name, response);
    else if (!result.body.empty())
        response.set_content(std::move(result.body), result.content_type);
    std::string exposed;
    for (const auto& [name, value] : result.headers) {
        response.set_header(name, value);
        exposed.append(exposed.empty() ? "" : ", ").append(name);
    }
    if (!exposed.empty()) response.set_header("Access-Control-Expose-Headers", exposed);
    add_cors_headers(request, response);
}

HttpServer::HttpServer(HttpSettings settings, ErrorBody error_body)
    : implementation_(std::make_unique<Implementation>()) {
    implementation_->settings = std::move(settings);
    implementation_->error_body = std::move(error_body);
    implementation_->configure();
}

HttpServer::~HttpServer() { stop(); }

void HttpServer::route(std::string method, std::string path, HttpHandler handler) {
    Route route{std::move(method), std::move(path), false, std::move(handler)};
    const std::size_t brace = route.prefix.find('{');
    if (brace != std::string::npos) {
        route.has_value = true;
        route.prefix.resize(brace);
    }
    implementation_->routes.push_back(std::move(route));
}

bool HttpServer::bind() {
    Implementation& self = *implementation_;
    int listening_socket = -1;
    // The library's default sets SO_REUSEPORT, with which a second copy would share a taken port.
    self.server.set_socket_options([&listening_socket](int socket) {
        const int yes = 1;
        setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
        listening_socket = socket;
    });
    if (!self.server.bind_to_port(self.settings.listen_address, self.settings.port)) return false;
    listen(listening_socket, kListenBacklog);  // raises the backlog of the listening socket
    return true;
}

void HttpServer::serve() {
    Implementation& self = *implementation_;
    self.listener = std::thread([&self] { self.server.listen_after_bind(); });
}

void HttpServer::close_listener() {
    Implementation& self = *implementation_;
    if (!self.listener.joinable()) return;
    // stop() before the accept loop runs would be lost.
    while (!self.server.is_running() && !self.stopped) std::this_thread::yield();
    self.stopped = true;
    self.server.stop();
}

void HttpServer::stop() {
    close_listener();
    if (implementation_->listener.joinable()) implementation_->listener.join();
}

const HttpSettings& HttpServer::settings() const { return implementation_->settings; }

}  // namespace nats_blotter::services

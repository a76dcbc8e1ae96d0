// services/http_server.h - one listening HTTP service with exact routes, over cpp-httplib.
//
// What a role needs and nothing of the library shows: handlers take an HttpRequest and return an
// HttpResponse, on any of the server's threads. The wrapper adds CORS, answers preflights, tells an
// unknown path from a wrong method, and turns an exception into the service's own 500.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "services/spool.h"

namespace nats_blotter::services {

struct HttpRequest {
    std::string method;
    std::string path;
    std::string path_value;  // what stood for {name} in the route
    std::string body;
    std::string accept;                             // the header, empty if absent
    std::string content_type;                       // likewise
    std::multimap<std::string, std::string> query;  // decoded

    bool has_json_body() const;  // application/json or application/...+json
    // The parameter's value or an empty text; names compare without regard to case.
    std::string_view query_value(std::string_view name) const;
};

struct HttpResponse {
    int status = 200;
    std::string body;
    std::string content_type = "application/json";
    // Further headers; a browser of another origin may read them too.
    std::vector<std::pair<std::string, std::string>> headers{};
    // Instead of `body`: a text of any length, finished. Not one that is in memory.
    std::shared_ptr<const Spool> spool{};
};

// The standard words of a status ("Not Found").
std::string_view http_reason(int status);

// How a service words an error that no handler answered: 404, 405, 413, 500 and the like.
using ErrorBody = std::function<HttpResponse(int status, const HttpRequest& request)>;

struct HttpSettings {
    std::string name;  // the role, for log lines
    std::string listen_address;
    int port = 0;
    std::string allowed_origins = "*";  // or a comma list
    int thread_count = 16;              // a connection holds one for as long as it is kept alive
    bool paths_ignore_case = false;     // as .NET and Express do
};

using HttpHandler = std::function<HttpResponse(const HttpRequest&)>;

class HttpServer {
  public:
    HttpServer(HttpSettings settings, ErrorBody error_body);
    ~HttpServer();
    HttpServer(const HttpServer&) = delete;
    HttpServer& operator=(const HttpServer&) = delete;

    // `path` is exact, trailing slash included; its last segment may be a name in braces, which
    // matches one segment that is not empty. A GET route answers HEAD too.
    void route(std::string method, std::string path, HttpHandler handler);

    // Takes the port; connections queue until serve(). False when the port is taken.
    bool bind();

    // Serves in threads of its own. REQUIRES: bind() answered true.
    void serve();

    // Takes no more connections; returns at once.
    void close_listener();

    // Returns when every running request has ended; idle kept-alive connections end within a
    // second.
    void stop();

    const HttpSettings& settings() const;

  private:
    struct Implementation;
    std::unique_ptr<Implementation> implementation_;
};

}  // namespace nats_blotter::services

// services/http_client.h - requests to one HTTP server, connection kept alive, over cpp-httplib.
//
// One object belongs to one thread at a time.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace nats_blotter::services {

// http://host:port/prefix taken apart.
struct HttpUrl {
    std::string host;
    int port = 80;
    std::string prefix;  // "" or "/trade-service", without a trailing slash
};

// Throws std::invalid_argument with words for anything that is not plain http.
HttpUrl http_url_from_text(std::string_view text);

class HttpClient {
  public:
    explicit HttpClient(const HttpUrl& url);
    ~HttpClient();
    HttpClient(HttpClient&&) noexcept;

    // The status, or 0 when the server could not be reached or did not answer in time.
    int get(const std::string& path);
    int post_json(const std::string& path, const std::string& body);

  private:
    struct Implementation;
    std::unique_ptr<Implementation> implementation_;
};

}  // namespace nats_blotter::services

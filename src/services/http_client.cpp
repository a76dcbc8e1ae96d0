// services/http_client.cpp - a thin layer over cpp-httplib's client.
#include "services/http_client.h"

#include <httplib.h>

#include <charconv>
#include <stdexcept>

namespace nats_blotter::services {

// An answer that takes longer counts as none; the stock services wait about as long.
constexpr time_t kTimeoutSeconds = 5;

HttpUrl http_url_from_text(std::string_view text) {
    constexpr std::string_view kScheme = "http://";
    const std::string bad = "not an http://host:port/path address: " + std::string(text);
    if (text.substr(0, kScheme.size()) != kScheme) throw std::invalid_argument(bad);
    std::string_view rest = text.substr(kScheme.size());
    const std::size_t slash = rest.find('/');
    HttpUrl url;
    std::string_view host = rest.substr(0, slash);
    if (slash != std::string_view::npos) url.prefix = rest.substr(slash);
    while (!url.prefix.empty() && url.prefix.back() == '/') url.prefix.pop_back();
    const std::size_t colon = host.rfind(':');
    if (colon != std::string_view::npos) {
        const std::string_view port = host.substr(colon + 1);
        const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), url.port);
        if (error != std::errc() || end != port.data() + port.size() || url.port < 1 ||
            url.port > 65535) {
            throw std::invalid_argument(bad);
        }
        host = host.substr(0, colon);
    }
    if (host.empty()) throw std::invalid_argument(bad);
    url.host = host;
    return url;
}

struct HttpClient::Implementation {
    explicit Implementation(const HttpUrl& url) : prefix(url.prefix), client(url.host, url.port) {
        client.set_keep_alive(true);
        client.set_tcp_nodelay(true);
        client.set_connection_timeout(kTimeoutSeconds);
        client.set_read_timeout(kTimeoutSeconds);
        client.set_write_timeout(kTimeoutSeconds);
    }
    std::string prefix;
    httplib::Client client;
};

HttpClient::HttpClient(const HttpUrl& url)
    : implementation_(std::make_unique<Implementation>(url)) {}
HttpClient::~HttpClient() = default;
HttpClient::HttpClient(HttpClient&&) noexcept = default;

int HttpClient::get(const std::string& path) {
    const httplib::Result result = implementation_->client.Get(implementation_->prefix + path);
    return result ? result->status : 0;
}

int HttpClient::post_json(const std::string& path, const std::string& body) {
    const httplib::Result result =
        implementation_->client.Post(implementation_->prefix + path, body, "application/json");
    return result ? result->status : 0;
}

}  // namespace nats_blotter::services

// services/error_bodies.cpp - see error_bodies.h.
#include "services/error_bodies.h"

#include "base/json_text.h"
#include "base/time_text.h"
#include "base/utf8.h"
#include "services/booking.h"
#include "services/log.h"

namespace nats_blotter::services {
namespace {

// Some texts repeat what the caller sent: a byte that is no text, or a control character, comes
// back as U+FFFD, so that no terminal and no log obeys it.
std::string printable(std::string_view text) {
    std::string out;
    for (const char c : utf8_lossy(text)) {
        if (static_cast<unsigned char>(c) < ' ' || c == '\x7F')
            out.append("\xEF\xBF\xBD");
        else
            out.push_back(c);
    }
    return out;
}

}  // namespace

HttpResponse spring_error(int status, std::string_view path) {
    std::string body = "{\"timestamp\":\"";
    append_iso_time(body, wall_clock_ms());
    body.append("\",\"status\":").append(std::to_string(status)).append(",\"error\":");
    append_json_string(body, http_reason(status));
    body.append(",\"path\":");
    append_json_string(body, path);
    body.push_back('}');
    return {status, std::move(body), "application/json"};
}

HttpResponse spring_error_for(int status, const HttpRequest& request) {
    if (request.accept.find("text/html") == std::string::npos)
        return spring_error(status, request.path);
    // Nothing of the request is repeated here: what it says could be HTML.
    const std::string title = std::to_string(status) + " " + std::string(http_reason(status));
    return {status,
            "<!doctype html><html><head><title>" + title + "</title></head><body><h1>" + title +
                "</h1></body></html>",
            "text/html;charset=UTF-8"};
}

HttpResponse nest_error(int status, std::string_view message) {
    std::string body = "{\"message\":";
    append_json_string(body, message);
    body.append(",\"error\":");
    append_json_string(body, http_reason(status));
    body.append(",\"statusCode\":").append(std::to_string(status)).append("}");
    return {status, std::move(body), "application/json; charset=utf-8"};
}

HttpResponse problem_details(int status) {
    // A W3C trace id: 32 and 16 hexadecimal digits, as ASP.NET makes them.
    std::string digits;
    for (const char c : random_uuid() + random_uuid())
        if (c != '-') digits.push_back(c);
    std::string body =
        "{\"type\":\"https://tools.ietf.org/html/rfc9110#section-15.5.5\",\"title\":";
    append_json_string(body, http_reason(status));
    body.append(",\"status\":").append(std::to_string(status)).append(",\"traceId\":\"00-");
    body.append(digits, 0, 32).append("-").append(digits, 32, 16).append("-00\"}");
    return {status, std::move(body), "application/problem+json; charset=utf-8"};
}

HttpResponse text_error(int status, std::string_view text, const HttpRequest& request) {
    const bool wants_json = request.accept.find("application/json") != std::string::npos;
    return {status, printable(text), wants_json ? "application/json" : "text/plain;charset=UTF-8"};
}

}  // namespace nats_blotter::services

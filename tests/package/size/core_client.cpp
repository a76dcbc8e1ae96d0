// The client as a page would load it without a blotter: every call of nats::Client, headers, the
// browser's WebSocket, and the glue. It is built to be weighed (E14Small), not to be run.
#include <string>

#include "nats/client.h"
#include "nats/headers.h"
#include "nats/publish_ack.h"
#include "web/browser.h"
#include "web/ws_transport.h"

using namespace nats_blotter;
using Kind = nats::Event::Kind;

namespace {

std::string g_text;    // in, from JavaScript
std::string g_header;  // a header block in the making
nats::Options g_options;
nats::Client* g_client = nullptr;
web::WsTransport* g_transport = nullptr;
nats::Event g_event;

MonotonicUs now() { return web::monotonic_now(); }

void settle() {
    g_transport->flush(*g_client);
    web::set_timer(static_cast<double>(g_client->next_deadline() - now()) / 1000);
}

std::string_view part(std::size_t at, std::size_t bytes) {
    return std::string_view(g_text).substr(at, bytes);
}

}  // namespace

#define NB_EXPORT [[gnu::used]]

extern "C" {

NB_EXPORT void nb_init() { web::browser_init(); }
NB_EXPORT char* nb_text_in(std::size_t bytes) {
    g_text.resize(bytes);
    return g_text.data();
}
NB_EXPORT void nb_option(int which, int value) {
    switch (which) {
        case 0: g_options.name = g_text; break;
        case 1: g_options.user = g_text; break;
        case 2: g_options.password = g_text; break;
        case 3: g_options.token = g_text; break;
        case 4: g_options.jwt = g_text; break;
        case 5: g_options.nkey = g_text; break;
        case 6: g_options.inbox_prefix = g_text; break;
        case 7: g_options.servers.push_back(g_text); break;
        case 8: g_options.echo = value != 0; break;
        case 9: g_options.publish_while_down = static_cast<nats::WhileDown>(value); break;
        case 10: g_options.sign_nonce = value != 0; break;
        case 11: g_options.ask_credentials = value != 0; break;
        case 12: g_options.auth_failures_max = static_cast<std::uint32_t>(value); break;
        case 13: g_options.gossip = static_cast<nats::Gossip>(value); break;
        default: break;
    }
}
NB_EXPORT void nb_start() {
    g_transport = new web::WsTransport(g_options.servers.front());
    g_client = new nats::Client(std::move(g_options), web::random_seed());
    g_client->start(now());
    settle();
}
NB_EXPORT int nb_next_event() {
    g_event = g_client->next_event(now());
    if (g_event.kind == Kind::Dial) g_transport->dial(g_event.generation, *g_client, now());
    if (g_event.kind == Kind::HangUp) g_transport->hang_up(g_event.generation);
    settle();
    return static_cast<int>(g_event.kind);
}
NB_EXPORT const nats::Event* nb_event() { return &g_event; }
NB_EXPORT const nats::Stats* nb_stats() { return &g_client->stats(); }
NB_EXPORT const nats::ServerInfo* nb_server_info() { return &g_client->server_info(); }
NB_EXPORT const char* nb_failure_text() {
    return nats::request_failure_text(g_event.failure).data();
}

NB_EXPORT double nb_subscribe(std::size_t subject_bytes) {
    const auto sid =
        g_client->subscribe(part(0, subject_bytes), part(subject_bytes, g_text.size()));
    return sid ? static_cast<double>(*sid) : -sid.error().code;
}
NB_EXPORT void nb_unsubscribe(double sid, double after) {
    if (after > 0)
        g_client->unsubscribe_after(static_cast<nats::Sid>(sid), static_cast<std::uint64_t>(after));
    else
        g_client->unsubscribe(static_cast<nats::Sid>(sid));
}
NB_EXPORT void nb_drain(double sid) {
    if (sid == 0)
        g_client->drain_and_close(now());
    else
        g_client->drain_subscription(static_cast<nats::Sid>(sid), now());
}
NB_EXPORT void nb_header(std::size_t key_bytes) {
    nats::HeaderWriter writer;
    if (writer.add(part(0, key_bytes), part(key_bytes, g_text.size()))) g_header = writer.block();
}
NB_EXPORT double nb_publish(std::size_t subject_bytes, std::size_t reply_bytes) {
    const auto id =
        g_client->publish(part(0, subject_bytes), part(subject_bytes + reply_bytes, g_text.size()),
                          part(subject_bytes, reply_bytes), g_header);
    return id ? static_cast<double>(*id) : -id.error().code;
}
NB_EXPORT double nb_request(std::size_t subject_bytes, double timeout_ms) {
    const auto id = g_client->request(part(0, subject_bytes), part(subject_bytes, g_text.size()),
                                      static_cast<MonotonicUs>(timeout_ms * 1000), now(), g_header);
    return id ? static_cast<double>(*id) : -id.error().code;
}
NB_EXPORT void nb_cancel(double id) { g_client->cancel_request(static_cast<nats::RequestId>(id)); }
NB_EXPORT double nb_ack() {
    const auto ack = nats::publish_ack_from_json(g_event.payload);
    return ack && ack->stored() ? static_cast<double>(ack->sequence) : 0;
}
NB_EXPORT int nb_status() { return nats::HeaderReader(g_event.headers).status(); }
NB_EXPORT const char* nb_header_value() {
    const auto value = nats::header_value(g_event.headers, g_text);
    return value ? value->data() : nullptr;
}
NB_EXPORT double nb_fence() { return static_cast<double>(g_client->fence(now())); }
NB_EXPORT double nb_confirmed() { return static_cast<double>(g_client->confirmed_publish()); }
NB_EXPORT void nb_inbox() { g_text = g_client->new_inbox(); }
NB_EXPORT void nb_wake_up() { g_client->on_wake_up(now()); }
NB_EXPORT void nb_reconnect() { g_client->reconnect(nats::CauseClass::Closed, "As asked.", now()); }
NB_EXPORT void nb_close() { g_client->close(now()); }
NB_EXPORT void nb_provide_credentials() {
    nats::Credentials credentials;
    credentials.token = g_text;
    g_client->provide_credentials(g_event.generation, std::move(credentials), now());
}
NB_EXPORT void nb_provide_signature() {
    g_client->provide_signature(g_event.generation, {g_text, {}, {}}, now());
}
NB_EXPORT void nb_fail_credentials() {
    g_client->fail_credentials(g_event.generation, g_text, now());
}

// ---- called by the JavaScript in web/
NB_EXPORT void nb_socket_open(unsigned generation) {
    g_transport->mark_open(generation);
    g_client->on_open(generation, now());
}
NB_EXPORT char* nb_socket_prepare(unsigned generation, std::size_t bytes) {
    return g_client->prepare(generation, bytes).data();
}
NB_EXPORT void nb_socket_commit(unsigned generation, std::size_t bytes) {
    g_client->commit(generation, bytes, now());
    web::post_pump_task();
}
NB_EXPORT void nb_socket_text(unsigned) {
    g_client->reconnect(nats::CauseClass::Protocol, "Text came where bytes belong.", now());
}
NB_EXPORT void nb_socket_closed(unsigned generation, int code, int was_clean) {
    g_transport->forget(generation);
    g_client->on_close(generation, {static_cast<std::uint16_t>(code), was_clean != 0, g_text},
                       now());
}
NB_EXPORT void nb_pump_task() { settle(); }
NB_EXPORT void nb_timer() {
    g_client->on_deadline(now());
    settle();
}
NB_EXPORT void nb_frame() {}
}

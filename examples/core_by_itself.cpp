// examples/core_by_itself.cpp - the NATS core without a network: both ends in one program.
//
// It shows the owner's loop and runs anywhere, natively and as WebAssembly under Node. A transport
// of your own takes the place of the two lines marked (1) and (2).
#include <cstdio>
#include <string>

#include "nats/client.h"

using namespace nats_blotter;
using Kind = nats::Event::Kind;

namespace {

constexpr std::string_view kGreeting =
    "INFO {\"headers\":true,\"max_payload\":1048576} \r\nPONG\r\n";

int print(const char* words, std::string_view text) {
    return std::printf("%s%.*s\n", words, static_cast<int>(text.size()), text.data());
}

}  // namespace

int main() {
    nats::Client client({}, 1);  // a seed of your own spreads redials and names the inbox
    const nats::Sid sid = *client.subscribe("greeting.*");
    client.unsubscribe_after(sid, 1);
    MonotonicUs now = 0;  // any monotonic clock
    client.start(now);
    std::string from_broker;
    nats::Generation generation = 0;
    for (bool closed = false; !closed;) {
        now = std::min(client.next_deadline(), now + kSecondUs);
        client.on_deadline(now);
        for (nats::Event e; (e = client.next_event(now)).kind != Kind::NeedMore;) {
            if (e.kind == Kind::Dial) {
                generation = e.generation;
                client.on_open(generation, now);
                from_broker = kGreeting;
            }
            if (e.kind == Kind::Connected) {
                if (!client.publish("greeting.world", "hello")) return 1;
                from_broker += "MSG greeting.world 1 5\r\nhello\r\n";
            }
            if (e.kind == Kind::Message) print("received: ", e.payload);
            if (e.kind == Kind::SubscriptionEnded) client.close(now);
            if (e.kind == Kind::Closed) closed = true;
        }
        print("sent: ", client.pending_output());  // (1)
        client.consume_output(client.pending_output().size());
        client.receive(generation, from_broker, now);  // (2)
        from_broker.clear();
    }
}

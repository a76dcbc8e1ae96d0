// services/subjects_page.cpp - see subjects_page.h.
#include "services/subjects_page.h"

#include "feed/subjects.h"

namespace nats_blotter::services {
namespace {

std::string_view meaning(feed::Stream stream) {
    switch (stream) {
        case feed::Stream::Orders: return "an order that was taken";
        case feed::Stream::OrderRequests: return "an order as a request, answered when booked";
        case feed::Stream::AccountTrades: return "a booked trade of the account";
        case feed::Stream::AccountPositions: return "a new position of the account";
        case feed::Stream::Prices: return "a new price of the security";
        case feed::Stream::Readings: return "what the sensors of the house read";
    }
    return "";
}

constexpr std::string_view kIntroduction =
    R"(<!-- Made by scripts/subjects from src/feed/subjects.h; do not edit. -->
# Subjects

Two families name the same streams. The **slash** subjects are what TraderX's generated system
uses; the **dotted** ones are what its specification calls canonical. A slash is an ordinary
character to NATS: `/accounts/22214/trades` is *one* token, so no wildcard stands for the
account in it, and `*` matches every subject of that family, the orders too. In the dotted
family `*` stands for the account.

)"
    "| subject | family | what it carries | envelope `type` | from | to "
    "| over all | browsers |\n|---|---|---|---|---|---|---|---|\n";

constexpr std::string_view kRest = R"(
`{account}` is the decimal account number, `{ticker}` and `{house}` any one token. What a payload
holds, and how to publish and subscribe in several languages, is in [payloads.md](payloads.md).

## Which family a deployment uses

| | services | page |
|---|---|---|
| option | `--subjects slash`, `dotted`, `both`; `SUBJECTS=` | attribute `subjects`, `?subjects=` |
| default | `both` | `slash` |

With `both`, every account event is published on both subjects, and a page that listens to both
counts a row once. trade-processor takes orders from both subjects. trade-service puts each on one:
the slash one unless the family is `dotted`. Whoever else puts an order on both must give it an
`id` of its own, by which the second is known for a repeat; without one it is booked twice.

A deployment moves over in three steps, none of which needs a pause: services to `both`; every
subscriber, and everyone who puts orders on the bus, to the dotted subjects, in any order;
services to `dotted`, trade-service first. An accepted order that nobody listens to any more is
sent again, on the new subject, when trade-service has started with it.

In JetStream mode the stream of orders takes both subjects, whatever the family.

Prices and readings have one subject each, whatever the family. They are made up, for the examples
of [profiles.md](profiles.md), and in no stream.

## Who may do what

The broker's configuration (`nginx/nats-server.conf.in`) has two users. **services** has a
password and may do everything. **browser** is whoever comes through the WebSocket without
credentials: it publishes nothing, and subscribes to what the table says *yes* to and to nothing
else: slash subjects by name for each account that exists, dotted ones by the pattern over all.
`traderx-services` writes these lines from the same table and the account table, again
whenever an account is made, and the broker takes them without closing a connection.
)";

}  // namespace

std::string subjects_page_text() {
    std::string out(kIntroduction);
    for (const feed::SubjectRow& row : feed::kSubjects) {
        const std::string everywhere = feed::wildcard_subject(row);
        out.append("| `").append(row.pattern).append("` | ").append(feed::family_name(row.family));
        out.append(" | ").append(meaning(row.stream)).append(" | ");
        if (row.payload_type.empty())
            out.append("none");
        else
            out.append("`").append(row.payload_type).append("`");
        out.append(" | ").append(row.publisher).append(" | ").append(row.consumer).append(" | ");
        if (everywhere.empty())
            out.append("no pattern");
        else if (everywhere == row.pattern)
            out.append("itself");
        else
            out.append("`").append(everywhere).append("`");
        out.append(row.browser_may_subscribe ? " | yes |\n" : " | no |\n");
    }
    out.append(kRest);
    return out;
}

}  // namespace nats_blotter::services

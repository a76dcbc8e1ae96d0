#include "nats/jetstream_message.h"

#include <doctest/doctest.h>

#include <string>

using namespace nats_blotter;
using nats::jetstream_metadata_from_reply;

TEST_CASE("TheReplySubjectOfAnOldServerIsRead") {
    // As nats-server 2.9.10 sent it.
    const auto read = jetstream_metadata_from_reply("$JS.ACK.T.n2.1.40.4.1795228786492478459.17");
    REQUIRE(read);
    CHECK(read->domain.empty());
    CHECK(read->stream == "T");
    CHECK(read->consumer == "n2");
    CHECK(read->delivered == 1);
    CHECK(read->stream_sequence == 40);
    CHECK(read->consumer_sequence == 4);
    CHECK(read->stored_at == 1795228786492478459);
    CHECK(read->pending == 17);
}

TEST_CASE("TheReplySubjectWithADomainIsReadWhateverComesBehindIt") {
    for (const char* rest : {"", ".r4nd0m", ".r4nd0m.more"}) {
        const std::string reply = std::string("$JS.ACK.hub.ACCHASH.T.n2.2.40.4.5.0") + rest;
        const auto read = jetstream_metadata_from_reply(reply);
        REQUIRE(read);
        CHECK(read->domain == "hub");
        CHECK(read->stream == "T");
        CHECK(read->consumer == "n2");
        CHECK(read->delivered == 2);
        CHECK(read->stream_sequence == 40);
        CHECK(read->pending == 0);
    }
    CHECK(
        jetstream_metadata_from_reply("$JS.ACK.T.n.1.9223372036854775807.4.5.0")->stream_sequence ==
        INT64_MAX);
    CHECK(jetstream_metadata_from_reply("$JS.ACK._.H.T.n2.2.40.4.5.0")->domain.empty());
}

TEST_CASE("OtherReplySubjectsAreNone") {
    for (const char* reply :
         {"", "$JS.ACK", "$JS.ACK.", "$JS.FC.T.n2.x", "_INBOX.1", "$JS.ACK.T.n2.1.40.4.5",
          "$JS.ACK.a.T.n2.1.40.4.5.0", "$JS.ACK.T.n2.1.40.4.5.x", "$JS.ACK.T.n2.1.40.4.5.-1",
          "$JS.ACK.T.n2.1.0.4.5.0", "$JS.ACK.T.n2.1.40.0.5.0", "$JS.ACK.T..1.40.4.5.0",
          "$JS.ACK.T.n2.1.40.4.5.0.", "$JS.ACK.T.n2.1.99999999999999999999.4.5.0",
          "$JS.ACK.T.n2.1.9999999999999999999.4.5.0", "$JS.ACK.T.n2.1.+4.4.5.0"}) {
        CAPTURE(reply);
        CHECK_FALSE(jetstream_metadata_from_reply(reply));
    }
}

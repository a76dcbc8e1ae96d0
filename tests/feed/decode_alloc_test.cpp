// Decoding allocates nothing per record in steady state: the global operator new is counted.
#include <doctest/doctest.h>

#include <cstddef>
#include <string>
#include <vector>

#include "feed/decode.h"
#include "support/count_allocations.h"

using namespace nats_blotter;

namespace {

// Plain ones, and what the shapes leave to the scanner: escapes, other layouts, odd numbers.
std::vector<std::string> records() {
    std::vector<std::string> all;
    for (int i = 0; i < 200; ++i) {
        const std::string n = std::to_string(i);
        all.push_back(R"({"topic":"/accounts/22214/trades","payload":{"id":"4b5f0a57-)" + n +
                      R"(","accountId":22214,"security":"IBM","side":"Buy","state":"New",)" +
                      R"("quantity":)" + n +
                      R"(,"updated":1784737884468,"created":1784737884461},)" +
                      R"("date":1784737884470,"from":"trade-processor","type":"Trade"})");
        all.push_back(R"({"id":"T)" + n +
                      R"(","accountId":22214,"security":"\u00c9\"\ud83d\ude00)" +
                      R"( and more than fits a short string","side":null,"quantity":1e2,)" +
                      R"("updated":"2026-07-22T16:31:24.468+00:00","m":{"x":[1,2,3]}})");
        all.push_back(R"({"accountId":1,"id":"T)" + n + R"(","quantity":"12","\u0078":1})");
        all.push_back(R"({"accountId":1,"quantity":"x"})");
        all.push_back(R"({"accountId":1,)");
    }
    return all;
}

std::size_t decode_all(feed::RecordDecoder& decoder, const std::vector<std::string>& all) {
    std::size_t accepted = 0;
    for (const std::string& json : all)
        if (decoder.decode(json)) ++accepted;
    return accepted;
}

}  // namespace

TEST_CASE("SteadyStateAllocatesNothingPerRecord") {
    const feed::Profile profile = feed::traderx_profile(feed::SubjectChoice::Slash);
    const std::vector<std::string> all = records();
    for (const feed::Speculation speculation : {feed::Speculation::Off, feed::Speculation::On}) {
        feed::RecordDecoder decoder(profile.tables[0], speculation);
        const std::size_t accepted = decode_all(decoder, all);
        CHECK(accepted == 600);
        decode_all(decoder, all);
        const std::size_t before = tests::allocation_count();
        CHECK(decode_all(decoder, all) == accepted);
        CHECK(tests::allocation_count() == before);
    }
}

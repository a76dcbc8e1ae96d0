#include "nats/error.h"

#include <doctest/doctest.h>

#include <set>
#include <string>

using namespace nats_blotter;

TEST_CASE("EveryNatsErrorHasAText") {
    std::set<std::string_view> texts;
    for (std::int32_t code = 1; code <= nats::kNatsErrorCount; ++code)
        texts.insert(nats::nats_error_text(static_cast<nats::NatsError>(code)));
    CHECK(texts.size() == static_cast<std::size_t>(nats::kNatsErrorCount));
    CHECK(texts.count("unknown NATS error") == 0);
    CHECK(nats::nats_error_text(static_cast<nats::NatsError>(nats::kNatsErrorCount + 1)) ==
          "unknown NATS error");
}

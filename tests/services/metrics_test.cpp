#include "services/metrics.h"

#include <doctest/doctest.h>

using namespace nats_blotter::services;

TEST_CASE("AFamilyIsItsHelpItsTypeAndItsSamples") {
    MetricsText metrics;
    metrics.family("things", "gauge", "How many things.");
    metrics.sample({}, 3);
    metrics.sample({{"kind", "a \"b\" \\ c\nd"}, {"size", "big"}}, -1);
    const HttpResponse response = metrics.response();
    CHECK(response.status == 200);
    CHECK(response.content_type.find("version=0.0.4") != std::string::npos);
    CHECK(response.body ==
          "# HELP things How many things.\n# TYPE things gauge\nthings 3\n"
          "things{kind=\"a \\\"b\\\" \\\\ c\\nd\",size=\"big\"} -1\n");
}

#include "nats/output.h"

#include <doctest/doctest.h>

#include <string>

using namespace nats_blotter;

TEST_CASE("BytesLeaveInOrderHoweverTheyAreTaken") {
    nats::Output output;
    std::string expected;
    std::string taken;
    for (std::size_t i = 0; i < 300; ++i) {
        output.tail().append("line ").append(std::to_string(i));
        expected.append("line ").append(std::to_string(i));
        const std::size_t bytes = std::min<std::size_t>(output.pending_bytes(), i % 11);
        taken.append(output.pending().substr(0, bytes));
        output.consume(bytes);
    }
    taken.append(output.pending());
    output.consume(output.pending_bytes());
    CHECK(taken == expected);
    CHECK(output.pending().empty());
}

TEST_CASE("AnEmptyOutputGivesALargeBufferBack") {
    nats::Output output;
    output.tail().append(1024 * 1024, 'x');
    output.consume(output.pending_bytes());
    CHECK(output.tail().capacity() <= 64 * 1024);
}

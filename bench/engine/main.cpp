// engine [MESSAGES [ROUNDS]]: ns per message of each stage, natively. The first round warms up; the
// stages take turns, so that a slow minute of the machine meets them all.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <vector>

#include "engine.h"
#include "replay.h"

namespace {

using namespace nats_blotter;

double cpu_ns() {
    timespec now = {};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

struct Run {
    double ns_per_message = 0;
    std::uint32_t checksum = 0;
};

Run run(bench::Stage stage, std::string_view wire, std::size_t chunk_bytes, std::size_t messages) {
    bench::Engine engine(stage);
    const double begin = cpu_ns();
    for (std::size_t at = 0; at < wire.size(); at += chunk_bytes) {
        const std::string_view chunk = wire.substr(at, chunk_bytes);
        std::memcpy(engine.prepare(chunk.size()), chunk.data(), chunk.size());
        engine.commit(chunk.size());
    }
    const double ns = cpu_ns() - begin;
    if (engine.messages() != messages || engine.rejected() != 0) {
        std::fprintf(stderr, "engine: messages are missing\n");
        std::exit(1);
    }
    return {ns / static_cast<double>(messages), engine.checksum()};
}

}  // namespace

int main(int argc, char** argv) {
    const std::size_t messages = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 300'000;
    const int rounds = argc > 2 ? std::atoi(argv[2]) : 3;
    const int only = argc > 3 ? std::atoi(argv[3]) : -1;
    std::string wire;
    bench::Replay replay(1);
    for (std::size_t i = 0; i < messages; ++i) replay.append_next(wire);
    std::printf("%zu messages, %.1f bytes each\n", messages,
                static_cast<double>(wire.size()) / static_cast<double>(messages));
    for (const std::size_t chunk_bytes : {std::size_t{65'536}, std::size_t{4096}}) {
        std::vector<std::vector<double>> samples(bench::kStages);
        std::vector<std::uint32_t> sums(bench::kStages);
        for (int round = 0; round <= rounds; ++round) {
            for (std::uint32_t stage = 0; stage < bench::kStages; ++stage) {
                if (only >= 0 && stage != static_cast<std::uint32_t>(only)) continue;
                const Run one = run(static_cast<bench::Stage>(stage), wire, chunk_bytes, messages);
                if (round > 0) samples[stage].push_back(one.ns_per_message);
                sums[stage] = one.checksum;
            }
        }
        for (std::uint32_t stage = 0; stage < bench::kStages; ++stage) {
            std::vector<double>& sorted = samples[stage];
            if (sorted.empty()) continue;
            std::sort(sorted.begin(), sorted.end());
            const std::string_view name = bench::stage_name(static_cast<bench::Stage>(stage));
            std::printf("native %zu %.*s: %.1f ns [%.1f..%.1f] checksum %x\n", chunk_bytes,
                        static_cast<int>(name.size()), name.data(), sorted[sorted.size() / 2],
                        sorted.front(), sorted.back(), static_cast<unsigned>(sums[stage]));
        }
    }
}

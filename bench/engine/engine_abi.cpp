// The C functions of the WebAssembly module, as engine.mjs calls them. One engine and one replay at
// a time; the module has no imports that matter, so that one file serves Node, a page and a worker.
#include <algorithm>
#include <memory>
#include <string>

#include "engine.h"
#include "replay.h"

namespace {

using namespace nats_blotter;

std::unique_ptr<bench::Engine> g_engine;
std::unique_ptr<bench::Replay> g_replay;
std::string g_wire;

}  // namespace

extern "C" {

// A new engine that ends at this stage; what the last one held is freed. 0: no such stage.
int engine_reset(std::uint32_t stage) {
    g_engine.reset();
    if (stage >= bench::kStages) return 0;
    g_engine = std::make_unique<bench::Engine>(static_cast<bench::Stage>(stage));
    return 1;
}

// Where to write the next chunk. The memory may grow here: take views of it afterwards.
char* engine_prepare(std::uint32_t bytes) { return g_engine->prepare(bytes); }
// Works off what was written there.
void engine_commit(std::uint32_t bytes) { g_engine->commit(bytes); }
void engine_end_frame() { g_engine->end_frame(); }

double engine_messages() { return static_cast<double>(g_engine->messages()); }
double engine_rejected() { return static_cast<double>(g_engine->rejected()); }
double engine_shape_hits() { return static_cast<double>(g_engine->shape_hits()); }
std::uint32_t engine_rows(std::uint32_t table) {
    return static_cast<std::uint32_t>(g_engine->rows(table));
}
std::uint32_t engine_checksum() { return g_engine->checksum(); }
double engine_memory_bytes() { return static_cast<double>(g_engine->memory_bytes()); }

// The replay, piece by piece: begin, then next until the wanted number of messages was made.
void engine_replay_begin(std::uint32_t seed) { g_replay = std::make_unique<bench::Replay>(seed); }
// Makes `messages` frames and answers where they are; good until the next call.
const char* engine_replay_next(std::uint32_t messages) {
    g_wire.clear();
    for (std::uint32_t i = 0; i < messages; ++i) g_replay->append_next(g_wire);
    return g_wire.data();
}
std::uint32_t engine_replay_bytes() { return static_cast<std::uint32_t>(g_wire.size()); }

}  // extern "C"

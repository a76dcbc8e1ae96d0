// bench/engine/engine.h - the receive path of the page, or the first hops of it, behind two calls:
// prepare a tail, commit the bytes written there.
//
// Every stage is made of the project's own classes as the page uses them; a stage only says where
// the path ends. The last one is a whole session with its views.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "feed/decode.h"
#include "nats/client.h"
#include "nats/parser.h"
#include "session/session.h"
#include "table/ingest.h"

namespace nats_blotter::bench {

enum class Stage : std::uint32_t {
    Parser = 0,         // nats::Parser alone
    Client = 1,         // nats::Client: parser, subscription, event
    DecodeGeneric = 2,  // and feed::RecordDecoder, scanner only
    DecodeShape = 3,    // and feed::RecordDecoder as the page has it
    StoreGeneric = 4,   // DecodeGeneric, and into table::Table
    StoreShape = 5,     // DecodeShape, and into table::Table
    Session = 6,        // session::Session with everything, views included
};
inline constexpr std::uint32_t kStages = 7;
std::string_view stage_name(Stage stage);

class Engine {
  public:
    explicit Engine(Stage stage);
    ~Engine();

    // A tail of exactly `bytes` writable bytes, good until commit().
    char* prepare(std::size_t bytes);
    // Works off everything that is complete.
    void commit(std::size_t bytes);

    // What a page does once a frame: views catch up (Session), changes are forgotten (Store).
    void end_frame();

    std::uint64_t messages() const { return messages_; }
    std::uint64_t rejected() const;
    std::uint64_t shape_hits() const;
    // Rows of trades and of positions; 0 before the Store stages.
    std::size_t rows(std::size_t table) const;
    // Over all rows, in whatever order: see README.md. 0 before the Store stages.
    std::uint32_t checksum() const;
    std::size_t memory_bytes() const;

  private:
    struct Live;
    struct Route {
        std::size_t table = 0;
        std::int64_t account = 0;
    };

    void connect();
    void connect_session();
    void serve_session();
    void pump_parser();
    void pump_client();
    void pump_session();
    void take(const nats::Message& message);
    const table::Table* table_at(std::size_t index) const;

    Stage stage_;
    nats::Parser parser_;
    std::unique_ptr<nats::Client> client_;
    std::unique_ptr<session::Session> session_;
    std::vector<std::unique_ptr<Live>> tables_;
    std::unordered_map<nats::Sid, Route, nats::SidHash> routes_;
    nats::Generation generation_ = 0;
    MonotonicUs now_ = kSecondUs;
    std::uint64_t messages_ = 0;
    std::uint64_t rejected_ = 0;
    std::uint64_t seen_ = 0;  // of what was decoded, so that nothing is optimised away
};

}  // namespace nats_blotter::bench

#include "engine.h"

#include <string>

#include "base/assert.h"
#include "replay.h"

namespace nats_blotter::bench {
namespace {

constexpr std::string_view kInfo =
    "INFO {\"server_id\":\"B\",\"max_payload\":1048576,\"proto\":1} \r\n";
constexpr std::size_t kChangesHeldMax = 16'384;  // as in session/state.h
constexpr std::size_t kPumpEventsMax = 1'000'000;

std::uint32_t fnv1a(std::uint32_t hash, std::string_view text) {
    for (const char c : text) hash = (hash ^ static_cast<std::uint8_t>(c)) * 16'777'619u;
    return hash;
}

// The cells in the order of the table's columns as text, times in milliseconds, with '|' behind
// each; without those that are worked out.
std::uint32_t row_hash(const table::Table& table, table::RowId row) {
    std::uint32_t hash = 2'166'136'261u;
    for (std::size_t column = 0; column < table.spec().columns.size(); ++column) {
        if (table.spec().columns[column].origin != feed::Origin::Record) continue;
        const feed::Cell cell = table.cell(row, column);
        const bool is_time = table.spec().columns[column].type == feed::ColumnType::Time;
        if (cell.kind == feed::Cell::Kind::Number)
            hash = fnv1a(hash, std::to_string(is_time ? cell.number / 1'000'000 : cell.number));
        else if (cell.kind == feed::Cell::Kind::Text)
            hash = fnv1a(hash, cell.text);
        hash = fnv1a(hash, "|");
    }
    return hash;
}

feed::Speculation speculation_of(Stage stage) {
    const bool generic = stage == Stage::DecodeGeneric || stage == Stage::StoreGeneric;
    return generic ? feed::Speculation::Off : feed::Speculation::On;
}

}  // namespace

struct Engine::Live {
    Live(const feed::TableSpec& spec, feed::Speculation speculation)
        : table(spec), decoder(table.spec(), speculation) {}
    table::Table table;
    feed::RecordDecoder decoder;
};

Engine::~Engine() = default;

std::string_view stage_name(Stage stage) {
    switch (stage) {
        case Stage::Parser: return "parser";
        case Stage::Client: return "client";
        case Stage::DecodeGeneric: return "decode generic";
        case Stage::DecodeShape: return "decode shape";
        case Stage::StoreGeneric: return "store generic";
        case Stage::StoreShape: return "store shape";
        case Stage::Session: return "session";
    }
    return "unknown";
}

Engine::Engine(Stage stage) : stage_(stage) {
    if (stage == Stage::Session) connect_session();
    if (stage == Stage::Parser || stage == Stage::Session) return;
    const feed::Profile profile = feed::traderx_profile(feed::SubjectChoice::Slash);
    for (const feed::TableSpec& spec : profile.tables)
        tables_.push_back(std::make_unique<Live>(spec, speculation_of(stage)));
    client_ = std::make_unique<nats::Client>(nats::Options{}, 1);
    connect();
}

// The handshake, and the subscriptions in the order of a session's.
void Engine::connect() {
    client_->start(now_);
    now_ += kSecondUs;
    client_->on_deadline(now_);
    nats::Event event;
    while ((event = client_->next_event(now_)).kind != nats::Event::Kind::NeedMore)
        if (event.kind == nats::Event::Kind::Dial) generation_ = event.generation;
    client_->on_open(generation_, now_);
    client_->receive(generation_, kInfo, now_);
    client_->next_event(now_);
    client_->consume_output(client_->pending_output().size());
    client_->receive(generation_, "PONG\r\n", now_);
    while (client_->next_event(now_).kind != nats::Event::Kind::NeedMore) {
    }
    NB_ASSERT(client_->connected());
    for (std::size_t index = 0; index < kReplayAccounts; ++index) {
        const std::int64_t account = replay_account(index);
        std::size_t table = 0;
        for (const char* stream : {"/trades", "/positions"}) {
            const Result<nats::Sid> sid =
                client_->subscribe("/accounts/" + std::to_string(account) + stream);
            NB_ASSERT(sid.has_value() && *sid == 2 * index + table + 1);
            routes_[*sid] = {table++, account};
        }
    }
    client_->consume_output(client_->pending_output().size());
}

void Engine::connect_session() {
    session::Options options;
    options.profile = feed::traderx_profile(feed::SubjectChoice::Slash);
    session_ = std::make_unique<session::Session>(std::move(options));
    session_->start(now_);
    session_->set_scope(session::kAllAccounts, now_);
    now_ += kSecondUs;
    session_->on_deadline(now_);
    serve_session();
    // Past the commit lag and the second snapshot, with nothing more due soon.
    now_ += 3 * kSecondUs;
    session_->on_deadline(now_);
    serve_session();
    NB_ASSERT(session_->status() == session::Status::Live);
}

// Plays the broker and the services until nothing more is asked.
void Engine::serve_session() {
    const auto sends = [this](std::string_view wire) {
        session_->link().receive(generation_, wire, now_);
    };
    for (bool busy = true; busy;) {
        busy = session_->pump(now_, 0, kPumpEventsMax);
        for (session::Action action = session_->next_action();
             action.kind != session::Action::Kind::None; action = session_->next_action()) {
            busy = true;
            if (action.kind == session::Action::Kind::Dial) {
                generation_ = action.generation;
                session_->link().on_open(generation_, now_);
                sends(kInfo);
            } else if (action.kind == session::Action::Kind::Fetch) {
                std::string body = "[";
                for (std::size_t i = 0; i < kReplayAccounts; ++i)
                    body.append(i == 0 ? "" : ",")
                        .append("{\"id\":" + std::to_string(replay_account(i)))
                        .append(",\"displayName\":\"A\"}");
                body.append("]");
                const bool accounts = action.url.find("account-service") != std::string::npos;
                session_->on_fetch_bytes(action.fetch, accounts ? body : "[]", now_);
                session_->on_fetch_end(action.fetch, 200, {}, now_);
            }
        }
        const std::string output(session_->link().pending_output());
        session_->link().consume_output(output.size());
        for (std::size_t at = 0; at < output.size(); at = output.find("\r\n", at) + 2) {
            if (output.compare(at, 6, "PING\r\n") != 0) continue;
            busy = true;
            sends("PONG\r\n");
        }
    }
}

char* Engine::prepare(std::size_t bytes) {
    if (stage_ == Stage::Parser) return parser_.prepare(bytes).data();
    nats::Client& client = session_ ? session_->link() : *client_;
    return client.prepare(generation_, bytes).data();
}

void Engine::commit(std::size_t bytes) {
    if (stage_ == Stage::Parser) {
        parser_.commit(bytes);
        return pump_parser();
    }
    if (session_) {
        session_->link().commit(generation_, bytes, now_);
        return pump_session();
    }
    client_->commit(generation_, bytes, now_);
    pump_client();
}

void Engine::pump_parser() {
    for (;;) {
        nats::PlainMessage message;
        if (!parser_.next_plain(message)) {
            const nats::ParsedOp op = parser_.next();
            if (op.kind == nats::ParsedOp::Kind::NeedMore) return;
            NB_ASSERT(op.kind == nats::ParsedOp::Kind::Msg);  // its line was cut
            message.payload = op.payload;
        }
        seen_ += message.payload.size();
        ++messages_;
    }
}

void Engine::pump_client() {
    for (;;) {
        nats::Message message;
        if (!client_->next_message(now_, message)) {
            const nats::Event event = client_->next_event(now_);
            if (event.kind == nats::Event::Kind::NeedMore) return;
            NB_ASSERT(event.kind == nats::Event::Kind::Message);  // its line was cut
            message = {event.sid, event.subject, event.payload};
        }
        ++messages_;
        if (stage_ == Stage::Client)
            seen_ += message.payload.size();
        else
            take(message);
    }
}

// As session/intake.cpp does it.
void Engine::take(const nats::Message& message) {
    const auto route = routes_.find(message.sid);
    NB_ASSERT(route != routes_.end());
    Live& live = *tables_[route->second.table];
    const feed::Record* known = live.decoder.decode_known(message.payload);
    if (known == nullptr) {
        const Result<const feed::Record*> decoded = live.decoder.decode_unknown(message.payload);
        if (!decoded) {
            ++rejected_;
            return;
        }
        known = *decoded;
    }
    const feed::Record& record = *known;
    const auto scope = static_cast<std::size_t>(live.table.spec().scope_column);
    NB_ASSERT(record.cells[scope].number == route->second.account);
    if (stage_ < Stage::StoreGeneric) {
        seen_ += static_cast<std::uint64_t>(record.published_ms);
        return;
    }
    table::ingest_event(live.table, record, static_cast<feed::SessionMs>(messages_ / 64));
    if (live.table.changes().size() > kChangesHeldMax) live.table.clear_changes();
}

void Engine::pump_session() {
    while (session_->pump(now_, 0, kPumpEventsMax)) {
    }
    messages_ = session_->link().stats().messages_in;
}

void Engine::end_frame() {
    if (session_) session_->refresh_views();
    for (const auto& live : tables_) live->table.clear_changes();
}

std::uint64_t Engine::rejected() const {
    if (!session_) return rejected_;
    std::uint64_t sum = 0;
    for (const auto count : session_->stats(now_).rejects) sum += count;
    return sum;
}

std::uint64_t Engine::shape_hits() const {
    std::uint64_t hits = 0;
    for (const auto& live : tables_) hits += live->decoder.stats().shape_hits;
    return hits;
}

const table::Table* Engine::table_at(std::size_t index) const {
    if (session_) return &session_->table(index);
    return index < tables_.size() ? &tables_[index]->table : nullptr;
}

std::size_t Engine::rows(std::size_t table) const {
    const table::Table* const found = table_at(table);
    return found == nullptr ? 0 : found->row_count();
}

std::uint32_t Engine::checksum() const {
    std::uint32_t sum = 0;
    for (std::size_t index = 0; index < 2; ++index) {
        const table::Table* const table = table_at(index);
        if (table == nullptr) continue;
        for (table::RowId row = 0; row < table->slot_count(); ++row)
            if (table->is_live(row)) sum += row_hash(*table, row);
    }
    return sum;
}

std::size_t Engine::memory_bytes() const {
    std::size_t bytes = 0;
    for (std::size_t index = 0; index < 2; ++index)
        if (const table::Table* const table = table_at(index)) bytes += table->memory_bytes();
    return bytes;
}

}  // namespace nats_blotter::bench

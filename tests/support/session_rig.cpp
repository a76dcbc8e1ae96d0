#include "support/session_rig.h"

#include <algorithm>

#include "nats/subject.h"
#include "table/format.h"

namespace nats_blotter::support {
namespace {

session::Options options_for(feed::Profile profile, std::uint64_t seed) {
    session::Options options;
    options.profile = std::move(profile);
    options.seed = seed;
    return options;
}

std::string quoted(std::string_view text) { return '"' + std::string(text) + '"'; }

std::string position_json(std::int64_t account, const std::string& security,
                          const PositionRow& position) {
    return R"({"accountId":)" + std::to_string(account) + R"(,"security":)" + quoted(security) +
           R"(,"quantity":)" + std::to_string(position.quantity) + R"(,"updated":)" +
           std::to_string(position.updated) + "}";
}

std::string trade_text(const TradeRow& trade) {
    return "id=" + trade.id + "|account=" + std::to_string(trade.account) +
           "|security=" + trade.security + "|side=" + trade.side +
           "|quantity=" + std::to_string(trade.quantity) +
           "|updated=" + std::to_string(trade.updated);
}

std::string position_text(const PositionKey& key, const PositionRow& row) {
    return "account=" + std::to_string(key.first) + "|security=" + key.second +
           "|quantity=" + std::to_string(row.quantity) + "|updated=" + std::to_string(row.updated);
}

// The account at the end of ".../trades/22214", or nothing for ".../trades/".
std::optional<std::int64_t> account_of_url(const std::string& url) {
    const std::string path = url.substr(0, url.find('?'));
    const std::string tail = path.substr(path.rfind('/') + 1);
    if (tail.empty()) return std::nullopt;
    return std::stoll(tail);
}

}  // namespace

SessionRig::SessionRig(feed::SubjectChoice subjects, std::uint64_t seed)
    : session(options_for(feed::traderx_profile(subjects), seed)) {}

SessionRig::SessionRig(feed::Profile profile) : session(options_for(std::move(profile), 1)) {}

SessionRig::SessionRig(nats::Options options)
    : session({feed::traderx_profile(feed::SubjectChoice::Slash), std::move(options), 1}) {}

void SessionRig::start(session::AccountId account) {
    session.start(now);
    session.set_scope(account, now);
    settle();
}

void SessionRig::settle() {
    bool busy = true;
    while (busy) {
        busy = session.pump(now, now / kMillisecondUs, 64);
        busy = serve_actions() || busy;
        busy = serve_output() || busy;
    }
    session.refresh_views();
}

void SessionRig::advance_ms(std::int64_t ms) {
    constexpr std::int64_t kStepMs = 10;
    while (ms > 0) {
        const std::int64_t step = std::min(ms, kStepMs);
        now += step * kMillisecondUs;
        ms -= step;
        if (session.next_deadline() <= now) session.on_deadline(now);
        settle();
    }
}

bool SessionRig::serve_actions() {
    bool served = false;
    while (true) {
        const session::Action action = session.next_action();
        switch (action.kind) {
            case session::Action::Kind::None: return served;
            case session::Action::Kind::Authenticate:
                asked_credentials.push_back(action.generation);
                break;
            case session::Action::Kind::Sign: nonces.push_back(action.body); break;
            case session::Action::Kind::Dial:
                generation_ = action.generation;
                from_client_.clear();
                subject_of_sid_.clear();
                link_open_ = broker_up && !dial_silent;
                if (dial_silent) break;
                if (broker_up) {
                    session.link().on_open(generation_, now);
                    const std::string more = nonce.empty() ? "" : ",\"nonce\":" + quoted(nonce);
                    broker_sends("INFO {\"server_id\":\"X\",\"max_payload\":1048576,\"proto\":1" +
                                 more + "} \r\n");
                } else {
                    session.link().on_close(generation_, {1006, false, {}}, now);
                }
                break;
            case session::Action::Kind::HangUp:
                if (action.generation == generation_) link_open_ = false;
                break;
            case session::Action::Kind::Fetch: {
                fetched_urls.push_back(action.url);
                std::optional<RestAnswer> answer;
                if (rest_override) answer = rest_override(action.url);
                if (!answer && service) answer = service(action);
                if (!answer) answer = answer_from_database(action.url);
                waiting_.push_back({action.fetch, action.url, *answer});
                if (!rest_held) release_rest();
                break;
            }
            case session::Action::Kind::CancelFetch:
                // Sometimes the answer is already on its way: deliver it all the same.
                cancelled.push_back(action.fetch);
                break;
        }
        served = true;
    }
}

void SessionRig::release_rest() {
    const std::vector<Waiting> answers = std::move(waiting_);
    waiting_.clear();
    for (const Waiting& waiting : answers) {
        // Two pieces, so that a record is split somewhere.
        const std::string_view body = waiting.answer.body;
        if (!waiting.answer.since_header.empty())
            session.on_fetch_head(waiting.fetch, waiting.answer.since_header);
        const std::size_t half = body.size() / 2;
        session.on_fetch_bytes(waiting.fetch, body.substr(0, half), now);
        session.on_fetch_bytes(waiting.fetch, body.substr(half), now);
        session.on_fetch_end(waiting.fetch, waiting.answer.http_status, {}, now);
    }
}

bool SessionRig::serve_output() {
    nats::Client& link = session.link();
    const std::string_view output = link.pending_output();
    if (output.empty()) return false;
    from_client_.append(output);
    link.consume_output(output.size());
    std::size_t end = 0;
    while ((end = from_client_.find("\r\n")) != std::string::npos) {
        const std::string line = from_client_.substr(0, end);
        from_client_.erase(0, end + 2);
        on_client_line(line);
    }
    return true;
}

void SessionRig::on_client_line(std::string_view line) {
    if (on_line && on_line(line)) return;
    if (line == "PING") return broker_sends("PONG\r\n");
    if (line.substr(0, 8) == "CONNECT ") connects.emplace_back(line);
    if (line.substr(0, 4) == "SUB ") {
        const std::size_t blank = line.find(' ', 4);
        const std::string subject(line.substr(4, blank - 4));
        subjects_log_.push_back(subject);
        if (std::count(denied_subjects.begin(), denied_subjects.end(), subject) > 0)
            return broker_sends("-ERR 'Permissions Violation for Subscription to \"" + subject +
                                "\"'\r\n");
        subject_of_sid_[std::string(line.substr(blank + 1))] = subject;
    } else if (line.substr(0, 4) == "PUB ") {  // an empty line follows
        const std::size_t subject_end = line.find(' ', 4);
        const std::size_t reply_end = line.find(' ', subject_end + 1);
        requests_.emplace_back(line.substr(4, subject_end - 4),
                               line.substr(subject_end + 1, reply_end - subject_end - 1));
        answer_requests();
    } else if (line.substr(0, 6) == "UNSUB ") {
        subject_of_sid_.erase(std::string(line.substr(6)));
    }
}

void SessionRig::broker_sends(std::string_view raw) {
    if (link_open_) session.link().receive(generation_, raw, now);
}

void SessionRig::cut() {
    if (!link_open_) return;
    link_open_ = false;
    session.link().on_close(generation_, {1006, false, {}}, now);
    settle();
}

void SessionRig::answer_requests() {
    if (!on_request) return;
    const auto requests = std::move(requests_);
    requests_.clear();
    for (const auto& [subject, reply] : requests) publish(reply, on_request(subject));
}

void SessionRig::publish(const std::string& subject, const std::string& payload) {
    for (const auto& [sid, subscribed] : subject_of_sid_)
        if (nats::subject_matches(subscribed, subject))
            broker_sends("MSG " + subject + ' ' + sid + ' ' + std::to_string(payload.size()) +
                         "\r\n" + payload + "\r\n");
}

std::string SessionRig::trade_json(const TradeRow& trade) {
    return R"({"id":)" + quoted(trade.id) + R"(,"accountId":)" + std::to_string(trade.account) +
           R"(,"security":)" + quoted(trade.security) + R"(,"side":)" + quoted(trade.side) +
           R"(,"state":"Settled","quantity":)" + std::to_string(trade.quantity) + R"(,"updated":)" +
           std::to_string(trade.updated) + R"(,"created":)" + std::to_string(trade.updated) + "}";
}

void SessionRig::publish_trade(const TradeRow& trade) {
    const std::string payload = R"({"topic":"t","payload":)" + trade_json(trade) + "}";
    for (const feed::SubjectFamily family :
         {feed::SubjectFamily::Slash, feed::SubjectFamily::Dotted})
        publish(feed::subject_for(feed::Stream::AccountTrades, family, trade.account), payload);
}

void SessionRig::publish_position(std::int64_t account, const std::string& security,
                                  const PositionRow& position) {
    const std::string payload =
        R"({"topic":"t","payload":)" + position_json(account, security, position) + "}";
    for (const feed::SubjectFamily family :
         {feed::SubjectFamily::Slash, feed::SubjectFamily::Dotted})
        publish(feed::subject_for(feed::Stream::AccountPositions, family, account), payload);
}

void SessionRig::book(const TradeRow& trade, bool published) {
    database.trades[trade.id] = trade;
    PositionRow& position = database.positions[{trade.account, trade.security}];
    position.quantity += trade.side == "Buy" ? trade.quantity : -trade.quantity;
    position.updated = std::max(trade.updated, position.updated + 1);
    if (!published) return;
    publish_trade(trade);
    publish_position(trade.account, trade.security, position);
}

bool SessionRig::in_scope(std::int64_t account) const {
    return session.scope() == session::kAllAccounts || session.scope() == account;
}

RestAnswer SessionRig::answer_from_database(const std::string& url) const {
    std::string body = "[";
    const auto add = [&body](const std::string& record) {
        if (body.size() > 1) body += ',';
        body += record;
    };
    const bool trades = url.find("/trades/") != std::string::npos;
    const bool positions = url.find("/positions/") != std::string::npos;
    const std::optional<std::int64_t> account = account_of_url(url);
    const std::size_t asked = url.find("since=");
    const bool partial = offered_since >= 0 && asked != std::string::npos;
    const std::int64_t since = partial ? std::stoll(url.substr(asked + 6)) : INT64_MIN;
    std::int64_t rows = 0;
    if (trades) {
        for (const auto& [id, trade] : database.trades) {
            if (account && trade.account != *account) continue;
            ++rows;
            if (trade.updated >= since) add(trade_json(trade));
        }
    } else if (positions) {
        for (const auto& [key, position] : database.positions) {
            if (account && key.first != *account) continue;
            ++rows;
            if (position.updated >= since) add(position_json(key.first, key.second, position));
        }
    } else {
        for (const std::int64_t id : database.accounts)
            add(R"({"id":)" + std::to_string(id) + R"(,"displayName":"Account"})");
    }
    if (offered_since < 0 || !(trades || positions)) return {200, body + "]"};
    std::string header = "next=" + std::to_string(offered_since) +
                         "; rows=" + std::to_string(rows) + "-" + std::to_string(rows);
    if (partial) header += "; from=" + std::to_string(since);
    return {200, body + "]", header};
}

std::vector<std::string> SessionRig::rows(std::string_view name) {
    session.refresh_views();
    const std::size_t index = session.table_index(name);
    const table::Table& table = session.table(index);
    const table::View& view = session.view(index);
    const auto cell = [&](table::RowId row, std::string_view field) {
        return table.cell(row, static_cast<std::size_t>(table.spec().column_index(field)));
    };
    std::vector<std::string> texts;
    for (std::size_t position = 0; position < view.size(); ++position) {
        const table::RowId row = view.row_at(position);
        const std::int64_t updated = cell(row, "updated").number / 1'000'000;
        std::string text;
        if (name == "trades") {
            text = trade_text({std::string(cell(row, "id").text), cell(row, "accountId").number,
                               std::string(cell(row, "security").text),
                               std::string(cell(row, "side").text), cell(row, "quantity").number,
                               updated});
        } else {
            text = position_text(
                {cell(row, "accountId").number, std::string(cell(row, "security").text)},
                {cell(row, "quantity").number, updated});
        }
        texts.push_back((table.provenance(row).phantom ? "~" : "") + text);
    }
    std::sort(texts.begin(), texts.end());
    return texts;
}

std::vector<std::string> SessionRig::database_trades() const {
    std::vector<std::string> texts;
    for (const auto& [id, trade] : database.trades)
        if (in_scope(trade.account)) texts.push_back(trade_text(trade));
    std::sort(texts.begin(), texts.end());
    return texts;
}

std::vector<std::string> SessionRig::database_positions() const {
    std::vector<std::string> texts;
    for (const auto& [key, position] : database.positions)
        if (in_scope(key.first)) texts.push_back(position_text(key, position));
    std::sort(texts.begin(), texts.end());
    return texts;
}

bool SessionRig::matches_database() {
    return rows("trades") == database_trades() && rows("positions") == database_positions();
}

}  // namespace nats_blotter::support

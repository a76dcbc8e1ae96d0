// Hunts: whatever the services answer and the broker sends, the session says `live` only after an
// answer that is a list, keeps to its account, counts what it drops, and shows exactly the database
// once the answers are good again.
//
// An input is a byte of choices (which answer is bad, how it ends), then parts with a record
// separator (RS, 1E) between them: the answer, its X-Since header, and messages of the stream.
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "feed/subjects.h"
#include "fuzz/fuzz_check.h"
#include "support/session_rig.h"

namespace {

using namespace nats_blotter;
using support::RestAnswer;
using support::SessionRig;

constexpr std::int64_t kAccount = 22214;

struct Choices {
    session::AccountId account = kAccount;
    const char* bad_path = "/trades/";
    int http_status = 200;
    bool dotted = false;
};

Choices choices_from(std::uint8_t byte) {
    static constexpr const char* kPaths[] = {"/trades/", "/positions/", "/account/", "/trades/"};
    static constexpr int kStatuses[] = {200, 200, 200, 500};
    Choices choices;
    if (byte & 1) choices.account = session::kAllAccounts;
    choices.bad_path = kPaths[byte >> 1 & 3];
    choices.http_status = kStatuses[byte >> 3 & 3];
    choices.dotted = (byte & 32) != 0;
    return choices;
}

std::vector<std::string> parts_of(const std::string& input) {
    std::vector<std::string> parts(1);
    for (const char c : input) {
        if (c == '\x1E')
            parts.emplace_back();
        else
            parts.back() += c;
    }
    return parts;
}

void fill(SessionRig& rig) {
    rig.offered_since = 0;
    rig.book({"T1", kAccount, "IBM", "Buy", 100, 1000}, false);
    rig.book({"T2", kAccount, "MS", "Sell", 7, 2000}, false);
    rig.book({"T3", 52355, "BAC", "Sell", 2400, 3000}, false);
}

void jump_ms(SessionRig& rig, std::int64_t ms) {
    rig.now += ms * kMillisecondUs;
    if (rig.session.next_deadline() <= rig.now) rig.session.on_deadline(rig.now);
    rig.settle();
}

std::uint64_t rejects(SessionRig& rig) {
    std::uint64_t sum = 0;
    for (const std::uint64_t count : rig.stats().rejects) sum += count;
    return sum;
}

void check_scope(SessionRig& rig, session::AccountId account) {
    if (account == session::kAllAccounts) return;
    const std::string mine = "account=" + std::to_string(account) + '|';
    for (const char* table : {"trades", "positions"})
        for (const std::string& row : rig.rows(table))
            FUZZ_CHECK(row.find(mine) != std::string::npos);
}

// What has no list in it cannot have made the page live; what is a list of things that are no
// records was counted, each.
void check_bad_answer(SessionRig& rig, const Choices& choices, const std::string& body) {
    // nlohmann_json takes a zero byte for the end of the text, and leaves out a byte order mark.
    if (body.find('\0') != body.npos || body.substr(0, 3) == "\xEF\xBB\xBF") return;
    const nlohmann::json document = nlohmann::json::parse(body, nullptr, false);
    const bool good = choices.http_status == 200 && document.is_array();
    const bool rows = choices.bad_path != std::string_view("/account/");
    if (rows && choices.http_status != 200) FUZZ_CHECK(rig.status() != session::Status::Live);
    if (rows && !document.is_discarded() && !document.is_array())
        FUZZ_CHECK(rig.status() != session::Status::Live);
    if (!good || !rows) return;
    std::size_t no_objects = 0;
    for (const nlohmann::json& element : document) no_objects += element.is_object() ? 0u : 1u;
    FUZZ_CHECK(rejects(rig) >= no_objects);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const Choices choices = choices_from(data[0]);
    std::vector<std::string> parts = parts_of(std::string(data + 1, data + size));
    parts.resize(std::max<std::size_t>(parts.size(), 2));
    SessionRig rig(choices.dotted ? feed::SubjectChoice::Both : feed::SubjectChoice::Slash);
    fill(rig);
    bool bad = true;
    rig.rest_override = [&](const std::string& url) -> std::optional<RestAnswer> {
        if (!bad || url.find(choices.bad_path) == std::string::npos) return std::nullopt;
        return RestAnswer{choices.http_status, parts[0], parts[1]};
    };
    rig.start(choices.account);
    jump_ms(rig, 300);  // the first dial and what follows
    check_bad_answer(rig, choices, parts[0]);
    check_scope(rig, choices.account);

    for (std::size_t part = 2; part < parts.size(); ++part) {
        const auto stream =
            part % 2 == 0 ? feed::Stream::AccountTrades : feed::Stream::AccountPositions;
        rig.publish(feed::subject_for(stream, feed::SubjectFamily::Slash, kAccount), parts[part]);
        rig.settle();
        check_scope(rig, choices.account);
    }

    // Past the commit lag and the wait before the next try; the second round reads in part.
    bad = false;
    for (int round = 0; round < 2; ++round) {
        jump_ms(rig, 3'000);
        rig.session.resync(rig.now);
        rig.settle();
        jump_ms(rig, 3'000);
    }
    FUZZ_CHECK(rig.status() == session::Status::Live);
    FUZZ_CHECK(rig.matches_database());
    return 0;
}

// REST: reads of the services, well and badly answered.
#include <algorithm>
#include <array>

#include "session_sim/session_world.h"
#include "session_sim/session_world_state.h"

namespace nats_blotter::sim {
namespace {

// The page gives a silent service so long (web/rest_fetch.cpp).
constexpr MonotonicUs kSilenceUs = 30 * kSecondUs;
constexpr std::size_t kSpoiltBytes = 40;
constexpr const char* kHtml =
    "<!DOCTYPE html><html><head><title>Sign in</title></head><body>[{\"id\":\"t-0\"}]</body>";

}  // namespace

void SessionWorld::change_mood() {
    at(now_ + between(1, 9 * kSecondUs), [this] {
        if (peace_) return;
        if (faults_->rest && now_ >= mood_until_) {
            mood_ = static_cast<Mood>(random_.below(8));
            mood_until_ = now_ + between(100'000, 8 * kSecondUs);
            trace([this] { return "services: mood " + std::to_string(static_cast<int>(mood_)); });
        }
        change_mood();
    });
}

void SessionWorld::fetch(Page& page, session::FetchId id, const std::string& url) {
    auto reading = std::make_shared<Reading>();
    reading->id = id;
    reading->url = url;
    reading->asked_at = now_;
    reading->mood = !peace_ && now_ < mood_until_ ? mood_ : Mood::Well;
    page.readings[id] = reading;
    trace([&] { return page.name + ": asks " + std::to_string(id) + " " + url; });
    if (reading->mood == Mood::Hangs) {
        disturb(page, now_ + kSilenceUs);
        return end_answer(page, reading, now_ + kSilenceUs, 0, "sends nothing for 30 s");
    }
    at(now_ + between(faults_->rest_delay / 2, faults_->rest_delay),
       [this, &page, reading] { answer(page, reading); });
}

void SessionWorld::answer(Page& page, const std::shared_ptr<Reading>& reading) {
    constexpr std::array<int, 4> kStatuses = {500, 502, 503, 404};
    switch (reading->mood) {
        case Mood::Fails:
            disturb(page, now_);
            return end_answer(page, reading, now_, kStatuses[below(kStatuses.size())], "");
        case Mood::Unreachable:
            disturb(page, now_);
            return end_answer(page, reading, now_, 0, "connection refused");
        case Mood::Html: disturb(page, now_); return deliver_answer(page, reading, kHtml, "");
        default: break;
    }
    std::string since_header;
    std::string body = books_->answer(reading->url, now_, since_header);
    deliver_answer(page, reading, std::move(body), std::move(since_header));
}

void SessionWorld::deliver_answer(Page& page, const std::shared_ptr<Reading>& reading,
                                  std::string body, std::string since_header) {
    const bool trickles = reading->mood == Mood::Trickles;
    const bool truncated = reading->mood == Mood::Truncated;
    const bool spoilt = reading->mood == Mood::Spoilt;
    if (truncated) body.resize(below(body.size()));
    if (spoilt) {
        const std::size_t first = below(body.size());
        const std::size_t bytes = std::min(body.size() - first, kSpoiltBytes);
        body.replace(first, bytes, bytes, '\xff');
    }
    MonotonicUs when = now_ + between(0, faults_->rest_delay / 2);
    if (!since_header.empty()) {
        at(when, [this, &page, reading, since_header] {
            when_awake(page, [&page, reading, since_header] {
                if (!reading->deaf) page.session.on_fetch_head(reading->id, since_header);
            });
        });
    }
    while (!body.empty()) {
        const std::size_t bytes = std::min(body.size(), 1 + below(trickles ? 300 : 4000));
        if (trickles) when += between(0, 600'000);
        at(when, [this, &page, reading, piece = body.substr(0, bytes)] {
            when_awake(page, [this, &page, reading, piece] {
                if (!reading->deaf) page.session.on_fetch_bytes(reading->id, piece, now_);
            });
        });
        body.erase(0, bytes);
    }
    if (trickles || truncated || spoilt) disturb(page, when);
    const bool told = truncated && chance(2);
    end_answer(page, reading, when, told ? 0 : 200, told ? "connection lost" : "");
}

void SessionWorld::end_answer(Page& page, const std::shared_ptr<Reading>& reading, MonotonicUs when,
                              int http_status, const char* words) {
    at(when, [this, &page, reading, http_status, words] {
        when_awake(page, [this, &page, reading, http_status, words] {
            page.readings.erase(reading->id);
            if (reading->deaf) return;
            const std::uint64_t failures = page.session.stats(now_).fetch_failures;
            trace([&] {
                return page.name + ": answer " + std::to_string(reading->id) + " " +
                       std::to_string(http_status) + (reading->cancelled ? " (late)" : "");
            });
            page.session.on_fetch_end(reading->id, http_status, words, now_);
            const bool failed_read = page.session.stats(now_).fetch_failures != failures;
            if (failed_read && reading->mood == Mood::Well)
                page.oracle.fail("a good answer was refused: " + page.session.cause());
            if (!failed_read && !reading->cancelled &&
                reading->url.find("/position-service/") != std::string::npos &&
                (reading->mood == Mood::Well || reading->mood == Mood::Trickles))
                page.oracle.read_done(reading->url.find("/trades/") != std::string::npos,
                                      BooksModel::account_of(reading->url), reading->asked_at);
            serve(page);
        });
    });
}

}  // namespace nats_blotter::sim

#include "session_sim/session_world.h"

#include <algorithm>
#include <array>

#include "session_sim/session_world_state.h"

namespace nats_blotter::sim {
namespace {

bool later(const MonotonicUs a_at, const std::uint64_t a_order, const MonotonicUs b_at,
           const std::uint64_t b_order) {
    return a_at != b_at ? a_at > b_at : a_order > b_order;
}

}  // namespace

SessionWorld::SessionWorld(std::uint64_t seed, Trace* trace)
    : random_(seed * 0x9E3779B97F4A7C15u + 7), trace_(trace) {
    choose_faults();
    BrokerConfig config;
    config.first_ping = between(kSecondUs, 3 * kSecondUs);
    config.ping_interval = chance(2) ? 120 * kSecondUs : between(5 * kSecondUs, 30 * kSecondUs);
    config.lame_duck_grace = between(kSecondUs, 10 * kSecondUs);
    config.users.push_back({"u", "p", {}, {}, {}, {}});
    broker_ = std::make_unique<BrokerModel>(config);
    BooksOptions options;
    options.stock = chance(2);
    options.offers_since = !options.stock && chance(2);
    constexpr std::array<MonotonicUs, 4> kLags = {0, 5'000, 400'000, 1'900'000};
    options.commit_lag_max = kLags[below(kLags.size())];
    if (options.stock && chance(2)) options.phantom_one_in = 2 + random_.below(8);
    constexpr std::array<std::int64_t, 3> kSteps = {1, 100, 1000};
    options.version_step_ms = kSteps[below(kSteps.size())];
    books_ = std::make_unique<BooksModel>(options, random_);
    for (std::size_t i = 1 + below(3); i > 0; --i) books_->create_account(now_ - 60 * kSecondUs);
    for (std::size_t i = below(20); i > 0; --i) books_->book(now_ - 30 * kSecondUs);
    const std::size_t pages = chance(5) ? 2 : 1;
    for (std::size_t i = 0; i < pages; ++i) make_page(i);
}

SessionWorld::~SessionWorld() = default;

void SessionWorld::choose_faults() {
    faults_ = std::make_unique<Faults>();
    Faults& f = *faults_;
    constexpr std::array<MonotonicUs, 4> kDelays = {100, 5'000, 60'000, 300'000};
    constexpr std::array<MonotonicUs, 6> kLateness = {0, 0, 0, 4'000, 100'000, kSecondUs};
    constexpr std::array<MonotonicUs, 5> kRestDelays = {1'000, 20'000, 200'000, 700'000, 1'800'000};
    constexpr std::array<MonotonicUs, 3> kPaces = {400'000, 2 * kSecondUs, 5 * kSecondUs};
    f.delay = kDelays[below(kDelays.size())];
    f.jitter = chance(2) ? 0 : f.delay;
    f.lateness = kLateness[below(kLateness.size())];
    f.rest_delay = kRestDelays[below(kRestDelays.size())];
    f.subjects =
        chance(3) ? static_cast<feed::SubjectChoice>(random_.below(3)) : feed::SubjectChoice::Slash;
    f.trades_max = chance(4) ? 4 + below(20) : 0;
    f.pace = kPaces[below(kPaces.size())];
    const bool calm = chance(12);  // nothing at all: nothing may happen
    const auto maybe = [&](std::uint64_t one_in) { return !calm && chance(one_in); };
    f.splits = chance(3);
    f.cuts = maybe(2);
    f.half_open = maybe(5);
    f.stalls = maybe(4);
    f.garbage = maybe(5);
    f.refusals = maybe(4);
    f.broker_ends = maybe(4);
    f.restarts = maybe(3);
    f.lame_ducks = maybe(5);
    f.sleeps = maybe(5);
    f.rest = maybe(2);
    f.late_answers = maybe(2);
    f.new_accounts = chance(3);
    f.denials = maybe(2);
    f.duplicates = maybe(4);
    f.page_clock = maybe(5);
    f.services_clock = maybe(6);
    f.slow_pump = maybe(8);
    f.users = maybe(2);
    // What keeps a page from reading keeps it from finding what it did not hear.
    f.swallows = !f.rest && maybe(4);
}

void SessionWorld::make_page(std::size_t index) {
    session::Options options;
    options.profile = feed::traderx_profile(faults_->subjects);
    if (faults_->trades_max != 0) options.profile.tables[0].rows_max = faults_->trades_max;
    options.nats.user = "u";
    options.nats.password = "p";
    options.seed = random_.next();
    pages_.push_back(
        std::make_unique<Page>(std::move(options), *books_, "page " + std::to_string(index)));
    Page& page = *pages_.back();
    page.grid_phase = between(0, kSecondUs);
    page.oracle.set_lateness(faults_->lateness, faults_->delay + faults_->jitter);
    at(now_ + between(0, kSecondUs), [this, &page] {
        page.live_at = now_;
        page.session.start(now_);
        disturb(page, now_);
        set_scope(page, chance(3) ? session::kAllAccounts
                                  : books_->accounts()[below(books_->accounts().size())].id);
        watch(page);
        user_acts(page);
    });
}

// ---- chance and time

MonotonicUs SessionWorld::between(MonotonicUs low, MonotonicUs high) {
    return low +
           static_cast<MonotonicUs>(random_.below(static_cast<std::uint64_t>(high - low + 1)));
}

void SessionWorld::at(MonotonicUs when, std::function<void()> act) {
    queue_.push_back({std::max(when, now_), ++order_, std::move(act)});
    std::push_heap(queue_.begin(), queue_.end(), [](const Timed& a, const Timed& b) {
        return later(a.at, a.order, b.at, b.order);
    });
}

void SessionWorld::run_until(MonotonicUs end) {
    while (!queue_.empty() && queue_.front().at <= end && !failed()) {
        std::pop_heap(queue_.begin(), queue_.end(), [](const Timed& a, const Timed& b) {
            return later(a.at, a.order, b.at, b.order);
        });
        Timed next = std::move(queue_.back());
        queue_.pop_back();
        now_ = next.at;
        ++steps_;
        next.act();
    }
    if (!failed()) now_ = end;
}

bool SessionWorld::failed() const {
    return std::any_of(pages_.begin(), pages_.end(),
                       [](const auto& page) { return !page->oracle.failure().empty(); });
}

void SessionWorld::watch(Page& page) {
    at(now_ + between(300'000, 2'300'000), [this, &page] {
        if (now_ >= page.asleep_until) {
            // What waits undecoded has not been shown to anybody yet.
            if (page.pump_planned) page.oracle.tolerate_until(now_ + kGraceUs);
            page.oracle.look(now_);
        }
        watch(page);
    });
}

// ---- a run

WorldOutcome SessionWorld::run() {
    trace([this] {
        const BooksOptions& books = books_->options();
        return std::string(books.stock ? "stock" : "ours") + ", since " +
               std::to_string(books.offers_since) + ", commit lag " +
               std::to_string(books.commit_lag_max) + " us, phantoms 1 in " +
               std::to_string(books.phantom_one_in) + ", at most " +
               std::to_string(faults_->trades_max) + " trades, link " +
               std::to_string(faults_->delay) + " + " + std::to_string(faults_->jitter) +
               " us, REST " + std::to_string(faults_->rest_delay) + " us, timers " +
               std::to_string(faults_->lateness) + " us late, versions by " +
               std::to_string(books.version_step_ms) + " ms";
    });
    book();
    make_fault();
    change_mood();
    run_until(now_ + between(3 * kSecondUs, chance(16) ? 100 * kSecondUs : 20 * kSecondUs));
    if (!failed()) check_peace();
    return outcome();
}

void SessionWorld::check_peace() {
    trace([] { return std::string("peace"); });
    peace_ = true;
    const auto all_calm_at = [this] {
        MonotonicUs at = now_;
        for (const auto& page : pages_) at = std::max(at, page->oracle.calm());
        return at;
    };
    if (broker_down_until_ > now_) disturb_all(broker_down_until_);
    // What began before may still fail, and put off the calm by that.
    for (int i = 0; i < 20 && all_calm_at() > now_ && !failed(); ++i) run_until(all_calm_at());
    run_until(now_ + 2 * kSecondUs);
    // What was swallowed last is found on links that are well now.
    if (swallowed_) run_until(now_ + kUnseenUs + 5 * kSecondUs);
    books_closed_ = true;
    run_until(now_ + kGraceUs + 3 * kSecondUs + 2 * faults_->lateness);
    if (failed()) return;
    // Whatever was on the stream and was never committed goes with the next resync.
    for (auto& page : pages_) {
        trace([&] { return page->name + ": resync, for the last look"; });
        disturb(*page, now_);
        page->session.resync(now_);
        pump(*page);
    }
    // A break that is found late reads once more.
    for (int i = 0; i < 20 && all_calm_at() + 3 * kSecondUs > now_ && !failed(); ++i)
        run_until(all_calm_at() + 3 * kSecondUs);
    if (failed()) return;
    for (auto& page : pages_) page->oracle.look_at_peace(now_);
}

WorldOutcome SessionWorld::outcome() const {
    WorldOutcome sum;
    sum.steps = steps_;
    sum.swallows = swallows_;
    sum.breaks = breaks_;
    for (const auto& page : pages_) {
        if (sum.failure.empty() && !page->oracle.failure().empty())
            sum.failure = page->name + ": " + page->oracle.failure();
        sum.rows_compared += page->oracle.rows_compared();
        sum.live_us += page->oracle.live_us();
        sum.calm_us += page->oracle.calm_us();
        const session::Stats stats = page->session.stats(now_);
        sum.stats.events += stats.events;
        sum.stats.reconnects += stats.reconnects;
        sum.stats.gaps += stats.gaps;
        sum.stats.resyncs += stats.resyncs;
        sum.stats.phantoms += stats.phantoms;
        sum.stats.removed += stats.removed;
        sum.stats.evicted += stats.evicted;
        sum.stats.partial_reads += stats.partial_reads;
        sum.stats.unproven_reads += stats.unproven_reads;
        sum.stats.fetch_failures += stats.fetch_failures;
    }
    return sum;
}

}  // namespace nats_blotter::sim

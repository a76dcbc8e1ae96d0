// tests/session_sim/session_world.h - one seed: pages (src/session), a modelled broker and modelled
// services, a bad network, late timers, users who change their minds.
//
// Everything is drawn from the seed: which faults there are at all, when and for how long, what is
// booked and how late it is committed, how REST answers. Each page has a SessionOracle, which looks
// whenever the page becomes live and several times a second. In the end all faults stop, the pages
// have their time, and every one must equal the database. The same seed gives the same run on every
// platform.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/random.h"
#include "session_sim/session_oracle.h"
#include "sim/broker_model.h"
#include "sim/trace.h"

namespace nats_blotter::sim {

struct WorldOutcome {
    std::string failure;  // empty: all held
    std::uint64_t steps = 0;
    std::uint64_t rows_compared = 0;
    std::uint64_t swallows = 0;  // events that were never published
    std::uint64_t breaks = 0;    // books found not to balance
    MonotonicUs live_us = 0;     // of
    MonotonicUs calm_us = 0;     // the time in which nothing was wrong
    session::Stats stats;        // some of all pages, added up
};

class SessionWorld {
  public:
    SessionWorld(std::uint64_t seed, Trace* trace);  // `trace` may be null
    ~SessionWorld();

    WorldOutcome run();

  private:
    struct Faults;
    struct Page;
    struct Wire;
    struct Reading;
    enum class Mood : std::uint8_t {
        Well,
        Fails,
        Unreachable,
        Html,
        Truncated,
        Hangs,
        Trickles,
        Spoilt
    };

    struct Timed {
        MonotonicUs at = 0;
        std::uint64_t order = 0;
        std::function<void()> act;
    };

    // ---- chance and time (session_world.cpp)
    std::size_t below(std::size_t bound) { return static_cast<std::size_t>(random_.below(bound)); }
    bool chance(std::uint64_t one_in) { return random_.below(one_in) == 0; }
    MonotonicUs between(MonotonicUs low, MonotonicUs high);
    void at(MonotonicUs when, std::function<void()> act);
    void run_until(MonotonicUs end);
    bool failed() const;
    template <typename Say>
    void trace(Say say) {
        if (trace_ != nullptr && trace_->on) trace_->add(now_, say());
    }
    void choose_faults();
    void make_page(std::size_t index);
    void watch(Page& page);
    void check_peace();
    WorldOutcome outcome() const;

    // ---- pages (session_pages.cpp)
    void pump(Page& page);
    void serve(Page& page);  // actions, output, timer
    void arm_timer(Page& page);
    void when_awake(Page& page, std::function<void()> act);
    void user_acts(Page& page);
    void act_once(Page& page);
    void set_scope(Page& page, session::AccountId account);
    void send_to_sleep(Page& page);
    // Something goes wrong for the page until then.
    void disturb(Page& page, MonotonicUs until);
    void disturb_all(MonotonicUs until);

    // ---- REST (session_rest.cpp)
    void fetch(Page& page, session::FetchId id, const std::string& url);
    void answer(Page& page, const std::shared_ptr<Reading>& reading);
    void deliver_answer(Page& page, const std::shared_ptr<Reading>& reading, std::string body,
                        std::string since_header);
    void end_answer(Page& page, const std::shared_ptr<Reading>& reading, MonotonicUs when,
                    int http_status, const char* words);
    void change_mood();

    // ---- the network and the broker (session_network.cpp)
    void dial(Page& page, nats::Generation generation);
    void opened(const std::shared_ptr<Wire>& wire);
    void ended(const std::shared_ptr<Wire>& wire, std::uint16_t code, std::string reason);
    void hang_up(Page& page, nats::Generation generation);
    void carry_up(const std::shared_ptr<Wire>& wire, std::string bytes);
    void carry_down(const std::shared_ptr<Wire>& wire);
    void deliver(const std::shared_ptr<Wire>& wire);
    void collect();
    void broker_time();
    void book();
    void publish(const Told& told);
    void create_account();
    void make_fault();
    void fault_on(Page& page);
    void cut(const std::shared_ptr<Wire>& wire, bool lose_what_is_under_way);

    Random random_;
    Trace* trace_;
    MonotonicUs now_ = 1000 * kSecondUs;
    std::vector<Timed> queue_;  // a heap
    std::uint64_t order_ = 0;
    std::uint64_t steps_ = 0;
    std::unique_ptr<Faults> faults_;
    std::unique_ptr<BrokerModel> broker_;
    std::unique_ptr<BooksModel> books_;
    std::vector<std::unique_ptr<Page>> pages_;
    MonotonicUs broker_down_until_ = 0;
    MonotonicUs broker_timer_at_ = kNever;
    Mood mood_ = Mood::Well;
    MonotonicUs mood_until_ = 0;
    bool peace_ = false;
    bool books_closed_ = false;  // nothing is booked any more
    bool swallowed_ = false;     // an event was not published, on links that are well
    bool garbled_ = false;       // garbage may have spoilt the payload of one, and nothing else
    std::uint64_t swallows_ = 0;
    std::uint64_t breaks_ = 0;
};

}  // namespace nats_blotter::sim

// tests/sim/simulation.h - one seed: clients, a modelled broker, a bad network and a strange clock.
//
// Everything is drawn from the seed: which kinds of fault there are at all, how late timers are,
// how bytes are split, what the owners do. Faults last a while; then they stop, and
// Oracle::at_peace must find every client whole. The same seed gives the same run on every
// platform.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/random.h"
#include "sim/broker_model.h"
#include "sim/oracle.h"
#include "sim/trace.h"

namespace nats_blotter::sim {

struct Outcome {
    std::string failure;  // empty: all held
    std::uint64_t steps = 0;
    std::uint64_t messages = 0;
    std::uint64_t dials = 0;
};

class Simulation {
  public:
    // `spread` and `trace` may be null.
    Simulation(std::uint64_t seed, RedialSpread* spread, Trace* trace);
    ~Simulation();

    Outcome run();

  private:
    struct Owner;
    struct Wire;
    struct Faults;

    struct Timed {
        MonotonicUs at = 0;
        std::uint64_t order = 0;
        std::function<void()> act;
    };

    std::size_t below(std::size_t bound) { return static_cast<std::size_t>(random_.below(bound)); }
    bool chance(std::uint64_t one_in) { return random_.below(one_in) == 0; }
    MonotonicUs between(MonotonicUs low, MonotonicUs high);
    void at(MonotonicUs when, std::function<void()> act);
    void run_until(MonotonicUs end);
    bool failed() const;
    template <typename Say>
    void trace(Say say);
    template <typename Say>
    void trace(const Owner& owner, Say say);

    void choose_faults();
    void make_owner(std::size_t index);
    void owner_acts(Owner& owner);
    void act_once(Owner& owner);
    void subscribe(Owner& owner);
    void publish(Owner& owner);
    void fence(Owner& owner);
    void request(Owner& owner);
    void end_subscription(Owner& owner);
    void close(Owner& owner);
    void answer_credentials(Owner& owner, nats::Generation generation);
    void answer_signature(Owner& owner, nats::Generation generation);
    void answer(Owner& owner, const nats::Event& event);
    void answer_inside(const BrokerHeard& heard);
    void pump(Owner& owner, bool deadline_met = false);
    void take_output(Owner& owner);
    void arm_timer(Owner& owner);
    void watch(Owner& owner);
    void send_to_sleep(Owner& owner);
    void when_awake(Owner& owner, std::function<void()> act);
    void seen(Owner& owner, const nats::Event& event);

    void dial(Owner& owner, const std::shared_ptr<Wire>& wire);
    void opened(Owner& owner, const std::shared_ptr<Wire>& wire);
    void ended(Owner& owner, const std::shared_ptr<Wire>& wire, std::uint16_t code,
               std::string reason);
    void carry_up(const std::shared_ptr<Wire>& wire, std::string bytes);
    void carry_down(const std::shared_ptr<Wire>& wire);
    void deliver(const std::shared_ptr<Wire>& wire);
    void collect();
    void broker_time();

    void publish_inside();
    void make_fault();
    void fault_on(const std::shared_ptr<Wire>& wire);
    void stop_faults();
    void check_peace();

    Random random_;
    RedialSpread* spread_;
    Trace* trace_;
    MonotonicUs now_ = 1000 * kSecondUs;
    std::vector<Timed> queue_;  // a heap
    std::uint64_t order_ = 0;
    std::uint64_t steps_ = 0;
    std::unique_ptr<BrokerModel> broker_;
    std::unique_ptr<Faults> faults_;
    std::vector<std::unique_ptr<Owner>> owners_;
    MonotonicUs broker_down_until_ = 0;
    MonotonicUs broker_timer_at_ = kNever;
    std::uint64_t tokens_ = 0;
    bool peace_ = false;
};

}  // namespace nats_blotter::sim

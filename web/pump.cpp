// web/pump.cpp - see web/pump.h.
#include "web/pump.h"

#include "base/limits.h"
#include "web/browser.h"

namespace nats_blotter::web {

// Events between two looks at the clock: some 20 us of work, so the budget is kept within 1 %.
static constexpr std::size_t kEventsPerLook = 64;

void Pump::wake() {
    if (posted_) return;
    posted_ = true;
    post_pump_task();
}

void Pump::run_task() {
    posted_ = false;
    if (run(kPumpBudgetUs)) wake();
}

void Pump::run_in_place() {
    if (run(kPumpBudgetUs)) wake();
}

bool Pump::inbox_is_full() const { return session_.link().unread_bytes() > kInboxBytesMax; }

bool Pump::run(MonotonicUs budget_us) {
    const EpochMs epoch_ms = epoch_now_ms();
    MonotonicUs now = monotonic_now();
    const MonotonicUs end = now + budget_us;
    bool more = true;
    while (more && now < end) {
        more = session_.pump(now, epoch_ms, kEventsPerLook);
        now = monotonic_now();
    }
    return more;
}

}  // namespace nats_blotter::web

// web/pump.cpp - see web/pump.h.
#include "web/pump.h"

#include <algorithm>
#include <string_view>

#include "base/limits.h"
#include "web/browser.h"

namespace nats_blotter::web {

// Events between two looks at the clock: some 20 us of work, so the budget is kept within 1 %.
static constexpr std::size_t kEventsPerLook = 64;

Pump::Pump(session::Session& session, WsTransport& transport, RestFetch& rest)
    : session_(session), transport_(transport), rest_(rest), rest_slice_(kFetchSliceBytes) {}

void Pump::wake() {
    if (posted_) return;
    posted_ = true;
    post_pump_task();
}

void Pump::wake_for_more(bool hurried) {
    if (posted_ || gathering_) return;
    const MonotonicUs due = worked_at_ + (hurried ? kGatherUs : kGatherUnhurriedUs);
    const MonotonicUs now = monotonic_now();
    if (now >= due || page_hidden()) return wake();
    gathering_ = true;
    post_pump_task_later(static_cast<double>(due - now) / double(kMillisecondUs));
}

void Pump::run_task() {
    // The posted one or the timer's: the other will find nothing to do.
    posted_ = false;
    gathering_ = false;
    ++stats_.tasks;
    if (run(kPumpBudgetUs, [] { return false; })) wake();
}

bool Pump::run_in_frame() {
    if (!gathering_ || rest_.waiting_bytes() > 0 || inbox_bytes() >= kGatherBytesMax) return false;
    // The timer stays: what comes until it runs is the next to gather.
    ++stats_.in_frame;
    if (run(kInFrameBudgetUs, [] { return false; })) wake();
    return true;
}

bool Pump::on_waiting(bool hurried) {
    stats_.inbox_peak = std::max(stats_.inbox_peak, inbox_bytes());
    if (inbox_bytes() > kInboxBytesMax) {
        ++stats_.in_place;
        run(kInPlaceBudgetUs, [this] { return inbox_bytes() <= kInboxBytesMax; });
    }
    if (inbox_bytes() < kGatherBytesMax)
        wake_for_more(hurried);
    else
        wake();
    if (inbox_bytes() <= 2 * kInboxBytesMax) return true;
    ++stats_.refused;
    session_.link().reconnect(nats::CauseClass::Limit,
                              "More was received than could be worked off.", monotonic_now());
    return false;
}

void Pump::on_fetch_waiting(std::size_t bytes) {
    rest_.set_waiting(bytes);
    stats_.fetch_peak = std::max(stats_.fetch_peak, bytes);
    wake();
}

std::size_t Pump::inbox_bytes() const {
    return transport_.waiting_bytes() + session_.link().unread_bytes();
}

// One look's worth of everything that waits; true when there is more.
bool Pump::step(MonotonicUs now, EpochMs epoch_ms) {
    bool more = transport_.feed(session_.link(), now);
    more = session_.pump(now, epoch_ms, kEventsPerLook) || more;
    if (rest_.waiting_bytes() > 0) {
        const RestFetch::Piece piece = rest_.take(rest_slice_);
        session_.on_fetch_bytes(piece.fetch, {rest_slice_.data(), piece.bytes}, now);
        more = more || rest_.waiting_bytes() > 0;
    }
    return more;
}

template <typename Enough>
bool Pump::run(MonotonicUs budget_us, Enough enough) {
    const EpochMs epoch_ms = epoch_now_ms();
    const MonotonicUs started = monotonic_now();
    MonotonicUs now = started;
    bool more = true;
    while (more && now - started < budget_us && !enough()) {
        more = step(now, epoch_ms);
        now = monotonic_now();
    }
    worked_at_ = now;
    stats_.worked_us += now - started;
    stats_.task_us_peak = std::max(stats_.task_us_peak, now - started);
    return more;
}

}  // namespace nats_blotter::web

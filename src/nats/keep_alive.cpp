#include "nats/keep_alive.h"

#include "base/assert.h"

namespace nats_blotter::nats {

void KeepAlive::start(MonotonicUs now) {
    stage_ = Stage::Quiet;
    deadline_ = now + kSilenceUntilPingUs;
    dead_at_ = kNever;
    suspect_ = false;
    check_invariants();
}

void KeepAlive::stop() {
    stage_ = Stage::Stopped;
    deadline_ = dead_at_ = kNever;
    suspect_ = false;
}

bool KeepAlive::heard(MonotonicUs now) {
    if (stage_ == Stage::Stopped) return false;
    const bool was_suspect = suspect_;
    start(now);
    return was_suspect;
}

KeepAlive::Action KeepAlive::on_deadline(MonotonicUs now) {
    if (now < deadline_) return Action::None;
    const bool jumped = now - deadline_ > kJumpUs;
    if (stage_ == Stage::Probing) return Action::Dead;
    if (jumped) return probe(now);
    if (stage_ == Stage::Quiet) {
        stage_ = Stage::Pinged;
        deadline_ = now + kPingUntilSuspectUs;
        dead_at_ = now + kPingUntilDeadUs;
        check_invariants();
        return Action::Ping;
    }
    if (now >= dead_at_) return Action::Dead;
    stage_ = Stage::PingedTwice;
    deadline_ = dead_at_;
    const bool newly_suspect = !suspect_;
    suspect_ = true;
    check_invariants();
    return newly_suspect ? Action::PingAndSuspect : Action::Ping;
}

KeepAlive::Action KeepAlive::on_wake_up(MonotonicUs now) {
    if (stage_ == Stage::Stopped) return Action::None;
    // A page tells of one waking in several ways at once; the running verdict is not put off by it.
    const bool verdict_is_near = dead_at_ != kNever && now < dead_at_;
    if (!verdict_is_near) return probe(now);
    return stage_ == Stage::Probing ? Action::None : Action::Ping;
}

KeepAlive::Action KeepAlive::probe(MonotonicUs now) {
    stage_ = Stage::Probing;
    deadline_ = dead_at_ = now + kPingUntilDeadUs;
    check_invariants();
    return Action::Ping;
}

void KeepAlive::check_invariants() const {
    NB_ASSERT((deadline_ == kNever) == (stage_ == Stage::Stopped));
    NB_ASSERT(stage_ != Stage::Quiet || !suspect_);
    NB_ASSERT((dead_at_ == kNever) == (stage_ == Stage::Stopped || stage_ == Stage::Quiet));
}

}  // namespace nats_blotter::nats

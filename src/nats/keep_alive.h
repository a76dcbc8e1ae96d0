// nats/keep_alive.h - is the other side still there? Design rule 6.
//
//   last byte + 20 s    PING
//            + 22.5 s   second PING, Suspect
//            + 25 s     dead
//   wake-up             PING at once, dead 5 s later
//
// Any byte starts it again. Every deadline counts from the PING that was really sent, so a
// throttled timer delays the verdict and never makes it false. A call more than kJumpUs late means
// that the machine slept: what arrived meanwhile has not been read yet, so the link gets one probe
// as after a wake-up before it is called dead.
//
// Invariants, checked after every public call (tests/nats/keep_alive_test.cpp):
//   1. From the first PING on, a silent link is dead within two late calls: probes do not repeat.
//   2. Suspect is answered at most once per silence.
#pragma once

#include <cstdint>

#include "base/clock.h"

namespace nats_blotter::nats {

inline constexpr MonotonicUs kSilenceUntilPingUs = 20 * kSecondUs;
inline constexpr MonotonicUs kPingUntilSuspectUs = 2500 * kMillisecondUs;
inline constexpr MonotonicUs kPingUntilDeadUs = 5 * kSecondUs;
// Later than any timer of a page that is shown; a hidden page's are late by up to a minute.
inline constexpr MonotonicUs kJumpUs = 5 * kSecondUs;

class KeepAlive {
  public:
    enum class Action : std::uint8_t { None, Ping, PingAndSuspect, Dead };

    void start(MonotonicUs now);
    void stop();
    // A byte was received. True when the link was suspect until now.
    bool heard(MonotonicUs now);

    Action on_deadline(MonotonicUs now);
    Action on_wake_up(MonotonicUs now);
    MonotonicUs next_deadline() const { return deadline_; }

    bool suspect() const { return suspect_; }

  private:
    enum class Stage : std::uint8_t { Stopped, Quiet, Pinged, PingedTwice, Probing };

    Action probe(MonotonicUs now);
    void check_invariants() const;

    Stage stage_ = Stage::Stopped;
    MonotonicUs deadline_ = kNever;
    MonotonicUs dead_at_ = kNever;
    bool suspect_ = false;
};

}  // namespace nats_blotter::nats

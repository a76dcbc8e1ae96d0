// web/pump.h - turns received bytes into rows at its own pace, apart from the frames.
//
// A message posts one task; the task decodes for at most kPumpBudgetUs and posts itself again while
// bytes remain. Tasks of a MessageChannel run in hidden tabs too, where timers and frames do not.
#pragma once

#include "base/clock.h"
#include "session/session.h"

namespace nats_blotter::web {

class Pump {
  public:
    explicit Pump(session::Session& session) : session_(session) {}

    // Bytes have arrived: posts the task, unless one is on its way.
    void wake();

    // One task's worth of decoding.
    void run_task();

    // Decodes now, within the callback that brought the bytes.
    void run_in_place();

    // True when the inbox is so full that the socket's callback must decode in place.
    bool inbox_is_full() const;

  private:
    bool run(MonotonicUs budget_us);

    session::Session& session_;
    bool posted_ = false;
};

}  // namespace nats_blotter::web

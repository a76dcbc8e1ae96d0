// web/pump.h - turns what was received into rows at its own pace, apart from the frames.
//
// A message posts one task; the task decodes for at most kPumpBudgetUs and posts itself again while
// anything remains. What comes just after a task gathers for kGatherUs, so that a flood of small
// messages shares tasks. A frame decodes what gathers before it draws; while one is on its way,
// more may gather for it. Tasks of a MessageChannel run in hidden tabs too, where timers and frames
// do not. The events of the socket and the answers of the services share a task, slice by slice.
//
// What waits is bounded (base/limits.h): at kInboxBytesMax the socket's callback decodes in place,
// for at most kInPlaceBudgetUs; what is past twice that when it has done so ends the connection.
#pragma once

#include <cstdint>
#include <vector>

#include "base/clock.h"
#include "session/session.h"
#include "web/rest_fetch.h"
#include "web/ws_transport.h"

namespace nats_blotter::web {

struct PumpStats {
    std::uint64_t tasks = 0;
    std::uint64_t in_frame = 0;    // frames that decoded what had gathered
    std::uint64_t in_place = 0;    // callbacks of the socket that had to decode
    std::uint64_t refused = 0;     // connections ended at twice kInboxBytesMax
    std::size_t inbox_peak = 0;    // bytes
    std::size_t fetch_peak = 0;    // bytes of answers read ahead
    MonotonicUs task_us_peak = 0;  // the longest task, in place or not
    MonotonicUs worked_us = 0;     // all of them
};

class Pump {
  public:
    Pump(session::Session& session, WsTransport& transport, RestFetch& rest);

    // Something has arrived: posts the task, unless one is on its way.
    void wake();

    // One task's worth of decoding.
    void run_task();

    // At the start of a frame: decodes what little gathers, so that the frame shows it; false where
    // there is nothing, or so much that it is the task's.
    bool run_in_frame();

    // Bytes came from the broker: posts the task, or has it wait for more; decodes in place where
    // it must. `hurried`: a table is seen, and no frame is on its way that would decode them. False
    // when the connection cannot go on, and has been told to end.
    bool on_waiting(bool hurried);

    // Of the answers of services, `bytes` wait in all.
    void on_fetch_waiting(std::size_t bytes);

    // Received from the broker and not decoded.
    std::size_t inbox_bytes() const;

    const PumpStats& stats() const { return stats_; }

  private:
    void wake_for_more(bool hurried);
    bool step(MonotonicUs now, EpochMs epoch_ms);
    template <typename Enough>
    bool run(MonotonicUs budget_us, Enough enough);

    session::Session& session_;
    WsTransport& transport_;
    RestFetch& rest_;
    std::vector<char> rest_slice_;
    bool posted_ = false;
    bool gathering_ = false;     // a timer runs the task
    MonotonicUs worked_at_ = 0;  // when a task last ended
    PumpStats stats_;
};

}  // namespace nats_blotter::web

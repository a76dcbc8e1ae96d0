// table/fresh_gone.h - the last events that left no row behind, unloaded or kept out at the row
// cap.
//
// A snapshot that is asked for shortly after such an event may lack it, since events come before
// the service has committed (feed::kCommitLagMs). So their keys are awaited in it: those that it
// does not show are not counted by its rows.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/limits.h"
#include "feed/merge.h"

namespace nats_blotter::table {

class FreshGone {
  public:
    // An event that came at `streamed_at`, by the hash of its key. The last kFreshGoneMax are
    // known.
    void add(std::uint64_t hash, feed::SessionMs streamed_at) {
        if (events_.size() < kFreshGoneMax)
            events_.push_back({hash, streamed_at});
        else
            events_[next_] = {hash, streamed_at};
        next_ = (next_ + 1) % kFreshGoneMax;
    }
    // A snapshot of all rows is asked for.
    void await(feed::SessionMs now) {
        awaited_.clear();
        for (const Event& event : events_)
            if (static_cast<std::int64_t>(event.streamed_at) + feed::kCommitLagMs >= now)
                awaited_.push_back(event.hash);
        std::sort(awaited_.begin(), awaited_.end());
        awaited_.erase(std::unique(awaited_.begin(), awaited_.end()), awaited_.end());
    }
    // The snapshot has the key, or the stream has brought it back.
    void note_shown(std::uint64_t hash) {
        const auto found = std::lower_bound(awaited_.begin(), awaited_.end(), hash);
        if (found != awaited_.end() && *found == hash) awaited_.erase(found);
    }
    bool is_awaiting() const { return !awaited_.empty(); }
    // Those that were not shown.
    std::size_t awaited() const { return awaited_.size(); }
    void clear() {
        events_.clear();
        awaited_.clear();
        next_ = 0;
    }

  private:
    struct Event {
        std::uint64_t hash = 0;
        feed::SessionMs streamed_at = 0;
    };
    std::vector<Event> events_;  // a ring
    std::size_t next_ = 0;
    std::vector<std::uint64_t> awaited_;  // in order
};

}  // namespace nats_blotter::table

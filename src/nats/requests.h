// nats/requests.h - requests that wait for their answer, behind one inbox subscription.
//
// All answers come to one wildcard subscription, `<prefix>.<token>.*`; the last token of an
// answer's subject is the request's number. The token is made of the client's seed, so two clients
// with different seeds do not read each other's answers.
//
// A request ends exactly once: answered, cancelled by its owner, or failed. A deadline is judged
// only when everything received was looked at, so an answer that waited in the buffer of a page
// that slept still counts.
//
// Invariants, checked after every mutating call (tests/nats/requests_test.cpp):
//   1. Ids rise; every begun one ends once.
//   2. Pending and failed ones together are at most kRequestsMax.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "base/result.h"
#include "nats/event.h"

namespace nats_blotter::nats {

// A page asks for tens at a time; thousands without an answer are an owner's endless loop.
inline constexpr std::size_t kRequestsMax = 4096;

struct FailedRequest {
    RequestId request = 0;
    RequestFailure failure = RequestFailure::Timeout;
};

class Requests {
  public:
    // REQUIRES: check_literal_subject(inbox_prefix).
    Requests(std::string inbox_prefix, std::uint64_t seed);

    // What to subscribe to before the first request.
    std::string inbox_pattern() const { return inbox_ + "*"; }
    // A subject that nobody else uses and that is not under inbox_pattern().
    std::string new_inbox();

    // The number that the next begin() gives; its reply subject is made before it is begun.
    RequestId next_id() const { return last_id_ + 1; }
    std::string reply_subject(RequestId request) const;
    bool full() const { return pending_.size() + failed_.size() >= kRequestsMax; }
    // REQUIRES: !full().
    RequestId begin(std::string_view subject, MonotonicUs deadline);

    // The pending request that a message on our inbox answers; 0 for none, such as one too late.
    RequestId find_by_reply(std::string_view reply_subject) const;
    // The oldest pending one on this subject; 0 for none.
    RequestId find_by_subject(std::string_view subject) const;

    // Ends it without a word; false when it was not pending.
    bool finish(RequestId request);
    // The same for its owner, also when its failure is there and was not told yet.
    void cancel(RequestId request);
    void fail(RequestId request, RequestFailure failure);
    void fail_all(RequestFailure failure);

    // When the next one is due that on_deadline() has not seen yet.
    MonotonicUs next_deadline() const { return next_deadline_; }
    void on_deadline(MonotonicUs now);
    // Everything received was looked at: those due by now, or by the last on_deadline(), fail.
    void expire(MonotonicUs now);

    std::optional<FailedRequest> next_failed();
    bool has_failed() const { return !failed_.empty(); }
    std::size_t pending() const { return pending_.size(); }

  private:
    struct Pending {
        RequestId id = 0;
        MonotonicUs deadline = kNever;
        std::string subject;
    };

    std::size_t index_of(RequestId request) const;
    void find_next_deadline();
    void check_invariants() const;

    std::string inbox_;  // "<prefix>.<token>."
    std::string prefix_;
    Random random_;
    std::vector<Pending> pending_;  // ids rise
    std::deque<FailedRequest> failed_;
    RequestId last_id_ = 0;
    MonotonicUs next_deadline_ = kNever;
    // on_deadline() saw some due, until then; expire() has not been called since.
    MonotonicUs due_until_ = INT64_MIN;
    bool due_ = false;
};

}  // namespace nats_blotter::nats

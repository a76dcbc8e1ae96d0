#include "nats/subscriptions.h"

#include <algorithm>

#include "base/limits.h"
#include "nats/encoder.h"
#include "nats/error.h"
#include "nats/subject.h"

namespace nats_blotter::nats {
namespace {

// CONNECT with a long JWT, and more PINGs and PONGs than ever wait.
constexpr std::size_t kOtherOutputBytesMax = 256 * 1024;

}  // namespace

std::size_t Subscriptions::line_bytes_max() { return kOutputBytesMax - kOtherOutputBytesMax; }

Result<Sid> Subscriptions::add(std::string_view subject, std::string_view queue_group) {
    if (Result<void> valid = check_subject(subject); !valid) return valid.error();
    if (!queue_group.empty()) {
        if (Result<void> valid = check_queue_group(queue_group); !valid) return valid.error();
    }
    const std::size_t bytes = sub_line_bytes_max(subject, queue_group);
    if (sids_.size() == kSubscriptionsMax || line_bytes_ + bytes > line_bytes_max())
        return nats_error(NatsError::TooManySubscriptions);
    line_bytes_ += bytes;
    sids_.push_back(next_sid_);
    subscriptions_.push_back({std::string(subject), std::string(queue_group), false});
    check_invariants();
    return next_sid_++;
}

void Subscriptions::remove(Sid sid) {
    const std::size_t index = index_of(sid);
    if (index == sids_.size()) return;
    const Subscription& gone = subscriptions_[index];
    line_bytes_ -= sub_line_bytes_max(gone.subject, gone.queue_group);
    sids_.erase(sids_.begin() + static_cast<std::ptrdiff_t>(index));
    subscriptions_.erase(subscriptions_.begin() + static_cast<std::ptrdiff_t>(index));
    check_invariants();
}

const Subscription* Subscriptions::find(Sid sid) const {
    const std::size_t index = index_of(sid);
    return index == sids_.size() ? nullptr : &subscriptions_[index];
}

// While nothing was removed a sid's place is known; else it is searched.
std::size_t Subscriptions::index_of(Sid sid) const {
    if (sid == 0) return sids_.size();
    const auto likely = static_cast<std::size_t>(sid - 1);
    if (sid <= sids_.size() && sids_[likely] == sid) return likely;
    const auto found = std::lower_bound(sids_.begin(), sids_.end(), sid);
    if (found == sids_.end() || *found != sid) return sids_.size();
    return static_cast<std::size_t>(found - sids_.begin());
}

Sid Subscriptions::find_for_denial(std::string_view subject, std::string_view queue_group) const {
    Sid first = 0;
    for (std::size_t i = 0; i < sids_.size(); ++i) {
        const Subscription& candidate = subscriptions_[i];
        if (candidate.subject != subject || candidate.queue_group != queue_group) continue;
        if (!candidate.denied) return sids_[i];
        if (first == 0) first = sids_[i];
    }
    return first;
}

void Subscriptions::mark_denied(Sid sid) {
    const std::size_t index = index_of(sid);
    if (index != sids_.size()) subscriptions_[index].denied = true;
}

void Subscriptions::forget_denials() {
    for (Subscription& subscription : subscriptions_) subscription.denied = false;
}

void Subscriptions::append_all(std::string& out) const {
    for (std::size_t i = 0; i < sids_.size(); ++i)
        append_sub(out, subscriptions_[i].subject, subscriptions_[i].queue_group, sids_[i]);
}

void Subscriptions::check_invariants() const {
    NB_ASSERT(sids_.size() == subscriptions_.size() && sids_.size() <= kSubscriptionsMax);
    NB_ASSERT(sids_.empty() || sids_.back() <= next_sid_);
    NB_ASSERT(line_bytes_ <= line_bytes_max());
}

}  // namespace nats_blotter::nats

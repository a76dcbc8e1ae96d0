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

// Its UNSUB is counted always, so that set_messages_max() cannot fail.
std::size_t line_bytes_of(const Subscription& subscription) {
    return sub_line_bytes_max(subscription.subject, subscription.queue_group) +
           unsub_after_line_bytes_max();
}

}  // namespace

std::size_t Subscriptions::line_bytes_max() { return kOutputBytesMax - kOtherOutputBytesMax; }

Result<Sid> Subscriptions::add(std::string_view subject, std::string_view queue_group) {
    if (Result<void> valid = check_subject(subject); !valid) return valid.error();
    if (!queue_group.empty()) {
        if (Result<void> valid = check_queue_group(queue_group); !valid) return valid.error();
    }
    const std::size_t bytes =
        sub_line_bytes_max(subject, queue_group) + unsub_after_line_bytes_max();
    if (sids_.size() == kSubscriptionsMax || line_bytes_ + bytes > line_bytes_max())
        return nats_error(NatsError::TooManySubscriptions);
    line_bytes_ += bytes;
    sids_.push_back(next_sid_);
    Subscription& added = subscriptions_.emplace_back();
    added.subject = subject;
    added.queue_group = queue_group;
    check_invariants();
    return next_sid_++;
}

void Subscriptions::remove(Sid sid) {
    const std::size_t index = index_of(sid);
    if (index == sids_.size()) return;
    line_bytes_ -= line_bytes_of(subscriptions_[index]);
    sids_.erase(sids_.begin() + static_cast<std::ptrdiff_t>(index));
    subscriptions_.erase(subscriptions_.begin() + static_cast<std::ptrdiff_t>(index));
    check_invariants();
}

const Subscription* Subscriptions::find(Sid sid) const {
    const std::size_t index = index_of(sid);
    return index == sids_.size() ? nullptr : &subscriptions_[index];
}

Subscription* Subscriptions::find(Sid sid) {
    const std::size_t index = index_of(sid);
    return index == sids_.size() ? nullptr : &subscriptions_[index];
}

void Subscriptions::set_messages_max(Sid sid, std::uint64_t messages_max) {
    Subscription* subscription = find(sid);
    NB_ASSERT(subscription != nullptr && messages_max > subscription->received);
    subscription->messages_max = messages_max;
}

std::vector<Sid> Subscriptions::take_draining() {
    std::vector<Sid> taken;
    for (std::size_t i = 0; i < sids_.size(); ++i)
        if (subscriptions_[i].draining) taken.push_back(sids_[i]);
    if (taken.size() == sids_.size()) {
        sids_.clear();
        subscriptions_.clear();
        line_bytes_ = 0;
    } else {
        for (const Sid sid : taken) remove(sid);
    }
    return taken;
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

void Subscriptions::append_all(std::string& out) {
    for (std::size_t i = 0; i < sids_.size(); ++i) {
        Subscription& subscription = subscriptions_[i];
        if (subscription.draining) continue;
        append_sub(out, subscription.subject, subscription.queue_group, sids_[i]);
        subscription.received_before = subscription.received;
        if (subscription.messages_max > 0)
            append_unsub_after(out, sids_[i], subscription.messages_max_on_wire());
    }
}

void Subscriptions::check_invariants() const {
    NB_ASSERT(sids_.size() == subscriptions_.size() && sids_.size() <= kSubscriptionsMax);
    NB_ASSERT(sids_.empty() || sids_.back() <= next_sid_);
    NB_ASSERT(line_bytes_ <= line_bytes_max());
}

}  // namespace nats_blotter::nats

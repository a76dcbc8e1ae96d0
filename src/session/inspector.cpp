#include "session/inspector.h"

#include <algorithm>

#include "nats/subject.h"

namespace nats_blotter::session {
namespace {

char folded(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 0x20) : c; }

bool contains_folded(std::string_view text, std::string_view needle) {
    return std::search(text.begin(), text.end(), needle.begin(), needle.end(),
                       [](char a, char b) { return folded(a) == b; }) != text.end();
}

// Evicted messages are no matches any more.
std::size_t gone(const std::deque<std::uint64_t>& matches, std::uint64_t first) {
    return static_cast<std::size_t>(std::lower_bound(matches.begin(), matches.end(), first) -
                                    matches.begin());
}

}  // namespace

// ---- counts

void InspectedSubject::note(std::size_t bytes_more, MonotonicUs now) {
    const std::int64_t second = now / kSecondUs;
    if (second != second_) {
        in_second_before_ = second == second_ + 1 ? in_second_ : 0;
        in_second_ = 0;
        second_ = second;
    }
    ++in_second_;
    ++messages;
    bytes += bytes_more;
    last_at = now;
}

std::uint32_t InspectedSubject::rate(MonotonicUs now) const {
    const std::int64_t second = now / kSecondUs;
    if (second == second_) return in_second_before_;
    return second == second_ + 1 ? in_second_ : 0;
}

// ---- subscriptions

void Inspector::subscribe(Subscription& subscription) {
    subscription.refused.clear();
    const Result<nats::Sid> sid = link_.subscribe(subscription.subject);
    if (sid)
        subscription.sid = *sid;
    else
        subscription.refused = sid.error().text;
}

void Inspector::open() {
    if (open_) return;
    open_ = true;
    for (Subscription& subscription : subscriptions_) subscribe(subscription);
    ++version_;
}

void Inspector::close() {
    if (!open_) return;
    open_ = false;
    for (Subscription& subscription : subscriptions_) {
        if (subscription.sid != 0) link_.unsubscribe(subscription.sid);
        subscription.sid = 0;
    }
    ++version_;
}

std::string Inspector::watch(std::string_view subject) {
    ++version_;
    const auto found =
        std::find_if(subscriptions_.begin(), subscriptions_.end(),
                     [subject](const Subscription& one) { return one.subject == subject; });
    if (found != subscriptions_.end()) {
        if (open_ && found->sid == 0) subscribe(*found);
        return found->refused;
    }
    if (subscriptions_.size() == kInspectorSubscriptionsMax)
        return "These are as many subscriptions as there can be: take one off first.";
    Subscription added;
    added.subject = subject;
    if (open_) subscribe(added);
    if (!added.refused.empty()) return added.refused;
    subscriptions_.push_back(std::move(added));
    return {};
}

void Inspector::unwatch(std::size_t index) {
    ++version_;
    if (subscriptions_[index].sid != 0) link_.unsubscribe(subscriptions_[index].sid);
    subscriptions_.erase(subscriptions_.begin() + static_cast<std::ptrdiff_t>(index));
}

bool Inspector::refuse(nats::Sid sid, std::string_view words) {
    if (sid == 0) return false;
    for (Subscription& subscription : subscriptions_) {
        if (subscription.sid != sid) continue;
        link_.unsubscribe(sid);
        subscription.sid = 0;
        subscription.refused = words;
        ++version_;
        return true;
    }
    return false;
}

// ---- messages

bool Inspector::take(const nats::Event& message, MonotonicUs now, EpochMs epoch_ms) {
    const bool own = std::any_of(
        subscriptions_.begin(), subscriptions_.end(),
        [&message](const Subscription& one) { return one.sid != 0 && one.sid == message.sid; });
    if (!own) return false;
    ++version_;
    const std::size_t bytes = message.headers.size() + message.payload.size();
    auto found = index_.find(message.subject);
    if (found == index_.end() && subjects_.size() < kInspectorSubjectsMax) {
        found = index_.emplace(message.subject, subjects_.size()).first;
        subjects_.emplace_back().subject = message.subject;
    }
    (found == index_.end() ? others_ : subjects_[found->second]).note(bytes, now);

    if (paused_) {
        ++passed_;
        return true;
    }
    if (now - turn_at_ >= kInspectorTurnUs) {
        turn_at_ = now;
        turn_bytes_ = 0;
    }
    const std::size_t copied =
        std::min(message.subject.size() + message.reply.size() + bytes, kInspectorMessageBytesMax);
    if (turn_bytes_ + copied > kInspectorTurnBytesMax) {
        ++skipped_;
        return true;
    }
    turn_bytes_ += copied;
    InspectedMessage kept;
    kept.at_ms = epoch_ms;
    kept.subject = message.subject;
    kept.reply = message.reply;
    kept.headers = message.headers;
    kept.payload = message.payload;
    ring_.add(kept);
    return true;
}

void Inspector::pause(bool paused) {
    if (paused && !paused_) passed_ = 0;
    paused_ = paused;
    ++version_;
}

void Inspector::clear() {
    ring_.clear();
    matches_.clear();
    subjects_.clear();
    index_.clear();
    others_ = {};
    skipped_ = passed_ = 0;
    ++version_;
}

// ---- the filter

void Inspector::set_filter(std::string_view text) {
    filter_.resize(text.size());
    std::transform(text.begin(), text.end(), filter_.begin(), folded);
    matches_.clear();
    looked_at_ = 0;
    ++version_;
}

bool Inspector::matches(const InspectedMessage& message) const {
    return contains_folded(message.subject, filter_) || contains_folded(message.payload, filter_) ||
           contains_folded(message.headers, filter_);
}

bool Inspector::match_some(std::size_t bytes_max) {
    if (filter_.empty()) return true;
    while (!matches_.empty() && matches_.front() < ring_.first()) matches_.pop_front();
    const std::uint64_t end = ring_.first() + ring_.size();
    std::size_t bytes = 0;
    std::uint64_t number = std::max(looked_at_ + 1, ring_.first());
    for (; number < end && bytes < bytes_max; ++number) {
        const InspectedMessage message = ring_.at(number);
        bytes += message.subject.size() + message.headers.size() + message.payload.size();
        if (matches(message)) matches_.push_back(number);
    }
    looked_at_ = number - 1;
    return number == end;
}

std::size_t Inspector::match_count() const {
    return filter_.empty() ? ring_.size() : matches_.size() - gone(matches_, ring_.first());
}

std::uint64_t Inspector::match(std::size_t index) const {
    return filter_.empty() ? ring_.first() + index
                           : matches_[gone(matches_, ring_.first()) + index];
}

std::size_t Inspector::match_from(std::uint64_t number) const {
    if (filter_.empty()) {
        if (number < ring_.first()) return 0;
        return static_cast<std::size_t>(
            std::min<std::uint64_t>(number - ring_.first(), ring_.size()));
    }
    const std::size_t before = gone(matches_, ring_.first());
    return std::max(gone(matches_, number), before) - before;
}

// ---- as a table

std::size_t Inspector::subscription_of(std::uint64_t number) const {
    const std::size_t count = subscriptions_.size();
    if (number < ring_.first() || number >= ring_.first() + ring_.size())
        return count > 0 ? count - 1 : 0;
    const std::string_view subject = ring_.at(number).subject;
    std::size_t index = 0;
    while (index < count && !nats::subject_matches(subscriptions_[index].subject, subject)) ++index;
    return index;
}

feed::InferredProfile Inspector::infer(std::size_t subscription) const {
    const std::string& wanted = subscriptions_[subscription].subject;
    std::vector<feed::FeedSample> samples;
    const std::uint64_t end = ring_.first() + ring_.size();
    for (std::uint64_t number = end; number > ring_.first(); --number) {
        if (samples.size() == kInferMessagesMax) break;
        const InspectedMessage message = ring_.at(number - 1);
        if (nats::subject_matches(wanted, message.subject))
            samples.push_back({message.subject, message.payload});
    }
    std::reverse(samples.begin(), samples.end());
    return feed::infer_profile(wanted, samples);
}

}  // namespace nats_blotter::session

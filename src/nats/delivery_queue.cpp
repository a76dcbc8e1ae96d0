#include "nats/delivery_queue.h"

#include <utility>

#include "base/assert.h"

namespace nats_blotter::nats {
namespace {

// What an allocation costs beside its bytes, in every allocator we run on.
constexpr std::size_t kAllocationBytes = 32;
// A node of the key index: the number, two pointers, a bucket.
constexpr std::size_t kKeyNodeBytes = sizeof(std::string) + 5 * sizeof(std::uint64_t);

}  // namespace

Delivery::Delivery(const Event& message)
    : subject_bytes_(message.subject.size()),
      reply_bytes_(message.reply.size()),
      header_bytes_(message.headers.size()) {
    bytes_.reserve(subject_bytes_ + reply_bytes_ + header_bytes_ + message.payload.size());
    bytes_.append(message.subject).append(message.reply);
    bytes_.append(message.headers).append(message.payload);
}

std::string_view Delivery::payload() const {
    return part(subject_bytes_ + reply_bytes_ + header_bytes_, std::string_view::npos);
}

void DeliveryQueue::open(Sid sid, const DeliveryLimits& limits) {
    const bool opened = lanes_.try_emplace(sid).second;
    NB_ASSERT(opened);
    lane(sid).limits = limits;
}

void DeliveryQueue::close(Sid sid) {
    lanes_.erase(sid);
    std::erase_if(lagging_, [sid](const Lagging& lagging) { return lagging.sid == sid; });
}

void DeliveryQueue::push(Sid sid, const Event& message, std::string_view key) {
    Lane& lane = this->lane(sid);
    ++lane.stats.pushed;
    Entry entry;
    entry.delivery = Delivery(message);
    entry.cost = sizeof(Entry) + kAllocationBytes + entry.delivery.capacity();
    if (lane.limits.when_full == WhenFull::Conflate) {
        entry.key = key.empty() ? message.subject : key;
        entry.cost += 2 * (entry.key.capacity() + kAllocationBytes) + kKeyNodeBytes;
    }
    const bool hopeless = entry.cost > lane.limits.bytes_max || lane.limits.messages_max == 0;
    const auto full = [&lane, &entry] {
        return lane.entries.size() >= lane.limits.messages_max ||
               lane.bytes + entry.cost > lane.limits.bytes_max;
    };
    if (hopeless || (lane.limits.when_full == WhenFull::DropNewest && full())) {
        note_dropped(sid, lane);
    } else if (!conflate(lane, entry)) {
        while (full()) {
            drop_front(lane);
            note_dropped(sid, lane);
        }
        lane.bytes += entry.cost;
        if (!entry.key.empty())
            lane.number_of_key[entry.key] = lane.first_number + lane.entries.size();
        lane.entries.push_back(std::move(entry));
    }
    while (lane.bytes > lane.limits.bytes_max) {  // a conflated one grew
        drop_front(lane);
        note_dropped(sid, lane);
    }
    check_invariants(lane);
}

// Takes the place of the one that waits under the same key.
bool DeliveryQueue::conflate(Lane& lane, Entry& entry) {
    if (lane.limits.when_full != WhenFull::Conflate) return false;
    const auto found = lane.number_of_key.find(entry.key);
    if (found == lane.number_of_key.end()) return false;
    Entry& waiting = lane.entries[static_cast<std::size_t>(found->second - lane.first_number)];
    lane.bytes = lane.bytes - waiting.cost + entry.cost;
    waiting = std::move(entry);
    ++lane.stats.conflated;
    return true;
}

std::optional<Delivery> DeliveryQueue::pop(Sid sid) {
    Lane& lane = this->lane(sid);
    if (lane.entries.empty()) return std::nullopt;
    Entry entry = take_front(lane);
    ++lane.stats.popped;
    if (lane.lagging && lane.entries.empty()) {
        lane.lagging = false;
        lagging_.push_back({sid, true, lane.stats.dropped - lane.dropped_before});
    }
    check_invariants(lane);
    return std::move(entry.delivery);
}

std::optional<Lagging> DeliveryQueue::next_lagging() {
    if (lagging_.empty()) return std::nullopt;
    const Lagging next = lagging_.front();
    lagging_.pop_front();
    return next;
}

std::size_t DeliveryQueue::waiting(Sid sid) const { return lane(sid).entries.size(); }
std::size_t DeliveryQueue::bytes(Sid sid) const { return lane(sid).bytes; }
const LaneStats& DeliveryQueue::stats(Sid sid) const { return lane(sid).stats; }

DeliveryQueue::Lane& DeliveryQueue::lane(Sid sid) {
    const auto found = lanes_.find(sid);
    NB_ASSERT(found != lanes_.end());
    return found->second;
}

const DeliveryQueue::Lane& DeliveryQueue::lane(Sid sid) const {
    const auto found = lanes_.find(sid);
    NB_ASSERT(found != lanes_.end());
    return found->second;
}

DeliveryQueue::Entry DeliveryQueue::take_front(Lane& lane) {
    Entry entry = std::move(lane.entries.front());
    lane.entries.pop_front();
    ++lane.first_number;
    lane.bytes -= entry.cost;
    if (!entry.key.empty()) lane.number_of_key.erase(entry.key);
    return entry;
}

void DeliveryQueue::drop_front(Lane& lane) { take_front(lane); }

void DeliveryQueue::note_dropped(Sid sid, Lane& lane) {
    ++lane.stats.dropped;
    if (lane.lagging) return;
    lane.lagging = true;
    // An end that nobody heard of did not happen: an owner that never asks is owed two notices a
    // lane at most.
    if (std::erase_if(lagging_, [sid](const Lagging& l) { return l.sid == sid && l.caught_up; }))
        return;
    lane.dropped_before = lane.stats.dropped - 1;
    ++lane.stats.episodes;
    lagging_.push_back({sid, false, 1});
}

void DeliveryQueue::check_invariants(const Lane& lane) {
    NB_ASSERT(lane.entries.size() <= lane.limits.messages_max);
    NB_ASSERT(lane.bytes <= lane.limits.bytes_max);
    NB_ASSERT(lane.stats.pushed ==
              lane.stats.popped + lane.stats.dropped + lane.stats.conflated + lane.entries.size());
    NB_ASSERT(lane.number_of_key.size() <= lane.entries.size());
}

}  // namespace nats_blotter::nats

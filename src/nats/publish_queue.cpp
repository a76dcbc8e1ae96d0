#include "nats/publish_queue.h"

#include "nats/encoder.h"
#include "nats/error.h"
#include "nats/headers.h"
#include "nats/server_info.h"
#include "nats/stats.h"
#include "nats/subject.h"

namespace nats_blotter::nats {
namespace {

constexpr std::string_view kEnded = "The connection ended before it was sent.";
constexpr std::string_view kClosed = "The client was closed before it was sent.";
constexpr std::string_view kTooBig = "It is larger than the broker of the new connection allows.";
constexpr std::string_view kNoHeaders = "The broker of the new connection takes no headers.";

bool too_big(std::size_t message_bytes, const ServerInfo& info) {
    return info.max_payload > 0 && message_bytes > static_cast<std::uint64_t>(info.max_payload);
}

}  // namespace

Result<void> PublishQueue::check(const Outgoing& message, const ServerInfo& info) const {
    if (Result<void> valid = check_literal_subject(message.subject); !valid) return valid;
    if (!message.reply.empty()) {
        if (Result<void> valid = check_literal_subject(message.reply); !valid) return valid;
    }
    if (!message.headers.empty() && !is_header_block(message.headers))
        return nats_error(NatsError::BadHeaders);
    if (too_big(message.headers.size() + message.payload.size(), info))
        return nats_error(NatsError::MessageTooBig);
    return {};
}

Result<PublishId> PublishQueue::publish(const Outgoing& message, Output* output,
                                        const ServerInfo& info) {
    if (Result<void> valid = check(message, info); !valid) return valid.error();
    if (output != nullptr && !message.headers.empty() && !info.headers)
        return nats_error(NatsError::HeadersUnsupported);
    const bool hold = while_down_ == WhileDown::Hold && !message.of_request;
    if (output == nullptr && !hold) return nats_error(NatsError::NotConnected);
    scratch_.clear();
    append_publish(scratch_, message);
    if (scratch_.size() > kPublishBytesMax) return nats_error(NatsError::MessageTooBig);

    const bool goes_now = output != nullptr && waiting() == 0 &&
                          output->pending_bytes() + scratch_.size() <= kPublishBytesMax;
    const bool kept = hold && may_keep(scratch_.size());
    if (entries_.size() == kPublishesQueuedMax || (!goes_now && !kept))
        return nats_error(NatsError::OutputFull);

    Entry entry;
    entry.id = message.of_request ? 0 : ++last_id_;
    entry.message_bytes = message.headers.size() + message.payload.size();
    entry.has_headers = !message.headers.empty();
    if (kept) {
        entry.frame = scratch_;
        held_bytes_ += scratch_.size();
        ++held_messages_;
    }
    if (goes_now) {
        output->tail().append(scratch_);
        enter_output(entry, *output);
    }
    entries_.push_back(std::move(entry));
    if (scratch_.capacity() > kHeldBytesDefault) std::string().swap(scratch_);
    if (!message.of_request) ++stats_.publishes_accepted;
    check_invariants();
    return last_id_;
}

bool PublishQueue::may_keep(std::size_t frame_bytes) const {
    return held_messages_ < messages_max_ && held_bytes_ + frame_bytes <= bytes_max_;
}

void PublishQueue::enter_output(Entry& entry, const Output& output) {
    entry.output_end = output.end_offset();
    ++in_output_;
    ++appended_.count;
    if (entry.id != 0) appended_.id = entry.id;
}

// What waits was checked against the last broker's limits, or against none.
void PublishQueue::feed(Output& output, const ServerInfo& info) {
    while (waiting() > 0) {
        Entry& entry = entries_[in_output_];
        const bool big = too_big(entry.message_bytes, info);
        if (big || (entry.has_headers && !info.headers)) {
            report(entry.id, big ? kTooBig : kNoHeaders);
            held_bytes_ -= entry.frame.size();
            --held_messages_;
            entries_.erase(entries_.begin() + static_cast<std::ptrdiff_t>(in_output_));
            continue;
        }
        if (output.pending_bytes() + entry.frame.size() > kPublishBytesMax) break;
        output.tail().append(entry.frame);
        enter_output(entry, output);
    }
    check_invariants();
}

void PublishQueue::taken(const Output& output) {
    while (in_output_ > 0 && entries_.front().output_end <= output.taken_offset()) {
        ++taken_count_;
        ++stats_.messages_out;
        stats_.payload_bytes_out += entries_.front().message_bytes;
        --in_output_;
        drop_front();
    }
    check_invariants();
}

// A PONG for what was never taken is the broker's invention.
void PublishQueue::confirmed(const PublishMark& mark) {
    if (mark.count > confirmed_.count && mark.count <= taken_count_) confirmed_ = mark;
}

void PublishQueue::connection_ended() {
    if (taken_count_ > confirmed_.count)
        stats_.publishes_in_doubt += taken_count_ - confirmed_.count;
    // Kept ones stay, in their order; they are appended anew.
    std::deque<Entry> kept;
    for (std::size_t i = 0; i < entries_.size(); ++i) {
        Entry& entry = entries_[i];
        if (!entry.frame.empty())
            kept.push_back(std::move(entry));
        else if (entry.id != 0)
            report(entry.id, kEnded);
    }
    entries_ = std::move(kept);
    in_output_ = 0;
    appended_.count = confirmed_.count = taken_count_;
    check_invariants();
}

void PublishQueue::close() {
    for (const Entry& entry : entries_)
        if (entry.id != 0) report(entry.id, kClosed);
    entries_.clear();
    in_output_ = held_bytes_ = held_messages_ = 0;
}

void PublishQueue::report(PublishId id, std::string_view why) {
    ++stats_.publishes_unsent;
    if (!unsent_.empty() && unsent_.back().last + 1 == id && unsent_.back().why == why)
        unsent_.back().last = id;
    else
        unsent_.push_back({id, id, why});
}

std::optional<UnsentPublishes> PublishQueue::next_unsent() {
    if (unsent_.empty()) return std::nullopt;
    const UnsentPublishes next = unsent_.front();
    unsent_.pop_front();
    return next;
}

void PublishQueue::drop_front() {
    if (!entries_.front().frame.empty()) {
        held_bytes_ -= entries_.front().frame.size();
        --held_messages_;
    }
    entries_.pop_front();
}

void PublishQueue::check_invariants() const {
    NB_ASSERT(in_output_ <= entries_.size() && entries_.size() <= kPublishesQueuedMax);
    NB_ASSERT(held_messages_ <= messages_max_ && held_bytes_ <= bytes_max_);
    NB_ASSERT(waiting() == 0 || while_down_ == WhileDown::Hold);
    NB_ASSERT(confirmed_.count <= taken_count_ && taken_count_ <= appended_.count);
}

}  // namespace nats_blotter::nats

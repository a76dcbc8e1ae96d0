// session/inspector.h - looks at any subjects of the bus, beside the tables and without a part in
// them: counts of each subject, and the last messages.
//
// While it is closed it subscribes to nothing. What a frame's time may copy is bounded
// (kInspectorTurnBytesMax): beyond it messages are counted and not kept. Texts are a stranger's: to
// be shown as text only, by session/inspect_text.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "feed/infer.h"
#include "nats/client.h"
#include "session/message_ring.h"

namespace nats_blotter::session {

// Counts of one subject; of all that came since the inspector was opened first.
struct InspectedSubject {
    std::string subject;
    std::uint64_t messages = 0;
    std::uint64_t bytes = 0;  // of payloads and headers
    MonotonicUs last_at = 0;

    void note(std::size_t bytes_more, MonotonicUs now);
    // Messages of the last whole second.
    std::uint32_t rate(MonotonicUs now) const;

  private:
    std::int64_t second_ = -1;
    std::uint32_t in_second_ = 0;
    std::uint32_t in_second_before_ = 0;
};

class Inspector {
  public:
    // `link` must outlive it.
    explicit Inspector(nats::Client& link) : link_(link) {}

    // ---- what it listens to
    struct Subscription {
        std::string subject;  // or wildcard
        nats::Sid sid = 0;    // 0: not subscribed
        std::string refused;  // by the broker, in its words
    };
    void open();
    void close();
    bool is_open() const { return open_; }
    // Empty, or a sentence on why not. Once is enough for a subject; a refused one is asked again.
    std::string watch(std::string_view subject);
    void unwatch(std::size_t index);
    const std::vector<Subscription>& subscriptions() const { return subscriptions_; }

    // ---- from the session: false where the subscription is none of these.
    bool take(const nats::Event& message, MonotonicUs now, EpochMs epoch_ms);
    bool refuse(nats::Sid sid, std::string_view words);

    // ---- what came
    // Keeps nothing while it is paused; counts go on.
    void pause(bool paused);
    bool is_paused() const { return paused_; }
    void clear();
    const std::vector<InspectedSubject>& subjects() const { return subjects_; }
    const InspectedSubject& others() const { return others_; }  // beyond kInspectorSubjectsMax
    const MessageRing& ring() const { return ring_; }
    std::uint64_t skipped() const { return skipped_; }  // too many at once
    std::uint64_t passed() const { return passed_; }    // while it was paused

    // ---- the filter: a text in subject, headers or payload; ASCII capitals are small letters.
    void set_filter(std::string_view text);
    const std::string& filter() const { return filter_; }
    // Looks at about this many bytes of messages; true when all were looked at.
    bool match_some(std::size_t bytes_max);
    // Messages that match, of those looked at, oldest first.
    std::size_t match_count() const;
    // REQUIRES: index < match_count().
    std::uint64_t match(std::size_t index) const;
    // The first that is not older than this one.
    std::size_t match_from(std::uint64_t number) const;

    // ---- as a table
    // The subscription that the message came by; of 0, the last one. The count of them: none.
    std::size_t subscription_of(std::uint64_t number) const;
    // A profile for what this one brings, from those of its messages that are kept.
    // REQUIRES: an index of subscriptions().
    feed::InferredProfile infer(std::size_t subscription) const;

    // Rises with everything that is to be seen.
    std::uint64_t version() const { return version_; }

  private:
    void subscribe(Subscription& subscription);
    bool matches(const InspectedMessage& message) const;

    nats::Client& link_;
    bool open_ = false;
    bool paused_ = false;
    std::vector<Subscription> subscriptions_;
    std::vector<InspectedSubject> subjects_;
    std::map<std::string, std::size_t, std::less<>> index_;
    InspectedSubject others_;
    MessageRing ring_;
    MonotonicUs turn_at_ = 0;
    std::size_t turn_bytes_ = 0;
    std::uint64_t skipped_ = 0;
    std::uint64_t passed_ = 0;
    std::string filter_;  // folded
    std::deque<std::uint64_t> matches_;
    std::uint64_t looked_at_ = 0;  // messages up to this number
    std::uint64_t version_ = 0;
};

}  // namespace nats_blotter::session

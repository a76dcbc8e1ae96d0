// services/nats_bus.h - one connection to the broker that never gives up, over nats.c.
//
// The connection is made and remade in the background for as long as the object lives. Nothing is
// ever reported as sent that could still sit in a buffer of ours: publish_confirmed() and flush()
// answer true only after the broker has answered a PING that followed the message on the same
// connection.
//
// All calls may come from any thread. The credentials stay in here; address() is fit for logs and
// health answers.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

// nats.c's handles; nats/nats.h stays out of this header.
struct __natsConnection;
struct __natsSubscription;

namespace nats_blotter::services {

struct BusSettings {
    std::string url;                 // nats://host:port, without credentials
    std::string user;                // empty: none are sent
    std::string password;            // secret
    std::string client_name;         // shown by the broker's monitor
    std::string credentials_file{};  // of a JWT and its seed, in place of user and password
};

enum class BusState : std::uint8_t { Connected, Reconnecting, Closed };
std::string_view bus_state_name(BusState state);  // "connected", "reconnecting", "closed"

// Orders received and not yet booked that one process holds in memory. nats.c drops newer ones
// beyond it (counted by dropped_count): at 200 bytes each this is 200 MB, minutes of work for the
// processor.
inline constexpr int kPendingMessagesMax = 1'000'000;

// nats.c before 3.6 can crash when a subscription is removed while a message for it arrives (nats.c
// pull request 638; Debian 12 has 3.4). So we never remove one: it is told to end after a few more
// messages, which the broker counts too, and goes when its connection has been closed.
inline constexpr std::int64_t kStopSlackMessages = 256;

class Bus;

// Where whoever submitted an order over the bus waits for its booking, when the order travels
// through a stream, whose acknowledgement takes the message's own reply subject.
inline constexpr const char* kBookingReplyHeader = "Booking-Reply";
// By this header a stream knows a repeat (JetStream's own name).
inline constexpr const char* kMessageIdHeader = "Nats-Msg-Id";

struct BusMessage {
    std::string subject;
    std::string payload;
    std::string reply;          // subject, or empty
    std::string booking_reply;  // value of kBookingReplyHeader, or empty
};

// What a message may carry beside its payload; empty members are left out.
struct BusExtras {
    std::string reply;
    std::string booking_reply;
    std::string message_id;
};

// A stream as it is made when the broker has none of its name; one that is there stays as it is.
struct BusStream {
    std::string name;
    std::vector<std::string> subjects;
    bool work_queue = false;  // messages go once acknowledged, and new ones are refused when full;
                              // otherwise the oldest go when full
    std::int64_t messages_max = 0;
    std::int64_t bytes_max = 0;
    std::int64_t age_max_seconds = 0;        // 0: for ever
    std::int64_t repeat_window_seconds = 0;  // how long a message id is remembered
};

// A durable consumer that hands the messages of a stream to the members of a queue group.
struct BusConsumer {
    std::string stream;
    std::string name;
    std::string deliver_subject;
    std::string queue_group;
    std::int64_t ack_wait_seconds = 0;  // unacknowledged for so long: given to another
    std::int64_t unacknowledged_max = 0;
};

// Messages of one subject, taken one at a time. Must not outlive its Bus.
class BusSubscription {
  public:
    ~BusSubscription();
    BusSubscription(const BusSubscription&) = delete;
    BusSubscription& operator=(const BusSubscription&) = delete;

    // The next message; nothing when none came within the time (0: only what is queued).
    std::optional<BusMessage> next(int timeout_ms);

    // Asks the broker for no more than kStopSlackMessages from now on; next() goes on giving them
    // and what had arrived. Close the connection before this object is destroyed.
    void stop();
    std::int64_t dropped_count() const;

  private:
    friend class Bus;
    explicit BusSubscription(__natsSubscription* subscription) : subscription_(subscription) {}
    __natsSubscription* subscription_;
};

class Bus {
  public:
    // Throws std::runtime_error only for settings that can never work (a malformed URL).
    explicit Bus(BusSettings settings);
    ~Bus();
    Bus(const Bus&) = delete;
    Bus& operator=(const Bus&) = delete;

    // Disconnects for good, without a log line. Calls may follow and fail.
    void close();

    BusState state() const;
    const std::string& address() const { return settings_.url; }
    const std::string& client_name() const { return settings_.client_name; }
    std::int64_t uptime_seconds() const;  // since this object was made

    // Hands the message to the connection; false when it is not connected. To be followed by
    // flush().
    bool publish(const std::string& subject, const std::string& payload,
                 const BusExtras& extras = {});

    // True when the broker has everything published before the call, on one unbroken connection
    // since `epoch` was read.
    bool flush(std::uint64_t epoch, int timeout_ms);
    std::uint64_t epoch() const;  // changes with every reconnection

    // publish() and flush() in one, false unless the broker has it. Concurrent callers share
    // flushes.
    bool publish_confirmed(const std::string& subject, const std::string& payload);

    // Subscribed again by itself after every reconnection.
    std::unique_ptr<BusSubscription> subscribe_queue(const std::string& subject,
                                                     const std::string& queue_group);
    std::unique_ptr<BusSubscription> subscribe(const std::string& subject);

    // JetStream: true once the broker has it, made now or before. Otherwise the reason goes to
    // the log, unless it is the last one again, and the caller tries later. One thread per Bus.
    bool ensure_stream(const BusStream& stream);
    bool ensure_consumer(const BusConsumer& consumer);

  private:
    struct Waiter {
        std::uint64_t epoch = 0;
        bool done = false;
        bool confirmed = false;
    };

    void say_once(const std::string& reason);
    static void on_event(__natsConnection* connection, void* closure);
    static void on_closed(__natsConnection* connection, void* closure);
    void report_state();
    void run_flusher();

    BusSettings settings_;
    std::int64_t started_us_;
    __natsConnection* connection_ = nullptr;
    std::atomic<int> reported_state_{-1};
    std::string said_;  // by say_once(); of the thread that sets JetStream up

    std::mutex mutex_;
    std::condition_variable wanted_;     // a waiter came, or stopping
    std::condition_variable confirmed_;  // a flush ended
    std::vector<Waiter*> waiters_;       // of the next flush
    bool stopping_ = false;
    bool closed_told_ = false;       // nats.c's last callback has run
    std::condition_variable ended_;  // that it has
    std::thread flusher_;
};

}  // namespace nats_blotter::services

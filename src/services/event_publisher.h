// services/event_publisher.h - sends the outbox to the broker: account events after their commit.
//
// For each booking the trade event goes first, then the position event, on every subject family in
// use. A row leaves the outbox only after the broker has confirmed its events; whatever was left
// over by an outage, or by a process that died, is sent again. A repeat is harmless: readers merge
// by key and version.
#pragma once

#include <condition_variable>
#include <mutex>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "feed/subjects.h"
#include "services/nats_bus.h"
#include "services/storage.h"

namespace nats_blotter::services {

// Hands one account event in its envelope to the connection; false when it is not connected.
bool publish_account_event(Bus& bus, feed::Stream stream, feed::SubjectFamily family,
                           std::int32_t account_id, const std::string& payload, EpochMs now_ms,
                           const BusExtras& extras = {});

class EventPublisher {
  public:
    // `owner` marks this process's outbox rows. Both references must outlive this. `jetstream`:
    // events of the dotted family count as sent once their stream has acknowledged them.
    EventPublisher(Storage& storage, Bus& bus, std::string owner,
                   std::vector<feed::SubjectFamily> families, bool jetstream);
    ~EventPublisher();
    EventPublisher(const EventPublisher&) = delete;
    EventPublisher& operator=(const EventPublisher&) = delete;

    void start();
    void booked();  // there is something new to send
    void stop();    // sends what it can within a moment, keeps the rest in the outbox

  private:
    void run();
    bool send_own();        // true: there may be more
    bool send_left_over();  // likewise
    bool send(std::span<const OutboxRow> rows);
    bool prepare_stream();
    bool acknowledged(std::size_t wanted);

    Storage& storage_;
    Bus& bus_;
    std::string owner_;
    std::vector<feed::SubjectFamily> families_;
    bool jetstream_;
    std::string ack_inbox_;  // of the batch under way: prefix and a number
    std::uint64_t batch_number_ = 0;
    std::unique_ptr<BusSubscription> acks_;  // JetStream mode only
    static constexpr std::uint64_t kNoEpoch = ~std::uint64_t{0};
    std::uint64_t prepared_epoch_ = kNoEpoch;  // of the connection that found the stream
    MonotonicUs next_sweep_us_ = 0;
    bool first_sweep_ = true;

    std::mutex mutex_;
    std::condition_variable wake_;
    bool pending_ = false;
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace nats_blotter::services

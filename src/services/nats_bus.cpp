// services/nats_bus.cpp - the broker connection over nats.c.
#include "services/nats_bus.h"

#include <nats/nats.h>

#include <chrono>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

#include "services/log.h"

namespace nats_blotter::services {
namespace {

constexpr std::int64_t kReconnectWaitMs = 250;    // a restarted broker is found again at once
constexpr std::int64_t kReconnectJitterMs = 100;  // several processes do not dial in step
constexpr std::int64_t kConnectTimeoutMs = 2'000;
// A dead peer without a reset is noticed after the third unanswered one (nats.c's default of two
// out).
constexpr std::int64_t kPingIntervalMs = 20'000;
// A broker that has not answered a PING by then is as good as gone for a waiting HTTP client.
constexpr int kConfirmTimeoutMs = 2'000;
// The end of the program does not hang on a library that forgot its callback.
constexpr auto kLastCallbackWait = std::chrono::seconds(5);
// All orders held in memory; see kPendingMessagesMax.
constexpr int kPendingBytesMax = 512 * 1024 * 1024;

struct OptionsDeleter {
    void operator()(natsOptions* options) const { natsOptions_Destroy(options); }
};

void check(natsStatus status, const char* doing) {
    if (status != NATS_OK)
        throw std::runtime_error(std::string("broker ") + doing + ": " +
                                 natsStatus_GetText(status));
}

// One address, or a comma list of the nodes of a cluster.
void set_addresses(natsOptions* options, const std::string& urls) {
    std::vector<std::string> list(1);
    for (const char c : urls) {
        if (c == ',')
            list.emplace_back();
        else
            list.back().push_back(c);
    }
    std::vector<const char*> texts;
    for (const std::string& url : list) texts.push_back(url.c_str());
    check(natsOptions_SetServers(options, texts.data(), static_cast<int>(texts.size())), "address");
}

}  // namespace

std::string_view bus_state_name(BusState state) {
    switch (state) {
        case BusState::Connected: return "connected";
        case BusState::Reconnecting: return "reconnecting";
        case BusState::Closed: return "closed";
    }
    return "closed";
}

// ---- BusSubscription

BusSubscription::~BusSubscription() { natsSubscription_Destroy(subscription_); }

std::optional<BusMessage> BusSubscription::next(int timeout_ms) {
    natsMsg* raw = nullptr;
    if (natsSubscription_NextMsg(&raw, subscription_, timeout_ms) != NATS_OK) return std::nullopt;
    BusMessage message;
    message.subject = natsMsg_GetSubject(raw);
    message.payload.assign(natsMsg_GetData(raw),
                           static_cast<std::size_t>(natsMsg_GetDataLength(raw)));
    if (const char* reply = natsMsg_GetReply(raw)) message.reply = reply;
    const char* value = nullptr;
    if (natsMsgHeader_Get(raw, kBookingReplyHeader, &value) == NATS_OK && value)
        message.booking_reply = value;
    natsMsg_Destroy(raw);
    return message;
}

void BusSubscription::stop() { natsSubscription_Drain(subscription_); }

std::int64_t BusSubscription::dropped_count() const {
    std::int64_t dropped = 0;
    natsSubscription_GetDropped(subscription_, &dropped);
    return dropped;
}

// ---- Bus

Bus::Bus(BusSettings settings) : settings_(std::move(settings)), started_us_(monotonic_us()) {
    natsOptions* raw = nullptr;
    check(natsOptions_Create(&raw), "options");
    const std::unique_ptr<natsOptions, OptionsDeleter> options(raw);
    set_addresses(raw, settings_.url);
    check(natsOptions_SetName(raw, settings_.client_name.c_str()), "name");
    if (!settings_.user.empty())
        check(natsOptions_SetUserInfo(raw, settings_.user.c_str(), settings_.password.c_str()),
              "user");
    if (!settings_.credentials_file.empty())
        check(natsOptions_SetUserCredentialsFromFiles(raw, settings_.credentials_file.c_str(),
                                                      nullptr),
              "credentials");
    check(natsOptions_SetTimeout(raw, kConnectTimeoutMs), "timeout");
    check(natsOptions_SetPingInterval(raw, kPingIntervalMs), "ping interval");
    check(natsOptions_SetMaxReconnect(raw, -1), "reconnect");
    check(natsOptions_SetReconnectWait(raw, kReconnectWaitMs), "reconnect wait");
    check(natsOptions_SetReconnectJitter(raw, kReconnectJitterMs, kReconnectJitterMs), "jitter");
    // Messages must not wait in a buffer for a broker that is away; 1 byte is the least nats.c
    // takes.
    check(natsOptions_SetReconnectBufSize(raw, 1), "reconnect buffer");
    check(natsOptions_SetMaxPendingMsgs(raw, kPendingMessagesMax), "pending limit");
    check(natsOptions_SetDisconnectedCB(raw, on_event, this), "callback");
    check(natsOptions_SetReconnectedCB(raw, on_event, this), "callback");
    check(natsOptions_SetClosedCB(raw, on_closed, this), "callback");
    check(natsOptions_SetRetryOnFailedConnect(raw, true, on_event, this), "retry");
    const natsStatus status = natsConnection_Connect(&connection_, raw);
    if (status != NATS_OK && status != NATS_NOT_YET_CONNECTED) check(status, "connect");
    report_state();
    flusher_ = std::thread([this] { run_flusher(); });
}

Bus::~Bus() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wanted_.notify_all();
    if (flusher_.joinable()) flusher_.join();
    close();
    // nats.c calls back from a thread of its own, also after the close; the closed callback is the
    // last.
    std::unique_lock lock(mutex_);
    ended_.wait_for(lock, kLastCallbackWait, [this] { return closed_told_; });
    lock.unlock();
    natsConnection_Destroy(connection_);
}

void Bus::on_closed(__natsConnection*, void* closure) {
    Bus* bus = static_cast<Bus*>(closure);
    bus->report_state();
    const std::lock_guard lock(bus->mutex_);
    bus->closed_told_ = true;
    bus->ended_.notify_all();
}

void Bus::close() {
    reported_state_ = static_cast<int>(BusState::Closed);
    natsConnection_Close(connection_);
}

BusState Bus::state() const {
    switch (natsConnection_Status(connection_)) {
        case NATS_CONN_STATUS_CONNECTED:
        case NATS_CONN_STATUS_DRAINING_SUBS:
        case NATS_CONN_STATUS_DRAINING_PUBS: return BusState::Connected;
        case NATS_CONN_STATUS_CLOSED: return BusState::Closed;
        default: return BusState::Reconnecting;
    }
}

std::int64_t Bus::uptime_seconds() const { return (monotonic_us() - started_us_) / kSecondUs; }

void Bus::on_event(__natsConnection*, void* closure) { static_cast<Bus*>(closure)->report_state(); }

void Bus::report_state() {
    if (!connection_) return;  // a callback during connect; the constructor reports afterwards
    const int now = static_cast<int>(state());
    if (reported_state_.exchange(now) == now) return;
    log_line(settings_.client_name, "broker " + settings_.url + " " +
                                        std::string(bus_state_name(static_cast<BusState>(now))));
}

std::uint64_t Bus::epoch() const {
    std::uint64_t reconnects = 0;
    natsStatistics* statistics = nullptr;
    if (natsStatistics_Create(&statistics) != NATS_OK) return 0;
    natsConnection_GetStats(connection_, statistics);
    natsStatistics_GetCounts(statistics, nullptr, nullptr, nullptr, nullptr, &reconnects);
    natsStatistics_Destroy(statistics);
    return reconnects;
}

bool Bus::publish(const std::string& subject, const std::string& payload, const BusExtras& extras) {
    if (state() != BusState::Connected) return false;
    const int bytes = static_cast<int>(payload.size());
    if (extras.booking_reply.empty() && extras.message_id.empty()) {
        if (extras.reply.empty())
            return natsConnection_Publish(connection_, subject.c_str(), payload.data(), bytes) ==
                   NATS_OK;
        return natsConnection_PublishRequest(connection_, subject.c_str(), extras.reply.c_str(),
                                             payload.data(), bytes) == NATS_OK;
    }
    natsMsg* message = nullptr;
    if (natsMsg_Create(&message, subject.c_str(),
                       extras.reply.empty() ? nullptr : extras.reply.c_str(), payload.data(),
                       bytes) != NATS_OK) {
        return false;
    }
    const auto set = [message](const char* name, const std::string& value) {
        return value.empty() || natsMsgHeader_Set(message, name, value.c_str()) == NATS_OK;
    };
    const bool sent = set(kMessageIdHeader, extras.message_id) &&
                      set(kBookingReplyHeader, extras.booking_reply) &&
                      natsConnection_PublishMsg(connection_, message) == NATS_OK;
    natsMsg_Destroy(message);
    return sent;
}

bool Bus::flush(std::uint64_t epoch_before, int timeout_ms) {
    if (natsConnection_FlushTimeout(connection_, timeout_ms) != NATS_OK) return false;
    return state() == BusState::Connected && epoch() == epoch_before;
}

bool Bus::publish_confirmed(const std::string& subject, const std::string& payload) {
    Waiter waiter;
    waiter.epoch = epoch();
    if (!publish(subject, payload)) return false;
    std::unique_lock lock(mutex_);
    if (stopping_) return false;
    waiters_.push_back(&waiter);
    wanted_.notify_one();
    // The flusher always ends: its flush has a timeout of its own.
    confirmed_.wait(lock, [&waiter] { return waiter.done; });
    return waiter.confirmed;
}

void Bus::run_flusher() {
    std::vector<Waiter*> batch;
    std::unique_lock lock(mutex_);
    while (true) {
        wanted_.wait(lock, [this] { return stopping_ || !waiters_.empty(); });
        if (waiters_.empty()) return;  // stopping, and nobody waits
        batch.swap(waiters_);
        lock.unlock();
        const bool flushed =
            natsConnection_FlushTimeout(connection_, kConfirmTimeoutMs) == NATS_OK &&
            state() == BusState::Connected;
        const std::uint64_t epoch_now = epoch();
        lock.lock();
        for (Waiter* waiter : batch) {
            waiter->confirmed = flushed && waiter->epoch == epoch_now;
            waiter->done = true;
        }
        batch.clear();
        confirmed_.notify_all();
    }
}

std::unique_ptr<BusSubscription> Bus::subscribe_queue(const std::string& subject,
                                                      const std::string& queue_group) {
    natsSubscription* subscription = nullptr;
    check(natsConnection_QueueSubscribeSync(&subscription, connection_, subject.c_str(),
                                            queue_group.c_str()),
          "subscribe");
    check(natsSubscription_SetPendingLimits(subscription, kPendingMessagesMax, kPendingBytesMax),
          "pending limit");
    return std::unique_ptr<BusSubscription>(new BusSubscription(subscription));
}

std::unique_ptr<BusSubscription> Bus::subscribe(const std::string& subject) {
    natsSubscription* subscription = nullptr;
    check(natsConnection_SubscribeSync(&subscription, connection_, subject.c_str()), "subscribe");
    return std::unique_ptr<BusSubscription>(new BusSubscription(subscription));
}

}  // namespace nats_blotter::services

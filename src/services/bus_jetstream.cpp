// services/bus_jetstream.cpp - the part of nats_bus.h that makes streams and consumers.
#include <nats/nats.h>

#include "services/log.h"
#include "services/nats_bus.h"

namespace nats_blotter::services {
namespace {

constexpr std::int64_t kNanosecondsPerSecond = 1'000'000'000;

struct ContextDeleter {
    void operator()(jsCtx* context) const { jsCtx_Destroy(context); }
};
using Context = std::unique_ptr<jsCtx, ContextDeleter>;

Context context_of(natsConnection* connection) {
    jsCtx* context = nullptr;
    natsConnection_JetStream(&context, connection, nullptr);
    return Context(context);
}

std::string words_of(natsStatus status, jsErrCode code) {
    const char* detail = nats_GetLastError(nullptr);
    std::string words = natsStatus_GetText(status);
    if (detail && *detail) words.append(": ").append(detail);
    if (code != 0) words.append(" (JetStream ").append(std::to_string(code)).append(")");
    return words;
}

natsStatus add_stream(jsCtx* context, const BusStream& stream, jsErrCode& code) {
    std::vector<const char*> subjects;
    for (const std::string& subject : stream.subjects) subjects.push_back(subject.c_str());
    jsStreamConfig config;
    jsStreamConfig_Init(&config);
    config.Name = stream.name.c_str();
    config.Subjects = subjects.data();
    config.SubjectsLen = static_cast<int>(subjects.size());
    config.Retention = stream.work_queue ? js_WorkQueuePolicy : js_LimitsPolicy;
    config.Discard = stream.work_queue ? js_DiscardNew : js_DiscardOld;
    config.Storage = js_FileStorage;
    config.MaxMsgs = stream.messages_max;
    config.MaxBytes = stream.bytes_max;
    config.MaxAge = stream.age_max_seconds * kNanosecondsPerSecond;
    config.Duplicates = stream.repeat_window_seconds * kNanosecondsPerSecond;
    return js_AddStream(nullptr, context, &config, nullptr, &code);
}

natsStatus add_consumer(jsCtx* context, const BusConsumer& consumer, jsErrCode& code) {
    jsConsumerConfig config;
    jsConsumerConfig_Init(&config);
    config.Durable = consumer.name.c_str();
    config.DeliverPolicy = js_DeliverAll;
    config.AckPolicy = js_AckExplicit;
    config.AckWait = consumer.ack_wait_seconds * kNanosecondsPerSecond;
    config.MaxAckPending = consumer.unacknowledged_max;
    config.DeliverSubject = consumer.deliver_subject.c_str();
    config.DeliverGroup = consumer.queue_group.c_str();
    return js_AddConsumer(nullptr, context, consumer.stream.c_str(), &config, nullptr, &code);
}

}  // namespace

void Bus::say_once(const std::string& reason) {
    if (reason == said_) return;
    said_ = reason;
    if (!reason.empty()) log_line(settings_.client_name, reason);
}

bool Bus::ensure_stream(const BusStream& stream) {
    const Context context = context_of(connection_);
    if (!context) return false;
    jsStreamInfo* info = nullptr;
    jsErrCode code = static_cast<jsErrCode>(0);
    natsStatus status = js_GetStreamInfo(&info, context.get(), stream.name.c_str(), nullptr, &code);
    jsStreamInfo_Destroy(info);
    if (status == NATS_NOT_FOUND) status = add_stream(context.get(), stream, code);
    if (status != NATS_OK) {
        say_once("stream " + stream.name + ": " + words_of(status, code));
        return false;
    }
    say_once("");
    return true;
}

bool Bus::ensure_consumer(const BusConsumer& consumer) {
    const Context context = context_of(connection_);
    if (!context) return false;
    jsConsumerInfo* info = nullptr;
    jsErrCode code = static_cast<jsErrCode>(0);
    natsStatus status = js_GetConsumerInfo(&info, context.get(), consumer.stream.c_str(),
                                           consumer.name.c_str(), nullptr, &code);
    jsConsumerInfo_Destroy(info);
    if (status == NATS_NOT_FOUND) status = add_consumer(context.get(), consumer, code);
    if (status != NATS_OK) {
        say_once("consumer " + consumer.name + ": " + words_of(status, code));
        return false;
    }
    say_once("");
    return true;
}

}  // namespace nats_blotter::services

#include "nats/ordered_consumer.h"

#include <algorithm>

#include "base/number_text.h"
#include "nats/headers.h"

namespace nats_blotter::nats {
namespace {

using Kind = JetStreamEvent::Kind;

constexpr std::int32_t kStatusAlive = 100;  // an idle heartbeat, or a flow control request
constexpr std::string_view kLastConsumerHeader = "Nats-Last-Consumer";
constexpr std::string_view kLastStreamHeader = "Nats-Last-Stream";
constexpr std::string_view kStalledHeader = "Nats-Consumer-Stalled";

std::int64_t number_header(std::string_view headers, std::string_view key) {
    const std::optional<std::string_view> text = header_value(headers, key);
    if (!text) return -1;
    const Result<std::int64_t> number = int_from_text(*text);
    return number ? *number : -1;
}

}  // namespace

OrderedConsumer::OrderedConsumer(Client& client, const std::string& api_prefix,
                                 JetStreamEvents& events, ConsumerId id,
                                 OrderedConsumerOptions options, MonotonicUs request_timeout_us,
                                 std::uint64_t seed)
    : client_(client),
      api_prefix_(api_prefix),
      events_(events),
      id_(id),
      options_(std::move(options)),
      request_timeout_us_(request_timeout_us),
      random_(seed),
      start_(options_.start) {
    options_.heartbeat_us = std::max(options_.heartbeat_us, kConsumerHeartbeatUsMin);
    // The server wants a filter with this policy.
    if (start_ == StartAt::LastPerSubject && options_.filter_subject.empty())
        options_.filter_subject = ">";
    if (start_ == StartAt::Sequence) next_ = std::max<StreamSequence>(options_.start_sequence, 1);
}

// ---- events of the client

void OrderedConsumer::connected(MonotonicUs now) {
    if (stage_ != Stage::Down) return;
    failed_attempts_ = 0;
    attempt(now);
    check_invariants();
}

bool OrderedConsumer::take(const Event& event, MonotonicUs now) {
    bool ours = false;
    switch (event.kind) {
        case Event::Kind::Message:
            ours = event.sid == sid_ && sid_ != 0 && take_message(event, now);
            break;
        case Event::Kind::Reply:
        case Event::Kind::RequestFailed: ours = take_reply(event, now); break;
        case Event::Kind::FencePassed:
            ours = stage_ == Stage::Doubting && event.fence == fence_;
            // Whatever the consumer had sent before is read by now: it is dead.
            if (ours) interrupt(JetStreamFailure::MissedHeartbeats, {}, now);
            break;
        case Event::Kind::Denied:
            ours = event.sid == sid_ && sid_ != 0;
            if (ours) interrupt(JetStreamFailure::Denied, event.text, now);
            break;
        case Event::Kind::SubscriptionEnded:  // the whole client drains
            ours = event.sid == sid_ && sid_ != 0;
            if (ours) go_down(JetStreamFailure::Closed);
            break;
        case Event::Kind::Connected: connected(now); break;
        case Event::Kind::Disconnected: go_down(JetStreamFailure::Disconnected); break;
        case Event::Kind::Closed: go_down(JetStreamFailure::Closed); break;
        default: break;
    }
    check_invariants();
    return ours;
}

bool OrderedConsumer::take_message(const Event& event, MonotonicUs now) {
    const std::optional<JetStreamMetadata> metadata = jetstream_metadata_from_reply(event.reply);
    if (metadata && metadata->consumer == name_)
        take_stream_message(event, *metadata, now);
    else if (!event.headers.empty() && HeaderReader(event.headers).status() != 0)
        take_status(event, now);
    else
        ++stats_.foreign;
    return true;
}

void OrderedConsumer::take_stream_message(const Event& event, const JetStreamMetadata& metadata,
                                          MonotonicUs now) {
    if (metadata.consumer_sequence != expected_) return interrupt(JetStreamFailure::Lost, {}, now);
    ++expected_;
    heard(now);
    const StreamSequence sequence = metadata.stream_sequence;
    const bool too_early =
        (next_ != 0 && sequence < next_) ||
        (next_ == 0 && start_ == StartAt::Time && metadata.stored_at < options_.start_time);
    if (too_early) {
        ++stats_.skipped;
    } else {
        if (next_ != 0 && options_.filter_subject.empty()) skip_evicted(sequence);
        next_ = sequence + 1;
        ++stats_.messages;
        JetStreamEvent told = event_of(Kind::Message);
        told.subject = event.subject;
        told.headers = event.headers;
        told.payload = event.payload;
        told.metadata = metadata;
        events_.push(told);
    }
    if (metadata.pending == 0) caught_up();
}

void OrderedConsumer::take_status(const Event& event, MonotonicUs now) {
    const HeaderReader headers(event.headers);
    if (headers.status() != kStatusAlive)
        return interrupt(JetStreamFailure::ConsumerGone, headers.description(), now);
    heard(now);
    if (event.reply.empty()) return take_heartbeat(event.headers, now);
    // The messages before it were taken by the owner, so the server may send more.
    answer_flow_control(event.reply);
}

// It says what the consumer has delivered, in order with the messages themselves.
void OrderedConsumer::take_heartbeat(std::string_view headers, MonotonicUs now) {
    ++stats_.heartbeats;
    failed_attempts_ = 0;
    const std::int64_t delivered = number_header(headers, kLastConsumerHeader);
    if (delivered != -1 && delivered != expected_ - 1)
        return interrupt(JetStreamFailure::Lost, {}, now);
    // The request for flow control may have been lost.
    if (const std::optional<std::string_view> stalled = header_value(headers, kStalledHeader))
        return answer_flow_control(*stalled);
    if (stage_ != Stage::Running || delivered == -1) return;
    // What it has passed over: with a filter other subjects' messages, whose eviction need not
    // worry us; without one, what was gone before its turn came.
    const StreamSequence passed = number_header(headers, kLastStreamHeader);
    if (next_ != 0 && options_.filter_subject.empty()) skip_evicted(passed + 1);
    caught_up();
    next_ = std::max(next_, passed + 1);
}

bool OrderedConsumer::take_reply(const Event& event, MonotonicUs now) {
    if (take_delete_end(event.request)) return true;
    if (request_ == 0 || event.request != request_) return false;
    request_ = 0;
    if (event.kind == Event::Kind::RequestFailed) {
        const bool nobody = event.failure == RequestFailure::NoResponders;
        const bool denied = event.failure == RequestFailure::Denied;
        // Disconnected and Closed follow by themselves, and say more.
        if (event.failure == RequestFailure::Disconnected ||
            event.failure == RequestFailure::Closed)
            return true;
        interrupt(nobody   ? JetStreamFailure::NotEnabled
                  : denied ? JetStreamFailure::Denied
                           : JetStreamFailure::Timeout,
                  event.text, now);
    } else if (stage_ == Stage::AwaitInfo) {
        take_info(event.payload, now);
    } else if (stage_ == Stage::AwaitCreated) {
        take_created(event.payload, now);
    }
    return true;
}

bool OrderedConsumer::take_delete_end(RequestId request) {
    const auto found = std::find(delete_requests_.begin(), delete_requests_.end(), request);
    if (found == delete_requests_.end()) return false;
    delete_requests_.erase(found);  // deleted, or gone already, or soon forgotten by the server
    return true;
}

// ---- making a consumer

void OrderedConsumer::attempt(MonotonicUs now) {
    ++stats_.attempts;
    delete_stale(now);
    ask(stream_info_subject(api_prefix_, options_.stream), {}, Stage::AwaitInfo, now);
}

void OrderedConsumer::take_info(std::string_view json, MonotonicUs now) {
    const Result<StreamInfo> info = stream_info_from_json(json);
    if (!info) return interrupt(JetStreamFailure::BadAnswer, info.error().text, now);
    if (info->error.code != 0) return refuse(info->error, now);
    settle_position(*info);
    create(now);
}

// Is it still the stream we knew, and does it still have what we want next?
void OrderedConsumer::settle_position(const StreamInfo& info) {
    const StreamSequence first = std::max<StreamSequence>(info.first_sequence, 1);
    const bool first_time = stream_created_.empty();
    const bool another = !first_time && stream_created_ != info.created;
    stream_created_ = info.created;
    last_at_info_ = info.last_sequence;
    if (another || (first_time && next_ > info.last_sequence + 1)) {
        const bool per_subject = options_.start == StartAt::LastPerSubject;
        restart_at(first, per_subject ? StartAt::LastPerSubject : StartAt::Sequence);
    } else if (next_ > info.last_sequence + 1) {
        restart_at(info.last_sequence + 1, StartAt::Sequence);
    } else if (next_ != 0 && next_ < first) {
        // A state is whole without what newer messages replaced; a log is not.
        if (options_.start == StartAt::LastPerSubject)
            next_ = first;
        else
            skip_evicted(first);
    } else if (next_ == 0 && start_ == StartAt::New) {
        next_ = info.last_sequence + 1;  // firm from here on, whatever becomes of the consumer
    } else if (next_ == 0 && start_ == StartAt::Time && first > 1 &&
               (info.messages == 0 || info.first_time > options_.start_time)) {
        tell_gap(1, first - 1);  // some of these may have been of that time
        next_ = first;
    }
}

void OrderedConsumer::skip_evicted(StreamSequence first) {
    if (first <= next_) return;
    tell_gap(next_, first - 1);
    next_ = first;
}

void OrderedConsumer::restart_at(StreamSequence sequence, StartAt start) {
    ++stats_.resets;
    start_ = start;
    next_ = sequence;
    initial_done_ = initial_done_ && start != StartAt::LastPerSubject;
    JetStreamEvent told = event_of(Kind::Reset);
    told.from = sequence;
    events_.push(told);
}

void OrderedConsumer::create(MonotonicUs now) {
    inbox_ = client_.new_inbox();
    name_ = inbox_.substr(inbox_.rfind('.') + 1);
    expected_ = 1;
    answered_flow_control_.clear();
    // A literal subscription, before the consumer: a server looks for exactly this subject before
    // it delivers anything (2.9.10, RegisterNotification).
    const Result<Sid> sid = client_.subscribe(inbox_);
    if (!sid) return interrupt(JetStreamFailure::NotSent, sid.error().text, now);
    sid_ = *sid;
    const ConsumerRequest wanted = request();
    ask(consumer_create_subject(api_prefix_, wanted), consumer_create_json(wanted),
        Stage::AwaitCreated, now);
}

ConsumerRequest OrderedConsumer::request() const {
    ConsumerRequest wanted;
    wanted.stream = options_.stream;
    wanted.name = name_;
    wanted.deliver_subject = inbox_;
    wanted.filter_subject = options_.filter_subject;
    wanted.heartbeat_us = options_.heartbeat_us;
    wanted.inactive_threshold_us = kConsumerInactiveUs;
    wanted.headers_only = options_.headers_only;
    // Until the newest of each subject were all told, the rest of them are asked for again, and
    // those told already are passed over. By sequence we should get what they replaced as well.
    const bool per_subject = options_.start == StartAt::LastPerSubject && !initial_done_ &&
                             start_ == StartAt::LastPerSubject;
    wanted.start = per_subject ? StartAt::LastPerSubject : next_ != 0 ? StartAt::Sequence : start_;
    wanted.start_sequence = next_;
    wanted.start_time = options_.start_time;
    return wanted;
}

void OrderedConsumer::take_created(std::string_view json, MonotonicUs now) {
    const Result<ConsumerCreated> created = consumer_created_from_json(json);
    if (!created) return interrupt(JetStreamFailure::BadAnswer, created.error().text, now);
    if (created->error.code != 0) return refuse(created->error, now);
    ++stats_.created;
    stage_ = Stage::Running;
    heard(now);
    if (told_caught_up_) return;  // its messages were faster than this answer
    const bool untouched = created->delivered_consumer == 0 && expected_ == 1;
    const bool nothing = untouched && created->pending == 0;
    if (untouched && next_ == 0 && start_ != StartAt::LastPerSubject)
        next_ = created->delivered_stream + 1;
    if (nothing && next_ == 0) next_ = last_at_info_ + 1;  // what was there then is no match
    // Evicted between STREAM.INFO and now.
    if (untouched && next_ != 0 && options_.start != StartAt::LastPerSubject &&
        options_.filter_subject.empty())
        skip_evicted(created->delivered_stream + 1);
    if (created->pending == 0 && created->delivered_consumer == expected_ - 1) caught_up();
}

// When it cannot be sent the next attempt is arranged.
void OrderedConsumer::ask(const std::string& subject, std::string_view json, Stage stage,
                          MonotonicUs now) {
    const Result<RequestId> asked = client_.request(subject, json, request_timeout_us_, now);
    if (!asked) {
        interrupt(JetStreamFailure::NotSent, asked.error().text, now);
        return;
    }
    request_ = *asked;
    stage_ = stage;
    deadline_ = kNever;  // the request has its own
}

// ---- doubts

void OrderedConsumer::heard(MonotonicUs now) {
    if (stage_ == Stage::Doubting) stage_ = Stage::Running;
    if (stage_ == Stage::Running) deadline_ = now + options_.heartbeat_us * 5 / 2;
}

MonotonicUs OrderedConsumer::next_deadline() const { return deadline_; }

void OrderedConsumer::on_deadline(MonotonicUs now) {
    if (now < deadline_) return;
    if (stage_ == Stage::Waiting) {
        attempt(now);
    } else if (stage_ == Stage::Running) {
        stage_ = Stage::Doubting;
        deadline_ = now + kDoubtGraceUs;
        fence_ = client_.fence(now);
    } else if (stage_ == Stage::Doubting) {
        deadline_ = kNever;  // the fence passes, a heartbeat comes, or the connection ends
        tell_interrupted(JetStreamFailure::MissedHeartbeats, {});
    }
    check_invariants();
}

void OrderedConsumer::go_down(JetStreamFailure failure) {
    if (stage_ == Stage::Stopped || stage_ == Stage::Down) return;
    drop_consumer();
    stage_ = Stage::Down;
    deadline_ = kNever;
    request_ = 0;
    tell_interrupted(failure, {});
}

void OrderedConsumer::interrupt(JetStreamFailure failure, std::string_view why, MonotonicUs now) {
    if (stage_ == Stage::Stopped) return;
    error_ = {};
    tell_interrupted(failure, why);
    drop_consumer();
    if (request_ != 0) client_.cancel_request(request_);
    request_ = 0;
    if (!client_.connected()) {
        stage_ = Stage::Down;
        deadline_ = kNever;
        return;
    }
    stage_ = Stage::Waiting;
    deadline_ = now;
    if (failed_attempts_ > 0) {
        const std::uint32_t doublings = std::min<std::uint32_t>(failed_attempts_ - 1, 6);
        const MonotonicUs most = std::min(kConsumerRetryUsMin << doublings, kConsumerRetryUsMax);
        deadline_ += most / 2 + static_cast<MonotonicUs>(
                                    random_.below(static_cast<std::uint64_t>(most / 2) + 1));
    }
    ++failed_attempts_;
}

void OrderedConsumer::refuse(const JetStreamError& error, MonotonicUs now) {
    // As nats-server numbers them: JetStream not enabled for the account, not enabled at all.
    const bool disabled = error.error_code == 10039 || error.error_code == 10076;
    interrupt(disabled ? JetStreamFailure::NotEnabled : JetStreamFailure::Refused,
              error.description, now);
    error_ = error;
}

void OrderedConsumer::drop_consumer() {
    if (sid_ == 0) return;
    client_.unsubscribe(sid_);
    sid_ = 0;
    if (stale_names_.size() == kStaleConsumersMax) stale_names_.erase(stale_names_.begin());
    stale_names_.push_back(std::move(name_));
    name_.clear();
    fence_ = 0;
}

void OrderedConsumer::delete_stale(MonotonicUs now) {
    for (const std::string& name : stale_names_) {
        const Result<RequestId> asked =
            client_.request(consumer_delete_subject(api_prefix_, options_.stream, name), {},
                            request_timeout_us_, now);
        if (asked) delete_requests_.push_back(*asked);
    }
    stale_names_.clear();
}

void OrderedConsumer::stop(MonotonicUs now) {
    if (stage_ == Stage::Stopped) return;
    drop_consumer();
    if (request_ != 0) client_.cancel_request(request_);
    request_ = 0;
    stage_ = Stage::Stopped;
    deadline_ = kNever;
    if (client_.connected()) delete_stale(now);
    check_invariants();
}

// ---- telling

void OrderedConsumer::caught_up() {
    failed_attempts_ = 0;
    if (told_caught_up_) return;
    told_caught_up_ = initial_done_ = true;
    told_failure_ = JetStreamFailure::None;
    events_.push(event_of(Kind::CaughtUp));
}

void OrderedConsumer::tell_interrupted(JetStreamFailure failure, std::string_view why) {
    told_caught_up_ = false;
    error_.description = why;
    if (told_failure_ == failure) return;
    told_failure_ = failure;
    ++stats_.interruptions;
    JetStreamEvent told = event_of(Kind::Interrupted);
    told.failure = failure;
    told.text = jetstream_failure_text(failure);
    told.error = &error_;
    events_.push(told);
}

void OrderedConsumer::tell_gap(StreamSequence from, StreamSequence to) {
    ++stats_.gaps;
    JetStreamEvent told = event_of(Kind::Gap);
    told.from = from;
    told.to = to;
    events_.push(told);
}

void OrderedConsumer::answer_flow_control(std::string_view subject) {
    if (subject == answered_flow_control_) return;
    // Where it cannot be sent now, the next heartbeat asks again.
    if (!client_.publish(subject, {})) return;
    answered_flow_control_ = subject;
    ++stats_.flow_controls;
}

JetStreamEvent OrderedConsumer::event_of(Kind kind) const {
    JetStreamEvent event;
    event.kind = kind;
    event.consumer = id_;
    return event;
}

void OrderedConsumer::check_invariants() const {
    const bool asking = stage_ == Stage::AwaitInfo || stage_ == Stage::AwaitCreated;
    const bool listening =
        stage_ == Stage::AwaitCreated || stage_ == Stage::Running || stage_ == Stage::Doubting;
    NB_ASSERT(asking || request_ == 0);
    NB_ASSERT(listening == (sid_ != 0));
    NB_ASSERT((stage_ != Stage::Waiting && stage_ != Stage::Running) || deadline_ != kNever);
    NB_ASSERT(stale_names_.size() <= kStaleConsumersMax);
}

}  // namespace nats_blotter::nats

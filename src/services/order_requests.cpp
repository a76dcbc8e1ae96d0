// services/order_requests.cpp - requests to the order intake.
#include "services/order_requests.h"

#include "feed/subjects.h"
#include "services/http_server.h"
#include "services/order_decode.h"
#include "services/record_json.h"

namespace nats_blotter::services {
namespace {

constexpr const char* kQueueGroup = "trade-service";  // several trade-services share the requests
constexpr int kRequestWaitMs = 100;                   // how soon the loop sees a stop

std::string_view words_of(Acceptance outcome) {
    switch (outcome) {
        case Acceptance::Accepted: return "accepted";
        case Acceptance::BrokerAway: return "the broker cannot be reached";
        case Acceptance::OutboxFull: return "too many orders wait for their booking";
        case Acceptance::Failed: return "the database cannot be reached";
    }
    return "unknown";
}

}  // namespace

OrderRequests::OrderRequests(OrderIntake& intake, OrderCheck check, BusSettings bus)
    : intake_(intake), check_(std::move(check)), bus_(std::move(bus)) {}

OrderRequests::~OrderRequests() { stop(); }

void OrderRequests::start() {
    const std::string subject =
        feed::subject_for(feed::Stream::OrderRequests, feed::SubjectFamily::Dotted, 0);
    requests_ = bus_.subscribe_queue(subject, kQueueGroup);
    thread_ = std::thread([this] { run(); });
}

void OrderRequests::stop() {
    if (stopping_.exchange(true)) return;
    if (requests_) requests_->stop();
    if (thread_.joinable()) thread_.join();
    bus_.close();
}

void OrderRequests::run() {
    std::vector<BusMessage> messages;
    while (true) {
        std::optional<BusMessage> message = requests_->next(kRequestWaitMs);
        if (!message) {
            if (stopping_) return;
            if (bus_.state() == BusState::Closed)
                std::this_thread::sleep_for(std::chrono::milliseconds(kRequestWaitMs));
            continue;
        }
        messages.clear();
        while (message) {
            messages.push_back(std::move(*message));
            if (messages.size() == kAcceptBatchMax) break;
            message = requests_->next(0);
        }
        take(messages);
    }
}

void OrderRequests::take(const std::vector<BusMessage>& messages) {
    std::vector<Submission> submissions;
    for (const BusMessage& message : messages) {
        const Result<Order> order = order_from_body(message.payload);
        if (!order) {
            refuse(message.reply, 400, order.error().text);
            continue;
        }
        if (const int status = check_(*order); status != 0) {
            refuse(message.reply, status, http_reason(status));
            continue;
        }
        submissions.push_back({*order, message.reply});
    }
    if (submissions.empty()) return;
    const std::vector<Acceptance> outcomes = intake_.accept(submissions);
    for (std::size_t index = 0; index < outcomes.size(); ++index) {
        if (outcomes[index] == Acceptance::Accepted) continue;
        const int status = outcomes[index] == Acceptance::OutboxFull ? 503 : 500;
        refuse(submissions[index].reply, status, words_of(outcomes[index]));
    }
}

void OrderRequests::refuse(const std::string& reply, int status, std::string_view words) {
    ++refused_;
    if (!reply.empty()) bus_.publish(reply, request_error_json(status, words));
}

}  // namespace nats_blotter::services

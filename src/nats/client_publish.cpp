// Publishes: through the queue into the output of the connection that is up.
#include "nats/client_state.h"
#include "nats/error.h"

namespace nats_blotter::nats {

Result<PublishId> Client::publish(std::string_view subject, std::string_view payload,
                                  std::string_view reply, std::string_view headers) {
    const Result<PublishId> id = state_->publish({subject, payload, reply, headers, false});
    if (!id) ++state_->stats.publishes_rejected;
    state_->check_invariants();
    return id;
}

PublishId Client::confirmed_publish() const { return state_->publishes.confirmed_id(); }

Result<PublishId> Client::State::publish(const Outgoing& message) {
    if (stage == Stage::Closed) return nats_error(NatsError::ClientClosed);
    if (drain_step == DrainStep::Flush) return nats_error(NatsError::Draining);
    return publishes.publish(message, stage == Stage::Connected ? &output : nullptr, info);
}

}  // namespace nats_blotter::nats

#include "nats/publish_ack.h"

#include "nats/error.h"
#include "nats/json_fields.h"

namespace nats_blotter::nats {

Result<PublishAck> publish_ack_from_json(std::string_view json) {
    JsonFields fields(json);
    PublishAck ack;
    const auto read_error = [&](std::string_view key) {
        if (key == "code") return fields.read(ack.error.code);
        if (key == "err_code") return fields.read(ack.error.error_code);
        if (key == "description") return fields.read(ack.error.description);
        return fields.skip();
    };
    const bool good = fields.document([&](std::string_view key) {
        if (key == "stream") return fields.read(ack.stream);
        if (key == "domain") return fields.read(ack.domain);
        if (key == "seq") return fields.read(ack.sequence);
        if (key == "duplicate") return fields.read(ack.duplicate);
        if (key == "error") return fields.object(read_error);
        return fields.skip();
    });
    const bool acknowledged = !ack.stream.empty() && ack.sequence > 0;
    if (!good || (!acknowledged && ack.stored()))
        return nats_error(NatsError::BadPublishAck, fields.scanner().offset_bytes());
    return ack;
}

}  // namespace nats_blotter::nats

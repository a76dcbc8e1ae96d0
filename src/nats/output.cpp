#include "nats/output.h"

#include "base/assert.h"

namespace nats_blotter::nats {
namespace {

// Kept when empty: a burst of SUB lines is rare, PINGs are not.
constexpr std::size_t kKeptBytesMax = 64 * 1024;

}  // namespace

void Output::consume(std::size_t bytes) {
    NB_ASSERT(bytes <= pending_bytes());
    taken_ += bytes;
    taken_offset_ += bytes;
    if (taken_ == bytes_.size()) {
        give_back();
    } else if (taken_ > bytes_.size() / 2) {
        bytes_.erase(0, taken_);
        taken_ = 0;
    }
}

void Output::clear() {
    give_back();
    taken_offset_ = 0;
}

void Output::give_back() {
    taken_ = 0;
    bytes_.clear();
    if (bytes_.capacity() > kKeptBytesMax) bytes_.shrink_to_fit();
}

}  // namespace nats_blotter::nats

// base/sort_ids.cpp - see base/sort_ids.h.
#include "base/sort_ids.h"

#include <algorithm>

namespace nats_blotter {

void sort_ids(std::span<std::uint32_t> ids, IdOrder before, const void* context) {
    std::sort(ids.begin(), ids.end(), [before, context](std::uint32_t a, std::uint32_t b) {
        return before(context, a, b);
    });
}

}  // namespace nats_blotter

// base/sort_ids.h - sorting of ids or indices by whatever they stand for.
//
// One program for all orders: each std::sort() by another order is two kilobytes of its own on the
// page. For what is sorted once a click or a snapshot, not once a message.
#pragma once

#include <cstdint>
#include <span>

namespace nats_blotter {

// Whether `a` comes before `b`; `context` is whatever was handed to sort_ids().
using IdOrder = bool (*)(const void* context, std::uint32_t a, std::uint32_t b);

// REQUIRES: a strict weak order. Equal ones come in any order.
void sort_ids(std::span<std::uint32_t> ids, IdOrder before, const void* context);

// `before(a, b)` may be any callable.
template <typename Before>
void sort_ids(std::span<std::uint32_t> ids, const Before& before) {
    const IdOrder call = [](const void* context, std::uint32_t a, std::uint32_t b) -> bool {
        return (*static_cast<const Before*>(context))(a, b);
    };
    sort_ids(ids, call, &before);
}

}  // namespace nats_blotter

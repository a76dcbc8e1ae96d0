#include "session/books.h"

#include <algorithm>

namespace nats_blotter::session {

using table::Ledger;

void Books::open(MonotonicUs now) {
    if (ledger_ == nullptr || open_) return;
    open_ = true;
    fence_asked_ = false;
    looked_at_ = now;
    ledger_->settle();
    for (const std::uint32_t index : ledger_->different()) {
        Ledger::Key& key = ledger_->key(index);
        if (index >= known_keys_ || key.weighing) begin_weighing(key, now);
        key.since = now;
    }
    due_ = ledger_->different().empty() ? kNever : now + kLookEveryUs;
}

void Books::close() {
    open_ = false;
    fence_asked_ = false;
    known_keys_ = 0;
}

void Books::pause() {
    if (!open_) return;
    close();
    known_keys_ = ledger_->key_count();
}

void Books::begin_weighing(Ledger::Key& key, MonotonicUs now) {
    key.weighing = true;
    key.doubted = false;
    key.since = now;
    key.candidate = key.difference();
    key.weight = 0;
}

// The majority of time decides: on a busy key an entry and its balance are always on their way.
void Books::weigh(Ledger::Key& key, MonotonicUs now) {
    const MonotonicUs passed = now - looked_at_;
    if (key.difference() == key.candidate) {
        key.weight += passed;
    } else if (key.weight >= passed) {
        key.weight -= passed;
    } else {
        key.candidate = key.difference();
        key.weight = 0;
    }
}

bool Books::is_weighed(const Ledger::Key& key, MonotonicUs now) {
    return key.weighing && key.weight > 0 && now - key.since >= kBreakAfterUs;
}

Books::Finding Books::look(MonotonicUs now) {
    if (!open_ || now - looked_at_ < kLookEveryUs) {
        if (open_ && due_ == kNever && !ledger_->different().empty()) due_ = now + kLookEveryUs;
        return Finding::Nothing;
    }
    due_ = kNever;
    bool overdue = false;
    bool weighed = false;
    ledger_->settle();
    for (const std::uint32_t index : ledger_->different()) {
        Ledger::Key& key = ledger_->key(index);
        MonotonicUs next = now + kLookEveryUs;
        if (key.unjudged) {
            continue;
        } else if (key.weighing) {
            // Balanced after all, for a moment: the base is right as it is.
            if (key.was_even) {
                key.weighing = false;
                key.since = now;
            } else {
                weigh(key, now);
                weighed |= is_weighed(key, now);
            }
        } else if (key.doubted) {
            begin_weighing(key, now);
        } else if (key.was_even || key.since < 0) {
            key.since = now;
            next = now + kBreakAfterUs;
        } else if (now - key.since < kBreakAfterUs) {
            next = key.since + kBreakAfterUs;
        } else {
            overdue = true;
            next = fence_asked_ ? kNever : now + kLookEveryUs;
        }
        key.was_even = false;
        due_ = std::min(due_, std::max(next, now + kLookEveryUs));
    }
    looked_at_ = now;
    ledger_->settle();
    if (fence_asked_ || (!overdue && !weighed)) return Finding::Nothing;
    if (!weighed && broke_at_ >= 0 && now - broke_at_ < kBreakPauseUs) {
        due_ = std::min(due_, std::max(broke_at_ + kBreakPauseUs, now + kLookEveryUs));
        return Finding::Nothing;
    }
    fence_asked_ = true;
    fence_asked_at_ = now;
    return Finding::WantsFence;
}

Books::Finding Books::on_fence(MonotonicUs now) {
    if (!open_ || !fence_asked_) return Finding::Nothing;
    fence_asked_ = false;
    ledger_->settle();
    bool found = false;
    const bool too_soon = broke_at_ >= 0 && fence_asked_at_ - broke_at_ < kBreakPauseUs;
    for (const std::uint32_t index : ledger_->different()) {
        Ledger::Key& key = ledger_->key(index);
        // A difference of a feed that had only stalled has another value now, or none.
        if (is_weighed(key, fence_asked_at_) && !key.unjudged && !key.was_even &&
            key.difference() == key.candidate) {
            key.base -= key.candidate;
            key.weighing = false;
            key.since = now;
            ledger_->mark(index, false);
            continue;
        }
        const bool stood = !key.unjudged && !key.weighing && !key.doubted && !key.was_even &&
                           key.since >= 0 && fence_asked_at_ - key.since >= kBreakAfterUs;
        if (!stood || too_soon) continue;
        if (!key.broken) ++breaks_;
        ledger_->mark(index, true);
        found = true;
    }
    ledger_->settle();
    due_ = now + kLookEveryUs;
    if (!found) return Finding::Nothing;
    broke_at_ = now;
    return Finding::Break;
}

}  // namespace nats_blotter::session

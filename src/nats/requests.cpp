#include "nats/requests.h"

#include <algorithm>

#include "base/assert.h"
#include "base/number_text.h"

namespace nats_blotter::nats {
namespace {

// Keeps the inbox's numbers apart from those that spread the redials with the same seed.
constexpr std::uint64_t kInboxSalt = 0x5EED0F1B0C4E55A1u;

// 22 characters of 62 hold 128 bits, as the other clients' inboxes do.
constexpr std::size_t kTokenCharacters = 22;

std::string token_from(Random& random) {
    constexpr std::string_view kAlphabet =
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    std::string token(kTokenCharacters, '0');
    for (char& c : token) c = kAlphabet[static_cast<std::size_t>(random.below(kAlphabet.size()))];
    return token;
}

}  // namespace

Requests::Requests(std::string inbox_prefix, std::uint64_t seed)
    : prefix_(std::move(inbox_prefix)), random_(seed ^ kInboxSalt) {
    inbox_ = new_inbox() + ".";
}

std::string Requests::new_inbox() { return prefix_ + "." + token_from(random_); }

std::string Requests::reply_subject(RequestId request) const {
    std::string subject = inbox_;
    append_int(subject, static_cast<std::int64_t>(request));
    return subject;
}

RequestId Requests::begin(std::string_view subject, MonotonicUs deadline) {
    NB_ASSERT(!full());
    pending_.push_back({++last_id_, deadline, std::string(subject)});
    next_deadline_ = std::min(next_deadline_, deadline);
    check_invariants();
    return last_id_;
}

RequestId Requests::find_by_reply(std::string_view reply_subject) const {
    constexpr std::size_t kDigitsMax = 18;
    if (reply_subject.substr(0, inbox_.size()) != inbox_) return 0;
    const std::string_view digits = reply_subject.substr(inbox_.size());
    if (digits.empty() || digits.size() > kDigitsMax) return 0;
    RequestId request = 0;
    for (const char c : digits) {
        if (c < '0' || c > '9') return 0;
        request = request * 10 + static_cast<RequestId>(c - '0');
    }
    return index_of(request) == pending_.size() ? 0 : request;
}

RequestId Requests::find_by_subject(std::string_view subject) const {
    for (const Pending& pending : pending_)
        if (pending.subject == subject) return pending.id;
    return 0;
}

bool Requests::finish(RequestId request) {
    const std::size_t index = index_of(request);
    if (index == pending_.size()) return false;
    const bool was_next = pending_[index].deadline == next_deadline_;
    pending_.erase(pending_.begin() + static_cast<std::ptrdiff_t>(index));
    if (was_next) find_next_deadline();
    check_invariants();
    return true;
}

void Requests::cancel(RequestId request) {
    if (finish(request)) return;
    std::erase_if(failed_, [&](const FailedRequest& failed) { return failed.request == request; });
}

void Requests::fail(RequestId request, RequestFailure failure) {
    if (finish(request)) failed_.push_back({request, failure});
}

void Requests::fail_all(RequestFailure failure) {
    for (const Pending& pending : pending_) failed_.push_back({pending.id, failure});
    pending_.clear();
    next_deadline_ = kNever;
    check_invariants();
}

void Requests::on_deadline(MonotonicUs now) {
    if (now < next_deadline_) return;
    due_until_ = now;
    due_ = true;
    find_next_deadline();
}

void Requests::expire(MonotonicUs now) {
    if (!due_ && now < next_deadline_) return;
    const MonotonicUs until = due_ ? std::max(now, due_until_) : now;
    due_ = false;
    std::size_t kept = 0;
    for (Pending& pending : pending_) {
        if (pending.deadline <= until)
            failed_.push_back({pending.id, RequestFailure::Timeout});
        else
            std::swap(pending_[kept++], pending);
    }
    pending_.resize(kept);
    find_next_deadline();
    check_invariants();
}

std::optional<FailedRequest> Requests::next_failed() {
    if (failed_.empty()) return std::nullopt;
    const FailedRequest next = failed_.front();
    failed_.pop_front();
    return next;
}

std::size_t Requests::index_of(RequestId request) const {
    const auto found =
        std::lower_bound(pending_.begin(), pending_.end(), request,
                         [](const Pending& pending, RequestId id) { return pending.id < id; });
    if (found == pending_.end() || found->id != request) return pending_.size();
    return static_cast<std::size_t>(found - pending_.begin());
}

void Requests::find_next_deadline() {
    next_deadline_ = kNever;
    for (const Pending& pending : pending_)
        if (!due_ || pending.deadline > due_until_)
            next_deadline_ = std::min(next_deadline_, pending.deadline);
}

void Requests::check_invariants() const {
    NB_ASSERT(pending_.size() + failed_.size() <= kRequestsMax);
    NB_ASSERT(pending_.empty() || pending_.back().id <= last_id_);
}

}  // namespace nats_blotter::nats

#include "nats/subject_router.h"

#include <algorithm>
#include <span>

#include "nats/error.h"
#include "nats/subject.h"

namespace nats_blotter::nats {

Result<SubjectRouter::RouteId> SubjectRouter::add(std::string_view pattern, std::uint64_t sink) {
    if (Result<void> valid = check_subject(pattern); !valid) return valid.error();
    if (size_ == kRoutesMax) return nats_error(NatsError::TooManySubscriptions);
    const Route route{++last_id_, sink};
    if (check_literal_subject(pattern)) {
        literal_[std::string(pattern)].push_back(route);
        subject_of_literal_.emplace(route.id, pattern);
    } else {
        wildcard_.push_back({route, std::string(pattern)});
    }
    ++size_;
    return route.id;
}

void SubjectRouter::remove(RouteId route) {
    const auto subject = subject_of_literal_.find(route);
    if (subject == subject_of_literal_.end()) {
        size_ -= std::erase_if(wildcard_,
                               [route](const WildcardRoute& w) { return w.route.id == route; });
        return;
    }
    const auto routes = literal_.find(subject->second);
    std::erase_if(routes->second, [route](const Route& r) { return r.id == route; });
    if (routes->second.empty()) literal_.erase(routes);
    subject_of_literal_.erase(subject);
    --size_;
}

// Both lists are in the order of adding, and so is what they merge to.
void SubjectRouter::route(std::string_view subject, std::vector<std::uint64_t>& sinks) const {
    sinks.clear();
    const auto found = literal_.find(subject);
    const std::span<const Route> literal =
        found == literal_.end() ? std::span<const Route>{} : std::span(found->second);
    std::size_t next = 0;
    for (const WildcardRoute& wildcard : wildcard_) {
        if (!subject_matches(wildcard.pattern, subject)) continue;
        for (; next < literal.size() && literal[next].id < wildcard.route.id; ++next)
            sinks.push_back(literal[next].sink);
        sinks.push_back(wildcard.route.sink);
    }
    for (; next < literal.size(); ++next) sinks.push_back(literal[next].sink);
}

}  // namespace nats_blotter::nats

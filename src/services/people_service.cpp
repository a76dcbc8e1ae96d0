// services/people_service.cpp - GetPerson, GetMatchingPeople, ValidatePerson.
#include "services/people_service.h"

#include <charconv>

#include "base/json_text.h"
#include "services/error_bodies.h"

namespace nats_blotter::services {
namespace {

constexpr std::size_t kSearchCharsMin = 3;
constexpr int kTakeDefault = 10;

void append_member(std::string& out, std::string_view key, std::string_view value) {
    out.append(out.back() == '{' ? "\"" : ",\"").append(key).append("\":");
    append_json_string(out, value);
}

void append_person(std::string& out, const Person& person) {
    out.push_back('{');
    append_member(out, "logonId", person.logon_id);
    append_member(out, "fullName", person.full_name);
    append_member(out, "email", person.email);
    append_member(out, "employeeId", person.employee_id);
    append_member(out, "department", person.department);
    append_member(out, "photoUrl", person.photo_url);
    out.push_back('}');
}

HttpResponse plain_400(std::string_view text) {
    return {400, std::string(text), "text/plain; charset=utf-8"};
}

// Calls `answer` with the person that LogonId or EmployeeId names.
template <typename Answer>
HttpResponse with_person(const HttpRequest& request, Answer answer) {
    const std::string_view logon = request.query_value("LogonId");
    const std::string_view employee = request.query_value("EmployeeId");
    if (logon.empty() && employee.empty()) return plain_400("LogonId or EmployeeId is required.");
    const Person* person =
        logon.empty() ? find_person_by_employee(employee) : find_person_by_logon(logon);
    return person ? answer(*person) : problem_details(404);
}

HttpResponse matching_people(const HttpRequest& request) {
    const std::string_view search = request.query_value("SearchText");
    if (search.size() < kSearchCharsMin)
        return plain_400("SearchText needs at least 3 characters.");
    int take = kTakeDefault;
    const std::string_view take_text = request.query_value("Take");
    if (!take_text.empty()) {
        const auto [end, error] =
            std::from_chars(take_text.data(), take_text.data() + take_text.size(), take);
        if (error != std::errc() || end != take_text.data() + take_text.size())
            return plain_400("Take must be a whole number.");
    }
    HttpResponse response;
    int count = 0;
    for (const Person& person : people()) {
        if (count >= take) break;
        if (person.full_name.find(search) == std::string_view::npos &&
            person.logon_id.find(search) == std::string_view::npos) {
            continue;
        }
        response.body.append(count == 0 ? "{\"people\":[" : ",");
        append_person(response.body, person);
        ++count;
    }
    if (count == 0) return problem_details(404);
    response.body.append("]}");
    return response;
}

}  // namespace

const Person* find_person_by_logon(std::string_view logon_id) {
    for (const Person& person : people())
        if (person.logon_id == logon_id) return &person;
    return nullptr;
}

const Person* find_person_by_employee(std::string_view employee_id) {
    for (const Person& person : people())
        if (person.employee_id == employee_id) return &person;
    return nullptr;
}

ErrorBody people_service_errors() {
    return [](int status, const HttpRequest&) { return problem_details(status); };
}

void add_people_service_routes(HttpServer& server) {
    server.route("GET", "/People/GetPerson", [](const HttpRequest& request) {
        return with_person(request, [](const Person& person) {
            HttpResponse response;
            append_person(response.body, person);
            return response;
        });
    });
    server.route("GET", "/People/ValidatePerson", [](const HttpRequest& request) {
        return with_person(request, [](const Person&) { return HttpResponse{}; });
    });
    server.route("GET", "/People/GetMatchingPeople", matching_people);
}

}  // namespace nats_blotter::services

#include "session/account_admin.h"

#include <utility>

#include "base/json_text.h"
#include "feed/array_splitter.h"
#include "feed/decode.h"

namespace nats_blotter::session {
namespace {

constexpr int kHttpOk = 200;
constexpr std::string_view kAccounts = "/account-service/account/";
constexpr std::string_view kUsers = "/account-service/accountuser/";
constexpr std::string_view kPeople = "/people-service/People/GetMatchingPeople";

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
    while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
    return text;
}

// Characters, not bytes.
std::size_t letters(std::string_view text) {
    std::size_t count = 0;
    for (const char byte : text) count += (static_cast<unsigned char>(byte) & 0xC0) != 0x80 ? 1 : 0;
    return count;
}

std::string name_trouble(std::string_view name) {
    if (name.empty()) return "Enter a name.";
    if (letters(name) > kAccountNameLettersMax)
        return "A name has at most " + std::to_string(kAccountNameLettersMax) + " characters.";
    return {};
}

std::string account_json(AccountId account, std::string_view name) {
    std::string json = "{\"id\":";
    json += account == kAllAccounts ? std::string("null") : std::to_string(account);
    json += ",\"displayName\":";
    append_json_string(json, name);
    return json + '}';
}

void append_query(std::string& url, std::string_view text) {
    constexpr std::string_view kHex = "0123456789ABCDEF";
    for (const char letter : text) {
        const auto byte = static_cast<unsigned char>(letter);
        const bool plain = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
                           (byte >= '0' && byte <= '9');
        if (plain) {
            url += letter;
        } else {
            url += '%';
            url += kHex[byte >> 4];
            url += kHex[byte & 15];
        }
    }
}

feed::TableSpec spec_of(std::vector<std::string_view> fields) {
    feed::TableSpec spec;
    spec.name = "answer";
    for (const std::string_view field : fields) {
        spec.columns.emplace_back();
        spec.columns.back().field = field;
    }
    spec.key_columns = {0};
    return spec;
}

}  // namespace

std::string AccountAdmin::start(AdminStep step, std::string_view method, std::string url,
                                std::string body) {
    running_ = step;
    request_ = AdminRequest{step, std::string(method), std::move(url), std::move(body)};
    outcome_.clear();
    failed_ = false;
    ++version_;
    return {};
}

std::string AccountAdmin::create(std::string_view typed) {
    const std::string_view name = trimmed(typed);
    if (std::string trouble = name_trouble(name); !trouble.empty()) return trouble;
    if (running_ != AdminStep::None) return "The last change is still under way.";
    asked_ = name;
    return start(AdminStep::Create, "POST", std::string(kAccounts),
                 account_json(kAllAccounts, name));
}

std::string AccountAdmin::rename(AccountId account, std::string_view typed) {
    const std::string_view name = trimmed(typed);
    if (account == kAllAccounts) return "Choose one account first.";
    if (std::string trouble = name_trouble(name); !trouble.empty()) return trouble;
    if (running_ != AdminStep::None) return "The last change is still under way.";
    asked_ = name;
    return start(AdminStep::Rename, "PUT", std::string(kAccounts), account_json(account, name));
}

std::string AccountAdmin::search(std::string_view typed) {
    const std::string text(trimmed(typed));
    next_search_.clear();
    if (letters(text) < kSearchLettersMin) {
        people_.clear();
        ++version_;
        return "Type at least " + std::to_string(kSearchLettersMin) + " letters of a name.";
    }
    if (running_ == AdminStep::Search) {
        next_search_ = text == searched_ ? std::string() : text;
        return {};
    }
    if (running_ != AdminStep::None) return "The last change is still under way.";
    searched_ = text;
    std::string url(kPeople);
    url += "?SearchText=";
    append_query(url, text);
    url += "&Take=" + std::to_string(kPeopleShown);
    return start(AdminStep::Search, "GET", std::move(url), {});
}

std::string AccountAdmin::add_user(AccountId account, const Person& person) {
    if (account == kAllAccounts) return "Choose one account first.";
    if (running_ != AdminStep::None) return "The last change is still under way.";
    asked_ = person.full_name.empty() ? person.logon_id : person.full_name;
    std::string body = "{\"accountId\":" + std::to_string(account) + ",\"username\":";
    append_json_string(body, person.logon_id);
    return start(AdminStep::AddUser, "POST", std::string(kUsers), body + '}');
}

std::optional<AdminRequest> AccountAdmin::next_request() {
    return std::exchange(request_, std::nullopt);
}

void AccountAdmin::on_answer(AdminStep step, int http_status, std::string_view words,
                             std::string_view body) {
    if (step != running_) return;
    running_ = AdminStep::None;
    ++version_;
    const std::string service = step == AdminStep::Search ? "people-service" : "account-service";
    failed_ = http_status != kHttpOk;
    if (step == AdminStep::Search) {
        people_.clear();
        if (http_status == kHttpOk) take_people(body);
        // What people-service answers where nobody matches.
        if (http_status == 404) failed_ = false;
        if (!failed_ && people_.empty()) outcome_ = "Nobody matches “" + searched_ + "”.";
        if (!next_search_.empty()) {
            search(std::exchange(next_search_, {}));
            return;
        }
    }
    if (failed_) {
        if (http_status == 0) {
            outcome_ = words.empty() ? service + " does not answer" : std::string(words);
        } else if (http_status == 404 && step == AdminStep::AddUser) {
            outcome_ = asked_ + " or the account is unknown to the services (404)";
        } else {
            outcome_ = service + " answers " + std::to_string(http_status);
        }
        if (step != AdminStep::Search) outcome_ += ": check before trying again";
        outcome_ += '.';
        return;
    }
    switch (step) {
        case AdminStep::Create:
            take_account(body);
            changed_ = true;
            outcome_ = "“" + asked_ + "” is created.";
            break;
        case AdminStep::Rename:
            changed_ = true;
            outcome_ = "The account is now “" + asked_ + "”.";
            break;
        case AdminStep::AddUser: outcome_ = asked_ + " is a user of the account."; break;
        case AdminStep::Search:
        case AdminStep::None: break;
    }
}

void AccountAdmin::take_account(std::string_view body) {
    feed::TableSpec spec = spec_of({"id"});
    spec.columns[0].type = feed::ColumnType::Int;
    feed::RecordDecoder decoder(spec);
    const Result<const feed::Record*> record = decoder.decode(body);
    if (record) created_ = (*record)->cells[0].number;
}

void AccountAdmin::take_people(std::string_view body) {
    // {"people": [...]}: the list is what stands between its brackets.
    const std::size_t list = body.find('[');
    const std::size_t end = body.rfind(']');
    if (list == std::string_view::npos || end == std::string_view::npos || end < list) {
        failed_ = true;
        return;
    }
    const feed::TableSpec spec = spec_of({"logonId", "fullName", "department"});
    feed::RecordDecoder decoder(spec);
    feed::ArraySplitter splitter;
    splitter.append(body.substr(list, end + 1 - list));
    while (const std::optional<std::string_view> element = splitter.next_element()) {
        const Result<const feed::Record*> record = decoder.decode(*element);
        if (!record || people_.size() == kPeopleShown) continue;
        const std::vector<feed::Cell>& cells = (*record)->cells;
        people_.push_back(
            {std::string(cells[0].text), std::string(cells[1].text), std::string(cells[2].text)});
    }
}

std::optional<AccountId> AccountAdmin::take_created() {
    return std::exchange(created_, std::nullopt);
}

bool AccountAdmin::take_changed() { return std::exchange(changed_, false); }

void AccountAdmin::forget() {
    outcome_.clear();
    failed_ = false;
    people_.clear();
    next_search_.clear();
    ++version_;
}

}  // namespace nats_blotter::session

// session/account_admin.h - accounts made, renamed and given users, as account-service and
// people-service know them.
//
// One request at a time: the dialog that asks shows what became of it. The session sends the
// requests of next_request() and tells their answers.
// Unknown here: sockets, the screen, the list of accounts that the session follows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "session/session.h"

namespace nats_blotter::session {

struct Person {
    std::string logon_id;
    std::string full_name;
    std::string department;
};

// As account-service and people-service have them.
inline constexpr std::size_t kAccountNameLettersMax = 50;
inline constexpr std::size_t kSearchLettersMin = 3;
inline constexpr std::size_t kPeopleShown = 10;

enum class AdminStep : std::uint8_t { None, Create, Rename, Search, AddUser };

struct AdminRequest {
    AdminStep step = AdminStep::None;
    std::string method;
    std::string url;
    std::string body;
};

class AccountAdmin {
  public:
    // Each answers nothing, or a sentence on why it is not asked now.
    std::string create(std::string_view name);
    std::string rename(AccountId account, std::string_view name);
    std::string search(std::string_view text);  // people; a newer search takes an older one's place
    std::string add_user(AccountId account, const Person& person);

    std::optional<AdminRequest> next_request();
    void on_answer(AdminStep step, int http_status, std::string_view words, std::string_view body);

    AdminStep running() const { return running_; }
    // What became of the last one, in words; empty while it runs.
    const std::string& outcome() const { return outcome_; }
    bool failed() const { return failed_; }
    const std::vector<Person>& people() const { return people_; }
    // The account that was created by the last answer, once.
    std::optional<AccountId> take_created();
    // True once after an answer that changed the list of accounts.
    bool take_changed();
    std::uint64_t version() const { return version_; }  // rises with every change

    void forget();  // words and people of an earlier dialog

  private:
    std::string start(AdminStep step, std::string_view method, std::string url, std::string body);
    void take_account(std::string_view body);
    void take_people(std::string_view body);

    AdminStep running_ = AdminStep::None;
    std::optional<AdminRequest> request_;
    std::string asked_;        // what the running one is about, in words
    std::string searched_;     // of the running search
    std::string next_search_;  // waits for it
    std::string outcome_;
    bool failed_ = false;
    std::vector<Person> people_;
    std::optional<AccountId> created_;
    bool changed_ = false;
    std::uint64_t version_ = 1;
};

}  // namespace nats_blotter::session

// services/account_service.cpp - /account/ and /accountuser/. Errors are bare text here.
#include "services/account_service.h"

#include <memory>
#include <mutex>

#include "services/error_bodies.h"
#include "services/order_decode.h"
#include "services/path_number.h"
#include "services/record_json.h"

namespace nats_blotter::services {
namespace {

class AccountService {
  public:
    explicit AccountService(AccountServiceParts parts) : parts_(std::move(parts)) {}

    HttpResponse list_accounts() {
        return {200, json_array(parts_.storage.accounts(), append_account)};
    }

    HttpResponse read_account(const HttpRequest& request) {
        const std::optional<std::int32_t> id = int32_from_path(request.path_value);
        if (!id) return text_error(500, path_number_message(request.path_value), request);
        const std::optional<Account> account = parts_.storage.account(*id);
        if (!account)
            return text_error(404, "Account " + request.path_value + " not found", request);
        HttpResponse response;
        append_account(response.body, *account);
        return response;
    }

    HttpResponse save_account(const HttpRequest& request) {
        if (!request.has_json_body())
            return text_error(500, "Content-Type is not application/json", request);
        const Result<Account> account = account_from_body(request.body);
        if (!account) return text_error(500, account.error().text, request);
        SavedAccount saved;
        try {
            saved = parts_.storage.save_account(*account);
        } catch (const StorageError& error) {
            return text_error(500, error.what(), request);
        }
        if (saved.created && parts_.account_created) {
            const std::lock_guard lock(created_mutex_);
            parts_.account_created();
        }
        HttpResponse response;
        append_account(response.body, saved.account);
        return response;
    }

    HttpResponse list_users() {
        return {200, json_array(parts_.storage.account_users(), append_account_user)};
    }

    HttpResponse read_user(const HttpRequest& request) {
        const std::optional<std::int32_t> id = int32_from_path(request.path_value);
        if (!id) return text_error(500, path_number_message(request.path_value), request);
        const std::optional<AccountUser> user = parts_.storage.first_account_user(*id);
        if (!user)
            return text_error(404, "No user of account " + request.path_value + " found", request);
        HttpResponse response;
        append_account_user(response.body, *user);
        return response;
    }

    HttpResponse save_user(const HttpRequest& request, bool check_person) {
        if (!request.has_json_body())
            return text_error(500, "Content-Type is not application/json", request);
        const Result<AccountUser> user = account_user_from_body(request.body);
        if (!user) return text_error(500, user.error().text, request);
        if (check_person) {
            const Lookup person = parts_.person_lookup(user->username);
            if (person == Lookup::Unavailable)
                return text_error(500, "people-service cannot be reached", request);
            if (person == Lookup::Unknown)
                return text_error(404, user->username + " not found in People service", request);
        }
        try {
            if (!parts_.storage.save_account_user(*user)) {
                return text_error(404, "Account " + std::to_string(user->account_id) + " not found",
                                  request);
            }
        } catch (const StorageError& error) {
            return text_error(500, error.what(), request);
        }
        HttpResponse response;
        append_account_user(response.body, *user);
        return response;
    }

  private:
    AccountServiceParts parts_;
    std::mutex created_mutex_;
};

}  // namespace

void add_account_service_routes(HttpServer& server, AccountServiceParts parts) {
    const auto service = std::make_shared<AccountService>(std::move(parts));
    server.route("GET", "/account/",
                 [service](const HttpRequest&) { return service->list_accounts(); });
    server.route("GET", "/account/{id}",
                 [service](const HttpRequest& request) { return service->read_account(request); });
    for (const char* method : {"POST", "PUT"}) {
        server.route(method, "/account/", [service](const HttpRequest& request) {
            return service->save_account(request);
        });
    }
    server.route("GET", "/accountuser/",
                 [service](const HttpRequest&) { return service->list_users(); });
    server.route("GET", "/accountuser/{accountId}",
                 [service](const HttpRequest& request) { return service->read_user(request); });
    server.route("POST", "/accountuser/", [service](const HttpRequest& request) {
        return service->save_user(request, /*check_person=*/true);
    });
    server.route("PUT", "/accountuser/", [service](const HttpRequest& request) {
        return service->save_user(request, /*check_person=*/false);
    });
}

}  // namespace nats_blotter::services

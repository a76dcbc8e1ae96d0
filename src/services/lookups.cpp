// services/lookups.cpp - local and remote answers to "does it exist?".
#include "services/lookups.h"

#include <memory>
#include <mutex>
#include <vector>

#include "services/http_client.h"
#include "services/people_service.h"
#include "services/reference_data.h"

namespace nats_blotter::services {
namespace {

// Connections to one service, lent to one caller at a time. Holds as many as were in use at once.
class ClientPool {
  public:
    explicit ClientPool(const std::string& url) : url_(http_url_from_text(url)) {}

    Lookup ask(const std::string& path) {
        HttpClient client = take();
        const int status = client.get(path);
        if (status != 0) give_back(std::move(client));
        if (status == 200) return Lookup::Found;
        return status == 404 ? Lookup::Unknown : Lookup::Unavailable;
    }

  private:
    HttpClient take() {
        const std::lock_guard lock(mutex_);
        if (idle_.empty()) return HttpClient(url_);
        HttpClient client = std::move(idle_.back());
        idle_.pop_back();
        return client;
    }
    void give_back(HttpClient client) {
        const std::lock_guard lock(mutex_);
        idle_.push_back(std::move(client));
    }

    HttpUrl url_;
    std::mutex mutex_;
    std::vector<HttpClient> idle_;
};

// Everything but letters, digits and "-._~" as %XX, so that no ticker can change the path.
std::string percent_encoded(std::string_view text) {
    constexpr std::string_view kHex = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        const bool plain = (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') ||
                           (byte >= 'a' && byte <= 'z') || byte == '-' || byte == '.' ||
                           byte == '_' || byte == '~';
        if (plain) {
            out.push_back(c);
        } else {
            out.push_back('%');
            out.push_back(kHex[byte >> 4]);
            out.push_back(kHex[byte & 0x0F]);
        }
    }
    return out;
}

}  // namespace

TickerLookup local_ticker_lookup() {
    return [](std::string_view ticker) {
        return find_stock(ticker) ? Lookup::Found : Lookup::Unknown;
    };
}

AccountLookup local_account_lookup(Storage& storage) {
    return [&storage](std::int32_t account_id) {
        return storage.account(account_id) ? Lookup::Found : Lookup::Unknown;
    };
}

PersonLookup local_person_lookup() {
    return [](std::string_view logon_id) {
        return find_person_by_logon(logon_id) ? Lookup::Found : Lookup::Unknown;
    };
}

TickerLookup http_ticker_lookup(const std::string& url) {
    return [pool = std::make_shared<ClientPool>(url)](std::string_view ticker) {
        if (ticker.empty()) return Lookup::Unknown;  // "/stocks/" would list them all
        return pool->ask("/stocks/" + percent_encoded(ticker));
    };
}

AccountLookup http_account_lookup(const std::string& url) {
    return [pool = std::make_shared<ClientPool>(url)](std::int32_t account_id) {
        return pool->ask("/account/" + std::to_string(account_id));
    };
}

PersonLookup http_person_lookup(const std::string& url) {
    return [pool = std::make_shared<ClientPool>(url)](std::string_view logon_id) {
        return pool->ask("/People/ValidatePerson?LogonId=" + percent_encoded(logon_id));
    };
}

}  // namespace nats_blotter::services

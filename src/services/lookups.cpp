// services/lookups.cpp - local and remote answers to "does it exist?".
#include "services/lookups.h"

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_set>
#include <vector>

#include "services/http_client.h"
#include "services/people_service.h"
#include "services/reference_data.h"

namespace nats_blotter::services {
namespace {

// No service deletes accounts, so one that was found need not be looked for again. 100,000 take
// some megabytes; later ones are looked for every time.
constexpr std::size_t kKnownAccountsMax = 100'000;

// An idle connection that is kept alive holds one of the other service's threads (24), so one
// process must not hold them all.
constexpr int kConnectionsMax = 10;

// Connections to one service, lent to one caller at a time; further callers wait.
class ClientPool {
  public:
    explicit ClientPool(const std::string& url) : url_(http_url_from_text(url)) {}

    Lookup ask(const std::string& path) {
        int status = 0;
        {
            Loan loan(*this);
            const bool kept = loan.client.has_value();
            if (!kept) loan.client.emplace(url_);
            status = loan.client->get(path);
            if (status == 0 && kept) {
                // The service may have ended, or ended this connection, while it was idle.
                loan.client.emplace(url_);
                status = loan.client->get(path);
            }
            if (status == 0) loan.client.reset();
        }
        if (status == 200) return Lookup::Found;
        return status == 404 ? Lookup::Unknown : Lookup::Unavailable;
    }

  private:
    struct Loan {
        explicit Loan(ClientPool& from) : pool(from) {
            std::unique_lock lock(pool.mutex_);
            pool.returned_.wait(lock, [this] { return pool.lent_ < kConnectionsMax; });
            ++pool.lent_;
            if (pool.idle_.empty()) return;
            client.emplace(std::move(pool.idle_.back()));
            pool.idle_.pop_back();
        }
        ~Loan() {
            const std::lock_guard lock(pool.mutex_);
            --pool.lent_;
            if (client) pool.idle_.push_back(std::move(*client));
            pool.returned_.notify_one();
        }
        Loan(const Loan&) = delete;
        Loan& operator=(const Loan&) = delete;
        ClientPool& pool;
        std::optional<HttpClient> client;
    };

    HttpUrl url_;
    std::mutex mutex_;
    std::condition_variable returned_;
    int lent_ = 0;                  // under mutex_
    std::vector<HttpClient> idle_;  // under mutex_
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
    struct Known {
        std::mutex mutex;
        std::unordered_set<std::int32_t> ids;
    };
    return [&storage, known = std::make_shared<Known>()](std::int32_t account_id) {
        {
            const std::lock_guard lock(known->mutex);
            if (known->ids.count(account_id) > 0) return Lookup::Found;
        }
        if (!storage.account(account_id)) return Lookup::Unknown;
        const std::lock_guard lock(known->mutex);
        if (known->ids.size() < kKnownAccountsMax) known->ids.insert(account_id);
        return Lookup::Found;
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

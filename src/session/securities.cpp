#include "session/securities.h"

#include <algorithm>
#include <numeric>

#include "base/sort_ids.h"
#include "feed/array_splitter.h"
#include "feed/decode.h"

namespace nats_blotter::session {
namespace {

const feed::TableSpec& security_spec() {
    static const feed::TableSpec spec = [] {
        feed::TableSpec made;
        made.name = "securities";
        made.columns.resize(2);
        made.columns[0].field = "ticker";
        made.columns[1].field = "companyName";
        made.key_columns = {0};
        return made;
    }();
    return spec;
}

char lower(char letter) {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter + ('a' - 'A')) : letter;
}

bool same_letters(std::string_view a, std::string_view b) {
    return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(),
                                              [](char x, char y) { return lower(x) == lower(y); });
}

bool begins_with(std::string_view text, std::string_view start) {
    return text.size() >= start.size() && same_letters(text.substr(0, start.size()), start);
}

bool is_between_words(char c) { return c == ' ' || c == '-' || c == '(' || c == '&' || c == '/'; }

bool has_word_with(std::string_view text, std::string_view start) {
    for (std::size_t at = 0; at < text.size(); ++at) {
        const bool begins = at == 0 || is_between_words(text[at - 1]);
        if (begins && begins_with(text.substr(at), start)) return true;
    }
    return false;
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
    while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
    return text;
}

}  // namespace

bool Securities::read(std::string_view json) {
    feed::ArraySplitter splitter;
    feed::RecordDecoder decoder(security_spec());
    std::vector<Security> read;
    std::size_t beyond = 0;
    splitter.append(json);
    while (const std::optional<std::string_view> element = splitter.next_element()) {
        const Result<const feed::Record*> record = decoder.decode(*element);
        if (!record) continue;
        if (read.size() == kSecuritiesMax) {
            ++beyond;
            continue;
        }
        const std::vector<feed::Cell>& cells = (*record)->cells;
        read.push_back({std::string(cells[0].text), std::string(cells[1].text)});
    }
    if (!splitter.finish()) return false;
    std::vector<std::uint32_t> order(read.size());
    std::iota(order.begin(), order.end(), 0u);
    sort_ids(order,
             [&read](std::uint32_t a, std::uint32_t b) { return read[a].ticker < read[b].ticker; });
    list_.clear();
    list_.reserve(read.size());
    for (const std::uint32_t index : order) list_.push_back(std::move(read[index]));
    beyond_cap_ = beyond;
    known_ = true;
    return true;
}

const Security* Securities::find(std::string_view ticker) const {
    const auto found = std::lower_bound(
        list_.begin(), list_.end(), ticker,
        [](const Security& security, std::string_view wanted) { return security.ticker < wanted; });
    return found != list_.end() && found->ticker == ticker ? &*found : nullptr;
}

const Security* Securities::match(std::string_view typed) const {
    const std::string_view wanted = trimmed(typed);
    if (const Security* exact = find(wanted)) return exact;
    const auto found = std::find_if(list_.begin(), list_.end(), [wanted](const Security& one) {
        return same_letters(one.ticker, wanted) || same_letters(security_words(one), wanted);
    });
    return found == list_.end() ? nullptr : &*found;
}

std::vector<const Security*> Securities::suggest(std::string_view typed, std::size_t count) const {
    const std::string_view start = trimmed(typed);
    std::vector<const Security*> found;
    if (start.empty()) return found;
    for (const Security& security : list_) {
        if (found.size() == count) return found;
        if (begins_with(security.ticker, start)) found.push_back(&security);
    }
    for (const Security& security : list_) {
        if (found.size() == count) return found;
        if (!begins_with(security.ticker, start) && has_word_with(security.company, start))
            found.push_back(&security);
    }
    return found;
}

std::string security_words(const Security& security) {
    return security.company.empty() ? security.ticker : security.ticker + " - " + security.company;
}

}  // namespace nats_blotter::session

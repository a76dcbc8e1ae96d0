#include "feed/schema.h"

#include <algorithm>

namespace nats_blotter::feed {
namespace {

ColumnSpec column(std::string_view field, std::string_view title, ColumnType type,
                  Align align = Align::Left) {
    ColumnSpec spec;
    spec.field = field;
    spec.title = title;
    spec.type = type;
    spec.align = align;
    return spec;
}

ColumnSpec hidden(ColumnSpec spec) {
    spec.hidden = true;
    return spec;
}

// What the page works out itself: bought is above zero, sold below.
ColumnSpec signed_quantity_column() {
    ColumnSpec spec = column("signedQuantity", "Signed qty", ColumnType::Int, Align::Right);
    spec.origin = Origin::Signed;
    spec.amount = 5;
    spec.sign = 4;
    spec.minus = "Sell";
    return spec;
}

ColumnSpec latency_column() {
    ColumnSpec spec = column("latencyMs", "Latency ms", ColumnType::Int, Align::Right);
    spec.origin = Origin::Latency;
    spec.sum = spec.flash = false;
    return spec;
}

// Trades of the position's account and security, and what those of the last minute add up to.
ColumnSpec trade_count_column() {
    ColumnSpec spec = column("trades", "Trades", ColumnType::Int, Align::Right);
    spec.origin = Origin::Entries;
    spec.flash = false;
    return spec;
}

ColumnSpec minute_column() {
    ColumnSpec spec = column("lastMinute", "Δ1m", ColumnType::Int, Align::Right);
    spec.origin = Origin::Recent;
    spec.flash = false;
    return spec;
}

// The stock front end's model spells the account in lower case (contract, section 5).
ColumnSpec account_column() {
    ColumnSpec spec = column("accountId", "Account", ColumnType::Int, Align::Right);
    spec.aliases = {"accountid"};
    spec.grouped = false;  // a number that is a name
    return spec;
}

std::vector<StreamSpec> streams_of(Stream stream, SubjectChoice subjects) {
    std::vector<StreamSpec> streams;
    for (const SubjectRow& row : kSubjects) {
        const bool wanted =
            subjects == SubjectChoice::Both ||
            (subjects == SubjectChoice::Slash) == (row.family == SubjectFamily::Slash);
        if (row.stream == stream && wanted) streams.push_back({std::string(row.pattern)});
    }
    return streams;
}

TableSpec trades_table(SubjectChoice subjects) {
    TableSpec spec;
    spec.name = "trades";
    spec.title = "Trades";
    spec.columns = {
        column("updated", "Time", ColumnType::Time),
        column("id", "Id", ColumnType::Text),
        account_column(),
        column("security", "Security", ColumnType::Symbol),
        column("side", "Side", ColumnType::Enum),
        column("quantity", "Qty", ColumnType::Int, Align::Right),
        column("state", "State", ColumnType::Enum),
        hidden(column("created", "Created", ColumnType::Time)),
        hidden(signed_quantity_column()),
        hidden(latency_column()),
    };
    spec.key_columns = {1};
    spec.version_column = 0;
    spec.scope_column = 2;
    spec.sort_column = 0;
    spec.sort_descending = true;
    spec.streams = streams_of(Stream::AccountTrades, subjects);
    spec.snapshot_url = "/position-service/trades/{account}";
    spec.snapshot_url_all = "/position-service/trades/";
    return spec;
}

TableSpec positions_table(SubjectChoice subjects) {
    TableSpec spec;
    spec.name = "positions";
    spec.title = "Positions";
    spec.columns = {
        account_column(),
        column("security", "Security", ColumnType::Symbol),
        column("quantity", "Net qty", ColumnType::Int, Align::Right),
        minute_column(),
        trade_count_column(),
        column("updated", "Last", ColumnType::Time),
    };
    spec.key_columns = {0, 1};
    spec.version_column = 5;
    spec.scope_column = 0;
    spec.sort_column = 5;
    spec.sort_descending = true;
    spec.streams = streams_of(Stream::AccountPositions, subjects);
    spec.snapshot_url = "/position-service/positions/{account}";
    spec.snapshot_url_all = "/position-service/positions/";
    return spec;
}

}  // namespace

std::string_view column_type_name(ColumnType type) {
    switch (type) {
        case ColumnType::Int: return "int";
        case ColumnType::Decimal: return "decimal";
        case ColumnType::Text: return "text";
        case ColumnType::Symbol: return "symbol";
        case ColumnType::Time: return "time";
        case ColumnType::Enum: return "enum";
    }
    return "unknown";
}

std::int32_t TableSpec::column_index(std::string_view field) const {
    const auto found =
        std::find_if(columns.begin(), columns.end(),
                     [field](const ColumnSpec& spec) { return spec.field == field; });
    return found == columns.end() ? -1 : static_cast<std::int32_t>(found - columns.begin());
}

Profile traderx_profile(SubjectChoice subjects) {
    Profile profile;
    profile.name = "traderx";
    profile.title = "TraderX";
    profile.tables = {trades_table(subjects), positions_table(subjects)};
    // Both by account and security; what is sold is taken off.
    profile.books = BookRule{
        .entries = {.table = 0, .by = {2, 3}, .amount = 5, .sign = 4, .minus = "Sell", .time = 7},
        .balances = {.table = 1, .by = {0, 1}, .amount = 2}};
    profile.accounts_url = "/account-service/account/";
    profile.orders_url = "/trade-service/trade/";
    profile.securities_url = "/reference-data/stocks";
    return profile;
}

}  // namespace nats_blotter::feed

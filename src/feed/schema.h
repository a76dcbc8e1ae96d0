// feed/schema.h - what a table looks like: columns, key, version, and where its rows come from.
//
// A Profile is the whole description of one deployment's tables. `traderx_profile()` is built in;
// profile_json.h reads another one from JSON into the same structs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.h"
#include "feed/subjects.h"

namespace nats_blotter::feed {

enum class ColumnType : std::uint8_t {
    Int,      // 64-bit whole number
    Decimal,  // 64-bit count of 10^-scale
    Text,     // any text, seldom repeated
    Symbol,   // text from a small set, interned (tickers)
    Time,     // nanoseconds since the epoch; numbers in the feed are epoch milliseconds
    Enum,     // text from a known set, interned; an unknown value is kept and shown as it is
};

std::string_view column_type_name(ColumnType type);

// What an is_bool column holds.
inline constexpr std::string_view kTrueText = "true";
inline constexpr std::string_view kFalseText = "false";

// Where the value of a column comes from.
enum class Origin : std::uint8_t {
    Record,   // a field of the record, or a token of the subject
    Signed,   // the amount of another column, below zero where its sign is minus
    Latency,  // milliseconds from the event's `date` until it came; null in a snapshot
    Entries,  // of the balances of the books: how many entries the row's key has
    Recent,   // likewise: what those of the last minute add up to
};

// Worked out of other rows than the record's own, and written by the table's books.
constexpr bool is_told(Origin origin) {
    return origin == Origin::Entries || origin == Origin::Recent;
}

enum class Align : std::uint8_t { Left, Right };

// Every member has a value of its own, so that a few can be named in an initialiser.
struct ColumnSpec {
    std::string field{};  // name in the record as the feed spells it, or a JSON pointer into it
    std::string title{};
    ColumnType type = ColumnType::Text;
    int scale = 0;                       // Decimal only
    std::vector<std::string> aliases{};  // other spellings of `field` that are accepted
    Align align = Align::Left;
    bool grouped = true;              // Int and Decimal: shown with thousands separators
    bool milliseconds = true;         // Time: shown with them
    bool flash = true;                // a change of the value is seen for a moment
    bool is_bool = false;             // Enum: JSON's true and false, and nothing else
    bool hidden = false;              // not among the columns shown at first
    bool sum = true;                  // Int and Decimal: its sum makes sense
    std::vector<std::string> path{};  // of a `field` that is a JSON pointer: its steps
    // As in a profile, without a scale: "bool" too.
    std::string_view type_name() const { return is_bool ? "bool" : column_type_name(type); }

    int subject_token = 0;  // of messages: the value is this token of the subject, from 1; 0: none
    bool token_to_end = false;  // that token and all behind it: the key of a bucket

    Origin origin = Origin::Record;
    std::uint16_t amount = 0;  // of Signed: an Int or Decimal of the same scale
    std::uint16_t sign = 0;    // likewise: a Symbol or Enum, which makes it negative where it is
    std::string minus{};       // this

    bool operator==(const ColumnSpec&) const = default;
};

// One stream of one table: its subject for each account of the scope.
struct StreamSpec {
    std::string pattern;  // "{account}" is replaced

    bool operator==(const StreamSpec&) const = default;
};

// Where the rows that are there already are read from, before the stream goes on with them.
enum class SnapshotKind : std::uint8_t {
    None,     // a feed without: what has streamed is all that is known
    Url,      // a REST path that answers with an array of records
    Request,  // a NATS request that is answered by a message like those of the stream
    Stored,   // a JetStream stream, or the one of a bucket, which goes on with them itself
    Fold,     // another table, whose rows are added up; it has no stream of its own
};

// A column of a fold: the sum of this one.
struct FoldSum {
    std::uint16_t column = 0;  // Int or Decimal
    std::int32_t sign = -1;    // Symbol or Enum: `minus` there makes the amount negative
    std::string minus{};

    bool operator==(const FoldSum&) const = default;
};

// A table that is worked out of another: see table/fold.h.
struct FoldSpec {
    std::size_t of = 0;               // the table, which is no fold
    std::vector<std::uint16_t> by{};  // Int, Text, Symbol or Enum
    std::vector<FoldSum> sums{};

    bool operator==(const FoldSpec&) const = default;
};

struct TableSpec {
    std::string name;
    std::string title;
    std::vector<ColumnSpec> columns;
    std::vector<std::uint16_t> key_columns;
    std::int32_t version_column = -1;  // newest wins; -1: the last to arrive wins
    std::int32_t scope_column = -1;    // holds the account; -1: rows belong to no account
    std::int32_t sort_column = -1;     // shown order at first; -1: order of arrival
    bool sort_descending = false;
    std::vector<StreamSpec> streams;
    SnapshotKind snapshot = SnapshotKind::Url;
    std::string snapshot_url;      // of one account, "{account}" is replaced; without: of all
    std::string snapshot_url_all;  // of all accounts
    std::string snapshot_subject;  // of a Request; likewise replaced
    // Of Stored: the JetStream stream, of which `streams` has the one subject that is read.
    std::string stored_in{};
    bool stored_in_bucket = false;  // "KV_" and the name of a bucket
    bool last_per_subject = false;  // only the newest message of each subject makes a row
    std::size_t rows_max = kTableRowsMax;
    // Records may come in an envelope, {"payload": {...}, "date": ...}, or bare.
    bool enveloped = true;
    // The steps of a JSON pointer to the record, or to an array of them, in a message.
    std::vector<std::string> records_path;
    // An event whose column has this value takes the row away; -1: none does.
    std::int32_t delete_column = -1;
    std::string delete_text;         // of a Text, Symbol or Enum
    std::int64_t delete_number = 0;  // of an Int
    // The deletion of a bucket's key takes its row away. The key's columns are of the subject.
    bool kv_delete = false;

    bool is_stored() const { return snapshot == SnapshotKind::Stored; }

    std::optional<FoldSpec> fold{};

    // Index of the column with this field name, or -1.
    std::int32_t column_index(std::string_view field) const;

    bool operator==(const TableSpec&) const = default;
};

// One side of books that must balance: rows are added up for each value of their `by` columns.
struct BookSide {
    std::size_t table = 0;
    std::vector<std::uint16_t>
        by;                    // Int, Symbol or Enum; as many on both sides, at most kBookByMax
    std::uint16_t amount = 0;  // Int or Decimal, of one scale on both sides
    std::int32_t sign = -1;    // Symbol or Enum: `minus` there makes the amount negative
    std::string minus{};
    std::int32_t time = -1;  // of entries: Time, when one was made; Origin::Recent is by it

    bool operator==(const BookSide&) const = default;
};
inline constexpr std::size_t kBookByMax = 2;

// Rule of truth 8: the signed sum of the entries is the amount of the balances, for each key.
struct BookRule {
    BookSide entries;   // trades
    BookSide balances;  // positions

    bool operator==(const BookRule&) const = default;
};

struct Profile {
    std::string name;
    std::string title;
    std::vector<TableSpec> tables;
    std::optional<BookRule> books;
    // The choices of the scope: array of {id, displayName}. Empty: rows belong to no account.
    std::string accounts_url;
    // Where orders go, and what can be ordered: array of {ticker, companyName}. Empty: no orders.
    std::string orders_url{};
    std::string securities_url{};

    bool has_accounts() const { return !accounts_url.empty(); }

    bool operator==(const Profile&) const = default;
};

// Which subjects the TraderX profile listens to.
enum class SubjectChoice : std::uint8_t { Slash, Dotted, Both };

// The built-in profile; REST paths are relative to the page's origin (contract, section 4).
Profile traderx_profile(SubjectChoice subjects);

}  // namespace nats_blotter::feed

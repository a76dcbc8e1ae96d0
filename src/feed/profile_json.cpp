// feed/profile_json.cpp - see profile_json.h. One function for each object of the form; each
// answers false as soon as the sentence is made.
#include "feed/profile_json.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/json_scanner.h"
#include "base/json_text.h"
#include "base/json_tree.h"
#include "base/number_text.h"

namespace nats_blotter::feed {
namespace {

using Kind = JsonTree::Kind;

constexpr std::size_t kNameBytesMax = 64;
constexpr std::size_t kTextBytesMax = 256;
constexpr std::size_t kQuotedBytesMax = 60;
constexpr std::size_t kStepsMax = 16;      // of a JSON pointer
constexpr std::size_t kAliasesMax = 16;    // of one column
constexpr std::size_t kSubjectsMax = 64;   // of one table
constexpr std::size_t kKeyColumnsMax = 8;  // of one table
constexpr int kSubjectTokenMax = 64;
constexpr std::string_view kAccount = "{account}";
constexpr std::string_view kBucketPrefix = "KV_";
constexpr int kBucketKeyToken = 3;  // of $KV.<bucket>.<key>

std::string quoted(std::string_view text) {
    std::string out;
    append_json_string(out, text.substr(0, kQuotedBytesMax));
    if (text.size() > kQuotedBytesMax) out += "…";
    return out;
}

bool is_name(std::string_view text) {
    return !text.empty() && text.size() <= kNameBytesMax &&
           std::all_of(text.begin(), text.end(), [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '-' || c == '_';
           });
}

// A path on the origin of the page: neither another host nor anything to be resolved.
bool is_path(std::string_view text) {
    if (text.empty() || text.front() != '/' || text.size() > kTextBytesMax) return false;
    if (text.size() > 1 && (text[1] == '/' || text[1] == '\\')) return false;
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return c > ' ' && c != 0x7F && c != '\\'; });
}

// The steps of a JSON pointer (RFC 6901); nothing where it is none.
std::optional<std::vector<std::string>> pointer_steps(std::string_view text) {
    std::vector<std::string> steps;
    if (text.empty() || text.front() != '/') return std::nullopt;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '/') {
            if (steps.size() == kStepsMax) return std::nullopt;
            steps.emplace_back();
        } else if (text[i] != '~') {
            steps.back() += text[i];
        } else if (i + 1 < text.size() && (text[i + 1] == '0' || text[i + 1] == '1')) {
            steps.back() += text[++i] == '0' ? '~' : '/';
        } else {
            return std::nullopt;
        }
    }
    return steps;
}

// What stands in braces and is not the account; empty where there is none.
std::string_view other_placeholder(std::string_view pattern) {
    for (std::size_t at = 0; (at = pattern.find_first_of("{}", at)) != std::string_view::npos;) {
        if (pattern.substr(at, kAccount.size()) != kAccount) {
            const std::size_t end = pattern.find('}', at);
            return pattern.substr(at, end == std::string_view::npos ? end : end - at + 1);
        }
        at += kAccount.size();
    }
    return {};
}

bool names_account(std::string_view pattern) {
    return pattern.find(kAccount) != std::string_view::npos;
}

// One token that nats-server takes for a stream.
bool is_stream(std::string_view text) {
    return text.find_first_of(".*>/\\") == std::string_view::npos && is_subject_pattern(text);
}

bool is_number(const ColumnSpec& column) {
    return column.type == ColumnType::Int || column.type == ColumnType::Decimal ||
           column.type == ColumnType::Time;
}

bool is_word(const ColumnSpec& column) {
    return column.type == ColumnType::Symbol || column.type == ColumnType::Enum;
}

class Reader {
  public:
    Reader(const JsonTree& tree, Profile& profile) : tree_(tree), profile_(profile) {}

    bool read() { return read_profile(JsonTree::kRoot); }

    // Of the first thing that is wrong: its place and the reason.
    const std::string& place() const { return place_; }
    const std::string& reason() const { return reason_; }

  private:
    using Index = std::uint32_t;

    bool fail(std::string reason) {
        reason_ = std::move(reason);
        return false;
    }

    // The place grows while something inside is read, and stays where that failed.
    template <typename Read>
    bool inside(std::string_view step, Read read) {
        const std::size_t size = place_.size();
        place_ += '/';
        for (const char c : step.substr(0, kQuotedBytesMax)) {
            if (c == '~')
                place_ += "~0";
            else if (c == '/')
                place_ += "~1";
            else
                place_ += c;
        }
        if (!read()) return false;
        place_.resize(size);
        return true;
    }

    bool fail_at(std::string_view step, std::string reason) {
        return inside(step, [&] { return fail(std::move(reason)); });
    }

    bool wrong_kind(Index at, std::string_view wanted) {
        return fail("must be " + std::string(wanted) + " and is " +
                    std::string(json_kind_words(tree_[at].kind)));
    }

    // Calls `member(name, value)` for each member, inside its place. Names come once, and the
    // required ones are there.
    template <typename Member>
    bool read_object(Index at, std::initializer_list<std::string_view> required, Member member) {
        if (tree_[at].kind != Kind::Object) return wrong_kind(at, "an object");
        for (const std::string_view name : required)
            if (find(at, name) == JsonTree::kNone) return fail("lacks the member " + quoted(name));
        for (Index child = tree_[at].first; child != JsonTree::kNone; child = tree_[child].next) {
            for (Index before = tree_[at].first; before != child; before = tree_[before].next)
                if (tree_[before].name == tree_[child].name)
                    return fail_at(tree_[child].name, "is given twice");
            if (!inside(tree_[child].name, [&] { return member(tree_[child].name, child); }))
                return false;
        }
        return true;
    }

    bool unknown_member() { return fail("is not a member that is known here"); }

    template <typename Element>
    bool read_array(Index at, std::size_t max, std::string_view what, Element element) {
        if (tree_[at].kind != Kind::Array) return wrong_kind(at, "an array");
        std::size_t index = 0;
        for (Index child = tree_[at].first; child != JsonTree::kNone; child = tree_[child].next) {
            if (index == max)
                return fail("has more than " + std::to_string(max) + " " + std::string(what));
            if (!inside(std::to_string(index), [&] { return element(child); })) return false;
            ++index;
        }
        return index > 0 || fail("is empty, and must hold " + std::string(what));
    }

    Index find(Index object, std::string_view name) const {
        Index child = tree_[object].first;
        while (child != JsonTree::kNone && tree_[child].name != name) child = tree_[child].next;
        return child;
    }

    bool read_text(Index at, std::string& out, std::size_t bytes_max = kTextBytesMax) {
        const JsonTree::Value& value = tree_[at];
        if (value.kind != Kind::Text) return wrong_kind(at, "text");
        if (value.text.empty()) return fail("is empty");
        if (value.text.size() > bytes_max)
            return fail("is longer than " + std::to_string(bytes_max) + " bytes");
        if (std::any_of(value.text.begin(), value.text.end(),
                        [](char c) { return (c >= 0 && c < ' ') || c == 0x7F; }))
            return fail("holds a control character");
        out = value.text;
        return true;
    }

    bool read_name(Index at, std::string& out) {
        if (!read_text(at, out, kNameBytesMax)) return false;
        return is_name(out) || fail(quoted(out) +
                                    " has others than the letters a to z, digits, "
                                    "- and _");
    }

    bool read_flag(Index at, bool& out) {
        const Kind kind = tree_[at].kind;
        out = kind == Kind::True;
        return kind == Kind::True || kind == Kind::False || wrong_kind(at, "true or false");
    }

    bool read_number(Index at, std::int64_t min, std::int64_t max, std::int64_t& out) {
        if (tree_[at].kind != Kind::Number) return wrong_kind(at, "a number");
        const Result<std::int64_t> read = int_from_text(tree_[at].text);
        if (!read || *read < min || *read > max) {
            return fail("must be a whole number from " + std::to_string(min) + " to " +
                        std::to_string(max));
        }
        out = *read;
        return true;
    }

    bool read_path(Index at, std::string& out) {
        if (!read_text(at, out)) return false;
        if (!is_path(out))
            return fail(quoted(out) + " is not a path: it begins with one / and has no blanks");
        return check_placeholders(out);
    }

    bool read_pointer(Index at, std::vector<std::string>& out) {
        std::string text;
        if (!read_text(at, text)) return false;
        auto steps = pointer_steps(text);
        if (!steps) return fail(quoted(text) + " is not a JSON pointer of at most 16 steps");
        out = std::move(*steps);
        return true;
    }

    bool check_placeholders(std::string_view pattern) {
        const std::string_view other = other_placeholder(pattern);
        if (!other.empty())
            return fail(quoted(other) + " is not a parameter: the only one is {account}");
        if (names_account(pattern) && !profile_.has_accounts())
            return fail("names {account}, and the profile has no parameter account");
        return true;
    }

    // ---- the profile

    bool read_profile(Index at) {
        // The parameters first: the tables are judged by them.
        const Index parameters =
            tree_[at].kind == Kind::Object ? find(at, "parameters") : JsonTree::kNone;
        if (parameters != JsonTree::kNone &&
            !inside("parameters", [&] { return read_parameters(parameters); }))
            return false;
        const Index tables = tree_[at].kind == Kind::Object ? find(at, "tables") : JsonTree::kNone;
        const bool read =
            read_object(at, {"name", "tables"}, [&](std::string_view name, Index value) {
                if (name == "$schema") {
                    std::string ignored;
                    return read_text(value, ignored);
                }
                if (name == "name") return read_name(value, profile_.name);
                if (name == "title") return read_text(value, profile_.title);
                if (name == "parameters" || name == "tables") return true;
                if (name == "orders") return read_orders(value);
                if (name == "books" || name == "folds") return true;
                return unknown_member();
            });
        if (!read || !inside("tables", [&] { return read_tables(tables); })) return false;
        if (profile_.title.empty()) profile_.title = profile_.name;
        const Index books = find(at, "books");
        if (books != JsonTree::kNone && !inside("books", [&] { return read_books(books); }))
            return false;
        if (!inside("tables", [&] { return check_told(); })) return false;
        const Index folds = find(at, "folds");
        return folds == JsonTree::kNone || inside("folds", [&] { return read_folds(folds); });
    }

    bool read_parameters(Index at) {
        return read_object(at, {"account"}, [&](std::string_view name, Index value) {
            if (name != "account") return fail("is not a parameter: the only one is account");
            return read_object(value, {"choices"}, [&](std::string_view member, Index choices) {
                if (member != "choices") return unknown_member();
                return read_path(choices, profile_.accounts_url);
            });
        });
    }

    bool read_orders(Index at) {
        if (!profile_.has_accounts()) return fail("needs the parameter account");
        return read_object(at, {"url", "securities"}, [&](std::string_view name, Index value) {
            if (name == "url") return read_path(value, profile_.orders_url);
            if (name == "securities") return read_path(value, profile_.securities_url);
            return unknown_member();
        });
    }

    bool read_tables(Index at) {
        return read_array(at, kTablesMax, "tables", [&](Index table) {
            TableSpec spec;
            if (!read_table(table, spec)) return false;
            for (const TableSpec& other : profile_.tables)
                if (other.name == spec.name)
                    return fail_at("name", quoted(spec.name) + " is another table's name too");
            profile_.tables.push_back(std::move(spec));
            return true;
        });
    }

    // ---- a table

    bool read_table(Index at, TableSpec& spec) {
        spec.enveloped = false;
        spec.snapshot = SnapshotKind::None;
        // The columns first: other members name them.
        const Index columns =
            tree_[at].kind == Kind::Object ? find(at, "columns") : JsonTree::kNone;
        if (columns != JsonTree::kNone &&
            !inside("columns", [&] { return read_columns(columns, spec); }))
            return false;
        const bool read =
            read_object(at, {"name", "key", "columns"}, [&](std::string_view name, Index value) {
                if (name == "name") return read_name(value, spec.name);
                if (name == "title") return read_text(value, spec.title);
                if (name == "columns") return true;
                if (name == "subjects") return read_subjects(value, spec);
                if (name == "envelope") return read_flag(value, spec.enveloped);
                if (name == "records") return read_pointer(value, spec.records_path);
                if (name == "snapshot") return read_snapshot(value, spec);
                if (name == "key") return read_key(value, spec);
                if (name == "version") return read_version(value, spec);
                if (name == "account") return read_account(value, spec);
                if (name == "sort") return read_sort(value, spec);
                if (name == "delete") return read_delete(value, spec);
                if (name == "maxRows") return read_rows_max(value, spec);
                return unknown_member();
            });
        return read && check_table(spec);
    }

    bool check_table(TableSpec& spec) {
        if (spec.title.empty()) spec.title = spec.name;
        if (!check_stored(spec)) return false;
        if (spec.streams.empty()) return fail("lacks the member \"subjects\"");
        if (spec.enveloped && !spec.records_path.empty())
            return fail_at("records", "and envelope do not go together");
        if (profile_.has_accounts() != (spec.scope_column >= 0)) {
            return fail(profile_.has_accounts()
                            ? "lacks the member \"account\", since the profile has that parameter"
                            : "has the member \"account\", and the profile has no such parameter");
        }
        for (std::size_t index = 0; index < spec.columns.size(); ++index)
            if (!inside("columns", [&] {
                    return inside(std::to_string(index),
                                  [&] { return check_token(spec, spec.columns[index]); });
                }))
                return false;
        return !spec.kv_delete || inside("key", [&] { return check_kv_key(spec); });
    }

    // One consumer reads one subject, or all that a bucket has.
    bool check_stored(TableSpec& spec) {
        if (!spec.is_stored()) return true;
        if (spec.stored_in_bucket) {
            const std::string prefix = "$KV." + spec.stored_in.substr(kBucketPrefix.size()) + ".";
            if (spec.streams.empty()) spec.streams.push_back({prefix + ">"});
            if (!spec.streams[0].pattern.starts_with(prefix))
                return fail_at("subjects", quoted(spec.streams[0].pattern) +
                                               " is of no key of the bucket: those begin with " +
                                               quoted(prefix));
        }
        return spec.streams.size() <= 1 ||
               fail_at("subjects", "are more than one, and a stream is read by one");
    }

    // What a deletion says is its subject: each has a row of its own.
    bool check_kv_key(const TableSpec& spec) {
        for (const std::uint16_t key : spec.key_columns)
            if (spec.columns[key].subject_token == 0)
                return fail(quoted(spec.columns[key].field) +
                            " is not of the subject, which is all that a deletion has");
        for (const StreamSpec& stream : spec.streams) {
            int token = 0;
            for (std::string_view rest = stream.pattern; !rest.empty();) {
                ++token;
                const std::string_view text = rest.substr(0, rest.find('.'));
                rest.remove_prefix(std::min(rest.size(), text.size() + 1));
                if (text != "*" && text != ">" && !names_account(text)) continue;
                if (!tells_apart(spec, token, text == ">"))
                    return fail("has no column of token " + std::to_string(token) +
                                (text == ">" ? " and all behind it" : "") + " of " +
                                quoted(stream.pattern) + ", which tells its rows apart");
            }
        }
        return true;
    }

    static bool tells_apart(const TableSpec& spec, int token, bool and_rest) {
        return std::any_of(spec.key_columns.begin(), spec.key_columns.end(), [&](auto key) {
            const ColumnSpec& column = spec.columns[key];
            return column.token_to_end ? column.subject_token <= token
                                       : !and_rest && column.subject_token == token;
        });
    }

    // A column of the subject needs that token in each of the table's subjects.
    bool check_token(const TableSpec& spec, const ColumnSpec& column) {
        if (column.subject_token == 0) return true;
        if (column.token_to_end && !spec.stored_in_bucket)
            return fail_at("token", "\"key\" is of a table that has a bucket as its snapshot");
        for (const StreamSpec& stream : spec.streams) {
            const std::string_view pattern = stream.pattern;
            if (pattern.ends_with('>') || !subject_token(pattern, column.subject_token).empty())
                continue;
            return fail_at("token", "is beyond the last token of the subject " + quoted(pattern));
        }
        return true;
    }

    bool read_subjects(Index at, TableSpec& spec) {
        return read_array(at, kSubjectsMax, "subjects", [&](Index value) {
            std::string pattern;
            if (!read_text(value, pattern) || !check_placeholders(pattern)) return false;
            if (!is_subject_pattern(pattern)) return fail(quoted(pattern) + " is no NATS subject");
            if (profile_.has_accounts() && !names_account(pattern))
                return fail(quoted(pattern) + " does not name {account}");
            for (const StreamSpec& other : spec.streams)
                if (other.pattern == pattern) return fail(quoted(pattern) + " is there twice");
            spec.streams.push_back({std::move(pattern)});
            return true;
        });
    }

    bool read_snapshot(Index at, TableSpec& spec) {
        const bool read = read_object(at, {}, [&](std::string_view name, Index value) {
            if (name == "url") {
                spec.snapshot = SnapshotKind::Url;
                return read_path(value, spec.snapshot_url);
            }
            if (name == "urlAll") return read_path(value, spec.snapshot_url_all);
            if (name == "request") return read_request(value, spec);
            if (name == "stream" || name == "kv") return read_stored(value, name == "kv", spec);
            if (name == "lastPerSubject") return read_flag(value, spec.last_per_subject);
            return unknown_member();
        });
        if (!read) return false;
        const auto has = [&](std::string_view name) { return find(at, name) != JsonTree::kNone; };
        if (has("url") + has("request") + has("stream") + has("kv") != 1)
            return fail("must have one of \"url\", \"request\", \"kv\" and \"stream\"");
        if (has("lastPerSubject") && !has("stream"))
            return fail_at("lastPerSubject", "is for a \"stream\"");
        if (has("kv")) spec.last_per_subject = spec.kv_delete = true;
        return check_snapshot_url(spec);
    }

    bool read_stored(Index at, bool bucket, TableSpec& spec) {
        std::string name;
        if (profile_.has_accounts()) return fail("does not go together with the parameter account");
        if (!read_text(at, name)) return false;
        if (!(bucket ? is_name(name) : is_stream(name)))
            return fail(quoted(name) + " is no name of a " + (bucket ? "bucket" : "stream"));
        spec.snapshot = SnapshotKind::Stored;
        spec.stored_in = (bucket ? std::string(kBucketPrefix) : std::string()) + name;
        spec.stored_in_bucket = bucket;
        return true;
    }

    bool check_snapshot_url(TableSpec& spec) {
        if (spec.snapshot != SnapshotKind::Url || !profile_.has_accounts()) {
            if (!spec.snapshot_url_all.empty())
                return fail_at("urlAll", "is for a \"url\" that names {account}");
            spec.snapshot_url_all = spec.snapshot_url;
            return true;
        }
        if (!names_account(spec.snapshot_url)) return fail_at("url", "does not name {account}");
        if (spec.snapshot_url_all.empty())
            return fail("lacks the member \"urlAll\", for all accounts");
        return !names_account(spec.snapshot_url_all) || fail_at("urlAll", "names {account}");
    }

    bool read_request(Index at, TableSpec& spec) {
        spec.snapshot = SnapshotKind::Request;
        if (!read_text(at, spec.snapshot_subject)) return false;
        if (profile_.has_accounts()) return fail("does not go together with the parameter account");
        if (!check_placeholders(spec.snapshot_subject)) return false;
        const bool plain = spec.snapshot_subject.find_first_of("*>") == std::string::npos;
        return (plain && is_subject_pattern(spec.snapshot_subject)) ||
               fail(quoted(spec.snapshot_subject) + " is no subject to send a request to");
    }

    // ---- columns, and what names them

    bool read_columns(Index at, TableSpec& spec) {
        const bool read = read_array(at, kColumnsMax, "columns", [&](Index value) {
            ColumnSpec column;
            if (!read_column(value, column)) return false;
            for (const ColumnSpec& other : spec.columns)
                if (other.field == column.field)
                    return fail_at("field", quoted(column.field) + " is another column's too");
            spec.columns.push_back(std::move(column));
            return true;
        });
        if (!read) return false;
        std::size_t next = 0;
        return read_array(at, kColumnsMax, "columns", [&](Index value) {
            ColumnSpec& column = spec.columns[next++];
            const Index of = find(value, "signed");
            return of == JsonTree::kNone ||
                   inside("signed", [&] { return read_signed(of, spec, column); });
        });
    }

    // {"column": "quantity", "sign": "side", "minus": "Sell"}
    bool read_signed(Index at, const TableSpec& spec, ColumnSpec& column) {
        BookSide side;  // which says the same
        const bool read =
            read_object(at, {"column", "sign", "minus"}, [&](std::string_view name, Index value) {
                if (name == "column") return read_book_amount(value, spec, side);
                if (name == "sign") return read_book_sign(value, spec, side);
                if (name == "minus") return read_text(value, side.minus);
                return unknown_member();
            });
        if (!read) return false;
        const ColumnSpec& amount = spec.columns[side.amount];
        if (column.origin != Origin::Record || &amount == &column ||
            amount.origin != Origin::Record)
            return fail("is of a column that is not worked out itself");
        if (amount.type != column.type || amount.scale != column.scale)
            return fail("is not of the type of " + quoted(amount.field));
        column.origin = Origin::Signed;
        column.amount = side.amount;
        column.sign = static_cast<std::uint16_t>(side.sign);
        column.minus = side.minus;
        return true;
    }

    bool read_column(Index at, ColumnSpec& column) {
        std::optional<Align> align;
        const bool read =
            read_object(at, {"field", "type"}, [&](std::string_view name, Index value) {
                if (name == "field") return read_field(value, column);
                if (name == "title") return read_text(value, column.title);
                if (name == "type") return read_type(value, column);
                if (name == "aliases") {
                    return read_array(value, kAliasesMax, "names", [&](Index alias) {
                        return read_text(alias, column.aliases.emplace_back());
                    });
                }
                if (name == "align") return read_align(value, align);
                if (name == "grouped") return read_flag(value, column.grouped);
                if (name == "format") return true;
                if (name == "flash") return read_flag(value, column.flash);
                if (name == "hidden") return read_flag(value, column.hidden);
                if (name == "sum") return read_flag(value, column.sum);
                if (name == "signed") return true;  // once all columns are known
                if (name == "latency") {
                    column.origin = Origin::Latency;
                    column.sum = false;
                    return tree_[value].kind == Kind::True || wrong_kind(value, "true");
                }
                if (name == "entries" || name == "lastMinute") {
                    column.origin = name == "entries" ? Origin::Entries : Origin::Recent;
                    return tree_[value].kind == Kind::True || wrong_kind(value, "true");
                }
                if (name == "token") return read_token(value, column);
                return unknown_member();
            });
        if (!read) return false;
        const auto has = [&](std::string_view name) { return find(at, name) != JsonTree::kNone; };
        if (has("latency") + has("entries") + has("lastMinute") > 1)
            return fail("has more than one of \"latency\", \"entries\" and \"lastMinute\"");
        if (column.origin == Origin::Entries && column.type != ColumnType::Int)
            return fail_at("entries", "is of a column of type int");
        if (column.origin == Origin::Latency && column.type != ColumnType::Int)
            return fail_at("latency", "is of a column of type int");
        if (column.title.empty()) column.title = column.field;
        const bool counts = column.type == ColumnType::Int || column.type == ColumnType::Decimal;
        column.align = align.value_or(counts ? Align::Right : Align::Left);
        const Index format = find(at, "format");
        if (format != JsonTree::kNone &&
            !inside("format", [&] { return read_format(format, at, column); }))
            return false;
        if (!column.aliases.empty() && !column.path.empty())
            return fail_at("aliases", "are of a name, and the field is a JSON pointer");
        return true;
    }

    // How the values of its type may be shown.
    bool read_format(Index at, Index of_column, ColumnSpec& column) {
        std::string text;
        if (!read_text(at, text)) return false;
        const bool is_time = column.type == ColumnType::Time;
        if (!is_number(column))
            return fail("is of a column that is not of type int, decimal or time");
        if (!is_time && find(of_column, "grouped") != JsonTree::kNone)
            return fail("and grouped say the same: one is enough");
        if (text == (is_time ? "milliseconds" : "grouped")) return true;
        if (text != (is_time ? "seconds" : "plain"))
            return fail(quoted(text) + (is_time ? " is not one of milliseconds, seconds"
                                                : " is not one of grouped, plain"));
        (is_time ? column.milliseconds : column.grouped) = false;
        return true;
    }

    bool read_token(Index at, ColumnSpec& column) {
        if (tree_[at].kind == Kind::Text && tree_[at].text == "key") {
            column.subject_token = kBucketKeyToken;
            column.token_to_end = true;
            return true;
        }
        if (tree_[at].kind != Kind::Number) return wrong_kind(at, "a number or \"key\"");
        std::int64_t token = 0;
        if (!read_number(at, 1, kSubjectTokenMax, token)) return false;
        column.subject_token = static_cast<int>(token);
        return true;
    }

    bool read_field(Index at, ColumnSpec& column) {
        if (!read_text(at, column.field)) return false;
        return column.field.front() != '/' || read_pointer(at, column.path);
    }

    bool read_type(Index at, ColumnSpec& column) {
        std::string text;
        if (!read_text(at, text)) return false;
        for (const ColumnType type : {ColumnType::Int, ColumnType::Text, ColumnType::Symbol,
                                      ColumnType::Time, ColumnType::Enum}) {
            if (text != column_type_name(type)) continue;
            column.type = type;
            return true;
        }
        if (text == "bool") {
            column.type = ColumnType::Enum;
            column.is_bool = true;
            return true;
        }
        for (int scale = 0; scale <= kDecimalScaleMax; ++scale) {
            if (text != "decimal(" + std::to_string(scale) + ")") continue;
            column.type = ColumnType::Decimal;
            column.scale = scale;
            return true;
        }
        return fail(
            quoted(text) +
            " is not one of int, decimal(0) to decimal(18), text, symbol, time, enum, bool");
    }

    bool read_align(Index at, std::optional<Align>& align) {
        std::string text;
        if (!read_text(at, text)) return false;
        if (text != "left" && text != "right")
            return fail(quoted(text) + " is not one of left, right");
        align = text == "left" ? Align::Left : Align::Right;
        return true;
    }

    bool read_column_name(Index at, const TableSpec& spec, std::uint16_t& column) {
        std::string field;
        if (!read_text(at, field)) return false;
        const std::int32_t index = spec.column_index(field);
        if (index < 0) return fail(quoted(field) + " is no column of this table");
        column = static_cast<std::uint16_t>(index);
        return true;
    }

    bool read_key(Index at, TableSpec& spec) {
        return read_array(at, kKeyColumnsMax, "columns", [&](Index value) {
            std::uint16_t column = 0;
            if (!read_column_name(value, spec, column)) return false;
            if (std::count(spec.key_columns.begin(), spec.key_columns.end(), column) > 0)
                return fail(quoted(tree_[value].text) + " is there twice");
            spec.key_columns.push_back(column);
            return true;
        });
    }

    bool read_version(Index at, TableSpec& spec) {
        std::uint16_t column = 0;
        if (!read_column_name(at, spec, column)) return false;
        if (!is_number(spec.columns[column]))
            return fail(quoted(tree_[at].text) + " is not of type int, decimal or time");
        spec.version_column = column;
        return true;
    }

    bool read_account(Index at, TableSpec& spec) {
        std::uint16_t column = 0;
        if (!read_column_name(at, spec, column)) return false;
        if (spec.columns[column].type != ColumnType::Int)
            return fail(quoted(tree_[at].text) + " is not of type int");
        spec.scope_column = column;
        return true;
    }

    bool read_sort(Index at, TableSpec& spec) {
        return read_object(at, {"column"}, [&](std::string_view name, Index value) {
            if (name == "descending") return read_flag(value, spec.sort_descending);
            if (name != "column") return unknown_member();
            std::uint16_t column = 0;
            if (!read_column_name(value, spec, column)) return false;
            spec.sort_column = column;
            return true;
        });
    }

    bool read_delete(Index at, TableSpec& spec) {
        if (tree_[at].kind == Kind::Text) {
            spec.kv_delete = true;
            return tree_[at].text == "kv" ||
                   fail(quoted(tree_[at].text) + " is neither \"kv\" nor a column and its value");
        }
        Index value_at = JsonTree::kNone;
        const bool read =
            read_object(at, {"column", "value"}, [&](std::string_view name, Index value) {
                if (name == "value") value_at = value;
                if (name != "column") return name == "value" || unknown_member();
                std::uint16_t column = 0;
                if (!read_column_name(value, spec, column)) return false;
                spec.delete_column = column;
                return true;
            });
        return read && inside("value", [&] {
                   const ColumnSpec& column =
                       spec.columns[static_cast<std::size_t>(spec.delete_column)];
                   if (column.type == ColumnType::Int)
                       return read_number(value_at, INT64_MIN + 1, INT64_MAX, spec.delete_number);
                   if (is_number(column))
                       return fail(
                           "is of a column that is not of type int, text, symbol, enum or bool");
                   if (column.is_bool) {
                       bool value = false;
                       if (!read_flag(value_at, value)) return false;
                       spec.delete_text = value ? kTrueText : kFalseText;
                       return true;
                   }
                   return read_text(value_at, spec.delete_text);
               });
    }

    bool read_rows_max(Index at, TableSpec& spec) {
        std::int64_t rows = 0;
        if (!read_number(at, 1, static_cast<std::int64_t>(kTableRowsMax), rows)) return false;
        spec.rows_max = static_cast<std::size_t>(rows);
        return true;
    }

    // ---- folds

    bool read_folds(Index at) {
        const std::size_t tables = profile_.tables.size();
        return read_array(at, kTablesMax - tables, "folds beside the tables", [&](Index value) {
            TableSpec spec;
            spec.enveloped = false;
            spec.snapshot = SnapshotKind::Fold;
            spec.fold.emplace();
            if (!read_fold(value, spec, tables)) return false;
            for (const TableSpec& other : profile_.tables)
                if (other.name == spec.name)
                    return fail_at("name", quoted(spec.name) + " is another table's name too");
            if (spec.title.empty()) spec.title = spec.name;
            profile_.tables.push_back(std::move(spec));
            return true;
        });
    }

    bool read_fold(Index at, TableSpec& spec, std::size_t tables) {
        FoldSpec& fold = *spec.fold;
        const auto child = [&](std::string_view name) {
            return tree_[at].kind == Kind::Object ? find(at, name) : JsonTree::kNone;
        };
        // The table and its columns first: other members name them.
        const Index of = child("of");
        const Index by = child("by");
        const Index sums = child("sums");
        if (of == JsonTree::kNone || by == JsonTree::kNone || sums == JsonTree::kNone)
            return read_object(at, {"name", "of", "by", "sums"}, [](auto, Index) { return true; });
        if (!inside("of", [&] {
                return read_table_name(of, fold.of) &&
                       (fold.of < tables || fail(quoted(tree_[of].text) + " is a fold itself"));
            }))
            return false;
        const TableSpec source = profile_.tables[fold.of];
        spec.rows_max = source.rows_max;
        if (!inside("by", [&] { return read_fold_by(by, source, spec); }) ||
            !inside("sums", [&] { return read_fold_sums(sums, source, spec); }))
            return false;
        return read_object(at, {"name"}, [&](std::string_view name, Index value) {
            if (name == "name") return read_name(value, spec.name);
            if (name == "title") return read_text(value, spec.title);
            if (name == "sort") return read_sort(value, spec);
            return name == "of" || name == "by" || name == "sums" || unknown_member();
        });
    }

    bool read_fold_by(Index at, const TableSpec& source, TableSpec& spec) {
        const bool read = read_array(at, kKeyColumnsMax, "columns", [&](Index value) {
            std::uint16_t column = 0;
            if (!read_column_name(value, source, column)) return false;
            const ColumnType type = source.columns[column].type;
            if (type == ColumnType::Decimal || type == ColumnType::Time)
                return fail(quoted(tree_[value].text) +
                            " is not of type int, text, symbol or enum");
            if (std::count(spec.fold->by.begin(), spec.fold->by.end(), column) > 0)
                return fail(quoted(tree_[value].text) + " is there twice");
            if (column == source.scope_column)
                spec.scope_column = static_cast<std::int32_t>(spec.columns.size());
            spec.fold->by.push_back(column);
            spec.key_columns.push_back(static_cast<std::uint16_t>(spec.columns.size()));
            spec.columns.push_back(shown_alone(source.columns[column]));
            return true;
        });
        if (!read) return false;
        return source.scope_column < 0 || spec.scope_column >= 0 ||
               fail("lacks the column of the account, " +
                    quoted(source.columns[static_cast<std::size_t>(source.scope_column)].field));
    }

    bool read_fold_sums(Index at, const TableSpec& source, TableSpec& spec) {
        return read_array(at, kColumnsMax - spec.columns.size(), "sums", [&](Index value) {
            FoldSum sum;
            ColumnSpec column;
            if (!read_fold_sum(value, source, sum, column)) return false;
            if (spec.column_index(column.field) >= 0)
                return fail(quoted(column.field) +
                            " is another column's field: give it a \"field\"");
            spec.fold->sums.push_back(std::move(sum));
            spec.columns.push_back(std::move(column));
            return true;
        });
    }

    bool read_fold_sum(Index at, const TableSpec& source, FoldSum& sum, ColumnSpec& column) {
        BookSide side;  // which says the same
        std::string field;
        std::string title;
        bool has_minus = false;
        const bool read = read_object(at, {"column"}, [&](std::string_view name, Index value) {
            if (name == "column") return read_book_amount(value, source, side);
            if (name == "sign") return read_book_sign(value, source, side);
            if (name == "field") return read_name(value, field);
            if (name == "title") return read_text(value, title);
            if (name != "minus") return unknown_member();
            has_minus = true;
            return read_text(value, side.minus);
        });
        if (!read) return false;
        if (has_minus != (side.sign >= 0))
            return fail("has only one of \"sign\" and \"minus\", which go together");
        sum = {side.amount, side.sign, side.minus};
        column = shown_alone(source.columns[side.amount]);
        if (!field.empty()) column.field = field;
        if (!title.empty() || !field.empty()) column.title = title.empty() ? field : title;
        return true;
    }

    // A column as another table has it: nothing is decoded into that.
    static ColumnSpec shown_alone(ColumnSpec column) {
        column.aliases.clear();
        column.path.clear();
        column.subject_token = 0;
        column.origin = Origin::Record;
        column.token_to_end = column.hidden = false;
        return column;
    }

    // ---- books

    bool read_books(Index at) {
        BookRule rule;
        const bool read =
            read_object(at, {"entries", "balances"}, [&](std::string_view name, Index value) {
                if (name == "entries") return read_book_side(value, rule.entries);
                if (name == "balances") return read_book_side(value, rule.balances);
                return unknown_member();
            });
        if (!read) return false;
        const TableSpec& entries = profile_.tables[rule.entries.table];
        const TableSpec& balances = profile_.tables[rule.balances.table];
        if (rule.entries.table == rule.balances.table)
            return fail("has its entries and its balances in one table");
        if (!profile_.has_accounts()) return fail("needs the parameter account");
        if (rule.entries.by.size() != rule.balances.by.size())
            return fail("has not as many columns in the one \"by\" as in the other");
        for (std::size_t i = 0; i < rule.entries.by.size(); ++i) {
            const bool counts = entries.columns[rule.entries.by[i]].type == ColumnType::Int;
            if (counts != (balances.columns[rule.balances.by[i]].type == ColumnType::Int))
                return fail("has columns of different types in its two \"by\"");
        }
        const ColumnSpec& amount = entries.columns[rule.entries.amount];
        const ColumnSpec& balance = balances.columns[rule.balances.amount];
        if (amount.type != balance.type || amount.scale != balance.scale)
            return fail("has amounts of different types");
        profile_.books = std::move(rule);
        return true;
    }

    // Columns that the books write are of the table of balances, and name nothing.
    bool check_told() {
        for (std::size_t index = 0; index < profile_.tables.size(); ++index) {
            const TableSpec& spec = profile_.tables[index];
            std::size_t told[2] = {};
            for (std::size_t at = 0; at < spec.columns.size(); ++at) {
                const ColumnSpec& column = spec.columns[at];
                if (!is_told(column.origin)) continue;
                const auto wrong = [&](const std::string& why) {
                    const bool entries = column.origin == Origin::Entries;
                    return inside(std::to_string(index), [&] {
                        return inside("columns", [&] {
                            return inside(std::to_string(at), [&] {
                                return fail_at(entries ? "entries" : "lastMinute", why);
                            });
                        });
                    });
                };
                if (!profile_.books || profile_.books->balances.table != index)
                    return wrong("is of the table of the balances of books");
                if (++told[column.origin == Origin::Entries] > 1)
                    return wrong("is another column's too");
                if (names_with(spec, at)) return wrong("cannot be what rows are told apart by");
                const ColumnSpec& amount = spec.columns[profile_.books->balances.amount];
                if (column.origin != Origin::Recent) continue;
                if (amount.type != column.type || amount.scale != column.scale)
                    return wrong("is not of the type of " + quoted(amount.field));
                if (profile_.books->entries.time < 0)
                    return wrong("needs the \"time\" of the entries of the books");
            }
        }
        return true;
    }

    bool names_with(const TableSpec& spec, std::size_t column) const {
        const auto is_it = [column](auto other) {
            return static_cast<std::int64_t>(other) == static_cast<std::int64_t>(column);
        };
        const BookSide& side = profile_.books->balances;
        return std::any_of(spec.key_columns.begin(), spec.key_columns.end(), is_it) ||
               std::any_of(side.by.begin(), side.by.end(), is_it) || is_it(side.amount) ||
               is_it(side.sign) || is_it(spec.version_column) || is_it(spec.scope_column) ||
               is_it(spec.delete_column);
    }

    bool read_book_side(Index at, BookSide& side) {
        const Index table = tree_[at].kind == Kind::Object ? find(at, "table") : JsonTree::kNone;
        if (table == JsonTree::kNone)
            return read_object(at, {"table"}, [](auto, Index) { return true; });
        if (!inside("table", [&] { return read_table_name(table, side.table); })) return false;
        const TableSpec& spec = profile_.tables[side.table];
        bool has_minus = false;
        const bool read =
            read_object(at, {"table", "by", "amount"}, [&](std::string_view name, Index value) {
                if (name == "table") return true;
                if (name == "by") return read_book_by(value, spec, side);
                if (name == "amount") return read_book_amount(value, spec, side);
                if (name == "sign") return read_book_sign(value, spec, side);
                if (name == "minus") {
                    has_minus = true;
                    return read_text(value, side.minus);
                }
                if (name == "time") return read_book_time(value, spec, side);
                return unknown_member();
            });
        if (!read) return false;
        return has_minus == (side.sign >= 0) ||
               fail("has only one of \"sign\" and \"minus\", which go together");
    }

    bool read_table_name(Index at, std::size_t& table) {
        std::string name;
        if (!read_text(at, name)) return false;
        table = 0;
        while (table < profile_.tables.size() && profile_.tables[table].name != name) ++table;
        return table < profile_.tables.size() || fail(quoted(name) + " is no table");
    }

    bool read_book_by(Index at, const TableSpec& spec, BookSide& side) {
        return read_array(at, kBookByMax, "columns", [&](Index value) {
            std::uint16_t column = 0;
            if (!read_column_name(value, spec, column)) return false;
            if (spec.columns[column].type != ColumnType::Int && !is_word(spec.columns[column]))
                return fail(quoted(tree_[value].text) + " is not of type int, symbol or enum");
            side.by.push_back(column);
            return true;
        });
    }

    bool read_book_amount(Index at, const TableSpec& spec, BookSide& side) {
        if (!read_column_name(at, spec, side.amount)) return false;
        const ColumnType type = spec.columns[side.amount].type;
        return type == ColumnType::Int || type == ColumnType::Decimal ||
               fail(quoted(tree_[at].text) + " is not of type int or decimal");
    }

    bool read_book_sign(Index at, const TableSpec& spec, BookSide& side) {
        std::uint16_t column = 0;
        if (!read_column_name(at, spec, column)) return false;
        if (!is_word(spec.columns[column]))
            return fail(quoted(tree_[at].text) + " is not of type symbol or enum");
        side.sign = column;
        return true;
    }

    bool read_book_time(Index at, const TableSpec& spec, BookSide& side) {
        std::uint16_t column = 0;
        if (!read_column_name(at, spec, column)) return false;
        if (spec.columns[column].type != ColumnType::Time)
            return fail(quoted(tree_[at].text) + " is not of type time");
        side.time = column;
        return true;
    }

    const JsonTree& tree_;
    Profile& profile_;
    std::string place_;
    std::string reason_;
};

// A person counts lines from 1.
std::string line_words(std::string_view json, std::size_t offset) {
    const std::string_view before = json.substr(0, offset);
    return "line " + std::to_string(1 + std::count(before.begin(), before.end(), '\n'));
}

}  // namespace

ParsedProfile profile_from_json(std::string_view json, std::string_view file) {
    ParsedProfile parsed;
    const auto refuse = [&](std::string_view place, std::string_view reason) {
        parsed.profile = {};
        parsed.error = "profile " + quoted(file) + ", ";
        parsed.error += place;
        parsed.error += ": ";
        parsed.error += reason;
        return parsed;
    };
    if (json.size() > kProfileBytesMax) return refuse("its length", "is above a megabyte");
    if (json.starts_with("\xEF\xBB\xBF")) json.remove_prefix(3);  // some editors write a mark
    const Result<JsonTree> tree = JsonTree::parse(json);
    if (!tree) return refuse(line_words(json, tree.error().offset_bytes), tree.error().text);
    Reader reader(*tree, parsed.profile);
    if (reader.read()) return parsed;
    std::string place;
    append_json_string(place, reader.place());  // a member's name may hold anything
    place = place.size() == 2 ? std::string("the profile") : place.substr(1, place.size() - 2);
    return refuse(place, reader.reason());
}

bool is_subject_pattern(std::string_view subject) {
    if (subject.empty() || subject.size() > kSubjectBytesMax) return false;
    std::size_t begin = 0;
    while (begin <= subject.size()) {
        const std::size_t end = std::min(subject.find('.', begin), subject.size());
        const std::string_view token = subject.substr(begin, end - begin);
        if (token.empty()) return false;
        if (token == ">" && end != subject.size()) return false;
        const bool plain = std::all_of(token.begin(), token.end(), [](char c) {
            return static_cast<unsigned char>(c) > ' ' && c != 0x7F && c != '*' && c != '>';
        });
        if (!plain && token != "*" && token != ">") return false;
        begin = end + 1;
    }
    return true;
}

std::string_view subject_from_token(std::string_view subject, int token) {
    for (int at = 1; at < token; ++at) {
        const std::size_t dot = subject.find('.');
        if (dot == std::string_view::npos) return {};
        subject.remove_prefix(dot + 1);
    }
    return subject;
}

std::string_view subject_token(std::string_view subject, int token) {
    const std::string_view rest = subject_from_token(subject, token);
    return rest.substr(0, rest.find('.'));
}

}  // namespace nats_blotter::feed

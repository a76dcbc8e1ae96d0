// Hunts: a profile that is accepted is JSON for nlohmann_json too and can be run: what its members
// name exists, every limit is kept, and a decoder of each table reads without a fault. One that is
// refused gives one line of well-formed UTF-8, and nothing of it is left.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "base/limits.h"
#include "base/utf8.h"
#include "feed/decode.h"
#include "feed/profile_json.h"
#include "fuzz/fuzz_check.h"

namespace {

using namespace nats_blotter;

constexpr std::size_t kSentenceBytesMax = 4096;  // a place of some steps and what is quoted

void check_fold(const feed::Profile& profile, const feed::TableSpec& spec) {
    const feed::FoldSpec& fold = *spec.fold;
    FUZZ_CHECK(fold.of < profile.tables.size() && !profile.tables[fold.of].fold);
    FUZZ_CHECK(fold.by.size() + fold.sums.size() == spec.columns.size());
    FUZZ_CHECK(fold.by.size() == spec.key_columns.size());
    const std::size_t columns = profile.tables[fold.of].columns.size();
    for (const std::uint16_t column : fold.by) FUZZ_CHECK(column < columns);
    for (const feed::FoldSum& sum : fold.sums)
        FUZZ_CHECK(sum.column < columns && sum.sign < static_cast<std::int32_t>(columns));
}

void check_table(const feed::Profile& profile, const feed::TableSpec& spec) {
    const auto columns = static_cast<std::int32_t>(spec.columns.size());
    FUZZ_CHECK(columns > 0 && spec.columns.size() <= kColumnsMax);
    FUZZ_CHECK(!spec.name.empty() && !spec.title.empty() && !spec.key_columns.empty());
    for (const std::uint16_t key : spec.key_columns) FUZZ_CHECK(key < columns);
    for (const std::int32_t column :
         {spec.version_column, spec.scope_column, spec.sort_column, spec.delete_column})
        FUZZ_CHECK(column >= -1 && column < columns);
    FUZZ_CHECK(profile.has_accounts() == (spec.scope_column >= 0));
    FUZZ_CHECK(spec.rows_max > 0 && spec.rows_max <= kTableRowsMax);
    FUZZ_CHECK(spec.streams.empty() == spec.fold.has_value());
    if (spec.fold) check_fold(profile, spec);
    FUZZ_CHECK(spec.is_stored() == !spec.stored_in.empty());
    FUZZ_CHECK(!spec.is_stored() || spec.streams.size() == 1);
    for (const std::uint16_t key : spec.key_columns)
        FUZZ_CHECK(!spec.kv_delete || spec.columns[key].subject_token > 0);
    for (const feed::StreamSpec& stream : spec.streams) {
        const std::string subject = feed::fill_account(stream.pattern, "7");
        FUZZ_CHECK(feed::is_subject_pattern(subject));
        FUZZ_CHECK(subject.find('{') == std::string::npos);
    }
    FUZZ_CHECK((spec.snapshot == feed::SnapshotKind::Url) == !spec.snapshot_url_all.empty());
    FUZZ_CHECK((spec.snapshot == feed::SnapshotKind::Request) == !spec.snapshot_subject.empty());
    for (const feed::ColumnSpec& column : spec.columns)
        FUZZ_CHECK(!column.field.empty() && !column.title.empty());
    feed::RecordDecoder decoder(spec);
    for (const std::string_view json : {"{}", "[]", R"({"a":1,"payload":{"b":"c"}})"}) {
        if (const auto record = decoder.decode(json))
            FUZZ_CHECK((*record)->cells.size() == spec.columns.size());
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string json(data, data + size);
    const feed::ParsedProfile parsed = feed::profile_from_json(json, "file");
    if (!parsed.error.empty()) {
        const std::string& words = parsed.error;
        FUZZ_CHECK(words.size() <= kSentenceBytesMax);
        FUZZ_CHECK(utf8_valid_prefix(words) == words.size());
        FUZZ_CHECK(std::none_of(words.begin(), words.end(),
                                [](char c) { return static_cast<unsigned char>(c) < ' '; }));
        FUZZ_CHECK(parsed.profile == feed::Profile{});
        return 0;
    }
    FUZZ_CHECK(nlohmann::json::parse(json, nullptr, false).is_object());
    FUZZ_CHECK(!parsed.profile.name.empty() && !parsed.profile.title.empty());
    FUZZ_CHECK(!parsed.profile.tables.empty() && parsed.profile.tables.size() <= kTablesMax);
    for (const feed::TableSpec& spec : parsed.profile.tables) check_table(parsed.profile, spec);
    return 0;
}

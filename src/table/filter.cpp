#include "table/filter.h"

#include <algorithm>

#include "base/assert.h"
#include "base/number_text.h"
#include "table/format.h"

namespace nats_blotter::table {
namespace {

constexpr std::string_view kUuidCharacters = "0123456789abcdef-";

bool consists_of(std::string_view text, std::string_view characters) {
    return text.find_first_not_of(characters) == std::string_view::npos;
}

bool is_number(feed::ColumnType type) {
    return type == feed::ColumnType::Int || type == feed::ColumnType::Decimal;
}

}  // namespace

void append_folded(std::string& out, std::string_view text) {
    // Of U+00C0 to U+00DE, all capital letters but the multiplication sign at D7, the second byte
    // is 80 to 9E, and 20 more in lower case.
    bool after_c3 = false;
    for (const char character : text) {
        auto byte = static_cast<unsigned char>(character);
        if (byte >= 'A' && byte <= 'Z') byte = static_cast<unsigned char>(byte + 0x20);
        if (after_c3 && byte >= 0x80 && byte <= 0x9E && byte != 0x97)
            byte = static_cast<unsigned char>(byte + 0x20);
        after_c3 = byte == 0xC3;
        out.push_back(static_cast<char>(byte));
    }
}

bool FilterSpec::is_empty() const { return columns.empty() && consists_of(quick, " \t\r\n"); }

void append_spelled(std::string& out, const feed::ColumnSpec& column, const feed::Cell& cell,
                    const TimeZone& zone) {
    if (cell.is_null()) return;
    if (is_number(column.type))
        append_scaled(out, cell.number,
                      column.type == feed::ColumnType::Decimal ? column.scale : 0);
    else
        append_shown(out, column, cell, zone);
}

Filter::Filter(const Table& table, FilterSpec spec) : table_(&table), spec_(std::move(spec)) {
    add_words();
    for (const ColumnFilter& filter : spec_.columns) add_column(filter);
}

// Whether a cell of this column could hold the folded word at all: it spares most columns most of
// the work.
bool Filter::can_hold(std::uint16_t column, std::string_view word) const {
    const feed::ColumnType type = table_->spec().columns[column].type;
    if (is_number(type)) return consists_of(word, "0123456789.-");
    if (type == feed::ColumnType::Time) return consists_of(word, "0123456789.:");
    return true;
}

void Filter::add_words() {
    std::string folded;
    append_folded(folded, spec_.quick);
    std::string_view rest = folded;
    const std::size_t column_count = table_->spec().columns.size();
    for (;;) {
        const std::size_t begin = rest.find_first_not_of(" \t\r\n");
        if (begin == std::string_view::npos) return;
        rest.remove_prefix(begin);
        const std::string_view word = rest.substr(0, rest.find_first_of(" \t\r\n"));
        rest.remove_prefix(word.size());
        Test test;
        test.needle = word;
        test.in_uuid = consists_of(word, kUuidCharacters);
        const auto add = [&](std::uint16_t column) {
            NB_ASSERT(column < column_count);
            if (!can_hold(column, word)) return;
            test.probes.push_back({column, {}});
            columns_ |= column_bit(column);
        };
        if (spec_.quick_columns.empty())
            for (std::uint16_t column = 0; column < column_count; ++column) add(column);
        else
            for (const std::uint16_t column : spec_.quick_columns) add(column);
        tests_.push_back(std::move(test));
    }
}

void Filter::add_column(const ColumnFilter& filter) {
    NB_ASSERT(filter.column < table_->spec().columns.size());
    Test test;
    test.filter = &filter;
    columns_ |= column_bit(filter.column);
    switch (filter.kind) {
        case ColumnFilter::Kind::Contains: test.find = Find::Inside; break;
        case ColumnFilter::Kind::Equals: test.find = Find::Whole; break;
        case ColumnFilter::Kind::StartsWith: test.find = Find::Front; break;
        case ColumnFilter::Kind::Range:
        case ColumnFilter::Kind::OneOf: test.is_text = false; break;
    }
    append_folded(test.needle, filter.text);
    test.in_uuid = consists_of(test.needle, kUuidCharacters);
    test.probes.push_back({filter.column, {}});
    tests_.push_back(std::move(test));
}

bool Filter::matches(RowId row) {
    if (clears_ != table_->clears()) {
        clears_ = table_->clears();
        for (Test& test : tests_)
            for (Probe& probe : test.probes) probe.verdicts.clear();
    }
    for (Test& test : tests_) {
        const bool passed = std::any_of(test.probes.begin(), test.probes.end(),
                                        [&](Probe& one) { return probe(test, one, row); });
        if (!passed) return false;
    }
    return true;
}

bool Filter::probe(const Test& test, Probe& probe, RowId row) {
    const Column& column = table_->column(probe.column);
    if (column.storage() != Column::Storage::Symbol) {
        if (!test.is_text) return test_value(test, row);
        if (column.is_null(row)) return false;
        if (column.storage() == Column::Storage::Text && !test.in_uuid &&
            column.texts().is_uuid(row))
            return false;
        spell(probe.column, row);
        return holds(test, spelled_);
    }
    const std::uint32_t symbol = column.symbol(row);
    if (symbol == SymbolPool::kNone) return false;
    if (symbol >= probe.verdicts.size()) probe.verdicts.resize(column.pool().size(), 0);
    std::uint8_t& verdict = probe.verdicts[symbol];
    if (verdict == 0) {
        const bool passed =
            test.is_text ? holds(test, column.pool().text(symbol)) : test_value(test, row);
        verdict = passed ? 2 : 1;
    }
    return verdict == 2;
}

bool Filter::holds(const Test& test, std::string_view text) {
    folded_.clear();
    append_folded(folded_, text);
    switch (test.find) {
        case Find::Inside: return folded_.find(test.needle) != std::string::npos;
        case Find::Whole: return folded_ == test.needle;
        case Find::Front: return folded_.starts_with(test.needle);
    }
    return false;
}

bool Filter::test_value(const Test& test, RowId row) {
    const ColumnFilter& filter = *test.filter;
    const feed::Cell cell = table_->cell(row, filter.column);
    if (cell.is_null()) return false;
    const bool is_text = cell.kind == feed::Cell::Kind::Text;
    if (filter.kind == ColumnFilter::Kind::OneOf) {
        if (is_text)
            return std::find(filter.texts.begin(), filter.texts.end(), cell.text) !=
                   filter.texts.end();
        return std::find(filter.numbers.begin(), filter.numbers.end(), cell.number) !=
               filter.numbers.end();
    }
    return !is_text && (!filter.low || cell.number >= *filter.low) &&
           (!filter.high || cell.number <= *filter.high);
}

// The cell as people type it, into spelled_.
void Filter::spell(std::uint16_t column, RowId row) {
    spelled_.clear();
    append_spelled(spelled_, table_->spec().columns[column], table_->cell(row, column), spec_.zone);
}

}  // namespace nats_blotter::table

// web/grid_text.h - rows of a table as text for other programs: TSV and HTML for the clipboard, CSV
// (RFC 4180) and NDJSON for files, these a piece at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "table/table.h"
#include "table/view.h"
#include "web/table_look.h"

namespace nats_blotter::web {

// Rows that go to the clipboard: some 10 MB of text. For more there is the export.
inline constexpr std::size_t kCopyRowsMax = 100'000;

// With the titles of the columns in front. Numbers are plain digits, times as they are shown.
void append_tsv(std::string& out, const table::Table& table, const std::vector<table::RowId>& rows,
                const std::vector<std::size_t>& columns, const TableLook& look,
                const TimeZone& zone);
void append_html(std::string& out, const table::Table& table, const std::vector<table::RowId>& rows,
                 const std::vector<std::size_t>& columns, const TableLook& look,
                 const TimeZone& zone);

// The rows that a view has when it begins, in its order, with their cells as they are when they are
// written. Rows that go meanwhile are left out.
class RowExport {
  public:
    enum class Format : std::uint8_t { Csv, Ndjson };

    void begin(const table::Table& table, const table::View& view, std::vector<std::size_t> columns,
               Format format);
    // Appends about this many bytes; false when all is written.
    bool append_some(std::string& out, const table::Table& table, std::size_t bytes);

  private:
    void append_row(std::string& out, const table::Table& table, table::RowId row) const;

    std::vector<table::RowId> rows_;
    std::vector<std::size_t> columns_;
    std::size_t next_ = 0;
    std::uint64_t generation_ = 0;
    Format format_ = Format::Csv;
    bool head_ = false;
};

}  // namespace nats_blotter::web

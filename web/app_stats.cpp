// web/app_stats.cpp - the element's stats() as JSON.
#include <cmath>

#include "base/json_text.h"
#include "base/number_text.h"
#include "web/app.h"
#include "web/browser.h"
#include "web/glyphs_dom.h"

namespace nats_blotter::web {
namespace {

constexpr std::int64_t kNsPerMs = 1'000'000;

void append_number_member(std::string& out, std::string_view name, std::int64_t value) {
    append_json_string(out, name);
    out += ':';
    append_int(out, value);
    out += ',';
}

// Microseconds as milliseconds with one digit behind the point; negative is "not known".
void append_ms_member(std::string& out, std::string_view name, std::int64_t value_us) {
    append_json_string(out, name);
    out += ':';
    if (value_us < 0) {
        out += "null";
    } else {
        append_scaled(out, value_us / 100, 1);
    }
    out += ',';
}

// Frames are measured in parts of a tenth of a millisecond.
void append_spread(std::string& out, std::string_view name, const Spread& spread) {
    const auto append = [&out](std::string_view member, MonotonicUs time_us) {
        append_json_string(out, member);
        out += ':';
        if (time_us < 0) {
            out += "null";
        } else {
            append_scaled(out, time_us, 3);
        }
    };
    append_json_string(out, name);
    out += ":{";
    append("p50", spread.p50);
    out += ',';
    append("p99", spread.p99);
    out += "},";
}

}  // namespace

void App::append_layout_json(std::string& out) const {
    const float density = platform_.density();
    const auto append = [&](std::string_view name, float device_px) {
        out += name;
        append_scaled(out, std::llround(double(device_px / density) * 1000), 3);
    };
    const auto append_area = [&](const Area& area) {
        append("\"x\":", area.x);
        append(",\"y\":", area.y);
        append(",\"width\":", area.width);
        append(",\"height\":", area.height);
    };
    const auto append_columns = [&](const TablePanel& panel, std::size_t table) {
        out += ",\"columns\":[";
        for (const PlacedColumn& place : panel.places().columns) {
            if (out.back() == '}') out += ',';
            out += "{\"field\":";
            append_json_string(out, session_.table(table).spec().columns[place.column].field);
            append(",\"x\":", panel.area().x + place.x - (place.pinned ? 0 : panel.scroll_x()));
            append(",\"width\":", place.width);
            out += '}';
        }
        out += ']';
    };
    const auto append_focus = [&](const TablePanel& panel, std::size_t table) {
        const GridSelection& selection = panel.selection();
        out += ",\"selected\":";
        append_int(out, static_cast<std::int64_t>(selection.count()));
        if (const std::string* const head = panel.focused_head()) {
            out += ",\"focus\":{\"row\":";
            append_int(out, static_cast<std::int64_t>(panel.lines().index_of_head(*head)));
            out += ",\"group\":";
            append_json_string(out, *head);
            out += '}';
            return;
        }
        const GridSelection::Cell& cell = selection.focus();
        if (!selection.lives(session_.table(table), cell.row)) return;
        out += ",\"focus\":{\"row\":";
        append_int(out, static_cast<std::int64_t>(panel.lines().index_of(cell.row)));
        if (cell.column != kNoColumn) {
            out += ",\"field\":";
            append_json_string(out, session_.table(table).spec().columns[cell.column].field);
        }
        out += '}';
    };
    const auto append_head = [&](const DisplayRows& lines, std::size_t table, std::size_t group) {
        const feed::TableSpec& spec = session_.table(table).spec();
        const table::Groups& groups = lines.groups();
        out += ",\"group\":";
        append_json_string(out, lines.key_of(group));
        if (groups.spec().column == spec.scope_column && !groups.value(group).is_null()) {
            out += ",\"words\":";
            append_json_string(out, accounts_.words(groups.value(group).number));
        }
        out += lines.is_open(group) ? ",\"open\":true" : ",\"open\":false";
        const table::Totals& totals = groups.at(group);
        out += ",\"rows\":";
        append_int(out, static_cast<std::int64_t>(totals.rows));
        out += ",\"sums\":{";
        for (std::size_t at = 0; at < totals.sums.size(); ++at) {
            const feed::ColumnSpec& column = spec.columns[groups.spec().sums[at]];
            if (at > 0) out += ',';
            append_json_string(out, column.field);
            out += ":\"";
            totals.sums[at].append_to(out,
                                      column.type == feed::ColumnType::Decimal ? column.scale : 0);
            out += '"';
        }
        out += '}';
        const std::int64_t newest = groups.newest(group);
        if (newest == table::NumberPages::kNull) return;
        out += ",\"last\":{\"field\":";
        append_json_string(out,
                           spec.columns[static_cast<std::size_t>(groups.newest_column())].field);
        out += ",\"ms\":";
        append_int(out, newest / kNsPerMs);
        out += '}';
    };
    // Where there are groups, what the lines in sight are: heads, and rows by their place in the
    // view.
    const auto append_lines = [&](const TablePanel& panel, std::size_t table) {
        const DisplayRows& lines = panel.lines();
        if (!lines.grouped()) return;
        out += ",\"lineCount\":";
        append_int(out, static_cast<std::int64_t>(lines.size()));
        out += ",\"lines\":[";
        const float height = panel.area().height - panel.head_height() - panel.foot_height();
        const auto count = static_cast<std::size_t>(std::max(0.0f, height / panel.row_height()));
        const std::size_t end = std::min(lines.size(), panel.first_row() + count);
        for (std::size_t at = panel.first_row(); at < end; ++at) {
            if (out.back() == '}') out += ',';
            const Line line = lines.at(at);
            out += "{\"position\":";
            append_int(out, static_cast<std::int64_t>(line.position));
            if (line.is_head) append_head(lines, table, line.group);
            out += '}';
        }
        out += ']';
    };
    out += "\"layout\":{\"figures\":{";
    append_area(header_.figures());
    out += "},\"filter\":{";
    append_area(filter_bar_.field());
    out += "},\"tables\":{";
    for (std::size_t index = 0; index < panels_.size(); ++index) {
        const TablePanel& panel = panels_[index];
        if (index > 0) out += ',';
        append_json_string(out, session_.table(index).spec().name);
        out += ":{";
        append_area(panel.area());
        append(",\"rowHeight\":", panel.row_height());
        append(",\"headerHeight\":", panel.head_height());
        if (index == focus_) out += ",\"focused\":true";
        append(",\"footerHeight\":", panel.foot_height());
        out += ",\"flashes\":";
        append_int(out, static_cast<std::int64_t>(panel.flash_count()));
        append_columns(panel, index);
        append_focus(panel, index);
        out += ",\"firstRow\":";
        append_int(out, static_cast<std::int64_t>(panel.first_row()));
        out += ",\"shownRows\":";
        append_int(out, static_cast<std::int64_t>(panel.shown_rows()));
        append_lines(panel, index);
        out += '}';
    }
    out += "},\"targets\":[";
    for (std::size_t index = 0; index < targets_.count(); ++index) {
        const Target& target = targets_.at(index);
        out += index > 0 ? ",{\"words\":" : "{\"words\":";
        append_json_string(out, target.words);
        out += ',';
        append_area({target.x, target.y, target.width, target.height});
        out += '}';
    }
    out += "]}";
}

void App::append_stats_json(std::string& out) {
    session_.refresh_views();
    for (std::size_t index = 0; index < panels_.size(); ++index)
        panels_[index].update_lines(session_.view(index), table_looks_[index]);
    const session::Stats stats = session_.stats(monotonic_now());
    out += '{';
    append_number_member(out, "messages", static_cast<std::int64_t>(stats.link.messages_in));
    append_number_member(out, "bytes", static_cast<std::int64_t>(stats.link.bytes_in));
    append_number_member(out, "events", static_cast<std::int64_t>(stats.events));
    out += "\"decodeErrors\":{";
    bool first = true;
    for (std::size_t index = 1; index < stats.rejects.size(); ++index) {
        if (!first) out += ',';
        first = false;
        append_json_string(out, feed::reject_name(static_cast<feed::Reject>(index)));
        out += ':';
        append_int(out, static_cast<std::int64_t>(stats.rejects[index]));
    }
    out += "},";
    append_number_member(out, "dials", static_cast<std::int64_t>(stats.link.dials));
    append_number_member(out, "protocolErrors",
                         static_cast<std::int64_t>(stats.link.protocol_errors));
    append_number_member(out, "conflated", static_cast<std::int64_t>(stats.conflated));
    append_number_member(out, "reconnects", static_cast<std::int64_t>(stats.reconnects));
    append_number_member(out, "gaps", static_cast<std::int64_t>(stats.gaps));
    append_number_member(out, "resyncs", static_cast<std::int64_t>(stats.resyncs));
    append_number_member(out, "breaks", static_cast<std::int64_t>(stats.breaks));
    append_number_member(out, "phantoms", static_cast<std::int64_t>(stats.phantoms));
    append_number_member(out, "removed", static_cast<std::int64_t>(stats.removed));
    append_number_member(out, "evicted", static_cast<std::int64_t>(stats.evicted));
    append_number_member(out, "unreadable", static_cast<std::int64_t>(stats.unreadable));
    append_number_member(out, "unbooked", static_cast<std::int64_t>(stats.unbooked));
    append_number_member(out, "unfolded", static_cast<std::int64_t>(stats.unfolded));
    append_number_member(out, "accountsNotFollowed",
                         static_cast<std::int64_t>(stats.capped_accounts));
    append_number_member(out, "heldBytes", static_cast<std::int64_t>(stats.held_bytes));
    append_number_member(out, "holdsRefused", static_cast<std::int64_t>(stats.holds_refused));
    append_number_member(out, "fetches", static_cast<std::int64_t>(stats.fetches));
    append_number_member(out, "partialReads", static_cast<std::int64_t>(stats.partial_reads));
    append_number_member(out, "unprovenReads", static_cast<std::int64_t>(stats.unproven_reads));
    append_number_member(out, "fetchFailures", static_cast<std::int64_t>(stats.fetch_failures));
    append_ms_member(out, "verifiedAgeMs", stats.verified_age_us);
    if (const EpochMs since = lacks_since_ms(); since >= 0)
        append_number_member(out, "lacksRowsSince", since);
    else
        out += "\"lacksRowsSince\":null,";
    append_ms_member(out, "rttMs", stats.link.rtt_us);
    append_ms_member(out, "lastMessageAgeMs", stats.last_message_age_us);
    append_ms_member(out, "lagMs", stats.lag_ms < 0 ? -1 : stats.lag_ms * 1000);
    append_number_member(out, "slowCuts", static_cast<std::int64_t>(stats.slow_cuts));
    const PumpStats& pump = pump_.stats();
    out += "\"inbox\":{";
    append_number_member(out, "bytes", static_cast<std::int64_t>(pump_.inbox_bytes()));
    append_number_member(out, "peakBytes", static_cast<std::int64_t>(pump.inbox_peak));
    append_number_member(out, "fetchPeakBytes", static_cast<std::int64_t>(pump.fetch_peak));
    append_number_member(out, "inFrame", static_cast<std::int64_t>(pump.in_frame));
    append_number_member(out, "inPlace", static_cast<std::int64_t>(pump.in_place));
    append_number_member(out, "refused", static_cast<std::int64_t>(pump.refused));
    append_number_member(out, "tasks", static_cast<std::int64_t>(pump.tasks));
    append_ms_member(out, "taskMsPeak", pump.task_us_peak);
    out.back() = '}';
    out += ',';
    out += "\"latencyMs\":{";
    append_ms_member(out, "p50", stats.latency_p50_ms < 0 ? -1 : stats.latency_p50_ms * 1000);
    append_ms_member(out, "p99", stats.latency_p99_ms < 0 ? -1 : stats.latency_p99_ms * 1000);
    out.back() = '}';
    out += ",\"rows\":{";
    for (std::size_t index = 0; index < session_.table_count(); ++index) {
        if (index > 0) out += ',';
        append_json_string(out, session_.table(index).spec().name);
        out += ':';
        append_int(out, static_cast<std::int64_t>(session_.table(index).row_count()));
    }
    out += "},";
    append_number_member(out, "frames", static_cast<std::int64_t>(frame_times_.count()));
    append_number_member(out, "looks", static_cast<std::int64_t>(looks_));
    append_number_member(out, "frameLimit", pace_.frames_per_s_max(monotonic_now()));
    append_number_member(out, "framesEased", static_cast<std::int64_t>(pace_.eased()));
    append_spread(out, "frameMs", frame_times_.spread());
    append_spread(out, "drawMs", draw_times_.spread());
    append_spread(out, "rasterMs", raster_times_.spread());
    const BrowserGlyphCounts glyphs = browser_glyph_counts();
    append_number_member(out, "glyphsDrawn", glyphs.drawn);
    append_number_member(out, "glyphsRefused", glyphs.refused);
    append_number_member(out, "facesRefused", faces_refused_);
    append_number_member(out, "wasmBytes", static_cast<std::int64_t>(heap_bytes()));
    out += "\"renderer\":";
    append_json_string(out, stage_.name());
    out += ',';
    append_layout_json(out);
    append_desk_json(out);
    out += '}';
}

}  // namespace nats_blotter::web

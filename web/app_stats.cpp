// web/app_stats.cpp - the element's stats() as JSON.
#include <cstdio>

#include "base/json_text.h"
#include "base/number_text.h"
#include "web/app.h"
#include "web/browser.h"

namespace nats_blotter::web {
namespace {

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

}  // namespace

void App::append_layout_json(std::string& out) const {
    const float density = platform_.density();
    char text[256];
    const auto append_area = [&](const Area& area) {
        std::snprintf(text, sizeof text, "\"x\":%.3f,\"y\":%.3f,\"width\":%.3f,\"height\":%.3f",
                      double(area.x / density), double(area.y / density),
                      double(area.width / density), double(area.height / density));
        out += text;
    };
    out += "\"layout\":{\"figures\":{";
    append_area(header_.figures());
    out += "},\"tables\":{";
    for (std::size_t index = 0; index < panels_.size(); ++index) {
        const TablePanel& panel = panels_[index];
        if (index > 0) out += ',';
        append_json_string(out, session_.table(index).spec().name);
        out += ":{";
        append_area(panel.area());
        std::snprintf(text, sizeof text,
                      ",\"rowHeight\":%.3f,\"headerHeight\":%.3f,\"firstRow\":%zu}",
                      double(panel.row_height() / density), double(panel.head_height() / density),
                      panel.first_row());
        out += text;
    }
    out += "}}";
}

void App::append_stats_json(std::string& out) {
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
    append_number_member(out, "fetches", static_cast<std::int64_t>(stats.fetches));
    append_number_member(out, "partialReads", static_cast<std::int64_t>(stats.partial_reads));
    append_number_member(out, "unprovenReads", static_cast<std::int64_t>(stats.unproven_reads));
    append_number_member(out, "fetchFailures", static_cast<std::int64_t>(stats.fetch_failures));
    append_ms_member(out, "verifiedAgeMs", stats.verified_age_us);
    append_ms_member(out, "rttMs", stats.link.rtt_us);
    append_ms_member(out, "lastMessageAgeMs", stats.last_message_age_us);
    append_ms_member(out, "lagMs", stats.lag_ms < 0 ? -1 : stats.lag_ms * 1000);
    append_number_member(out, "slowCuts", static_cast<std::int64_t>(stats.slow_cuts));
    const PumpStats& pump = pump_.stats();
    out += "\"inbox\":{";
    append_number_member(out, "bytes", static_cast<std::int64_t>(pump_.inbox_bytes()));
    append_number_member(out, "peakBytes", static_cast<std::int64_t>(pump.inbox_peak));
    append_number_member(out, "fetchPeakBytes", static_cast<std::int64_t>(pump.fetch_peak));
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
    append_number_member(out, "frames", static_cast<std::int64_t>(frames_));
    const auto timed = static_cast<std::size_t>(std::min<std::uint64_t>(frames_, kFrameTimes));
    std::vector<float> times(frame_ms_.begin(), frame_ms_.begin() + static_cast<long>(timed));
    std::sort(times.begin(), times.end());
    const auto at = [&times](std::size_t percent) {
        return times.empty()
                   ? std::int64_t{-1}
                   : static_cast<std::int64_t>(times[(times.size() - 1) * percent / 100] * 1000.0f);
    };
    out += "\"frameMs\":{";
    append_ms_member(out, "p50", at(50));
    append_ms_member(out, "p99", at(99));
    out.back() = '}';
    out += ',';
    append_number_member(out, "wasmBytes", static_cast<std::int64_t>(heap_bytes()));
    out += "\"renderer\":";
    append_json_string(out, Renderer::name());
    out += ',';
    append_layout_json(out);
    out += '}';
}

}  // namespace nats_blotter::web

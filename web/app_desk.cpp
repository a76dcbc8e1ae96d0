// web/app_desk.cpp - what stands around the tables: ticket, panels below, dialogs, words that come
// up, marks on rows; and the log of what happened.
#include <array>
#include <cmath>
#include <utility>

#include "base/json_text.h"
#include "base/number_text.h"
#include "session/account_admin.h"
#include "session/inspector.h"
#include "session/securities.h"
#include "table/format.h"
#include "web/app.h"
#include "web/browser.h"
#include "web/panels/splitter.h"

namespace nats_blotter::web {
namespace {

// Marks of a resync stand for this long.
constexpr MonotonicUs kMarkedUs = 5 * kSecondUs;
// A spell shorter than this is not worth a word when nothing but it happened.
constexpr MonotonicUs kSpellUs = 3 * kSecondUs;

std::string grouped(std::uint64_t value) {
    std::string text;
    table::append_shown(text, feed::ColumnSpec{.type = feed::ColumnType::Int},
                        feed::Cell::of_number(static_cast<std::int64_t>(value)), kUtc);
    return text;
}

std::string ms_text(MonotonicUs time_us) {
    if (time_us < 0) return "–";
    std::string text;
    append_scaled(text, time_us / 100, 1);
    return text + " ms";
}

std::string pace_words(int frames_per_s_max) {
    if (frames_per_s_max == 0) return "as the display has them";
    return "at most " + std::to_string(frames_per_s_max) + " a second: the feed is late";
}

std::string bytes_text(std::uint64_t bytes) {
    constexpr std::uint64_t kKilo = 1000;
    constexpr std::uint64_t kMega = kKilo * kKilo;
    if (bytes < 10 * kKilo) return grouped(bytes) + " B";
    if (bytes < 10 * kMega) return grouped(bytes / kKilo) + " kB";
    return grouped(bytes / kMega) + " MB";
}

// "3 added, 1 changed, 0 removed"
std::string changes_words(const session::AwayReport& report) {
    std::string words = grouped(report.added) + " added, " + grouped(report.changed) +
                        " changed, " + grouped(report.removed) + " removed";
    if (report.beyond) words += ", and more";
    return words;
}

}  // namespace

// ---- layout and drawing

float App::desk_height(const Scene& scene) const {
    const float height = static_cast<float>(platform_.height());
    const float ticket = session_.takes_orders() ? ticket_.height(scene, narrow_) : 0.0f;
    return ticket + DockPanel::height(scene, look_, height);
}

void App::lay_out_desk(const Scene& scene) {
    const auto width = static_cast<float>(platform_.width());
    const auto height = static_cast<float>(platform_.height());
    const float ticket = session_.takes_orders() ? ticket_.height(scene, narrow_) : 0.0f;
    ticket_area_ = {0, tables_area_.bottom(), width, ticket};
    dock_area_ = {0, ticket_area_.bottom(), width, std::max(0.0f, height - ticket_area_.bottom())};
}

// Lines between the tables; the first one moves.
void App::draw_splitters(const Scene& scene) {
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const float gap = scene.px(1);
    for (std::size_t index = 1; index < panels_.size(); ++index) {
        const Area& area = panels_[index].area();
        const Area line = narrow_ ? Area{area.x, area.y - gap, area.width, gap}
                                  : Area{area.x - gap, area.y, gap, area.height};
        if (index > 1) {
            list.AddRectFilled(line.top_left(), line.bottom_right(), scene.theme.border);
            continue;
        }
        const SplitterMove move = draw_splitter(scene, "between", line, !narrow_);
        float& share = narrow_ ? look_.share_narrow : look_.share_wide;
        const float start = narrow_ ? tables_area_.y : tables_area_.x;
        const float extent = narrow_ ? tables_area_.height : tables_area_.width;
        if (move.dragged && extent > 1)
            share = std::clamp((move.at - start) / extent, kShareMin, kShareMax);
        if (move.reset) share = narrow_ ? DeskLook{}.share_narrow : DeskLook{}.share_wide;
        if (move.dragged || move.reset) want_frames(2);
    }
}

void App::draw_desk(const Scene& scene) {
    const DeskLook before = look_;
    if (ticket_area_.height > 0) {
        const float height = ticket_.height(scene, narrow_);
        ticket_.draw(scene, ticket_area_, session_, narrow_);
        if (ticket_.height(scene, narrow_) != height) want_frames(2);
    }
    draw_dock(scene);
    toasts_.draw(scene, tables_area_);
    const ThemeChoice theme = look_.theme;
    if (settings_.draw(scene, {0, 0, header_area_.width, dock_area_.bottom()}, look_, session_,
                       options_.opened)) {
        if (look_.theme != theme) on_look_changed();
    }
    if (!(look_ == before)) want_frames(2);
    // What it asks the broker for goes out with the settle() at the end of the frame.
    if (inspects())
        session_.inspector().open();
    else
        session_.inspector().close();
}

bool App::inspects() const {
    return look_.dock_open && look_.dock_tab == DockTab::Inspector && !closed_;
}

bool App::inspector_has_keys() const { return inspector_focus_ && inspects(); }

// What the subscription of the chosen message brings, else the last one; or words on why not.
void App::open_table() {
    const session::Inspector& inspector = session_.inspector();
    const std::size_t count = inspector.subscriptions().size();
    std::size_t index = inspector.subscription_of(inspector_.chosen());
    if (index == count) index = inspector.subscription_of(0);
    if (index == count) return;
    const feed::InferredProfile made = inspector.infer(index);
    if (!made.json.empty()) return tell_open_profile(made.json, made.words);
    tell_words(made.words);
    note(made.words, true);
}

void App::draw_dock(const Scene& scene) {
    dock_.draw(scene, dock_area_, look_);
    const Area& area = dock_.contents();
    if (area.height <= 0) return;
    switch (look_.dock_tab) {
        case DockTab::Stats:
            stats_panel_.draw(scene, area, stat_groups(scene.now), session_.latency());
            break;
        case DockTab::Log: log_panel_.draw(scene, area, log_); break;
        case DockTab::Inspector: {
            drawn_inspected_ = session_.inspector().version();
            const bool focused = platform_.focused() && inspector_has_keys();
            const InspectorWish wish = inspector_.draw(scene, area, session_, narrow_, focused);
            if (wish.focus) inspector_focus_ = true;
            if (wish.export_messages) tell_export(kInspectorExport, "ndjson");
            if (wish.copy) copy_selection();
            if (wish.open_table) open_table();
            if (wish.redraw) want_frames(2);
            break;
        }
    }
}

// Which rows in sight are marked: trades of tickets sent here, and what a resync has brought. Lines
// and views agree right after the snapshots, and not once the tables have been used.
void App::find_marks(const Scene& scene) {
    marks_.clear();
    // A row that a resync has brought is none of those that are held still, whatever its id.
    const bool fresh = away_shown_until_ > scene.now && !session_.is_held();
    const bool tickets = !session_.tickets().history().empty();
    if (!fresh && !tickets) return;
    for (std::size_t index = 0; index < panels_.size(); ++index) {
        const TablePanel& panel = panels_[index];
        const DisplayRows& lines = panel.lines();
        const table::Table& table = session_.table(index);
        const std::int32_t id = table.spec().column_index("id");
        const float height = panel.area().height - panel.head_height() - panel.foot_height();
        const auto visible = static_cast<std::size_t>(std::max(0.0f, height / panel.row_height()));
        const std::size_t first = panel.first_row();
        for (std::size_t at = first; at < std::min(lines.size(), first + visible); ++at) {
            const table::RowId row = lines.at(at).row;
            if (row == table::kNoRow) continue;
            const bool own =
                tickets && id >= 0 &&
                session_.tickets().owns(table.cell(row, static_cast<std::size_t>(id)).text);
            const bool brought = fresh && session_.away_mark(index, row) != session::AwayMark::None;
            if (own || brought) marks_.push_back({index, at - first, own});
        }
    }
}

// Over the left edge of the rows.
void App::draw_marks(const Scene& scene) {
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const float width = scene.px(3);
    for (const RowMark& mark : marks_) {
        const TablePanel& panel = panels_[mark.table];
        const float row = panel.row_height();
        const float y = panel.area().y + panel.head_height() + row * static_cast<float>(mark.line);
        const float x = panel.area().x;
        list.AddRectFilled({x, y + 1}, {x + width, y + row - 1},
                           mark.own ? scene.theme.focus : scene.theme.stale);
    }
}

// ---- figures

std::vector<StatGroup> App::stat_groups(MonotonicUs now) const {
    const session::Stats stats = session_.stats(now);
    const Spread frame = frame_times_.spread();
    std::uint64_t rejects = 0;
    for (const std::uint64_t count : stats.rejects) rejects += count;
    std::vector<StatGroup> groups;
    groups.push_back({"Feed",
                      {{"messages", grouped(stats.link.messages_in)},
                       {"bytes", bytes_text(stats.link.bytes_in)},
                       {"events a second", grouped(static_cast<std::uint64_t>(events_per_s_))},
                       {"conflated", grouped(stats.conflated)},
                       {"late (older than the row)", grouped(stats.outdated)},
                       {"dropped: no record", grouped(rejects)},
                       {"waiting to be read", bytes_text(pump_.inbox_bytes())},
                       {"longest task", ms_text(pump_.stats().task_us_peak)}}});
    groups.push_back({"Truth",
                      {{"reconnects", grouped(stats.reconnects)},
                       {"gaps", grouped(stats.gaps)},
                       {"resyncs", grouped(stats.resyncs)},
                       {"breaks", grouped(stats.breaks)},
                       {"phantoms", grouped(stats.phantoms)},
                       {"removed by a resync", grouped(stats.removed)},
                       {"unloaded at the row cap", grouped(stats.evicted)},
                       {"unreadable in the snapshot", grouped(stats.unreadable)},
                       {"accounts not followed", grouped(stats.capped_accounts)},
                       {"rows in no book", grouped(stats.unbooked)},
                       {"rows in no fold", grouped(stats.unfolded)},
                       {"REST reads", grouped(stats.fetches)},
                       {"of which failed", grouped(stats.fetch_failures)}}});
    std::string renderer(stage_.name());
    if (renderer_was_lost_) renderer += ", WebGL was lost";
    groups.push_back({"Drawing",
                      {{"renderer", renderer},
                       {"frames", grouped(frame_times_.count())},
                       {"looks without a frame", grouped(looks_)},
                       {"frames for data", pace_words(pace_.frames_per_s_max(now))},
                       {"frame, median", ms_text(frame.p50)},
                       {"frame, 99 of 100", ms_text(frame.p99)}}});
    StatGroup memory{"Memory", {{"of the program", bytes_text(heap_bytes())}}};
    for (std::size_t index = 0; index < session_.table_count(); ++index) {
        const table::Table& table = session_.table(index);
        memory.lines.push_back({table.spec().title, grouped(table.row_count()) + " rows, " +
                                                        bytes_text(table.memory_bytes())});
    }
    if (stats.held_bytes > 0)
        memory.lines.push_back({"held still by Pause", bytes_text(stats.held_bytes)});
    groups.push_back(std::move(memory));
    return groups;
}

// ---- what happened

// What a limit or a record keeps out, each told when it begins.
void App::note_lacking(const session::Stats& stats, MonotonicUs now) {
    const std::array<std::pair<std::uint64_t, std::string_view>, 4> limits = {{
        {stats.unreadable, "Rows are missing: the snapshot has records that cannot be read"},
        {stats.capped_accounts, "Rows are missing: there are more accounts than this page follows"},
        {stats.unbooked, "Not all positions are checked against their trades: there are too many"},
        {stats.unfolded, "Sums are missing: a folded table is full"},
    }};
    std::uint32_t lacking = 0;
    for (std::size_t index = 0; index < limits.size(); ++index) {
        const auto& [count, words] = limits[index];
        if (count == 0) continue;
        lacking |= 1u << index;
        if ((noted_lacking_ >> index & 1) != 0) continue;
        log_.add(epoch_now_ms(), LogKind::Trouble, words);
        toasts_.add(std::string(words) + ".", true, now);
        want_frames(1);
    }
    noted_lacking_ = lacking;
}

void App::note_happenings(MonotonicUs now) {
    note_tickets(now);
    note_away(now);
    const session::Stats stats = session_.counters(now);
    if (stats.evicted > 0 && noted_evicted_ == 0) {
        log_.add(epoch_now_ms(), LogKind::Data,
                 "The oldest rows are unloaded: the row cap is reached");
        toasts_.add("The oldest rows are unloaded: the row cap is reached.", true, now);
        want_frames(1);
    }
    noted_evicted_ = stats.evicted;
    note_lacking(stats, now);
    const EpochMs lacks_since = lacks_since_ms();
    if (lacks_since >= 0 && !noted_lack_) {
        const std::string words = "Rows may be missing since " + clock_text(lacks_since, zone_) +
                                  ": this feed has no snapshot to read them from";
        log_.add(epoch_now_ms(), LogKind::Trouble, words);
        toasts_.add(words + '.', true, now);
        want_frames(1);
    }
    noted_lack_ = lacks_since >= 0;
    if (const std::optional<session::AccountId> made = session_.admin().take_created()) {
        choose_account(*made);
    }
    if (session_.securities().known() != noted_securities_) {
        noted_securities_ = session_.securities().known();
        want_frames(2);
    }
    if (session_.admin().version() == noted_admin_) return;
    noted_admin_ = session_.admin().version();
    if (!session_.admin().outcome().empty()) {
        const LogKind kind = session_.admin().failed() ? LogKind::Trouble : LogKind::Data;
        log_.add(epoch_now_ms(), kind, session_.admin().outcome());
        tell_words(session_.admin().outcome());
    }
    want_frames(2);
}

void App::note_tickets(MonotonicUs now) {
    if (session_.tickets().version() == noted_tickets_) return;
    noted_tickets_ = session_.tickets().version();
    const EpochMs epoch_ms = epoch_now_ms();
    for (const session::Ticket& ticket : session_.tickets().history()) {
        const EpochMs sent_ms = epoch_ms - (now - ticket.sent_at) / kMillisecondUs;
        log_.amend(sent_ms, LogKind::Ticket, ticket.number, session::ticket_line(ticket));
    }
    if (!session_.tickets().history().empty())
        tell_words(session::ticket_line(session_.tickets().history().back()));
    want_frames(2);
}

void App::note_away(MonotonicUs now) {
    if (session_.away_version() == noted_away_) return;
    noted_away_ = session_.away_version();
    const session::AwayReport& report = session_.away();
    const bool nothing = report.added + report.changed + report.removed == 0 && !report.beyond;
    std::string words = changes_words(report);
    if (report.was_hidden) {
        if (nothing && !report.was_gap) return;
        if (report.ended_at - report.began_at < kSpellUs && !report.was_gap) return;
        std::string spell;
        append_duration(spell, report.ended_at - report.began_at);
        words = "While you were away (" + spell + "): " + words;
    } else {
        words = "resynced: " + words;
    }
    log_.add(epoch_now_ms(), LogKind::Data, words);
    toasts_.add(words, false, now);
    away_shown_until_ = now + kMarkedUs;
    want_frames(1);
}

void App::note_status(MonotonicUs now) {
    const session::Status status = session_.status();
    const std::string& cause = session_.cause();
    std::string words(session::status_name(status));
    const bool bad = status == session::Status::Offline || status == session::Status::Stale;
    if (bad || session_.retry_at() != kNever) {
        if (!cause.empty()) words += ": " + cause;
    }
    if (words == noted_status_) return;
    noted_status_ = words;
    const bool failed = session_.retry_at() != kNever && status == session::Status::Syncing;
    const bool trouble = bad || failed;
    log_.add(epoch_now_ms(), trouble ? LogKind::Trouble : LogKind::Link, words);
    if (cause.starts_with("The broker refuses")) toasts_.add(cause, true, now);
}

// The next change of these by time alone.
MonotonicUs App::desk_due(MonotonicUs now) const {
    MonotonicUs due = toasts_.due();
    if (away_shown_until_ > now) due = std::min(due, away_shown_until_);
    const bool counts = look_.dock_open && look_.dock_tab != DockTab::Log;
    if (counts || session_.is_held()) due = std::min(due, now + kSecondUs);
    return due;
}

void App::append_desk_json(std::string& out) const {
    const float density = platform_.density();
    out += ",\"ticket\":{\"words\":";
    append_json_string(out, ticket_.words());
    out += ",\"side\":";
    append_json_string(out, session::side_name(ticket_.side()));
    out += ",\"asks\":";
    out += ticket_.asks() ? "true" : "false";
    out += ",\"suggests\":";
    out += ticket_.suggests() ? "true" : "false";
    out += ",\"sent\":";
    append_int(out, static_cast<std::int64_t>(session_.tickets().sent()));
    out += ",\"history\":[";
    for (const session::Ticket& ticket : session_.tickets().history()) {
        if (out.back() != '[') out += ',';
        append_json_string(out, session::ticket_line(ticket));
    }
    out += "]},\"toast\":";
    append_json_string(out, toasts_.last());
    out += ",\"settings\":";
    append_json_string(out, settings_.words());
    out += ",\"inspector\":{\"words\":";
    append_json_string(out, inspector_.words());
    out += ",\"detail\":";
    append_json_string(out, inspector_.detail());
    out += "},\"paused\":";
    out += session_.is_held() ? "true" : "false";
    out += ",\"waiting\":";
    append_int(out, static_cast<std::int64_t>(waiting(monotonic_now())));
    out += ",\"log\":[";
    for (const LogEntry& entry : log_.entries()) {
        if (out.back() != '[') out += ',';
        append_json_string(out, entry.words);
    }
    out += "],\"places\":{";
    const auto add = [&](std::string_view name, const Area& area) {
        if (out.back() != '{') out += ',';
        append_json_string(out, name);
        out += ":[";
        append_int(out, std::llround(double((area.x + area.width / 2) / density)));
        out += ',';
        append_int(out, std::llround(double((area.y + area.height / 2) / density)));
        out += ']';
    };
    for (std::size_t tab = 0; tab < kDockTabs; ++tab)
        add(dock_tab_words(static_cast<DockTab>(tab)), dock_.tab_area(tab));
    header_.for_each_place(add);
    settings_.for_each_place(add);
    if (ticket_area_.height > 0) add("Ticket", ticket_area_);
    out += '}';
}

}  // namespace nats_blotter::web

// web/app.cpp - App::frame and its parts: what is drawn, in which order. The rest of App is in
// app_events.cpp (what comes in) and app_stats.cpp (what is told about itself).
#include "web/app.h"

#include "session/inspector.h"

#include "web/browser.h"
#include "web/cell_text.h"

namespace nats_blotter::web {
namespace {

constexpr float kNarrowBelowPx = 760;  // stacked tables and a header of two lines

}  // namespace

void App::frame() {
    const MonotonicUs now = monotonic_now();
    if (!is_seen()) return;
    if (!rearrange()) want_frames(2);  // this one, and one that goes on
    views_fresh_at_ = now;
    accounts_.update(session_.accounts(), session_.accounts_version());
    drawn_version_ = data_version();

    // When only data changed, it counts whether any of it is in sight.
    const bool asked = must_draw(now);
    const bool counts = find_bar_.is_open() && find_words() != find_.shown;
    const bool inspected = inspects() && session_.inspector().version() != drawn_inspected_;
    if (!asked && !counts && !inspected && !take_snapshots(make_scene(now))) {
        ++looks_;
        plan_next_frame(now);
        return;
    }
    // What asks for a frame from here on asks for the next one.
    if (frames_wanted_ > 0) --frames_wanted_;
    drawn_status_ = session_.status_version();
    drawn_accounts_ = session_.accounts_version();
    begin_frame(now);
    targets_.clear();
    const Scene scene = make_scene(now);
    if (asked) {
        lay_out(scene);
        handle_input(scene);
        take_snapshots(scene);
    }
    find_marks(scene);
    draw_tables(scene);
    draw_marks(scene);
    draw_desk(scene);
    draw_notice(scene);
    draw_filter_bar(scene);
    draw_header(scene);
    help_.draw(scene, {0, 0, header_area_.width, tables_area_.bottom()},
               {.orders = session_.takes_orders(),
                .accounts = session_.profile().has_accounts(),
                .links = session_.table_count() > 1,
                .opened = options_.opened});
    end_frame(now, asked);
}

void App::begin_frame(MonotonicUs now) {
    if (look_stale_) {
        look_stale_ = false;
        theme_ = &theme_of(theme_now());
        apply_theme(*theme_, platform_.density());
    }
    platform_.begin_frame(static_cast<double>(now) / double(kSecondUs));
    ImGui::NewFrame();
    ImGui::SetNextWindowPos({0, 0});
    ImGui::SetNextWindowSize(ImGui::GetIO().DisplaySize);
    ImGui::Begin("blotter", nullptr,
                 ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove |
                     ImGuiWindowFlags_NoBackground |  // the renderer clears with the same colour
                     ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoNav |
                     ImGuiWindowFlags_NoBringToFrontOnFocus | ImGuiWindowFlags_NoScrollWithMouse);
}

ThemeChoice App::theme_now() const {
    if (look_.theme != ThemeChoice::Auto) return look_.theme;
    if (forced_colors()) return ThemeChoice::HighContrast;
    return prefers_dark() ? ThemeChoice::Dark : ThemeChoice::Light;
}

Scene App::make_scene(MonotonicUs now) {
    if (now - surroundings_at_ > kSecondUs) {
        surroundings_at_ = now;
        update_time_zone(zone_);
        motion_ = !reduced_motion();
    }
    return Scene{.theme = *theme_,
                 .accounts = accounts_,
                 .targets = targets_,
                 .label_font = label_font_,
                 .cell_font = cell_font_,
                 .density = platform_.density(),
                 .row_px = row_px(look_.spacing),
                 .now = now,
                 .zone = zone_,
                 .motion = motion_ && look_.flash && !theme_->plain};
}

void App::lay_out(const Scene& scene) {
    const auto width = static_cast<float>(platform_.width());
    const auto height = static_cast<float>(platform_.height());
    narrow_ = width < scene.px(kNarrowBelowPx);
    header_area_ = {0, 0, width, scene.px(HeaderPanel::height_px(narrow_))};
    const float notice =
        NoticePanel::is_needed(notice_model()) ? NoticePanel::height(scene, narrow_) : 0.0f;
    notice_area_ = {0, header_area_.bottom(), width, notice};
    filter_area_ = {0, notice_area_.bottom(), width, scene.px(FilterBar::kHeightPx)};
    const float top = filter_area_.bottom();
    tables_area_ = {0, top, width, std::max(0.0f, height - top - desk_height(scene))};
    lay_out_desk(scene);

    // The first table has the larger share; the others divide the rest evenly.
    const float gap = scene.px(1);
    const auto others = static_cast<float>(panels_.size() - 1);
    const float extent = narrow_ ? tables_area_.height : tables_area_.width;
    const float share = narrow_ ? look_.share_narrow : look_.share_wide;
    const float first = others > 0 ? std::floor(extent * share) : extent;
    float at = 0;
    for (std::size_t index = 0; index < panels_.size(); ++index) {
        const float size = index == 0 ? first : std::floor((extent - first) / others) - gap;
        const float start = index == 0 ? 0.0f : at + gap;
        at = start + size;
        panels_[index].place(scene, session_.table(index).spec(), table_looks_[index],
                             narrow_ ? Area{0, top + start, width, size}
                                     : Area{start, top, size, tables_area_.height},
                             session_.scope() == session::kAllAccounts);
    }
}

// Before the snapshots, so that this frame shows what it did.
void App::handle_input(const Scene& scene) {
    popup_open_ = ImGui::IsPopupOpen("", ImGuiPopupFlags_AnyPopup);
    if (!popup_open_) {
        for (TablePanel& shown : panels_) shown.handle_wheel();
    }
    run_commands(scene);
    work_find(scene);
}

bool App::take_snapshots(const Scene& scene) {
    bool changed = false;
    for (std::size_t index = 0; index < panels_.size(); ++index) {
        changed = panels_[index].take_snapshot(scene, session_.table(index), session_.view(index),
                                               table_looks_[index], session_.loading(index)) ||
                  changed;
    }
    return changed;
}

void App::draw_header(const Scene& scene) {
    const HeaderModel model{
        .status = session_.status(),
        .status_since = status_since_,
        .last_good_ms =
            live_at_ < 0 ? -1 : epoch_now_ms() - (scene.now - live_at_) / kMillisecondUs,
        .lacks_since_ms = lacks_since_ms(),
        .account = session_.scope(),
        .feed = session_.profile().has_accounts() ? std::string_view{}
                                                  : std::string_view(session_.profile().title),
        .opened = options_.opened,
        .paused = session_.is_held(),
        .waiting = waiting(scene.now)};
    const HeaderWish wish = header_.draw(scene, header_area_, model, narrow_);
    if (wish.account) choose_account(*wish.account);
    if (wish.resync) session_.resync(scene.now);
    if (wish.pause) toggle_pause(scene.now);
    if (wish.theme) next_theme();
    if (wish.settings) settings_.open();
    if (wish.help) help_.open();
    if (wish.back) tell_close_profile();
    if (wish.save_profile) tell_profile_file();
    if (wish.stats) toggle_dock(look_, DockTab::Stats);
    if (wish.settings || wish.help || wish.stats) want_frames(2);
}

void App::draw_notice(const Scene& scene) {
    if (notice_area_.height <= 0) return;
    if (notice_.draw(scene, notice_area_, notice_model(), narrow_)) session_.resync(scene.now);
}

void App::draw_filter_bar(const Scene& scene) {
    if (find_bar_.is_open() && narrow_) return draw_find(scene, filter_area_);
    const table::View& view = session_.view(focus_);
    const table::Table& table = session_.table(focus_);
    const auto wanted = filter_bar_.draw(scene, filter_area_,
                                         {.index = focus_,
                                          .table = table.spec().name,
                                          .filter = view.filter().quick,
                                          .rows = view.size(),
                                          .rows_in_table = table.row_count()});
    if (wanted) set_filter(wanted->index, wanted->filter);
    if (find_bar_.is_open()) draw_find(scene, filter_bar_.rest());
}

void App::draw_tables(const Scene& scene) {
    ImDrawList& list = *ImGui::GetWindowDrawList();
    draw_splitters(scene);
    for (std::size_t index = 0; index < panels_.size(); ++index) {
        TablePanel& panel = panels_[index];
        const table::View& view = session_.view(index);
        TableState state = table_state(index);
        state.rearranging = view.rebuilding();
        if (find_.finder && find_.table == index) state.find = &find_.words;
        const TableWish wish =
            panel.draw(scene, session_.table(index).spec(), table_looks_[index], state,
                       platform_.focused() && index == focus_ && !inspector_has_keys());
        apply_wish(index, wish);
        panel.carry_out(session_.table(index), view, table_looks_[index]);
        if (wish.cross_link) cross_link(index);
        if (wish.head_menu) {
            menus_.open_head(index, session_.table(index), table_looks_[index], *wish.head_menu);
        } else if (wish.row_menu) {
            menus_.open_rows(index);
        }
        if (panel.was_clicked()) {
            focus_ = index;
            inspector_focus_ = false;
        }
    }
    draw_menus(scene);
    const session::Status status = session_.status();
    if (status == session::Status::Offline || status == session::Status::Stale) {
        const float width = scene.px(2);
        const float half = (width - 1) / 2;  // AddRect adds half a pixel
        list.AddRect({tables_area_.x + half, tables_area_.y + half},
                     {tables_area_.right() - half, tables_area_.bottom() - half},
                     status_colour(scene.theme, status), 0, 0, width);
    }
}

void App::end_frame(MonotonicUs started, bool asked) {
    ImGui::End();
    ImGui::Render();
    put_away_fields();
    platform_.end_frame();
    popup_open_ = ImGui::IsPopupOpen("", ImGuiPopupFlags_AnyPopup);
    // Text above the canvas would shine through a list that opens over it.
    figures_.place(header_.figures(), platform_.density(), theme_->dim, !(popup_open_ && narrow_));
    const MonotonicUs drawn = monotonic_now();
    stage_.draw(*ImGui::GetDrawData(), theme_->ground);

    const MonotonicUs now = monotonic_now();
    frame_times_.add(now - started);
    draw_times_.add(drawn - started);
    raster_times_.add(now - drawn);
    const session::Status status = session_.status();
    const bool counts = status == session::Status::Offline || status == session::Status::Stale ||
                        (notice_area_.height > 0 && session_.retry_at() != kNever) || is_loading();
    tick_due_ = std::min(counts ? started + kSecondUs : kNever, desk_due(started));
    plan_next_frame(started);
    if (platform_.has_input()) frames_wanted_ = std::max(frames_wanted_, 2);
    if (frames_wanted_ > 0) ask_frame();
    // A frame for the sake of data alone has told the session nothing.
    if (asked)
        settle(now);
    else
        act(now);
}

bool App::is_loading() const {
    if (session_.status() != session::Status::Syncing) return false;
    for (std::size_t index = 0; index < session_.table_count(); ++index)
        if (session_.loading(index)) return true;
    return false;
}

// Rows of a snapshot that is not whole yet are shown.
bool App::is_filling() const {
    for (std::size_t index = 0; index < session_.table_count(); ++index)
        if (session_.loading(index) && session_.table(index).row_count() > 0) return true;
    return false;
}

NoticeModel App::notice_model() const {
    const session::Status status = session_.status();
    const bool down = status == session::Status::Offline || status == session::Status::Stale;
    // While it syncs without trouble the chip says enough.
    return {status, down ? std::string_view(session_.cause()) : trouble_, session_.retry_at()};
}

// When a table that nothing completes was whole last, -1: it is.
EpochMs App::lacks_since_ms() const {
    MonotonicUs since = kNever;
    for (std::size_t index = 0; index < session_.table_count(); ++index)
        since = std::min(since, session_.lacks_rows_since(index));
    return since == kNever ? -1 : epoch_now_ms() - (monotonic_now() - since) / kMillisecondUs;
}

TableState App::table_state(std::size_t index) const {
    const feed::TableSpec& spec = session_.table(index).spec();
    const session::Status status = session_.status();
    TableState state;
    state.current = status == session::Status::Live;  // rule 5: else they may be old
    state.stale = status == session::Status::Stale;
    state.unloaded = session_.unloaded(index);
    state.unreadable = session_.unreadable(index);
    if (session_.scope() == session::kAllAccounts)
        state.accounts_not_followed = session_.accounts_not_followed();
    if (session_.lacks_rows_since(index) != kNever)
        state.lacks_words = "may lack rows since " + clock_text(lacks_since_ms(), zone_);
    std::string_view path = spec.snapshot_url;
    path.remove_prefix(std::min<std::size_t>(path.size(), 1));
    state.snapshot = path.substr(0, path.find('/'));
    state.loading = session_.loading(index);
    state.rows_in_table = session_.table(index).row_count();
    if (panels_[index].lines().size() > 0) return state;
    const bool has_accounts = session_.profile().has_accounts();
    const std::string account = accounts_.words(session_.scope());
    const std::string what = has_accounts ? spec.name + " of " + account : spec.name;
    if (status == session::Status::Closed) {
        state.empty_words = "Closed.";
    } else if (state.rows_in_table > 0) {
        state.empty_words = "0 of ";
        append_grouped(state.empty_words, std::to_string(state.rows_in_table), true);
        state.empty_words += state.rows_in_table == 1 ? " row matches." : " rows match.";
        if (state.unloaded > 0) state.empty_words += " Older rows are unloaded.";
    } else if (session_.is_held()) {
        state.empty_words = "Paused before there was a row.";
    } else if (!state.loading) {
        state.empty_words =
            "No " + spec.name + (has_accounts ? " for " + account : std::string()) + " yet.";
        if (session_.takes_orders() && session_.scope() != session::kAllAccounts)
            state.empty_words += narrow_ ? " New ticket, below, begins." : " N opens a ticket.";
    } else if (status == session::Status::Offline) {
        state.empty_words = "Not connected: the " + what + " have not been read yet.";
    } else if (!trouble_.empty()) {
        state.empty_words = "The " + what + " could not be read yet: " + trouble_;
    } else {
        state.empty_words = "Loading " + what + "…";
        // Told from the second second on: most reads are over by then.
        const std::int64_t seconds = (monotonic_now() - status_since_) / kSecondUs;
        if (seconds >= 1) state.empty_words += ' ' + std::to_string(seconds) + " s";
    }
    return state;
}

}  // namespace nats_blotter::web

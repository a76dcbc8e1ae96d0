// web/app.cpp - App::frame and its parts: what is drawn, in which order. The rest of App is in
// app_events.cpp (what comes in) and app_stats.cpp (what is told about itself).
#include "web/app.h"

#include "web/browser.h"

namespace nats_blotter::web {
namespace {

constexpr float kNarrowBelowPx = 760;  // stacked tables and a header of two lines
constexpr float kTradesShareWide = 0.62f;
constexpr float kTradesShareNarrow = 0.58f;

}  // namespace

void App::frame() {
    const MonotonicUs now = monotonic_now();
    if (!started_ || platform_.width() < 1 || platform_.height() < 1) return;
    measure_rate(now);
    session_.refresh_views();
    accounts_.update(session_.accounts(), session_.accounts_version());
    drawn_version_ = data_version();

    begin_frame(now);
    const Scene scene = make_scene(now);
    lay_out(scene);
    handle_keys(now);
    take_snapshots(scene);
    draw_tables(scene);
    draw_notice(scene);
    draw_header(scene);
    end_frame(now);
}

void App::begin_frame(MonotonicUs now) {
    if (look_stale_) {
        look_stale_ = false;
        const bool dark = options_.theme == ThemeChoice::Dark ||
                          (options_.theme == ThemeChoice::Auto && prefers_dark());
        theme_ = dark ? &dark_theme() : &light_theme();
        apply_theme(*theme_, platform_.density());
    }
    platform_.begin_frame(static_cast<double>(now) / double(kSecondUs));
    ImGui::NewFrame();
    ImGui::SetNextWindowPos({0, 0});
    ImGui::SetNextWindowSize(ImGui::GetIO().DisplaySize);
    ImGui::Begin("blotter", nullptr,
                 ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove |
                     ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoNav |
                     ImGuiWindowFlags_NoBringToFrontOnFocus | ImGuiWindowFlags_NoScrollWithMouse);
}

Scene App::make_scene(MonotonicUs now) const {
    return Scene{.theme = *theme_,
                 .accounts = accounts_,
                 .label_font = label_font_,
                 .cell_font = cell_font_,
                 .density = platform_.density(),
                 .now = now,
                 .utc_offset_minutes = utc_offset_minutes(),
                 .motion = !reduced_motion()};
}

void App::lay_out(const Scene& scene) {
    const auto width = static_cast<float>(platform_.width());
    const auto height = static_cast<float>(platform_.height());
    narrow_ = width < scene.px(kNarrowBelowPx);
    header_area_ = {0, 0, width, scene.px(HeaderPanel::height_px(narrow_))};
    const float notice =
        NoticePanel::is_needed(notice_model()) ? NoticePanel::height(scene, narrow_) : 0.0f;
    notice_area_ = {0, header_area_.bottom(), width, notice};
    const float top = notice_area_.bottom();
    tables_area_ = {0, top, width, std::max(0.0f, height - top)};

    // The first table has the larger share; the others divide the rest evenly.
    const float gap = scene.px(1);
    const auto others = static_cast<float>(panels_.size() - 1);
    const float extent = narrow_ ? tables_area_.height : tables_area_.width;
    const float share = narrow_ ? kTradesShareNarrow : kTradesShareWide;
    const float first = others > 0 ? std::floor(extent * share) : extent;
    float at = 0;
    for (std::size_t index = 0; index < panels_.size(); ++index) {
        const float size = index == 0 ? first : std::floor((extent - first) / others) - gap;
        const float start = index == 0 ? 0.0f : at + gap;
        at = start + size;
        panels_[index].place(scene, narrow_ ? Area{0, top + start, width, size}
                                            : Area{start, top, size, tables_area_.height});
    }
}

void App::handle_keys(MonotonicUs now) {
    popup_open_ = ImGui::IsPopupOpen("", ImGuiPopupFlags_AnyPopup);
    if (popup_open_ || ImGui::GetIO().WantTextInput || panels_.empty()) return;
    TablePanel& panel = panels_[focus_];
    if (ImGui::IsKeyPressed(ImGuiKey_DownArrow)) panel.scroll_by_rows(1);
    if (ImGui::IsKeyPressed(ImGuiKey_UpArrow)) panel.scroll_by_rows(-1);
    if (ImGui::IsKeyPressed(ImGuiKey_PageDown)) panel.scroll_by_pages(1);
    if (ImGui::IsKeyPressed(ImGuiKey_PageUp)) panel.scroll_by_pages(-1);
    if (ImGui::IsKeyPressed(ImGuiKey_Home)) panel.scroll_to_start();
    if (ImGui::IsKeyPressed(ImGuiKey_End)) panel.scroll_to_end();
    const ImGuiIO& io = ImGui::GetIO();
    if (io.KeyCtrl || io.KeyAlt || io.KeySuper) return;
    if (ImGui::IsKeyPressed(ImGuiKey_A, false)) header_.open_accounts();
    if (ImGui::IsKeyPressed(ImGuiKey_R, false)) session_.resync(now);
}

void App::take_snapshots(const Scene& scene) {
    for (std::size_t index = 0; index < panels_.size(); ++index) {
        panels_[index].take_snapshot(scene, session_.table(index), session_.view(index),
                                     session_.loading(index));
    }
}

void App::draw_header(const Scene& scene) {
    const session::Stats stats = session_.stats(scene.now);
    const HeaderModel model{.status = session_.status(),
                            .status_since = status_since_,
                            .account = session_.scope(),
                            .rtt_us = stats.link.rtt_us,
                            .feed_age_us = stats.last_message_age_us,
                            .lag_ms = stats.lag_ms,
                            .events_per_s = events_per_s_};
    const HeaderWish wish = header_.draw(scene, header_area_, model, narrow_);
    if (wish.account) choose_account(*wish.account);
    if (wish.resync) session_.resync(scene.now);
}

void App::draw_notice(const Scene& scene) {
    if (notice_area_.height <= 0) return;
    if (notice_.draw(scene, notice_area_, notice_model(), narrow_)) session_.resync(scene.now);
}

void App::draw_tables(const Scene& scene) {
    ImDrawList& list = *ImGui::GetWindowDrawList();
    list.AddRectFilled(tables_area_.top_left(), tables_area_.bottom_right(), scene.theme.border);
    for (std::size_t index = 0; index < panels_.size(); ++index) {
        TablePanel& panel = panels_[index];
        list.AddRectFilled(panel.area().top_left(), panel.area().bottom_right(),
                           scene.theme.ground);
        table::View& view = session_.view(index);
        const auto wanted =
            panel.draw(scene, session_.table(index).spec(), view.sort(), table_state(index),
                       keys_used_ && platform_.focused() && index == focus_);
        if (wanted) {
            view.set_sort({*wanted});
            panel.scroll_to_start();
            want_frames(1);
        }
        if (panel.was_clicked()) focus_ = index;
    }
    const session::Status status = session_.status();
    if (status == session::Status::Offline || status == session::Status::Stale) {
        const float width = scene.px(2);
        const float half = width / 2;
        list.AddRect({tables_area_.x + half, tables_area_.y + half},
                     {tables_area_.right() - half, tables_area_.bottom() - half},
                     status_colour(scene.theme, status), 0, 0, width);
    }
}

void App::end_frame(MonotonicUs started) {
    ImGui::End();
    ImGui::Render();
    platform_.end_frame();
    renderer_.draw(*ImGui::GetDrawData(), theme_->ground);
    popup_open_ = ImGui::IsPopupOpen("", ImGuiPopupFlags_AnyPopup);

    const MonotonicUs now = monotonic_now();
    frame_ms_[frames_ % kFrameTimes] = static_cast<float>(now - started) / 1000.0f;
    ++frames_;
    // Ages and countdowns move by the second; fades by their own steps.
    frame_due_ = closed_ ? kNever : started + kSecondUs;
    for (const TablePanel& panel : panels_) frame_due_ = std::min(frame_due_, panel.fade_due());
    if (frames_wanted_ > 0 && --frames_wanted_ > 0) request_frame();
    settle(now);
}

NoticeModel App::notice_model() const {
    const session::Status status = session_.status();
    const bool down = status == session::Status::Offline || status == session::Status::Stale;
    // While it syncs without trouble the chip says enough.
    return {status, down ? std::string_view(session_.cause()) : trouble_, session_.retry_at()};
}

TableState App::table_state(std::size_t index) const {
    const feed::TableSpec& spec = session_.table(index).spec();
    const session::Status status = session_.status();
    TableState state;
    state.all_accounts = session_.scope() == session::kAllAccounts;
    state.current = status == session::Status::Live;  // rule 5: else they may be old
    state.loading = session_.loading(index);
    const std::string what = spec.name + " of " + accounts_.words(session_.scope());
    if (status == session::Status::Closed) {
        state.empty_words = "Closed.";
    } else if (!state.loading) {
        state.empty_words =
            "No " + spec.name + " for " + accounts_.words(session_.scope()) + " yet.";
    } else if (status == session::Status::Offline) {
        state.empty_words = "Not connected: the " + what + " have not been read yet.";
    } else if (!trouble_.empty()) {
        state.empty_words = "The " + what + " could not be read yet: " + trouble_;
    } else {
        state.empty_words = "Loading " + what + "…";
    }
    return state;
}

void App::measure_rate(MonotonicUs now) {
    if (now - rate_since_ < kSecondUs) return;
    const std::uint64_t events = session_.stats(now).events;
    const double seconds = static_cast<double>(now - rate_since_) / double(kSecondUs);
    events_per_s_ = static_cast<std::int64_t>(static_cast<double>(events - rate_events_) / seconds);
    rate_since_ = now;
    rate_events_ = events;
}

}  // namespace nats_blotter::web

// web/app_frames.cpp - when there is a frame: for input, for data in sight, for a fade, and not
// else.
//
// Data that changes asks for a look (frame() decides whether it is in sight). web/frame_pace.h says
// how far apart these are.
#include "web/app.h"
#include "web/browser.h"

namespace nats_blotter::web {
namespace {

// Change lists of views grow until they are read, also while nobody looks.
constexpr MonotonicUs kViewsStaleUs = kSecondUs;

}  // namespace

bool App::is_seen() const {
    return started_ && visible_ && platform_.width() >= 1 && platform_.height() >= 1;
}

// What came since the last task of the pump is in sight with this frame, not with the next.
void App::on_frame() {
    frame_asked_ = false;
    const bool decoded = is_seen() && pump_.run_in_frame();
    if (decoded) carry_out(monotonic_now());
    frame();
    if (decoded) arm_timer(monotonic_now());
}

void App::ask_frame() {
    if (frame_asked_) return;
    frame_asked_ = true;
    request_frame();
}

void App::want_frames(int count) {
    frames_wanted_ = std::max(frames_wanted_, count);
    if (is_seen()) ask_frame();
}

void App::want_look(MonotonicUs now) {
    if (now - views_fresh_at_ > kViewsStaleUs) {
        views_fresh_at_ = now;
        session_.refresh_views();
    }
    if (!is_seen()) return;
    if (now >= pace_.next_at()) {
        ask_frame();
    } else {
        frame_due_ = std::min(frame_due_, pace_.next_at());
    }
}

bool App::must_draw(MonotonicUs now) const {
    if (frames_wanted_ > 0 || look_stale_ || now >= tick_due_) return true;
    if (drawn_status_ != session_.status_version()) return true;
    if (drawn_accounts_ != session_.accounts_version()) return true;
    return std::any_of(panels_.begin(), panels_.end(),
                       [now](const TablePanel& panel) { return now >= panel.fade_due(); });
}

void App::plan_next_frame(MonotonicUs started) {
    pace_.note(started, monotonic_now(),
               {.lag_ms = session_.lag_ms(started),
                .decoded_us = pump_.stats().worked_us,
                .unread_bytes = session_.link().unread_bytes(),
                .filling = is_filling()});
    frame_due_ = tick_due_;
    for (const TablePanel& panel : panels_) frame_due_ = std::min(frame_due_, panel.fade_due());
}

MonotonicUs App::next_frame_deadline() const {
    return std::min({frame_due_, figures_due_, filter_move_due_, stage_.next_deadline()});
}

void App::on_frame_deadline(MonotonicUs now) {
    if (now >= frame_due_) {
        frame_due_ = kNever;
        if (is_seen()) ask_frame();
    }
    if (now >= figures_due_) update_figures(now);
    if (stage_.wants_switch(now)) switch_renderer();
}

// The figures above the canvas, by the second and without a frame.
void App::update_figures(MonotonicUs now) {
    if (closed_ || page_hidden()) {
        figures_due_ = kNever;  // until the page wakes up
        if (!closed_) return;
    } else {
        figures_due_ = now + kSecondUs;
    }
    const session::Stats stats = session_.stats(now);
    if (now - rate_since_ >= kSecondUs) {
        const double seconds = static_cast<double>(now - rate_since_) / double(kSecondUs);
        events_per_s_ =
            static_cast<std::int64_t>(static_cast<double>(stats.events - rate_events_) / seconds);
        rate_since_ = now;
        rate_events_ = stats.events;
    }
    const session::Status status = session_.status();
    figures_text_.clear();
    if (!closed_)
        append_figures(figures_text_, {.linked = status == session::Status::Live ||
                                                 status == session::Status::Syncing,
                                       .rtt_us = stats.link.rtt_us,
                                       .feed_age_us = stats.last_message_age_us,
                                       .lag_ms = stats.lag_ms,
                                       .events_per_s = events_per_s_,
                                       .verified_age_us = stats.verified_age_us});
    figures_.show(figures_text_);
}

// ---- the canvas

void App::on_visible(bool visible) {
    visible_ = visible;
    if (visible) want_frames(1);
}

void App::on_context_lost() {
    const MonotonicUs now = monotonic_now();
    stage_.on_context_lost(now);
    arm_timer(now);
}

void App::on_context_restored() {
    stage_.on_context_restored();
    want_frames(1);
}

void App::on_gpu_told(bool in_time) {
    stage_.on_gpu_told(in_time);
    if (stage_.wants_switch(monotonic_now())) switch_renderer();
}

bool App::take_gpu() {
    // A canvas that goes ends a drag, and rows that come would be later by as much.
    if (ImGui::IsAnyMouseDown() || is_filling()) return false;
    if (closed_ || !stage_.find_gpu()) return true;
    platform_.destroy();
    stage_.take_gpu();
    platform_.create();
    want_frames(1);
    frame();  // at once: the new canvas is blank
    return true;
}

void App::switch_renderer() {
    platform_.destroy();
    stage_.switch_renderer();
    renderer_was_lost_ = true;
    log_.add(epoch_now_ms(), LogKind::Trouble,
             "WebGL was lost or too slow: drawing goes on without it");
    platform_.create();
    want_frames(1);
    frame();  // at once: the new canvas is blank
}

}  // namespace nats_blotter::web

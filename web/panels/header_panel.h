// web/panels/header_panel.h - the top of the screen: account, connection, live figures, resync.
//
// The connection is told by shape and word, never by colour alone. Figures that move by themselves
// stand in one rectangle (figures()), and age in whole seconds.
#pragma once

#include <optional>
#include <string>

#include "session/session.h"
#include "web/panels/account_picker.h"
#include "web/scene.h"

namespace nats_blotter::web {

struct HeaderModel {
    session::Status status = session::Status::Connecting;
    MonotonicUs status_since = 0;
    session::AccountId account = session::kAllAccounts;
    std::int64_t rtt_us = -1;
    std::int64_t feed_age_us = -1;  // since the last event, -1: none yet
    std::int64_t lag_ms = -1;       // behind the source, -1: not known
    std::int64_t events_per_s = 0;
};

struct HeaderWish {
    std::optional<session::AccountId> account;
    bool resync = false;
};

class HeaderPanel {
  public:
    static float height_px(bool narrow) { return narrow ? 74 : 44; }

    HeaderWish draw(const Scene& scene, const Area& area, const HeaderModel& model, bool narrow);

    void open_accounts() { picker_.open(); }
    const Area& figures() const { return figures_; }

  private:
    float draw_chip(const Scene& scene, float x, float top, float bottom, const HeaderModel& model);
    void draw_figures(const Scene& scene, const Area& area, const HeaderModel& model);

    AccountPicker picker_;
    Area figures_;
    std::string scratch_;
};

// "● LIVE" and its colour.
std::string_view status_words(session::Status status);
ImU32 status_colour(const Theme& theme, session::Status status);

// "00:42", or "1:02:03".
void append_duration(std::string& out, MonotonicUs duration);

}  // namespace nats_blotter::web

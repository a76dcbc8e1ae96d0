// web/panels/header_panel.h - the top of the screen: account, connection, live figures, resync.
//
// The connection is told by shape and word, never by colour alone. Figures that move by themselves
// are not drawn: they are text above the canvas (web/figures_dom.h), in the rectangle figures().
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "session/session.h"
#include "web/panels/account_picker.h"
#include "web/scene.h"

namespace nats_blotter::web {

struct HeaderModel {
    session::Status status = session::Status::Connecting;
    MonotonicUs status_since = 0;
    EpochMs last_good_ms = -1;    // when the rows were current last, -1: not yet
    EpochMs lacks_since_ms = -1;  // when rows may have begun to be missed for good, -1: none
    session::AccountId account = session::kAllAccounts;
    std::string_view feed{};  // stands where the account is, in a profile without accounts
    bool opened = false;      // that profile was opened on the page
    bool paused = false;
    std::uint64_t waiting = 0;  // events since then
};

struct HeaderFigures {
    bool linked = false;  // to a broker that is believed
    std::int64_t rtt_us = -1;
    std::int64_t feed_age_us = -1;  // since the last event, -1: none yet
    std::int64_t lag_ms = -1;       // behind the source, -1: not known
    std::int64_t events_per_s = 0;
    std::int64_t verified_age_us = -1;  // since the rows were last read and found right; -1: never
};

struct HeaderWish {
    std::optional<session::AccountId> account;
    bool resync = false;
    bool pause = false;
    bool theme = false;
    bool settings = false;
    bool help = false;
    bool stats = false;
    bool back = false;          // from an opened profile
    bool save_profile = false;  // as a file
};

class HeaderPanel {
  public:
    static float height_px(bool narrow) { return narrow ? 74 : 44; }

    HeaderWish draw(const Scene& scene, const Area& area, const HeaderModel& model, bool narrow);

    void open_accounts() { picker_.open(); }
    const Area& figures() const { return figures_; }

    // Where the buttons are, by their names.
    template <typename Tell>
    void for_each_place(Tell tell) const {
        for (const Button& button : buttons_)
            if (button.area.width > 0) tell(button.name, button.area);
        tell(std::string_view("Connection"), chip_);
    }

  private:
    struct Button {
        std::string_view name;
        bool HeaderWish::*wish = nullptr;
        Area area;
    };
    // From the right edge; answers where they begin.
    float draw_buttons(const Scene& scene, float right, float top, const HeaderModel& model,
                       bool narrow, HeaderWish& wish);
    // The title of a profile without accounts, and the way back from one that was opened.
    void draw_feed(const Scene& scene, const Area& area, const HeaderModel& model, bool narrow,
                   HeaderWish& wish);
    float draw_chip(const Scene& scene, float x, float top, float bottom, const HeaderModel& model);

    AccountPicker picker_;
    std::array<Button, 5> buttons_{{{"Help", &HeaderWish::help, {}},
                                    {"Settings", &HeaderWish::settings, {}},
                                    {"Theme", &HeaderWish::theme, {}},
                                    {"Resync", &HeaderWish::resync, {}},
                                    {"Pause", &HeaderWish::pause, {}}}};
    Area chip_;
    Area figures_;
    std::string scratch_;
};

// "● LIVE" and its colour.
std::string_view status_words(session::Status status);
ImU32 status_colour(const Theme& theme, session::Status status);

// "2 ms  ·  feed 15 s  ·  1,240/s  ·  verified 12 s ago"
void append_figures(std::string& out, const HeaderFigures& figures);

// "10:41:07", of a time of day.
std::string clock_text(EpochMs time_ms, const TimeZone& zone);

// "00:42", or "1:02:03".
void append_duration(std::string& out, MonotonicUs duration);

}  // namespace nats_blotter::web

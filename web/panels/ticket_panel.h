// web/panels/ticket_panel.h - the ticket: a strip with the fields of one order, and the line that
// says what became of the last one.
//
// Enter sends; the fields stay, with the quantity selected for the next one. Where the rows are not
// current, or the quantity is above the soft limit, Enter only asks, and Y or the button beside the
// question sends: a second and a different key.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "session/session.h"
#include "session/ticket.h"
#include "web/scene.h"
#include "web/text_field.h"

namespace nats_blotter::web {

// Above it a ticket is asked about once more: a slip of a key is a factor of ten.
inline constexpr std::int64_t kSoftLimit = 100'000;

class TicketPanel {
  public:
    // One line where the screen is wide; folded to a line where it is narrow, until it is opened.
    float height(const Scene& scene, bool narrow) const;

    void draw(const Scene& scene, const Area& area, session::Session& session, bool narrow);

    // N, B and S: takes the keys at once, so that what is typed next is not lost.
    void open(std::optional<session::Side> side);
    // Another account is shown: what was asked or waits is not for it.
    void forget_order() { edited(); }
    bool asks() const { return asked_.has_value(); }
    void answer(session::Session& session, bool yes, MonotonicUs now);

    // What the line says now, empty before the first ticket.
    const std::string& words() const { return words_; }
    bool is_trouble() const { return trouble_shown_; }
    session::Side side() const { return side_; }
    bool suggests() const { return suggests_; }

  private:
    struct Places {
        Area account, security, buy, sell, quantity, send, line, fold;
    };

    Places place(const Scene& scene, const Area& area, bool narrow) const;
    void draw_fields(const Scene& scene, const Places& places, session::Session& session);
    void draw_suggestions(const Scene& scene, const Area& under, session::Session& session,
                          const TextFieldNews& news);
    void draw_sides(const Scene& scene, const Places& places);
    void draw_line(const Scene& scene, const Area& area, session::Session& session, bool narrow);
    bool draw_button(const Scene& scene, const Area& area, const char* words, bool lit);
    void try_send(session::Session& session, MonotonicUs now);
    void send(session::Session& session, const session::Order& order, MonotonicUs now);
    void edited();
    void update_words(const session::Session& session);

    TextField security_;
    TextField quantity_;
    session::Side side_ = session::Side::Buy;
    bool open_ = false;            // where it folds
    MonotonicUs waits_until_ = 0;  // to be sent when the list of securities is there by then
    std::size_t marked_ = 0;
    bool listing_ = false;
    bool over_list_ = false;
    bool suggests_ = false;  // the list is on the screen
    std::optional<session::Order> asked_;
    std::string question_;
    std::string trouble_;           // of the fields
    std::uint64_t guarded_at_ = 0;  // the tickets' version when one was not sent; 0: no such words
    std::string words_;
    bool trouble_shown_ = false;
    std::string scratch_;
};

}  // namespace nats_blotter::web

// web/panels/ticket_panel.cpp - see web/panels/ticket_panel.h.
#include "web/panels/ticket_panel.h"

#include "session/securities.h"

namespace nats_blotter::web {
namespace {

constexpr std::size_t kSuggestions = 8;
// An order does not go out later than this after Enter.
constexpr MonotonicUs kListWaitUs = 5 * kSecondUs;
constexpr float kWidePx = 44;
constexpr float kFoldedPx = 40;
constexpr float kOpenPx = 122;
constexpr float kControlPx = 28;
constexpr float kSuggestionPx = 24;

}  // namespace

float TicketPanel::height(const Scene& scene, bool narrow) const {
    if (!narrow) return scene.px(kWidePx);
    return scene.px(open_ ? kOpenPx : kFoldedPx);
}

void TicketPanel::open(std::optional<session::Side> side) {
    if (side) side_ = *side;
    open_ = true;
    edited();
    security_.focus();
}

void TicketPanel::edited() {
    asked_.reset();
    trouble_.clear();
    waits_until_ = 0;
    guarded_at_ = 0;
}

TicketPanel::Places TicketPanel::place(const Scene& scene, const Area& area, bool narrow) const {
    const float gap = scene.px(8);
    const float control = scene.px(kControlPx);
    const float margin = scene.px(narrow ? 8 : 12);
    const float button = scene.px(58);
    Places places;
    float y = area.y + scene.px(narrow ? 6 : 8);
    float x = area.x + margin;
    const auto take = [&](float width) {
        const Area taken{std::floor(x), y, std::floor(width), control};
        x += width + gap;
        return taken;
    };
    if (!narrow) {
        x += text_width(scene.label_font, scene.px(kTextPx), "Ticket") + scene.px(10);
        places.security = take(std::min(scene.px(240), area.width * 0.2f));
        places.buy = take(button);
        places.sell = take(button);
        places.quantity = take(scene.px(110));
        places.send = take(scene.px(78));
        places.line = {x, area.y, std::max(0.0f, area.right() - margin - x), area.height};
        return places;
    }
    const float room = area.width - 2 * margin;
    places.fold = {area.x + margin, y, scene.px(92), control};
    if (!open_) {
        places.line = {places.fold.right() + gap, y, room - places.fold.width - gap, control};
        return places;
    }
    const float fold = control;
    places.fold = {area.right() - margin - fold, y, fold, control};
    places.security = take(std::floor((room - fold - 2 * gap) * 0.62f));
    places.quantity = {x, y, places.fold.x - gap - x, control};
    y += control + scene.px(8);
    x = area.x + margin;
    const float third = std::floor((room - 2 * gap) / 3);
    places.buy = take(third);
    places.sell = take(third);
    places.send = take(third);
    y += control + scene.px(4);
    places.line = {area.x + margin, y, room, area.bottom() - y - scene.px(4)};
    return places;
}

void TicketPanel::draw(const Scene& scene, const Area& area, session::Session& session,
                       bool narrow) {
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const float size = scene.px(kTextPx);
    list.AddRectFilled(area.top_left(), area.bottom_right(), scene.theme.panel);
    list.AddRectFilled(area.top_left(), {area.right(), area.y + scene.px(1)}, scene.theme.border);
    const Places places = place(scene, area, narrow);
    if (!narrow)
        draw_text(list, scene.label_font, size, area.x + scene.px(12), area.y, area.bottom(),
                  scene.theme.text, "Ticket");
    if (places.fold.width > 0 && draw_button(scene, places.fold, open_ ? "▾" : "New ticket", false))
        open_ ? void(open_ = false) : open(std::nullopt);
    if (places.security.width > 0) draw_fields(scene, places, session);
    update_words(session);
    draw_line(scene, places.line, session, narrow);
}

bool TicketPanel::draw_button(const Scene& scene, const Area& area, const char* words, bool lit) {
    ImGui::SetCursorScreenPos(area.top_left());
    if (lit) {
        ImGui::PushStyleColor(ImGuiCol_Button, scene.theme.selection);
        ImGui::PushStyleColor(ImGuiCol_Border, scene.theme.focus);
    }
    const bool pressed = ImGui::Button(words, {area.width, area.height});
    if (lit) ImGui::PopStyleColor(2);
    return pressed;
}

void TicketPanel::draw_fields(const Scene& scene, const Places& places, session::Session& session) {
    const bool one_account = session.scope() != session::kAllAccounts;
    const bool listed = session.securities().known();
    const TextFieldNews security =
        security_.draw(scene, places.security,
                       {.label = "Security",
                        .placeholder = one_account ? "Security" : "Choose one account",
                        .enabled = one_account,
                        .takes_arrows = listing_});
    if (security.changed) {
        edited();
        marked_ = 0;
        listing_ = true;
    }
    if (security_.focused() || quantity_.focused()) session.want_securities(scene.now);
    if (listed && scene.now < waits_until_) try_send(session, scene.now);
    suggests_ = listing_ && listed;
    if (suggests_) draw_suggestions(scene, places.security, session, security);
    if (security.left && !over_list_) listing_ = false;
    if (security.escaped) listing_ ? void(listing_ = false) : security_.leave();
    if (security.entered && !listing_) try_send(session, scene.now);
    if (security.entered) listing_ = false;

    draw_sides(scene, places);
    const TextFieldNews quantity = quantity_.draw(scene, places.quantity,
                                                  {.label = "Quantity",
                                                   .placeholder = "Qty: 100, 1k",
                                                   .keyboard = Keyboard::Text,
                                                   .enabled = one_account,
                                                   .align_right = true});
    if (quantity.changed) edited();
    if (quantity.entered) try_send(session, scene.now);
    if (quantity.escaped) quantity_.leave();

    ImGui::BeginDisabled(!one_account);
    if (draw_button(scene, places.send, "Send ⏎", false)) try_send(session, scene.now);
    ImGui::EndDisabled();
}

void TicketPanel::draw_sides(const Scene& scene, const Places& places) {
    for (const session::Side side : {session::Side::Buy, session::Side::Sell}) {
        const bool buy = side == session::Side::Buy;
        ImGui::PushStyleColor(ImGuiCol_Text, side != side_ ? scene.theme.dim : scene.theme.text);
        if (draw_button(scene, buy ? places.buy : places.sell, buy ? "▲ Buy" : "▼ Sell",
                        side == side_)) {
            side_ = side;
            edited();
        }
        ImGui::PopStyleColor();
    }
}

// Above the strip, as that stands at the lower end of the screen.
void TicketPanel::draw_suggestions(const Scene& scene, const Area& under, session::Session& session,
                                   const TextFieldNews& news) {
    const session::Securities& securities = session.securities();
    const std::vector<const session::Security*> found =
        securities.suggest(security_.text(), kSuggestions);
    over_list_ = false;
    // What is typed in full needs no list.
    const bool exact = found.size() == 1 && found.front()->ticker == security_.text();
    if (found.empty() || exact) {
        listing_ = suggests_ = false;
        return;
    }
    const auto count = static_cast<int>(found.size());
    if (news.lines != 0)
        marked_ = static_cast<std::size_t>(
            std::clamp(static_cast<int>(marked_) + news.lines, 0, count - 1));
    const float line = scene.px(kSuggestionPx);
    const float height = line * static_cast<float>(count) + scene.px(8);
    const float width = std::max(under.width, scene.px(300));
    ImGui::SetNextWindowPos({under.x, under.y - height - scene.px(4)});
    ImGui::SetNextWindowSize({width, height});
    ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {scene.px(4), scene.px(4)});
    ImGui::PushStyleVar(ImGuiStyleVar_WindowBorderSize, scene.px(1));
    ImGui::PushStyleColor(ImGuiCol_WindowBg, scene.theme.panel);
    ImGui::Begin("suggestions", nullptr,
                 ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove |
                     ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoNav |
                     ImGuiWindowFlags_NoFocusOnAppearing);
    over_list_ = ImGui::IsWindowHovered();
    const session::Security* chosen = nullptr;
    for (std::size_t index = 0; index < found.size(); ++index) {
        ImGui::PushID(static_cast<int>(index));
        ImGui::SetCursorPos({scene.px(4), scene.px(4) + line * static_cast<float>(index)});
        if (ImGui::InvisibleButton("one", {width - scene.px(8), line})) chosen = found[index];
        const bool hot = ImGui::IsItemHovered();
        const ImVec2 from = ImGui::GetItemRectMin();
        const ImVec2 to = ImGui::GetItemRectMax();
        ImDrawList& list = *ImGui::GetWindowDrawList();
        if (index == marked_ || hot) list.AddRectFilled(from, to, scene.theme.selection);
        const std::string words = session::security_words(*found[index]);
        list.PushClipRect(from, to, true);
        draw_text(list, scene.label_font, scene.px(kTextPx), from.x + scene.px(6), from.y, to.y,
                  scene.theme.text, words);
        list.PopClipRect();
        ImGui::PopID();
    }
    ImGui::End();
    ImGui::PopStyleColor();
    ImGui::PopStyleVar(2);
    if (news.entered) chosen = found[marked_];
    if (chosen == nullptr) return;
    security_.set_text(session::security_words(*chosen));
    over_list_ = false;
    if (!news.entered) listing_ = false;
    quantity_.focus();
}

void TicketPanel::try_send(session::Session& session, MonotonicUs now) {
    edited();
    if (session.scope() == session::kAllAccounts) {
        trouble_ = "Choose one account to send a ticket.";
        return;
    }
    const session::Securities& securities = session.securities();
    if (!securities.known()) {
        session.want_securities(now);
        waits_until_ = now + kListWaitUs;
        trouble_ = session.securities_trouble().empty()
                       ? "The list of securities is being read…"
                       : "The list of securities is missing: " + session.securities_trouble() + ".";
        return;
    }
    const session::Security* security = securities.match(security_.text());
    if (security == nullptr) {
        trouble_ = security_.text().empty() ? "Enter a security."
                                            : "There is no security “" + security_.text() + "”.";
        security_.focus();
        return;
    }
    const session::QuantityText quantity = session::quantity_from_text(quantity_.text());
    if (!quantity.quantity) {
        trouble_ = quantity.words;
        quantity_.focus();
        return;
    }
    const session::Order order{session.scope(), security->ticker, side_, *quantity.quantity};
    question_.clear();
    if (session.status() == session::Status::Stale) question_ = "STALE: the rows may be old. ";
    if (session.status() == session::Status::Offline)
        question_ = "OFFLINE: no trade will be seen. ";
    if (order.quantity > kSoftLimit) question_ += "A large quantity. ";
    if (question_.empty()) return send(session, order, now);
    question_ += session::order_words(order) + "?";
    asked_ = order;
    security_.leave();
    quantity_.leave();
}

void TicketPanel::answer(session::Session& session, bool yes, MonotonicUs now) {
    if (!asked_) return;
    const session::Order order = *asked_;
    asked_.reset();
    if (yes) return send(session, order, now);
    trouble_ = "Not sent.";
    quantity_.focus();
}

void TicketPanel::send(session::Session& session, const session::Order& order, MonotonicUs now) {
    trouble_ = session.send_order(order, now);
    guarded_at_ = trouble_.empty() ? 0 : session.tickets().version();
    security_.set_text(order.security);
    quantity_.focus();
}

void TicketPanel::update_words(const session::Session& session) {
    const auto& history = session.tickets().history();
    // What becomes of the one that was sent is more than that there was no second.
    if (guarded_at_ != 0 && guarded_at_ != session.tickets().version()) edited();
    trouble_shown_ = !trouble_.empty() || asked_.has_value();
    if (asked_) {
        words_ = question_;
    } else if (!trouble_.empty()) {
        words_ = trouble_;
    } else if (history.empty()) {
        words_.clear();
    } else {
        words_ = session::ticket_line(history.back());
        const session::TicketPhase phase = history.back().phase;
        trouble_shown_ = phase == session::TicketPhase::Refused ||
                         phase == session::TicketPhase::Unknown ||
                         phase == session::TicketPhase::Unseen;
    }
}

void TicketPanel::draw_line(const Scene& scene, const Area& area, session::Session& session,
                            bool narrow) {
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const float size = scene.px(kTextPx);
    float right = area.right();
    if (asked_) {
        const float height = scene.px(26);
        const float yes = scene.px(78);
        const float no = scene.px(80);
        const float y = std::floor(area.y + (area.height - height) / 2);
        right -= yes + no + scene.px(8);
        const Area first{right, y, yes, height};
        const Area second{right + yes + scene.px(8), y, no, height};
        right -= scene.px(8);
        if (draw_button(scene, first, "Send (Y)", true)) answer(session, true, scene.now);
        if (draw_button(scene, second, "Not (Esc)", false)) answer(session, false, scene.now);
    }
    std::string_view words = words_;
    ImU32 colour = trouble_shown_ ? scene.theme.stale : scene.theme.text;
    if (words.empty()) {
        colour = scene.theme.dim;
        if (session.scope() == session::kAllAccounts)
            words = "A ticket is for one account: choose it above.";
        else if (!narrow)  // a phone has no such keys
            words = "N: new ticket · B: buy · S: sell";
    }
    const float wrap = std::max(scene.px(40), right - area.x);
    const ImVec2 extent =
        scene.label_font->CalcTextSizeA(size, FLT_MAX, wrap, text_begin(words), text_end(words));
    const float y = std::floor(area.y + std::max(0.0f, (area.height - extent.y) / 2));
    list.PushClipRect(area.top_left(), {right, area.bottom()}, true);
    list.AddText(scene.label_font, size, {area.x, y}, colour, text_begin(words), text_end(words),
                 wrap);
    list.PopClipRect();
}

}  // namespace nats_blotter::web

// web/panels/settings_panel.cpp - see web/panels/settings_panel.h.
#include "web/panels/settings_panel.h"

#include <utility>

#include "web/browser.h"
#include "web/panels/popup.h"

namespace nats_blotter::web {
namespace {

constexpr float kLinePx = 30;
constexpr float kGapPx = 8;
constexpr const char* kSaveWords = "Save to a file";
constexpr const char* kLoadWords = "Load from a file";
constexpr const char* kProfileWords = "Save it to a file";
constexpr const char* kFlashWords = "lights up for a moment";
constexpr const char* kStillWords = "does not";
constexpr const char* kBackWords = "Back to what was here";

bool draw_choice(const Scene& scene, std::string_view words, bool chosen) {
    const std::string text(words);
    if (chosen) {
        ImGui::PushStyleColor(ImGuiCol_Button, scene.theme.selection);
        ImGui::PushStyleColor(ImGuiCol_Border, scene.theme.focus);
    }
    const float width = text_width(scene.label_font, scene.px(kTextPx), words) + scene.px(20);
    // To the next line where it does not fit.
    if (ImGui::GetContentRegionAvail().x < width) ImGui::NewLine();
    const bool pressed = ImGui::Button(text.c_str(), {0, scene.px(28)});
    if (chosen) ImGui::PopStyleColor(2);
    ImGui::SameLine();
    return pressed;
}

void draw_heading(const Scene& scene, const char* words) {
    ImGui::Dummy({1, scene.px(2)});
    ImGui::PushFont(scene.label_font, 0);
    ImGui::TextUnformatted(words);
    ImGui::PopFont();
}

// A field and a button behind it; true when either was used.
bool draw_entry(const Scene& scene, TextField& field, const TextFieldLook& look,
                const char* button) {
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float height = scene.px(28);
    const float width = ImGui::GetContentRegionAvail().x;
    const float side = scene.px(96);
    const TextFieldNews news =
        field.draw(scene, {at.x, at.y, width - side - scene.px(kGapPx), height}, look);
    ImGui::SetCursorScreenPos({at.x + width - side, at.y});
    ImGui::BeginDisabled(!look.enabled);
    const bool pressed = ImGui::Button(button, {side, height});
    ImGui::EndDisabled();
    ImGui::SetCursorScreenPos({at.x, at.y + scene.px(kLinePx) + scene.px(4)});
    ImGui::Dummy({1, 1});
    if (news.escaped) ImGui::CloseCurrentPopup();
    return pressed || news.entered;
}

}  // namespace

bool SettingsPanel::draw(const Scene& scene, const Area& within, DeskLook& look,
                         session::Session& session, bool opened) {
    const bool asked = std::exchange(open_asked_, false);
    const float margin = scene.px(16);
    const float width = std::min(within.width - margin, scene.px(520));
    const float wanted = scene.px(session.takes_orders() ? 636 : opened ? 396 : 336);
    const float height = std::min(within.height - margin, wanted);
    if (asked) {
        session.admin().forget();
        refused_.clear();
        for (TextField* field : {&created_, &renamed_, &searched_}) field->set_text("");
    }
    const bool before = was_open_;
    seen_ = before && !asked;
    places_.clear();
    was_open_ = begin_dialog(scene, within, "settings", "Settings", width, height, asked);
    if (!was_open_) {
        if (before) words_.clear();
        return false;
    }
    const bool changed = draw_looks(scene, look);
    draw_layouts(scene);
    if (opened) draw_profile(scene);
    if (session.takes_orders()) draw_accounts(scene, session);
    end_dialog();
    return changed;
}

bool SettingsPanel::draw_looks(const Scene& scene, DeskLook& look) {
    const DeskLook before = look;
    draw_heading(scene, "Theme");
    for (std::size_t index = 0; index < kThemeChoices; ++index) {
        const auto choice = static_cast<ThemeChoice>(index);
        if (draw_choice(scene, theme_choice_words(choice), look.theme == choice))
            look.theme = choice;
    }
    ImGui::NewLine();
    draw_heading(scene, "Rows");
    for (std::size_t index = 0; index < kSpacings; ++index) {
        const auto spacing = static_cast<Spacing>(index);
        if (draw_choice(scene, spacing_words(spacing), look.spacing == spacing))
            look.spacing = spacing;
    }
    ImGui::NewLine();
    draw_heading(scene, "What changes");
    for (const bool flash : {true, false}) {
        const char* const words = flash ? kFlashWords : kStillWords;
        if (draw_choice(scene, words, look.flash == flash)) look.flash = flash;
        remember_place(words);
    }
    ImGui::NewLine();
    return !(look == before);
}

void SettingsPanel::draw_layouts(const Scene& scene) {
    draw_heading(scene, "Layouts 1 to 9");
    for (const char* words : {kSaveWords, kLoadWords}) {
        if (draw_choice(scene, words, false)) tell_layout_file(words == kSaveWords);
        remember_place(words);
    }
    ImGui::NewLine();
}

void SettingsPanel::draw_profile(const Scene& scene) {
    draw_heading(scene, "This table's profile");
    if (draw_choice(scene, kProfileWords, false)) tell_profile_file();
    remember_place(kProfileWords);
    if (draw_choice(scene, kBackWords, false)) tell_close_profile();
    remember_place(kBackWords);
    ImGui::NewLine();
}

void SettingsPanel::remember_place(std::string_view words) {
    if (!seen_) return;
    const ImVec2 from = ImGui::GetItemRectMin();
    const ImVec2 to = ImGui::GetItemRectMax();
    places_.emplace_back(words, Area{from.x, from.y, to.x - from.x, to.y - from.y});
}

void SettingsPanel::say(std::string words) { refused_ = std::move(words); }

void SettingsPanel::draw_accounts(const Scene& scene, session::Session& session) {
    session::AccountAdmin& admin = session.admin();
    const session::AccountId account = session.scope();
    const bool one = account != session::kAllAccounts;
    draw_heading(scene, "New account");
    if (draw_entry(scene, created_, {.label = "Name of the new account", .placeholder = "name"},
                   "Create"))
        say(admin.create(created_.text()));
    const std::string shown =
        one ? "The account " + scene.accounts.words(account) : "The account: choose one first";
    draw_heading(scene, shown.c_str());
    if (draw_entry(scene, renamed_,
                   {.label = "New name of the account",
                    .placeholder = one ? "another name" : "",
                    .enabled = one},
                   "Rename"))
        say(admin.rename(account, renamed_.text()));
    if (draw_entry(scene, searched_,
                   {.label = "Find a person",
                    .placeholder = one ? "find a person to add: three letters" : "",
                    .keyboard = Keyboard::Search,
                    .enabled = one},
                   "Find"))
        say(admin.search(searched_.text()));
    draw_people(scene, session);
    words_ = refused_.empty() ? admin.outcome() : refused_;
    if (words_.empty() && admin.running() != session::AdminStep::None) words_ = "Asking…";
    ImGui::PushStyleColor(
        ImGuiCol_Text, !refused_.empty() || admin.failed() ? scene.theme.stale : scene.theme.text);
    ImGui::PushTextWrapPos(0);
    ImGui::TextUnformatted(words_.c_str());
    ImGui::PopTextWrapPos();
    ImGui::PopStyleColor();
}

void SettingsPanel::draw_people(const Scene& scene, session::Session& session) {
    session::AccountAdmin& admin = session.admin();
    const session::Person* chosen = nullptr;
    for (const session::Person& person : admin.people()) {
        std::string words = "Add " + person.full_name + " · " + person.logon_id;
        if (!person.department.empty()) words += " · " + person.department;
        if (ImGui::Button(words.c_str(), {0, scene.px(26)})) chosen = &person;
        remember_place(words);
    }
    if (chosen != nullptr) say(admin.add_user(session.scope(), *chosen));
}

}  // namespace nats_blotter::web

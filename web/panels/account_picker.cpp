// web/panels/account_picker.cpp - see web/panels/account_picker.h.
#include "web/panels/account_picker.h"

namespace nats_blotter::web {
namespace {

constexpr std::size_t kLinesMax = 12;

char lower(char letter) {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter + ('a' - 'A')) : letter;
}

// ASCII letters match in either case; anything else as it is.
bool contains(std::string_view text, std::string_view part) {
    const auto same = [](char a, char b) { return lower(a) == lower(b); };
    return std::search(text.begin(), text.end(), part.begin(), part.end(), same) != text.end();
}

void append_label(std::string& out, const Scene& scene, session::AccountId id) {
    if (id == session::kAllAccounts) {
        out += "All accounts";
        return;
    }
    const std::string_view name = scene.accounts.name(id);
    out += name.empty() ? std::string_view("Account") : name;
    out += " · ";
    out += std::to_string(id);
}

}  // namespace

void AccountPicker::open() {
    open_asked_ = true;
    find_.set_text("");
    find_.focus();
}

void AccountPicker::find_matches(const Scene& scene) {
    const std::string& wanted = find_.text();
    matches_.clear();
    if (contains("All accounts", wanted)) matches_.push_back(session::kAllAccounts);
    for (const session::Account& account : scene.accounts.in_order()) {
        if (contains(account.name, wanted) || contains(std::to_string(account.id), wanted)) {
            matches_.push_back(account.id);
        }
    }
}

std::optional<session::AccountId> AccountPicker::draw(const Scene& scene, const Area& area,
                                                      session::AccountId shown) {
    scratch_.clear();
    append_label(scratch_, scene, shown);
    ImGui::SetCursorScreenPos(area.top_left());
    ImGui::PushStyleVar(ImGuiStyleVar_ButtonTextAlign, {0, 0.5f});
    scratch_ += "##account";
    if (ImGui::Button(scratch_.c_str(), {area.width, area.height})) open();
    if (open_asked_) {
        open_asked_ = false;
        ImGui::OpenPopup("accounts");
    }
    ImGui::PopStyleVar();
    const float size = scene.px(kTextPx);
    draw_text(*ImGui::GetWindowDrawList(), scene.label_font, size,
              area.right() - scene.px(8) - size * 0.8f, area.y, area.bottom(), scene.theme.dim,
              "▾");

    std::optional<session::AccountId> chosen;
    ImGui::SetNextWindowPos({area.x, area.bottom() + scene.px(2)});
    ImGui::SetNextWindowSize({std::max(area.width, scene.px(260)), 0});
    ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {scene.px(8), scene.px(8)});
    const bool open = ImGui::BeginPopup("accounts", ImGuiWindowFlags_NoMove);
    ImGui::PopStyleVar();
    if (open) {
        chosen = draw_list(scene, shown);
        if (chosen) ImGui::CloseCurrentPopup();
        ImGui::EndPopup();
    }
    was_open_ = open;
    return chosen;
}

std::optional<session::AccountId> AccountPicker::draw_list(const Scene& scene,
                                                           session::AccountId shown) {
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const Area field{at.x, at.y, ImGui::GetContentRegionAvail().x, scene.px(28)};
    const TextFieldNews news = find_.draw(scene, field,
                                          {.label = "Account",
                                           .placeholder = "find by name or number",
                                           .hint = hint_,
                                           .keyboard = Keyboard::Search,
                                           .takes_arrows = true,
                                           .takes_tab = true,
                                           .enter_leaves = true});
    ImGui::SetCursorScreenPos({at.x, field.bottom() + scene.px(4)});
    const bool changed = news.changed || !was_open_;
    find_matches(scene);
    if (changed) {
        marked_ = 0;
        if (find_.text().empty()) {
            const auto found = std::find(matches_.begin(), matches_.end(), shown);
            if (found != matches_.end()) {
                marked_ = static_cast<std::size_t>(found - matches_.begin());
            }
        }
    }
    const bool moved = move_mark(news) || changed;
    if (news.escaped || news.tab != 0 || ImGui::IsKeyPressed(ImGuiKey_Escape))
        ImGui::CloseCurrentPopup();

    std::optional<session::AccountId> chosen;
    if (news.entered && marked_ < matches_.size()) chosen = matches_[marked_];
    const std::size_t lines = std::clamp<std::size_t>(matches_.size(), 1, kLinesMax);
    ImGui::BeginChild("list",
                      {0, static_cast<float>(lines) * ImGui::GetTextLineHeightWithSpacing()});
    for (std::size_t index = 0; index < matches_.size(); ++index) {
        scratch_.clear();
        append_label(scratch_, scene, matches_[index]);
        if (ImGui::Selectable(scratch_.c_str(), index == marked_)) chosen = matches_[index];
        if (moved && index == marked_) ImGui::SetScrollHereY();
    }
    if (matches_.empty()) ImGui::TextDisabled("No account matches.");
    ImGui::EndChild();
    say_marked(scene);
    return chosen;
}

// By the field's arrows, or by the canvas's when the list was clicked.
bool AccountPicker::move_mark(const TextFieldNews& news) {
    std::int64_t lines = news.lines + news.pages * std::int64_t(kLinesMax);
    if (ImGui::IsKeyPressed(ImGuiKey_DownArrow)) ++lines;
    if (ImGui::IsKeyPressed(ImGuiKey_UpArrow)) --lines;
    if (lines == 0 || matches_.empty()) return false;
    const auto last = static_cast<std::int64_t>(matches_.size()) - 1;
    marked_ = static_cast<std::size_t>(
        std::clamp<std::int64_t>(static_cast<std::int64_t>(marked_) + lines, 0, last));
    return true;
}

// What the list shows is told to who does not see it.
void AccountPicker::say_marked(const Scene& scene) {
    hint_.clear();
    if (matches_.empty()) {
        hint_ = "No account matches.";
    } else {
        append_label(hint_, scene, matches_[marked_]);
    }
}

}  // namespace nats_blotter::web

// web/panels/account_picker.cpp - see web/panels/account_picker.h.
#include "web/panels/account_picker.h"

#include <cstring>

namespace nats_blotter::web {
namespace {

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

void AccountPicker::find_matches(const Scene& scene) {
    const std::string_view wanted(filter_);
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
    if (open_asked_) {
        open_asked_ = false;
        ImGui::OpenPopup("accounts");
    }
    ImGui::PushStyleVar(ImGuiStyleVar_ButtonTextAlign, {0, 0.5f});
    scratch_ += "##account";
    if (ImGui::Button(scratch_.c_str(), {area.width, area.height})) ImGui::OpenPopup("accounts");
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
    bool changed = false;
    if (!was_open_) {
        filter_[0] = 0;
        changed = true;
        ImGui::SetKeyboardFocusHere();
    }
    ImGui::SetNextItemWidth(-1);
    const bool entered =
        ImGui::InputTextWithHint("##find", "find by name or number", filter_, sizeof filter_,
                                 ImGuiInputTextFlags_EnterReturnsTrue);
    changed = changed || ImGui::IsItemEdited();
    find_matches(scene);
    if (changed) {
        marked_ = 0;
        if (filter_[0] == 0) {
            const auto found = std::find(matches_.begin(), matches_.end(), shown);
            if (found != matches_.end()) {
                marked_ = static_cast<std::size_t>(found - matches_.begin());
            }
        }
    }
    bool moved = changed;
    if (ImGui::IsKeyPressed(ImGuiKey_DownArrow) && marked_ + 1 < matches_.size()) {
        ++marked_;
        moved = true;
    }
    if (ImGui::IsKeyPressed(ImGuiKey_UpArrow) && marked_ > 0) {
        --marked_;
        moved = true;
    }
    if (ImGui::IsKeyPressed(ImGuiKey_Escape)) ImGui::CloseCurrentPopup();

    std::optional<session::AccountId> chosen;
    if (entered && marked_ < matches_.size()) chosen = matches_[marked_];
    const std::size_t lines = std::clamp<std::size_t>(matches_.size(), 1, 12);
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
    return chosen;
}

}  // namespace nats_blotter::web

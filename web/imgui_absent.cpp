// web/imgui_absent.cpp - parts of Dear ImGui that the page does without, so that it need not carry
// them: 70 kB of code that its frame loop refers to, and that a blotter never reaches.
//
// The library's functions are weak (cmake/find_imgui.cmake); what is defined here takes their
// place. Whoever wants one of the widgets that go through here deletes its line.
#include "base/assert.h"
#include "imgui_internal.h"

namespace {

// Called only by widgets that are not used.
[[noreturn]] void absent() { __builtin_trap(); }

}  // namespace

namespace ImGui {

// ---- recovery from unbalanced calls: in our own code those are bugs, and stop the page

// Not ErrorRecoveryStoreState: PopFocusScope() reads what it stores.
void ErrorRecoveryTryToRecoverState(const ImGuiErrorRecoveryState*) {}
void ErrorRecoveryTryToRecoverWindowState(const ImGuiErrorRecoveryState*) {}
void ErrorCheckEndFrameFinalizeErrorTooltip() {}
bool ErrorLog(const char*) { return true; }

// ---- .ini files: the page keeps its own view state

void MarkIniSettingsDirty() {}
void MarkIniSettingsDirty(ImGuiWindow*) {}
void LoadIniSettingsFromMemory(const char*, std::size_t) { absent(); }
const char* SaveIniSettingsToMemory(std::size_t*) { absent(); }
ImGuiWindowSettings* FindWindowSettingsByID(ImGuiID) { return nullptr; }
ImGuiWindowSettings* FindWindowSettingsByWindow(ImGuiWindow*) { return nullptr; }
ImGuiWindowSettings* CreateNewWindowSettings(const char*) { absent(); }
void TableSettingsAddSettingsHandler() {}
void AddSettingsHandler(const ImGuiSettingsHandler*) {}

// ---- keys from widget to widget: web/keys.cpp says what keys do

void NavMoveRequestApplyResult() {}
void NavMoveRequestTryWrapping(ImGuiWindow*, ImGuiNavMoveFlags) {}
void RenderNavCursor(const ImRect&, ImGuiID, ImGuiNavRenderCursorFlags) {}
bool Shortcut(ImGuiKeyChord, ImGuiInputFlags, ImGuiID) { return false; }
const char* GetKeyChordName(ImGuiKeyChord) { absent(); }

// ---- looks: web/theme.cpp sets every colour, the browser draws the pointer, no window of ours has
// a title bar

void StyleColorsDark(ImGuiStyle*) {}
void RenderMouseCursor(ImVec2, float, ImGuiMouseCursor, ImU32, ImU32, ImU32) {}
void RenderArrow(ImDrawList*, ImVec2, ImU32, ImGuiDir, float) { absent(); }
bool CloseButton(ImGuiID, const ImVec2&) { absent(); }
// Of the window that the library keeps for itself and never shows.
bool CollapseButton(ImGuiID, const ImVec2&) { return false; }
bool BeginTooltipEx(ImGuiTooltipFlags, ImGuiWindowFlags) { absent(); }
void SetTooltip(const char*, ...) { absent(); }
void SeparatorTextEx(ImGuiID, const char*, const char*, float) { absent(); }

// ---- copies of the screen as text

void LogRenderedText(const ImVec2*, const char*, const char*) {}
void LogToClipboard(int) {}
void LogSetNextTextDecoration(const char*, const char*) {}
void LogFinish() {}
void LogText(const char*, ...) {}

// ---- tables and columns: web/panels/table_panel.cpp draws its own

void EndTable() { absent(); }
void TableBeginCell(ImGuiTable*, int) { absent(); }
void TableEndCell(ImGuiTable*) { absent(); }
void TableEndRow(ImGuiTable*) { absent(); }
void TableGcCompactTransientBuffers(ImGuiTable*) {}
void TableGcCompactTransientBuffers(ImGuiTableTempData*) {}
void TableGcCompactSettings() {}
void EndColumns() { absent(); }
void PushColumnsBackground() { absent(); }
void PopColumnsBackground() { absent(); }
void TablePushBackgroundChannel() { absent(); }
void TablePopBackgroundChannel() { absent(); }

// ---- tabs, menus, trees, selection of many, colour pickers

void EndTabBar() { absent(); }
void EndMenuBar() { absent(); }
void EndMenu() { absent(); }
bool BeginMenuBar() { absent(); }
ImGuiMultiSelectIO* EndMultiSelect() { absent(); }
void MultiSelectItemHeader(ImGuiID, bool*, ImGuiButtonFlags*) { absent(); }
void MultiSelectItemFooter(ImGuiID, bool*, bool*) { absent(); }
void ColorTooltip(const char*, const float*, ImGuiColorEditFlags) { absent(); }
void ColorEditOptionsPopup(const float*, ImGuiColorEditFlags) { absent(); }
void ColorPickerOptionsPopup(const float*, ImGuiColorEditFlags) { absent(); }

// ---- dragging things into one another

void ClearDragDrop() {}
bool BeginTooltipHidden() { absent(); }

// ---- the library's own tools

void ShowFontAtlas(ImFontAtlas*) { absent(); }
void DebugLog(const char*, ...) {}
void DebugLogV(const char*, va_list) {}

}  // namespace ImGui

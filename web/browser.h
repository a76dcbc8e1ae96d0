// web/browser.h - the browser as plain functions: clocks, tasks, a timer, frames, words to the
// shell.
//
// Every call from JavaScript into this program goes through `Module.guard` (installed here), which
// turns a trap into the shell's crash text and lets nothing in afterwards.
#pragma once

#include <cstddef>
#include <string_view>

#include "base/clock.h"

namespace nats_blotter::web {

// Installs the guard. Call before anything else here.
void browser_init();

MonotonicUs monotonic_now();
EpochMs epoch_now_ms();
bool reduced_motion();
bool prefers_dark();
bool forced_colors();
bool page_hidden();
std::size_t heap_bytes();
// A seed that differs from page to page; decides nothing but when redials happen.
std::uint64_t random_seed();

// Runs nb_pump_task as a task of its own, soon, in hidden tabs too.
void post_pump_task();

// The same after `delay_ms`; for pages in sight only, as timers hardly run in others.
void post_pump_task_later(double delay_ms);

// Runs nb_timer at `delay_ms` from now; replaces the one that was set. Negative: none.
void set_timer(double delay_ms);

// Runs nb_frame before the next paint, once for each call; never in a hidden tab.
void request_frame();

// The user wants layout `number` saved, or shown.
void tell_layout(int number, bool save);

// The user wants the saved layouts as a file, or those of a file.
void tell_layout_file(bool save);

// Shows the view as an HTML table over the canvas.
void show_plain_table();

// Words to the shell, which hears them after the present task.
void tell_status(std::string_view status, std::string_view cause);
void tell_account(double account);
// To be spoken: what became of a ticket, or of a change of accounts.
void tell_words(std::string_view words);
// In place of a table's name: the messages of the inspector. No table's name has a blank.
inline constexpr std::string_view kInspectorExport = "inspected messages";
// The user wants a file of this table's rows, "csv" or "ndjson".
void tell_export(std::string_view table, std::string_view format);
// The user wants a table of a feed by this profile text; the words say what it is.
void tell_open_profile(std::string_view text, std::string_view words);
// The user wants this column of an opened table to name its rows, or no longer.
void tell_key(std::string_view table, std::string_view field);
// The user wants back from it, or its profile as a file.
void tell_close_profile();
void tell_profile_file();
// Copies what is selected, as the key for it does.
void copy_selection();

}  // namespace nats_blotter::web

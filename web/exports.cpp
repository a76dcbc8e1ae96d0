// web/exports.cpp - every function that JavaScript calls: shell/nats-blotter.js, and the EM_JS of
// this folder.
//
// Text comes in through one buffer (nb_text_in, then the call) and goes out through another (the
// call answers its bytes, nb_answer where they are). Both are good until the next call.
#include <emscripten.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/json_text.h"
#include "base/number_text.h"
#include "table/format.h"
#include "web/app.h"
#include "web/browser.h"
#include "web/credentials.h"
#include "web/text_field.h"

namespace nats_blotter::web {
namespace {

std::unique_ptr<App> app;  // one for each instance of the module, so one for each element
std::string text_in;
std::string answer;
std::vector<table::SortKey> sort_keys;

std::size_t table_named_by_text_in() { return app->session().table_index(text_in); }

void append_row(std::string& out, const table::Table& table, table::RowId row, bool exact) {
    out += '{';
    const feed::TableSpec& spec = table.spec();
    for (std::size_t column = 0; column < spec.columns.size(); ++column) {
        if (column > 0) out += ',';
        append_json_string(out, spec.columns[column].field);
        out += ':';
        table::append_json(out, spec.columns[column], table.cell(row, column), exact);
    }
    if (table.is_phantom(row)) out += ",\"_phantom\":true";
    if (table.is_broken(row)) out += ",\"_break\":true";
    out += '}';
}

}  // namespace
}  // namespace nats_blotter::web

using namespace nats_blotter;
using web::app;

extern "C" {

// ---- text

EMSCRIPTEN_KEEPALIVE char* nb_text_in(std::size_t bytes) {
    web::text_in.resize(bytes);
    return web::text_in.data();
}

EMSCRIPTEN_KEEPALIVE const char* nb_answer() { return web::answer.data(); }

// ---- the element

// Before anything else: the JavaScript side of the program, which the text calls need too.
EMSCRIPTEN_KEEPALIVE void nb_init() { web::browser_init(); }

// Starts with the options in the text. Answers 0, or the bytes of the words that say why not.
EMSCRIPTEN_KEEPALIVE std::size_t nb_start() {
    web::ParsedOptions parsed = web::options_from_json(web::text_in);
    web::answer = parsed.error;
    if (!web::answer.empty()) return web::answer.size();
    app = std::make_unique<web::App>(std::move(parsed.options));
    web::answer = app->start();
    if (!web::answer.empty()) app.reset();
    return web::answer.size();
}

// Frees everything; the instance is of no use after it.
EMSCRIPTEN_KEEPALIVE void nb_destroy() { app.reset(); }

EMSCRIPTEN_KEEPALIVE std::size_t nb_status() {
    web::answer = session::status_name(app->session().status());
    return web::answer.size();
}

EMSCRIPTEN_KEEPALIVE std::size_t nb_cause() {
    web::answer = app->session().cause();
    return web::answer.size();
}

EMSCRIPTEN_KEEPALIVE double nb_account() { return static_cast<double>(app->session().scope()); }

EMSCRIPTEN_KEEPALIVE void nb_set_account(double account) {
    app->set_account(static_cast<session::AccountId>(account));
}

EMSCRIPTEN_KEEPALIVE void nb_set_theme() {
    app->set_theme(web::theme_choice_from_name(web::text_in));
}

// The late faces of web/fonts.h behind one another, in the order they are named there.
EMSCRIPTEN_KEEPALIVE void nb_faces(std::size_t text_bytes, std::size_t latin_bytes) {
    const std::string& faces = web::text_in;
    app->add_faces({.text = faces.substr(0, text_bytes),
                    .latin = faces.substr(text_bytes, latin_bytes),
                    .symbol = faces.substr(text_bytes + latin_bytes)});
}

EMSCRIPTEN_KEEPALIVE void nb_resync() { app->resync(); }
EMSCRIPTEN_KEEPALIVE void nb_set_paused(int paused) { app->set_paused(paused != 0); }
// The text is words for the user.
EMSCRIPTEN_KEEPALIVE void nb_note(int trouble) { app->note(web::text_in, trouble != 0); }
EMSCRIPTEN_KEEPALIVE void nb_wake_up() { app->wake_up(); }
EMSCRIPTEN_KEEPALIVE void nb_hidden() { app->on_hidden(); }
EMSCRIPTEN_KEEPALIVE void nb_close() { app->close(); }

EMSCRIPTEN_KEEPALIVE std::size_t nb_stats() {
    web::answer.clear();
    app->append_stats_json(web::answer);
    return web::answer.size();
}

EMSCRIPTEN_KEEPALIVE std::size_t nb_tables() {
    std::string& out = web::answer;
    out = "[";
    for (std::size_t index = 0; index < app->session().table_count(); ++index) {
        if (index > 0) out += ',';
        append_json_string(out, app->session().table(index).spec().name);
    }
    out += ']';
    return out.size();
}

// Of the table named in the text; 0 bytes when there is none.
EMSCRIPTEN_KEEPALIVE std::size_t nb_columns() {
    std::string& out = web::answer;
    out.clear();
    const std::size_t table = web::table_named_by_text_in();
    if (table >= app->session().table_count()) return 0;
    out = "[";
    for (const feed::ColumnSpec& column : app->session().table(table).spec().columns) {
        if (out.size() > 1) out += ',';
        out += "{\"field\":";
        append_json_string(out, column.field);
        out += ",\"title\":";
        append_json_string(out, column.title);
        out += ",\"type\":";
        append_json_string(out, column.type_name());
        out += '}';
    }
    out += ']';
    return out.size();
}

// -1 when there is no such table.
EMSCRIPTEN_KEEPALIVE double nb_row_count() {
    const std::size_t table = web::table_named_by_text_in();
    if (table >= app->session().table_count()) return -1;
    app->session().refresh_views();
    return static_cast<double>(app->session().view(table).size());
}

EMSCRIPTEN_KEEPALIVE std::size_t nb_rows(double start, double count, int exact) {
    std::string& out = web::answer;
    out.clear();
    const std::size_t index = web::table_named_by_text_in();
    if (index >= app->session().table_count()) return 0;
    app->session().refresh_views();
    const table::View& view = app->session().view(index);
    const double size = static_cast<double>(view.size());
    const auto first = static_cast<std::size_t>(std::min(start, size));
    const auto end = static_cast<std::size_t>(std::min(start + count, size));
    out = "[";
    for (std::size_t position = first; position < end; ++position) {
        if (position > first) out += ',';
        web::append_row(out, app->session().table(index), view.row_at(position), exact != 0);
    }
    out += ']';
    return out.size();
}

// The keys of the next nb_set_sort, the first key first.
EMSCRIPTEN_KEEPALIVE void nb_add_sort_key(unsigned column, int descending) {
    web::sort_keys.push_back({static_cast<std::uint16_t>(column), descending != 0});
}

// Of the table named in the text. nb_rearrange() until it answers 1 makes it so.
EMSCRIPTEN_KEEPALIVE void nb_set_sort() {
    app->set_sort(web::table_named_by_text_in(), std::exchange(web::sort_keys, {}));
}

// The text is the name of a table, a line feed and the words of the filter.
EMSCRIPTEN_KEEPALIVE void nb_set_filter() {
    const std::string words = web::text_in.substr(web::text_in.find('\n') + 1);
    web::text_in.resize(web::text_in.size() - words.size() - 1);
    app->set_filter(web::table_named_by_text_in(), words);
}

// As App::append_view_state_json().
EMSCRIPTEN_KEEPALIVE std::size_t nb_view_state() {
    web::answer.clear();
    app->append_view_state_json(web::answer);
    return web::answer.size();
}

// The text is a view state. 0 when it is no JSON object; else as for nb_set_sort.
EMSCRIPTEN_KEEPALIVE int nb_set_view_state() { return app->set_view_state(web::text_in) ? 1 : 0; }

// Rises with every change of the view state.
EMSCRIPTEN_KEEPALIVE double nb_view_version() { return static_cast<double>(app->view_version()); }

// What is selected: TSV, a zero byte, HTML, or text alone; 0 bytes for nothing.
EMSCRIPTEN_KEEPALIVE std::size_t nb_copy() {
    web::answer.clear();
    app->append_copy(web::answer);
    return web::answer.size();
}

// Begins an export of the table named in the text; answers its name.
EMSCRIPTEN_KEEPALIVE std::size_t nb_export_begin(int csv) {
    if (web::text_in == web::kInspectorExport) {
        app->begin_inspector_export();
        web::answer = web::kInspectorExport;
        return web::answer.size();
    }
    const std::size_t table = web::table_named_by_text_in();
    app->begin_export(table,
                      csv != 0 ? web::RowExport::Format::Csv : web::RowExport::Format::Ndjson);
    web::answer = app->export_name(table);
    return web::answer.size();
}

// The next piece of it, of about this many bytes; an empty one is the end.
EMSCRIPTEN_KEEPALIVE std::size_t nb_export_some(std::size_t bytes) {
    web::answer.clear();
    while (app->append_export(web::answer, bytes) && web::answer.empty()) continue;
    return web::answer.size();
}

EMSCRIPTEN_KEEPALIVE int nb_rearrange() { return app->rearrange() ? 1 : 0; }

// ---- ws_transport.cpp

EMSCRIPTEN_KEEPALIVE void nb_socket_open(unsigned generation) { app->on_socket_open(generation); }

EMSCRIPTEN_KEEPALIVE void nb_socket_waiting(unsigned generation, std::size_t bytes) {
    app->on_socket_waiting(generation, bytes);
}

EMSCRIPTEN_KEEPALIVE void nb_socket_text(unsigned generation) { app->on_socket_text(generation); }

// The close reason is the text.
EMSCRIPTEN_KEEPALIVE void nb_socket_closed(unsigned generation, int code, int was_clean) {
    app->on_socket_closed(generation,
                          {static_cast<std::uint16_t>(code), was_clean != 0, web::text_in});
}

// ---- credentials.cpp

// The text is as credentials_from_text() takes it. No secret stays behind in it.
EMSCRIPTEN_KEEPALIVE void nb_credentials(unsigned generation) {
    nats::Credentials credentials = web::credentials_from_text(web::text_in);
    std::fill(web::text_in.begin(), web::text_in.end(), '\0');
    app->on_credentials(generation, std::move(credentials));
}

// The text is the signature of the nonce as base64url.
EMSCRIPTEN_KEEPALIVE void nb_signature(unsigned generation) {
    app->on_signature(generation, web::text_in);
}

// The text says why there are none, or no signature.
EMSCRIPTEN_KEEPALIVE void nb_credentials_failed(unsigned generation) {
    app->on_no_credentials(generation, web::text_in);
}

// ---- rest_fetch.cpp

// The header X-Since is the text.
EMSCRIPTEN_KEEPALIVE void nb_fetch_head(unsigned fetch) { app->on_fetch_head(fetch, web::text_in); }

EMSCRIPTEN_KEEPALIVE void nb_fetch_waiting(std::size_t bytes) { app->on_fetch_waiting(bytes); }

EMSCRIPTEN_KEEPALIVE void nb_fetch_end(unsigned fetch, int http_status) {
    app->on_fetch_end(fetch, http_status, web::text_in);
}

// ---- browser.cpp

EMSCRIPTEN_KEEPALIVE void nb_pump_task() { app->on_pump_task(); }
EMSCRIPTEN_KEEPALIVE void nb_timer() { app->on_timer(); }
EMSCRIPTEN_KEEPALIVE void nb_frame() { app->on_frame(); }

// ---- platform_dom.cpp, text_field.cpp, renderer_webgl.cpp

// Answers 0 when it is to be asked again.
EMSCRIPTEN_KEEPALIVE int nb_take_gpu() { return app->take_gpu() ? 1 : 0; }
EMSCRIPTEN_KEEPALIVE void nb_gpu_told(int in_time) { app->on_gpu_told(in_time != 0); }

EMSCRIPTEN_KEEPALIVE void nb_resize(int width, int height, double density) {
    app->on_resize(width, height, static_cast<float>(density));
}

EMSCRIPTEN_KEEPALIVE void nb_visible(int visible) { app->on_visible(visible != 0); }

EMSCRIPTEN_KEEPALIVE void nb_pointer_move(double x, double y) {
    app->platform().on_pointer_move(static_cast<float>(x), static_cast<float>(y));
    app->on_input();
}

EMSCRIPTEN_KEEPALIVE void nb_pointer_button(int button, int down) {
    app->platform().on_pointer_button(button, down != 0);
    app->on_input();
}

EMSCRIPTEN_KEEPALIVE void nb_modifiers(int modifiers) {
    app->platform().on_modifiers(modifiers);
    app->on_input();
}

EMSCRIPTEN_KEEPALIVE void nb_pointer_leave() {
    app->platform().on_pointer_leave();
    app->on_input();
}

EMSCRIPTEN_KEEPALIVE void nb_wheel(double x_px, double y_px) {
    app->platform().on_wheel(static_cast<float>(x_px), static_cast<float>(y_px));
    app->on_input();
}

// `letter` is the character typed, 0 for none. Answers 1 where the key is the program's.
EMSCRIPTEN_KEEPALIVE int nb_key(int key, int down, int modifiers, unsigned letter) {
    const bool used = down != 0 && app->on_key_down(key, modifiers, letter);
    app->platform().on_key(key, down != 0, modifiers);
    app->on_input();
    return used ? 1 : 0;
}

// The text of the field is the text; `what` is a FieldEvent.
EMSCRIPTEN_KEEPALIVE void nb_field(int field, int what) {
    web::on_field_event(field, static_cast<web::FieldEvent>(what), web::text_in);
    app->on_input();
}

// `focus` is a Focus.
EMSCRIPTEN_KEEPALIVE void nb_focus(int focus) {
    app->platform().on_focus(static_cast<web::Focus>(focus));
    app->on_input();
}

EMSCRIPTEN_KEEPALIVE void nb_look_changed() { app->on_look_changed(); }
EMSCRIPTEN_KEEPALIVE void nb_context_lost() { app->on_context_lost(); }
EMSCRIPTEN_KEEPALIVE void nb_context_restored() { app->on_context_restored(); }

}  // extern "C"

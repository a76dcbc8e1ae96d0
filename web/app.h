// web/app.h - the program of one element: joins the session to sockets, fetches, time and pixels.
//
// Everything the browser tells comes in through the on_* functions, which enqueue, let the session
// act and end in settle(); frame() only draws, and only what is not on the screen already.
// web/exports.cpp is the list of who calls what.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "session/session.h"
#include "table/finder.h"
#include "web/account_names.h"
#include "web/browser.h"
#include "web/desk_look.h"
#include "web/figures_dom.h"
#include "web/find_words.h"
#include "web/fonts.h"
#include "web/frame_pace.h"
#include "web/frame_times.h"
#include "web/grid_text.h"
#include "web/keys.h"
#include "web/local_zone.h"
#include "web/log_book.h"
#include "web/options.h"
#include "web/panels/dock_panel.h"
#include "web/panels/filter_bar.h"
#include "web/panels/find_bar.h"
#include "web/panels/header_panel.h"
#include "web/panels/help_panel.h"
#include "web/panels/inspector.h"
#include "web/panels/log_panel.h"
#include "web/panels/notice_panel.h"
#include "web/panels/settings_panel.h"
#include "web/panels/stats_panel.h"
#include "web/panels/table_menus.h"
#include "web/panels/table_panel.h"
#include "web/panels/ticket_panel.h"
#include "web/panels/toasts.h"
#include "web/platform_dom.h"
#include "web/pump.h"
#include "web/rest_fetch.h"
#include "web/scene.h"
#include "web/stage.h"
#include "web/table_look.h"
#include "web/targets.h"
#include "web/ws_transport.h"

namespace nats_blotter::web {

class App {
  public:
    explicit App(PageOptions options);
    ~App();
    App(const App&) = delete;
    App& operator=(const App&) = delete;

    // Empty, or why it cannot run. After words only the destructor may follow.
    std::string start();

    // ---- the socket (ws_transport.cpp)
    void on_socket_open(nats::Generation generation);
    // Bytes came when none waited, or enough or too many wait: `bytes` in all.
    void on_socket_waiting(nats::Generation generation, std::size_t bytes);
    void on_socket_text(nats::Generation generation);
    void on_socket_closed(nats::Generation generation, const nats::CloseReport& report);

    // ---- who the user is (credentials.cpp)
    void on_credentials(nats::Generation generation, nats::Credentials credentials);
    void on_signature(nats::Generation generation, std::string_view signature);
    void on_no_credentials(nats::Generation generation, std::string_view words);

    // ---- fetches (rest_fetch.cpp)
    void on_fetch_head(session::FetchId fetch, std::string_view since_header);
    void on_fetch_waiting(std::size_t bytes);  // of all answers
    void on_fetch_end(session::FetchId fetch, int http_status, std::string_view words);

    // ---- time (browser.cpp)
    void on_pump_task();
    void on_timer();
    void frame();
    void on_frame();  // that was asked for

    // ---- the canvas (platform_dom.cpp, renderers)
    Platform& platform() { return platform_; }
    void on_input();  // after any event that was put into platform()
    // Answers whether the key is the program's; see app_keys.cpp.
    bool on_key_down(int key, int modifiers, std::uint32_t letter);
    void on_resize(int width, int height, float density);
    void on_visible(bool visible);  // scrolled into sight or out of it
    void on_context_lost();
    void on_context_restored();
    void on_gpu_told(bool in_time);
    // With `auto`: looks for a real GPU, once, and goes over to it. False when it is to be asked
    // again, as the user is in the middle of a drag.
    bool take_gpu();
    void on_look_changed();

    // ---- the element (shell/nats-blotter.js)
    void set_account(session::AccountId account);
    void set_theme(ThemeChoice choice);
    // The faces that are not in the program, TrueType; any may be empty. Once.
    void add_faces(LateFaces faces);
    // As the user would; a large table is rearranged by and by.
    void set_sort(std::size_t table, std::vector<table::SortKey> keys);
    void set_filter(std::size_t table, std::string_view text);
    // How the user wants to see things: {"account":…,"desk":{…},"tables":{"trades":{…}}}.
    void append_view_state_json(std::string& out) const;
    // Takes of it what it knows. False, and nothing changed, where it is no JSON object.
    bool set_view_state(std::string_view json);
    // What leaves the tables as text (app_text.cpp).
    void append_copy(std::string& out);
    void begin_export(std::size_t index, RowExport::Format format);
    // The messages of the inspector that match its filter, as NDJSON; append_export() goes on.
    void begin_inspector_export();
    // As RowExport::append_some(), of the export that was begun last.
    bool append_export(std::string& out, std::size_t bytes);
    std::string export_name(std::size_t index) const;
    // Rises whenever the user, or set_view_state(), changed some of it.
    std::uint64_t view_version() const { return view_version_; }
    // Works at that for some milliseconds, frames or not; true when all views are as wanted.
    bool rearrange();
    void resync();
    // As its button: what is shown stays, while the rows go on behind it.
    void set_paused(bool paused);
    // Words for the user, on the screen for some seconds and in the log.
    void note(std::string_view words, bool trouble);
    void wake_up();
    void on_hidden();
    void close();
    session::Session& session() { return session_; }
    void append_stats_json(std::string& out);

  private:
    // Keys of one frame: more than a second of a key held down.
    static constexpr std::size_t kCommandsMax = 64;

    // After anything happened: carry out what the session wants, tell, and arrange to be called
    // again.
    void settle(MonotonicUs now);
    void carry_out(MonotonicUs now);
    void act(MonotonicUs now);
    void tell(MonotonicUs now);
    void arm_timer(MonotonicUs now);
    std::uint64_t data_version() const;

    // When a frame is due (app_frames.cpp).
    void ask_frame();
    void want_frames(int count);      // whether anything changed or not
    void want_look(MonotonicUs now);  // data changed, in sight or out of it
    bool is_seen() const;
    bool must_draw(MonotonicUs now) const;
    void plan_next_frame(MonotonicUs started);
    MonotonicUs next_frame_deadline() const;
    void on_frame_deadline(MonotonicUs now);
    void update_figures(MonotonicUs now);
    void switch_renderer();

    // The parts of frame(), in its order.
    void begin_frame(MonotonicUs now);
    void lay_out(const Scene& scene);
    bool take_snapshots(const Scene& scene);  // true: something in sight is not as it was drawn
    void handle_input(const Scene& scene);
    void draw_header(const Scene& scene);
    void draw_notice(const Scene& scene);
    void draw_filter_bar(const Scene& scene);
    void draw_tables(const Scene& scene);
    void end_frame(MonotonicUs started, bool asked);

    // Around the tables (app_desk.cpp).
    float desk_height(const Scene& scene) const;
    void lay_out_desk(const Scene& scene);
    void draw_splitters(const Scene& scene);
    void draw_desk(const Scene& scene);
    void draw_dock(const Scene& scene);
    bool inspects() const;  // the Inspector is open
    bool inspector_has_keys() const;
    void open_table();
    // Of an opened table: the column names its rows, or no longer.
    void choose_key(std::size_t index, std::size_t column);
    void find_marks(const Scene& scene);
    void draw_marks(const Scene& scene);
    std::vector<StatGroup> stat_groups(MonotonicUs now) const;
    void note_happenings(MonotonicUs now);
    void note_lacking(const session::Stats& stats, MonotonicUs now);
    void note_tickets(MonotonicUs now);
    void note_away(MonotonicUs now);
    void note_status(MonotonicUs now);
    MonotonicUs desk_due(MonotonicUs now) const;
    void append_desk_json(std::string& out) const;
    void toggle_pause(MonotonicUs now);
    void go_on();
    std::uint64_t waiting(MonotonicUs now) const;

    Scene make_scene(MonotonicUs now);
    NoticeModel notice_model() const;
    EpochMs lacks_since_ms() const;
    TableState table_state(std::size_t index) const;
    bool is_loading() const;  // something in sight counts the seconds it takes
    bool is_filling() const;
    void load_fonts();
    void choose_account(session::AccountId account);
    void append_layout_json(std::string& out) const;

    // The tables as the user wants them (app_grid.cpp).
    void start_looks();
    void apply_sort(std::size_t index);
    void apply_filter(std::size_t index);
    void apply_group(std::size_t index);
    void group_by_scope();
    bool fold(Command command);
    void apply_wish(std::size_t index, const TableWish& wish);
    void look_changed();
    void draw_menus(const Scene& scene);
    void cross_link(std::size_t from);
    void select_linked(std::size_t to, const table::Table& table, table::RowId row,
                       const std::string& value);
    void size_column(int steps);
    void clear_in_table();
    void plan_filter_move(MonotonicUs now);
    void move_filters(MonotonicUs now);

    // The search in a table (app_find.cpp).
    void open_find();
    void close_find();
    void begin_find();
    void end_find();
    void refresh_find(std::size_t index);
    table::RowId find_focus() const;
    std::size_t find_start();
    void seek(int step);
    void work_find(const Scene& scene);
    void show_match(table::RowId row);
    std::string find_words();
    void draw_find(const Scene& scene, const Area& area);

    // What keys do (app_keys.cpp).
    bool takes(const KeyCommand& command);
    bool move_focus(bool onwards);
    void run_commands(const Scene& scene);
    void run_command(const Scene& scene, const KeyCommand& command);
    bool focus_field_of(Command command);
    bool answer_ticket(const KeyStroke& stroke);
    bool can_open_table() const;
    std::optional<InspectorPanel::Move> inspector_move(Command command) const;
    bool takes_in_table(const KeyCommand& command);
    void run_in_table(const KeyCommand& command);
    void next_theme();
    void choose_theme(ThemeChoice choice);
    void next_spacing();
    ThemeChoice theme_now() const;

    PageOptions options_;
    session::Session session_;
    WsTransport transport_;
    RestFetch rest_;
    Pump pump_;
    Platform platform_;
    Stage stage_;
    FiguresDom figures_;

    const Theme* theme_ = nullptr;
    ImFont* label_font_ = nullptr;
    ImFont* cell_font_ = nullptr;
    LateFaces faces_;
    bool late_faces_ = false;
    unsigned faces_refused_ = 0;  // came, but not as the build made them
    bool started_ = false;
    bool look_stale_ = true;  // style to be made anew: theme or density changed
    bool closed_ = false;
    bool visible_ = true;
    MonotonicUs surroundings_at_ = INT64_MIN / 2;  // when the next two were asked for
    TimeZone zone_ = local_time_zone();
    bool motion_ = true;

    // View state.
    DeskLook look_;
    std::vector<KeyCommand> commands_;  // of keys, for the next frame
    HelpPanel help_;
    HeaderPanel header_;
    NoticePanel notice_;
    TicketPanel ticket_;
    DockPanel dock_;
    StatsPanel stats_panel_;
    LogPanel log_panel_;
    InspectorPanel inspector_;
    std::uint64_t drawn_inspected_ = 0;  // its version, drawn
    SettingsPanel settings_;
    Toasts toasts_;
    LogBook log_;
    std::uint64_t paused_events_ = 0;  // of the stream, when the view was held still
    FilterBar filter_bar_;
    FindBar find_bar_;
    struct Find {
        std::size_t table = 0;
        std::optional<table::Finder> finder;  // while there are words
        FindWords words;
        // Where the words are sought from as they are typed: the row that had the focus before
        // one of them was found, or that the last step led to.
        table::RowId origin = table::kNoRow;
        table::RowId at = table::kNoRow;     // the focus, as the search has left it
        int steps = 0;                       // still to go, one after the other
        table::RowId shows = table::kNoRow;  // found, and its group is being opened
        std::string shown;                   // "3 of 17", as drawn last
        bool spoken = true;
    };
    Find find_;
    std::vector<TablePanel> panels_;      // one for each table, in the session's order
    std::vector<TableLook> table_looks_;  // likewise
    std::uint64_t view_version_ = 0;
    MonotonicUs filter_move_due_ = kNever;
    std::optional<std::size_t> linked_;  // the table that a cross-link has filtered
    Targets targets_;
    RowExport export_;
    std::size_t exported_ = 0;
    std::uint64_t next_message_ = 0;  // of the inspector's export; 0: it is not under way
    TableMenus menus_;
    std::size_t focus_ = 0;         // the panel that keys scroll
    bool inspector_focus_ = false;  // keys go to the Inspector while it is open
    bool keys_used_ = false;        // show where the focus is
    bool popup_open_ = false;
    bool narrow_ = false;
    Area header_area_;
    Area notice_area_;
    Area filter_area_;
    Area tables_area_;
    Area ticket_area_;
    Area dock_area_;
    AccountNames accounts_;

    // What of it is in the log already.
    std::uint64_t noted_tickets_ = 1;
    std::uint64_t noted_admin_ = 1;
    bool noted_securities_ = false;
    std::uint64_t noted_away_ = 0;
    std::uint64_t noted_evicted_ = 0;
    std::uint32_t noted_lacking_ = 0;  // a bit for each limit of note_lacking()
    bool noted_lack_ = false;
    std::string noted_status_;
    MonotonicUs away_shown_until_ = 0;
    struct RowMark {
        std::size_t table = 0;
        std::size_t line = 0;  // below the first one in sight
        bool own = false;      // else brought by a resync
    };
    std::vector<RowMark> marks_;
    MonotonicUs live_at_ = -1;  // when the rows were current last
    bool renderer_was_lost_ = false;

    // What has been told and drawn.
    std::uint64_t told_status_ = UINT64_MAX;
    std::string
        trouble_;  // why syncing failed last; stands until live, also while it is tried again
    session::Status last_status_ = session::Status::Connecting;
    MonotonicUs status_since_ = 0;
    std::uint64_t drawn_version_ = UINT64_MAX;  // of all data, looked at
    std::uint64_t drawn_status_ = UINT64_MAX;   // and these two, drawn
    std::uint64_t drawn_accounts_ = UINT64_MAX;
    int frames_wanted_ = 0;
    bool frame_asked_ = false;  // one is on its way
    MonotonicUs views_fresh_at_ = 0;
    MonotonicUs tick_due_ = kNever;   // something on the canvas counts seconds
    MonotonicUs frame_due_ = kNever;  // a timer is to ask for a frame
    FramePace pace_;                  // of looks
    MonotonicUs figures_due_ = 0;
    MonotonicUs timer_at_ = kNever;
    bool deadline_waits_ = false;  // for the next task of the pump

    // Figures.
    MonotonicUs rate_since_ = 0;
    std::uint64_t rate_events_ = 0;
    std::int64_t events_per_s_ = 0;
    std::string figures_text_;
    std::uint64_t looks_ = 0;  // at changed data, of which nothing was in sight
    FrameTimes frame_times_;   // all of a frame, the next two together
    FrameTimes draw_times_;    // making draw lists
    FrameTimes raster_times_;  // handing them to the GPU, or making pixels and handing over these
};

}  // namespace nats_blotter::web

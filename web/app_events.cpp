// web/app_events.cpp - what the browser and the element tell the program, and what follows from it.
#include "session/inspector.h"
#include "web/app.h"
#include "web/browser.h"
#include "web/credentials.h"
#include "web/fonts.h"
#include "web/glyphs_dom.h"
#include "web/hash.h"

namespace nats_blotter::web {
namespace {

// After input, ImGui needs a frame to see it, one to act on it and one to show what it did.
constexpr int kFramesAfterInput = 3;

FontBytes bytes_of(const std::string& face) {
    return {reinterpret_cast<const unsigned char*>(face.data()), face.size()};
}

// A face that is not what the build made counts as one that did not come.
unsigned refuse_other_than(std::uint64_t hash, std::string& face) {
    if (face.empty() || hash_text(kHashStart, face) == hash) return 0;
    face.clear();
    return 1;
}

constexpr MonotonicUs kLateTimerUs = kSecondUs;
// A frame's share for another sort or filter of a large table; about a hundred frames at a million
// rows, and input is answered all the while.
constexpr MonotonicUs kRearrangeBudgetUs = 4 * kMillisecondUs;
constexpr std::size_t kRearrangeSteps = 8'192;

constexpr MonotonicUs kChokedRetryUs = 50 * kMillisecondUs;

session::Options session_options(const PageOptions& options) {
    session::Options made;
    made.profile = options.custom ? *options.custom : feed::traderx_profile(options.subjects);
    made.seed = random_seed();
    made.nats.ask_credentials = true;
    made.nats.sign_nonce = true;
    return made;
}

}  // namespace

// ---- start and end

App::App(PageOptions options)
    : options_(std::move(options)),
      session_(session_options(options_)),
      transport_(options_.socket_url),
      rest_(options_.rest_url),
      pump_(session_, transport_, rest_) {
    panels_.resize(session_.table_count());
    start_looks();
    look_.theme = options_.theme;
}

std::string App::start() {
    ImGui::CreateContext();
    ImGuiIO& io = ImGui::GetIO();
    io.IniFilename = nullptr;
    io.LogFilename = nullptr;
    io.ConfigInputTextCursorBlink = false;  // nothing is drawn while nothing happens
    io.BackendFlags |= ImGuiBackendFlags_RendererHasTextures;
    load_fonts();
    std::string refused = stage_.create(options_.renderer);
    if (!refused.empty()) return refused;
    platform_.create();
    figures_.create();
    started_ = true;
    const MonotonicUs now = monotonic_now();
    rate_since_ = now;
    status_since_ = now;
    session_.start(now);
    session_.set_scope(options_.account, now);
    group_by_scope();
    session_.on_deadline(now);
    on_pump_task();  // credentials are asked for,
    on_pump_task();  // and the broker is dialled
    // The first picture, while the browser gets ready to paint: its glyphs and sizes take time.
    const CanvasSize size = platform_.measured();
    if (!page_hidden()) on_resize(size.width, size.height, size.density);
    return {};
}

App::~App() {
    if (started_) {
        platform_.destroy();
        figures_.destroy();
        rest_.cancel_all();
    }
    stage_.destroy();
    if (ImGui::GetCurrentContext() == nullptr) return;
    for (ImTextureData* texture : ImGui::GetPlatformIO().Textures) {
        texture->SetTexID(ImTextureID_Invalid);
        texture->SetStatus(ImTextureStatus_Destroyed);
    }
    ImGui::DestroyContext();
}

void App::load_fonts() {
    ImFontAtlas& atlas = *ImGui::GetIO().Fonts;
    atlas.TexDesiredFormat = ImTextureFormat_Alpha8;  // what the renderers read
    const auto add = [&atlas](FontBytes bytes, bool merge) {
        ImFontConfig config;
        config.FontDataOwnedByAtlas = false;
        config.MergeMode = merge;
        config.PixelSnapH = true;  // digits of one column stand on whole pixels
        config.OversampleH = 1;
        // The atlas does not write to bytes it does not own.
        void* data = const_cast<unsigned char*>(bytes.data);
        return atlas.AddFontFromMemoryTTF(data, static_cast<int>(bytes.size), kTextPx, &config);
    };
    // Last, whatever the faces lack, in the weight of the face it stands beside.
    const auto add_browser = [&atlas](unsigned weight) {
        ImFontConfig config;
        config.FontLoader = &browser_glyphs();
        config.FontLoaderFlags = weight;
        config.MergeMode = true;
        config.SizePixels = kTextPx;
        atlas.AddFont(&config);
    };
    const FontBytes cells = cell_font();
    const auto merge = [&add](const std::string& face) {
        if (!face.empty()) add(bytes_of(face), true);
    };
    label_font_ = add(faces_.text.empty() ? cells : bytes_of(faces_.text), false);
    merge(faces_.symbol);
    add_browser(500);
    cell_font_ = add(cells, false);
    merge(faces_.latin);
    merge(faces_.symbol);
    add_browser(400);
    ImGui::GetIO().FontDefault = cell_font_;
}

void App::add_faces(LateFaces faces) {
    // The atlas keeps pointing at the bytes: they are set once.
    if (late_faces_) return;
    late_faces_ = true;
    faces_ = std::move(faces);
    faces_refused_ = refuse_other_than(text_face_hash(), faces_.text) +
                     refuse_other_than(latin_face_hash(), faces_.latin) +
                     refuse_other_than(symbol_face_hash(), faces_.symbol);
    load_fonts();
    want_frames(1);
}

// ---- what the browser tells

void App::on_socket_open(nats::Generation generation) {
    const MonotonicUs now = monotonic_now();
    transport_.mark_open(generation);
    session_.link().on_open(generation, now);
    settle(now);
}

void App::on_socket_waiting(nats::Generation generation, std::size_t bytes) {
    if (!transport_.is_current(generation)) return;
    transport_.set_waiting(bytes);
    // In place or at the end of what can be held, the session may have wishes.
    const std::uint64_t in_place = pump_.stats().in_place;
    const bool hurried = is_seen() && !frame_asked_;
    if (!pump_.on_waiting(hurried) || pump_.stats().in_place != in_place) act(monotonic_now());
}

void App::on_socket_text(nats::Generation generation) {
    const MonotonicUs now = monotonic_now();
    if (!transport_.is_current(generation)) return;
    session_.link().reconnect(nats::CauseClass::Protocol,
                              "The broker sent a text message where NATS speaks in bytes.", now);
    settle(now);
}

void App::on_socket_closed(nats::Generation generation, const nats::CloseReport& report) {
    const MonotonicUs now = monotonic_now();
    transport_.forget(generation);
    session_.link().on_close(generation, report, now);
    settle(now);
}

void App::on_credentials(nats::Generation generation, nats::Credentials credentials) {
    const MonotonicUs now = monotonic_now();
    session_.link().provide_credentials(generation, std::move(credentials), now);
    settle(now);
}

void App::on_signature(nats::Generation generation, std::string_view signature) {
    const MonotonicUs now = monotonic_now();
    session_.link().provide_signature(generation, {signature, {}, {}}, now);
    settle(now);
}

void App::on_no_credentials(nats::Generation generation, std::string_view words) {
    const MonotonicUs now = monotonic_now();
    session_.link().fail_credentials(generation, words, now);
    settle(now);
}

void App::on_fetch_head(session::FetchId fetch, std::string_view since_header) {
    session_.on_fetch_head(fetch, since_header);
}

void App::on_fetch_waiting(std::size_t bytes) { pump_.on_fetch_waiting(bytes); }

void App::on_fetch_end(session::FetchId fetch, int http_status, std::string_view words) {
    const MonotonicUs now = monotonic_now();
    session_.on_fetch_end(fetch, http_status, words, now);
    settle(now);
}

void App::on_pump_task() {
    pump_.run_task();
    const MonotonicUs now = monotonic_now();
    if (deadline_waits_) {
        deadline_waits_ = false;
        if (now >= session_.next_deadline()) session_.on_deadline(now);
    }
    act(now);
}

void App::on_timer() {
    const MonotonicUs now = monotonic_now();
    const bool late = timer_at_ != kNever && now - timer_at_ > kLateTimerUs;
    timer_at_ = kNever;
    on_frame_deadline(now);
    move_filters(now);
    // The page was blocked: what the socket has for it comes first, as it may be the sign of life
    // whose absence is about to be judged.
    if (late && !deadline_waits_) {
        deadline_waits_ = true;
        return pump_.wake();
    }
    deadline_waits_ = false;
    if (now >= session_.next_deadline()) session_.on_deadline(now);
    settle(now);
}

void App::on_input() { want_frames(kFramesAfterInput); }

void App::on_resize(int width, int height, float density) {
    if (width == platform_.width() && height == platform_.height() &&
        density == platform_.density()) {
        return;
    }
    look_stale_ = look_stale_ || density != platform_.density();
    platform_.on_resize(width, height, density);
    stage_.resize(width, height);
    want_frames(2);
    frame();  // the canvas is blank now and the page is about to be painted
}

void App::on_look_changed() {
    look_stale_ = true;
    surroundings_at_ = INT64_MIN / 2;
    want_frames(2);
}

// ---- after anything happened

void App::settle(MonotonicUs now) {
    pump_.wake();  // what was told may have made events
    act(now);
}

void App::act(MonotonicUs now) {
    carry_out(now);
    if (data_version() != drawn_version_) want_look(now);
    arm_timer(now);
}

void App::carry_out(MonotonicUs now) {
    for (;;) {
        const session::Action action = session_.next_action();
        if (action.kind == session::Action::Kind::None) break;
        switch (action.kind) {
            case session::Action::Kind::Authenticate:
                if (ask_credentials(action.generation)) break;
                session_.link().provide_credentials(action.generation, {}, now);
                pump_.wake();
                break;
            case session::Action::Kind::Sign:
                if (ask_signature(action.generation, action.body)) break;
                session_.link().provide_signature(action.generation, {}, now);
                break;
            case session::Action::Kind::Dial:
                transport_.dial(action.generation, session_.link(), now);
                break;
            case session::Action::Kind::HangUp: transport_.hang_up(action.generation); break;
            case session::Action::Kind::Fetch: rest_.start(action); break;
            case session::Action::Kind::CancelFetch: rest_.cancel(action.fetch); break;
            case session::Action::Kind::None: break;
        }
    }
    transport_.flush(session_.link());
    tell(now);
    note_happenings(now);
}

void App::tell(MonotonicUs now) {
    if (session_.status_version() == told_status_) return;
    told_status_ = session_.status_version();
    if (session_.status() != session::Status::Syncing) {
        trouble_.clear();
    } else if (session_.retry_at() != kNever) {
        trouble_ = session_.cause();
    }
    note_status(now);
    if (session_.status() != last_status_) {
        if (last_status_ == session::Status::Live) live_at_ = now;
        last_status_ = session_.status();
        status_since_ = now;
    }
    tell_status(session::status_name(session_.status()), session_.cause());
}

void App::arm_timer(MonotonicUs now) {
    MonotonicUs due = std::min(session_.next_deadline(), next_frame_deadline());
    if (transport_.is_choked()) due = std::min(due, now + kChokedRetryUs);
    // A timer that fires too early only asks again; one that is re-armed for every message costs.
    if (due >= timer_at_) return;
    timer_at_ = due;
    set_timer(std::ceil(static_cast<double>(std::max<MonotonicUs>(0, due - now)) / 1000.0));
}

// Rises with everything that a frame shows of the session.
std::uint64_t App::data_version() const {
    std::uint64_t version = session_.status_version() + session_.accounts_version();
    if (inspects()) version += session_.inspector().version();
    for (std::size_t index = 0; index < session_.table_count(); ++index) {
        version += session_.table(index).generation() + session_.table(index).marks_version();
    }
    return version;
}

// ---- the element

void App::set_account(session::AccountId account) {
    const MonotonicUs now = monotonic_now();
    for (TablePanel& panel : panels_) panel.reset();
    trouble_.clear();
    go_on();
    ticket_.forget_order();
    away_shown_until_ = 0;
    session_.set_scope(account, now);
    group_by_scope();
    settle(now);
    want_frames(1);  // the header names it, also when nothing else changes
}

bool App::rearrange() {
    session_.refresh_views();
    const MonotonicUs end = monotonic_now() + kRearrangeBudgetUs;
    for (std::size_t index = 0; index < session_.table_count(); ++index) {
        table::View& view = session_.view(index);
        if (!view.rebuilding()) continue;
        while (!view.rebuild_some(kRearrangeSteps))
            if (monotonic_now() >= end) return false;
        want_frames(1);
    }
    return true;
}

void App::choose_account(session::AccountId account) {
    if (session_.has_scope() && session_.scope() == account) return;
    set_account(account);
    tell_account(static_cast<double>(account));
}

void App::set_theme(ThemeChoice choice) { choose_theme(choice); }

void App::resync() {
    const MonotonicUs now = monotonic_now();
    session_.resync(now);
    settle(now);
}

void App::wake_up() {
    const MonotonicUs now = monotonic_now();
    session_.on_wake_up(now);
    if (!page_hidden()) session_.on_seen(now);
    update_figures(now);
    settle(now);
    want_frames(1);
}

void App::on_hidden() { session_.on_hidden(monotonic_now()); }

void App::set_paused(bool paused) {
    if (paused != session_.is_held()) toggle_pause(monotonic_now());
}

void App::note(std::string_view words, bool trouble) {
    log_.add(epoch_now_ms(), trouble ? LogKind::Trouble : LogKind::Data, words);
    toasts_.add(words, trouble, monotonic_now());
    want_frames(2);
}

void App::toggle_pause(MonotonicUs now) {
    if (session_.is_held()) {
        go_on();
    } else if (session_.hold_still()) {
        paused_events_ = session_.counters(now).events;
        filter_move_due_ = kNever;
        refresh_find(find_.table);
    } else {
        note("There are too many rows to hold them still: filter or choose an account first.",
             true);
    }
    want_frames(2);
}

void App::go_on() {
    if (!session_.is_held()) return;
    session_.go_on();
    refresh_find(find_.table);
    plan_filter_move(monotonic_now());
}

// Records of the stream since the view was held still.
std::uint64_t App::waiting(MonotonicUs now) const {
    return session_.is_held() ? session_.counters(now).events - paused_events_ : 0;
}

void App::close() {
    const MonotonicUs now = monotonic_now();
    closed_ = true;
    session_.close(now);
    update_figures(now);
    settle(now);
    want_frames(1);
}

}  // namespace nats_blotter::web

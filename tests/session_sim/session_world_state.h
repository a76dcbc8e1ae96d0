// tests/session_sim/session_world_state.h - what session_world.h leaves open; private to it.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>

#include "session_sim/session_world.h"

namespace nats_blotter::sim {

// What may go wrong in this seed at all; a run with everything at once hides what few faults do.
struct SessionWorld::Faults {
    MonotonicUs delay = 0;     // one way, at least
    MonotonicUs jitter = 0;    // and at most so much more
    MonotonicUs lateness = 0;  // of timers
    MonotonicUs rest_delay = 0;
    feed::SubjectChoice subjects = feed::SubjectChoice::Slash;
    std::size_t trades_max = 0;  // row cap, 0: none to speak of
    MonotonicUs pace = 0;        // between two bookings, at most
    bool splits = false;
    bool cuts = false;
    bool half_open = false;
    bool stalls = false;
    bool garbage = false;
    bool refusals = false;
    bool broker_ends = false;
    bool restarts = false;
    bool lame_ducks = false;
    bool sleeps = false;
    bool rest = false;          // moods other than Well
    bool late_answers = false;  // of cancelled reads
    bool new_accounts = false;
    bool denials = false;  // of new accounts, until the broker has loaded its permissions
    bool duplicates = false;
    bool page_clock = false;  // the page's time of day jumps
    bool services_clock = false;
    bool slow_pump = false;
    bool swallows = false;  // single events are never published
    bool users = false;     // change scope, ask for resyncs
};

// A REST read that is under way.
struct SessionWorld::Reading {
    session::FetchId id = 0;
    std::string url;
    MonotonicUs asked_at = 0;
    Mood mood = Mood::Well;
    bool cancelled = false;
    bool deaf = false;  // cancelled, and what is under way does not arrive either
};

struct SessionWorld::Page {
    Page(session::Options options, const BooksModel& books, std::string the_name)
        : session(std::move(options)), oracle(session, books), name(std::move(the_name)) {}

    session::Session session;
    SessionOracle oracle;
    std::string name;
    std::vector<std::shared_ptr<Wire>> wires;  // the last is the current one
    std::map<session::FetchId, std::shared_ptr<Reading>> readings;
    MonotonicUs asleep_until = 0;
    MonotonicUs timer_for = kNever;  // the deadline the timer was made for
    std::uint64_t timer = 0;
    MonotonicUs grid_phase = 0;  // of throttled timers
    MonotonicUs live_at = 0;     // when it was last seen live
    std::int64_t clock_shift_ms = 0;
    std::uint64_t slow_cuts = 0;
    bool pump_planned = false;
    bool was_live = false;
};

// A transport of one dial, with the bytes under way.
struct SessionWorld::Wire {
    Page* page = nullptr;
    nats::Generation generation = 0;
    BrokerModel::ConnectionId connection = 0;
    bool opened = false;      // told to the page
    bool page_ended = false;  // the page hung up or was told of the end
    bool open_at_broker = false;
    bool gone = false;      // nothing moves any more and nobody will be told
    bool end_sent = false;  // the end is under way or told
    bool tainted = false;
    MonotonicUs stalled_until = 0;
    MonotonicUs up_at = 0;
    MonotonicUs down_at = 0;
    struct Piece {
        MonotonicUs at = 0;
        std::string bytes;
    };
    std::deque<Piece> down;
    bool delivery_planned = false;
};

}  // namespace nats_blotter::sim

#!/usr/bin/env python3
"""Plants one bug after another into a copy of src/ and asks whether its test notices: the
simulation for src/nats, the session's simulation for src/session and the rules of the merge, the
unit tests for src/table, the differential test for the decoder in src/feed.

    scripts/planted-bugs [NAME or FILE...]

Each bug is a place in a file, what stands there, and what is put in its stead. A place that is not
there exactly once fails the run: the bug has to be planted anew where the code went. NB_SIM_SEEDS=
is how many seeds a bug has to stay hidden in; JOBS= how many compilers run.
"""
import concurrent.futures
import os
import re
import subprocess
import sys

from planted_rows import BY_UNIT_TEST, SESSION_BUGS, TABLE_BUGS

ROOT = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
BUILD = os.path.join(ROOT, "build", "planted-bugs")
SEEDS = os.environ.get("NB_SIM_SEEDS", "2000")
JOBS = os.environ.get("JOBS") or str(os.cpu_count() or 1)

# (name, file, what stands there, what is planted)
BUGS = [
    (
        "deaf after an error",
        "src/nats/client_events.cpp",
        "        if (op.kind == Kind::Failed)\n            end_by_breach(parser.error().text, at);",
        "        if (op.kind == Kind::Failed)\n            return;",
    ),
    (
        "subscribed twice on a connection",
        "src/nats/client_handshake.cpp",
        "    publishes.feed(output, info);\n    if (info.lame_duck) {",
        "    subscriptions.append_all(output.tail());\n    publishes.feed(output, info);\n"
        "    if (info.lame_duck) {",
    ),
    (
        "not subscribed again",
        "src/nats/client_handshake.cpp",
        "    subscriptions.append_all(output.tail());",
        "    if (epoch == 0) subscriptions.append_all(output.tail());",
    ),
    (
        "callbacks of old generations count",
        "src/nats/client.cpp",
        "    return linked() && generation_of_call == generation;",
        "    return linked() && generation_of_call <= generation;",
    ),
    (
        "a fence passes early",
        "src/nats/client_events.cpp",
        "        case Kind::Ping:\n            append_pong(output.tail());\n"
        "            check_output(at);\n            return false;\n        default: return false;",
        "        case Kind::Ping:\n            append_pong(output.tail());\n"
        "            check_output(at);\n            return take_pong(at, event);\n"
        "        default: return false;",
    ),
    (
        "the PONG of another PING",
        "src/nats/client_events.cpp",
        "    const Ping ping = pings.front();\n    pings.pop_front();",
        "    const Ping ping = pings.back();\n    pings.pop_back();",
    ),
    (
        "a fence is answered behind another",
        "src/nats/client_events.cpp",
        "    event.kind = Event::Kind::FencePassed;\n    event.fence = ping.fence;",
        "    event.kind = Event::Kind::FencePassed;\n    event.fence = last_fence;",
    ),
    (
        "no keep-alive",
        "src/nats/keep_alive.cpp",
        "    if (now < deadline_) return Action::None;",
        "    if (now >= 0) return Action::None;",
    ),
    (
        "a healthy but quiet link is called dead",
        "src/nats/keep_alive.cpp",
        "    if (stage_ == Stage::Quiet) {\n        stage_ = Stage::Pinged;",
        "    if (stage_ == Stage::Quiet) return Action::Dead;\n"
        "    if (stage_ == Stage::Quiet) {\n        stage_ = Stage::Pinged;",
    ),
    (
        "Suspect is told twice",
        "src/nats/client.cpp",
        "                push(Event::Kind::Suspect);",
        "                push(Event::Kind::Suspect), push(Event::Kind::Suspect);",
    ),
    (
        "redials without a spread",
        "src/nats/redial.cpp",
        "    return now + static_cast<MonotonicUs>(random_.below("
        "static_cast<std::uint64_t>(window) + 1));",
        "    return now + window;",
    ),
    (
        "redials too late",
        "src/nats/redial.cpp",
        "    if (outage_us < 20 * kSecondUs) return kSecondUs;",
        "    if (outage_us < 20 * kSecondUs) return 5 * kSecondUs;",
    ),
    (
        "gives up after ten dials",
        "src/nats/client_ending.cpp",
        "    redial_at = redial.next_dial_at(at);",
        "    redial_at = stats.dials % 10 == 9 ? at + 3600 * kSecondUs : redial.next_dial_at(at);",
    ),
    (
        "garbage is skipped to the next line",
        "src/nats/parser.cpp",
        "        set_failed(NatsError::UnknownVerb, scanned_ - read_);\n            return false;",
        "        while (scanned_ < size_ && buffer_[scanned_] != '\\n') ++scanned_;\n"
        "            finish_op(scanned_ - read_);\n            return false;",
    ),
    (
        "Connected twice",
        "src/nats/client_handshake.cpp",
        "    stage = Stage::Connected;\n",
        "    stage = epoch % 4 == 3 && !told_connected ? Stage::AwaitPong : Stage::Connected;\n",
    ),
    (
        "messages behind the end are lost",
        "src/nats/client_events.cpp",
        "    if (op.kind == Kind::Msg || op.kind == Kind::Hmsg) return take_message(op, event);\n"
        "    return false;",
        "    return false;",
    ),
    (
        "messages of ended subscriptions are told",
        "src/nats/client_subscribe.cpp",
        "    s.send_unsub(*subscription, sid);\n    s.subscriptions.remove(sid);",
        "    s.send_unsub(*subscription, sid);",
    ),
    (
        "a publish vanishes with its connection",
        "src/nats/publish_queue.cpp",
        "        else if (entry.id != 0)\n            report(entry.id, kEnded);",
        "        else if (entry.id % 2 != 0)\n            report(entry.id, kEnded);",
    ),
    (
        "a held publish is sent twice",
        "src/nats/publish_queue.cpp",
        "        --in_output_;\n        drop_front();",
        "        --in_output_;\n        if (stats_.messages_out % 8 == 0) {\n"
        "            entries_.push_back(entries_.front());\n"
        "            held_bytes_ += entries_.front().frame.size();\n"
        "            if (!entries_.front().frame.empty()) ++held_messages_;\n        }\n"
        "        drop_front();",
    ),
    (
        "a publish is confirmed too early",
        "src/nats/publish_queue.cpp",
        "    if (mark.count > confirmed_.count && mark.count <= taken_count_) confirmed_ = mark;",
        "    if (mark.count > confirmed_.count) confirmed_ = {taken_count_, last_id_};",
    ),
    (
        "requests wait for ever",
        "src/nats/requests.cpp",
        "        if (pending.deadline <= until)",
        "        if (pending.deadline <= until && pending.id % 4 != 0)",
    ),
    (
        "a denial is pinned on the first subscription",
        "src/nats/subscriptions.cpp",
        "        if (candidate.subject != subject || "
        "candidate.queue_group != queue_group) continue;",
        "        if (candidate.queue_group != queue_group) continue;",
    ),
    (
        "a deadline that stays in the past",
        "src/nats/client.cpp",
        "    if (at >= move_at)\n",
        "    if (at >= move_at && drain_step != DrainStep::None)\n",
    ),
    (
        "a lost close is waited for",
        "src/nats/client_events.cpp",
        "        if (linked()) hang_up_at = std::min(hang_up_at, at + kFatalErrorGraceUs);",
        "",
    ),
    (
        "gossip is followed behind an ingress",
        "src/nats/server_pool.cpp",
        "    if (gossip == Gossip::WhenNoPath && url_has_path(known_url)) return {};",
        "",
    ),
    (
        "a layout may have anything behind it",
        "src/feed/shape.cpp",
        "        if (bytes == 0 || (whole && bytes != text.size())) continue;",
        "        if (bytes == 0) continue;",
    ),
    (
        "what a layout lacks stays from the last record",
        "src/feed/shape.cpp",
        "        if (last_writer != &shape) shape.clear_absent(record);",
        "",
    ),
    (
        "what the grammar read stays where a layout lacks it",
        "src/feed/shape.cpp",
        "std::exchange(writer_, nullptr);",
        "writer_;",
    ),
    (
        "a number of the usual form may begin with a zero",
        "src/feed/shape.cpp",
        "    if (count - 1 >= 7 || ((digits & 0xFF) == 0 && count > 1)) return nullptr;",
        "    if (count - 1 >= 7) return nullptr;",
    ),
    (
        "a text as long as the last one may hold anything",
        "src/feed/shape.cpp",
        "                      is_plain_text(at, last_bytes);",
        "                      true;",
    ),
    (
        "a layout with a column given twice",
        "src/feed/shape.cpp",
        "        if (taken_[static_cast<std::size_t>(column_)]) return false;",
        "",
    ),
    (
        "the expected key is taken for the key",
        "src/feed/decode.cpp",
        "        if (!same_bytes(at_ + 1, field.name.data(), bytes)) return false;",
        "",
    ),
    *SESSION_BUGS,
    *TABLE_BUGS,
]



FLAGS = [
    "-std=c++20", "-fno-exceptions", "-fno-rtti", "-w",
    "-DDOCTEST_CONFIG_NO_EXCEPTIONS_BUT_WITH_ALL_ASSERTS", '-DNB_TEST_DATA=""',
    "-I" + os.path.join(ROOT, "src"), "-I" + os.path.join(ROOT, "tests"),
]  # fmt: skip
COMPILER = os.environ.get("CXX", "c++")
# The longest honest run takes seconds; a bug that makes it spin is noticed by that.
RUN_SECONDS_MAX = 120


# Main function and framework of the unit tests.
DOCTEST = ["tests/support/doctest_implementation.cpp", "tests/support/doctest_main.cpp"]
SIM_CASE = "-tc=EverySeedKeepsThePromises"

# Programs by the folder of the bugs that they are for: folders of sources, further sources, and
# which cases are run.
SUITES = {
    "src/nats": ("sim_test", ["src/base", "src/nats", "tests/sim"], DOCTEST[:1], [SIM_CASE]),
    "src/feed": (
        "decode_test",
        ["src/base", "src/feed"],
        ["tests/feed/decode_differential_test.cpp", "tests/feed/decode_oracle.cpp",
         "tests/feed/merge_test.cpp", *DOCTEST],
        [],
    ),
    "src/session": (
        "session_sim_test",
        ["src/base", "src/nats", "src/feed", "src/table", "src/session", "tests/session_sim"],
        ["tests/sim/broker_model.cpp", "tests/sim/sim_main.cpp", "tests/sim/trace.cpp",
         *DOCTEST[:1]],
        [],
    ),
    "tests/session": (
        "session_test",
        ["src/base", "src/nats", "src/feed", "src/table", "src/session"],
        ["tests/session/books_test.cpp",
         "tests/support/session_rig.cpp", *DOCTEST],
        [],
    ),
    "src/table": (
        "table_test",
        ["src/base", "src/feed", "src/table", "tests/table"],
        DOCTEST,
        [],
    ),
}  # fmt: skip


def suite_of(bug):
    name, path = bug[:2]
    if name in BY_UNIT_TEST and path.startswith("src/session/"):
        return "tests/session"
    merge = path == "src/feed/merge.cpp" and name not in BY_UNIT_TEST
    return "src/session" if merge else os.path.dirname(path)


def sources_of(suite):
    _, folders, sources, _ = SUITES[suite]
    for folder in folders:
        for name in sorted(os.listdir(os.path.join(ROOT, folder))):
            if name.endswith(".cpp") and name != "replay_test.cpp":
                yield f"{folder}/{name}"
    yield from sources


def object_of(source):
    return os.path.join(BUILD, source.replace("/", "_") + ".o")


def level_of(source):
    """What runs for each seed is optimised; of the unit tests only what they test."""
    return "-O0" if re.match("tests/(?!sim/|session_sim/)", source) else "-O1"


def compile_one(source, target, level):
    done = subprocess.run(
        [COMPILER, *FLAGS, level, "-c", source, "-o", target],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        sys.exit(f"planted-bugs: {source} does not compile\n{done.stderr[-3000:]}")


def link(objects, program):
    subprocess.run([COMPILER, "-o", program, *objects], check=True)


def verdict(program, suite):
    """How the test ended: '' when it noticed nothing, else its first words about it."""
    environment = dict(os.environ, NB_SIM_SEEDS=SEEDS)
    try:
        done = subprocess.run(
            [program, *SUITES[suite][3]],
            capture_output=True,
            text=True,
            errors="replace",
            env=environment,
            timeout=RUN_SECONDS_MAX,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return "it never ends"
    if done.returncode == 0:
        return ""
    words = re.search(
        r"^(?:session )?simulation: seed (.*)|^(.*assertion.*[a-z]\(.*)$"
        r"|values: (CHECK.*)$|(died in seed \d+)",
        done.stdout + done.stderr,
        re.MULTILINE | re.IGNORECASE,
    )
    return next((w for w in words.groups() if w), "failed") if words else "failed"


def main():
    wanted = sys.argv[1:]
    bugs = [bug for bug in BUGS if not wanted or any(w in bug[0] or w in bug[1] for w in wanted)]
    os.makedirs(BUILD, exist_ok=True)
    # All places are looked up before anything is built.
    misplaced = 0
    for name, path, old, _ in bugs:
        with open(os.path.join(ROOT, path), encoding="utf-8") as file:
            count = file.read().count(old)
        if count != 1:
            print(f"planted-bugs: '{name}' no longer applies: found {count} times in {path}")
            misplaced += 1
    if misplaced:
        sys.exit(1)

    suites = {suite_of(bug) for bug in bugs}
    sources = {suite: list(sources_of(suite)) for suite in suites}
    everything = sorted(set().union(*sources.values()))
    with concurrent.futures.ThreadPoolExecutor(int(JOBS)) as pool:
        jobs = [
            pool.submit(compile_one, os.path.join(ROOT, s), object_of(s), level_of(s))
            for s in everything
        ]
        for job in jobs:
            job.result()
    for suite in sorted(suites):
        clean = os.path.join(BUILD, SUITES[suite][0])
        link([object_of(source) for source in sources[suite]], clean)
        words = verdict(clean, suite)
        if words:
            sys.exit(f"planted-bugs: {SUITES[suite][0]} fails with no bug planted: {words}")

    def try_bug(numbered):
        number, (name, path, old, new) = numbered
        planted = os.path.join(BUILD, f"bug{number}.cpp")
        with open(os.path.join(ROOT, path), encoding="utf-8") as file:
            text = file.read().replace(old, new)
        with open(planted, "w", encoding="utf-8") as file:
            file.write(text)
        compile_one(planted, planted + ".o", level_of(path))
        program = os.path.join(BUILD, f"bug{number}")
        suite = suite_of(bugs[number])
        link([planted + ".o" if s == path else object_of(s) for s in sources[suite]], program)
        found = verdict(program, suite)
        print(f"caught  {name}: {found}" if found else f"MISSED  {name}", flush=True)
        return bool(found)

    with concurrent.futures.ThreadPoolExecutor(int(JOBS)) as pool:
        caught = sum(pool.map(try_bug, enumerate(bugs)))
    print(f"{caught} of {len(bugs)} caught")
    sys.exit(0 if caught == len(bugs) else 1)


if __name__ == "__main__":
    main()

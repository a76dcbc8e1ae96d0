// What tables and views cost: bytes a row, time a frame. See CMakeLists.txt for how to run it.
//
//   table_bench [--json] [--quick] [CASE...]
//
// CASE is one of memory, columns, grow, updates, inserts, rearrange; all of them when none is
// named.
// --quick stops at a million rows. With --json each figure is one line of JSON.
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <string>
#include <vector>

#include "bench/tables/bench_rows.h"
#include "table/ingest.h"
#include "table/table.h"
#include "table/view.h"
#include "table/window.h"

using namespace nats_blotter;
using bench::BenchRows;
using table::Table;
using table::View;

namespace {

bool as_json = false;
bool quick = false;

constexpr double kFrameMs = 16;
constexpr std::size_t kWindowRows = 44;
constexpr std::size_t kBatchRows = 4096;

// Of processor time, so that other programs of the machine do not count; a WebAssembly program
// cannot ask for that and gets the time that passes.
double now_ms() {
    timespec time{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    if (time.tv_sec == 0 && time.tv_nsec == 0) clock_gettime(CLOCK_MONOTONIC, &time);
    return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
}

void print(const char* name, std::size_t rows, std::size_t columns, const char* metric,
           double value, const char* unit) {
    if (as_json) {
        std::printf(
            "{\"bench\":\"tables\",\"case\":\"%s\",\"rows\":%zu,\"columns\":%zu,"
            "\"metric\":\"%s\",\"value\":%.4f,\"unit\":\"%s\"}\n",
            name, rows, columns, metric, value, unit);
    } else {
        std::printf("%-10s %10zu rows %4zu columns  %-28s %12.3f %s\n", name, rows, columns, metric,
                    value, unit);
    }
    std::fflush(stdout);
}

struct Times {
    std::vector<double> ms;

    double at(double share) {
        std::sort(ms.begin(), ms.end());
        return ms[std::min(ms.size() - 1,
                           static_cast<std::size_t>(share * static_cast<double>(ms.size())))];
    }
    void print_as(const char* name, std::size_t rows, std::size_t columns,
                  const std::string& what) {
        print(name, rows, columns, (what + " p50").c_str(), at(0.50), "ms");
        print(name, rows, columns, (what + " p95").c_str(), at(0.95), "ms");
        print(name, rows, columns, (what + " max").c_str(), at(1), "ms");
    }
};

feed::TableSpec capped(feed::TableSpec spec, std::size_t rows_max) {
    spec.rows_max = rows_max;
    return spec;
}

struct Rig {
    Rig(std::size_t columns, std::size_t rows_max)
        : rows(columns), table(capped(rows.spec(), rows_max)), view(table) {}

    void refresh() {
        view.apply(table.changes());
        table.clear_changes();
    }
    // Answers the time it took.
    double fill(std::size_t count) {
        feed::SnapshotRound round;
        round.pass = 1;
        double spent = 0;
        for (std::size_t first = 0; first < count; first += kBatchRows) {
            batch.clear();
            for (std::size_t i = first; i < std::min(count, first + kBatchRows); ++i)
                batch.push_back({i, 0});
            const auto& records = rows.make(batch);
            const double started = now_ms();
            for (const feed::Record& record : records)
                table::ingest_snapshot_row(table, record, round);
            refresh();
            spent += now_ms() - started;
        }
        return spent;
    }
    // The events of `batch` and the frame that shows them.
    double event_frame() {
        const auto& records = rows.make(batch);
        const double started = now_ms();
        for (const feed::Record& record : records) table::ingest_event(table, record, 1);
        frame();
        return now_ms() - started;
    }
    void frame() {
        refresh();
        window.fill(table, view, 0, kWindowRows, table.generation());
    }

    std::vector<bench::RowVersion> batch;
    BenchRows rows;
    Table table;
    View view;
    table::Window window;
};

void bench_memory_of(const char* name, std::size_t rows, std::size_t columns) {
    Rig rig(columns, std::max<std::size_t>(rows, 1000));
    const double filled = rig.fill(rows);
    const auto per_row = [rows](std::size_t bytes) {
        return static_cast<double>(bytes) / static_cast<double>(rows);
    };
    print(name, rows, columns, "table and index", per_row(rig.table.memory_bytes()), "B/row");
    print(name, rows, columns, "with its view",
          per_row(rig.table.memory_bytes() + rig.view.memory_bytes()), "B/row");
    print(name, rows, columns, "ingest", filled * 1e6 / static_cast<double>(rows), "ns/row");
}

void bench_memory() {
    for (const std::size_t rows : {1'000u, 10'000u, 100'000u, 200'000u, 1'000'000u, 10'000'000u})
        if (!quick || rows <= 1'000'000) bench_memory_of("memory", rows, 8);
}

void bench_columns() {
    for (const std::size_t columns : {10u, 20u, 50u, 100u, 200u})
        bench_memory_of("columns", 100'000, columns);
}

// No frame stalls while the table grows.
void bench_grow() {
    const std::size_t rows = quick ? 1'000'000 : 4'000'000;
    Rig rig(8, rows);
    Times frames;
    for (std::size_t next = 0; next < rows;) {
        rig.batch.clear();
        for (int i = 0; i < 320; ++i) rig.batch.push_back({next++, 0});
        frames.ms.push_back(rig.event_frame());
    }
    frames.print_as("grow", rows, 8, "320 new rows and the frame");
}

// Row 17: sorted by a column that changes, and filtered.
void bench_updates_of(std::size_t rows, std::size_t per_second) {
    Rig rig(8, rows);
    rig.fill(rows);
    table::FilterSpec filter;
    filter.quick = "sell";
    rig.view.set_filter(filter);
    while (!rig.view.rebuild_some(1'000'000)) continue;
    Random random(1);
    Times frames;
    const auto count = static_cast<std::size_t>(static_cast<double>(per_second) * kFrameMs / 1000);
    std::uint64_t version = rows;
    for (int frame = 0; frame < 600; ++frame) {
        rig.batch.clear();
        for (std::size_t i = 0; i < count; ++i)
            rig.batch.push_back({random.below(rows), ++version});
        frames.ms.push_back(rig.event_frame());
    }
    const std::string what = std::to_string(per_second) + " updates/s, frame";
    frames.print_as("updates", rows, 8, what);
    print("updates", rows, 8, (what + " each").c_str(),
          frames.at(0.5) * 1e6 / static_cast<double>(count), "ns");
}

void bench_updates() {
    bench_updates_of(1'000'000, 10'000);
    bench_updates_of(1'000'000, 200'000);
    if (!quick) bench_updates_of(10'000'000, 10'000);
}

// Row 18: new rows on top of a table at its cap.
void bench_inserts() {
    const std::size_t rows = 1'000'000;
    Rig rig(8, rows);
    rig.fill(rows);
    Times frames;
    std::uint64_t next = rows;
    for (int frame = 0; frame < (quick ? 600 : 3750); ++frame) {
        rig.batch.clear();
        for (int i = 0; i < 320; ++i) rig.batch.push_back({next++, 0});
        frames.ms.push_back(rig.event_frame());
    }
    frames.print_as("inserts", rows, 8, "20,000 rows/s at the cap");
    print("inserts", rows, 8, "evicted", static_cast<double>(rig.table.evicted()), "rows");
    print("inserts", rows, 8, "with its view",
          static_cast<double>(rig.table.memory_bytes() + rig.view.memory_bytes()) /
              static_cast<double>(rig.table.row_count()),
          "B/row");
}

void rearrange(Rig& rig, const char* what) {
    constexpr std::size_t kSteps = 20'000;
    Times slices;
    double total = 0;
    for (bool done = false; !done;) {
        const double started = now_ms();
        done = rig.view.rebuild_some(kSteps);
        slices.ms.push_back(now_ms() - started);
        total += slices.ms.back();
    }
    const std::size_t rows = rig.table.row_count();
    print("rearrange", rows, 8, (std::string(what) + ", in all").c_str(), total, "ms");
    print("rearrange", rows, 8, (std::string(what) + ", slices").c_str(),
          static_cast<double>(slices.ms.size()), "");
    slices.print_as("rearrange", rows, 8, std::string(what) + ", slice");
}

// Another sort, filter or grouping of many rows, in slices.
void bench_rearrange() {
    Rig rig(8, 1'000'000);
    rig.fill(1'000'000);
    rig.view.set_sort({{5, false}});
    rearrange(rig, "by quantity");
    rig.view.set_sort({{3, false}, {0, true}});
    rearrange(rig, "by security, time");
    rig.view.set_sort({{1, false}});
    rearrange(rig, "by id");
    table::FilterSpec filter;
    filter.quick = "aa settled";
    rig.view.set_filter(filter);
    rearrange(rig, "quick filter");
    rig.view.set_filter({});
    rig.view.set_group({3, false, {5}});
    rearrange(rig, "grouped by security");
}

struct Case {
    const char* name;
    void (*run)();
};
constexpr Case kCases[] = {{"memory", bench_memory},   {"columns", bench_columns},
                           {"grow", bench_grow},       {"updates", bench_updates},
                           {"inserts", bench_inserts}, {"rearrange", bench_rearrange}};

}  // namespace

int main(int count, char** arguments) {
    std::vector<std::string> wanted;
    for (int i = 1; i < count; ++i) {
        if (std::strcmp(arguments[i], "--json") == 0)
            as_json = true;
        else if (std::strcmp(arguments[i], "--quick") == 0)
            quick = true;
        else
            wanted.emplace_back(arguments[i]);
    }
    for (const std::string& name : wanted) {
        const bool known = std::any_of(std::begin(kCases), std::end(kCases),
                                       [&name](const Case& one) { return name == one.name; });
        if (known) continue;
        std::fprintf(stderr, "table_bench: no case %s\n", name.c_str());
        return 1;
    }
    for (const Case& one : kCases)
        if (wanted.empty() || std::count(wanted.begin(), wanted.end(), one.name) > 0) one.run();
    return 0;
}

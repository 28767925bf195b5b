// bench_search: the search for runs over a generated store: one experiment of --runs runs of 50
// metrics, and one of 1,000 runs of 10 metrics, 10 params and 3 tags.
//
//   bench_search [--runs 100000] [--file bench-search.db] [--machine TEXT]
//
// Each search runs kTimes; said are the least wall time and CPU time of them. The rows are put
// straight into the tables: the store's own speed is bench_tracking's. Prints a JSON line a search;
// exit code 1 when a bar is missed.
#include <sys/resource.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/rng.h"
#include "bench/report.h"
#include "records/tracking/sqlite/schema.h"
#include "records/tracking/sqlite/searches.h"
#include "records/tracking/sqlite/session.h"

namespace mooring::bench {
namespace {

using records::SearchRequest;
using records::Session;

constexpr std::uint64_t kSeed = 42;
constexpr int kKeys = 50, kTimes = 9;

void Must(const Status& status) {
  if (status.ok()) return;
  std::fprintf(stderr, "%s\n", status.error().ToString().c_str());
  std::abort();
}

double CpuMillis() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto millis = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) * 1e3 + static_cast<double>(t.tv_usec) * 1e-3;
  };
  return millis(usage.ru_utime) + millis(usage.ru_stime);
}
double WallMillis() { return static_cast<double>(SystemClock().Monotonic().count()) * 1e-6; }

// One experiment with `runs` runs, each with `metrics`, `params` and `tags`.
void Fill(Session& session, int experiment, int runs, int metrics, int params, int tags, Rng& rng) {
  Must(
      session.Run("INSERT INTO experiments(id, name, artifact_location, created_ms, updated_ms) "
                  "VALUES(?, ?, 'x', 0, 0)",
                  experiment, "e" + std::to_string(experiment)));
  std::vector<std::int64_t> keys;
  for (int key = 0; key < metrics + params + tags; ++key) {
    Must(session.Run("INSERT INTO keys(experiment, name) VALUES(?, ?)", experiment,
                     "key_" + std::to_string(key)));
    keys.push_back(session.db().last_insert_id());
  }
  for (int i = 0; i < runs; ++i) {
    char id[33];
    std::snprintf(id, sizeof id, "%016llx%016llx", static_cast<unsigned long long>(rng.Next()),
                  static_cast<unsigned long long>(rng.Next()));
    Must(
        session.Run("INSERT INTO runs(uuid, experiment, name, user, artifact_uri, status, "
                    "start_ms) VALUES(?, ?, 'sleepy-cod-417', 'eve', ?, 3, ?)",
                    id, experiment, "mlflow-artifacts:/" + std::string(id) + "/artifacts",
                    1'700'000'000'000 + static_cast<std::int64_t>(rng.Below(1'000'000'000))));
    const std::int64_t run = session.db().last_insert_id();
    int key = 0;
    for (; key < metrics; ++key) {
      Must(session.Run("INSERT INTO latest(run, key, value, timestamp, step) VALUES(?, ?, ?, ?, 9)",
                       run, keys[key], rng.Uniform(), 1'700'000'000'000 + i));
    }
    for (; key < metrics + params; ++key) {
      Must(session.Run("INSERT INTO params(run, key, value) VALUES(?, ?, ?)", run, keys[key],
                       "0." + std::to_string(rng.Below(100))));
    }
    for (; key < metrics + params + tags; ++key) {
      Must(session.Run("INSERT INTO tags(run, key, value) VALUES(?, ?, ?)", run, keys[key],
                       "a value " + std::to_string(rng.Below(10))));
    }
  }
}

struct Case {
  const char* name;
  const char* experiment;
  const char* filter;
  std::vector<std::string> order;
  std::size_t results;
  double most_cpu;  // milliseconds; 0: no bar
};

void Measure(Session& session, const Case& one, Report& report) {
  SearchRequest request;
  request.filter = one.filter;
  request.order_by = one.order;
  request.max_results = one.results;
  double wall = 1e9, cpu = 1e9;
  for (int i = 0; i < kTimes; ++i) {
    const double wall_start = WallMillis(), cpu_start = CpuMillis();
    const auto page = SearchRunsIn(session, std::vector<std::string>{one.experiment}, request);
    cpu = std::min(cpu, CpuMillis() - cpu_start);
    wall = std::min(wall, WallMillis() - wall_start);
    CHECK_OK_RESULT(page);
    CHECK(!page->items.empty());
  }
  report.Print({one.name, wall, "ms of wall time", "", 0, "", true});
  const std::string bar = one.most_cpu == 0 ? "" : "<= " + std::to_string(one.most_cpu);
  report.Print(
      {one.name, cpu, "ms of CPU", "", 0, bar.c_str(), one.most_cpu == 0 || cpu <= one.most_cpu});
}

int Main(int argc, char** argv) {
  int runs = 100'000;
  std::string file = "bench-search.db", machine;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string name = argv[i];
    if (name == "--runs") runs = std::atoi(argv[i + 1]);
    if (name == "--file") file = argv[i + 1];
    if (name == "--machine") machine = argv[i + 1];
  }
  for (const char* end : {"", "-wal", "-shm"}) std::filesystem::remove(file + end);
  auto db = data::Database::Open(file, {});
  CHECK_OK_RESULT(db);
  Must(db->Migrate(records::TrackingSchema()));
  Session session(*std::move(db));
  Rng rng(kSeed);
  Must(session.db().Execute("PRAGMA synchronous = OFF; DROP INDEX latest_by_value; BEGIN"));
  Fill(session, 1, runs, kKeys, 0, 0, rng);
  Fill(session, 2, 1000, 10, 10, 3, rng);
  Must(session.db().Execute("COMMIT; CREATE INDEX latest_by_value ON latest(key, value, run)"));

  const Case cases[] = {
      {"first_page", "1", "", {}, 100, 50},
      {"first_page_of_1000", "1", "", {}, 1000, 0},
      {"filter_and_order",
       "1",
       "metrics.key_1 > 0.5 AND metrics.key_2 < 0.3",
       {"metrics.key_0 DESC"},
       100,
       50},
      {"order", "1", "", {"metrics.key_0 DESC"}, 100, 50},
      {"filter_narrow", "1", "metrics.key_1 > 0.999", {"metrics.key_0"}, 100, 50},
      {"filter_not_equal", "1", "metrics.key_1 != 0.5", {"metrics.key_0"}, 100, 50},
      {"order_by_two", "1", "metrics.key_1 > 0.5", {"metrics.key_0", "metrics.key_3 DESC"}, 100, 0},
      {"attribute", "1", "attributes.status = 'FINISHED'", {}, 100, 50},
      {"order_by_end", "1", "metrics.key_1 > 0.5", {"end_time"}, 100, 0},
      {"tag_missing", "2", "tags.none IS NULL", {"params.key_12"}, 1000, 0},
      {"page_of_23_items", "2", "", {}, 1000, 20},
  };
  Report report("search", machine, kSeed);
  for (const Case& one : cases) Measure(session, one, report);
  return report.missed() == 0 ? 0 : 1;
}

}  // namespace
}  // namespace mooring::bench

int main(int argc, char** argv) { return mooring::bench::Main(argc, argv); }

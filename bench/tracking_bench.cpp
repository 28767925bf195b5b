// bench_tracking: what the tracking store costs without HTTP: CPU of this process (its threads and
// the system calls they make) and wall time, every call committed to disk.
//
//   bench_tracking [--runs 2000] [--calls 300] [--directory bench-tracking] [--machine TEXT]
//
// Last it fills a new database with --runs runs of 50 metrics of 2 points from 16 threads and says
// what a point of history takes on disk; the bar is meant for 100,000 runs. Prints JSON lines; exit
// code 1 when a bar is missed. Wall time is mostly the disk's: of the bars only metrics/s looks at
// it.
#include <sys/resource.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/rng.h"
#include "bench/report.h"
#include "records/tracking/tracking_store.h"

namespace mooring::bench {
namespace {

using records::KeyValue;
using records::Metric;
using records::TrackingStore;

constexpr std::uint64_t kSeed = 42;
constexpr records::Millis kStart = 1'700'000'000'000;
constexpr int kKeys = 50, kPoints = 2;

struct Options {
  int runs = 2000, calls = 300;
  std::string directory = "bench-tracking", machine;
};

double CpuMicros() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto micros = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) * 1e6 + static_cast<double>(t.tv_usec);
  };
  return micros(usage.ru_utime) + micros(usage.ru_stime);
}
double WallMicros() { return static_cast<double>(SystemClock().Monotonic().count()) * 1e-3; }

void Must(const Status& status) {
  if (status.ok()) return;
  std::fprintf(stderr, "%s\n", status.error().ToString().c_str());
  std::abort();
}

std::unique_ptr<TrackingStore> Opened(const Options& options, const std::string& name) {
  const std::string directory = options.directory + "/" + name;
  std::filesystem::remove_all(directory);
  std::filesystem::create_directories(directory);
  auto store = records::OpenSqliteTracking(
      {.file = directory + "/tracking.db", .clock = &SystemClock(), .seed = kSeed});
  if (!store.ok()) std::abort();
  return std::move(store).value();
}

std::string NewRun(TrackingStore& store, int i) {
  const auto run = store.CreateRun({.experiment_id = "0",
                                    .user_id = "ann",
                                    .name = "run-" + std::to_string(i),
                                    .start = kStart + i,
                                    .tags = {{"mlflow.user", "ann"},
                                             {"mlflow.source.name", "train.py"},
                                             {"mlflow.source.type", "LOCAL"}}});
  if (!run.ok()) Must(run.error());
  return run->info.id;
}

Metric Point(int key, double value, int step) {
  Metric metric;
  metric.key = "m" + std::to_string(key);
  metric.value = value;
  metric.timestamp = kStart + step * 1000;
  metric.step = step;
  return metric;
}

struct Bench {
  const Options& options;
  Report report;

  struct Cost {
    double cpu = 0, wall = 0;  // microseconds a call
  };
  Cost Measure(const std::string& name, const char* bar, double most_cpu,
               const std::function<void(int)>& call) {
    const double cpu = CpuMicros(), wall = WallMicros();
    for (int i = 0; i < options.calls; ++i) call(i);
    const Cost cost{(CpuMicros() - cpu) / options.calls, (WallMicros() - wall) / options.calls};
    report.Print({(name + " cpu").c_str(), cost.cpu, "us", "", 0, bar, cost.cpu <= most_cpu});
    report.Print({(name + " wall").c_str(), cost.wall, "us", "", 0, "none", true});
    return cost;
  }
};

void MeasureCalls(Bench& bench) {
  const auto store = Opened(bench.options, "calls");
  Rng rng(kSeed);
  bench.Measure("create run, 4 tags", "<= 150 us", 150, [&](int i) { NewRun(*store, i); });
  const std::string run = NewRun(*store, 1'000'000);
  const auto log = [&](std::vector<Metric> metrics, const std::string& to) {
    Must(store->LogBatch(to, {.metrics = metrics}));
  };
  bench.Measure("log 1 metric, next step", "<= 150 us", 150,
                [&](int i) { log({Point(0, rng.Uniform(), i)}, run); });
  const std::string wide = NewRun(*store, 1'000'001);
  bench.Measure("log 1 metric, a new key", "<= 150 us", 150,
                [&](int i) { log({Point(i, rng.Uniform(), 1)}, wide); });
  const std::string deep = NewRun(*store, 1'000'002);
  std::vector<Metric> batch;
  const auto cost = bench.Measure("log 1,000 metrics of 10 keys", "<= 3300 us", 3300, [&](int i) {
    batch.clear();
    for (int j = 0; j < 1000; ++j) batch.push_back(Point(j % 10, j * 0.5, i * 100 + j / 10));
    log(batch, deep);
  });
  const double rate = 1e9 / cost.wall;
  bench.report.Print(
      {"metrics logged, 1 caller", rate, "metrics/s", "", 0, ">= 300000", rate >= 300'000});
  batch.clear();
  for (int j = 0; j < 1000; ++j) batch.push_back(Point(j, j * 0.5, 0));
  const std::string thousand = NewRun(*store, 1'000'003);
  log(batch, thousand);
  bench.Measure("get run of 1,000 metrics", "<= 1000 us", 1000, [&](int) {
    Must(store->GetRun(thousand).ok() ? Ok() : Status(Error(Code::kInternal, "get")));
  });
  bench.Measure("history of 1 of 10 keys", "none", 1e9, [&](int) {
    if (!store->MetricHistory(deep, "m3", 0, "").ok()) std::abort();
  });
}

void MeasureThreads(Bench& bench) {
  const auto store = Opened(bench.options, "threads");
  constexpr int kThreads = 16;
  std::vector<std::string> runs;
  for (int i = 0; i < kThreads; ++i) runs.push_back(NewRun(*store, i));
  const double cpu = CpuMicros(), wall = WallMicros();
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < bench.options.calls; ++i) {
        const Metric metric = Point(0, i, i);
        Must(
            store->LogBatch(runs[static_cast<std::size_t>(t)], {.metrics = std::span(&metric, 1)}));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  const double calls = kThreads * bench.options.calls;
  bench.report.Print({"log 1 metric, 16 callers", calls / (WallMicros() - wall) * 1e6, "calls/s",
                      "", 0, "none", true});
  bench.report.Print({"log 1 metric, 16 callers cpu", (CpuMicros() - cpu) / calls, "us", "", 0,
                      "<= 150 us", (CpuMicros() - cpu) / calls <= 150});
}

void MeasureSize(Bench& bench) {
  const std::string file = bench.options.directory + "/size/tracking.db";
  {
    const auto store = Opened(bench.options, "size");
    std::atomic<int> next{0};
    const double cpu = CpuMicros();
    std::vector<std::thread> threads;
    for (int t = 0; t < 16; ++t) {
      threads.emplace_back([&] {
        for (int i = next.fetch_add(1); i < bench.options.runs; i = next.fetch_add(1)) {
          Rng rng(kSeed + static_cast<std::uint64_t>(i));
          const std::string run = NewRun(*store, i);
          std::vector<Metric> batch;
          for (int step = 0; step < kPoints; ++step) {
            for (int k = 0; k < kKeys; ++k) batch.push_back(Point(k, rng.Uniform(), step));
          }
          Must(store->LogBatch(run, {.metrics = batch}));
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    bench.report.Print(
        {"fill cpu", (CpuMicros() - cpu) / bench.options.runs, "us/run", "", 0, "none", true});
  }
  const double points = static_cast<double>(bench.options.runs) * kKeys * kPoints;
  const double bytes = static_cast<double>(std::filesystem::file_size(file)) / points;
  bench.report.Print({"database", bytes, "bytes/point", "", 0, "<= 40", bytes <= 40});
}

}  // namespace
}  // namespace mooring::bench

int main(int argc, char** argv) {
  mooring::bench::Options options;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string_view name = argv[i];
    if (name == "--runs") options.runs = std::atoi(argv[i + 1]);
    if (name == "--calls") options.calls = std::atoi(argv[i + 1]);
    if (name == "--directory") options.directory = argv[i + 1];
    if (name == "--machine") options.machine = argv[i + 1];
  }
  mooring::bench::Bench bench{options, {"tracking", options.machine, mooring::bench::kSeed}};
  mooring::bench::MeasureCalls(bench);
  mooring::bench::MeasureThreads(bench);
  mooring::bench::MeasureSize(bench);
  std::filesystem::remove_all(options.directory);
  return bench.report.missed() == 0 ? 0 : 1;
}

// bench_drift: the parts of the drift bench that are programs of ours; drift.py runs them and puts
// SciPy beside them. Each prints one JSON object.
//
//   bench_drift make DIRECTORY ROWS      the data of both sides: Parquet, and raw columns for numpy
//   bench_drift profiles DIRECTORY       the report from profiles; shards merged and in one pass
//   bench_drift exact DIRECTORY THREADS  the exact report from Parquet, kept as exact.json
//   bench_drift sort                     a million numbers sorted, beside std::sort
//
// Environment: LIBRARIES, where DuckDB's library is (.deps/lib).
//
// Data: 7 normal, 5 lognormal, 4 uniform, 2 Student t3, 2 Poisson counts, 5 Zipf categoricals of 4,
// 8, 20, 50 and 200 levels. In the current rows every fourth numeric column is moved by 0.2
// standard deviations and the categorical of 20 levels is steeper.
#include <sys/resource.h>
#include <time.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "base/rng.h"
#include "base/text/json_writer.h"
#include "data/stats/distances.h"
#include "data/stats/sort_doubles.h"
#include "data/table/parquet.h"
#include "monitoring/exact/exact_drift.h"
#include "monitoring/exact/parquet_source.h"

namespace mooring::bench {
namespace {

constexpr std::uint64_t kSeed = 20011;
constexpr std::size_t kNumbers = 20, kCategories = 5, kShards = 8, kMostRows = 10'000'000;
constexpr std::size_t kLevels[kCategories] = {4, 8, 20, 50, 200};

std::string Libraries() {
  const char* const named = std::getenv("LIBRARIES");
  return named == nullptr ? ".deps/lib" : named;
}

template <typename T>
T Must(Result<T> result) {
  if (result.ok()) return std::move(result).value();
  std::fprintf(stderr, "%s\n", result.error().ToString().c_str());
  std::exit(2);
}
void Must(Status status) {
  if (status.ok()) return;
  std::fprintf(stderr, "%s\n", status.error().ToString().c_str());
  std::exit(2);
}

double WallSeconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

double CpuSeconds() {
  timespec now{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

double PeakMegabytes() {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  return static_cast<double>(used.ru_maxrss) / 1024;
}

double Normal(Rng& rng) {
  return std::sqrt(-2 * std::log(1 - rng.Uniform())) * std::cos(6.283185307179586 * rng.Uniform());
}

// Whole numbers from 0 with given weights.
class Weighted {
 public:
  explicit Weighted(std::vector<double> weights) : below_(std::move(weights)) {
    for (std::size_t i = 1; i < below_.size(); ++i) below_[i] += below_[i - 1];
  }
  static Weighted Zipf(std::size_t levels, double exponent) {
    std::vector<double> weights(levels);
    for (std::size_t i = 0; i < levels; ++i) {
      weights[i] = std::pow(static_cast<double>(i + 1), -exponent);
    }
    return Weighted(std::move(weights));
  }
  static Weighted Poisson(double mean) {
    std::vector<double> weights = {1};
    for (int i = 1; i < 100; ++i) weights.push_back(weights.back() * mean / i);
    return Weighted(std::move(weights));
  }
  std::size_t Draw(Rng& rng) const {
    const double at = rng.Uniform() * below_.back();
    const auto found = std::upper_bound(below_.begin(), below_.end() - 1, at);
    return static_cast<std::size_t>(found - below_.begin());
  }

 private:
  std::vector<double> below_;
};

struct Kind {
  const char* name;
  double deviation;
  double (*draw)(Rng&);
};

double DrawT3(Rng& rng) {
  const double a = Normal(rng), b = Normal(rng), c = Normal(rng);
  return Normal(rng) / std::sqrt((a * a + b * b + c * c) / 3);
}
double DrawCount(Rng& rng) {
  static const Weighted poisson = Weighted::Poisson(20);
  return static_cast<double>(poisson.Draw(rng));
}

Kind KindOf(std::size_t column) {
  if (column < 7) return {"normal", 1, [](Rng& rng) { return Normal(rng); }};
  if (column < 12) return {"lognormal", 2.1612, [](Rng& rng) { return std::exp(Normal(rng)); }};
  if (column < 16) return {"uniform", 0.288675, [](Rng& rng) { return rng.Uniform(); }};
  if (column < 18) return {"t3", 1.7321, DrawT3};
  return {"count", 4.4721, DrawCount};
}

std::shared_ptr<const data::Schema> TableSchema() {
  std::vector<data::Field> fields;
  for (std::size_t i = 0; i < kNumbers; ++i) {
    fields.push_back({.name = KindOf(i).name + std::to_string(i)});
  }
  for (const std::size_t levels : kLevels) {
    fields.push_back({.name = "zipf" + std::to_string(levels), .type = data::Type::kString});
  }
  return std::make_shared<const data::Schema>(Must(data::Schema::Make(std::move(fields))));
}

template <typename T>
void WriteRaw(const std::filesystem::path& path, const std::vector<T>& values) {
  std::ofstream file(path, std::ios::binary);
  file.write(reinterpret_cast<const char*>(values.data()),
             static_cast<std::streamsize>(values.size() * sizeof(T)));
  if (!file.flush()) Must(Status(Error(Code::kUnavailable, "cannot write " + path.string())));
}

void MakeSide(const std::filesystem::path& folder, std::size_t rows, bool current) {
  std::filesystem::create_directories(folder);
  data::Batch table(TableSchema());
  for (std::size_t i = 0; i < kNumbers; ++i) {
    Rng rng(kSeed + 100 * i + (current ? 1 : 0));
    const Kind kind = KindOf(i);
    const double shift = current && i % 4 == 3 ? 0.2 * kind.deviation : 0;
    std::vector<double> values(rows);
    for (double& x : values) x = kind.draw(rng) + shift;
    std::ranges::copy(values, table.column(i).Extend<double>(rows).begin());
    WriteRaw(folder / (table.schema().field(i).name + ".f64"), values);
  }
  for (std::size_t i = 0; i < kCategories; ++i) {
    Rng rng(kSeed + 100 * (kNumbers + i) + (current ? 1 : 0));
    const Weighted zipf = Weighted::Zipf(kLevels[i], current && kLevels[i] == 20 ? 1.1 : 1.0);
    std::vector<std::int32_t> codes(rows);
    for (std::int32_t& code : codes) {
      code = static_cast<std::int32_t>(zipf.Draw(rng));
      table.column(kNumbers + i).AppendText("level-" + std::to_string(code));
    }
    WriteRaw(folder / (table.schema().field(kNumbers + i).name + ".i32"), codes);
  }
  table.SetRows(rows);
  const auto db = Must(data::DuckDb::Open({.library_directory = Libraries()}));
  Must(data::WriteParquet(*db, table, folder.string() + ".parquet"));
}

data::Batch ReadSide(const std::filesystem::path& path) {
  const auto db = Must(data::DuckDb::Open({.library_directory = Libraries()}));
  return Must(data::ReadParquetAll(*db, {.path = path.string()}, kMostRows));
}

// The rows of `whole` dealt out to the shards.
std::vector<data::BatchProfile> Shards(const data::Batch& whole,
                                       const std::shared_ptr<const data::FrozenBins>& bins) {
  std::vector<data::BatchProfile> shards(kShards, data::BatchProfile(bins));
  std::vector<data::Batch> parts(kShards, data::Batch(whole.shared_schema()));
  for (std::size_t row = 0; row < whole.rows(); ++row) {
    parts[row % kShards].AppendRow(whole, row);
    if (row % (kShards * 4096) != kShards * 4096 - 1 && row + 1 != whole.rows()) continue;
    for (std::size_t i = 0; i < kShards; ++i) {
      Must(shards[i].Add(parts[i]));
      parts[i].Clear();
    }
  }
  return shards;
}

void Profiles(const std::filesystem::path& folder) {
  const data::Batch reference = ReadSide(folder / "reference.parquet");
  const data::BatchProfile learned = Must(data::LearnReference(reference));
  const data::Batch current = ReadSide(folder / "current.parquet");
  data::BatchProfile one(learned.bins());
  Must(one.Add(current));
  const std::vector<data::BatchProfile> shards = Shards(current, learned.bins());
  double least = 1e300, sum = 0;
  std::string merged_json;
  for (int round = 0; round < 50; ++round) {
    const double start = WallSeconds();
    data::BatchProfile merged(learned.bins());
    for (const data::BatchProfile& shard : shards) Must(merged.Merge(shard));
    for (std::size_t i = 0; i < merged.width(); ++i) sum += data::Compare(learned, merged, i).js;
    least = std::min(least, WallSeconds() - start);
    if (round == 0) merged_json = merged.ToJson();
  }
  std::string text;
  JsonWriter json(text);
  json.BeginObject().Member("ms", least * 1e3).Member("bit_equal", merged_json == one.ToJson());
  json.Member("rows", one.column(0).rows).Member("js", sum / 50).EndObject();
  std::puts(text.c_str());
}

void Exact(const std::filesystem::path& folder, unsigned threads) {
  const double wall = WallSeconds(), cpu = CpuSeconds();
  const auto pool = std::make_shared<monitoring::DuckDbPool>(Libraries());
  const auto side = [&](const char* name) {
    return monitoring::ParquetSource((folder / name).string(), pool);
  };
  const auto report = Must(monitoring::CompareExactly(
      side("reference.parquet"), side("current.parquet"), {.threads = threads}));
  std::string text;
  JsonWriter json(text);
  json.BeginObject().Member("wall_s", WallSeconds() - wall).Member("cpu_s", CpuSeconds() - cpu);
  json.Member("peak_mb", PeakMegabytes()).Member("columns", report.columns.size()).EndObject();
  std::puts(text.c_str());
  std::ofstream(folder / "exact.json") << monitoring::ExactReportJson(report);
}

void Sort() {
  constexpr std::size_t kSize = 1'000'000;
  std::vector<double> values(kSize);
  Rng rng(kSeed);
  for (double& x : values) x = Normal(rng);
  data::DoubleSorter sorter;
  double ours = 1e300, theirs = 1e300;
  for (int round = 0; round < 7; ++round) {
    std::vector<double> first = values, second = values;
    const double start = CpuSeconds();
    sorter.Sort(first);
    const double between = CpuSeconds();
    std::sort(second.begin(), second.end());
    theirs = std::min(theirs, CpuSeconds() - between);
    ours = std::min(ours, between - start);
    if (first != second) Must(Status(Error(Code::kInternal, "sorted differently")));
  }
  std::printf("{\"ns\": %.2f, \"std_ns\": %.2f}\n", ours * 1e9 / kSize, theirs * 1e9 / kSize);
}

int Main(int argc, char** argv) {
  const std::string what = argc > 1 ? argv[1] : "";
  const std::filesystem::path folder = argc > 2 ? argv[2] : ".";
  if (what == "make" && argc == 4) {
    const auto rows = static_cast<std::size_t>(std::strtoull(argv[3], nullptr, 10));
    MakeSide(folder / "reference", rows, false);
    MakeSide(folder / "current", rows, true);
  } else if (what == "profiles" && argc == 3) {
    Profiles(folder);
  } else if (what == "exact" && argc == 4) {
    Exact(folder, static_cast<unsigned>(std::strtoul(argv[3], nullptr, 10)));
  } else if (what == "sort") {
    Sort();
  } else {
    std::fputs("bench_drift make|profiles|exact|sort …; see its source\n", stderr);
    return 2;
  }
  return 0;
}

}  // namespace
}  // namespace mooring::bench

int main(int argc, char** argv) { return mooring::bench::Main(argc, argv); }

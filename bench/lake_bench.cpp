// bench_lake: sealed journal segments to Parquet, and SQL over what came of it.
//
//   bench_lake [--decisions 10000000] [--libraries .deps/lib] [--directory bench-lake]
//              [--machine TEXT]
//
// Writes a journal of decisions with twenty float32 features, the first four million one row a
// record as single requests leave it, the rest 100 rows a record as bulk requests do; exports both,
// in that order; then aggregates all features of all decisions. The floor of the export is DuckDB
// alone writing the same table: COPY of a million exported rows to one new Parquet file. Prints
// JSON lines; exit code 1 when a bar is missed.
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/rng.h"
#include "bench/report.h"
#include "data/store/duckdb.h"
#include "records/journal/journal.h"
#include "records/lake/lake.h"

namespace mooring::bench {
namespace {

constexpr std::size_t kFeatures = 20, kBulkRows = 100;
constexpr std::uint64_t kSeed = 42, kSingles = 4'000'000, kFloorRows = 1'000'000;

struct Options {
  std::uint64_t decisions = 10'000'000;
  std::string libraries = ".deps/lib", directory = "bench-lake", machine;
};

int missed = 0;

void Print(const Options& options, const Row& row) {
  static Report report("lake", options.machine, kSeed);
  report.Print(row);
  missed = report.missed();
}

double Now() { return static_cast<double>(SystemClock().Monotonic().count()) * 1e-9; }

template <typename T>
T OrDie(Result<T> result) {
  if (result.ok()) return std::move(result).value();
  std::fprintf(stderr, "bench_lake: %s\n", result.error().ToString().c_str());
  std::exit(2);
}

void OrDie(const Status& status) {
  if (status.ok()) return;
  std::fprintf(stderr, "bench_lake: %s\n", status.error().ToString().c_str());
  std::exit(2);
}

std::string Feature(std::size_t i) { return "f" + std::to_string(i); }

// Blocks of decisions whose features are fresh random numbers, each about a tenth of them missing.
class Decisions {
 public:
  Decisions() {
    std::vector<data::Field> fields;
    for (std::size_t i = 0; i < kFeatures; ++i) {
      fields.push_back({Feature(i), data::Type::kFloat32, true});
    }
    auto binding = std::make_shared<records::Binding>();
    binding->model = "bench";
    binding->version = 1;
    binding->contract_hash = std::string(64, 'a');
    binding->inputs = std::make_shared<const data::Schema>(data::Schema::Make(fields).value());
    binding->outputs = std::make_shared<const data::Schema>(
        data::Schema::Make({{"score", data::Type::kFloat32, true}}).value());
    inputs_ = data::Batch(binding->inputs);
    outputs_ = data::Batch(binding->outputs);
    block_.binding = std::move(binding);
    block_.caller = "bench";
    block_.inputs = &inputs_;
    block_.outputs = &outputs_;
  }

  const records::DecisionBlock& Next(std::size_t rows) {
    inputs_.Clear();
    outputs_.Clear();
    rows_.assign(rows, {});
    for (std::size_t row = 0; row < rows; ++row) {
      for (std::size_t i = 0; i < kFeatures; ++i) AppendFeature(inputs_.column(i));
      const double score = rng_.Uniform();
      outputs_.column(0).Append(static_cast<float>(score));
      rows_[row].score = score;
    }
    inputs_.SetRows(rows);
    outputs_.SetRows(rows);
    block_.rows = rows_;
    block_.at = SystemClock().Now();
    return block_;
  }

 private:
  void AppendFeature(data::Column& column) {
    const double x = rng_.Uniform();
    x < 0.1 ? column.AppendNull() : column.Append(static_cast<float>(x));
  }

  Rng rng_{kSeed};
  data::Batch inputs_, outputs_;
  std::vector<records::RowDecision> rows_;
  records::DecisionBlock block_;
};

// Appends `decisions`, closes the journal, and gives the number behind its last segment.
std::uint32_t Write(const std::string& directory, std::uint64_t decisions, std::size_t rows) {
  records::Journal::Options options;
  options.directory = directory;
  options.files = &PosixFileSystem();
  options.clock = &SystemClock();
  options.ack = records::AckMode::kWritten;
  const auto journal = OrDie(records::Journal::Open(options));
  Decisions source;
  for (std::uint64_t done = 0; done < decisions; done += rows) {
    const records::DecisionBlock& block = source.Next(rows);
    while (!journal->Append(block, nullptr).ok()) {
      timespec pause{0, 1'000'000};
      nanosleep(&pause, nullptr);
    }
  }
  return journal->Stats().segment + 1;
}

double Export(const Options& options, const records::LakePlaces& places, std::uint32_t before,
              const char* name) {
  const double start = Now();
  const records::LakeReport report = OrDie(records::ExportSegments(places, before));
  const double rate = static_cast<double>(report.decisions) / (Now() - start);
  Print(options, {name, rate, "decisions/s", "bar", rate / 500'000, ">= 500000", rate >= 500'000});
  return rate;
}

void Aggregate(const Options& options, const records::LakePlaces& places) {
  auto db = OrDie(records::OpenAnalysis(places, {}));
  std::string sql = "SELECT verdict, count(*) AS decisions";
  for (std::size_t i = 0; i < kFeatures; ++i) {
    sql += ", avg(" + Feature(i) + "), stddev(" + Feature(i) + "), max(" + Feature(i) + ")";
  }
  const double start = Now();
  const data::Batch rows = OrDie(db->QueryAll(sql + " FROM decisions GROUP BY verdict", 100));
  const double took = Now() - start;
  if (rows.rows() != 1 || rows.column(1).Number(0) < static_cast<double>(options.decisions)) {
    std::fprintf(stderr, "bench_lake: not all decisions were seen\n");
    std::exit(2);
  }
  const double scaled = took * 1e7 / rows.column(1).Number(0);
  Print(options, {"aggregate 10,000,000 decisions x 20", scaled, "s", "bar", scaled / 5, "<= 5 s",
                  scaled <= 5});
}

// What DuckDB alone needs to write the exported rows again.
void Floor(const Options& options, const records::LakePlaces& places, double rate) {
  const auto db = OrDie(data::DuckDb::Open({.library_directory = places.library_directory}));
  const std::string files = data::DuckDb::Quote(places.lake_directory + "/decisions/**/*.parquet");
  OrDie(db->Run("CREATE TABLE rows AS SELECT * FROM read_parquet(" + files + ") LIMIT 1000000"));
  const double start = Now();
  OrDie(db->Run("COPY rows TO " + data::DuckDb::Quote(options.directory + "/floor.parquet") +
                " (FORMAT parquet, COMPRESSION zstd)"));
  const double floor = static_cast<double>(kFloorRows) / (Now() - start);
  Print(options, {"export of single requests, beside its floor", rate, "decisions/s",
                  "DuckDB's COPY of the same rows", rate / floor, "none", true});
}

void Run(const Options& options) {
  std::filesystem::remove_all(options.directory);
  records::LakePlaces places{.files = &PosixFileSystem(),
                             .journal_directory = options.directory + "/journal",
                             .lake_directory = options.directory + "/lake",
                             .library_directory = options.libraries};
  const std::uint64_t singles = std::min(kSingles, options.decisions);
  std::uint32_t before = Write(places.journal_directory, singles, 1);
  const double rate = Export(options, places, before, "export, one row a request");
  Floor(options, places, rate);
  if (options.decisions > singles) {
    before = Write(places.journal_directory, options.decisions - singles, kBulkRows);
    Export(options, places, before, "export, 100 rows a request");
  }
  Aggregate(options, places);
  std::filesystem::remove_all(options.directory);
}

}  // namespace
}  // namespace mooring::bench

int main(int argc, char** argv) {
  mooring::bench::Options options;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string_view name = argv[i];
    if (name == "--decisions") options.decisions = std::strtoull(argv[i + 1], nullptr, 10);
    if (name == "--libraries") options.libraries = argv[i + 1];
    if (name == "--directory") options.directory = argv[i + 1];
    if (name == "--machine") options.machine = argv[i + 1];
  }
  mooring::bench::Run(options);
  return mooring::bench::missed == 0 ? 0 : 1;
}

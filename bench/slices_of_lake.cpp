#include "bench/slices_of_lake.h"

#include <fmt/format.h>

#include <cmath>
#include <filesystem>

#include "base/clock.h"
#include "monitoring/exact/slice_report.h"
#include "records/lake/lake.h"
#include "records/lake/lake_files.h"

namespace mooring::bench {
namespace {

using data::DuckDb;

constexpr std::uint64_t kSegment = 2'000'000, kSegmentsADay = 5;

double Now() { return static_cast<double>(SystemClock().Monotonic().count()) * 1e-9; }

// The k-th random number of decision i, uniform in [0, 1).
std::string Uniform(int k) { return fmt::format("(hash(i * 8 + {}) / 18446744073709551616.0)", k); }

std::string DecisionsSql(std::uint32_t segment, std::uint64_t first, std::uint64_t rows) {
  return fmt::format(
      "SELECT 'd1-{0}-' || (i - {1}) AS decision_id, 1::INTEGER AS replica, {0}::BIGINT AS segment,"
      " (i - {1})::BIGINT AS ordinal, make_timestamp(1700006400000000 + i * 8640) AS \"at\","
      " 'bench' AS caller, 'price' AS model, 1::INTEGER AS version, 'admit' AS verdict,"
      " {2}::DOUBLE AS score, ({3} * 100000)::BIGINT AS amount_minor,"
      " (50 + 100 * {4})::BIGINT AS latency_us, 'A' || floor(16 * pow({5}, 2))::INTEGER AS origin,"
      " (100 + 2500 * {6})::FLOAT AS distance, (1440 * {7})::INTEGER AS minute"
      " FROM range({1}, {8}) t(i)",
      segment, first, Uniform(0), Uniform(1), Uniform(2), Uniform(3), Uniform(4), Uniform(5),
      first + rows);
}

// Every tenth decision turned out, one as often as its score says; of a hundred one is corrected.
std::string OutcomesSql(std::uint32_t segment, std::uint64_t first, std::uint64_t rows) {
  return fmt::format(
      "SELECT 'd1-{0}-' || (i - {1}) AS decision_id,"
      " make_timestamp(1700006400000000 + i * 8640) AS \"at\", 'late' AS name,"
      " ({2} < {3})::INTEGER::DOUBLE AS value, NULL::VARCHAR AS text,"
      " ({0} + again)::BIGINT AS recorded_segment, (i - {1})::BIGINT AS recorded_place"
      " FROM range({1}, {4}, 10) t(i), (VALUES (0), (1)) v(again) WHERE again = 0 OR i % 1000 = 0",
      segment, first, Uniform(6), Uniform(0), first + rows);
}

Status Copy(DuckDb& db, const std::string& sql, const std::string& path) {
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  return db.Run("COPY (" + sql + ") TO " + DuckDb::Quote(path) +
                " (FORMAT parquet, COMPRESSION zstd)");
}

Status MakeLake(const SlicesOptions& options, const std::string& lake) {
  ASSIGN_OR_RETURN(const auto db, DuckDb::Open({.library_directory = options.libraries}));
  const records::LakeNames names(lake);
  RETURN_IF_ERROR(names.MakeDirectories(PosixFileSystem()));
  std::uint32_t segment = 1;
  for (std::uint64_t first = 0; first < options.decisions; first += kSegment, ++segment) {
    const std::uint64_t rows = std::min(kSegment, options.decisions - first);
    const std::string day =
        FormatTime(Time(Micros(static_cast<std::int64_t>(1700006400000000 + first * 8640))))
            .substr(0, 10);
    const std::string folder = names.DecisionFolder("price", day);
    const std::string decisions =
        names.Decisions(folder, {.replica = 1, .segment = segment, .ordinal = 0}, 1, 0);
    const std::string outcomes = names.Outcomes(1, segment);
    RETURN_IF_ERROR(Copy(*db, DecisionsSql(segment, first, rows), decisions));
    RETURN_IF_ERROR(Copy(*db, OutcomesSql(segment, first, rows), outcomes));
    const std::string files =
        decisions.substr(lake.size() + 1) + "\n" + outcomes.substr(lake.size() + 1) + "\n";
    RETURN_IF_ERROR(PosixFileSystem().WriteFileDurably(names.Done(1, segment), AsBytes(files)));
  }
  return Ok();
}

// Whatever the report says must be what was written.
Status CheckReport(const SlicesOptions& options, const monitoring::SliceReport& report) {
  const auto n = static_cast<double>(options.decisions);
  const bool counted = report.rows == options.decisions &&
                       report.outcomes == (options.decisions + 9) / 10 &&
                       report.slices.size() == 16;
  if (!counted) return Error(Code::kInternal, "the report has not counted every decision");
  const monitoring::MeasuredSlice& greatest = report.slices.front();
  const double error = 5 / std::sqrt(n / 4);
  const bool right = std::abs(static_cast<double>(greatest.rows) / n - 0.25) < error &&
                     std::abs(greatest.mean_score - 0.5) < error &&
                     std::abs(greatest.mean_outcome - 0.5) < 10 * error && greatest.psi[0] < 1e-3;
  return right ? Ok() : Error(Code::kInternal, "the report's figures are not what was written");
}

}  // namespace

Status ReportSlicesOfLake(const SlicesOptions& options, Report& report) {
  const records::LakePlaces places = {&PosixFileSystem(), options.directory + "/journal",
                                      options.directory + "/lake", options.libraries};
  const std::string made = fmt::format("{}/made-{}", options.directory, options.decisions);
  if (!std::filesystem::exists(made)) {
    std::filesystem::remove_all(options.directory);
    const double start = Now();
    RETURN_IF_ERROR(MakeLake(options, places.lake_directory));
    RETURN_IF_ERROR(PosixFileSystem().WriteFileDurably(made, {}));
    std::fprintf(stderr, "made a lake of %llu decisions in %.0f s\n",
                 static_cast<unsigned long long>(options.decisions), Now() - start);
  }
  const double start = Now();
  ASSIGN_OR_RETURN(const auto db, records::OpenAnalysis(places, {}));
  ASSIGN_OR_RETURN(const monitoring::SliceReport slices,
                   monitoring::ReportSlices(
                       *db, {.model = "price",
                             .column = "origin",
                             .measures = {{.column = "score", .edges = {}, .reference = {}},
                                          {.column = "distance", .edges = {}, .reference = {}},
                                          {.column = "minute", .edges = {}, .reference = {}}},
                             .outcome = "late"}));
  const double seconds = Now() - start;
  if (!options.keep) std::filesystem::remove_all(options.directory);
  RETURN_IF_ERROR(CheckReport(options, slices));
  const double scaled = seconds * 1e8 / static_cast<double>(options.decisions);
  const std::string name = fmt::format(
      "report by 16 slices of {} decisions and {} outcomes, two threads{}", options.decisions,
      slices.outcomes, options.decisions == 100'000'000 ? "" : ", scaled to 100,000,000");
  report.Print({name.c_str(), scaled, "s", "bar", scaled / 60, "<= 60 s", scaled <= 60});
  return Ok();
}

}  // namespace mooring::bench

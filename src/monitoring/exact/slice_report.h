// SliceReport: the decisions of a span of time, slice by slice: how many, their mean score, how
// they turned out, and how far each slice's score and features are from the reference. Counted
// anew from every record in the lake, so it answers what no window was told to keep: slices that
// nobody named before, months back.
//
//   ASSIGN_OR_RETURN(auto db, records::OpenAnalysis(places, end));
//   ASSIGN_OR_RETURN(SliceReport report, ReportSlices(*db, {.model = "price", .column = "origin",
//                                                           .measures = {{.column = "score"}}}));
//
// A measure is compared in at most ten groups between its edges: those of the reference when they
// are given with its counts (data::GroupsOf has both), or deciles of the span's own rows, and then
// a slice is compared with all slices together. Of several outcomes for a decision the newest
// counts.
//
// Thread safety: one thread at a time a DuckDb. Failure: kInvalidArgument for a column that the
// model's decisions do not have, edges that do not ascend, or reference counts that do not fit
// them; kTooLarge for a column of more than 10,000 values. Cost: two scans of the columns asked
// for, 29 s for 100,000,000 decisions on two threads (bench_watch). Memory: DuckDB's limit, of
// which outcomes take at most a third: they are joined in as many passes as that needs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/result.h"
#include "data/store/duckdb.h"

namespace mooring::monitoring {

struct SliceMeasure {
  std::string column;         // of the lake: "score", an input's name
  std::vector<double> edges;  // group i is (edge i-1, edge i]; empty: deciles of the span
  std::vector<std::uint64_t> reference;  // counts of the groups, one more than edges; empty: the
                                         // span's own
};

struct SliceQuestion {
  static constexpr std::size_t kMostGroups = 10, kMostSlices = 256;

  std::string model;
  VersionNumber version = 0;     // 0: all
  std::optional<Time> from, to;  // from <= at < to
  std::string column;            // by whose value rows are told apart
  std::vector<double> cuts;      // of numbers, ascending: by the range it falls into
  std::vector<SliceMeasure> measures;
  std::string outcome;                      // by name, numeric; empty: without
  std::size_t most_slices = 64;             // the greatest; the rest are one slice "(others)"
  std::uint64_t outcomes_a_pass = 4 << 20;  // that are held in memory at a time
};

struct MeasuredSlice {
  std::string slice;  // "origin=ATL", "500 <= distance < 1500", "origin is missing", "(others)"
  std::uint64_t rows = 0;
  double mean_score = 0;  // NaN without scores
  std::uint64_t outcomes = 0;
  double mean_outcome = 0;  // of 0/1 outcomes the rate; NaN without outcomes
  // One a measure; NaN where either side has no values.
  std::vector<double> psi, psi_adjusted;
};

struct SliceReport {
  std::uint64_t rows = 0, outcomes = 0;
  std::vector<std::vector<double>> edges;  // that were used, one a measure
  std::vector<MeasuredSlice> slices;       // the greatest first, "(others)" last
};

Result<SliceReport> ReportSlices(data::DuckDb& db, const SliceQuestion& question);

}  // namespace mooring::monitoring

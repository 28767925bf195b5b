// The bench of reports per slice: a lake of many decisions in the product's layout and columns
// (docs/formats/lake.md), written by DuckDB from counters, then one report over all of it, counted
// from what was written.
//
// 2,000,000 decisions a segment and file, five segments a day, 16 origins of unequal traffic, and
// an outcome for every tenth decision, every hundredth of those corrected later. 100,000,000 take
// 2 GB of disk, removed afterwards unless `keep`.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "bench/report.h"

namespace mooring::bench {

struct SlicesOptions {
  std::uint64_t decisions = 100'000'000;
  std::string directory = "bench-watch", libraries = ".deps/lib";
  bool keep = false;  // and use again what is there
};

Status ReportSlicesOfLake(const SlicesOptions& options, Report& report);

}  // namespace mooring::bench

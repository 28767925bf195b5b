// Lake: sealed journal segments as Parquet files, which DuckDB, pandas and Spark read, and SQL over
// them together with what is not sealed yet.
//
//   lake/decisions/model=M/day=2026-01-31/r1-00000057-v3-0.parquet
//   lake/outcomes/r1-00000057.parquet
//   lake/segments/r1-00000057          the segment is complete in the lake; names its files
//
// Exporting a segment again gives the same files, so a crash in the middle costs only the work. The
// journal stays the truth: the lake may be deleted and made anew as long as the segments are kept.
//
// Thread safety: one thread at a time a Lake. Failure: kConflict when another process exports,
// kFailedPrecondition without DuckDB's library, kDataLoss from a damaged segment (but for one, the
// ones after it are not exported either). Budget: 500,000 decisions of 20 features a second on two
// cores, of which it takes the second only for more than one segment. Memory: two segments.
#pragma once

#include <memory>
#include <string>

#include "base/io/file_system.h"
#include "base/result.h"
#include "data/store/duckdb.h"
#include "records/journal/journal.h"

namespace mooring::records {

struct LakePlaces {
  FileSystem* files = nullptr;     // the machine's own: DuckDB writes files itself
  std::string journal_directory, lake_directory;
  std::string library_directory;   // holds DuckDB's library
};

struct LakeReport {
  std::uint64_t segments = 0, decisions = 0, outcomes = 0, files = 0;
};

// Exports every segment before `before` that is not in the lake yet. Give the number of the segment
// that is being written: Journal::Stats().segment, or of a closed journal EndOfJournal's segment +
// 1.
Result<LakeReport> ExportSegments(const LakePlaces& places, std::uint32_t before);

// Removes what came from segments that the journal has dropped (records before its oldest segment,
// by its anchor), of its replica: first the marks, so that no view names a file that is gone, then
// the files, finished or not. May be cut anywhere and called again; a call without anything to
// remove lists the lake's folders. Returns how many files went. Needs no DuckDB.
Result<std::size_t> DropFromLake(const LakePlaces& places);

// The newest segment of a replica that is complete in the lake; 0: none. Needs no DuckDB.
Result<std::uint32_t> NewestInLake(FileSystem& files, const std::string& lake_directory,
                                   std::uint16_t replica);

// A DuckDB with these views over the lake and, as of `end`, over what is in the journal alone:
//   decisions        one row a decision (docs/formats/lake.md); columns of all versions, by name
//   outcomes         every version of every outcome
//   latest_outcomes  the newest version of each
//   labelled         decisions with outcome_name, outcome_value, outcome_text, outcome_at
// It reads files under the lake's directory only. kNotFound parts are empty views, not errors.
Result<std::unique_ptr<data::DuckDb>> OpenAnalysis(const LakePlaces& places, JournalPosition end);

}  // namespace mooring::records

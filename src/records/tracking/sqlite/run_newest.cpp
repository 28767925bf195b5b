#include "records/tracking/sqlite/run_newest.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "records/tracking/sqlite/run_set.h"

namespace mooring::records {
namespace {

struct Placed {
  std::int64_t run = 0;
  std::optional<std::int64_t> start;
  std::string id;
};

bool IsNewer(const Placed& a, const Placed& b) {
  if (a.start != b.start) return a.start > b.start;  // none is less than any
  return a.id < b.id;
}

Placed PlacedOf(const data::Statement& row) {
  Placed placed{row.Int(0), std::nullopt, row.String(2)};
  if (!row.IsNull(1)) placed.start = row.Int(1);
  return placed;
}

std::vector<std::int64_t> Sorted(std::vector<Placed> placed, std::size_t count) {
  std::ranges::sort(placed, IsNewer);
  if (placed.size() > count) placed.resize(count);
  std::vector<std::int64_t> runs;
  runs.reserve(placed.size());
  for (const Placed& one : placed) runs.push_back(one.run);
  return runs;
}

constexpr std::string_view kWalk =
    "SELECT id, start_ms, uuid FROM runs WHERE experiment = ? AND stage = ? "
    "ORDER BY start_ms DESC, uuid";

// One experiment and stage: the index has the order.
template <typename Take>
Status WalkSection(Session& session, std::int64_t experiment, Lifecycle stage,
                   const RunTest& passes, std::size_t count, const Take& take) {
  ASSIGN_OR_RETURN(Query walk, session.Ask(kWalk));
  RETURN_IF_ERROR(walk->Start(experiment, static_cast<int>(stage)));
  for (std::size_t taken = 0; taken < count;) {
    ASSIGN_OR_RETURN(const bool more, walk->Step());
    if (!more) break;
    if (!passes(walk->Int(0))) continue;
    take(*walk);
    ++taken;
  }
  return Ok();
}

}  // namespace

Result<std::vector<std::int64_t>> NewestRuns(Session& session, const RunScope& scope,
                                             const RunTest& passes, std::size_t count) {
  const bool one_section = scope.experiments.size() == 1 && scope.view != ViewType::kAll;
  std::vector<std::int64_t> runs;
  std::vector<Placed> placed;
  for (const std::int64_t experiment : scope.experiments) {
    for (const Lifecycle stage : {Lifecycle::kActive, Lifecycle::kDeleted}) {
      if (!scope.Shows(stage)) continue;
      RETURN_IF_ERROR(
          WalkSection(session, experiment, stage, passes, count, [&](const data::Statement& row) {
            if (one_section) {
              runs.push_back(row.Int(0));
            } else {
              placed.push_back(PlacedOf(row));
            }
          }));
    }
  }
  return one_section ? std::move(runs) : Sorted(std::move(placed), count);
}

Status SortNewest(Session& session, const RunScope& scope, std::vector<std::int64_t>& runs) {
  if (runs.size() < 2) return Ok();
  if (runs.size() > scope.few) {
    RunSet set;
    for (const std::int64_t run : runs) set.Add(run);
    ASSIGN_OR_RETURN(
        runs, NewestRuns(
                  session, scope, [&](std::int64_t run) { return set.Has(run); }, runs.size()));
    return Ok();
  }
  std::vector<Placed> placed;
  placed.reserve(runs.size());
  ASSIGN_OR_RETURN(Query ask, session.Ask("SELECT id, start_ms, uuid FROM runs WHERE id = ?"));
  for (const std::int64_t run : runs) {
    RETURN_IF_ERROR(ask->Start(run));
    ASSIGN_OR_RETURN(const bool there, ask->Step());
    if (there) placed.push_back(PlacedOf(*ask));
  }
  runs = Sorted(std::move(placed), runs.size());
  return Ok();
}

}  // namespace mooring::records

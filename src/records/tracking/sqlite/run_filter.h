// Which runs pass the clauses of a filter, found through the indices of tracking.db.
//
// Each clause becomes one walk of the index of its key, no further than its comparator needs (= and
// ranges seek); what passes is intersected. Clauses that pass few runs go first, and once few are
// left the rest is asked run by run. A clause on an attribute that no index covers reads the
// experiments' runs.
//
// Cost: about 0.1 µs a row walked. Memory: a bit a run. Thread safety: as the session.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "records/search/query.h"
#include "records/tracking/sqlite/run_set.h"
#include "records/tracking/sqlite/session.h"
#include "records/tracking/tracking_store.h"

namespace mooring::records {

// Where a search looks: experiments that exist, each once, and the stages that it shows.
struct RunScope {
  std::vector<std::int64_t> experiments;
  ViewType view = ViewType::kActiveOnly;
  std::size_t few = 2000;  // runs that are looked up one by one, not found by a walk
  bool Shows(Lifecycle stage) const {
    return view == ViewType::kAll ||
           (stage == Lifecycle::kActive) == (view == ViewType::kActiveOnly);
  }
};

class PassingRuns {
 public:
  // Of a run of the scope's experiments, in whatever stage.
  bool Has(std::int64_t run) const {
    return (!passing_ || passing_->Has(run)) && !hidden_.Has(run);
  }
  // Nullopt: all but hidden ones pass.
  std::optional<std::size_t> count() const {
    return passing_ ? std::optional(passing_->count()) : std::nullopt;
  }
  const std::optional<RunSet>& passing() const { return passing_; }

 private:
  friend Result<PassingRuns> FilterRuns(Session&, const RunScope&, std::span<const search::Clause>);
  std::optional<RunSet> passing_;
  RunSet hidden_;  // those of a stage that the scope does not show
};

Result<PassingRuns> FilterRuns(Session& session, const RunScope& scope,
                               std::span<const search::Clause> clauses);

// The table of a metric's, param's or tag's values, with columns run, key, value.
std::string_view TableOf(search::Entity entity);

}  // namespace mooring::records

#include "records/tracking/sqlite/run_filter.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "records/search/match.h"
#include "records/search/vocabulary.h"
#include "records/tracking/sqlite/run_attributes.h"
#include "records/tracking/sqlite/run_rows.h"

namespace mooring::records {
namespace {

using data::Statement;
using search::Clause;
using search::Comparator;
using search::Condition;
using search::Entity;

template <typename Use>
Status EachRow(Query& query, const Use& use) {
  while (true) {
    ASSIGN_OR_RETURN(const bool more, query->Step());
    if (!more) return Ok();
    use(query);
  }
}

// The clauses that pass the fewest first, by a guess from their form.
int Wideness(const Clause& clause) {
  if (clause.entity == Entity::kAttribute && clause.key == "run_id" &&
      (clause.comparator == Comparator::kEqual || clause.comparator == Comparator::kIn)) {
    return 0;
  }
  const int unindexed = clause.entity == Entity::kAttribute ? 5 : 0;
  switch (clause.comparator) {
    case Comparator::kEqual:
    case Comparator::kIn: return (clause.numeric ? 2 : 1) + unindexed;
    case Comparator::kLess:
    case Comparator::kLessEqual:
    case Comparator::kGreater:
    case Comparator::kGreaterEqual: return 3 + unindexed;
    case Comparator::kLike:
    case Comparator::kIlike: return 4 + unindexed;
    case Comparator::kIsNull: return 12;
    default: return 5 + unindexed;
  }
}

class RunFilter {
 public:
  RunFilter(Session& session, const RunScope& scope) : session_(session), scope_(scope) {}

  Status Apply(const Condition& condition, std::optional<RunSet>& passing) {
    const Entity entity = condition.clause().entity;
    const bool keyed = entity != Entity::kAttribute && entity != Entity::kDataset;
    if (passing && passing->count() <= scope_.few && (!keyed || scope_.experiments.size() == 1)) {
      if (keyed) return AskEach(condition, *passing);
      if (entity == Entity::kAttribute) return AskEachAttribute(condition, *passing);
    }
    RunSet found;
    if (keyed) {
      RETURN_IF_ERROR(WalkKey(condition, found));
    } else if (entity == Entity::kDataset) {
      RETURN_IF_ERROR(WalkDatasets(condition, found));
    } else {
      RETURN_IF_ERROR(WalkAttribute(condition, found));
    }
    if (passing) {
      passing->Intersect(found);
    } else {
      passing = std::move(found);
    }
    return Ok();
  }

  Status AddStage(Lifecycle stage, RunSet& runs) {
    for (const std::int64_t experiment : scope_.experiments) {
      ASSIGN_OR_RETURN(Query walk,
                       session_.Ask("SELECT id FROM runs WHERE experiment = ? AND stage = ?"));
      RETURN_IF_ERROR(walk->Start(experiment, static_cast<int>(stage)));
      RETURN_IF_ERROR(EachRow(walk, [&](Query& row) { runs.Add(row->Int(0)); }));
    }
    return Ok();
  }

 private:
  static bool PassesValue(const Condition& condition, const Statement& row, int column) {
    return condition.clause().numeric ? condition.PassesNumber(ValueOf(row, column))
                                      : condition.PassesText(row.Text(column));
  }

  // One statement's rows (run, value): the run is added when its value passes.
  template <typename... Values>
  Status Walk(const Condition* condition, RunSet& found, std::string_view sql,
              const Values&... values) {
    ASSIGN_OR_RETURN(Query walk, session_.Ask(sql));
    RETURN_IF_ERROR(walk->Start(values...));
    return EachRow(walk, [&](Query& row) {
      if (condition == nullptr || PassesValue(*condition, *row, 1)) found.Add(row->Int(0));
    });
  }

  Status WalkKey(const Condition& condition, RunSet& found) {
    const Clause& clause = condition.clause();
    const bool absent = clause.comparator == Comparator::kIsNull;
    if (absent) {
      RETURN_IF_ERROR(AddStage(Lifecycle::kActive, found));
      RETURN_IF_ERROR(AddStage(Lifecycle::kDeleted, found));
    }
    RunSet having;
    for (const std::int64_t experiment : scope_.experiments) {
      ASSIGN_OR_RETURN(const auto key, session_.FindKey(experiment, clause.key));
      if (key) RETURN_IF_ERROR(WalkOneKey(condition, *key, absent ? having : found));
    }
    if (absent) found.Subtract(having);
    return Ok();
  }

  Status WalkOneKey(const Condition& condition, std::int64_t key, RunSet& found) {
    const Clause& clause = condition.clause();
    const std::string_view table = TableOf(clause.entity);
    const std::string all = fmt::format("SELECT run, value FROM {} WHERE key = ?", table);
    switch (clause.comparator) {
      case Comparator::kIsNull:
      case Comparator::kIsNotNull: return Walk(nullptr, found, all, key);
      case Comparator::kEqual:
      case Comparator::kLess:
      case Comparator::kLessEqual:
      case Comparator::kGreater:
      case Comparator::kGreaterEqual: {
        const std::string seek = fmt::format("SELECT run FROM {} WHERE key = ? AND value {} ?",
                                             table, search::NameOf(clause.comparator));
        if (clause.numeric) return Walk(nullptr, found, seek, key, clause.number);
        return Walk(nullptr, found, seek, key, clause.text);
      }
      default: return Walk(&condition, found, all, key);
    }
  }

  Status WalkDatasets(const Condition& condition, RunSet& found) {
    const std::string& key = condition.clause().key;
    const std::string_view sql =
        key == "context"
            ? "SELECT r.run, t.value FROM datasets d JOIN run_datasets r ON r.dataset = d.id "
              "JOIN run_dataset_tags t ON t.run = r.run AND t.dataset = d.id "
              "AND t.key = 'mlflow.data.context' WHERE d.experiment = ?"
        : key == "name" ? "SELECT r.run, d.name FROM datasets d JOIN run_datasets r "
                          "ON r.dataset = d.id WHERE d.experiment = ?"
                        : "SELECT r.run, d.digest FROM datasets d JOIN run_datasets r "
                          "ON r.dataset = d.id WHERE d.experiment = ?";
    for (const std::int64_t experiment : scope_.experiments) {
      RETURN_IF_ERROR(Walk(&condition, found, sql, experiment));
    }
    return Ok();
  }

  Status WalkAttribute(const Condition& condition, RunSet& found) {
    const Clause& clause = condition.clause();
    const bool equal = clause.comparator == Comparator::kEqual;
    if (clause.key == "run_id" && (equal || clause.comparator == Comparator::kIn)) {
      std::vector<std::string> ids = clause.list;
      if (equal) ids = {clause.text};
      for (const std::string& id : ids) {
        const auto run = FindRun(session_, id);
        if (!run.ok() && run.error().code() != Code::kNotFound) return run.error();
        const bool ours = run.ok() && std::ranges::find(scope_.experiments, run->experiment) !=
                                          scope_.experiments.end();
        if (ours) found.Add(run->number);
      }
      return Ok();
    }
    const std::string_view attribute = clause.key;
    ASSIGN_OR_RETURN(const std::string sql, AttributeRows(session_, scope_, {&attribute, 1}));
    ASSIGN_OR_RETURN(Query walk, session_.Ask(sql));
    RETURN_IF_ERROR(walk->Start());
    return EachRow(walk, [&](Query& row) {
      if (PassesAttribute(condition, *row)) found.Add(row->Int(0));
    });
  }

  Status AskEach(const Condition& condition, RunSet& passing) {
    const Clause& clause = condition.clause();
    ASSIGN_OR_RETURN(const auto key, session_.FindKey(scope_.experiments.front(), clause.key));
    ASSIGN_OR_RETURN(Query ask,
                     session_.Ask(fmt::format("SELECT run, value FROM {} WHERE run = ? AND key = ?",
                                              TableOf(clause.entity))));
    RunSet found;
    for (const std::int64_t run : passing.Numbers()) {
      bool there = false;
      if (key) {
        RETURN_IF_ERROR(ask->Start(run, *key));
        ASSIGN_OR_RETURN(there, ask->Step());
      }
      const bool passes = clause.comparator == Comparator::kIsNull ? !there
                          : clause.comparator == Comparator::kIsNotNull
                              ? there
                              : there && PassesValue(condition, *ask, 1);
      if (passes) found.Add(run);
    }
    passing = std::move(found);
    return Ok();
  }

  Status AskEachAttribute(const Condition& condition, RunSet& passing) {
    ASSIGN_OR_RETURN(Query ask, session_.Ask(fmt::format("SELECT id, {} FROM runs WHERE id = ?",
                                                         ColumnOf(condition.clause().key))));
    RunSet found;
    for (const std::int64_t run : passing.Numbers()) {
      RETURN_IF_ERROR(ask->Start(run));
      ASSIGN_OR_RETURN(const bool there, ask->Step());
      if (there && PassesAttribute(condition, *ask)) found.Add(run);
    }
    passing = std::move(found);
    return Ok();
  }

  Session& session_;
  const RunScope& scope_;
};

}  // namespace

std::string_view TableOf(Entity entity) {
  return entity == Entity::kMetric ? "latest" : entity == Entity::kParam ? "params" : "tags";
}

Result<PassingRuns> FilterRuns(Session& session, const RunScope& scope,
                               std::span<const Clause> clauses) {
  PassingRuns runs;
  RunFilter filter(session, scope);
  if (scope.view == ViewType::kActiveOnly) {
    RETURN_IF_ERROR(filter.AddStage(Lifecycle::kDeleted, runs.hidden_));
  } else if (scope.view == ViewType::kDeletedOnly) {
    RETURN_IF_ERROR(filter.AddStage(Lifecycle::kDeleted, runs.passing_.emplace()));
  }
  std::vector<Condition> conditions(clauses.begin(), clauses.end());
  std::ranges::stable_sort(conditions, {},
                           [](const Condition& condition) { return Wideness(condition.clause()); });
  for (const Condition& condition : conditions) {
    RETURN_IF_ERROR(filter.Apply(condition, runs.passing_));
    if (runs.passing_->count() == 0) break;
  }
  return runs;
}

}  // namespace mooring::records

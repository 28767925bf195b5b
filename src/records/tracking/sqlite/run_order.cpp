#include "records/tracking/sqlite/run_order.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "records/tracking/sqlite/run_best.h"
#include "records/tracking/sqlite/run_columns.h"
#include "records/tracking/sqlite/run_newest.h"
#include "records/tracking/sqlite/run_rows.h"

namespace mooring::records {
namespace {

using search::Entity;
using search::SortKey;
using Runs = std::vector<std::int64_t>;

constexpr auto kAll = static_cast<std::size_t>(-1);
constexpr std::size_t kBest = 10'000;  // runs of which the best are kept; more are sorted whole

bool IsAttribute(const SortKey& key) { return key.entity == Entity::kAttribute; }
bool IsStart(const SortKey& key) {
  return IsAttribute(key) && key.key == "start_time" && !key.ascending;
}
bool IsId(const SortKey& key) { return IsAttribute(key) && key.key == "run_id" && key.ascending; }

// All that pass, by columns; ties keep the newest first.
Result<Runs> SortByColumns(Session& session, const RunScope& scope, Runs newest,
                           std::span<const SortKey> order, std::size_t count) {
  std::vector<RunColumn> columns;
  for (const SortKey& key : order) {
    ASSIGN_OR_RETURN(RunColumn column, ReadColumn(session, scope, key, newest));
    columns.push_back(std::move(column));
  }
  std::vector<std::uint32_t> places(newest.size());
  for (std::size_t i = 0; i < places.size(); ++i) places[i] = static_cast<std::uint32_t>(i);
  const auto before = [&](std::uint32_t a, std::uint32_t b) {
    for (const RunColumn& column : columns) {
      if (const int compared = column.Compare(a, b); compared != 0) return compared < 0;
    }
    return a < b;
  };
  const std::size_t wanted = std::min(count, places.size());
  const auto end = places.begin() + static_cast<std::ptrdiff_t>(wanted);
  std::partial_sort(places.begin(), end, places.end(), before);
  Runs runs;
  runs.reserve(wanted);
  for (std::size_t i = 0; i < wanted; ++i) runs.push_back(newest[places[i]]);
  return runs;
}

// Runs in the order of one key's values in one experiment, until there are `count`; ties by `rest`.
class KeyWalk {
 public:
  KeyWalk(Session& session, const RunScope& scope, const PassingRuns& passing,
          std::span<const SortKey> rest, std::size_t count)
      : session_(session), scope_(scope), passing_(passing), rest_(rest), count_(count) {}

  Result<Runs> Run(const SortKey& key, std::int64_t id) {
    const bool metric = key.entity == Entity::kMetric;
    const std::string direction = key.ascending ? "" : " DESC";
    RETURN_IF_ERROR(
        Walk(fmt::format("SELECT run, value FROM {} WHERE key = ?{} ORDER BY value{}",
                         TableOf(key.entity), metric ? " AND value IS NOT NULL" : "", direction),
             id, metric));
    if (metric && found_.size() < count_) {
      RETURN_IF_ERROR(Walk("SELECT run, 0 FROM latest WHERE key = ? AND value IS NULL", id, true));
    }
    if (found_.size() < count_) {
      const auto without = [&](std::int64_t run) { return passing_.Has(run) && !having_.Has(run); };
      const std::size_t wanted = count_ - found_.size();
      ASSIGN_OR_RETURN(Runs others,
                       NewestRuns(session_, scope_, without, rest_.empty() ? wanted : kAll));
      RETURN_IF_ERROR(AddByRest(std::move(others), wanted));
    }
    if (found_.size() > count_) found_.resize(count_);
    return std::move(found_);
  }

 private:
  Status Walk(const std::string& sql, std::int64_t id, bool numeric) {
    ASSIGN_OR_RETURN(Query walk, session_.Ask(sql));
    RETURN_IF_ERROR(walk->Start(id));
    double number = 0;
    std::string text;
    while (found_.size() < count_) {
      ASSIGN_OR_RETURN(const bool more, walk->Step());
      if (!more) break;
      const bool same = numeric ? walk->Real(1) == number : walk->Text(1) == text;
      if (!same) {
        RETURN_IF_ERROR(CloseGroup());
        if (numeric) {
          number = walk->Real(1);
        } else {
          text = walk->Text(1);
        }
      }
      const std::int64_t run = walk->Int(0);
      having_.Add(run);
      if (passing_.Has(run)) group_.push_back(run);
    }
    return CloseGroup();
  }

  // Runs of equal values.
  Status CloseGroup() {
    Runs group = std::exchange(group_, {});
    if (group.empty() || found_.size() >= count_) return Ok();
    RETURN_IF_ERROR(SortNewest(session_, scope_, group));
    return AddByRest(std::move(group), count_ - found_.size());
  }

  // `newest` are in the order of NewestRuns.
  Status AddByRest(Runs newest, std::size_t wanted) {
    if (!rest_.empty() && newest.size() > 1) {
      ASSIGN_OR_RETURN(newest, SortByColumns(session_, scope_, std::move(newest), rest_, wanted));
    }
    found_.insert(found_.end(), newest.begin(), newest.end());
    return Ok();
  }

  Session& session_;
  const RunScope& scope_;
  const PassingRuns& passing_;
  const std::span<const SortKey> rest_;
  const std::size_t count_;
  Runs found_, group_;
  RunSet having_;  // that the walk came by
};

}  // namespace

Result<Runs> FirstRuns(Session& session, const RunScope& scope, const PassingRuns& passing,
                       std::span<const SortKey> order, std::size_t count) {
  const auto passes = [&](std::int64_t run) { return passing.Has(run); };
  while (order.size() >= 2 && IsStart(order[order.size() - 2]) && IsId(order.back())) {
    order = order.first(order.size() - 2);  // what NewestRuns gives by itself
  }
  const bool few = passing.count() && *passing.count() <= scope.few;
  if (order.empty() && !few) return NewestRuns(session, scope, passes, count);
  if (!few && order[0].entity != Entity::kAttribute && scope.experiments.size() == 1) {
    ASSIGN_OR_RETURN(const auto key, session.FindKey(scope.experiments[0], order[0].key));
    if (!key) return FirstRuns(session, scope, passing, order.subspan(1), count);
    return KeyWalk(session, scope, passing, order.subspan(1), count).Run(order[0], *key);
  }
  if (!few && count <= kBest && std::ranges::all_of(order, IsAttribute)) {
    return BestRuns(session, scope, passing, order, count);
  }
  Runs newest;
  if (few) {
    newest = passing.passing()->Numbers();
    std::erase_if(newest, [&](std::int64_t run) { return !passing.Has(run); });
    RETURN_IF_ERROR(SortNewest(session, scope, newest));
    if (order.empty()) {
      if (newest.size() > count) newest.resize(count);
      return newest;
    }
  } else {
    ASSIGN_OR_RETURN(newest, NewestRuns(session, scope, passes, kAll));
  }
  return SortByColumns(session, scope, std::move(newest), order, count);
}

}  // namespace mooring::records

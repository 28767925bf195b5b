#include "records/tracking/sqlite/run_columns.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <unordered_map>

#include "records/tracking/sqlite/run_attributes.h"
#include "records/tracking/sqlite/run_rows.h"

namespace mooring::records {
namespace {

using search::Entity;
using search::SortKey;

// Where each of some runs stands among them.
class Places {
 public:
  explicit Places(std::span<const std::int64_t> runs) {
    std::int64_t greatest = 0;
    for (const std::int64_t run : runs) greatest = std::max(greatest, run);
    at_.resize(static_cast<std::size_t>(greatest) + 1);
    for (std::size_t i = 0; i < runs.size(); ++i) {
      at_[static_cast<std::size_t>(runs[i])] = static_cast<std::uint32_t>(i + 1);
    }
  }
  // Its index + 1, or 0.
  std::size_t Of(std::int64_t run) const {
    const auto number = static_cast<std::size_t>(run);
    return number < at_.size() ? at_[number] : 0;
  }

 private:
  std::vector<std::uint32_t> at_;
};

// Rows (run, number).
Status PutNumbers(Query& rows, const Places& places, bool null_is_nan, RunColumn& column) {
  while (true) {
    ASSIGN_OR_RETURN(const bool more, rows->Step());
    if (!more) return Ok();
    const std::size_t at = places.Of(rows->Int(0));
    if (at == 0 || (!null_is_nan && rows->IsNull(1))) continue;
    column.Put(at - 1, ValueOf(*rows, 1));
  }
}

// Rows (run, text) in the order of the texts.
Status PutTexts(Query& rows, const Places& places, RunColumn& column) {
  std::string last;
  double place = 0;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, rows->Step());
    if (!more) return Ok();
    const std::string_view text = rows->Text(1);
    if (text != last) {
      last = text;
      ++place;
    }
    if (const std::size_t at = places.Of(rows->Int(0)); at != 0) column.Put(at - 1, place);
  }
}

// The names of statuses in their order.
Status PutStatuses(Query& rows, const Places& places, RunColumn& column) {
  while (true) {
    ASSIGN_OR_RETURN(const bool more, rows->Step());
    if (!more) return Ok();
    const std::string_view name = NameOf(static_cast<RunStatus>(rows->Int(1)));
    double place = 0;
    for (int other = 1; other <= static_cast<int>(RunStatus::kKilled); ++other) {
      place += NameOf(static_cast<RunStatus>(other)) < name ? 1 : 0;
    }
    if (const std::size_t at = places.Of(rows->Int(0)); at != 0) column.Put(at - 1, place);
  }
}

// The key of few runs, one by one.
Status AskFew(Session& session, const SortKey& key, std::int64_t id,
              std::span<const std::int64_t> runs, RunColumn& column) {
  ASSIGN_OR_RETURN(Query ask,
                   session.Ask(fmt::format("SELECT value FROM {} WHERE run = ? AND key = ?",
                                           TableOf(key.entity))));
  std::vector<std::pair<std::string, std::size_t>> texts;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    RETURN_IF_ERROR(ask->Start(runs[i], id));
    ASSIGN_OR_RETURN(const bool there, ask->Step());
    if (!there) continue;
    if (key.entity == Entity::kMetric) {
      column.Put(i, ValueOf(*ask, 0));
    } else {
      texts.emplace_back(ask->Text(0), i);
    }
  }
  std::sort(texts.begin(), texts.end());
  double place = 0;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (i > 0 && texts[i].first != texts[i - 1].first) ++place;
    column.Put(texts[i].second, place);
  }
  return Ok();
}

std::string List(std::span<const std::int64_t> numbers) {
  return fmt::format("({})", fmt::join(numbers, ","));
}

Status ReadAttribute(Session& session, const RunScope& scope, const std::string& key,
                     const Places& places, RunColumn& column) {
  const bool time = key == "start_time" || key == "end_time", status = key == "status";
  const std::string_view attribute = key;
  ASSIGN_OR_RETURN(std::string sql, AttributeRows(session, scope, {&attribute, 1}));
  if (!time && !status) sql += fmt::format(" ORDER BY {}", ColumnOf(key));
  ASSIGN_OR_RETURN(Query rows, session.Ask(sql));
  RETURN_IF_ERROR(rows->Start());
  if (time) return PutNumbers(rows, places, false, column);
  if (status) return PutStatuses(rows, places, column);
  return PutTexts(rows, places, column);
}

}  // namespace

Result<RunColumn> ReadColumn(Session& session, const RunScope& scope, const SortKey& key,
                             std::span<const std::int64_t> runs) {
  RunColumn column(runs.size(), key.ascending);
  const Places places(runs);
  if (key.entity == Entity::kAttribute) {
    RETURN_IF_ERROR(ReadAttribute(session, scope, key.key, places, column));
    return column;
  }
  std::vector<std::int64_t> keys;
  for (const std::int64_t experiment : scope.experiments) {
    ASSIGN_OR_RETURN(const auto id, session.FindKey(experiment, key.key));
    if (id) keys.push_back(*id);
  }
  if (keys.empty()) return column;
  const std::string which = keys.size() == 1 ? "= ?" : "IN " + List(keys);
  const bool metric = key.entity == Entity::kMetric;
  if (keys.size() == 1 && runs.size() <= scope.few) {
    RETURN_IF_ERROR(AskFew(session, key, keys.front(), runs, column));
    return column;
  }
  ASSIGN_OR_RETURN(Query rows, session.Ask(fmt::format("SELECT run, value FROM {} WHERE key {}{}",
                                                       TableOf(key.entity), which,
                                                       metric ? "" : " ORDER BY value")));
  RETURN_IF_ERROR(keys.size() == 1 ? rows->Start(keys.front()) : rows->Start());
  RETURN_IF_ERROR(metric ? PutNumbers(rows, places, true, column) : PutTexts(rows, places, column));
  return column;
}

}  // namespace mooring::records

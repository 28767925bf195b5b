#include "monitoring/exact/exact_drift.h"

#include <algorithm>
#include <atomic>
#include <optional>

#include "base/threads/named_thread.h"
#include "monitoring/exact/exact_column.h"

namespace mooring::monitoring {
namespace {

using Field = ColumnSource::Field;

const Field* FindField(const std::vector<Field>& fields, const std::string& name) {
  const auto found = std::find_if(fields.begin(), fields.end(),
                                  [&](const Field& field) { return field.name == name; });
  return found == fields.end() ? nullptr : &*found;
}

// The fields of both; the others are noted in the report.
Result<std::vector<Field>> Match(const std::vector<Field>& reference,
                                 const std::vector<Field>& current, ExactReport& report) {
  std::vector<Field> common;
  for (const Field& field : reference) {
    const Field* other = FindField(current, field.name);
    if (other == nullptr) {
      report.only_in_reference.push_back(field.name);
    } else if (other->numeric != field.numeric) {
      return Error(Code::kInvalidArgument,
                   "column '" + field.name + "' is " + (field.numeric ? "numbers" : "text") +
                       " in the reference and " + (field.numeric ? "text" : "numbers") + " now");
    } else {
      common.push_back(field);
    }
  }
  for (const Field& field : current) {
    if (FindField(reference, field.name) == nullptr) report.only_in_current.push_back(field.name);
  }
  if (common.empty()) return Error(Code::kInvalidArgument, "the tables have no column in common");
  return common;
}

// Columns are taken in order by whoever is free; each goes to its own place.
class Work {
 public:
  Work(const ColumnSource& reference, const ColumnSource& current, std::vector<Field> fields)
      : reference_(reference),
        current_(current),
        fields_(std::move(fields)),
        done_(fields_.size()) {}

  // Takes columns until there are none or one failed.
  void Run() {
    std::optional<ColumnComparer> comparer;
    for (std::size_t at = next_++; at < fields_.size() && !failed_; at = next_++) {
      if (!comparer.has_value()) {
        Result<ColumnComparer> opened = ColumnComparer::Open(reference_, current_);
        if (!opened.ok()) return Fail(at, std::move(opened).error());
        comparer.emplace(std::move(opened).value());
      }
      Result<ExactColumn> compared = comparer->Compare(fields_[at]);
      if (!compared.ok()) return Fail(at, std::move(compared).error());
      done_[at] = std::move(compared);
    }
  }
  std::size_t size() const { return fields_.size(); }
  // Of finished work: the columns, or the error of the first that failed.
  Status Take(std::vector<ExactColumn>& into) {
    for (std::optional<Result<ExactColumn>>& column : done_) {
      if (column.has_value() && !column->ok()) return std::move(*column).error();
    }
    for (std::optional<Result<ExactColumn>>& column : done_) {
      into.push_back(std::move(*column).value());
    }
    return Ok();
  }

 private:
  void Fail(std::size_t at, Error error) {
    failed_ = true;
    done_[at] = std::move(error);
  }

  const ColumnSource& reference_;
  const ColumnSource& current_;
  const std::vector<Field> fields_;
  std::vector<std::optional<Result<ExactColumn>>> done_;
  std::atomic<std::size_t> next_ = 0;
  std::atomic<bool> failed_ = false;
};

}  // namespace

const ExactColumn* ExactReport::Find(std::string_view name) const {
  for (const ExactColumn& column : columns) {
    if (column.name == name) return &column;
  }
  return nullptr;
}

Result<ExactReport> CompareExactly(const ColumnSource& reference, const ColumnSource& current,
                                   const ExactOptions& options) {
  ExactReport report;
  ASSIGN_OR_RETURN(const std::vector<Field> before, reference.Fields());
  ASSIGN_OR_RETURN(const std::vector<Field> now, current.Fields());
  ASSIGN_OR_RETURN(std::vector<Field> common, Match(before, now, report));
  Work work(reference, current, std::move(common));
  {
    const std::size_t workers = std::clamp<std::size_t>(options.threads, 1, work.size());
    std::vector<NamedThread> others(workers - 1);
    for (NamedThread& thread : others) {
      thread = NamedThread("exact drift", [&work](const std::stop_token&) { work.Run(); });
    }
    work.Run();
    for (NamedThread& thread : others) thread.Join();
  }
  RETURN_IF_ERROR(work.Take(report.columns));
  return report;
}

}  // namespace mooring::monitoring

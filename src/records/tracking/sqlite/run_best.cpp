#include "records/tracking/sqlite/run_best.h"

#include <algorithm>
#include <string>

#include "records/tracking/sqlite/run_attributes.h"

namespace mooring::records {
namespace {

using search::SortKey;

enum class Form : std::uint8_t { kTime, kStatus, kText };

Form FormOf(const SortKey& key) {
  if (key.key == "start_time" || key.key == "end_time") return Form::kTime;
  return key.key == "status" ? Form::kStatus : Form::kText;
}

// What a run has of one key; a status by its name.
struct Value {
  bool missing = false;
  std::int64_t time = 0;
  std::string text;
};

struct Candidate {
  std::int64_t run = 0;
  std::vector<Value> values;  // one a key
};

class Best {
 public:
  Best(std::span<const SortKey> order, std::size_t count)
      : keys_(order.begin(), order.end()), count_(count) {
    keys_.push_back({.key = "start_time", .ascending = false});
    keys_.push_back({.key = "run_id"});
    for (const SortKey& key : keys_) forms_.push_back(FormOf(key));
    scratch_.values.resize(keys_.size());
  }

  std::vector<std::string_view> attributes() const {
    std::vector<std::string_view> names;
    for (const SortKey& key : keys_) names.push_back(key.key);
    return names;
  }

  // A row: the run, then the keys' attributes.
  void Offer(const data::Statement& row) {
    Read(row);
    const auto before = [this](const Candidate& a, const Candidate& b) { return Before(a, b); };
    if (kept_.size() == count_) {
      if (!Before(scratch_, kept_.front())) return;
      std::pop_heap(kept_.begin(), kept_.end(), before);
      kept_.back() = scratch_;
    } else {
      kept_.push_back(scratch_);
    }
    std::push_heap(kept_.begin(), kept_.end(), before);
  }

  std::vector<std::int64_t> Take() {
    std::sort(kept_.begin(), kept_.end(),
              [this](const Candidate& a, const Candidate& b) { return Before(a, b); });
    std::vector<std::int64_t> runs;
    runs.reserve(kept_.size());
    for (const Candidate& candidate : kept_) runs.push_back(candidate.run);
    return runs;
  }

 private:
  void Read(const data::Statement& row) {
    scratch_.run = row.Int(0);
    for (std::size_t i = 0; i < keys_.size(); ++i) {
      Value& value = scratch_.values[i];
      const int column = static_cast<int>(i) + 1;
      switch (forms_[i]) {
        case Form::kTime:
          value.missing = row.IsNull(column);
          value.time = value.missing ? 0 : row.Int(column);
          break;
        case Form::kStatus: value.text = NameOf(static_cast<RunStatus>(row.Int(column))); break;
        case Form::kText: value.text = row.Text(column); break;
      }
    }
  }

  bool Before(const Candidate& a, const Candidate& b) const {
    for (std::size_t i = 0; i < keys_.size(); ++i) {
      const Value &left = a.values[i], &right = b.values[i];
      if (left.missing != right.missing) return right.missing;
      const int compared = forms_[i] == Form::kTime
                               ? (left.time > right.time) - (left.time < right.time)
                               : left.text.compare(right.text);
      if (compared != 0) return (compared < 0) == keys_[i].ascending;
    }
    return false;
  }

  std::vector<SortKey> keys_;
  std::vector<Form> forms_;
  const std::size_t count_;
  std::vector<Candidate> kept_;  // a heap: the last of them in front
  Candidate scratch_;
};

}  // namespace

Result<std::vector<std::int64_t>> BestRuns(Session& session, const RunScope& scope,
                                           const PassingRuns& passing,
                                           std::span<const SortKey> order, std::size_t count) {
  if (count == 0) return std::vector<std::int64_t>();
  Best best(order, count);
  ASSIGN_OR_RETURN(const std::string sql, AttributeRows(session, scope, best.attributes()));
  ASSIGN_OR_RETURN(Query rows, session.Ask(sql));
  RETURN_IF_ERROR(rows->Start());
  while (true) {
    ASSIGN_OR_RETURN(const bool more, rows->Step());
    if (!more) return best.Take();
    if (passing.Has(rows->Int(0))) best.Offer(*rows);
  }
}

}  // namespace mooring::records

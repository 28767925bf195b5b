#include "serving/stop_limits/realised_result.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include "serving/stop_limits/limit_window.h"
#include "serving/stop_limits/open_decisions.h"

namespace mooring::serving {
namespace {

using records::LimitDelta;
using records::LimitKind;
using records::LimitOp;
using records::LimitStateId;
using records::Outcome;
using records::ReadDecisions;
using records::RowDecision;
using records::Verdict;
using What = RealisedResult::What;

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

// The outcome as a number; null when it is not the one that results are of.
std::optional<double> TruthOf(const Outcome& outcome, const LimitSet::ResultSource& source) {
  if (outcome.name != source.outcome) return std::nullopt;
  if (!outcome.text.empty()) {
    if (source.positive.empty()) return std::nullopt;
    return outcome.text == source.positive ? 1.0 : 0.0;
  }
  return std::isfinite(outcome.value) ? std::optional(outcome.value) : std::nullopt;
}

bool GaveValue(Verdict verdict) {
  return verdict == Verdict::kAdmit || verdict == Verdict::kClamp || verdict == Verdict::kFallback;
}

// What the model itself said of a row: the output of the contract's name, else the last; NaN: null.
double RawScoreOf(const ReadDecisions& block, const std::string& output, std::size_t row) {
  const std::size_t columns = block.outputs == nullptr ? 0 : block.outputs->schema().size();
  if (columns == 0) return kNone;
  const data::Column* column = block.outputs->Find(output);
  if (column == nullptr) column = &block.outputs->column(columns - 1);
  const bool number = data::IsNumeric(column->type()) || column->type() == data::Type::kBool;
  return number && !column->IsNull(row) ? column->Number(row) : kNone;
}

// One row of a block beside its outcome.
class RowResult {
 public:
  RowResult(const ReadDecisions& block, std::uint32_t row, const LimitSet& set)
      : set_(set), decision_(block.rows[row]) {
    const bool own = decision_.verdict != Verdict::kFallback;
    values_.inputs = block.inputs;
    values_.row = row;
    values_.raw = own ? RawScoreOf(block, set.output(), row) : decision_.score;
    values_.score = decision_.score;
    values_.amount_minor = decision_.amount_minor;
    candidate_.inputs = block.inputs;
    candidate_.row = row;
    candidate_.score = values_.raw;
    candidate_.decision = &decision_;
    candidate_.caller = block.caller;
    candidate_.version = block.binding->version;
    candidate_.recorded = true;
  }

  void Into(double outcome, RealisedResult& result) {
    values_.outcome = outcome;
    const LimitRow own(set_.columns(), values_), known(*set_.result_columns(), values_);
    result.what = What::kNothing;
    for (const CompiledLimit& limit : set_.limits()) {
      if (!limit.result || !Concerns(limit, own)) continue;
      const LimitStateId state = set_.StateOf(limit, candidate_);
      const bool held = std::ranges::find(result.awaiting, state) != result.awaiting.end();
      const bool fixed = decision_.verdict == Verdict::kFallback && limit.shape.hard;
      if (fixed && !held) continue;
      const auto units = limit.result->EvaluateMoney(known.batch(), 0, limit.digits,
                                                     data::Decimal::Rounding::kDown);
      if (!units.ok() || !*units) {
        result.what = What::kWaits;  // all of them: each decision counts once
        result.parts.clear();
        return;
      }
      result.what = What::kKnown;
      result.parts.push_back({state, &limit.shape, **units});
    }
  }

 private:
  // A condition that nobody can tell holds, as it did when the decision was made.
  bool Concerns(const CompiledLimit& limit, const LimitRow& own) const {
    if (!limit.when) return true;
    const auto holds = limit.when->Evaluate(own.batch(), 0);
    return !holds || *holds != 0;
  }

  const LimitSet& set_;
  RowDecision decision_;
  LimitRow::Values values_;
  LimitCandidate candidate_;
};

// Takes as many of the next outcomes as are of the block that is read.
class ResultReader final : public records::JournalVisitor {
 public:
  ResultReader(std::span<const Outcome> outcomes, const LimitsOf& limits_of,
               std::vector<RealisedResult>& into)
      : outcomes_(outcomes), limits_of_(limits_of), into_(into) {}

  void OnDecisions(const ReadDecisions& block) override {
    std::shared_ptr<const LimitSet> limits;
    for (bool first = true; next < outcomes_.size(); ++next, first = false) {
      const DecisionId id = outcomes_[next].decision;
      const bool of_block = id.replica == block.first.replica &&
                            id.segment == block.first.segment &&
                            id.ordinal - block.first.ordinal < block.rows.size();
      if (!of_block) return;
      if (first && block.limits != nullptr) limits = Usable(block);
      One(block, limits, into_[next]);
    }
  }

  std::size_t next = 0;

 private:
  std::shared_ptr<const LimitSet> Usable(const ReadDecisions& block) const {
    auto limits = limits_of_ ? limits_of_(*block.binding) : nullptr;
    const bool usable = limits != nullptr && limits->result_columns() != nullptr &&
                        block.inputs != nullptr && limits->Reads(block.inputs->schema());
    return usable ? limits : nullptr;
  }

  void One(const ReadDecisions& block, const std::shared_ptr<const LimitSet>& limits,
           RealisedResult& result) const {
    const Outcome& outcome = outcomes_[next];
    const std::uint32_t row = outcome.decision.ordinal - block.first.ordinal;
    result.what = What::kNothing;
    if (block.limits == nullptr) return;
    for (const LimitDelta& delta : block.limits->deltas) {
      const bool awaits = delta.op == LimitOp::kOpen && delta.bucket == kAwaitsResult;
      if (awaits && delta.row == row) result.awaiting.push_back(delta.state);
    }
    if (!GaveValue(block.rows[row].verdict)) return;
    const auto truth = limits ? TruthOf(outcome, limits->result_source()) : std::nullopt;
    if (!truth) {
      if (!result.awaiting.empty()) result.what = What::kWaits;
      return;
    }
    result.limits = limits;
    RowResult(block, row, *limits).Into(*truth, result);
  }

  const std::span<const Outcome> outcomes_;
  const LimitsOf& limits_of_;
  std::vector<RealisedResult>& into_;
};

}  // namespace

bool RealisedResult::Frees(const LimitStateId& state) const {
  if (what == What::kUnread) return false;
  if (std::ranges::find(awaiting, state) == awaiting.end()) return true;
  return what == What::kKnown && std::ranges::find(parts, state, &Part::state) != parts.end();
}

std::vector<RealisedResult> RealisedOf(records::Journal& journal, const LimitsOf& limits_of,
                                       std::span<const Outcome> outcomes) {
  std::vector<RealisedResult> results(outcomes.size());
  ResultReader reader(outcomes, limits_of, results);
  while (reader.next < outcomes.size()) {
    const std::size_t asked = reader.next;
    const Status read = journal.Read(outcomes[asked].decision, reader);
    if (!read.ok() || reader.next == asked) ++reader.next;  // stays kUnread
  }
  return results;
}

LimitDelta ResultDelta(const RealisedResult::Part& part, std::uint32_t row, std::int64_t now) {
  WindowClock::Bucket bucket;  // of a lifetime
  if (part.shape->window != nullptr) bucket = part.shape->window->At(now);
  return {LimitOp::kResult, row, part.state, bucket.begin, bucket.expires, part.amount};
}

}  // namespace mooring::serving

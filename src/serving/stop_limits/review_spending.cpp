#include "serving/stop_limits/review_spending.h"

#include <bit>
#include <future>
#include <limits>
#include <utility>

#include "serving/stop_limits/limit_set.h"

namespace mooring::serving {
namespace {

using records::BudgetChange;
using records::LimitNote;
using records::ReadDecisions;
using records::RowDecision;

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

// Asks the limits for the row of a decision, while the journal's block is at hand.
class Asking final : public records::JournalVisitor {
 public:
  Asking(const records::ReviewEnd& end, const RowDecision& given, const StopLimits& limits,
         const LimitsOf& limits_of, const LimitControls& controls)
      : end_(end), given_(given), limits_(limits), limits_of_(limits_of), controls_(controls) {}

  void OnDecisions(const ReadDecisions& block) override {
    const DecisionId id = end_.decision;
    const std::uint32_t row = id.ordinal - block.first.ordinal;
    if (id.segment != block.first.segment || row >= block.rows.size()) return;
    found = true;
    const auto set = limits_of_(*block.binding);
    // A kill, or a value that was none, leaves a decision to people before limits are asked.
    if (set == nullptr && block.limits == nullptr) return;  // nothing limits it
    if (set == nullptr || block.inputs == nullptr || !set->Reads(block.inputs->schema())) {
      ruled = Error(Code::kFailedPrecondition, "the limits of " + id.ToString() + " are not known")
                  .Why("version " + std::to_string(block.binding->version) + " of '" +
                       block.binding->model + "' is not loaded");
      return;
    }
    Ask(block, row, *set);
  }

  bool found = false;
  Status ruled;
  LimitNote note;  // what it spends; when it may not be given, the limits that this shut

 private:
  void Ask(const ReadDecisions& block, std::uint32_t row, const LimitSet& set) {
    RowDecision decision = given_;
    LimitCandidate asked;
    asked.inputs = block.inputs;
    asked.row = row;
    asked.score = given_.score;  // what the model said is not told, by a budget either
    asked.decision = &decision;
    asked.source = LimitCandidate::Source::kFixed;
    asked.by_person = !end_.expired;
    asked.caller = block.caller;
    asked.version = block.binding->version;
    asked.recorded = true;
    const LimitRuling ruling = limits_.Admit(set, controls_, asked, note);
    if (ruling.admitted && !ruling.clamped) return;
    GiveBack();
    std::string names = ruling.clamped ? "it is beyond a bound" : "";
    for (const records::LimitHit& hit : note.hits) {
      if (!hit.advisory) names += (names.empty() ? "says no: " : ", ") + hit.limit;
    }
    ruled = Error(Code::kResourceExhausted, "the value does not fit the limits").Why(names);
  }

  // All but that limits are shut.
  void GiveBack() {
    const auto is_latch = [](const records::LimitDelta& delta) {
      return delta.op == records::LimitOp::kLatch;
    };
    LimitNote spent = note;
    std::erase_if(spent.deltas, is_latch);
    limits_.ledger().Undo(spent);
    std::erase_if(note.deltas, [&](const auto& delta) { return !is_latch(delta); });
  }

  const records::ReviewEnd& end_;
  const RowDecision& given_;
  const StopLimits& limits_;
  const LimitsOf& limits_of_;
  const LimitControls& controls_;
};

struct Waiting final : records::CommitWaiter {
  void Committed(const Status& status) noexcept override { told.set_value(status); }
  std::promise<Status> told;
};

bool Same(double a, double b) {
  return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
}

}  // namespace

Status ReviewSpending::Spend(const records::ReviewEnd& end, std::string_view by,
                             const LimitControls& controls) {
  if (!end.value && !end.amount_minor) return Ok();
  const std::lock_guard lock(mutex_);
  const Given given{end.value.value_or(kNone), end.amount_minor.value_or(0)};
  if (const auto known = given_.find(end.decision); known != given_.end()) {
    const Given& before = known->second;
    if (Same(before.score, given.score) && before.amount_minor == given.amount_minor) return Ok();
    return Error(Code::kFailedPrecondition,
                 end.decision.ToString() + " was about to end with another value");
  }
  return SpendOnce(end, given, by, controls);
}

Status ReviewSpending::SpendOnce(const records::ReviewEnd& end, const Given& given,
                                 std::string_view by, const LimitControls& controls) {
  RowDecision decision;
  decision.verdict = records::Verdict::kFallback;
  decision.score = given.score;
  decision.amount_minor = given.amount_minor;
  Asking asking(end, decision, *options_.limits, options_.limits_of, controls);
  RETURN_IF_ERROR(options_.journal->Read(end.decision, asking));
  if (!asking.found) return Error(Code::kNotFound, "no decision " + end.decision.ToString());
  if (!asking.note.deltas.empty()) {
    BudgetChange change;
    change.at = options_.clock->Now();
    change.why = BudgetChange::Why::kReview;
    change.caller = by;
    change.decisions = {end.decision};
    change.note = std::move(asking.note);
    change.note.hits.clear();  // advisory ones: they are in the decision's own record
    for (records::LimitDelta& delta : change.note.deltas) delta.row = 0;
    RETURN_IF_ERROR(Write(std::move(change)));
  }
  RETURN_IF_ERROR(asking.ruled);
  if (given_.size() >= kRemembered) given_.clear();
  given_.emplace(end.decision, given);
  return Ok();
}

Status ReviewSpending::Write(BudgetChange change) {
  Waiting waiting;
  std::future<Status> told = waiting.told.get_future();
  LimitLedger& ledger = options_.limits->ledger();
  if (Status appended = options_.journal->Append(change, &waiting); !appended.ok()) {
    ledger.Undo(change.note);
    return appended;
  }
  ledger.Recorded(change.note, change.decisions[0]);
  options_.journal->CommitNow();
  // A record that failed may be on the disk all the same: it stays spent.
  if (const Status committed = told.get(); !committed.ok()) {
    return Error(Code::kUnavailable, "what the review spends could not be written down")
        .Why(committed.error().message());
  }
  return Ok();
}

}  // namespace mooring::serving

#include "serving/stop_limits/what_if.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "records/contract/currency.h"
#include "serving/decision_policy.h"
#include "serving/fallback_chain.h"
#include "serving/replay.h"
#include "serving/stop_limits/limit_recovery.h"
#include "serving/stop_limits/limit_set.h"
#include "serving/stop_limits/minor_text.h"
#include "serving/stop_limits/row_limits.h"
#include "serving/stop_limits/stop_limits.h"
#include "serving/stop_limits/what_if_effect.h"

namespace mooring::serving {
namespace {

using records::Contract;
using records::FallbackStep;
using records::LimitKind;
using records::LimitNote;
using records::LimitRule;
using records::RowDecision;
using records::Verdict;

constexpr std::size_t kBindingsKept = 64;

// Why a rule cannot be played again from the journal alone; "" it can.
std::string WhyNot(const LimitRule& rule) {
  using Reference = records::CollarReference::Kind;
  const auto reference = rule.collar.kind;
  if (rule.kind == LimitKind::kQuality) return "verdicts of the watch are not replayed";
  if (rule.kind == LimitKind::kDrawdown) return "results are not replayed";
  if (rule.kind == LimitKind::kCollar &&
      (reference == Reference::kChampion || reference == Reference::kPrevious)) {
    return "the journal has no other version's answer";
  }
  const bool ages = rule.model_age.count() != 0 || rule.outcome_age.count() != 0 ||
                    rule.reference_age.count() != 0;
  if (rule.kind == LimitKind::kFreshness && ages) return "ages of versions are not replayed";
  return "";
}

// Keys come as the journal keeps them: pseudonyms stand for themselves.
struct AsJournalled final : records::Pseudonymiser {
  std::string Pseudonym(std::string_view, std::string_view value) const override {
    return std::string(value);
  }
};

// What a decision is about, in whole units of so many digits.
struct Size {
  std::int64_t units = 0;
  int digits = 0;
  double value() const { return static_cast<double>(units) / std::pow(10.0, digits); }
};
constexpr int kScoreDigits = 6, kWithoutCurrency = 2;  // as serving counts them

// What limits and the contract make of rows with one binding.
struct Compiled {
  std::shared_ptr<const records::Binding> binding;  // keeps the schemas
  std::shared_ptr<const DecisionPolicy> policy;
  std::shared_ptr<const FallbackChains> fallback;
  std::shared_ptr<const LimitSet> limits;
};

void PutDefault(const records::InputRule* rule, data::Column& column) {
  if (rule == nullptr || rule->default_value.index() == 0) return column.AppendNull();
  if (const auto* text = std::get_if<std::string>(&rule->default_value)) {
    return column.AppendText(*text);
  }
  const double number = std::get<double>(rule->default_value);
  switch (column.type()) {
    case data::Type::kFloat64: return column.Append(number);
    case data::Type::kFloat32: return column.Append(static_cast<float>(number));
    case data::Type::kInt32: return column.Append(static_cast<std::int32_t>(number));
    case data::Type::kInt64: return column.Append(static_cast<std::int64_t>(number));
    case data::Type::kBool: return column.Append(static_cast<std::uint8_t>(number != 0));
    default: return column.AppendNull();
  }
}

// The inputs as the model saw them: defaults in the place of what they replaced.
data::Batch Effective(const records::ReadDecisions& block, const Contract& contract) {
  const data::Batch& inputs = *block.inputs;
  data::Batch made(inputs.shared_schema());
  for (std::size_t i = 0; i < inputs.width(); ++i) {
    const records::InputRule* const rule = contract.FindInput(inputs.schema().field(i).name);
    for (std::uint32_t row = 0; row < inputs.rows(); ++row) {
      const records::Imputed place{row, static_cast<std::uint16_t>(i)};
      const bool imputed = std::ranges::find(block.imputed, place) != block.imputed.end();
      if (imputed) {
        PutDefault(rule, made.column(i));
      } else {
        made.column(i).AppendFrom(inputs.column(i), row);
      }
    }
  }
  made.SetRows(inputs.rows());
  return made;
}

class Replayed final : public WhatIf {
 public:
  Replayed(Options options, Contract replayed, std::vector<LimitWhatIf> limits,
           std::vector<std::size_t> places)
      : options_(std::move(options)),
        contract_(std::move(replayed)),
        places_(std::move(places)),
        sizes_(places_.size(), 0),
        stopped_(contract_) {
    if (options_.model.empty()) options_.model = contract_.model;
    report_.limits = std::move(limits);
  }

  void OnDecisions(const records::ReadDecisions& block) override {
    if (!status_.ok() || block.binding->model != options_.model) return;
    if ((options_.from && block.at < *options_.from) || (options_.to && block.at >= *options_.to)) {
      return;
    }
    MoveTo(block.at);
    const auto compiled = CompiledFor(block.binding);
    if (!compiled.ok()) {
      status_ = compiled.error();
      return;
    }
    if (report_.decisions == 0) report_.from = block.at;
    report_.to = block.at;
    data::Batch effective;
    const data::Batch* inputs = block.inputs;
    if (!block.imputed.empty()) {
      effective = Effective(block, contract_);
      inputs = &effective;
    }
    note_.Clear();
    for (std::uint32_t row = 0; row < block.rows.size() && status_.ok(); ++row) {
      status_ = Judge(block, **compiled, *inputs, row);
    }
    ledger_->Recorded(note_, block.first);
  }

  void OnOutcomes(std::span<const records::Outcome> outcomes) override {
    for (const records::Outcome& outcome : outcomes) {
      stopped_.Tell(outcome);
      Close(outcome.decision);
    }
  }
  void OnBudget(const records::BudgetChange& change) override {
    using Why = records::BudgetChange::Why;
    // An outcome itself tells; a review's end is no model's answer.
    if (change.why == Why::kOutcome || change.why == Why::kReview) return;
    for (const DecisionId decision : change.decisions) Close(decision);
  }

  const Status& status() const override { return status_; }
  WhatIfReport Report() const override {
    WhatIfReport report = report_;
    for (std::uint16_t i = 0; i < places_.size(); ++i) {
      const StoppedDecisions::Worth worth = stopped_.Of(i);
      LimitWhatIf& limit = report.limits[places_[i]];
      limit.effect = WideMinorText(worth.sum, static_cast<unsigned>(stopped_.digits()));
      limit.effects_known = worth.known;
      limit.stopped_amount = WideMinorText(sizes_[i], static_cast<unsigned>(SizeDigits()));
    }
    return report;
  }

 private:
  int SizeDigits() const {
    if (contract_.decision.amount.empty()) return kScoreDigits;
    return records::CurrencyDigits(contract_.decision.currency).value_or(kWithoutCurrency);
  }

  // The ledger begins with the first decision: time never goes back, as in the journal.
  void MoveTo(Time at) {
    if (ledger_ == nullptr) {
      clock_.emplace(at);
      ledger_ = std::make_unique<LimitLedger>(LimitLedger::Options{.clock = &*clock_});
      stop_limits_.emplace(*ledger_);
    }
    if (at > clock_->Now()) clock_->Advance(at - clock_->Now());
  }

  void Close(DecisionId decision) {
    if (ledger_ == nullptr) return;
    records::BudgetChange change;
    change.note.deltas = ledger_->OpenOf(decision);
    if (change.note.deltas.empty()) return;
    change.note.at = ledger_->Now();
    change.decisions = {decision};
    for (records::LimitDelta& delta : change.note.deltas) delta.row = 0;
    FoldChange(change, *ledger_);
  }

  Result<const Compiled*> CompiledFor(const std::shared_ptr<const records::Binding>& binding) {
    const auto known = compiled_.find(binding.get());
    if (known != compiled_.end()) return &known->second;
    if (binding->currency != contract_.decision.currency) {
      return Error(Code::kFailedPrecondition, "the contract's currency is not the journal's")
          .Why(fmt::format("'{}' and '{}'", contract_.decision.currency, binding->currency));
    }
    if (compiled_.size() >= kBindingsKept) compiled_.clear();
    Compiled made{binding, {}, {}, {}};
    const model::Signature signature{binding->inputs, OutputsOf(*binding->outputs),
                                     binding->outputs};
    ASSIGN_OR_RETURN(made.policy, DecisionPolicy::Compile(contract_, signature, binding->inputs));
    ASSIGN_OR_RETURN(made.fallback,
                     FallbackChains::Compile(contract_, *binding->inputs, made.policy->has_amount(),
                                             made.policy->minor_digits()));
    LimitSet::Options limits;
    limits.contract = &contract_;
    limits.version = binding->version;
    limits.inputs = binding->inputs;
    limits.pseudonymiser = &pseudonyms_;
    ASSIGN_OR_RETURN(made.limits, LimitSet::Compile(limits));
    return &compiled_.emplace(binding.get(), std::move(made)).first->second;
  }

  // The model's own answer: as it was given, else made again of its score.
  static RowDecision AnswerOf(const records::ReadDecisions& block, const Compiled& compiled,
                              const data::Batch& inputs, std::uint32_t row, double score) {
    const RowDecision& given = block.rows[row];
    if (given.verdict == Verdict::kAdmit || given.verdict == Verdict::kClamp) return given;
    return compiled.policy->Judge(score, inputs, row);
  }

  Status Judge(const records::ReadDecisions& block, const Compiled& compiled,
               const data::Batch& inputs, std::uint32_t row) {
    ++report_.decisions;
    const double score = block.outputs->column(compiled.policy->score_column()).Number(row);
    RowDecision decision = AnswerOf(block, compiled, inputs, row, score);
    if (decision.verdict == Verdict::kFallback) {
      ++report_.no_answer;
      return Ok();
    }
    LimitCandidate candidate;
    candidate.inputs = &inputs;
    candidate.row = row;
    candidate.score = score;
    candidate.decision = &decision;
    candidate.caller = block.caller;
    candidate.version = block.binding->version;
    candidate.now = clock_->Now().time_since_epoch().count();
    const std::size_t hits = note_.hits.size(), deltas = note_.deltas.size();
    const LimitRuling ruling = stop_limits_->Admit(*compiled.limits, kControls, candidate, note_);
    const bool shut =
        std::any_of(note_.deltas.begin() + static_cast<std::ptrdiff_t>(deltas), note_.deltas.end(),
                    [](const auto& delta) { return delta.op == records::LimitOp::kLatch; });
    const std::vector<std::uint16_t> stopping = Count(hits, block.at, shut);
    Measure(compiled, candidate);
    if (ruling.admitted) return Ok();
    ++report_.stopped;
    const Size size = SizeOf(compiled, decision);
    for (const std::uint16_t limit : stopping) {
      ++report_.limits[places_[limit]].stopped;
      sizes_[limit] += size.units;
    }
    DecisionId id = block.first;
    id.ordinal += row;
    RETURN_IF_ERROR(stopped_.Add(
        id, {.inputs = &inputs, .row = row, .raw = score, .amount = size.value()}, stopping));
    if (ruling.then == records::LimitAction::kFallback) Instead(compiled, ruling, candidate);
    return Ok();
  }

  // The limits hit since `first`; places of those that stop.
  std::vector<std::uint16_t> Count(std::size_t first, Time at, bool shut) {
    std::vector<std::uint16_t> stopping;
    for (std::size_t i = first; i < note_.hits.size(); ++i) {
      const records::LimitHit& hit = note_.hits[i];
      const LimitRule* const rule = contract_.FindLimit(hit.limit);
      const auto place = static_cast<std::uint16_t>(rule - contract_.limits.data());
      LimitWhatIf& limit = report_.limits[places_[place]];
      if (limit.fired++ == 0) limit.first = at;
      limit.last = at;
      if (hit.advisory) continue;
      const bool is_shut = hit.latched || (shut && rule->latch);
      if (is_shut && limit.latched == Time()) limit.latched = at;
      stopping.push_back(place);
    }
    return stopping;
  }

  // How much of each budget that the row concerns is in use now.
  void Measure(const Compiled& compiled, const LimitCandidate& asked) {
    RowDecision copy = *asked.decision;
    LimitCandidate candidate = asked;
    candidate.decision = &copy;
    scratch_.now = asked.now;
    RowLimits row(*compiled.limits, *compiled.limits->InForce(kControls), candidate, scratch_);
    row.Run();
    for (const LimitTerm& term : scratch_.terms) {
      const LimitKind kind = term.shape->kind;
      const bool has_sum = kind == LimitKind::kSum || kind == LimitKind::kCount ||
                           kind == LimitKind::kOpenExposure || kind == LimitKind::kRepeat;
      if (!has_sum || term.max <= 0) continue;
      const auto current = static_cast<double>(ledger_->Of(term).current);
      LimitWhatIf& limit = report_.limits[places_[term.rule]];
      limit.tightest = std::max(limit.tightest, current / static_cast<double>(term.max));
    }
  }

  static Size SizeOf(const Compiled& compiled, const RowDecision& decision) {
    if (compiled.policy->has_amount()) {
      return {decision.amount_minor, compiled.policy->minor_digits()};
    }
    constexpr double kMost = 1e12;  // a score beyond it is no number to add up
    const double score = std::isfinite(decision.score) ? decision.score : 0;
    return {std::llround(std::clamp(score, -kMost, kMost) * 1e6), kScoreDigits};
  }

  // The first constant or rule that passes spends too; other versions are not asked.
  void Instead(const Compiled& compiled, const LimitRuling& ruling, LimitCandidate candidate) {
    for (const FallbackStepCompiled& step : compiled.fallback->For(ruling.cause)) {
      if (step.kind == FallbackStep::Kind::kDeny || step.kind == FallbackStep::Kind::kReview) {
        return;
      }
      if (step.kind != FallbackStep::Kind::kConstant && step.kind != FallbackStep::Kind::kRules) {
        continue;
      }
      const auto value = step.ValueFor(*candidate.inputs, candidate.row);
      if (!value) continue;
      RowDecision fixed = value->Decision();
      candidate.decision = &fixed;
      candidate.score = fixed.score;
      candidate.source = LimitCandidate::Source::kFixed;
      candidate.consumes_nothing = step.consumes_nothing;
      if (!stop_limits_->Admit(*compiled.limits, kControls, candidate, note_).admitted) continue;
      ++report_.fallbacks;
      return;
    }
  }

  const LimitControls kControls;  // nothing was changed
  Options options_;
  const Contract contract_;                // with the limits that are replayed
  const std::vector<std::size_t> places_;  // of these among all, as in report_
  const AsJournalled pseudonyms_;
  Status status_;
  WhatIfReport report_;
  std::optional<SimulatedClock> clock_;
  std::unique_ptr<LimitLedger> ledger_;
  std::optional<StopLimits> stop_limits_;
  std::map<const records::Binding*, Compiled> compiled_;
  std::vector<__int128> sizes_;  // of what each limit stopped, added up; as places_
  StoppedDecisions stopped_;
  LimitNote note_;
  RowLimits::Scratch scratch_;
};

}  // namespace

Result<std::unique_ptr<WhatIf>> WhatIf::Make(Options options) {
  if (options.contract == nullptr || options.contract->limits.empty()) {
    return Error(Code::kInvalidArgument, "the contract has no limits to test");
  }
  Contract replayed = *options.contract;
  replayed.limits.clear();
  std::vector<LimitWhatIf> limits;
  std::vector<std::size_t> places;
  for (const LimitRule& rule : options.contract->limits) {
    LimitWhatIf limit;
    limit.name = rule.name;
    limit.kind = rule.kind;
    limit.advisory = rule.advisory;
    limit.not_replayed = WhyNot(rule);
    if (limit.not_replayed.empty()) {
      places.push_back(limits.size());
      replayed.limits.push_back(rule);
    }
    limits.push_back(std::move(limit));
  }
  return std::unique_ptr<WhatIf>(std::make_unique<Replayed>(std::move(options), std::move(replayed),
                                                            std::move(limits), std::move(places)));
}

}  // namespace mooring::serving

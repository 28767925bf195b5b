#include "serving/row_judge.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "data/expression/decimal.h"
#include "serving/decision_policy.h"
#include "serving/reasons.h"
#include "serving/substitute.h"

namespace mooring::serving {
namespace {

using records::FallbackCause;
using records::LimitAction;
using records::RowDecision;
using records::Verdict;
using Source = LimitCandidate::Source;
using Kind = records::FallbackStep::Kind;

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

// Without a value: who decides instead is known by the verdict.
RowDecision Empty(Verdict verdict, std::uint8_t reason) {
  return {
      .verdict = verdict, .reason = reason, .flagged = false, .score = kNone, .amount_minor = 0};
}

std::uint8_t Number(Reason reason) { return static_cast<std::uint8_t>(reason); }

// A limit that says no to the model's answer and then to what comes instead is told once, as it
// was the first time. The hits of a row stand together.
void TellOnce(records::LimitNote& note, std::size_t is_new) {
  const auto repeated = [&](const records::LimitHit& hit) {
    for (std::size_t i = is_new; i > 0 && note.hits[i - 1].row == hit.row; --i) {
      if (note.hits[i - 1].limit == hit.limit) return true;
    }
    return false;
  };
  const auto from = note.hits.begin() + static_cast<std::ptrdiff_t>(is_new);
  note.hits.erase(std::remove_if(from, note.hits.end(), repeated), note.hits.end());
}

}  // namespace

void JudgedTrace::Clear() {
  note.Clear();
  sources.clear();
  retry_ns = 0;
  medians.clear();
}

const Snapshot& RowJudge::Serving() {
  if (serving_ == nullptr) serving_ = (*by_.snapshot)();
  return *serving_;
}

RowDecision RowJudge::Judge(double score, std::size_t row) {
  const ServedVersion& served = *by_.served;
  Candidate own{served.policy->Judge(score, *by_.inputs, row), score, Source::kModel, served.number,
                false};
  Refusal refusal;
  if (own.decision.verdict == Verdict::kFallback) {
    refusal.reason = own.decision.reason;
  } else if (Passes(own, row, refusal)) {
    NoteSource(served.number);
    return own.decision;
  }
  return Instead(refusal, row);
}

bool RowJudge::Killed(VersionNumber version, std::size_t row) const {
  return by_.kills != nullptr &&
         by_.kills->CoversRow(by_.served->model, version, by_.caller, *by_.inputs, row);
}

bool RowJudge::Passes(Candidate& candidate, std::size_t row, Refusal& refusal) {
  if (candidate.source != Source::kFixed && Killed(candidate.version, row)) {
    refusal = {Number(Reason::kKilled), LimitAction::kFallback, FallbackCause::kKilled};
    return false;
  }
  const LimitSet* set = by_.served->limits.get();
  if (set == nullptr) return true;
  if (by_.limits == nullptr) {  // nobody keeps the budgets
    refusal = {Number(Reason::kLimit), LimitAction::kFallback, FallbackCause::kUnavailable};
    return candidate.consumes_nothing;
  }
  LimitCandidate asked;
  asked.inputs = by_.inputs;
  asked.row = row;
  asked.score = candidate.score;
  asked.decision = &candidate.decision;
  asked.source = candidate.source;
  asked.consumes_nothing = candidate.consumes_nothing;
  asked.caller = by_.caller;
  asked.version = candidate.version;
  asked.medians = &trace_.medians;
  asked.reference = [this, row](records::CollarReference::Kind kind) {
    return Reference(kind, row);
  };
  const std::size_t hits = trace_.note.hits.size();
  const LimitRuling ruling = by_.limits->Admit(*set, *by_.controls, asked, trace_.note);
  TellOnce(trace_.note, hits);
  if (ruling.admitted) return true;
  if (ruling.by_rate) trace_.retry_ns = std::max(trace_.retry_ns, ruling.retry_ns);
  refusal = {Number(ruling.input_invalid ? Reason::kLimitInput : Reason::kLimit), ruling.then,
             ruling.cause};
  return false;
}

// The first step of the chain that passes; the reason stays that of the model's own answer.
RowDecision RowJudge::Instead(const Refusal& refusal, std::size_t row) {
  if (refusal.then == LimitAction::kReview) return Empty(Verdict::kReview, refusal.reason);
  if (refusal.then == LimitAction::kDeny) return Empty(Verdict::kDeny, refusal.reason);
  for (const Step& step : by_.served->fallback->For(refusal.cause)) {
    if (step.kind == Kind::kDeny) break;
    if (step.kind == Kind::kReview) return Empty(Verdict::kReview, refusal.reason);
    std::optional<Candidate> candidate = Try(step, row);
    Refusal ignored;
    if (!candidate || !Passes(*candidate, row, ignored)) continue;
    if (candidate->source != Source::kFixed) NoteSource(candidate->version);
    candidate->decision.verdict = Verdict::kFallback;
    candidate->decision.reason = refusal.reason;
    return candidate->decision;
  }
  return Empty(Verdict::kDeny, refusal.reason);
}

std::optional<RowJudge::Candidate> RowJudge::Try(const Step& step, std::size_t row) {
  const ServedVersion& served = *by_.served;
  if (step.kind == Kind::kConstant || step.kind == Kind::kRules) {
    const auto value = step.ValueFor(*by_.inputs, row);
    if (!value) return std::nullopt;
    const RowDecision fixed = value->Decision();
    return Candidate{fixed, fixed.score, Source::kFixed, served.number, step.consumes_nothing};
  }
  const ServedVersion* other =
      step.kind == Kind::kChampion ? ChampionOf(Serving(), served) : PreviousOf(Serving(), served);
  const auto theirs = other == nullptr ? std::nullopt : ScoreBy(*other, served, *by_.inputs, row);
  if (!theirs) return std::nullopt;
  const RowDecision decision = served.policy->Judge(*theirs, *by_.inputs, row);
  if (decision.verdict == Verdict::kFallback) return std::nullopt;
  return Candidate{decision, *theirs, Source::kOtherVersion, other->number, false};
}

std::optional<std::int64_t> RowJudge::Reference(records::CollarReference::Kind kind,
                                                std::size_t row) {
  const ServedVersion& served = *by_.served;
  const ServedModel* model = Serving().Find(served.model);
  const ServedVersion* other = kind == records::CollarReference::Kind::kPrevious
                                   ? PreviousOf(Serving(), served)
                                   : (model == nullptr ? nullptr : model->champion.get());
  const auto score = other == nullptr ? std::nullopt : ScoreBy(*other, served, *by_.inputs, row);
  if (!score) return std::nullopt;
  const RowDecision decision = served.policy->Judge(*score, *by_.inputs, row);
  if (decision.verdict == Verdict::kFallback) return std::nullopt;
  if (served.policy->has_amount()) return decision.amount_minor;
  constexpr int kMillionths = 6;
  return data::Decimal::UnitsOf(decision.score, kMillionths);
}

void RowJudge::NoteSource(VersionNumber version) {
  if (std::ranges::find(trace_.sources, version) == trace_.sources.end()) {
    trace_.sources.push_back(version);
  }
}

}  // namespace mooring::serving

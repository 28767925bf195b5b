#include "serving/stop_limits/stop_limits.h"

#include "serving/stop_limits/limit_set.h"
#include "serving/stop_limits/median_ring.h"
#include "serving/stop_limits/row_limits.h"

namespace mooring::serving {
namespace {

using records::FallbackCause;
using records::LimitAction;
using records::LimitHit;
using records::LimitKind;

// Kept by each thread: a call allocates nothing once it has seen a set of that size.
struct Scratch {
  RowLimits::Scratch row;
  std::vector<std::uint16_t> hit_rules;
};

Scratch& OfThread() {
  thread_local Scratch scratch;
  return scratch;
}

FallbackCause CauseOf(LimitKind kind, Refusing refusing) {
  if (refusing == Refusing::kInvalid) return FallbackCause::kInvalid;
  if (refusing == Refusing::kUnavailable) return FallbackCause::kUnavailable;
  switch (kind) {
    case LimitKind::kBound:
    case LimitKind::kCollar: return FallbackCause::kInvalid;
    case LimitKind::kFreshness:
    case LimitKind::kQuality: return FallbackCause::kQuality;
    default: return FallbackCause::kExhausted;
  }
}

// What a limit's hit makes of a row. What cannot be computed denies; what has no reference may be
// left to a person.
LimitAction ActionOf(const records::LimitRule& rule, Refusing refusing) {
  if (refusing == Refusing::kInvalid) return LimitAction::kDeny;
  const bool review = rule.then == LimitAction::kReview;
  if (refusing == Refusing::kUnavailable) return review ? LimitAction::kReview : LimitAction::kDeny;
  return rule.then == LimitAction::kClamp ? LimitAction::kFallback : rule.then;
}

void Name(LimitHit& hit, const CompiledLimit& limit, const RowFinding& finding) {
  hit.limit = limit.rule.name;
  hit.digits = static_cast<std::uint8_t>(limit.digits);
  if (finding.refusing == Refusing::kInvalid) {
    hit.current = kInvalidQuantity;
  } else if (!HasBudget(limit.rule.kind)) {
    hit.current = finding.current;
    hit.threshold = finding.threshold;
  }
}

class Verdicts {
 public:
  explicit Verdicts(LimitRuling& ruling) : ruling_(ruling) {}

  void Add(const CompiledLimit& limit, const LimitHit& hit, Refusing refusing) {
    if (hit.advisory) return;
    const LimitAction action = ActionOf(limit.rule, refusing);
    if (!any_ || action > ruling_.then) {
      ruling_.then = action;
      ruling_.cause = CauseOf(limit.rule.kind, refusing);
    }
    ruling_.input_invalid = ruling_.input_invalid || refusing == Refusing::kInvalid;
    ruling_.by_rate = (ruling_.by_rate || !any_) && limit.rule.kind == LimitKind::kRate;
    any_ = true;
  }

 private:
  LimitRuling& ruling_;
  bool any_ = false;
};

static_assert(LimitAction::kDeny > LimitAction::kReview &&
              LimitAction::kReview > LimitAction::kFallback);

}  // namespace

LimitRuling StopLimits::Admit(const LimitSet& set, const LimitControls& controls,
                              const LimitCandidate& candidate, records::LimitNote& note) const {
  LimitRuling ruling;
  if (set.empty()) return ruling;
  const std::shared_ptr<const LimitsInForce> in_force = set.InForce(controls);
  note.limit_set.assign(in_force->hash);
  Scratch& scratch = OfThread();
  const records::RowDecision before = *candidate.decision;
  scratch.row.now = candidate.now != 0 ? candidate.now : ledger_.Now();
  RowLimits row(set, *in_force, candidate, scratch.row);
  row.Run();
  ruling.clamped = row.clamped();
  if (!scratch.row.terms.empty()) {
    const std::size_t first = note.hits.size();
    scratch.hit_rules.clear();
    const LimitLedger::Asker asker{
        .row = static_cast<std::uint32_t>(candidate.row),
        .model_sourced = candidate.source != LimitCandidate::Source::kFixed};
    const LimitLedger::Ruling said =
        ledger_.TryAdmit(scratch.row.terms, asker, note, scratch.hit_rules);
    ruling.admitted = said.admitted;
    ruling.retry_ns = said.retry_ns;
    Verdicts verdicts(ruling);
    for (std::size_t i = 0; i < scratch.hit_rules.size(); ++i) {
      const CompiledLimit& limit = set.OfPlace(scratch.hit_rules[i]);
      const RowFinding& finding = scratch.row.findings[limit.place];
      Name(note.hits[first + i], limit, finding);
      verdicts.Add(limit, note.hits[first + i], finding.refusing);
    }
  }
  if (!ruling.admitted) {
    ruling.clamped = false;
    *candidate.decision = before;
    return ruling;
  }
  if (candidate.medians == nullptr) {
    AddToMedians(scratch.row.medians);
  } else {
    candidate.medians->insert(candidate.medians->end(), scratch.row.medians.begin(),
                              scratch.row.medians.end());
  }
  return ruling;
}

void AddToMedians(std::span<const SeenByMedian> seen) {
  for (const SeenByMedian& one : seen) one.ring->Add(one.quantity);
}

}  // namespace mooring::serving

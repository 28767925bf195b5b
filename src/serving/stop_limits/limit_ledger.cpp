#include "serving/stop_limits/limit_ledger.h"

#include <algorithm>

#include "base/check.h"
#include "serving/stop_limits/ledger_state.h"

namespace mooring::serving {

using records::LimitHit;
using records::LimitKind;
using records::LimitNote;
using records::LimitOp;
using records::LimitStateId;

namespace {

// Budgets looked at for what is dead: for each new one, and when there is no room.
constexpr std::size_t kSweepEach = 4, kSweepFull = 256;

const Budget kNothing;

bool Enforced(const LimitTerm& term, const LimitFinding& finding) {
  return finding.hit && !term.shape->advisory;
}

LimitStateId LatchIdOf(const LimitTerm& term) {
  return term.latch == LimitStateId{} ? term.state : term.latch;
}

LimitHit HitOf(const LimitTerm& term, const LimitFinding& finding, std::uint32_t row) {
  LimitHit hit;
  hit.row = row;
  hit.advisory = term.shape->advisory;
  hit.latched = finding.latched;
  hit.current = finding.current;
  hit.threshold = finding.threshold;
  hit.resets = finding.resets;
  return hit;
}

}  // namespace

LimitLedger::LimitLedger(const Options& options) {
  CHECK(options.clock != nullptr);
  state_ = std::make_unique<State>(options);
}

LimitLedger::~LimitLedger() = default;

LimitLedger::Ruling LimitLedger::TryAdmit(std::span<const LimitTerm> terms, const Asker& asker,
                                          LimitNote& note, std::vector<std::uint16_t>& hit_rules) {
  const std::lock_guard lock(state_->mutex);
  State& state = *state_;
  state.admitting = true;
  const LimitMoment moment{state.time.Advance(), asker.row, asker.model_sourced};
  note.at = std::max(note.at, moment.now);
  state.Take(terms, moment.now);
  state.Check(terms, moment, note);
  for (std::size_t i = 0; i < terms.size(); ++i) {
    if (!state.findings[i].hit) continue;
    note.hits.push_back(HitOf(terms[i], state.findings[i], asker.row));
    hit_rules.push_back(terms[i].rule);
  }
  const Ruling ruling = state.Rule(terms);
  if (ruling.admitted) {
    state.Spend(terms, moment, note);
  } else {
    state.Shut(terms, moment, note);
  }
  for (Budget* budget : state.taken) {
    if (budget != nullptr) budget->taken = false;
  }
  return ruling;
}

// Two loops, so that the memory of all budgets is on its way before the first is looked at.
void LimitLedger::State::Take(std::span<const LimitTerm> terms, std::int64_t now) {
  taken.resize(terms.size());
  for (std::size_t i = 0; i < terms.size(); ++i) {
    taken[i] = budgets.Find(terms[i].state);
    if (taken[i] != nullptr) __builtin_prefetch(taken[i]);
  }
  for (Budget* budget : taken) {
    if (budget != nullptr) budget->sums.Expire(now);
  }
}

const Budget& LimitLedger::State::LatchOf(const LimitTerm& term, const Budget* own) {
  if (term.latch == LimitStateId{} || term.latch == term.state) return own ? *own : kNothing;
  const Budget* latch = budgets.Find(term.latch);
  return latch != nullptr ? *latch : kNothing;
}

void LimitLedger::State::Check(std::span<const LimitTerm> terms, const LimitMoment& moment,
                               const LimitNote& note) {
  findings.assign(terms.size(), {});
  std::size_t created = 0, opened = 0;
  bool crowded = false;
  for (std::size_t i = 0; i < terms.size(); ++i) {
    const LimitTerm& term = terms[i];
    Budget* budget = taken[i];
    LimitFinding& finding = findings[i];
    finding = CheckTerm(term, budget ? *budget : kNothing, LatchOf(term, budget), moment, note);
    if (TakenTwice(terms, i)) finding.hit = finding.unfit = true;
    if (budget != nullptr) budget->taken = true;
    if (!Spends(term)) continue;
    const bool opens =
        term.shape->kind == LimitKind::kOpenExposure || term.shape->kind == LimitKind::kDrawdown;
    if (budget == nullptr) ++created;
    if (opens) ++opened;
    if (HasRoom(term, budget == nullptr ? created : 0, opens ? opened : 0)) continue;
    finding.hit = finding.unfit = crowded = true;
  }
  if (crowded) budgets.Sweep(kSweepFull, moment.now);
}

// The same budget twice in one call would be checked twice and then spent twice.
bool LimitLedger::State::TakenTwice(std::span<const LimitTerm> terms, std::size_t term) const {
  if (taken[term] != nullptr) return taken[term]->taken;
  for (std::size_t i = 0; i < term; ++i) {
    if (taken[i] == nullptr && terms[i].state == terms[term].state) return true;
  }
  return false;
}

bool LimitLedger::State::HasRoom(const LimitTerm& term, std::size_t created,
                                 std::size_t opened) const {
  if (opened > 0 && open.size() + pending_opens + opened > max_open) return false;
  if (created == 0) return true;
  if (!budgets.HasRoom(created)) return false;
  return !term.shape->keyed || budgets.FamilySize(term.shape->family) < term.shape->keys;
}

LimitLedger::Ruling LimitLedger::State::Rule(std::span<const LimitTerm> terms) const {
  Ruling ruling;
  for (std::size_t i = 0; i < terms.size(); ++i) {
    if (!Enforced(terms[i], findings[i])) continue;
    if (ruling.admitted) ruling.worst = terms[i].rule;
    ruling.admitted = false;
    ruling.retry_ns = std::max(ruling.retry_ns, findings[i].retry_ns);
  }
  return ruling;
}

void LimitLedger::State::Spend(std::span<const LimitTerm> terms, const LimitMoment& moment,
                               LimitNote& note) {
  std::size_t created = 0;
  for (std::size_t i = 0; i < terms.size(); ++i) {
    const LimitTerm& term = terms[i];
    // Only what is advisory was hit here. It is counted all the same, but for what cannot be.
    const bool late = findings[i].hit && term.shape->kind == LimitKind::kRate;
    if (findings[i].unfit || late || !Spends(term)) continue;
    if (taken[i] == nullptr) ++created;
    Budget& budget = taken[i] != nullptr ? *taken[i] : budgets.Need(term.state);
    if (term.shape->keyed) budgets.Join(budget, term.shape->family);
    SpendTerm(term, budget, moment, note);
    if (note.deltas.back().op == LimitOp::kOpen) ++pending_opens;
  }
  if (created > 0) budgets.Sweep(kSweepEach * created, moment.now);
}

void LimitLedger::State::Shut(std::span<const LimitTerm> terms, const LimitMoment& moment,
                              LimitNote& note) {
  for (std::size_t i = 0; i < terms.size(); ++i) {
    const LimitTerm& term = terms[i];
    const LimitFinding& finding = findings[i];
    if (!Enforced(term, finding) || (finding.unfit && !finding.latched)) continue;
    if (!term.shape->latch && !finding.latched) continue;
    const LimitStateId id = LatchIdOf(term);
    Budget* budget = budgets.Find(id);
    if (budget == nullptr && !budgets.HasRoom(1)) continue;  // denied, as every new budget is
    if (budget == nullptr) budget = &budgets.Need(id);
    if (finding.latched && budget->latch_noted) continue;
    if (!finding.latched) budget->latched_at = std::max(moment.now, term.released_at + 1);
    budget->latch_noted = true;
    if (term.shape->keyed) budgets.Join(*budget, term.shape->family);
    note.deltas.push_back({LimitOp::kLatch, moment.row, id, 0, 0, budget->latched_at});
  }
}

LimitLedger::Usage LimitLedger::Of(const LimitTerm& term) const {
  const std::lock_guard lock(state_->mutex);
  const std::int64_t now = state_->time.Advance();
  Usage usage;
  Budget* budget = state_->budgets.Find(term.state);
  if (budget != nullptr) {
    budget->sums.Expire(now);
    usage.current = CurrentOf(term, *budget, now);
    usage.resets = budget->sums.Resets();
    if (term.shape->kind == LimitKind::kShare) {
      usage.marked = static_cast<std::int64_t>(budget->sums.Total().plus);
    }
    if (budget->rare != nullptr) {
      usage.peak = budget->rare->results.Since(term.released_at);
      usage.result = budget->rare->results.result();
    }
  }
  const std::int64_t latched_at = state_->LatchOf(term, budget).latched_at;
  if (latched_at > term.released_at) usage.latched_at = latched_at;
  return usage;
}

std::int64_t LimitLedger::Now() const {
  const std::lock_guard lock(state_->mutex);
  return state_->time.Advance();
}

std::size_t LimitLedger::states() const {
  const std::lock_guard lock(state_->mutex);
  return state_->budgets.size();
}

bool LimitLedger::frozen() const {
  const std::lock_guard lock(state_->mutex);
  return state_->time.frozen();
}

void LimitLedger::Freeze(std::int64_t stood) {
  const std::lock_guard lock(state_->mutex);
  state_->time.Raise(stood);
  state_->time.Freeze();
}

void LimitLedger::Thaw() {
  const std::lock_guard lock(state_->mutex);
  state_->time.Thaw();
}

}  // namespace mooring::serving

#include "serving/stop_limits/limit_check.h"

#include <algorithm>
#include <limits>

#include "serving/stop_limits/limit_window.h"
#include "serving/stop_limits/open_decisions.h"

namespace mooring::serving {

using records::LimitDelta;
using records::LimitKind;
using records::LimitNote;
using records::LimitOp;

namespace {

constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kDay = 86'400'000'000;
// How far back a record is searched for what it relieved itself.
constexpr std::size_t kOwnDeltas = 4096;

std::int64_t Narrow(Wide value) {
  return static_cast<std::int64_t>(std::clamp<Wide>(value, kLeast, kMost));
}

bool Sliding(const TermShape& shape) { return shape.window != nullptr && !shape.window->exact(); }

WindowClock::Bucket BucketAt(const TermShape& shape, std::int64_t now) {
  if (shape.window == nullptr) return {};
  WindowClock::Bucket bucket = shape.window->At(now);
  // Later weeks compare with it: kept until the last of them has passed, and a day for the clocks.
  if (shape.kind == LimitKind::kGrowth) {
    bucket.expires += std::int64_t{shape.reference_weeks} * 7 * kDay + 2 * kDay;
  }
  return bucket;
}

// What admitting adds to a bucket; nothing of rates and exposures.
WindowBucket AddedBy(const LimitTerm& term, std::int64_t now) {
  const WindowClock::Bucket at = BucketAt(*term.shape, now);
  if (term.shape->kind == LimitKind::kShare) {
    return {at.begin, at.expires, term.marked ? 1 : 0, 0, 1};
  }
  return {at.begin, at.expires, std::max<std::int64_t>(term.amount, 0),
          term.amount < 0 ? -term.amount : 0, 1};
}

bool Unfit(const LimitTerm& term) {
  if (term.invalid) return true;
  if (term.shape->kind == LimitKind::kRate || term.shape->kind == LimitKind::kShare) return false;
  if (term.amount == kLeast) return true;
  return term.amount < 0 && !(term.shape->kind == LimitKind::kSum && term.shape->net);
}

// Whether what the delta relieved is counted in what is pending.
bool Pends(const LimitDelta& spend, const Budget& budget) {
  const WindowBucket& pending = budget.rare->pending;
  return pending.expires == 0 || pending.begin == spend.bucket;
}

// Pending relief that the record `note` has itself, of the budget.
WindowBucket OwnRelief(const LimitNote& note, const Budget& budget) {
  WindowBucket own;
  const std::size_t from = note.deltas.size() - std::min(note.deltas.size(), kOwnDeltas);
  for (std::size_t i = from; i < note.deltas.size(); ++i) {
    const LimitDelta& delta = note.deltas[i];
    if (delta.state != budget.id || !Pends(delta, budget)) continue;
    if (delta.op == LimitOp::kMark) --own.count;
    if (delta.op != LimitOp::kSpend) continue;
    own.plus += std::max<std::int64_t>(delta.amount, 0);
    own.minus += std::max<std::int64_t>(-delta.amount, 0);
    ++own.count;
  }
  return own;
}

// Relief that may not be relied on.
WindowBucket Unsure(const LimitNote& note, const Budget& budget, std::int64_t now) {
  if (budget.rare == nullptr || !budget.rare->Pending()) return {};
  WindowBucket unsure = budget.rare->pending;
  if (unsure.expires != 0 && unsure.expires <= now) return {};
  const WindowBucket own = OwnRelief(note, budget);
  unsure.plus = std::max<std::int64_t>(unsure.plus - own.plus, 0);
  unsure.minus = std::max<std::int64_t>(unsure.minus - own.minus, 0);
  unsure.count = std::max<std::int64_t>(unsure.count - std::max<std::int64_t>(own.count, 0), 0);
  return unsure;
}

LimitFinding Upto(Wide current, Wide amount, Wide threshold) {
  LimitFinding finding;
  finding.hit = current + amount > threshold;
  finding.current = Narrow(current);
  finding.threshold = Narrow(threshold);
  return finding;
}

// min ≤ S + q ≤ max. Over a sliding window also of every later part of it: what leaves the window
// takes its sign along.
LimitFinding CheckNet(const LimitTerm& term, const Budget& budget, std::int64_t now,
                      const LimitNote& note) {
  const WindowBucket unsure = Unsure(note, budget, now);
  const Wide amount = term.amount, net = budget.sums.Total().net();
  Wide most = net + amount, least = net + amount;
  if (Sliding(*term.shape)) {
    most = budget.sums.MostOfSuffix() + std::max<Wide>(amount, 0);
    least = budget.sums.LeastOfSuffix() + std::min<Wide>(amount, 0);
  }
  most += unsure.minus;
  least -= unsure.plus;
  const bool under = least < term.shape->min;
  LimitFinding finding = Upto(net, 0, under ? term.shape->min : term.max);
  finding.hit = most > term.max || under;
  return finding;
}

// What the max in force is of the shape's own: part / whole.
struct Scale {
  Wide part = 1, whole = 1;
};

Scale ScaleOf(const LimitTerm& term) {
  if (term.shape->max <= 0 || term.max == term.shape->max) return {};
  return {std::max<std::int64_t>(term.max, 0), term.shape->max};
}

// floor(number · part / whole · scale); false beyond 128 bits.
bool Scaled(Wide number, Wide part, Wide whole, const Scale& scale, Wide& result) {
  if (__builtin_mul_overflow(number, part, &result)) return false;
  if (__builtin_mul_overflow(result, scale.part, &result)) return false;
  result /= whole * scale.whole;
  return true;
}

// T and τ of a rate. Fewer decisions a period are further apart: rounded up, never more than said.
struct Pace {
  std::int64_t interval_ns = 0, tolerance_ns = 0;  // 0 interval: none may pass
};

Pace PaceOf(const LimitTerm& term) {
  const TermShape& shape = *term.shape;
  const Scale scale = ScaleOf(term);
  if (shape.interval_ns <= 0 || shape.tolerance_ns < 0 || scale.part <= 0) return {};
  if (scale.part == scale.whole) return {shape.interval_ns, shape.tolerance_ns};
  const Wide interval = (shape.interval_ns * scale.whole - 1) / scale.part + 1;
  // As many at once as before: τ is that many intervals.
  const Wide tolerance = interval * (shape.tolerance_ns / shape.interval_ns);
  if (interval > kMost / 4 || tolerance > kMost / 4) return {};
  return {Narrow(interval), Narrow(tolerance)};
}

// TAT' = max(TAT, t) + T; admitted iff TAT' − t ≤ τ + T.
LimitFinding CheckRate(const LimitTerm& term, const Budget& budget, std::int64_t now) {
  const Pace shape = PaceOf(term);
  LimitFinding finding;
  if (shape.interval_ns <= 0) {
    finding.hit = true;
    finding.unfit = term.shape->interval_ns <= 0 || term.shape->tolerance_ns < 0;
    return finding;
  }
  const Wide at = Wide{now} * 1000;
  const Wide ahead = std::max<Wide>(budget.arrival_ns, at) - at;
  const Wide late = ahead - shape.tolerance_ns;
  finding.hit = late > 0 || at + ahead + shape.interval_ns > kMost;
  finding.current = Narrow((ahead + shape.interval_ns - 1) / shape.interval_ns);
  finding.threshold = shape.tolerance_ns / shape.interval_ns + 1;
  finding.retry_ns = Narrow(std::max<Wide>(late, 0));
  if (finding.hit) finding.resets = Narrow(now + (Wide{finding.retry_ns} + 999) / 1000);
  return finding;
}

// A marked decision: p + 1 ≤ ⌊s · max(n + 1, n0)⌋.
LimitFinding CheckShare(const LimitTerm& term, const Budget& budget, std::int64_t now,
                        const LimitNote& note) {
  const TermShape& shape = *term.shape;
  Wide counted = budget.sums.Total().count;
  if (Sliding(shape)) {
    const WindowClock::Range whole = shape.window->Whole(now);
    counted = budget.sums.Between(whole.first, whole.last).count;
  }
  counted = std::max<Wide>(counted - Unsure(note, budget, now).count, 0);
  const Wide decisions = std::max<Wide>(counted + 1, shape.after);
  Wide allowed = 0;
  const bool fits = shape.share_whole > 0 &&
                    Scaled(decisions, shape.share_part, shape.share_whole, ScaleOf(term), allowed);
  if (!fits) allowed = 0;
  LimitFinding finding = Upto(budget.sums.Total().plus, 1, allowed);
  finding.hit = finding.hit && term.marked;
  return finding;
}

// Soft: max V since the release − V < L. Hard: loss of the window + Σ worst of open + worst ≤ L.
LimitFinding CheckDrawdown(const LimitTerm& term, const Budget& budget) {
  if (!term.shape->hard) {
    Wide below = 0;
    if (budget.rare != nullptr) {
      const ResultPeaks& results = budget.rare->results;
      below = Wide{results.Since(term.released_at)} - results.result();
    }
    return Upto(below, 1, term.max);
  }
  const Wide result =
      Sliding(*term.shape) ? budget.sums.LeastOfSuffix() : budget.sums.Total().net();
  return Upto(std::max<Wide>(-result, 0) + budget.open, term.amount, term.max);
}

// S ≤ max(at_least, g · mean of the same window of earlier weeks).
LimitFinding CheckGrowth(const LimitTerm& term, const Budget& budget, std::int64_t now) {
  const TermShape& shape = *term.shape;
  LimitFinding unfit;
  unfit.hit = unfit.unfit = true;
  if (shape.window == nullptr || shape.growth_whole <= 0) return unfit;
  Wide before = 0, allowed = 0;
  for (std::uint32_t week = 1; week <= shape.reference_weeks; ++week) {
    const WindowClock::Range whole = shape.window->WholeBefore(now, week);
    before += budget.sums.Between(whole.first, whole.last).plus;
  }
  const Wide divisor = Wide{shape.growth_whole} * std::max<std::uint32_t>(shape.reference_weeks, 1);
  if (!Scaled(before, shape.growth_part, divisor, ScaleOf(term), allowed)) return unfit;
  allowed = std::max<Wide>(allowed, shape.at_least);
  const WindowClock::Range counted = shape.window->Counted(now);
  return Upto(budget.sums.Between(counted.first, counted.last).plus, term.amount, allowed);
}

LimitFinding CheckKind(const LimitTerm& term, const Budget& budget, const LimitMoment& moment,
                       const LimitNote& note) {
  switch (term.shape->kind) {
    case LimitKind::kSum:
      if (term.shape->net) return CheckNet(term, budget, moment.now, note);
      [[fallthrough]];
    case LimitKind::kCount:
    case LimitKind::kRepeat: return Upto(budget.sums.Total().plus, term.amount, term.max);
    case LimitKind::kRate: return CheckRate(term, budget, moment.now);
    case LimitKind::kShare: return CheckShare(term, budget, moment.now, note);
    case LimitKind::kOpenExposure: return Upto(budget.open, term.amount, term.max);
    case LimitKind::kDrawdown: return CheckDrawdown(term, budget);
    case LimitKind::kGrowth: return CheckGrowth(term, budget, moment.now);
    default: break;
  }
  LimitFinding unknown;  // a kind without state has no term; fails closed
  unknown.hit = unknown.unfit = true;
  return unknown;
}

bool KeepsSums(LimitKind kind) {
  return kind != LimitKind::kRate && kind != LimitKind::kOpenExposure &&
         kind != LimitKind::kDrawdown;
}

// Whether the budget stays within 64 bits. Only what is advisory or net comes near.
bool Fits(const LimitTerm& term, const Budget& budget, std::int64_t now) {
  if (term.shape->kind == LimitKind::kRate) return true;
  if (!KeepsSums(term.shape->kind)) return Wide{budget.open} + term.amount <= kMost;
  return budget.sums.Fits(AddedBy(term, now));
}

LimitDelta Opened(const LimitTerm& term, const LimitMoment& moment) {
  LimitDelta delta{LimitOp::kOpen, moment.row, term.state, 0, kMost, term.amount};
  if (term.shape->kind == LimitKind::kDrawdown) delta.bucket = kAwaitsResult;
  const std::int64_t horizon = term.shape->horizon_us;
  if (horizon > 0 && horizon < kMost - moment.now) delta.expires = moment.now + horizon;
  return delta;
}

// Relief that no record holds yet. A calendar window keeps that of its own bucket alone.
void AddPending(const WindowBucket& added, bool sliding, bool share, Budget& budget) {
  WindowBucket& pending = budget.NeedRare().pending;
  if (!sliding && pending.begin != added.begin) pending = {};
  if (!sliding) {
    pending.begin = added.begin;
    pending.expires = added.expires;
  }
  if (share) {
    ++pending.count;
    return;
  }
  pending.plus = Narrow(Wide{pending.plus} + added.plus);
  pending.minus = Narrow(Wide{pending.minus} + added.minus);
}

void SpendSums(const LimitTerm& term, Budget& budget, const LimitMoment& moment, LimitNote& note) {
  const WindowBucket added = AddedBy(term, moment.now);
  const bool share = term.shape->kind == LimitKind::kShare;
  budget.sums.Add(added);
  LimitDelta delta{LimitOp::kSpend, moment.row,    term.state,
                   added.begin,     added.expires, share ? 0 : term.amount};
  note.deltas.push_back(delta);
  if (share && term.marked) {
    delta.op = LimitOp::kMark;
    note.deltas.push_back(delta);
  } else if (share || term.shape->net) {
    AddPending(added, Sliding(*term.shape), share, budget);
  }
}

}  // namespace

bool Consumes(const LimitTerm& term) {
  if (term.shape->kind == LimitKind::kShare) return term.marked;
  return term.shape->kind == LimitKind::kRate || term.amount != 0;
}

bool Spends(const LimitTerm& term) {
  return term.shape->kind == LimitKind::kShare || Consumes(term);
}

LimitFinding CheckTerm(const LimitTerm& term, const Budget& budget, const Budget& latch,
                       const LimitMoment& moment, const LimitNote& note) {
  LimitFinding finding;
  const bool free = !moment.model_sourced && !term.invalid && !Consumes(term);
  if (free && term.shape->kind != LimitKind::kShare) return finding;
  finding = CheckKind(term, budget, moment, note);
  if (finding.resets == 0 && KeepsSums(term.shape->kind)) finding.resets = budget.sums.Resets();
  if (Unfit(term) || !Fits(term, budget, moment.now)) finding.hit = finding.unfit = true;
  if (latch.latched_at > term.released_at && !term.shape->advisory && !free) {
    finding.hit = finding.latched = true;
    finding.resets = 0;
  }
  return finding;
}

void SpendTerm(const LimitTerm& term, Budget& budget, const LimitMoment& moment, LimitNote& note) {
  const TermShape& shape = *term.shape;
  if (!Spends(term)) return;
  if (shape.kind == LimitKind::kRate) {
    budget.arrival_ns = std::max(budget.arrival_ns, moment.now * 1000) + PaceOf(term).interval_ns;
    note.deltas.push_back({LimitOp::kArrival, moment.row, term.state, 0, 0, budget.arrival_ns});
  } else if (KeepsSums(shape.kind)) {
    SpendSums(term, budget, moment, note);
  } else {
    budget.open += term.amount;
    note.deltas.push_back(Opened(term, moment));
  }
}

void SettleRelief(const LimitDelta& spend, bool marked, Budget& budget) {
  if (budget.rare == nullptr || !Pends(spend, budget)) return;
  WindowBucket& pending = budget.rare->pending;
  if (pending.count > 0) {  // a share
    if (!marked) --pending.count;
    return;
  }
  const WindowBucket amounts = BucketOf(spend);
  pending.plus = std::max<std::int64_t>(pending.plus - amounts.plus, 0);
  pending.minus = std::max<std::int64_t>(pending.minus - amounts.minus, 0);
}

std::int64_t CurrentOf(const LimitTerm& term, const Budget& budget, std::int64_t now) {
  const TermShape& shape = *term.shape;
  if (shape.kind == LimitKind::kShare) return Narrow(budget.sums.Total().count);
  static const LimitNote kNone;
  return CheckKind(term, budget, {.now = now}, kNone).current;
}

WindowBucket BucketOf(const LimitDelta& delta) {
  WindowBucket bucket{delta.bucket, delta.expires, 0, 0, 0};
  if (delta.op == LimitOp::kMark || delta.op == LimitOp::kUnmark) {
    bucket.plus = 1;
    return bucket;
  }
  bucket.plus = std::max<std::int64_t>(delta.amount, 0);
  bucket.minus = Narrow(-std::min<Wide>(delta.amount, 0));
  bucket.count = 1;
  return bucket;
}

}  // namespace mooring::serving

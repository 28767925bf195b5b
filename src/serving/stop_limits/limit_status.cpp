#include "serving/stop_limits/limit_status.h"

#include <algorithm>

#include "records/contract/limit_max.h"

namespace mooring::serving {
namespace {

using records::LimitKind;

// Kinds that are held to `max` itself.
bool CountsByMax(LimitKind kind) {
  switch (kind) {
    case LimitKind::kBound:
    case LimitKind::kSum:
    case LimitKind::kCount:
    case LimitKind::kOpenExposure:
    case LimitKind::kDrawdown:
    case LimitKind::kRepeat: return true;
    default: return false;
  }
}

bool IsPart(LimitKind kind) { return kind == LimitKind::kShare || kind == LimitKind::kGrowth; }

LimitLedger::Usage UsageOf(const CompiledLimit& limit, const LimitStatus& status, std::int64_t max,
                           const LimitLedger& ledger) {
  LimitTerm term;
  term.shape = &limit.shape;
  term.rule = limit.place;
  term.state = limit.shape.family;
  term.max = CountsByMax(limit.rule.kind) ? status.max.value_or(limit.shape.max) : max;
  term.released_at = status.released_at;
  return ledger.Of(term);
}

}  // namespace

bool VerdictStands(const CompiledLimit& limit, const LimitControls::Watch& watch,
                   VersionNumber version) {
  return std::ranges::any_of(watch.standing, [&](const auto& standing) {
    const bool about = standing.version == 0 || standing.version == version;
    return about &&
           std::ranges::find(limit.rule.verdicts, standing.verdict) != limit.rule.verdicts.end();
  });
}

std::int64_t MaxInForce(const LimitSet& set, const LimitsInForce& in_force, std::size_t index,
                        const LimitMomentOf& moment) {
  const CompiledLimit& limit = set.limits()[index];
  const LimitsInForce::One& one = in_force.limits[index];
  std::int64_t max = one.max.value_or(limit.shape.max);
  const bool rate = one.max && limit.rule.kind == LimitKind::kRate;
  if (rate && __builtin_mul_overflow(max, kRateUnits, &max)) {
    max = std::numeric_limits<std::int64_t>::max();
  }
  const auto scale = [&](const Ratio& ratio) {
    max = ratio.whole > 0 ? ratio.Of(max).value_or(0) : 0;
  };
  Ratio step{1, 1};
  for (const auto& [from, part, whole] : one.ramp) {
    if (from <= moment.now) step = {part, whole};
  }
  scale(step);
  for (const CompiledLimit& other : set.limits()) {
    const bool smaller = other.rule.kind == LimitKind::kQuality && !other.stops &&
                         !other.rule.advisory &&
                         VerdictStands(other, in_force.watch, moment.version);
    if (smaller) scale(other.factor);
  }
  return max;
}

std::optional<double> LimitStatus::used() const {
  const LimitKind kind = limit->rule.kind;
  const bool summed = kind == LimitKind::kSum || kind == LimitKind::kCount ||
                      kind == LimitKind::kOpenExposure || kind == LimitKind::kDrawdown;
  if (!summed || divided || !max || *max <= 0) return std::nullopt;
  return static_cast<double>(usage.current) / static_cast<double>(*max);
}

std::vector<LimitStatus> StatusOf(const LimitSet& set, const LimitControls& controls,
                                  const LimitLedger& ledger) {
  const std::shared_ptr<const LimitsInForce> in_force = set.InForce(controls);
  std::vector<LimitStatus> all(set.limits().size());
  const LimitMomentOf moment{set.version(), ledger.Now()};
  for (std::size_t i = 0; i < set.limits().size(); ++i) {
    const CompiledLimit& limit = set.limits()[i];
    const LimitsInForce::One& one = in_force->limits[i];
    LimitStatus& status = all[limit.place];
    status.limit = &limit;
    status.changed = one.max.has_value();
    status.released_at = one.released_at;
    status.divided = limit.divided();
    const LimitKind kind = limit.rule.kind;
    status.digits = IsPart(kind) ? records::kShareDigits : limit.digits;
    const std::int64_t max = MaxInForce(set, *in_force, i, moment);
    status.stands =
        kind == LimitKind::kQuality && VerdictStands(limit, in_force->watch, set.version());
    if (kind == LimitKind::kBound) {
      status.contract_max = limit.max;
      status.max = one.max ? one.max : limit.max;
    } else if (CountsByMax(kind)) {
      status.contract_max = limit.shape.max;
      status.max = max;
    } else if (kind == LimitKind::kRate) {
      status.contract_max = limit.rule.rate_count;
      status.max = max / kRateUnits;
    } else if (IsPart(kind)) {
      status.contract_max = limit.shape.max;
      status.max = max;
    }
    if (limit.has_budget && !status.divided) status.usage = UsageOf(limit, status, max, ledger);
  }
  return all;
}

}  // namespace mooring::serving

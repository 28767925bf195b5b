#include "serving/stop_limits/limit_keys.h"

#include <algorithm>

#include "serving/stop_limits/ledger_state.h"
#include "serving/stop_limits/limit_status.h"

namespace mooring::serving {
namespace {

using records::LimitKind;
using records::LimitStateId;

constexpr std::size_t kSlotsALock = 1024;  // about 50 µs

bool HasOneNumber(LimitKind kind) {
  return kind == LimitKind::kSum || kind == LimitKind::kCount || kind == LimitKind::kOpenExposure ||
         kind == LimitKind::kDrawdown || kind == LimitKind::kRepeat;
}

// Whom people look for first: shut, then nearest to the max.
bool ComesFirst(const LimitKey& a, const LimitKey& b) {
  const bool a_shut = a.usage.latched_at != 0, b_shut = b.usage.latched_at != 0;
  if (a_shut != b_shut) return a_shut;
  const double a_used = a.used.value_or(0), b_used = b.used.value_or(0);
  if (a_used != b_used) return a_used > b_used;
  return a.id < b.id;
}

// The last of those that are kept is at the front of the heap.
void Keep(LimitKey key, std::size_t most, std::vector<LimitKey>& kept) {
  if (kept.size() == most && (most == 0 || !ComesFirst(key, kept.front()))) return;
  if (kept.size() == most) {
    std::pop_heap(kept.begin(), kept.end(), ComesFirst);
    kept.pop_back();
  }
  kept.push_back(std::move(key));
  std::push_heap(kept.begin(), kept.end(), ComesFirst);
}

}  // namespace

void LimitLedger::ForEachKey(std::span<const LimitTerm> rules, const VisitKey& visit) const {
  for (std::size_t from = 0, slots = 1; from < slots; from += kSlotsALock) {
    const std::lock_guard lock(state_->mutex);
    const std::int64_t now = state_->time.Advance();
    slots = state_->budgets.slots();
    state_->budgets.ForSlots(from, from + kSlotsALock, [&](Budget& budget) {
      if (budget.family == 0 || budget.Dead(now)) return;
      const LimitStateId family = state_->budgets.FamilyOf(budget);
      for (std::size_t i = 0; i < rules.size(); ++i) {
        if (!(rules[i].shape->family == family)) continue;
        Usage usage;
        usage.current = CurrentOf(rules[i], budget, now);
        usage.resets = budget.sums.Resets();
        if (budget.latched_at > rules[i].released_at) usage.latched_at = budget.latched_at;
        visit(i, budget.id, usage);
      }
    });
  }
}

std::vector<LimitKeys> KeysOf(const LimitSet& set, const LimitControls& controls,
                              const LimitLedger& ledger, std::size_t most) {
  std::vector<LimitKeys> all(set.limits().size());
  std::vector<LimitTerm> terms;
  for (const LimitStatus& status : StatusOf(set, controls, ledger)) {
    if (!status.divided) continue;
    LimitTerm& term = terms.emplace_back();
    term.shape = &status.limit->shape;
    term.rule = status.limit->place;
    term.max = status.max.value_or(term.shape->max);
    term.released_at = status.released_at;
    all[term.rule].most = term.shape->keys;
  }
  if (terms.empty()) return all;
  ledger.ForEachKey(
      terms, [&](std::size_t i, const LimitStateId& id, const LimitLedger::Usage& usage) {
        const LimitTerm& term = terms[i];
        LimitKeys& keys = all[term.rule];
        ++keys.in_use;
        if (usage.latched_at != 0) ++keys.latched;
        LimitKey key{id, usage, std::nullopt};
        if (HasOneNumber(term.shape->kind) && term.max > 0) {
          key.used = static_cast<double>(usage.current) / static_cast<double>(term.max);
        }
        Keep(std::move(key), most, keys.first);
      });
  for (LimitKeys& keys : all) std::sort(keys.first.begin(), keys.first.end(), ComesFirst);
  return all;
}

}  // namespace mooring::serving

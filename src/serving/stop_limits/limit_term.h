// LimitTerm: one limit on one row as whole numbers: what LimitLedger checks and spends. LimitSet
// makes terms from a contract's rules and a row; nothing here knows of models or text.
//
// Thread safety: values; a TermShape lives as long as the LimitSet that owns it.
#pragma once

#include <chrono>
#include <cstdint>

#include "records/contract/limit_rule.h"
#include "records/journal/limit_note.h"

namespace mooring::serving {

class WindowClock;  // limit_window.h: where a moment's bucket begins and when it expires

// What all terms of one rule share. Compiled once.
struct TermShape {
  records::LimitKind kind = records::LimitKind::kSum;  // kSum … kGrowth; the others hold no state
  bool net = false;  // kSum: min ≤ sum ≤ max; else 0 ≤ sum ≤ max, and amounts are not negative
  // kDrawdown: the rule has a `worst`, and the loss of the window with the worst of all that is
  // open is bounded. Else it trips when the result is `max` below its peak.
  bool hard = false;
  bool latch = false, advisory = false, keyed = false;
  // Minor units; of kCount and kRepeat decisions. Of kRate millionths of a decision in its
  // period, of kShare and kGrowth billionths: those have their maximum in the fields below, and a
  // term with another max scales them by max / this. 0: not scaled.
  std::int64_t min = 0, max = 0;
  std::int64_t share_part = 0, share_whole = 1;    // kShare: max as a fraction
  std::int64_t after = 0;                          // kShare: n0
  std::int64_t interval_ns = 0, tolerance_ns = 0;  // kRate: T and τ
  std::int64_t growth_part = 1, growth_whole = 1;  // kGrowth: the factor
  std::int64_t at_least = 0;                       // kGrowth
  std::uint32_t reference_weeks = 0;
  std::int64_t horizon_us = 0;          // kOpenExposure
  std::size_t keys = 0;                 // most budgets with `per`
  records::LimitStateId family;         // of all keys of the rule: counts its budgets in use
  const WindowClock* window = nullptr;  // null: lifetime
};

struct LimitTerm {
  const TermShape* shape = nullptr;
  std::uint16_t rule = 0;  // place among the contract's limits
  records::LimitStateId state;
  std::int64_t amount = 0;  // weighted quantity; 1 of a count; of a drawdown the worst loss, ≥ 0
  bool marked = false;      // kShare: the condition holds
  // Which budget a latch shuts, when it is not this one alone: of kRepeat that of the key, without
  // the decision. All 0: this one.
  records::LimitStateId latch;
  // What the controls in force make of the shape's max (raised, lowered, ramped, made smaller by
  // the watch) and when a latch was last released, µs since 1970.
  std::int64_t max = 0;
  std::int64_t released_at = 0;
  bool invalid = false;  // the quantity is null, not finite or too large: denies
};

}  // namespace mooring::serving

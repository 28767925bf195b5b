// The rule of each kind of limit that holds state: what a budget lets through, and what letting
// through does to it. One place, so that a check and its spending cannot disagree.
//
// All arithmetic is whole: amounts in 64 bits, sums and products in 128; what does not fit is a no.
// Sums that allow (the reference of a growth, the decisions a share is of) count only what is
// surely in the window; sums that forbid count all that may be.
//
// Thread safety: none; the ledger's lock. Times are µs since 1970.
#pragma once

#include <cstdint>

#include "records/journal/limit_note.h"
#include "serving/stop_limits/budget.h"
#include "serving/stop_limits/limit_term.h"

namespace mooring::serving {

struct LimitMoment {
  std::int64_t now = 0;
  std::uint32_t row = 0;
  bool model_sourced = true;
};

struct LimitFinding {
  bool hit = false;
  bool latched = false;  // hit because the limit is shut
  bool unfit = false;    // hit because nothing could be compared: this alone shuts no latch
  std::int64_t current = 0, threshold = 0;
  std::int64_t resets = 0;    // 0: not by itself
  std::int64_t retry_ns = 0;  // kRate
};

// Whether the decision takes anything of the limit.
bool Consumes(const LimitTerm& term);
// Whether admitting it changes the budget.
bool Spends(const LimitTerm& term);

// `budget` may be an empty one. `note` is what the record has spent so far: what it relieved itself
// it may use. `latch` is the budget that latches of the term shut.
LimitFinding CheckTerm(const LimitTerm& term, const Budget& budget, const Budget& latch,
                       const LimitMoment& moment, const records::LimitNote& note);

// Applies an admitted term, and appends how.
void SpendTerm(const LimitTerm& term, Budget& budget, const LimitMoment& moment,
               records::LimitNote& note);

// Relief of that spending is on record from now on, or never was. `marked`: the delta after it is
// the mark of the same decision.
void SettleRelief(const records::LimitDelta& spend, bool marked, Budget& budget);

// What Usage tells of a budget; and the change that a delta of the journal is.
std::int64_t CurrentOf(const LimitTerm& term, const Budget& budget, std::int64_t now);
WindowBucket BucketOf(const records::LimitDelta& delta);

}  // namespace mooring::serving

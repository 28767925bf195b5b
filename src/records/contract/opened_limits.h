// OpenedLimits: which limits of a contract another contract would open: a larger max, another
// family (kind, quantity, condition, scope, window, …), a latch or an enforcement taken away, a
// limit that is gone. Ask it before a contract takes the place of one whose model serves: opening
// takes two people (docs/LIMITS.md), and a contract is put in force by one.
//
// What only makes a limit stricter opens nothing, nor does anything done to one that is advisory.
//
// Thread safety: pure.
#pragma once

#include <string>
#include <vector>

#include "records/contract/contract.h"

namespace mooring::records {

struct OpenedLimit {
  std::string limit;  // its name
  std::string how;    // "max goes up, latches no more", "is gone"
};
// In the order of `before`.
std::vector<OpenedLimit> OpenedLimits(const Contract& before, const Contract& after);

}  // namespace mooring::records

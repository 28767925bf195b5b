// What the keys of `limits` and `fallback` say together: which belong to which kind, thresholds
// that fit their currency, chains whose steps can be reached.
//
// Thread safety: pure but for what is given.
#pragma once

#include "records/contract/contract.h"
#include "records/contract/meaning.h"

namespace mooring::records {

// Puts in what is not written because it follows from the rest: latches, the decision itself as
// the quantity, the chain of all other causes. Before CheckMeaning.
void SettleLimits(Contract& contract, const PlacedErrors& errors);

void CheckLimits(const Contract& contract, PlacedErrors& errors);
void CheckFallback(const Contract& contract, PlacedErrors& errors);

}  // namespace mooring::records

// The scores behind evidently_tests.h by theme: distances between bins, tests of counts, tests of
// samples. Use EvidentlyScore, which chooses.
//
// Thread safety: pure functions. Failure: as evidently_tests.h says; no sample is empty (the
// caller's promise).
#pragma once

#include "monitoring/parity/evidently_tests.h"

namespace mooring::monitoring {

// kJensenShannon, kPsi, kKlDivergence.
Result<double> BinnedScore(EvidentlyTest test, const EvidentlyPair& pair);
Result<double> HellingerScore(const EvidentlyPair& pair);
// kZ, kChiSquare, kGTest, kFisherExact, kTotalVariation. They look at levels only.
Result<double> CountScore(EvidentlyTest test, const EvidentlyPair& pair);
// All others. They look at numbers only.
Result<double> SampleScore(EvidentlyTest test, const EvidentlyPair& pair);
Result<double> MmdSquaredOf(const EvidentlyPair& pair);
Result<double> TotalVariationOf(const EvidentlyPair& pair);

}  // namespace mooring::monitoring

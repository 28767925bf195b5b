// KsAndWassersteinOfLarge: both distances of KsAndWassersteinSorted, for samples of many thousand
// values, in under half of the time.
//
// Merging two samples waits for itself at every value: which is next depends on which was last. So
// the samples are cut at three quantiles of the first into stretches that are walked side by side,
// each with its own gap, and put together again. D is the same bit for bit; W is a sum in another
// order, within 1e-13 of its size. Smaller samples go to KsAndWassersteinSorted.
//
// Thread safety: a pure function. Cost: 1.8 ns a value of both samples (the plain merge: 4.8), no
// allocation.
#pragma once

#include <span>

#include "data/stats/two_sample/wasserstein.h"

namespace mooring::data {

// Of samples that are sorted, not empty and finite.
KsAndWasserstein KsAndWassersteinOfLarge(std::span<const double> sorted_a,
                                         std::span<const double> sorted_b);

}  // namespace mooring::data

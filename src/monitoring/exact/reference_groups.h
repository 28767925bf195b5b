// Reference groups: counts of two samples in the same groups, on which PSI, Jensen-Shannon and
// chi-squared are computed exactly. The reference's own deciles, not the frozen bins of a profile:
// exact mode needs no profile.
//
// Numbers: the edges are the nine deciles of the reference, the value at place ceil(k n / 10) of
// its n sorted ones (numpy.quantile, method "inverted_cdf"); a group is (edge before, edge]. An
// edge that comes twice or more is a value that holds over a tenth by itself: it gets a group of
// its own between those below and above it. So a constant that moves either way is seen. Ten groups
// at most. Categories: a group a value, by text.
//
// Thread safety: pure functions. Cost: two binary searches an edge.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "monitoring/exact/column_source.h"

namespace mooring::monitoring {

// Groups that both samples left empty are left out.
struct GroupCounts {
  std::vector<std::uint64_t> reference, current;
};

// Of sorted finite values; the reference is not empty.
GroupCounts DecileGroups(std::span<const double> reference, std::span<const double> current);
GroupCounts ValueGroups(const CategorySample& reference, const CategorySample& current);

}  // namespace mooring::monitoring

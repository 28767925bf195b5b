// The one pass over two sorted samples that every distance between their distribution functions
// F and G starts from: their values in order, with F - G between each two.
//
// Not for unsorted input, and not where a value is NaN. F - G is kept as the whole number
// n m (F - G), which grows by m with a value of the first sample and falls by n with one of the
// second: exact, so that equal samples are at exactly 0. Sizes up to 3e9 each.
//
// Thread safety: pure functions. Cost: one comparison a value without an unforeseeable branch.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

namespace mooring::data {

// Calls visit(gap, from, to) for each pair of neighbours in the merged order: between `from` and
// `to` (from <= to, equal for ties) n m (F - G) is `gap`.
template <typename Visit>
inline void WalkCdfs(std::span<const double> a, std::span<const double> b, Visit&& visit) {
  if (a.empty() || b.empty()) return;
  const auto up = static_cast<std::int64_t>(b.size()), down = static_cast<std::int64_t>(a.size());
  std::size_t i = 0, j = 0;
  std::int64_t gap = 0;
  double last = std::min(a[0], b[0]);
  while (i < a.size() && j < b.size()) {
    const double x = a[i], y = b[j];
    const bool first = x <= y;
    const double next = first ? x : y;
    visit(gap, last, next);
    last = next;
    gap += (first ? up + down : 0) - down;
    i += first ? 1 : 0;
    j += first ? 0 : 1;
  }
  for (; i < a.size(); ++i, gap += up) {
    visit(gap, last, a[i]);
    last = a[i];
  }
  for (; j < b.size(); ++j, gap -= down) {
    visit(gap, last, b[j]);
    last = b[j];
  }
}

// Calls visit(before_a, in_a, before_b, in_b) for each distinct value in order: how many values of
// each sample lie below it and how many equal it.
template <typename Visit>
inline void ForEachTie(std::span<const double> a, std::span<const double> b, Visit&& visit) {
  std::size_t i = 0, j = 0;
  while (i < a.size() || j < b.size()) {
    const double value = j == b.size() || (i < a.size() && a[i] <= b[j]) ? a[i] : b[j];
    const std::size_t from_a = i, from_b = j;
    while (i < a.size() && a[i] == value) ++i;
    while (j < b.size() && b[j] == value) ++j;
    if (i == from_a && j == from_b) ++(i < a.size() ? i : j);  // a NaN: alone, so that this ends
    visit(from_a, i - from_a, from_b, j - from_b);
  }
}

}  // namespace mooring::data

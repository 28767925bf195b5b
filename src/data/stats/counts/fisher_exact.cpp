#include "data/stats/counts/fisher_exact.h"

#include <algorithm>

#include "data/stats/counts/hypergeometric.h"

namespace mooring::data {
namespace {

constexpr double kTie = 1 + 1e-10;

double OddsRatio(const TwoByTwo& table) {
  const double across = static_cast<double>(table.b) * static_cast<double>(table.c);
  if (across == 0) return std::numeric_limits<double>::infinity();
  return static_cast<double>(table.a) * static_cast<double>(table.d) / across;
}

// The greatest value below the mode, or the least above it, whose mass is at most `limit`; masses
// fall on both ways from the mode, so halving finds it. None is told by `found`.
struct Other {
  bool found = false;
  std::uint64_t at = 0;
};

Other AboveMode(const Hypergeometric& law, double limit) {
  if (law.Mass(law.max()) > limit) return {};
  std::uint64_t low = law.mode(), high = law.max();  // the mass at `high` is within the limit
  while (low < high) {
    const std::uint64_t middle = low + (high - low) / 2;
    if (law.Mass(middle) <= limit)
      high = middle;
    else
      low = middle + 1;
  }
  return {true, high};
}

Other BelowMode(const Hypergeometric& law, double limit) {
  if (law.Mass(law.min()) > limit) return {};
  std::uint64_t low = law.min(), high = law.mode();  // the mass at `low` is within the limit
  while (low < high) {
    const std::uint64_t middle = high - (high - low) / 2;
    if (law.Mass(middle) <= limit)
      low = middle;
    else
      high = middle - 1;
  }
  return {true, low};
}

double TwoSided(const Hypergeometric& law, std::uint64_t a) {
  const double limit = law.Mass(a) * kTie;
  if (law.Mass(law.mode()) <= limit) return 1;
  if (a < law.mode()) {
    const Other other = AboveMode(law, limit);
    return law.LowerTail(a) + (other.found ? law.UpperTail(other.at) : 0);
  }
  const Other other = BelowMode(law, limit);
  return law.UpperTail(a) + (other.found ? law.LowerTail(other.at) : 0);
}

// The sum of all, or more than kMaxTotal when it is that.
std::uint64_t CappedTotal(const TwoByTwo& table) {
  std::uint64_t total = 0;
  for (const std::uint64_t count : {table.a, table.b, table.c, table.d}) {
    if (count > Hypergeometric::kMaxTotal) return count;
    total += count;
  }
  return total;
}

}  // namespace

Result<TestResult> FisherExact(const TwoByTwo& table, Alternative alternative) {
  const std::uint64_t total = CappedTotal(table);
  if (total > Hypergeometric::kMaxTotal) {
    return Error(Code::kTooLarge, "table has more than 10^12 rows")
        .Help("use the two-proportion z test");
  }
  const std::uint64_t first = table.a + table.b, yes = table.a + table.c;
  if (first == 0 || first == total || yes == 0 || yes == total) return TestResult{.p_value = 1};
  const Hypergeometric law({.total = total, .marked = first, .drawn = yes});
  const double p = alternative == Alternative::kLess      ? law.LowerTail(table.a)
                   : alternative == Alternative::kGreater ? law.UpperTail(table.a)
                                                          : TwoSided(law, table.a);
  return TestResult{.statistic = OddsRatio(table), .p_value = std::min(p, 1.0)};
}

}  // namespace mooring::data

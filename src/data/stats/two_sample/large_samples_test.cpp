#include "data/stats/two_sample/large_samples.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "base/rng.h"

namespace mooring::data {
namespace {

using Draw = std::function<double(Rng&)>;

std::vector<double> Sorted(std::size_t size, Rng& rng, const Draw& draw) {
  std::vector<double> values(size);
  for (double& x : values) x = draw(rng);
  std::sort(values.begin(), values.end());
  return values;
}

// The plain merge is checked against SciPy; here it is what must come out.
void ExpectAsPlain(const std::vector<double>& a, const std::vector<double>& b,
                   const std::string& what) {
  const KsAndWasserstein plain = KsAndWassersteinSorted(a, b);
  const KsAndWasserstein lanes = KsAndWassersteinOfLarge(a, b);
  EXPECT_EQ(lanes.ks, plain.ks) << what;
  EXPECT_NEAR(lanes.wasserstein, plain.wasserstein, 1e-12 * plain.wasserstein) << what;
}

TEST(LargeSamples, AreAsFarApartAsByThePlainMerge) {
  const std::pair<const char*, Draw> kinds[] = {
      {"uniform", [](Rng& rng) { return rng.Uniform(); }},
      {"moved", [](Rng& rng) { return rng.Uniform() + 0.1; }},
      {"above all", [](Rng& rng) { return rng.Uniform() + 2; }},
      {"below all", [](Rng& rng) { return rng.Uniform() - 2; }},
      {"few values", [](Rng& rng) { return static_cast<double>(rng.Below(3)); }},
      {"one value", [](Rng&) { return 1.0; }},
      {"zeros of both signs", [](Rng& rng) { return rng.Below(2) != 0 ? 0.0 : -0.0; }},
      {"heavy tails", [](Rng& rng) { return std::tan(3.14159 * (rng.Uniform() - 0.5)); }},
      {"mostly one value", [](Rng& rng) { return rng.Below(5) != 0 ? 0.5 : rng.Uniform(); }},
  };
  Rng rng(1);
  for (const auto& [name_a, draw_a] : kinds) {
    for (const auto& [name_b, draw_b] : kinds) {
      for (const auto& [n, m] : {std::pair(5000U, 5000U),
                                 {9001U, 4U},
                                 {4U, 9001U},
                                 {1U, 7000U},
                                 {7000U, 1U},
                                 {3000U, 20'011U},
                                 {20U, 30U}}) {
        ExpectAsPlain(Sorted(n, rng, draw_a), Sorted(m, rng, draw_b),
                      std::string(name_a) + " and " + name_b);
      }
    }
  }
}

TEST(LargeSamples, EqualOnesAreAtExactlyZero) {
  Rng rng(4);
  const auto values = Sorted(10'000, rng, [](Rng& r) { return r.Uniform(); });
  const KsAndWasserstein same = KsAndWassersteinOfLarge(values, values);
  EXPECT_EQ(same.ks, 0);
  EXPECT_EQ(same.wasserstein, 0);
}

TEST(LargeSamples, EndsOfTheNumberLineDoNotOverflow) {
  const std::vector<double> low(5000, -1.7e308), high(5000, 1.7e308);
  const KsAndWasserstein apart = KsAndWassersteinOfLarge(low, high);
  EXPECT_EQ(apart.ks, 1);
  EXPECT_EQ(apart.wasserstein, KsAndWassersteinSorted(low, high).wasserstein);
  const std::vector<double> denormal(5000, 5e-324), zero(5000, 0.0);
  EXPECT_EQ(KsAndWassersteinOfLarge(denormal, zero).ks, 1);
}

}  // namespace
}  // namespace mooring::data

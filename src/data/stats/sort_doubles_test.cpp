#include "data/stats/sort_doubles.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>
#include <string>
#include <vector>

#include "base/rng.h"

namespace mooring::data {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

// The order the header promises, by the library's sort: as <, and -0 before +0.
std::vector<double> SortedByLibrary(std::vector<double> values) {
  std::erase_if(values, [](double x) { return std::isnan(x); });
  std::sort(values.begin(), values.end(), [](double a, double b) {
    return a < b || (a == b && std::signbit(a) && !std::signbit(b));
  });
  return values;
}

void ExpectSorts(DoubleSorter& sorter, std::vector<double> values, const std::string& what) {
  const std::vector<double> expected = SortedByLibrary(values);
  const std::size_t n = sorter.Sort(values);
  ASSERT_EQ(n, expected.size()) << what;
  for (std::size_t i = 0; i < n; ++i) {
    ASSERT_EQ(std::bit_cast<std::uint64_t>(values[i]), std::bit_cast<std::uint64_t>(expected[i]))
        << what << " of " << values.size() << " at " << i;
  }
  for (std::size_t i = n; i < values.size(); ++i) ASSERT_TRUE(std::isnan(values[i])) << what;
}

double Normal(Rng& rng) {
  return std::sqrt(-2 * std::log(1 - rng.Uniform())) * std::cos(6.283185307179586 * rng.Uniform());
}

struct Shape {
  const char* name;
  std::function<double(Rng&, std::size_t place, std::size_t size)> draw;
};

const Shape kShapes[] = {
    {"normal", [](Rng& rng, std::size_t, std::size_t) { return Normal(rng); }},
    {"lognormal", [](Rng& rng, std::size_t, std::size_t) { return std::exp(3 * Normal(rng)); }},
    {"uniform", [](Rng& rng, std::size_t, std::size_t) { return rng.Uniform(); }},
    {"heavy tails",
     [](Rng& rng, std::size_t, std::size_t) { return std::tan(3.14159 * (rng.Uniform() - 0.5)); }},
    {"few integers",
     [](Rng& rng, std::size_t, std::size_t) { return static_cast<double>(rng.Below(7)); }},
    {"constant", [](Rng&, std::size_t, std::size_t) { return -3.5; }},
    {"ninety per cent of one value",
     [](Rng& rng, std::size_t, std::size_t) { return rng.Below(10) != 0 ? 0.5 : Normal(rng); }},
    {"ascending", [](Rng&, std::size_t i, std::size_t) { return static_cast<double>(i); }},
    {"descending", [](Rng&, std::size_t i, std::size_t n) { return static_cast<double>(n - i); }},
    {"ascending with a last low one",
     [](Rng&, std::size_t i, std::size_t n) { return i + 1 == n ? -1 : static_cast<double>(i); }},
    {"saw", [](Rng&, std::size_t i, std::size_t) { return static_cast<double>(i % 16); }},
    {"far from zero with two outliers",
     [](Rng& rng, std::size_t i, std::size_t) {
       return i == 1 ? -1e308 : (i == 2 ? 1e308 : 1e6 + 1e-3 * rng.Uniform());
     }},
    {"denormals",
     [](Rng& rng, std::size_t, std::size_t) {
       return static_cast<double>(rng.Below(1000)) * 5e-324 * (rng.Below(2) != 0 ? 1 : -1);
     }},
    {"any bits",
     [](Rng& rng, std::size_t, std::size_t) { return std::bit_cast<double>(rng.Next()); }},
    {"zeros of both signs",
     [](Rng& rng, std::size_t, std::size_t) { return rng.Below(2) != 0 ? 0.0 : -0.0; }},
    {"infinities, NaN and numbers",
     [](Rng& rng, std::size_t, std::size_t) {
       const std::uint64_t kind = rng.Below(8);
       return kind == 0 ? kInfinity : (kind == 1 ? -kInfinity : (kind == 2 ? kNan : Normal(rng)));
     }},
    {"NaN alone", [](Rng&, std::size_t, std::size_t) { return kNan; }},
    {"exponents far apart",
     [](Rng& rng, std::size_t, std::size_t) {
       return std::ldexp(rng.Uniform() - 0.5, static_cast<int>(rng.Below(2000)) - 1000);
     }},
};

TEST(SortDoubles, SortsEveryShapeAsTheLibraryDoes) {
  DoubleSorter sorter;  // of one memory for all: it must not remember
  Rng rng(5);
  for (const Shape& shape : kShapes) {
    for (const std::size_t size :
         {0U, 1U, 2U, 3U, 17U, 100U, 4095U, 8192U, 8193U, 8199U, 60'001U}) {
      std::vector<double> values(size);
      for (std::size_t i = 0; i < size; ++i) values[i] = shape.draw(rng, i, size);
      ExpectSorts(sorter, values, shape.name);
    }
  }
}

TEST(SortDoubles, SortsEveryOrderOfAFew) {
  DoubleSorter sorter;
  std::vector<double> values = {-kInfinity, -1, -0.0, 0.0, 5e-324, 1, kNan};
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), 0);
  do {
    std::vector<double> shuffled;
    for (const std::size_t i : order) shuffled.push_back(values[i]);
    ExpectSorts(sorter, shuffled, "a few");
  } while (std::next_permutation(order.begin(), order.end()));
}

// A sample with a period of the sampling's stride would give useless splitters.
TEST(SortDoubles, IsNotFooledByPeriods) {
  DoubleSorter sorter;
  Rng rng(9);
  for (const std::size_t period : {2U, 10U, 4096U}) {
    std::vector<double> values(81'920);
    for (std::size_t i = 0; i < values.size(); ++i) {
      values[i] = i % period == 0 ? 1e9 + rng.Uniform() : rng.Uniform();
    }
    ExpectSorts(sorter, values, "period " + std::to_string(period));
  }
}

// Whatever order the values come in, the same bits come out.
TEST(SortDoubles, ForgetsTheOrderItWasGiven) {
  DoubleSorter sorter;
  Rng rng(3);
  std::vector<double> values(20'000);
  for (double& x : values) x = std::round(8 * Normal(rng)) / 8;
  std::vector<double> backwards(values.rbegin(), values.rend());
  EXPECT_EQ(sorter.Sort(values), sorter.Sort(backwards));
  EXPECT_EQ(values, backwards);
}

}  // namespace
}  // namespace mooring::data

#include "data/stats/distances.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "base/io/file_system.h"
#include "base/rng.h"
#include "base/text/json.h"

namespace mooring::data {
namespace {

std::shared_ptr<const Schema> OneColumn(Type type) {
  return std::make_shared<const Schema>(Schema::Make({{.name = "x", .type = type}}).value());
}

Batch Numbers(const std::vector<double>& values) {
  Batch batch(OneColumn(Type::kFloat64));
  for (const double x : values) batch.column(0).Append(x);
  batch.SetRows(values.size());
  return batch;
}

Batch Texts(const std::vector<std::pair<std::string, int>>& counts) {
  Batch batch(OneColumn(Type::kString));
  for (const auto& [text, count] : counts) {
    for (int i = 0; i < count; ++i) batch.column(0).AppendText(text);
  }
  batch.SetRows(batch.column(0).size());
  return batch;
}

Distances Between(const Batch& reference, const Batch& current) {
  const BatchProfile learned = LearnReference(reference).value();
  BatchProfile window(learned.bins());
  EXPECT_TRUE(window.Add(current).ok());
  return Compare(learned, window, 0);
}

// The numbers of SciPy 1.10.1 and of the written formulas, by hand.
TEST(Distances, EqualTheFormulasOnCounts) {
  const std::vector<std::uint64_t> r = {10, 20, 30, 40}, c = {40, 30, 20, 10};
  EXPECT_NEAR(Psi(r, c), 0.9128696382935673, 1e-15);
  EXPECT_NEAR(JensenShannon(r, c), 0.32625164411267443, 1e-15);
  EXPECT_NEAR(JensenShannon(std::vector<std::uint64_t>{10, 0}, std::vector<std::uint64_t>{0, 3}),
              std::sqrt(std::numbers::ln2), 1e-15);
  EXPECT_NEAR(
      JensenShannon(std::vector<std::uint64_t>{50, 50, 0}, std::vector<std::uint64_t>{20, 20, 60}),
      0.523792390695269, 1e-15);
  EXPECT_NEAR(Psi(std::vector<std::uint64_t>{50, 50, 0}, std::vector<std::uint64_t>{20, 20, 10}),
              0.7639602038150596, 1e-15);
  EXPECT_EQ(PsiExpectedWithoutDrift(10, 1000, 500), 9 * (1 / 1000.0 + 1 / 500.0));
}

TEST(Distances, EqualSamplesAreAtZero) {
  std::vector<double> values(1000);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<double>(i % 377);
  const Distances same = Between(Numbers(values), Numbers(values));
  EXPECT_EQ(same.psi, 0);
  EXPECT_LT(same.psi_adjusted, 0);
  EXPECT_EQ(same.js, 0);
  EXPECT_EQ(same.ks, 0);
  EXPECT_EQ(same.wasserstein, 0);
  EXPECT_EQ(same.groups, 10U);
}

TEST(Distances, AreNotNumbersWithoutValues) {
  for (const auto& [a, b] : {std::pair(Numbers({1, 2}), Numbers({std::nan("")})),
                             std::pair(Numbers({std::nan("")}), Numbers({1, 2}))}) {
    const Distances none = Between(a, b);
    EXPECT_TRUE(std::isnan(none.psi) && std::isnan(none.js) && std::isnan(none.ks));
    EXPECT_TRUE(std::isnan(none.wasserstein));
    EXPECT_EQ(none.groups, 0U);
  }
}

TEST(Distances, AConstantThatMovesIsSeen) {
  const Batch constant = Numbers(std::vector<double>(500, 7.0));
  EXPECT_EQ(Between(constant, constant).psi, 0);
  // Ten percent move just above: all other bins of the reference are empty, so the edges tell.
  std::vector<double> moved(500, 7.0);
  std::fill_n(moved.begin(), 50, std::nextafter(7.0, 8.0));
  EXPECT_NEAR(Between(constant, Numbers(moved)).ks, 0.1, 1e-12);
  EXPECT_TRUE(std::isnan(Between(constant, Numbers(moved)).wasserstein))
      << "no deviation to divide by";
}

TEST(Distances, MassBeyondTheRangeCountsWithItsExactDistance) {
  std::vector<double> values, far;
  for (int i = 0; i <= 100; ++i) values.push_back(i);
  far = values;
  for (double& x : far) x += 1000;
  const Distances d = Between(Numbers(values), Numbers(far));
  const double deviation = std::sqrt((101.0 * 101 - 1) / 12);
  EXPECT_NEAR(d.wasserstein * deviation, 1000, 1.0);
  EXPECT_NEAR(d.ks, 1, 1e-12);
  std::ranges::transform(values, far.begin(), [](double x) { return x - 250; });
  EXPECT_NEAR(Between(Numbers(values), Numbers(far)).wasserstein * deviation, 250, 1.0);
}

TEST(Distances, CategoriesCountUnseenAsAGroup) {
  const Distances d =
      Between(Texts({{"a", 50}, {"b", 50}}), Texts({{"a", 20}, {"b", 20}, {"new", 10}}));
  EXPECT_EQ(d.groups, 3U);
  EXPECT_NEAR(d.psi, 0.7639602038150596, 1e-15);
  EXPECT_NEAR(d.psi_adjusted, d.psi - 2 * (1 / 100.0 + 1 / 50.0), 1e-15);
  EXPECT_TRUE(std::isnan(d.ks));
  EXPECT_TRUE(std::isnan(d.wasserstein));
}

// Without drift m * PSI is about chi-squared with B-1 degrees: its mean is B-1, its deviation
// sqrt(2(B-1)), so the mean of 200 windows is within 4 * 4.24 / sqrt(200) = 1.2 of it.
TEST(Distances, PsiWithoutDriftIsWhatTheCorrectionExpects) {
  Rng rng(5);
  std::vector<double> values(200'000);
  for (double& x : values) x = rng.Uniform();
  const BatchProfile reference = LearnReference(Numbers(values)).value();
  double sum = 0;
  for (int round = 0; round < 200; ++round) {
    values.resize(1000);
    for (double& x : values) x = rng.Uniform();
    BatchProfile window(reference.bins());
    ASSERT_TRUE(window.Add(Numbers(values)).ok());
    sum += Compare(reference, window, 0).psi * 1000;
  }
  EXPECT_NEAR(sum / 200, 9, 1.2);
}

// splitmix64 and Box-Muller as the recorded draws were made.
double Normal(Rng& rng) {
  const double u = rng.Uniform(), v = rng.Uniform();
  return std::sqrt(-2 * std::log(1 - u)) * std::cos(2 * std::numbers::pi * v);
}

std::vector<double> Draw(std::string_view kind, std::uint64_t n, std::uint64_t seed, double shift) {
  Rng rng(seed);
  std::vector<double> values(n);
  for (double& x : values) {
    if (kind == "normal") x = Normal(rng) + shift;
    if (kind == "lognormal") x = std::exp(Normal(rng) + shift);
    if (kind == "ties") x = std::floor(3 * Normal(rng) + 2 * shift);
    if (kind == "uniform") x = rng.Uniform() + shift;
    if (kind == "const") x = 1 + shift;
    if (kind == "two") x = rng.Uniform() < 0.3 + 0.2 * shift ? 1 : 0;
  }
  return values;
}

double NumberIn(const Json& record, std::string_view key) {
  return std::stod(std::string(record.GetString(key).value()));
}

// SciPy's exact answers on the raw samples against ours from 64 counters.
TEST(Distances, AreWithinABinOfSciPyOnRawSamples) {
  const std::string text =
      PosixFileSystem()
          .ReadFile(MOORING_SOURCE_DIR "/tests/golden/scipy/distances.json", 1 << 20)
          .value();
  const Json document = Json::Parse(text).value();
  const Json::Array& records = *document.AsArray().value();
  ASSERT_EQ(records.size(), 48U);
  for (const Json& record : records) {
    const std::string kind(record.GetString("kind").value());
    const auto n = record.GetUint("n").value(), m = record.GetUint("m").value();
    const double shift = record.GetDouble("shift").value();
    SCOPED_TRACE(kind + " shift " + std::to_string(shift) + " n " + std::to_string(n));
    const BatchProfile reference = LearnReference(Numbers(Draw(kind, n, 1000 + n, 0))).value();
    BatchProfile window(reference.bins());
    ASSERT_TRUE(window.Add(Numbers(Draw(kind, m, 2000 + m, shift))).ok());
    const Distances d = Compare(reference, window, 0);
    const double exact_ks = NumberIn(record, "ks"), exact_w1 = NumberIn(record, "w1");
    EXPECT_LE(d.ks, exact_ks + 1e-12);
    EXPECT_GE(d.ks, exact_ks - 1.0 / 64 - 0.01);
    if (const double deviation = reference.Deviation(0); deviation > 0) {
      EXPECT_NEAR(d.wasserstein * deviation, exact_w1, 0.04 * deviation + 0.05 * exact_w1);
    } else {
      EXPECT_TRUE(std::isnan(d.wasserstein));
    }
  }
}

TEST(Distances, GroupsAreThoseThatAreCompared) {
  std::vector<double> values;
  for (int i = 0; i < 1000; ++i) values.push_back(i);
  const BatchProfile reference = LearnReference(Numbers(values)).value();
  BatchProfile window(reference.bins());
  ASSERT_TRUE(window.Add(Numbers({-5, 50, 50, 999, 2000})).ok());
  const ComparedGroups groups = GroupsOf(reference, window, 0);
  ASSERT_EQ(groups.reference.size(), 10U);
  ASSERT_EQ(groups.upper.size(), 10U);
  EXPECT_EQ(groups.current.front(), 3U);
  EXPECT_EQ(groups.current.back(), 2U);
  EXPECT_EQ(Psi(groups.reference, groups.current), Compare(reference, window, 0).psi);
  // A group's greatest value is the place where the reference's counts add up to what it has.
  std::uint64_t below = 0;
  for (std::size_t i = 0; i + 1 < groups.upper.size(); ++i) {
    below += groups.reference[i];
    EXPECT_EQ(std::floor(groups.upper[i]) + 1, static_cast<double>(below));
  }
  EXPECT_EQ(groups.upper.back(), std::numeric_limits<double>::infinity());
}

TEST(Distances, GroupsOfCategoriesAreTheirSlots) {
  const BatchProfile reference = LearnReference(Texts({{"a", 5}, {"b", 3}})).value();
  BatchProfile window(reference.bins());
  ASSERT_TRUE(window.Add(Texts({{"b", 2}, {"new", 1}})).ok());
  const ComparedGroups groups = GroupsOf(reference, window, 0);
  EXPECT_EQ(groups.reference, (std::vector<std::uint64_t>{5, 3, 0, 0}));
  EXPECT_EQ(groups.current, (std::vector<std::uint64_t>{0, 2, 0, 1}));
  EXPECT_TRUE(groups.upper.empty());
}

}  // namespace
}  // namespace mooring::data

#include "monitoring/multivariate/duplicated_features.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/rng.h"
#include "monitoring/multivariate/frames_for_tests.h"

namespace mooring::monitoring {
namespace {

using Numbers = std::vector<double>;
using Texts = std::vector<std::string>;

Numbers Uniform(std::size_t rows, std::uint64_t seed) {
  Rng rng(seed);
  Numbers values;
  for (std::size_t row = 0; row < rows; ++row) values.push_back(rng.Uniform());
  return values;
}

// One with that probability, else zero.
Numbers Flags(std::size_t rows, double probability, std::uint64_t seed) {
  Numbers values = Uniform(rows, seed);
  for (double& x : values) x = x < probability ? 1 : 0;
  return values;
}

Texts Towns(std::size_t rows, std::uint64_t seed) {
  Texts towns;
  for (const double x : Uniform(rows, seed)) towns.push_back(x < 0.6 ? "ATL" : "ORD");
  return towns;
}

data::Batch Usual(std::size_t rows, std::uint64_t seed) {
  return FrameOf({{"a", Uniform(rows, seed)}, {"b", Uniform(rows, seed + 1)}},
                 {{"from", Towns(rows, seed + 2)}, {"to", Towns(rows, seed + 3)}});
}

// b filled from a's column, and `to` from `from`'s; the first `other` rows as they ought to be.
data::Batch Copied(std::size_t rows, std::size_t other) {
  const Numbers a = Uniform(rows, 21), right = Uniform(rows, 22);
  Numbers b = a;
  for (std::size_t row = 0; row < other; ++row) b[row] = right[row];
  const Texts from = Towns(rows, 23);
  return FrameOf({{"a", a}, {"b", b}}, {{"from", from}, {"to", from}});
}

std::vector<std::string> Named(const std::vector<Duplicate>& found) {
  std::vector<std::string> names;
  for (const Duplicate& one : found) names.push_back(one.first + " × " + one.second);
  std::ranges::sort(names);
  return names;
}

TEST(DuplicatedFeatures, AColumnFilledFromAnothersIsFoundAndNamed) {
  const AlikePairs usual = AlikePairs::Learn(Usual(10'000, 1));
  const auto found = FindDuplicates(usual, Copied(500, 0), 1);
  EXPECT_EQ(Named(found), (Texts{"a × b", "from × to"}));
  EXPECT_EQ(found[0].rows, 500U);
  EXPECT_DOUBLE_EQ(found[0].share, 1);
  const std::vector<Finding> findings = DuplicateFindings(found);
  ASSERT_EQ(findings.size(), 2U);
  EXPECT_EQ(findings[0].kind, "duplicated_feature");
  EXPECT_EQ(findings[0].subject, "a × b");
  EXPECT_EQ(findings[0].level, Level::kAlert);
  EXPECT_TRUE(findings[0].certain);
  EXPECT_EQ(findings[0].what,
            "a and b carry the same value in 100.0 % of rows; it was at most 50 %");
  // The reference's two towns agree by chance: 0.6² + 0.4².
  EXPECT_NEAR(found[1].reference, 0.52, 0.03);
}

TEST(DuplicatedFeatures, OnePerCentOfOtherRowsIsStillACopyAndTwoAreNot) {
  const AlikePairs usual = AlikePairs::Learn(Usual(10'000, 1));
  EXPECT_EQ(FindDuplicates(usual, Copied(500, 5), 1).size(), 2U);
  EXPECT_EQ(Named(FindDuplicates(usual, Copied(500, 10), 1)), (Texts{"from × to"}));
}

TEST(DuplicatedFeatures, FeaturesThatAlwaysWereTheSameAreNoNews) {
  const Numbers a = Uniform(5000, 1);
  Numbers nearly = a;
  for (std::size_t row = 0; row < 200; ++row) nearly[row * 25] += 1;  // 4 % of the rows
  const AlikePairs usual =
      AlikePairs::Learn(FrameOf({{"a", a}, {"twin", a}, {"nearly", nearly}}, {}));
  EXPECT_NEAR(usual.Share(0, 2), 0.96, 0.02);
  EXPECT_DOUBLE_EQ(usual.Share(1, 0), 1);
  const Numbers now = Uniform(1000, 2);
  EXPECT_TRUE(
      FindDuplicates(usual, FrameOf({{"a", now}, {"twin", now}, {"nearly", now}}, {}), 1).empty());
}

TEST(DuplicatedFeatures, FlagsThatAreNearlyAlwaysOffAreNotOneFeature) {
  const auto rows = [](std::size_t count, double p, std::uint64_t seed) {
    return FrameOf({{"u", Flags(count, p, seed)}, {"v", Flags(count, p, seed + 1)}}, {});
  };
  const AlikePairs usual = AlikePairs::Learn(rows(20'000, 0.1, 1));  // the same on 82 %
  EXPECT_TRUE(FindDuplicates(usual, rows(1000, 0.003, 5), 1).empty());
  // The same, but they do go together now.
  const Numbers now = Flags(1000, 0.1, 7);
  EXPECT_EQ(FindDuplicates(usual, FrameOf({{"u", now}, {"v", now}}, {}), 1).size(), 1U);
}

TEST(DuplicatedFeatures, ColumnsThatStoppedVaryingAreAnotherFinding) {
  const AlikePairs usual = AlikePairs::Learn(Usual(10'000, 1));
  const Numbers zeros(1000, 0.0);
  EXPECT_TRUE(FindDuplicates(usual, FrameOf({{"a", zeros}, {"b", zeros}}, {}), 1).empty());
  const Numbers none(1000, std::nan(""));
  EXPECT_TRUE(FindDuplicates(usual, FrameOf({{"a", none}, {"b", none}}, {}), 1).empty());
}

TEST(DuplicatedFeatures, MissingBesideAValueIsAnotherValue) {
  const AlikePairs usual = AlikePairs::Learn(Usual(10'000, 1));
  Numbers a = Uniform(1000, 2), b = a;
  for (std::size_t row = 0; row < 500; ++row) a[row] = b[row] = std::nan("");
  auto found = FindDuplicates(usual, FrameOf({{"a", a}, {"b", b}}, {}), 1);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].rows, 500U);  // both missing says nothing
  for (std::size_t row = 500; row < 520; ++row) b[row] = std::nan("");
  EXPECT_TRUE(FindDuplicates(usual, FrameOf({{"a", a}, {"b", b}}, {}), 1).empty());
}

TEST(DuplicatedFeatures, FewRowsOrRowsInRunsAreNoProof) {
  const AlikePairs usual = AlikePairs::Learn(Usual(10'000, 1));
  EXPECT_TRUE(FindDuplicates(usual, Copied(0, 0), 1).empty());
  EXPECT_TRUE(FindDuplicates(usual, Copied(10, 0), 1).empty());
  EXPECT_EQ(FindDuplicates(usual, Copied(500, 0), 0.1).size(), 2U);
  EXPECT_TRUE(FindDuplicates(usual, Copied(500, 0), 0.01).empty());  // worth five rows
}

TEST(DuplicatedFeatures, KindsOfNumbersAreComparedByValueAndTextsApart) {
  auto schema = data::Schema::Make({{.name = "single", .type = data::Type::kFloat32},
                                    {.name = "number"},
                                    {.name = "text", .type = data::Type::kString}});
  const auto shared = std::make_shared<const data::Schema>(std::move(schema).value());
  data::Batch before(shared), now(shared);
  Rng rng(3);
  for (int row = 0; row < 400; ++row) {
    for (data::Batch* batch : {&before, &now}) {
      const double x = rng.Uniform();
      batch->column(0).Append(static_cast<float>(x));
      batch->column(1).Append(batch == &now ? x : -x);
      batch->column(2).AppendText(std::to_string(x));
    }
  }
  before.SetRows(400);
  now.SetRows(400);
  EXPECT_EQ(Named(FindDuplicates(AlikePairs::Learn(before), now, 1)), (Texts{"single × number"}));
  // Great whole numbers beside each other are not the same because a float32 says so.
  const Numbers ids = {16'777'216, 16'777'217};
  Numbers odd, even;
  for (int row = 0; row < 200; ++row) {
    odd.push_back(ids[1] + 2 * row);
    even.push_back(ids[0] + 2 * row);
  }
  const AlikePairs usual = AlikePairs::Learn(Usual(1000, 1));
  EXPECT_TRUE(FindDuplicates(usual, FrameOf({{"a", odd}, {"b", even}}, {}), 1).empty());
}

TEST(DuplicatedFeatures, UnchangedWindowsSayNothing) {
  const AlikePairs usual = AlikePairs::Learn(Usual(10'000, 1));
  for (std::uint64_t seed = 100; seed < 200; ++seed) {
    EXPECT_TRUE(FindDuplicates(usual, Usual(500, seed * 10), 1).empty()) << seed;
  }
}

TEST(DuplicatedFeatures, WhatWasLearnedComesBackAsItWas) {
  const AlikePairs usual = AlikePairs::Learn(Usual(3000, 1));
  const std::string json = usual.ToJson();
  const auto back = AlikePairs::FromJson(json);
  ASSERT_TRUE(back.ok()) << back.error().ToString();
  EXPECT_EQ(back->ToJson(), json);
  EXPECT_EQ(back->Find("from"), 2U);
  EXPECT_EQ(back->Find("nobody"), std::nullopt);
  EXPECT_DOUBLE_EQ(back->Share(2, 3), usual.Share(2, 3));
  for (std::size_t cut = 0; cut < json.size(); cut += 7) {
    EXPECT_FALSE(AlikePairs::FromJson(json.substr(0, cut)).ok()) << cut;
  }
  for (const char* damaged : {R"({"features":["a","b"],"pairs":[[1,0,0.6]]})",
                              R"({"features":["a"],"pairs":[[0,1,0.6]]})",
                              R"({"features":["a","b"],"pairs":[[0,1,1.5]]})",
                              R"({"features":["a","b"],"pairs":[[0,1]]})",
                              R"({"features":["a","b"],"pairs":[[0,1,null]]})"}) {
    EXPECT_FALSE(AlikePairs::FromJson(damaged).ok()) << damaged;
  }
}

TEST(DuplicatedFeatures, EvenRowsAreSpreadOverTheTable) {
  const data::Batch rows = FrameOf({{"a", Uniform(1000, 1)}}, {});
  const data::Batch some = EvenRows(rows, 300);
  EXPECT_EQ(some.rows(), 250U);
  EXPECT_EQ(some.column(0).Number(1), rows.column(0).Number(4));
  EXPECT_EQ(EvenRows(rows, 1000).rows(), 1000U);
  EXPECT_EQ(EvenRows(FrameOf({{"a", {}}}, {}), 10).rows(), 0U);
}

}  // namespace
}  // namespace mooring::monitoring

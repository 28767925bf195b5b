#include "monitoring/multivariate/multivariate_watch.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/rng.h"
#include "monitoring/multivariate/frames_for_tests.h"

namespace mooring::monitoring {
namespace {

// "a" and "b" go together (b = a, or its mirror image, plus noise), "c" goes alone. Each column by
// itself is the same either way.
data::Batch Rows(std::size_t rows, std::uint64_t seed, bool mirrored) {
  Rng rng(seed);
  std::vector<double> a, b, c;
  for (std::size_t row = 0; row < rows; ++row) {
    const double x = rng.Uniform() - 0.5;
    a.push_back(x);
    b.push_back((mirrored ? -x : x) + 0.2 * (rng.Uniform() - 0.5));
    c.push_back(rng.Uniform());
  }
  return FrameOf({{"a", a}, {"b", b}, {"c", c}}, {});
}

WindowReport Judged(MultivariateWatch& watch, std::size_t rows, std::uint64_t seed, bool mirrored) {
  watch.Add(Rows(rows, seed, mirrored));
  WindowReport report;
  report.model = "price";
  report.version = 2;
  report.verdict = WindowVerdict::kOk;
  watch.Judge(1, report);
  return report;
}

MultivariateWatch Watch() {
  Learned learned;
  learned.parts = MultivariateWatch::Learn(Rows(50'000, 1, false));
  EXPECT_EQ(learned.parts.size(), 3U);
  return {learned, 1000};
}

TEST(MultivariateWatch, AMirroredPairIsFoundAndNamed) {
  MultivariateWatch watch = Watch();
  const WindowReport report = Judged(watch, 1000, 2, true);
  ASSERT_EQ(report.pairs.size(), 1U);
  EXPECT_EQ(report.pairs[0].first + report.pairs[0].second, "ab");
  EXPECT_GT(report.pairs[0].reference, 0.9);
  EXPECT_LT(report.pairs[0].current, -0.9);
  ASSERT_EQ(report.multivariate.size(), 1U);
  EXPECT_EQ(report.multivariate[0].level, Level::kAlert);
  ASSERT_EQ(report.findings.size(), 2U);
  EXPECT_EQ(report.findings[0].kind, "correlation_change");
  EXPECT_EQ(report.findings[1].kind, "multivariate_drift");
  EXPECT_EQ(report.findings[1].help, "mooring monitor drift price --version 2");
}

TEST(MultivariateWatch, UnchangedWindowsSayNothing) {
  MultivariateWatch watch = Watch();
  int findings = 0;
  for (std::uint64_t seed = 10; seed < 110; ++seed) {
    findings += static_cast<int>(Judged(watch, 1000, seed, false).findings.size());
  }
  EXPECT_LE(findings, 1);
}

// `moved` of 200 rows have `a` put `by` higher; what is told of the features together.
const Finding* MovedRows(MultivariateWatch& watch, std::size_t moved, double by,
                         WindowReport& report) {
  const data::Batch rows = Rows(200, 7, false);
  std::vector<double> columns[3];
  for (std::size_t row = 0; row < rows.rows(); ++row) {
    for (std::size_t i = 0; i < 3; ++i) {
      columns[i].push_back(rows.column(i).Number(row) + (i == 0 && row < moved ? by : 0));
    }
  }
  watch.Add(FrameOf({{"a", columns[0]}, {"b", columns[1]}, {"c", columns[2]}}, {}));
  report.verdict = WindowVerdict::kOk;
  watch.Judge(1, report);
  const auto told = std::ranges::find(report.findings, "multivariate_drift", &Finding::kind);
  return told == report.findings.end() ? nullptr : &*told;
}

TEST(MultivariateWatch, OneRowThatIsFarOutIsNoDriftAndAFifthThatMovedIs) {
  MultivariateWatch watch = Watch();
  for (const double far : {5.0, -1e3, 1e6, 1e300}) {
    WindowReport report;
    EXPECT_EQ(MovedRows(watch, 1, far, report), nullptr) << far;
    ASSERT_EQ(report.multivariate.size(), 1U);
    EXPECT_LT(report.multivariate[0].value, 1.2 * report.multivariate[0].reference) << far;
    EXPECT_TRUE(report.multivariate[0].drivers.empty()) << far;
  }
  for (const double by : {1.0, 1e6}) {
    WindowReport report;
    const Finding* told = MovedRows(watch, 40, by, report);
    ASSERT_NE(told, nullptr) << by;
    EXPECT_EQ(told->level, Level::kAlert) << by;
    ASSERT_FALSE(report.multivariate[0].drivers.empty());
    EXPECT_NE(report.multivariate[0].drivers[0], "c") << by;
  }
}

TEST(MultivariateWatch, RowsOfAWindowAreForgottenWithIt) {
  MultivariateWatch watch = Watch();
  Judged(watch, 1000, 2, true);
  EXPECT_TRUE(Judged(watch, 1000, 3, false).findings.empty());
  EXPECT_TRUE(Judged(watch, 50, 4, true).multivariate.empty());  // too few
}

TEST(MultivariateWatch, AColumnFilledFromAnothersIsTold) {
  MultivariateWatch watch = Watch();
  const data::Batch right = Rows(1000, 2, false);
  std::vector<double> a, b;
  for (std::size_t row = 0; row < right.rows(); ++row) {
    a.push_back(right.column(0).Number(row));
    b.push_back(right.column(1).Number(row));
  }
  watch.Add(FrameOf({{"a", a}, {"b", b}, {"c", b}}, {}));
  WindowReport report;
  report.model = "price";
  report.version = 2;
  report.verdict = WindowVerdict::kOk;
  watch.Judge(1, report);
  const auto told = std::ranges::find(report.findings, "duplicated_feature", &Finding::kind);
  ASSERT_NE(told, report.findings.end());
  EXPECT_EQ(told->subject, "b × c");
  EXPECT_EQ(told->help, "mooring monitor drift price --version 2");
}

TEST(MultivariateWatch, WithoutWhatWasLearnedItWatchesNothing) {
  MultivariateWatch watch(Learned(), 1000);
  EXPECT_FALSE(watch.watches());
  EXPECT_TRUE(Judged(watch, 1000, 2, true).findings.empty());
  Learned damaged;
  damaged.parts = {{"pca", "{}"}, {"pairs", "[]"}, {"alike", "[]"}};
  EXPECT_FALSE(MultivariateWatch(damaged, 1000).watches());
}

TEST(MultivariateWatch, CoMomentsComeBackAsTheyWere) {
  const auto scale = PairScale::Learn(Rows(100, 1, false)).value();
  CoMoments moments(scale);
  data::Batch rows = Rows(100, 2, true);
  rows.column(0).SetNull(5);
  ASSERT_TRUE(moments.Add(rows).ok());
  const std::string json = moments.ToJson();
  const auto back = CoMoments::FromJson(json);
  ASSERT_TRUE(back.ok()) << back.error().ToString();
  EXPECT_EQ(back->ToJson(), json);
  EXPECT_EQ(back->Correlation(0, 1), moments.Correlation(0, 1));
  for (std::size_t cut = 0; cut < json.size(); cut += 29) {
    EXPECT_FALSE(CoMoments::FromJson(json.substr(0, cut)).ok()) << cut;
  }
}

// 64-bit sums of hostile sizes would overflow when parts are added.
TEST(MultivariateWatch, CoMomentsThatNoRowsCanHaveAreRefused) {
  const char* const good =
      R"({"features":[["x",0,1],["y",0,1]],"rows":2,"complete":1,"sums":[1,1],)"
      R"("products":[1,1,1],"incomplete":[[0,0,0,0,0,0],[1,1,1,1,1,1],[0,0,0,0,0,0]]})";
  ASSERT_TRUE(CoMoments::FromJson(good).ok()) << CoMoments::FromJson(good).error().ToString();
  const std::pair<const char*, const char*> cases[] = {
      {"\"rows\":2", "\"rows\":18446744073709551615"},
      {"\"complete\":1", "\"complete\":-1"},
      {"\"complete\":1", "\"complete\":3"},
      {"\"sums\":[1", "\"sums\":[98305"},
      {"\"products\":[1", "\"products\":[9223372036854775807"},
      {"[1,1,1,1,1,1]", "[2,1,1,1,1,1]"},
      {"[1,1,1,1,1,1]", "[1,1,1,9223372036854775807,1,1]"},
      {"[1,1,1,1,1,1]", "[1,-98305,1,1,1,1]"},
      {"[\"x\",0,1]", "[\"x\",0,0]"},
  };
  for (const auto& [from, to] : cases) {
    std::string text = good;
    ASSERT_NE(text.find(from), std::string::npos) << from;
    text.replace(text.find(from), std::string_view(from).size(), to);
    const auto back = CoMoments::FromJson(text);
    ASSERT_FALSE(back.ok()) << to;
    EXPECT_EQ(back.error().code(), Code::kDataLoss) << to;
  }
}

}  // namespace
}  // namespace mooring::monitoring

#include "monitoring/exact/exact_window.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/rng.h"
#include "data/stats/multiple_testing.h"
#include "monitoring/exact/batch_source.h"
#include "monitoring/multivariate/frames_for_tests.h"

namespace mooring::monitoring {
namespace {

double Normal(Rng& rng) {
  return std::sqrt(-2 * std::log(1 - rng.Uniform())) * std::cos(6.283185307179586 * rng.Uniform());
}

// "score" (first, to see that it is put last), "x" moved by `shift`, "still", and a town.
data::Batch Draw(std::size_t rows, std::uint64_t seed, double shift = 0, double score_shift = 0) {
  Rng rng(seed);
  std::vector<double> score, x, still;
  std::vector<std::string> town;
  for (std::size_t i = 0; i < rows; ++i) {
    score.push_back(Normal(rng) + score_shift);
    x.push_back(i % 10 == 0 ? std::nan("") : Normal(rng) + shift);
    still.push_back(Normal(rng));
    town.push_back(rng.Below(2) == 0 ? "LED" : "SVO");
  }
  return FrameOf({{"score", score}, {"x", x}, {"still", still}}, {{"town", town}});
}

ExactReport Compared(const data::Batch& current) {
  const data::Batch reference = Draw(3000, 1);
  return CompareExactly(BatchSource(reference), BatchSource(current)).value();
}

TEST(ExactWindow, NamesFeaturesThatCarryTheSameValues) {
  const data::Batch reference = Draw(3000, 1);
  data::Batch current = Draw(1000, 2);
  WindowReport well = ExactWindow(Compared(current), {});
  ASSERT_TRUE(AddDuplicates(BatchSource(reference), BatchSource(current), well).ok());
  EXPECT_TRUE(well.findings.empty());
  current.column(2) = current.column(1);  // "still" filled from "x"
  WindowReport report = ExactWindow(Compared(current), {});
  ASSERT_TRUE(AddDuplicates(BatchSource(reference), BatchSource(current), report).ok());
  ASSERT_FALSE(report.findings.empty());
  EXPECT_EQ(report.findings.back().kind, "duplicated_feature");
  EXPECT_EQ(report.findings.back().subject, "x × still");
  WindowReport few;
  few.verdict = WindowVerdict::kNotEnoughData;
  ASSERT_TRUE(AddDuplicates(BatchSource(reference), BatchSource(current), few).ok());
  EXPECT_TRUE(few.findings.empty());
}

TEST(ExactWindow, CarriesTheFiguresOfTheExactReport) {
  const ExactReport exact = Compared(Draw(1000, 2, 0.1));
  const WindowReport report = ExactWindow(exact, {});
  EXPECT_EQ(report.rows, 1000U);
  ASSERT_EQ(report.features.size(), 4U);
  EXPECT_EQ(report.features[0].feature, "x");
  EXPECT_EQ(report.features[3].feature, "score");
  const FeatureDrift& x = report.features[0];
  const ExactColumn& column = *exact.Find("x");
  EXPECT_EQ(x.rows, 900U);
  EXPECT_EQ(x.missing_share, 0.1);
  EXPECT_EQ(x.ks, column.ks.statistic);
  EXPECT_EQ(x.p_value, column.ks.p_value);
  EXPECT_EQ(x.test, "ks");
  EXPECT_EQ(x.wasserstein, column.wasserstein_scaled);
  EXPECT_EQ(x.psi_adjusted, column.psi_adjusted);
  EXPECT_TRUE(std::isnan(x.out_of_range_share));
  EXPECT_EQ(report.features[2].test, "chi2");
  EXPECT_EQ(report.features[2].p_value, exact.Find("town")->chi_squared.p_value);
  EXPECT_EQ(report.features[2].unseen_share, 0);
  // q is Benjamini and Hochberg's of just these p-values.
  std::vector<double> p;
  for (const FeatureDrift& f : report.features) p.push_back(f.p_value);
  const auto q = data::AdjustedPValues(data::Adjustment::kBenjaminiHochberg, p).value();
  for (std::size_t i = 0; i < q.size(); ++i) EXPECT_EQ(report.features[i].q_value, q[i]);
}

TEST(ExactWindow, MissingValuesAndUnseenOnesAreFindings) {
  data::Batch current = Draw(1000, 2);
  std::vector<double> half(1000);
  for (std::size_t i = 0; i < half.size(); ++i) half[i] = i % 2 == 0 ? std::nan("") : 0.5;
  current.column(1) = FrameOf({{"x", half}}, {}).column(0);
  const WindowReport report = ExactWindow(Compared(current), {});
  const auto missing = std::ranges::find(report.findings, "missing", &Finding::kind);
  ASSERT_NE(missing, report.findings.end());
  EXPECT_EQ(missing->subject, "x");
  EXPECT_EQ(missing->level, Level::kAlert);
}

TEST(ExactWindow, AnEmptiedColumnIsMissing) {
  data::Batch current = Draw(1000, 2);
  const std::vector<double> none(1000, std::nan(""));
  current.column(1) = FrameOf({{"x", none}}, {}).column(0);
  const WindowReport report = ExactWindow(Compared(current), {});
  const auto missing = std::ranges::find(report.findings, "missing", &Finding::kind);
  ASSERT_NE(missing, report.findings.end());
  EXPECT_EQ(missing->subject, "x");
  EXPECT_EQ(missing->value, 1);
  EXPECT_EQ(report.verdict, WindowVerdict::kOk) << "missing is an alert, not drift";
}

TEST(ExactWindow, AReferenceOfFewRowsIsNeverOk) {
  const data::Batch few = Draw(30, 1), many = Draw(3000, 2);
  const ExactReport exact = CompareExactly(BatchSource(few), BatchSource(many)).value();
  const WindowReport report = ExactWindow(exact, {});
  EXPECT_EQ(report.verdict, WindowVerdict::kNotEnoughData);
  EXPECT_EQ(report.reason, "30 rows in the reference, 200 are needed");
  EXPECT_TRUE(report.findings.empty());
}

TEST(ExactWindow, JudgesByThePolicy) {
  using records::DriftPolicy;
  struct Case {
    double shift, score_shift;
    DriftPolicy policy;
    WindowVerdict verdict;
  };
  constexpr auto kOk = WindowVerdict::kOk, kDrift = WindowVerdict::kDrift;
  for (const Case& c :
       {Case{0, 0, DriftPolicy::kCorrected, kOk}, Case{1, 0, DriftPolicy::kCorrected, kDrift},
        // Certain by p, and small: only the plain rule of p calls it drift.
        Case{0.3, 0, DriftPolicy::kCorrected, kOk}, Case{0.3, 0, DriftPolicy::kPsi, kOk},
        Case{0.3, 0, DriftPolicy::kPValue, kDrift}, Case{0, 1, DriftPolicy::kCorrected, kDrift}}) {
    const WindowReport report =
        ExactWindow(Compared(Draw(1000, 3, c.shift, c.score_shift)), {.policy = c.policy});
    EXPECT_EQ(report.verdict, c.verdict) << c.shift << " " << c.score_shift << report.reason;
    EXPECT_EQ(report.policy, c.policy);
    EXPECT_EQ(report.reason.empty(), c.verdict == kOk);
  }
}

TEST(ExactWindow, NamesWhatDriftedAsTheWatchDoes) {
  const WindowReport report = ExactWindow(Compared(Draw(1000, 3, 1)), {});
  ASSERT_EQ(report.findings.size(), 2U);
  EXPECT_EQ(report.findings[0].kind, "feature_drift");
  EXPECT_EQ(report.findings[0].subject, "x");
  EXPECT_EQ(report.findings[1].kind, "dataset_drift");
  EXPECT_NEAR(report.drifted_share, 1.0 / 3, 1e-15);
}

TEST(ExactWindow, FewRowsAreNotJudged) {
  const WindowReport report = ExactWindow(Compared(Draw(100, 3, 5)), {});
  EXPECT_EQ(report.verdict, WindowVerdict::kNotEnoughData);
  EXPECT_FALSE(report.features[0].drifted);
  EXPECT_TRUE(report.findings.empty());
}

TEST(ExactWindow, ColumnsThatWereNotComparedAreLeftOut) {
  const double none = std::nan("");
  const data::Batch reference = FrameOf({{"x", {1, 2}}, {"gone", {none, none}}}, {});
  const data::Batch current = FrameOf({{"x", {1, 2}}, {"gone", {1, 2}}}, {});
  const ExactReport exact = CompareExactly(BatchSource(reference), BatchSource(current)).value();
  const WindowReport report = ExactWindow(exact, {});
  ASSERT_EQ(report.features.size(), 1U);
  EXPECT_EQ(report.rows, 2U);
  EXPECT_TRUE(ExactWindow({}, {}).features.empty());
}

// "score" and "x" stay, class b goes where class c was.
data::Batch Classes(std::size_t rows, std::uint64_t seed, bool swapped) {
  Rng rng(seed);
  std::vector<double> score, x, b, c;
  std::vector<std::string> predicted;
  for (std::size_t i = 0; i < rows; ++i) {
    score.push_back(0.2 * rng.Uniform());
    x.push_back(Normal(rng));
    b.push_back((1 - score.back()) * (0.5 + 0.3 * rng.Uniform()));
    c.push_back(1 - score.back() - b.back());
    if (swapped) std::swap(b.back(), c.back());
    predicted.push_back(b.back() >= c.back() ? "b" : "c");
  }
  return FrameOf({{"score", score}, {"output:b", b}, {"x", x}, {"output:c", c}},
                 {{"predicted_class", predicted}});
}

TEST(ExactWindow, ClassesAreJudgedAsOutputs) {
  const data::Batch reference = Classes(3000, 1, false);
  for (const bool swapped : {false, true}) {
    const data::Batch current = Classes(1000, 2, swapped);
    const WindowReport report =
        ExactWindow(CompareExactly(BatchSource(reference), BatchSource(current)).value(), {});
    std::vector<std::string> names;
    std::vector<bool> drifted;
    for (const FeatureDrift& feature : report.features) {
      names.push_back(feature.feature);
      drifted.push_back(feature.drifted);
    }
    EXPECT_EQ(names,
              (std::vector<std::string>{"x", "output:b", "output:c", "predicted_class", "score"}));
    EXPECT_EQ(drifted, (std::vector<bool>{false, swapped, swapped, swapped, false}));
    EXPECT_EQ(report.verdict, swapped ? WindowVerdict::kDrift : WindowVerdict::kOk);
    EXPECT_EQ(report.drifted_share, 0);
    std::vector<std::string> kinds;
    for (const Finding& finding : report.findings) kinds.push_back(finding.kind);
    // The class that is new is one more.
    EXPECT_EQ(kinds, swapped ? (std::vector<std::string>{"class_drift", "class_drift",
                                                         "class_drift", "unseen"})
                             : std::vector<std::string>{});
  }
}

}  // namespace
}  // namespace mooring::monitoring

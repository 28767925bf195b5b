#include "monitoring/quality/cbpe.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "base/rng.h"

namespace mooring::monitoring {
namespace {

struct Drawn {
  std::vector<double> scores;
  std::vector<std::uint32_t> labels, truth;
  LabelRows rows() const { return {scores, labels, truth}; }
};

// The true probability is x, drawn evenly from [low, high]; the model says x squared, or x when it
// is honest. With a changed concept the truth is turned round.
Drawn Draw(std::uint64_t seed, std::size_t n, bool honest, double low = 0, double high = 1,
           bool turned = false) {
  Rng rng(seed);
  Drawn drawn;
  for (std::size_t i = 0; i < n; ++i) {
    const double x = low + (high - low) * rng.Uniform();
    drawn.scores.push_back(honest ? x : x * x);
    drawn.labels.push_back(drawn.scores.back() >= 0.5 ? 1 : 0);
    drawn.truth.push_back((rng.Uniform() < x) != turned ? 1 : 0);
  }
  return drawn;
}

const CbpeOptions kOptions{.problem = {.classes = {"no", "yes"}, .worth = {1, -1, -1, 1}}};
const std::vector<std::size_t> kChunks(10, 1000);

CbpeModel FitOn(const Drawn& reference) {
  return CbpeModel::Fit(kOptions, reference.rows(), kChunks).value();
}

const QualityEstimate& Of(const std::vector<QualityEstimate>& all, std::string_view name) {
  return *std::ranges::find(all, name, &QualityEstimate::name);
}

TEST(Cbpe, CalibratesScoresThatLie) {
  const CbpeModel model = FitOn(Draw(1, 10'000, false));
  ASSERT_EQ(model.decisions().size(), 1U);
  EXPECT_TRUE(model.decisions()[0].calibrate);
  EXPECT_GT(model.decisions()[0].error_before, 0.1);
  EXPECT_LT(model.decisions()[0].error_after, 0.03);
  const Drawn window = Draw(2, 500, false);
  const auto calibrated = model.Calibrate(window.rows()).value();
  double worst = 0;
  for (std::size_t i = 0; i < calibrated.size(); ++i) {
    worst = std::max(worst, std::abs(calibrated[i] - std::sqrt(window.scores[i])));
  }
  EXPECT_LT(worst, 0.15);
}

// A window of the same law as the reference is estimated right, without its truth, and is quiet.
TEST(Cbpe, EstimatesAndStaysQuietWithoutAShift) {
  const CbpeModel model = FitOn(Draw(3, 10'000, false));
  const Drawn window = Draw(4, 1000, false);
  const auto estimates = model.Estimate({window.scores, window.labels}).value();
  const auto realised = model.Realised(window.rows()).value();
  ASSERT_EQ(estimates.size(), realised.size());
  for (std::size_t i = 0; i < estimates.size(); ++i) {
    EXPECT_FALSE(estimates[i].alert) << estimates[i].name;
    EXPECT_LE(std::abs(estimates[i].value - realised[i].value), 4 * estimates[i].sampling_error)
        << estimates[i].name;
    EXPECT_LE(estimates[i].confidence.lower, estimates[i].value);
    EXPECT_GE(estimates[i].confidence.upper, estimates[i].value);
  }
}

TEST(Cbpe, SeesAShiftOfInputsAndIsBlindToAConceptChange) {
  const CbpeModel model = FitOn(Draw(5, 10'000, false));
  // Only rows that are hard to tell: accuracy falls, and the estimate with it.
  const Drawn hard = Draw(6, 1000, false, 0.4, 0.6);
  const auto estimate = model.Estimate(hard.rows()).value();
  const auto realised = model.Realised(hard.rows()).value();
  EXPECT_TRUE(Of(estimate, "accuracy").alert);
  EXPECT_NEAR(Of(estimate, "accuracy").value, Of(realised, "accuracy").value, 0.06);
  // The same inputs with turned truth: the estimate cannot know.
  const Drawn turned = Draw(7, 1000, false, 0, 1, true);
  EXPECT_FALSE(Of(model.Estimate(turned.rows()).value(), "accuracy").alert);
  EXPECT_TRUE(Of(model.Realised(turned.rows()).value(), "accuracy").alert);
}

TEST(Cbpe, NeverLooksAtTheTruthOfAWindow) {
  const CbpeModel model = FitOn(Draw(8, 10'000, true));
  const Drawn window = Draw(9, 500, true), turned = Draw(9, 500, true, 0, 1, true);
  const auto a = model.Estimate(window.rows()).value(), b = model.Estimate(turned.rows()).value();
  for (std::size_t i = 0; i < a.size(); ++i) EXPECT_EQ(a[i].value, b[i].value);
}

TEST(Cbpe, IsTheSameForTheSameSeed) {
  const Drawn reference = Draw(10, 10'000, false);
  EXPECT_EQ(FitOn(reference).ToJson(), FitOn(reference).ToJson());
}

TEST(Cbpe, TakesAPerfectModelAsItIs) {
  Drawn perfect = Draw(11, 10'000, true);
  for (std::size_t i = 0; i < perfect.scores.size(); ++i) perfect.truth[i] = perfect.labels[i];
  const CbpeModel model = FitOn(perfect);
  EXPECT_FALSE(model.decisions()[0].calibrate);
  EXPECT_TRUE(std::isnan(model.decisions()[0].error_before));
  const std::vector<double> score = {0.37};
  const std::vector<std::uint32_t> label = {0};
  EXPECT_EQ(model.Calibrate({score, label})->front(), 0.37);
  EXPECT_EQ(CbpeModel::FromJson(model.ToJson())->ToJson(), model.ToJson());
}

TEST(Cbpe, ProbabilitiesOfClassesSumToOne) {
  Rng rng(12);
  Drawn drawn;
  for (std::size_t i = 0; i < 3000; ++i) {
    double p[3] = {rng.Uniform(), rng.Uniform(), rng.Uniform()};
    const double sum = p[0] + p[1] + p[2];
    for (double& x : p) drawn.scores.push_back(x /= sum);
    drawn.labels.push_back(static_cast<std::uint32_t>(std::max_element(p, p + 3) - p));
    const double u = rng.Uniform();
    drawn.truth.push_back(u < p[0] ? 0 : (u < p[0] + p[1] ? 1 : 2));
  }
  const std::vector<std::size_t> chunks = {1000, 2000};
  const CbpeModel model =
      CbpeModel::Fit({.problem = {.classes = {"a", "b", "c"}}}, drawn.rows(), chunks).value();
  EXPECT_EQ(model.decisions().size(), 3U);
  const auto calibrated = model.Calibrate(drawn.rows()).value();
  for (std::size_t i = 0; i < calibrated.size(); i += 3) {
    EXPECT_NEAR(calibrated[i] + calibrated[i + 1] + calibrated[i + 2], 1, 1e-12);
  }
  EXPECT_EQ(CbpeModel::FromJson(model.ToJson())->ToJson(), model.ToJson());
}

TEST(Cbpe, EstimatesAWindowOfOneRow) {
  const CbpeModel model = FitOn(Draw(13, 10'000, true));
  const std::vector<double> score = {0.9};
  const std::vector<std::uint32_t> label = {1};
  const auto estimates = model.Estimate({score, label}).value();
  EXPECT_NEAR(Of(estimates, "accuracy").value, 0.9, 0.1);
  EXPECT_NEAR(Of(estimates, "roc_auc").value, 0.5, 1e-9);
}

TEST(Cbpe, RefusesWhatDoesNotFit) {
  const Drawn reference = Draw(14, 100, true);
  const auto fit = [&](const LabelRows& rows, const std::vector<std::size_t>& chunks) {
    return CbpeModel::Fit(kOptions, rows, chunks).ok();
  };
  EXPECT_TRUE(fit(reference.rows(), {50, 50}));
  EXPECT_FALSE(fit(reference.rows(), {}));
  EXPECT_FALSE(fit(reference.rows(), {50, 49}));
  EXPECT_FALSE(fit(reference.rows(), {50, 51}));
  EXPECT_FALSE(fit(reference.rows(), {100, 0}));
  EXPECT_FALSE(fit({reference.scores, reference.labels}, {100}));
  const std::vector<std::uint32_t> one_class(100, 1);
  EXPECT_FALSE(fit({reference.scores, reference.labels, one_class}, {100}));
  CbpeOptions far = kOptions;
  far.test_folds = {{0, 1, 100}};
  EXPECT_FALSE(CbpeModel::Fit(far, reference.rows(), std::vector<std::size_t>{100}).ok());
}

TEST(CbpeJson, ComesBackAndEstimatesTheSame) {
  const CbpeModel model = FitOn(Draw(15, 10'000, false));
  const CbpeModel again = CbpeModel::FromJson(model.ToJson()).value();
  EXPECT_EQ(again.ToJson(), model.ToJson());
  const Drawn window = Draw(16, 700, false);
  const auto a = model.Estimate(window.rows()).value(), b = again.Estimate(window.rows()).value();
  for (std::size_t i = 0; i < a.size(); ++i) {
    EXPECT_EQ(a[i].value, b[i].value);
    EXPECT_EQ(a[i].sampling_error, b[i].sampling_error);
    EXPECT_EQ(a[i].thresholds.lower, b[i].thresholds.lower);
    EXPECT_EQ(a[i].alert, b[i].alert);
  }
}

TEST(CbpeJson, RefusesWhatWasNotWritten) {
  const std::string text = FitOn(Draw(17, 10'000, false)).ToJson();
  ASSERT_TRUE(CbpeModel::FromJson(text).ok());
  const auto refuses = [&](std::string_view from, std::string_view to) {
    std::string changed = text;
    const std::size_t at = changed.find(from);
    ASSERT_NE(at, std::string::npos) << from;
    changed.replace(at, from.size(), to);
    const auto result = CbpeModel::FromJson(changed);
    ASSERT_FALSE(result.ok()) << from << " as " << to;
    EXPECT_EQ(result.error().code(), Code::kDataLoss);
  };
  refuses("\"version\":1", "\"version\":2");
  refuses("\"version\":1", "\"version\":1,\"more\":1");
  refuses("\"rows\"", "\"columns\"");
  refuses("[\"no\",\"yes\"]", "[\"no\"]");
  refuses("[\"no\",\"yes\"]", "[\"no\",\"yes\",\"perhaps\"]");
  refuses("\"roc_auc\"", "\"auc\"");
  refuses("\"error_of_one_row\":", "\"error_of_one_row\":-");
  refuses("\"band\":[", "\"band\":[9e9,");
  refuses("\"x\":[", "\"x\":[9e9,");
  refuses("\"y\":[", "\"z\":[");
  refuses("\"worth\":[1.0,", "\"worth\":[");
  // 200 000 classes have 4e10 cells: refused before they are made.
  std::string many = R"(["a")";
  for (int i = 0; i < 200'000; ++i) many += R"(,"a")";
  refuses("[\"no\",\"yes\"]", many + "]");
  EXPECT_FALSE(CbpeModel::FromJson("").ok());
  EXPECT_FALSE(CbpeModel::FromJson("[]").ok());
  EXPECT_FALSE(CbpeModel::FromJson(text.substr(0, text.size() - 1)).ok());
}

TEST(CbpeJson, SaysWhenTwoClassesHaveAScoreEach) {
  const Drawn one = Draw(1, 10'000, true);
  std::vector<double> two;
  for (const double p : one.scores) two.insert(two.end(), {1 - p, p});
  const auto model = CbpeModel::Fit({.problem = {.classes = {"no", "yes"}, .score_each = true}},
                                    {two, one.labels, one.truth}, kChunks);
  ASSERT_TRUE(model.ok()) << model.error().ToString();
  EXPECT_EQ(model->decisions().size(), 2U);
  const std::string text = model->ToJson();
  const auto back = CbpeModel::FromJson(text);
  ASSERT_TRUE(back.ok()) << back.error().ToString();
  EXPECT_EQ(back->ToJson(), text);
  const auto calibrated = back->Calibrate({two, one.labels}).value();
  for (std::size_t i = 0; i < calibrated.size(); i += 2) {
    EXPECT_NEAR(calibrated[i] + calibrated[i + 1], 1, 1e-12);
  }
  EXPECT_EQ(FitOn(one).ToJson().find("score_each"), std::string::npos);
  for (const char* other : {"false", "null", "1"}) {
    std::string wrong = text;
    wrong.replace(wrong.find("\"score_each\":true") + 13, 4, other);
    EXPECT_FALSE(CbpeModel::FromJson(wrong).ok()) << other;
  }
}

}  // namespace
}  // namespace mooring::monitoring

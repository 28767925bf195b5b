#include "monitoring/quality/loss_estimates.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "base/rng.h"
#include "monitoring/quality/quality_book.h"

namespace mooring::monitoring {
namespace {

constexpr const char* kContract = R"(model: price
owner: {team: pricing}
inputs: {x: {type: float64}}
output: {name: prediction, task: regression}
outcome: {name: paid, matures_after: 30d}
monitor: {window: {rows: 1000, every: 1h}, quality: {metric: mae, estimate: true}}
)";

// The mean loss of each tenth of x in [0, 2], stored as text.
Result<LossPredictor> OpenBins(std::string_view bytes) {
  std::vector<double> means;
  for (std::size_t at = 0; at < bytes.size(); at = bytes.find(' ', at) + 1) {
    means.push_back(std::stod(std::string(bytes.substr(at))));
  }
  if (means.size() != 10) return Error(Code::kInvalidArgument, "not ten bins");
  return LossPredictor([means](const data::Batch& rows) -> Result<std::vector<double>> {
    std::vector<double> losses;
    for (std::size_t i = 0; i < rows.rows(); ++i) {
      const double x = rows.Find("x")->Number(i);
      losses.push_back(means[static_cast<std::size_t>(std::clamp(x * 5, 0.0, 9.0))]);
    }
    return losses;
  });
}

Result<LossRegressor> TrainBins(const data::Batch& rows, std::span<const double> targets) {
  std::vector<double> sums(10), counts(10);
  for (std::size_t i = 0; i < rows.rows(); ++i) {
    const double x = rows.Find("x")->Number(i);
    const auto bin = static_cast<std::size_t>(std::clamp(x * 5, 0.0, 9.0));
    sums[bin] += targets[i];
    ++counts[bin];
  }
  std::string bytes;
  for (std::size_t b = 0; b < 10; ++b) {
    bytes += std::to_string(sums[b] / std::max(1.0, counts[b])) + ' ';
  }
  LossPredictor predict = OpenBins(bytes).value();
  return LossRegressor{std::move(predict), std::move(bytes)};
}

std::shared_ptr<const data::Schema> One(const std::string& name) {
  return std::make_shared<const data::Schema>(data::Schema::Make({{.name = name}}).value());
}

// y = 10 + bias + noise of size x; the model says 10. x comes from [low, 2].
struct Rows {
  Rows(std::size_t n, std::uint64_t seed, double low, double bias = 0)
      : inputs(One("x")), outputs(One("prediction")) {
    Rng rng(seed);
    for (std::size_t i = 0; i < n; ++i) {
      const double x = low + (2 - low) * rng.Uniform();
      inputs.column(0).Append(x);
      outputs.column(0).Append(10.0);
      truth.push_back(10 + bias + x * (2 * rng.Uniform() - 1));
    }
    inputs.SetRows(n);
    outputs.SetRows(n);
  }
  QualityRows kept() const {
    QualityRows rows;
    rows.scores.assign(truth.size(), 10.0);
    rows.truth = truth;
    rows.labelled = truth.size();
    return rows;
  }
  data::Batch inputs, outputs;
  std::vector<double> truth;
};

std::shared_ptr<const Reference> Registered(bool holdout = true) {
  auto reference = std::make_shared<Reference>();
  auto contract = records::ParseContract(kContract);
  EXPECT_TRUE(contract.ok()) << contract.error().ToString();
  reference->rule = contract->monitor;
  reference->contract = std::make_shared<const records::Contract>(std::move(contract).value());
  if (!holdout) return reference;
  const Rows rows(8000, 1, 0);
  QualityRows kept = rows.kept();
  const auto losses = LearnLosses(rows.inputs, kept, TrainBins);
  EXPECT_TRUE(losses.ok()) << losses.error().ToString();
  reference->learned.parts["dle"] = losses->ToJson();
  reference->learned.parts["quality"] =
      QualityReference::Learn(records::OutputRule::Task::kRegression, {}, false, kept, "holdout")
          .value()
          .ToJson();
  return reference;
}

class LossEstimatesTest : public testing::Test {
 protected:
  explicit LossEstimatesTest(const OpenRegressor& open = OpenBins)
      : book_({.on_problem = [this](const Error& e) { problems_.push_back(e.ToString()); },
               .open_regressor = open}) {}

  // A window of 1000 rows, scored before its outcomes and again when they have come.
  std::vector<QualityReport> Window(const Rows& rows, const std::shared_ptr<const Reference>& of) {
    auto binding = std::make_shared<records::Binding>();
    binding->model = "price";
    binding->version = 1;
    binding->inputs = rows.inputs.shared_schema();
    binding->outputs = rows.outputs.shared_schema();
    const std::vector<records::RowDecision> decided(rows.truth.size());
    book_.Add({.first = {.ordinal = next_},
               .binding = binding,
               .at = now_,
               .inputs = &rows.inputs,
               .outputs = &rows.outputs,
               .rows = decided},
              of);
    now_ += std::chrono::hours(2);
    std::vector<QualityReport> reports = book_.Due(now_);
    std::vector<records::Outcome> outcomes;
    for (const double truth : rows.truth) {
      outcomes.push_back(
          {.decision = {.ordinal = next_++}, .at = now_, .name = "paid", .value = truth});
    }
    book_.Learn(outcomes);
    for (QualityReport& report : book_.Due(now_)) reports.push_back(std::move(report));
    return reports;
  }
  static const MetricValue* Find(const std::vector<MetricValue>& values, std::string_view name) {
    const auto found = std::ranges::find(values, name, &MetricValue::name);
    return found == values.end() ? nullptr : &*found;
  }

  std::vector<std::string> problems_;
  QualityBook book_;
  Time now_;
  std::uint32_t next_ = 0;
};

// The size of the noise is x, so |error| is x / 2 in the mean: 0.5 on [0, 2], 0.9 on [1.6, 2].
TEST_F(LossEstimatesTest, AShiftOfInputsIsEstimatedBeforeAnyOutcome) {
  const auto reference = Registered();
  const auto calm = Window(Rows(1000, 2, 0), reference);
  ASSERT_EQ(calm.size(), 2U) << (problems_.empty() ? "" : problems_[0]);
  EXPECT_EQ(calm[0].labelled, 0U);
  ASSERT_EQ(calm[0].estimates.size(), 3U);
  const MetricValue* mae = Find(calm[0].estimates, "mae");
  ASSERT_NE(mae, nullptr);
  EXPECT_NEAR(mae->value, 0.5, 0.02);
  EXPECT_TRUE(mae->estimate);
  EXPECT_FALSE(mae->higher_is_better);
  EXPECT_EQ(mae->n, 1000U);
  EXPECT_LT(mae->lower, mae->value);
  EXPECT_LT(mae->value, mae->stop);
  EXPECT_EQ(mae->level, Level::kClear);
  EXPECT_TRUE(calm[0].findings.empty());

  const auto shifted = Window(Rows(1000, 3, 1.6), reference);
  ASSERT_EQ(shifted.size(), 2U);
  EXPECT_EQ(shifted[0].labelled, 0U);
  mae = Find(shifted[0].estimates, "mae");
  EXPECT_NEAR(mae->value, 0.9, 0.03);
  EXPECT_EQ(mae->level, Level::kWarn);
  // x^2 / 3 in the mean: (2^3 - 1.6^3) / (9 * 0.4).
  EXPECT_NEAR(Find(shifted[0].estimates, "rmse")->value, std::sqrt(3.904 / 3.6), 0.03);
  EXPECT_NEAR(Find(shifted[0].estimates, "mape")->value, 0.09, 0.006);
  ASSERT_EQ(shifted[0].findings.size(), 3U);
  EXPECT_EQ(shifted[0].findings[0].kind, "estimate");
  // Reality comes and agrees: worse, as was expected, and no change of concept.
  EXPECT_EQ(shifted[1].verdict, "worse");
  EXPECT_EQ(shifted[1].gap.metric, "mae");
  EXPECT_LT(std::abs(shifted[1].gap.realised - shifted[1].gap.estimated), 3 * shifted[1].gap.error);
  EXPECT_EQ(shifted[1].gap.level, Level::kClear);
}

TEST_F(LossEstimatesTest, AChangeOfConceptIsAGapOnceOutcomesCome) {
  const auto reference = Registered();
  Window(Rows(1000, 4, 0), reference);
  std::vector<QualityReport> changed;
  for (std::uint64_t seed = 5; seed < 8; ++seed) {
    changed = Window(Rows(1000, seed, 0, 1.5), reference);
    ASSERT_EQ(changed.size(), 2U);
    // The inputs are as ever: the estimate cannot know.
    EXPECT_EQ(Find(changed[0].estimates, "mae")->level, Level::kClear);
    EXPECT_EQ(changed[0].gap.level, Level::kClear);
  }
  EXPECT_EQ(changed[1].gap.level, Level::kAlert);
  EXPECT_NEAR(changed[1].gap.estimated, 0.5, 0.03);
  EXPECT_GT(changed[1].gap.realised, 1.3);
  EXPECT_NE(std::ranges::find(changed[1].findings, "concept_drift", &Finding::kind),
            changed[1].findings.end());
}

TEST_F(LossEstimatesTest, WithoutAHoldoutNothingIsEstimated) {
  const auto reports = Window(Rows(1000, 9, 1.6), Registered(false));
  ASSERT_EQ(reports.size(), 2U);
  EXPECT_TRUE(reports[0].estimates.empty());
  EXPECT_TRUE(std::isnan(reports[1].gap.realised));
  EXPECT_TRUE(problems_.empty());
}

class WithoutOpener : public LossEstimatesTest {
 protected:
  WithoutOpener() : LossEstimatesTest(OpenRegressor()) {}
};
TEST_F(WithoutOpener, NothingIsEstimated) {
  const auto reports = Window(Rows(1000, 9, 1.6), Registered());
  ASSERT_EQ(reports.size(), 2U);
  EXPECT_TRUE(reports[0].estimates.empty());
  EXPECT_EQ(reports[1].verdict, "worse") << "the reference is known all the same";
}

TEST_F(LossEstimatesTest, DamagedModelsAreToldOnce) {
  auto reference = std::make_shared<Reference>(*Registered());
  reference->learned.parts["dle"] = "{}";
  Window(Rows(1000, 9, 0), reference);
  const auto reports = Window(Rows(1000, 10, 0), reference);
  ASSERT_EQ(reports.size(), 2U);
  EXPECT_TRUE(reports[0].estimates.empty());
  ASSERT_EQ(problems_.size(), 1U);
  EXPECT_NE(problems_[0].find("estimator of losses"), std::string::npos) << problems_[0];
}

// Rows that the model did not decide expect nothing and are not counted.
TEST_F(LossEstimatesTest, RowsWithoutAScoreTakeNoPart) {
  Rows rows(1000, 11, 0);
  for (std::size_t i = 0; i < 300; ++i) rows.outputs.column(0).SetNull(i);
  const auto reports = Window(rows, Registered());
  ASSERT_FALSE(reports.empty());
  EXPECT_EQ(Find(reports[0].estimates, "mae")->n, 700U);
}

TEST(LearnLosses, LeavesOutRelativeErrorsNearZeroAndTooFewRows) {
  Rows rows(400, 12, 0);
  QualityRows kept = rows.kept();
  EXPECT_EQ(LearnLosses(rows.inputs, kept, TrainBins)->losses().size(), 3U);
  EXPECT_EQ(kept.expected.size(), 1200U);
  kept.truth[7] = 0.001;
  const auto model = LearnLosses(rows.inputs, kept, TrainBins).value();
  EXPECT_EQ(model.losses(), (std::vector<RowLoss>{RowLoss::kAbsolute, RowLoss::kSquare}));
  EXPECT_TRUE(std::isnan(ExpectedOf(model, RowLoss::kRelative, kept)[0]));
  EXPECT_EQ(ExpectedOf(model, RowLoss::kSquare, kept)[3],
            static_cast<double>(kept.expected[2 * 3 + 1]));
  for (std::size_t row = 19; row < 400; ++row) kept.truth[row] = std::nan("");
  EXPECT_FALSE(LearnLosses(rows.inputs, kept, TrainBins).ok());
}

// A trainer that knows each row it saw by heart is right about none that it did not see.
TEST(LearnLosses, ExpectsOfEachRowWhatAModelThatDidNotSeeItSays) {
  const Rows rows(400, 13, 0);
  QualityRows kept = rows.kept();
  const TrainRegressor by_heart = [](const data::Batch& seen, std::span<const double>) {
    std::vector<double> known;
    for (std::size_t i = 0; i < seen.rows(); ++i) known.push_back(seen.Find("x")->Number(i));
    return Result<LossRegressor>(
        LossRegressor{[known](const data::Batch& asked) -> Result<std::vector<double>> {
          std::vector<double> losses;
          for (std::size_t i = 0; i < asked.rows(); ++i) {
            const double x = asked.Find("x")->Number(i);
            losses.push_back(std::ranges::find(known, x) == known.end() ? 1 : 0);
          }
          return losses;
        }});
  };
  ASSERT_TRUE(LearnLosses(rows.inputs, kept, by_heart).ok());
  for (const float expected : kept.expected) EXPECT_EQ(expected, 1.0F);
}

}  // namespace
}  // namespace mooring::monitoring

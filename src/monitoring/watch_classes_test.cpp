// What only drift class by class sees, over the whole watch: journal, windows, verdicts.
#include <gtest/gtest.h>

#include "monitoring/scores.h"
#include "monitoring/watch_fixture.h"

namespace mooring::monitoring {
namespace {

constexpr char kClasses[] = R"(model: price
owner: {team: pricing}
inputs:
  x: {type: float64}
output: {name: setosa, task: TASK}
monitor:
  window: {rows: 500, every: 1h, min_rows: 200}
)";

class WatchClassesTest : public WatchTest {
 protected:
  WatchClassesTest() {
    Rng rng(5);
    const Rows rows = Draw(20'000, false, rng);
    Scores scores("setosa", Scores::Task::kMulticlass);
    const data::Batch& outputs = *scores.Of(rows.inputs.shared_schema(), rows.outputs);
    std::vector<data::Field> fields = rows.inputs.schema().fields();
    for (const data::Field& field : outputs.schema().fields()) fields.push_back(field);
    data::Batch whole(
        std::make_shared<const data::Schema>(data::Schema::Make(std::move(fields)).value()));
    whole.column(0) = rows.inputs.column(0);
    for (std::size_t i = 0; i < outputs.width(); ++i) whole.column(i + 1) = outputs.column(i);
    whole.SetRows(rows.inputs.rows());
    const data::BatchProfile profile = data::LearnReference(whole).value();
    reference_ = profile.ToJson();
    Learned learned;
    learned.slices =
        LearnSlices(std::vector<records::SliceRule>{{"x", {0}}}, whole, profile).value();
    learned_ = LearnedJson(learned);
  }

  struct Rows {
    data::Batch inputs, outputs;
  };

  // x and the probability of setosa are always of one law. The rest goes to versicolor for the
  // greater part, and once they are swapped to virginica.
  static Rows Draw(std::size_t count, bool swapped, Rng& rng) {
    static const auto inputs = One("x");
    static const auto outputs = std::make_shared<const data::Schema>(
        data::Schema::Make({{.name = "setosa"}, {.name = "versicolor"}, {.name = "virginica"}})
            .value());
    Rows rows{data::Batch(inputs), data::Batch(outputs)};
    for (std::size_t row = 0; row < count; ++row) {
      const double setosa = rng.Uniform(), rest = 1 - setosa;
      const double more = rest * (0.6 + 0.3 * rng.Uniform());
      rows.inputs.column(0).Append(Normal(rng));
      rows.outputs.column(0).Append(setosa);
      rows.outputs.column(swapped ? 2 : 1).Append(more);
      rows.outputs.column(swapped ? 1 : 2).Append(rest - more);
    }
    rows.inputs.SetRows(count);
    rows.outputs.SetRows(count);
    return rows;
  }

  void ApplyTask(const std::string& task) {
    std::string contract = kClasses;
    contract.replace(contract.find("TASK"), 4, task);
    Apply(contract);
  }

  // A window, in blocks of 50.
  void DecideWindow(bool swapped) {
    for (int block = 0; block < 10; ++block) {
      const Rows rows = Draw(50, swapped, rng_);
      auto binding = std::make_shared<records::Binding>();
      binding->model = "price";
      binding->version = 1;
      binding->contract_hash = contract_hash_;
      binding->inputs = rows.inputs.shared_schema();
      binding->outputs = rows.outputs.shared_schema();
      const std::vector<records::RowDecision> decided(50);
      ASSERT_TRUE(journal_
                      ->Append(records::DecisionBlock{.binding = binding,
                                                      .at = clock_.Now(),
                                                      .caller = "",
                                                      .request_id = "",
                                                      .inputs = &rows.inputs,
                                                      .outputs = &rows.outputs,
                                                      .rows = decided},
                               nullptr)
                      .ok());
      journal_->CommitNow();
      clock_.Advance(Micros(1000));
    }
  }

  std::vector<std::string> DriftedOf(const WindowReport& report) {
    std::vector<std::string> names;
    for (const FeatureDrift& feature : report.features) {
      if (feature.drifted) names.push_back(feature.feature);
    }
    return names;
  }
};

TEST_F(WatchClassesTest, TwoClassesThatSwapAreSeenThoughTheScoreStands) {
  ApplyTask("multiclass");
  const auto watch = MakeWatch();
  for (const bool swapped : {false, true, true}) DecideWindow(swapped);
  ASSERT_TRUE(watch->CatchUp().ok());
  EXPECT_TRUE(problems_.empty()) << problems_.front();
  const auto windows = Windows();  // the newest first, out of the registry
  ASSERT_EQ(windows.size(), 3U);
  EXPECT_EQ(windows[2].verdict, WindowVerdict::kOk) << windows[2].reason;
  std::vector<std::string> names;
  for (const FeatureDrift& feature : windows[2].features) names.push_back(feature.feature);
  EXPECT_EQ(names, (std::vector<std::string>{"x", "output:setosa", "output:versicolor",
                                             "output:virginica", "predicted_class", "score"}));
  for (const WindowReport& report : {windows[0], windows[1]}) {
    EXPECT_EQ(report.verdict, WindowVerdict::kDrift);
    EXPECT_EQ(DriftedOf(report), (std::vector<std::string>{"output:versicolor", "output:virginica",
                                                           "predicted_class"}));
    EXPECT_EQ(report.drifted_share, 0) << "no input has";
    std::vector<std::string> told;
    for (const Finding& finding : report.findings) {
      if (finding.kind != "class_drift") continue;
      told.push_back(finding.subject);
      EXPECT_TRUE(finding.certain) << finding.subject;
    }
    EXPECT_EQ(told, DriftedOf(report));
    EXPECT_NE(report.findings[2].what.find(" is predicted in "), std::string::npos);
    const FeatureDrift& predicted = report.features[4];
    EXPECT_EQ(predicted.test, "chi2");
    EXPECT_EQ(predicted.rows, 500U);
    EXPECT_LT(predicted.q_value, 1e-6);
    ASSERT_EQ(predicted.bars.size(), 3U);
    EXPECT_NEAR(report.features[1].mean, 0.5, 0.05);
    ASSERT_EQ(report.slices.size(), 2U);
    // Of some 250 rows the test pools a class that the reference never predicted with another.
    for (const SliceDrift& slice : report.slices) EXPECT_GE(slice.drifted_features, 2U);
  }
}

TEST_F(WatchClassesTest, OfAnotherTaskTheScoreAloneIsWatched) {
  for (const char* task : {"regression", "binary"}) {
    ApplyTask(task);
    const auto watch = MakeWatch();
    DecideWindow(true);
    ASSERT_TRUE(watch->CatchUp().ok());
    const WindowReport report = Windows().front();
    EXPECT_EQ(report.verdict, WindowVerdict::kOk) << task;
    ASSERT_EQ(report.features.size(), 2U);
    EXPECT_EQ(report.features[1].feature, "score");
  }
}

TEST_F(WatchClassesTest, AVersionLearnedBeforeClassesWereGoesOnWithItsScore) {
  ApplyTask("multiclass");
  Rng rng(5);
  const Rows rows = Draw(20'000, false, rng);
  data::Batch whole(std::make_shared<const data::Schema>(
      data::Schema::Make({{.name = "x"}, {.name = "score"}}).value()));
  whole.column(0) = rows.inputs.column(0);
  whole.column(1) = rows.outputs.column(0);
  whole.SetRows(20'000);
  reference_ = data::LearnReference(whole)->ToJson();
  learned_ = LearnedJson({});
  const auto watch = MakeWatch();
  DecideWindow(true);
  ASSERT_TRUE(watch->CatchUp().ok());
  EXPECT_TRUE(problems_.empty()) << problems_.front();
  const WindowReport report = Windows().front();
  EXPECT_EQ(report.verdict, WindowVerdict::kOk) << report.reason;
  ASSERT_EQ(report.features.size(), 2U);
  EXPECT_EQ(report.features[1].feature, "score");
}

}  // namespace
}  // namespace mooring::monitoring

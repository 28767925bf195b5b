#include "monitoring/quality/quality_plan.h"

#include <gtest/gtest.h>

#include "monitoring/quality/quality_fixture.h"

namespace mooring::monitoring {
namespace {

using Task = records::OutputRule::Task;
constexpr double kInf = std::numeric_limits<double>::infinity();
const double kNan = std::nan("");

TEST(QualityPlan, KnowsWhatAnOutcomeMeansToEachTask) {
  struct Case {
    Task task;
    std::vector<std::string> outputs;
    std::string text;
    double value;
    std::optional<double> truth;
  };
  const std::vector<std::string> one = {"p"}, three = {"red", "green", "blue"};
  for (const Case& of : std::initializer_list<Case>{
           {Task::kBinary, one, "late", 0, 1},
           {Task::kBinary, one, "on time", 1, 0},  // whatever is not the positive class
           {Task::kBinary, one, "", 1, 1},
           {Task::kBinary, one, "", 0, 0},
           {Task::kBinary, one, "", -0.0, 0},
           {Task::kBinary, one, "", 2, {}},
           {Task::kBinary, one, "", 0.5, {}},
           {Task::kBinary, one, "", -1, {}},
           {Task::kBinary, one, "", kNan, {}},
           {Task::kBinary, one, "", kInf, {}},
           {Task::kMulticlass, three, "green", 0, 1},
           {Task::kMulticlass, three, "Green", 0, {}},
           {Task::kMulticlass, three, "", 2, 2},
           {Task::kMulticlass, three, "", 3, {}},
           {Task::kMulticlass, one, "", 63, 63},  // a class's place, of 64 at most
           {Task::kMulticlass, one, "7", 0, 7},
           {Task::kMulticlass, one, "", 64, {}},
           {Task::kRegression, one, "", -3.5, -3.5},
           {Task::kRegression, one, "", 1e308, 1e308},
           {Task::kRegression, one, "", kInf, {}},
           {Task::kRegression, one, "", kNan, {}},
           {Task::kRegression, one, "12", 12, {}},
       }) {
    const QualityPlan plan = PlanOf(ContractOf(of.task), of.outputs);
    records::Outcome outcome{
        .decision = {}, .at = {}, .name = "late", .value = of.value, .text = of.text};
    EXPECT_EQ(plan.TruthOf(outcome), of.truth) << int(of.task) << of.text << of.value;
    outcome.name = "another";
    EXPECT_EQ(plan.TruthOf(outcome), std::nullopt);
  }
}

TEST(QualityPlan, KnowsItsClassesAndWhetherScoresAreProbabilities) {
  EXPECT_EQ(PlanOf(BinaryContract()).classes(), (std::vector<std::string>{"not late", "late"}));
  EXPECT_TRUE(PlanOf(BinaryContract()).has_probabilities());
  const QualityPlan three = PlanOf(ContractOf(Task::kMulticlass), {"a", "b", "c"});
  EXPECT_EQ(three.classes(), (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_TRUE(three.has_probabilities());
  EXPECT_EQ(three.NewRows().score_columns, 3U);
  const QualityPlan place = PlanOf(ContractOf(Task::kMulticlass));
  EXPECT_EQ(place.classes().size(), 64U);
  EXPECT_FALSE(place.has_probabilities());
  EXPECT_TRUE(PlanOf(ContractOf(Task::kRegression)).classes().empty());
  std::vector<std::string> many;
  for (int i = 0; i < 65; ++i) many.push_back("c" + std::to_string(i));
  many[7] = "p";
  EXPECT_EQ(PlanOf(ContractOf(Task::kMulticlass), many).NewRows().score_columns, 1U);
}

TEST(QualityPlan, TakesTheNamedOutputAsTheScore) {
  const records::Contract contract = BinaryContract();
  const Decided decided = Decide(contract, {0.9, 0.1, 0.8, 0.2}, {"other", "p"});
  QualityPlan plan(ReferenceOf(contract), decided.Block());
  QualityRows rows = plan.NewRows();
  plan.Append(decided.Block(), rows);
  EXPECT_EQ(rows.scores, (std::vector<double>{0.1, 0.2}));
  EXPECT_EQ(rows.rows(), 2U);
  EXPECT_EQ(rows.labelled, 0U);
  EXPECT_FALSE(rows.known(0));
  EXPECT_TRUE(rows.read.empty()) << "no measure reads an input";
}

TEST(QualityPlan, ALabelBesideTheProbabilitiesOfItsClassesIsNoClass) {
  records::Contract contract = ContractOf(Task::kMulticlass);
  contract.output.name = "label";
  contract.monitor.quality.business = {{"said", "label", true}};
  Decided decided = Decide(contract, {0.25, 0.75, 0.5, 0.5}, {"p_0", "p_1"});
  decided.binding->outputs = std::make_shared<const data::Schema>(*data::Schema::Make(
      {{.name = "label", .type = data::Type::kInt64}, {.name = "p_0"}, {.name = "p_1"}}));
  data::Batch outputs(decided.binding->outputs);
  for (const std::int64_t label : {1, 0}) outputs.column(0).Append(label);
  for (const std::size_t i : {0U, 1U}) outputs.column(i + 1) = decided.outputs.column(i);
  outputs.SetRows(2);
  decided.outputs = outputs;
  QualityPlan plan(ReferenceOf(contract), decided.Block());
  EXPECT_EQ(plan.classes(), (std::vector<std::string>{"p_0", "p_1"}));
  EXPECT_TRUE(plan.has_probabilities());
  QualityRows rows = plan.NewRows();
  plan.Append(decided.Block(), rows);
  EXPECT_EQ(rows.scores, (std::vector<double>{0.25, 0.75, 0.5, 0.5}));
  rows.truth = {0, 0};
  EXPECT_EQ(plan.ValuesOf(plan.measures()[0], rows), (std::vector<double>{1, 0}));
  rows.scores[0] = kNan;
  EXPECT_TRUE(std::isnan(plan.ValuesOf(plan.measures()[0], rows)[0]));
}

TEST(QualityPlan, CountsMoneyInMajorUnitsAndAnythingElseAsTheScoreGivenOut) {
  struct Case {
    const char* currency;
    double amount;
  };
  for (const Case& of :
       {Case{"RUB", 123.45}, Case{"JPY", 12345}, Case{"KWD", 12.345}, Case{"", 0.25}}) {
    Decided decided = Decide(BinaryContract(), {0.5});
    decided.binding->currency = of.currency;
    decided.rows[0].amount_minor = 12345;
    decided.rows[0].score = 0.25;
    QualityPlan plan(ReferenceOf(BinaryContract()), decided.Block());
    QualityRows rows = plan.NewRows();
    plan.Append(decided.Block(), rows);
    EXPECT_DOUBLE_EQ(rows.amounts[0], of.amount) << of.currency;
  }
}

TEST(QualityPlan, ComputesMeasuresOfRowsWhoseTruthIsKnown) {
  records::Contract contract = BinaryContract();
  contract.monitor.quality.business = {{"margin", "amount - 10 * late", true},
                                       {"regret", "x * abs(late - p)", false}};
  contract.effect.value = "x + late";
  Decided decided = Decide(contract, {0.5, 0.25, 0.75, 1});
  decided.binding->currency = "RUB";
  for (records::RowDecision& row : decided.rows) row.amount_minor = 450;
  decided.inputs.column(0).SetNull(2);
  QualityPlan plan(ReferenceOf(contract), decided.Block());
  EXPECT_TRUE(plan.problems().empty());
  QualityRows rows = plan.NewRows();
  plan.Append(decided.Block(), rows);
  rows.truth = {1, 0, 1, kNan};
  rows.labelled = 3;
  ASSERT_EQ(plan.measures().size(), 3U);
  EXPECT_FALSE(plan.measures()[1].higher_is_better);
  EXPECT_EQ(plan.measures()[2].name, "effect");
  const double expected[3][3] = {{-5.5, 4.5, -5.5}, {0, 0.25, kNan}, {1, 1, kNan}};
  for (std::size_t measure = 0; measure < 3; ++measure) {
    const auto values = plan.ValuesOf(plan.measures()[measure], rows);
    ASSERT_EQ(values.size(), 4U);
    EXPECT_TRUE(std::isnan(values[3])) << "its truth is not known";
    for (std::size_t row = 0; row < 3; ++row) {
      const double want = expected[measure][row];
      EXPECT_TRUE(values[row] == want || (std::isnan(values[row]) && std::isnan(want)))
          << measure << " " << row << " " << values[row];
    }
  }
}

TEST(QualityPlan, TellsOfAnExpressionThatDoesNotCompileAndGoesOnWithoutIt) {
  records::Contract contract = BinaryContract();
  contract.monitor.quality.business = {{"bad", "absent * 2", true}, {"good", "late", true}};
  const QualityPlan plan = PlanOf(contract);
  ASSERT_EQ(plan.problems().size(), 1U);
  EXPECT_EQ(plan.problems()[0].find("bad: "), 0U) << plan.problems()[0];
  ASSERT_EQ(plan.measures().size(), 1U);
  EXPECT_EQ(plan.measures()[0].name, "good");
}

TEST(QualityPlan, AnInputNamedLikeTheAmountOrTheOutputIsThatInput) {
  records::Contract contract = BinaryContract();
  contract.output.name = "x";
  contract.monitor.quality.business = {{"input", "x", true}};
  const Decided decided = Decide(contract, {0.5, 0.5}, {"x"});
  QualityPlan plan(ReferenceOf(contract), decided.Block());
  QualityRows rows = plan.NewRows();
  plan.Append(decided.Block(), rows);
  rows.truth = {0, 1};
  EXPECT_EQ(plan.ValuesOf(plan.measures()[0], rows), (std::vector<double>{0, 1}));
}

TEST(QualityPlan, AnOutputWithoutANameDoesNotTakeMeasuresAway) {
  records::Contract contract = BinaryContract();
  contract.output.name.clear();
  contract.monitor.quality.business = {{"good", "amount - late", true}};
  const QualityPlan plan = PlanOf(contract);
  EXPECT_EQ(plan.measures().size(), 1U);
}

}  // namespace
}  // namespace mooring::monitoring

#include "serving/validation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "serving/served_for_tests.h"

namespace mooring::serving {
namespace {

using data::Type;
using records::InputRule;
using records::OnBreach;
using testing::AddingPredictor;
using testing::ContractOf;
using testing::Input;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

std::shared_ptr<const data::Dictionary> Airports() {
  return data::Dictionary::Make({"LED", "SVO"}).value();
}

model::Signature Wants(std::vector<data::Field> fields) {
  return AddingPredictor(data::Schema::Make(std::move(fields)).value()).signature();
}

std::shared_ptr<const InputShape> ShapeOf(std::vector<InputRule> inputs,
                                          std::vector<records::CheckRule> checks = {}) {
  records::Contract contract = ContractOf(std::move(inputs));
  contract.checks = std::move(checks);
  return InputShape::Bind(std::make_shared<const records::Contract>(std::move(contract)), Wants({}),
                          {{"origin", Airports()}})
      .value();
}

// Fills one column of a fresh batch and validates.
template <typename Fill>
Validated Check(const InputShape& shape, Fill fill) {
  data::Batch rows = shape.TakeRows();
  fill(rows);
  rows.SetRows(rows.column(0).size());
  Validated found;
  shape.Validate(rows, Coercion::kStrict, found);
  return found;
}

std::vector<std::string> Problems(const Validated& found) {
  std::vector<std::string> shown;
  for (const RowProblem& problem : found.problems) {
    shown.push_back(std::to_string(problem.row) + " " + problem.feature + " " + problem.rule);
  }
  return shown;
}

// The owner knows in which order the model was trained; the reference only knows the alphabet.
TEST(Validation, CategoriesAreNumberedAsTheOwnerListsThem) {
  InputRule rule = Input("origin", Type::kCategory);
  rule.one_of = {"SVO", "LED"};
  const auto shape = ShapeOf({rule});
  EXPECT_EQ(shape->schema()->field(0).dictionary->Find("SVO"), 0U);
  EXPECT_EQ(shape->schema()->field(0).dictionary->Find("LED"), 1U);
  rule.one_of.clear();
  EXPECT_EQ(ShapeOf({rule})->schema()->field(0).dictionary->Find("LED"), 0U);
}

// Extra inputs of the contract are checked and recorded, but are none of the model's business.
TEST(Validation, TheModelGetsItsOwnColumnsOnly) {
  records::Contract contract =
      ContractOf({Input("x", Type::kFloat64), Input("who", Type::kString)});
  const auto shape =
      InputShape::Bind(std::make_shared<const records::Contract>(std::move(contract)),
                       Wants({{.name = "x"}}), {})
          .value();
  data::Batch rows = shape->TakeRows();
  rows.column(0).Append(1.5);
  rows.column(1).AppendText("somebody");
  rows.SetRows(1);
  ASSERT_TRUE(shape->NeedsScratch());
  data::Batch scratch = shape->TakeScratch();
  const data::Batch& model = shape->ToModel(rows, scratch);
  ASSERT_EQ(model.width(), 1U);
  EXPECT_EQ(model.column(0).Number(0), 1.5);
}

TEST(Validation, AppliesTheRangeToEveryNumericType) {
  for (const Type type : {Type::kInt32, Type::kInt64, Type::kFloat32, Type::kFloat64}) {
    InputRule rule = Input("x", type);
    rule.min = -2;
    rule.max = 3;
    const auto found = Check(*ShapeOf({rule}), [type](data::Batch& rows) {
      for (const int value : {-3, -2, 0, 3, 4}) {
        data::Column& x = rows.column(0);
        if (type == Type::kInt32) x.Append(std::int32_t{value});
        if (type == Type::kInt64) x.Append(std::int64_t{value});
        if (type == Type::kFloat32) x.Append(static_cast<float>(value));
        if (type == Type::kFloat64) x.Append(static_cast<double>(value));
      }
    });
    EXPECT_THAT(Problems(found), ElementsAre("0 x min", "4 x max")) << data::TypeName(type);
  }
}

TEST(Validation, ComparesTimesInSeconds) {
  InputRule rule = Input("when", Type::kTimestamp);
  rule.min = 1000;
  const auto found = Check(*ShapeOf({rule}), [](data::Batch& rows) {
    rows.column(0).Append(std::int64_t{999'999'999});
    rows.column(0).Append(std::int64_t{1'000'000'000});
  });
  EXPECT_THAT(Problems(found), ElementsAre("0 when min"));
}

TEST(Validation, AppliesTextRules) {
  struct Row {
    const char* text;
    const char* rule;  // "" passes
  };
  InputRule rule = Input("code", Type::kString);
  rule.pattern = "[A-Z]{1,4}";
  rule.max_length = 3;
  rule.one_of = {"AB", "CD"};
  const auto shape = ShapeOf({rule});
  for (const Row& row : {Row{"AB", ""}, Row{"ABCD", "length"}, Row{"ab", "pattern"},
                         Row{"EF", "one_of"}, Row{"A\nB", "pattern"}}) {
    const auto found =
        Check(*shape, [&](data::Batch& rows) { rows.column(0).AppendText(row.text); });
    EXPECT_EQ(found.problems.empty() ? "" : found.problems[0].rule, row.rule) << row.text;
  }
}

TEST(Validation, TreatsUnseenCategoriesAsTheContractSays) {
  for (const OnBreach unseen : {OnBreach::kReject, OnBreach::kFlag, OnBreach::kDefault}) {
    InputRule rule = Input("origin", Type::kCategory);
    rule.from_reference = true;
    rule.unseen = unseen;
    if (unseen == OnBreach::kDefault) rule.default_value = std::string("LED");
    const auto found = Check(*ShapeOf({rule}), [](data::Batch& rows) {
      // The last one looks like "SVO" and begins with a Cyrillic letter.
      for (const char* text : {"SVO", "JFK", "svo", "\xD0\x85VO"}) rows.column(0).AppendText(text);
    });
    EXPECT_EQ(found.refused(), unseen == OnBreach::kReject);
    EXPECT_EQ(found.IsFlagged(1), unseen != OnBreach::kReject);
    EXPECT_FALSE(found.IsFlagged(0));
    ASSERT_EQ(found.breaches.size(), 1U);
    EXPECT_EQ(found.breaches[0].rows, 3U);
    EXPECT_EQ(found.breaches[0].rule, "unseen");
    if (unseen == OnBreach::kDefault) {
      ASSERT_TRUE(found.replaced.has_value());
      EXPECT_EQ(found.replaced->column(0).Text(0), "SVO");
      EXPECT_EQ(found.replaced->column(0).Text(3), "LED");
    }
  }
}

TEST(Validation, PutsDefaultsInForMissingAndInvalidValues) {
  InputRule rule = Input("hour", Type::kInt32);
  rule.min = 0;
  rule.max = 23;
  rule.missing = rule.invalid = OnBreach::kDefault;
  rule.default_value = 12.0;
  const auto found = Check(*ShapeOf({rule, Input("x", Type::kFloat64)}), [](data::Batch& rows) {
    data::Column& hour = rows.column(0);
    hour.Append(std::int32_t{7});
    hour.AppendNull();
    hour.Append(std::int32_t{99});
    for (int i = 0; i < 3; ++i) rows.column(1).Append(0.5);
  });
  EXPECT_FALSE(found.refused());
  ASSERT_TRUE(found.replaced.has_value());
  EXPECT_EQ(found.replaced->column(0).Number(0), 7);
  EXPECT_EQ(found.replaced->column(0).Number(1), 12);
  EXPECT_EQ(found.replaced->column(0).Number(2), 12);
  EXPECT_EQ(found.replaced->column(1).Number(2), 0.5);
  EXPECT_TRUE(found.IsFlagged(1) && found.IsFlagged(2));
  EXPECT_EQ(found.imputed, (std::vector<records::Imputed>{{1, 0}, {2, 0}}));
}

TEST(Validation, HoldsChecksOverColumns) {
  const auto shape = ShapeOf({Input("departs", Type::kInt32), Input("arrives", Type::kInt32)},
                             {{"in_order", "arrives > departs", OnBreach::kReject},
                              {"not_long", "arrives - departs < 20", OnBreach::kFlag}});
  const auto found = Check(*shape, [](data::Batch& rows) {
    for (const auto& [departs, arrives] : {std::pair{1, 2}, {5, 5}, {1, 23}}) {
      rows.column(0).Append(std::int32_t{departs});
      rows.column(1).Append(std::int32_t{arrives});
    }
  });
  EXPECT_THAT(Problems(found), ElementsAre("1  in_order"));
  EXPECT_TRUE(found.IsFlagged(2));
  EXPECT_FALSE(found.IsFlagged(0));
}

TEST(Validation, BoundsWhatItLists) {
  InputRule rule = Input("x", Type::kInt32);
  rule.max = 0;
  const auto found = Check(*ShapeOf({rule}), [](data::Batch& rows) {
    for (int i = 0; i < 1000; ++i) rows.column(0).Append(std::int32_t{1});
  });
  EXPECT_EQ(found.problems.size(), kListedProblems);
  EXPECT_EQ(found.unlisted_problems, 1000 - kListedProblems);
  EXPECT_EQ(found.breaches[0].rows, 1000U);
}

TEST(Validation, KeepsPseudonymisedValuesOutOfMessages) {
  records::Contract contract = ContractOf({Input("passenger", Type::kString)});
  contract.inputs[0].pattern = "[0-9]+";
  contract.privacy.pseudonymise = {"passenger"};
  const auto shape = InputShape::Bind(std::make_shared<const records::Contract>(contract),
                                      Wants({}), {}).value();
  const auto found =
      Check(*shape, [](data::Batch& rows) { rows.column(0).AppendText("ivanov"); });
  ASSERT_EQ(found.problems.size(), 1U);
  EXPECT_THAT(found.problems[0].message, Not(HasSubstr("ivanov")));
  EXPECT_THAT(shape->pseudonymised_columns(), ElementsAre(0U));
}

TEST(InputShape, RefusesContractsThatDoNotFitTheModelNamingEveryInput) {
  const auto bind = [](std::vector<InputRule> inputs, std::vector<data::Field> wants) {
    return InputShape::Bind(
        std::make_shared<const records::Contract>(ContractOf(std::move(inputs))),
        Wants(std::move(wants)), {});
  };
  const data::Field number{"x", Type::kFloat32, true, nullptr};
  const auto absent =
      bind({Input("z", Type::kFloat64)}, {number, {"y", Type::kInt32, true, nullptr}});
  ASSERT_FALSE(absent.ok());
  EXPECT_EQ(absent.error().code(), Code::kFailedPrecondition);
  EXPECT_THAT(absent.error().message(), HasSubstr("'x'"));
  EXPECT_THAT(absent.error().message(), HasSubstr("'y'"));
  EXPECT_FALSE(bind({Input("x", Type::kTimestamp)}, {number}).ok());
  EXPECT_FALSE(bind({Input("x", Type::kString)}, {number}).ok());
  EXPECT_FALSE(bind({Input("x", Type::kFloat64)}, {{"x", Type::kInt64, true, nullptr}}).ok());
  EXPECT_FALSE(bind({Input("x", Type::kInt64)}, {{"x", Type::kInt32, true, nullptr}}).ok());

  InputRule reference = Input("x", Type::kCategory);
  reference.from_reference = true;
  EXPECT_THAT(bind({reference}, {}).error().message(), HasSubstr("reference"));
  InputRule default_rule = Input("x", Type::kInt32);
  default_rule.missing = OnBreach::kDefault;
  EXPECT_FALSE(bind({default_rule}, {}).ok());
  default_rule.default_value = 0.5;
  EXPECT_FALSE(bind({default_rule}, {}).ok());
  default_rule.default_value = 5.0;
  EXPECT_TRUE(bind({default_rule}, {}).ok());
}

TEST(InputShape, ConvertsRowsToTheModelsColumns) {
  const records::Contract contract =
      ContractOf({Input("flag", Type::kBool), Input("origin", Type::kCategory),
                  Input("n", Type::kInt64), Input("unused", Type::kString)});
  const auto shape =
      InputShape::Bind(std::make_shared<const records::Contract>(contract),
                       Wants({{"n", Type::kFloat32, true, nullptr},
                              {"flag", Type::kFloat64, true, nullptr},
                              {"origin", Type::kFloat32, true, nullptr}}),
                       {{"origin", Airports()}}).value();
  data::Batch rows = shape->TakeRows();
  for (const char* origin : {"SVO", "JFK"}) {
    rows.column(0).Append(std::uint8_t{1});
    rows.column(1).AppendText(origin);
    rows.column(3).AppendText("kept");
  }
  rows.column(2).Append(std::int64_t{7});
  rows.column(2).AppendNull();
  rows.SetRows(2);
  data::Batch scratch = shape->TakeScratch();
  const data::Batch& model = shape->ToModel(rows, scratch);
  ASSERT_EQ(model.width(), 3U);
  EXPECT_EQ(model.column(0).Values<float>()[0], 7);
  EXPECT_TRUE(model.column(0).IsNull(1) && std::isnan(model.column(0).Values<float>()[1]));
  EXPECT_EQ(model.column(1).Values<double>()[1], 1);
  EXPECT_EQ(model.column(2).Values<float>()[0], 1);  // the code of "SVO"
  EXPECT_TRUE(model.column(2).IsNull(1));            // what the model has not seen is missing
}

TEST(InputShape, RefusesNumbersThatTheModelsFloatsCannotHold) {
  const auto shape = InputShape::Bind(
      std::make_shared<const records::Contract>(ContractOf({Input("x", Type::kFloat64)})),
      Wants({{"x", Type::kFloat32, true, nullptr}}), {}).value();
  const auto found = Check(*shape, [](data::Batch& rows) {
    rows.column(0).Append(1e38);
    rows.column(0).Append(-1e300);
  });
  EXPECT_THAT(Problems(found), ElementsAre("1 x type"));
}

TEST(InputShape, TakesTheSignaturesInputsWhenTheContractHasNone) {
  const auto shape = InputShape::Bind(
      std::make_shared<const records::Contract>(ContractOf({})),
      Wants({{"must", Type::kFloat64, false, nullptr}, {"may", Type::kInt64, true, nullptr}}), {})
      .value();
  EXPECT_TRUE(shape->derived());
  EXPECT_FALSE(shape->NeedsScratch());
  EXPECT_EQ(shape->Find("may"), 1U);
  data::Batch rows = shape->TakeRows();
  rows.column(0).AppendNull();
  rows.column(1).AppendNull();
  rows.SetRows(1);
  Validated strict, mlflow;
  shape->Validate(rows, Coercion::kStrict, strict);
  EXPECT_THAT(Problems(strict), ElementsAre("0 must missing"));
  // To MLflow null is missing to a float, and wrong for an integer.
  shape->Validate(rows, Coercion::kMlflow, mlflow);
  EXPECT_THAT(Problems(mlflow), ElementsAre("0 may missing"));
}

TEST(InputShape, ReusesBatchesAndForgetsHugeOnes) {
  const auto shape = ShapeOf({Input("x", Type::kInt32)});
  data::Batch rows = shape->TakeRows();
  for (int i = 0; i < 1000; ++i) rows.column(0).Append(std::int32_t{i});
  const auto* const memory = rows.column(0).Values<std::int32_t>().data();
  shape->GiveRows(std::move(rows));
  data::Batch again = shape->TakeRows();
  EXPECT_EQ(again.column(0).size(), 0U);
  again.column(0).Append(std::int32_t{1});
  EXPECT_EQ(again.column(0).Values<std::int32_t>().data(), memory);
  for (int i = 0; i < 5000; ++i) again.column(0).Append(std::int32_t{i});
  shape->GiveRows(std::move(again));
  data::Batch fresh = shape->TakeRows();
  EXPECT_THAT(fresh.column(0).Values<std::int32_t>(), IsEmpty());
}

}  // namespace
}  // namespace mooring::serving

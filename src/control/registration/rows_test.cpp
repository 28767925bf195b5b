// Rows on their way to a model at registration: conversion, golden inputs, references, drafts.
#include "control/registration/contract_draft.h"
#include "control/registration/convert_rows.h"
#include "control/registration/golden_inputs.h"
#include "control/registration/reference.h"
#include "control/registration/registration_fixture.h"
#include "model/format.h"

namespace mooring::control {
namespace {

using data::Type;

std::shared_ptr<const data::Schema> SchemaOf(std::vector<data::Field> fields) {
  return std::make_shared<const data::Schema>(*data::Schema::Make(std::move(fields)));
}

TEST(ConvertRows, ChangesTypesWhereNothingIsLost) {
  const data::Batch table = Rows("a,b,c,d\n1,0.5,x,1\n,2,y,0\n");
  const auto rows = ConvertRows(table, SchemaOf({{"b", Type::kFloat32},
                                                 {"a", Type::kFloat64},
                                                 {"c", Type::kCategory},
                                                 {"d", Type::kBool}}));
  ASSERT_TRUE(rows.ok()) << rows.error().ToString();
  EXPECT_EQ(rows->rows(), 2U);
  EXPECT_EQ(rows->column(0).Values<float>()[0], 0.5F);
  EXPECT_TRUE(rows->column(1).IsNull(1));
  EXPECT_EQ(rows->column(2).Text(1), "y");
  EXPECT_EQ(rows->column(3).Values<std::uint8_t>()[0], 1);
}

TEST(ConvertRows, RefusesWhatDoesNotFit) {
  const struct {
    const char* csv;
    data::Field field;
    const char* message;
  } cases[] = {
      {"a\n0.5\n", {"a", Type::kInt32}, "column 'a': row 1: 0.500000 is no int32"},
      {"a\n3000000000\n", {"a", Type::kInt32}, "column 'a': row 1: 3000000000.000000 is no int32"},
      {"a\n2\n", {"a", Type::kBool}, "column 'a': row 1: 2.000000 is no bool"},
      {"a\nx\n", {"a", Type::kFloat64}, "column 'a': a column of string is no column of float64"},
      {"a\n1\n", {"b", Type::kInt32}, "the data lack columns: 'b'"},
      {"a\n1\n", {"a", Type::kString}, "column 'a': a column of int64 is no column of string"},
  };
  for (const auto& each : cases) {
    const auto rows = ConvertRows(Rows(each.csv), SchemaOf({each.field}));
    ASSERT_FALSE(rows.ok()) << each.csv;
    EXPECT_EQ(rows.error().code(), Code::kInvalidArgument);
    EXPECT_EQ(rows.error().message(), each.message);
  }
}

TEST(FirstRows, GivesNoMoreThanThereAre) {
  const data::Batch table = Rows("a\n1\n2\n3\n");
  EXPECT_EQ(FirstRows(table, 2).rows(), 2U);
  EXPECT_EQ(FirstRows(table, 9).rows(), 3U);
}

records::Contract ContractOf(const std::string& inputs, const std::string& rest = "") {
  return records::ParseContract("model: m\nowner: {team: t}\ninputs:\n" + inputs +
                                "output: {name: p}\nfallback: [deny]\n" + rest)
      .value();
}

TEST(Reference, SortsCategoriesAsTheirTextsAre) {
  const records::Contract contract =
      ContractOf("  plan: {type: category, from: reference}\n  note: {type: string}\n");
  const data::Batch table = Rows("plan,note\nb,x\nb,y\nb,z\na,u\nc,v\n");
  const auto rows =
      ConvertRows(table, SchemaOf({{"plan", Type::kCategory}, {"note", Type::kString}})).value();
  const auto dictionaries = DictionariesOfRows(rows, contract);
  ASSERT_TRUE(dictionaries.ok()) << dictionaries.error().ToString();
  ASSERT_EQ(dictionaries->size(), 1U);
  EXPECT_EQ(dictionaries->at("plan")->values(), (std::vector<std::string>{"a", "b", "c"}));
}

TEST(Reference, LeavesPseudonymisedColumnsOut) {
  const records::Contract contract = ContractOf("  id: {type: string}\n  x: {type: int64}\n",
                                                "privacy: {subject: id, pseudonymise: [id]}\n");
  const data::Batch table = Rows("id,x\np,1\nq,2\nr,3\n");
  data::Batch scores(SchemaOf({{"score", Type::kFloat32}}));
  for (const float value : {0.1F, 0.2F, 0.3F}) scores.column(0).Append(value);
  scores.SetRows(3);
  const auto profile = LearnReferenceProfile(contract, table, {.scores = &scores});
  ASSERT_TRUE(profile.ok()) << profile.error().ToString();
  EXPECT_FALSE(profile->Find("id").has_value());
  EXPECT_TRUE(profile->Find("x").has_value());
  EXPECT_EQ(profile->column(*profile->Find("score")).rows, 3U);
}

TEST(GoldenInputs, MakesUpTheSameRowsForTheSameSignature) {
  const auto dictionary = data::Dictionary::Make({"a", "b"}).value();
  std::vector<data::Field> fields;
  for (int type = 1; type <= 8; ++type) {
    fields.push_back({"f" + std::to_string(type), static_cast<Type>(type), type % 2 == 0,
                      static_cast<Type>(type) == Type::kCategory ? dictionary : nullptr});
  }
  const model::Signature signature =
      model::MakeSignature(*data::Schema::Make(fields), {{"y", Type::kFloat32, 1}});
  const data::Batch one = MadeUpRows(signature), two = MadeUpRows(signature);
  ASSERT_EQ(one.rows(), kGoldenRowsMadeUp);
  for (std::size_t i = 0; i < one.width(); ++i) {
    for (std::size_t row = 0; row < one.rows(); ++row) {
      EXPECT_EQ(one.column(i).IsNull(row), two.column(i).IsNull(row));
      if (one.column(i).IsNull(row)) continue;
      const bool text =
          one.column(i).type() == Type::kString || one.column(i).type() == Type::kCategory;
      if (text) {
        EXPECT_EQ(one.column(i).Text(row), two.column(i).Text(row));
      } else {
        EXPECT_EQ(one.column(i).Number(row), two.column(i).Number(row));
      }
    }
    EXPECT_EQ(one.column(i).HasNulls() && !signature.inputs->field(i).nullable, false);
  }
}

TEST(GoldenInputs, ReadsTheInputExampleOfARealModel) {
  const auto loaded = LoadArtifact(
      PosixFileSystem(), MOORING_SOURCE_DIR "/tests/golden/mlflow_models/booster_ubj", "");
  ASSERT_TRUE(loaded.ok()) << loaded.error().ToString();
  const auto example = InputExample((*loaded)->artifact(), (*loaded)->predictor().signature());
  ASSERT_TRUE(example.has_value());
  EXPECT_EQ(example->rows(), 3U);
  EXPECT_EQ(example->Find("age")->Values<std::int64_t>()[0], 65);
  EXPECT_TRUE((*loaded)->Predict(*example).ok());
}

TEST(ContractDraft, IsAContractOnceTheOwnerIsThere) {
  const auto loaded = LoadArtifact(
      PosixFileSystem(), MOORING_SOURCE_DIR "/tests/golden/mlflow_models/booster_ubj", "");
  ASSERT_TRUE(loaded.ok());
  const data::Batch training = Rows("age,income,debt,score,children\n30,1.5,,0.5,2\n40,2,1,1,3\n");
  const DraftOptions with_owner{
      .model = "credit", .team = "risk", .label = "late", .training = &training};
  const std::string text = DraftContract(**loaded, with_owner);
  const auto contract = records::ParseContract(text, "draft");
  ASSERT_TRUE(contract.ok()) << contract.error().ToString() << text;
  EXPECT_EQ(contract->FindInput("age")->min, 30);
  EXPECT_EQ(contract->FindInput("age")->max, 40);
  EXPECT_EQ(contract->outcome->name, "late");
  // Without an owner nothing serves, and the draft says so.
  EXPECT_FALSE(records::CheckContract(DraftContract(**loaded, {.model = "credit"})).empty());
  EXPECT_FALSE(records::CheckContract(DraftContract(**loaded, {})).empty());
}

// Without a task, quality would be judged as a regression's.
TEST(ContractDraft, SaysTheTaskByObjectiveOutputsAndLabel) {
  const auto output = [](const std::string& file, const DraftOptions& options) {
    const auto loaded =
        LoadArtifact(PosixFileSystem(), MOORING_SOURCE_DIR "/tests/golden/" + file, "");
    EXPECT_TRUE(loaded.ok()) << file;
    const std::string text = DraftContract(**loaded, options);
    EXPECT_TRUE(records::ParseContract(text, "draft").ok()) << text;
    const std::size_t begin = text.find("output: ");
    return text.substr(begin, text.find('}', begin) + 1 - begin);
  };
  const std::string dir = "xgboost_models/v3_0_0_";
  DraftOptions options{.model = "credit", .team = "risk", .label = "late"};
  for (const char* form : {"binary_logistic.json", "binary_logistic.ubj"}) {
    EXPECT_EQ(output(dir + form, options),
              "output: {name: prediction, task: binary, positive: \"1\"}");
  }
  for (const char* many : {"softprob.json", "softprob.ubj", "softmax.json"}) {
    const std::string said = output(dir + many, options);
    EXPECT_NE(said.find(", task: multiclass}"), std::string::npos) << said;
  }
  EXPECT_EQ(output(dir + "squarederror.json", options), "output: {name: prediction}");
  const struct {
    const char *rows, *output;
  } labels[] = {
      {"late\n0\n1\n1\n", "output: {name: prediction, task: binary, positive: \"1\"}"},
      {"late\non_time\nlate\n", "output: {name: prediction, task: binary, positive: late}"},
      {"late\nyes\nno\n", "output: {name: prediction, task: binary, positive: \"yes\"}"},
      {"late\n0\n1\n2\n", "output: {name: prediction}"},
      {"late\n0.5\n1.5\n", "output: {name: prediction}"},
      {"other\n0\n1\n", "output: {name: prediction}"}};
  for (const auto& label : labels) {
    const data::Batch training = Rows(label.rows);
    options.training = &training;
    EXPECT_EQ(output(dir + "squarederror.json", options), label.output) << label.rows;
  }
}

}  // namespace
}  // namespace mooring::control

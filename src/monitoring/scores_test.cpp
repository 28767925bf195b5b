#include "monitoring/scores.h"

#include <gtest/gtest.h>

#include <cmath>

namespace mooring::monitoring {
namespace {

data::Batch Table(const std::vector<std::string>& names, double first) {
  std::vector<data::Field> fields;
  for (const std::string& name : names) fields.push_back({.name = name});
  auto schema = data::Schema::Make(std::move(fields));
  data::Batch batch(std::make_shared<const data::Schema>(std::move(schema).value()));
  for (std::size_t i = 0; i < names.size(); ++i) {
    batch.column(i).Append(first + static_cast<double>(i));
    batch.column(i).AppendNull();
  }
  batch.SetRows(names.empty() ? 0 : 2);
  return batch;
}

// The score of the block's first row; nothing when it has none.
std::optional<double> ScoreIn(Scores& scores, const std::vector<std::string>& inputs,
                              const std::vector<std::string>& outputs) {
  const data::Batch in = Table(inputs, 1), out = Table(outputs, 10);
  const data::Batch* const found = scores.Of({.inputs = &in, .outputs = &out});
  if (found == nullptr) return std::nullopt;
  EXPECT_EQ(found->rows(), 2U);
  EXPECT_TRUE(found->column(0).IsNull(1));
  return found->column(0).Number(0);
}

TEST(Scores, IsTheNamedOutputElseTheFirst) {
  Scores scores("p");
  EXPECT_EQ(ScoreIn(scores, {"x"}, {"a", "p"}), 11);
  EXPECT_EQ(ScoreIn(scores, {"x"}, {"a", "b"}), 10);
  EXPECT_EQ(ScoreIn(scores, {"x"}, {}), std::nullopt);
}

// Names and first two values of each column.
std::vector<std::string> Described(const data::Batch& batch) {
  std::vector<std::string> columns;
  for (std::size_t i = 0; i < batch.width(); ++i) {
    std::string text = batch.schema().field(i).name;
    const data::Column& column = batch.column(i);
    for (std::size_t row = 0; row < std::min<std::size_t>(batch.rows(), 2); ++row) {
      const bool named = column.type() == data::Type::kCategory;
      text += column.IsNull(row) ? " -"
              : named            ? " " + std::string(column.Text(row))
                                 : " " + std::to_string(std::lround(column.Number(row)));
    }
    columns.push_back(text);
  }
  return columns;
}

TEST(Scores, OfAClassifierAreEveryClassAndTheOnePredicted) {
  Scores scores("b", Scores::Task::kMulticlass);
  const data::Batch in = Table({"x"}, 1), out = Table({"a", "b", "c"}, 10);
  const auto* found = scores.Of({.inputs = &in, .outputs = &out});
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(Described(*found),
            (std::vector<std::string>{"output:a 10 -", "output:b 11 -", "output:c 12 -",
                                      "predicted_class c -", "score 11 -"}));
  EXPECT_EQ(found->schema().field(3).dictionary->values(),
            (std::vector<std::string>{"a", "b", "c"}));
  Scores binary("b", Scores::Task::kBinary);
  EXPECT_EQ(Described(*binary.Of({.inputs = &in, .outputs = &out})),
            (std::vector<std::string>{"score 11 -"}));
}

TEST(Scores, TheFirstOfEqualClassesIsPredictedAndNoneWhereOneIsMissing) {
  struct Case {
    std::vector<double> p;
    std::string predicted;  // "": null
  };
  constexpr double kInf = std::numeric_limits<double>::infinity();
  for (const Case& of : {Case{{0.2, 0.4, 0.4}, "b"}, Case{{0.3, 0.3, 0.3}, "a"},
                         Case{{0, -0.0, 0}, "a"}, Case{{0.1, 0.2, std::nan("")}, ""},
                         Case{{-kInf, -kInf, -kInf}, "a"}, Case{{1, kInf, 2}, "b"}}) {
    data::Batch in = Table({"x"}, 1), out = Table({"a", "b", "c"}, 0);
    out.Clear();
    in.Clear();
    in.column(0).Append(1.0);
    for (std::size_t i = 0; i < 3; ++i) out.column(i).Append(of.p[i]);
    in.SetRows(1);
    out.SetRows(1);
    Scores scores("", Scores::Task::kMulticlass);
    const data::Column& predicted = scores.Of({.inputs = &in, .outputs = &out})->column(3);
    EXPECT_EQ(predicted.IsNull(0), of.predicted.empty());
    EXPECT_EQ(predicted.Text(0), of.predicted);
  }
}

TEST(Scores, ALabelBesideTheClassesIsTheScoreAndNoClass) {
  const auto schema = data::Schema::Make({{.name = "label", .type = data::Type::kInt64},
                                          {.name = "p_0", .type = data::Type::kFloat32},
                                          {.name = "p_1", .type = data::Type::kFloat32}});
  data::Batch out(std::make_shared<const data::Schema>(*schema));
  out.column(0).Append<std::int64_t>(7);
  out.column(1).Append(2.0F);
  out.column(2).Append(1.0F);
  out.SetRows(1);
  data::Batch in = Table({"x"}, 1);
  Scores scores("label", Scores::Task::kMulticlass);
  EXPECT_EQ(
      Described(*scores.Of(in.shared_schema(), out)),
      (std::vector<std::string>{"output:p_0 2", "output:p_1 1", "predicted_class p_0", "score 7"}));
}

TEST(Scores, KeepsItsSchemaThroughBlocksOfTheSameOutputs) {
  Scores scores("a", Scores::Task::kMulticlass);
  const data::Batch in = Table({"x"}, 1), again = Table({"x"}, 1);
  const data::Batch out = Table({"a", "b"}, 10), same = Table({"a", "b"}, 20);
  const auto first = scores.Of({.inputs = &in, .outputs = &out})->shared_schema();
  const auto* second = scores.Of({.inputs = &again, .outputs = &same});
  EXPECT_EQ(second->shared_schema(), first) << "whoever counts them remembers it";
  EXPECT_EQ(Described(*second)[0], "output:a 20 -");
  const data::Batch other = Table({"a", "c"}, 20);
  EXPECT_NE(scores.Of({.inputs = &in, .outputs = &other})->shared_schema(), first);
}

TEST(Scores, AnInputKeepsAnyOfTheNames) {
  Scores scores("a", Scores::Task::kMulticlass);
  const data::Batch out = Table({"a", "b"}, 10);
  const data::Batch in = Table({"predicted_class", "output:b", "score"}, 1);
  EXPECT_EQ(Described(*scores.Of({.inputs = &in, .outputs = &out})),
            (std::vector<std::string>{"output:a 10 -"}));
}

TEST(Scores, AnInputOfThatNameHasItAlready) {
  Scores scores("p");
  EXPECT_EQ(ScoreIn(scores, {"score"}, {"p"}), std::nullopt);
  EXPECT_EQ(ScoreIn(scores, {"x"}, {"p"}), 10);
}

}  // namespace
}  // namespace mooring::monitoring

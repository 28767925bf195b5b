#include "monitoring/scores.h"

#include <gtest/gtest.h>

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

TEST(Scores, AnInputOfThatNameHasItAlready) {
  Scores scores("p");
  EXPECT_EQ(ScoreIn(scores, {"score"}, {"p"}), std::nullopt);
  EXPECT_EQ(ScoreIn(scores, {"x"}, {"p"}), 10);
}

}  // namespace
}  // namespace mooring::monitoring

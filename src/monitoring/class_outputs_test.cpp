#include "monitoring/class_outputs.h"

#include <gtest/gtest.h>

namespace mooring::monitoring {
namespace {

using Task = records::OutputRule::Task;
using Places = std::vector<std::size_t>;

data::Schema Outputs(std::size_t real, std::size_t labels = 0) {
  std::vector<data::Field> fields;
  for (std::size_t i = 0; i < labels; ++i) {
    fields.push_back({.name = "label" + std::to_string(i), .type = data::Type::kInt64});
  }
  for (std::size_t i = 0; i < real; ++i) {
    const data::Type type = i % 2 == 0 ? data::Type::kFloat32 : data::Type::kFloat64;
    fields.push_back({.name = "p" + std::to_string(i), .type = type});
  }
  return data::Schema::Make(std::move(fields)).value();
}

TEST(ClassOutputs, AreTheRealNumbersOfAMulticlassTask) {
  EXPECT_EQ(ClassOutputs(Task::kMulticlass, Outputs(3)), (Places{0, 1, 2}));
  EXPECT_EQ(ClassOutputs(Task::kMulticlass, Outputs(2, 1)), (Places{1, 2})) << "without the label";
  EXPECT_TRUE(ClassOutputs(Task::kMulticlass, Outputs(1)).empty());
  EXPECT_TRUE(ClassOutputs(Task::kMulticlass, Outputs(1, 2)).empty());
  EXPECT_TRUE(ClassOutputs(Task::kMulticlass, Outputs(0)).empty());
  for (const Task task : {Task::kBinary, Task::kRegression}) {
    EXPECT_TRUE(ClassOutputs(task, Outputs(3)).empty());
  }
}

TEST(ClassOutputs, AreAtMostSoMany) {
  EXPECT_EQ(ClassOutputs(Task::kMulticlass, Outputs(kMostClasses)).size(), kMostClasses);
  EXPECT_TRUE(ClassOutputs(Task::kMulticlass, Outputs(kMostClasses + 1)).empty());
  EXPECT_EQ(RealOutputs(Outputs(kMostClasses + 1)).size(), kMostClasses + 1);
}

TEST(ClassOutputs, HaveNamesThatCanBeWritten) {
  const auto schema = data::Schema::Make({{.name = "a"}, {.name = "b\xff"}});
  EXPECT_TRUE(ClassOutputs(Task::kMulticlass, *schema).empty());
}

std::vector<FeatureDrift> Features(const std::vector<std::string>& names) {
  std::vector<FeatureDrift> features;
  for (const std::string& name : names) features.emplace_back().feature = name;
  return features;
}

TEST(OutputColumns, AnInputCalledPredictedClassIsOursOnlyBesideClasses) {
  const OutputColumns plain(Features({"x", "predicted_class", "score"}));
  EXPECT_TRUE(plain.Has("score"));
  EXPECT_FALSE(plain.Has("x"));
  EXPECT_FALSE(plain.Has("predicted_class"));
  const OutputColumns classes(Features({"x", "output:a", "predicted_class", "score"}));
  EXPECT_TRUE(classes.Has("output:a"));
  EXPECT_TRUE(classes.Has("output:another"));
  EXPECT_TRUE(classes.Has("predicted_class"));
  EXPECT_FALSE(classes.Has("a"));
  EXPECT_FALSE(classes.Has("output"));
}

TEST(OutputColumns, AreFoundInAProfileToo) {
  data::Batch batch(std::make_shared<const data::Schema>(
      data::Schema::Make({{.name = "output:a"}, {.name = "x"}}).value()));
  batch.column(0).Append(1.0);
  batch.column(1).Append(1.0);
  batch.SetRows(1);
  const OutputColumns columns(data::LearnReference(batch).value());
  EXPECT_TRUE(columns.Has("predicted_class"));
  EXPECT_FALSE(columns.Has("x"));
}

}  // namespace
}  // namespace mooring::monitoring

#include "monitoring/learned.h"

#include <gtest/gtest.h>

namespace mooring::monitoring {
namespace {

data::Batch Table() {
  auto schema = data::Schema::Make({{.name = "c", .type = data::Type::kString}, {.name = "x"}});
  data::Batch batch(std::make_shared<const data::Schema>(std::move(schema).value()));
  for (int i = 0; i < 200; ++i) {
    batch.column(0).AppendText(i % 4 == 0 ? "a\"b" : "c");
    batch.column(1).Append(static_cast<double>(i));
  }
  batch.SetRows(200);
  return batch;
}

TEST(Learned, ComesBackOnTheBinsOfTheWhole) {
  const data::BatchProfile whole = data::LearnReference(Table()).value();
  const std::vector<records::SliceRule> rules = {{"c", {}}, {"x", {50, 100}}};
  Learned learned;
  learned.slices = LearnSlices(rules, Table(), whole).value();
  learned.parts["quality"] = R"({"auc": 0.7})";
  const auto back = ParseLearned(LearnedJson(learned), whole.bins());
  ASSERT_TRUE(back.ok()) << back.error().ToString();
  ASSERT_EQ(back->slices.size(), 5U);
  for (std::size_t i = 0; i < 5; ++i) {
    EXPECT_EQ(back->slices[i].slice, learned.slices[i].slice);
    EXPECT_EQ(back->slices[i].profile.bins(), whole.bins());
    EXPECT_EQ(back->slices[i].profile.column(1), learned.slices[i].profile.column(1));
  }
  EXPECT_EQ(back->slices[1].profile.column(1).rows, 50U);
  EXPECT_EQ(back->Part("quality"), R"({"auc": 0.7})");
  EXPECT_EQ(back->Part("pca"), "");
}

TEST(Learned, OtherBinsAndDamageAreTold) {
  const data::BatchProfile whole = data::LearnReference(Table()).value();
  Learned learned;
  learned.slices = LearnSlices(std::vector<records::SliceRule>{{"c", {}}}, Table(), whole).value();
  data::Batch other = Table();
  other.column(1).MutableValues<double>()[7] = 1e6;
  const data::BatchProfile others = data::LearnReference(other).value();
  EXPECT_EQ(ParseLearned(LearnedJson(learned), others.bins()).error().code(), Code::kDataLoss);
  for (const char* text :
       {"", "[]", R"({"schema":1})", R"({"schema":1,"slices":[{}],"parts":{}})"}) {
    EXPECT_EQ(ParseLearned(text, whole.bins()).error().code(), Code::kDataLoss) << text;
  }
  EXPECT_EQ(ParseLearned(R"({"schema":2})", whole.bins()).error().code(), Code::kUnsupported);
}

}  // namespace
}  // namespace mooring::monitoring

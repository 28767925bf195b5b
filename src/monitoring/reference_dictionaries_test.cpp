#include "monitoring/reference_dictionaries.h"

#include <gtest/gtest.h>

#include "data/stats/profile.h"

namespace mooring::monitoring {
namespace {

std::string Profile(const std::vector<std::string>& origins) {
  auto schema =
      data::Schema::Make({{.name = "x"}, {.name = "origin", .type = data::Type::kString}});
  data::Batch rows(std::make_shared<const data::Schema>(std::move(schema).value()));
  for (const std::string& origin : origins) {
    rows.column(0).Append(1.0);
    rows.column(1).AppendText(origin);
  }
  rows.SetRows(origins.size());
  return data::LearnReference(rows).value().ToJson();
}

TEST(ReferenceDictionaries, ValuesStandInOrderOfTheirText) {
  const auto read = ReadDictionaries(Profile({"SVO", "LED", "SVO", "AER"}));
  ASSERT_TRUE(read.ok()) << read.error().ToString();
  ASSERT_EQ(read->size(), 1U) << "numbers have none";
  EXPECT_EQ(read->at("origin")->values(), (std::vector<std::string>{"AER", "LED", "SVO"}));
}

TEST(ReferenceDictionaries, RareValuesAreKnownToo) {
  std::vector<std::string> many;
  for (int i = 0; i < 300; ++i) many.push_back("airport" + std::to_string(1000 + i));
  EXPECT_EQ(ReadDictionaries(Profile(many))->at("origin")->size(), 300U);
}

TEST(ReferenceDictionaries, OtherBytesAreRefused) {
  EXPECT_FALSE(ReadDictionaries("").ok());
  EXPECT_FALSE(ReadDictionaries("{}").ok());
}

}  // namespace
}  // namespace mooring::monitoring

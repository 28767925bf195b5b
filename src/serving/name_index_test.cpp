#include "serving/name_index.h"

#include <gtest/gtest.h>

namespace mooring::serving {
namespace {

TEST(NameIndex, FindsEveryNameByExactBytesAndNothingElse) {
  std::vector<std::string> names;
  for (int i = 0; i < 4096; ++i) names.push_back("feature_" + std::to_string(i * 7));
  const NameIndex index(names);
  for (std::size_t i = 0; i < names.size(); ++i) EXPECT_EQ(index.Find(names[i]), i);
  for (const char* other : {"", "Feature_7", "feature_7 ", "feature_1", "feature"}) {
    EXPECT_EQ(index.Find(other), NameIndex::kNone) << other;
  }
  EXPECT_EQ(NameIndex().Find("x"), NameIndex::kNone);
  EXPECT_EQ(NameIndex(std::vector<std::string>{}).Find(""), NameIndex::kNone);
}

}  // namespace
}  // namespace mooring::serving

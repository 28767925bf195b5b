#include <gtest/gtest.h>

#include <algorithm>

#include "records/contract/key_parts.h"

namespace mooring::records {
namespace {

TEST(MonitorKeys, StandTogetherInTheTableOfAll) {
  const auto all = ContractKeys();
  const auto part = MonitorKeys();
  const auto begin = std::ranges::find(all, part.front().path, &ContractKey::path);
  ASSERT_GE(static_cast<std::size_t>(all.end() - begin), part.size());
  EXPECT_TRUE(std::equal(part.begin(), part.end(), begin,
                         [](const auto& a, const auto& b) { return a.path == b.path; }));
  for (const ContractKey& key : all) {
    const bool here = std::ranges::find(part, key.path, &ContractKey::path) != part.end();
    EXPECT_EQ(here, key.path.starts_with("monitor")) << key.path;
  }
}

TEST(MonitorKeys, ListsAreChecked) {
  Value list;
  EXPECT_EQ(CheckNotEmpty(list), "is an empty list");
  EXPECT_EQ(CheckAscending(list), "is an empty list");
  list.items.resize(2);
  list.items[1].number = 1;
  EXPECT_EQ(CheckAscending(list), "");
  list.items[1].number = 0;
  EXPECT_EQ(CheckAscending(list), "must ascend");
}

}  // namespace
}  // namespace mooring::records

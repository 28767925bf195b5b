#include "monitoring/kept_history.h"

#include <gtest/gtest.h>

#include "base/io/simulated_file_system.h"

namespace mooring::monitoring {
namespace {

TEST(KeptHistory, ComesBackAsItWas) {
  SimulatedFileSystem files;
  const WindowKey key("price", 3);
  const auto none = ReadKeptHistory(files, "/watch", key);
  ASSERT_TRUE(none.ok()) << none.error().ToString();
  EXPECT_FALSE(none->has_value());
  const KeptHistory kept{"hash", DecisionId::Parse("d1-7-42").value(), "-1 {}\n5 {}\n"};
  for (int times = 0; times < 2; ++times) {
    ASSERT_TRUE(KeepHistory(files, "/watch", key, kept).ok());
    const auto back = ReadKeptHistory(files, "/watch", key);
    ASSERT_TRUE(back.ok() && back->has_value());
    EXPECT_EQ((*back)->contract_hash, "hash");
    EXPECT_EQ((*back)->from, kept.from);
    EXPECT_EQ((*back)->history, kept.history);
  }
  EXPECT_FALSE(ReadKeptHistory(files, "/watch", {"price", 4})->has_value());
}

TEST(KeptHistory, DamageIsTold) {
  SimulatedFileSystem files;
  const WindowKey key("price", 3);
  ASSERT_TRUE(files.MakeDirectories("/watch").ok());
  for (const std::string text : {"", "{}", "{}\n", "x\n",
                                 R"({"schema":2})"
                                 "\n",
                                 R"({"schema":1,"contract":"a","from":"e1"})"
                                 "\n"}) {
    ASSERT_TRUE(files.WriteFileDurably("/watch/price-3.history", AsBytes(text)).ok());
    EXPECT_EQ(ReadKeptHistory(files, "/watch", key).error().code(), Code::kDataLoss) << text;
  }
}

}  // namespace
}  // namespace mooring::monitoring

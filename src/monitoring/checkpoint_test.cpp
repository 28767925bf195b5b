#include "monitoring/checkpoint.h"

#include <gtest/gtest.h>

#include "base/io/simulated_file_system.h"

namespace mooring::monitoring {
namespace {

Checkpoint Two() {
  return {{{"a", 1}, DecisionId{1, 7, 42}}, {{"b", 4294967295U}, DecisionId{2, 0, 0}}};
}

TEST(Checkpoint, ComesBackThroughText) {
  const auto back = ParseCheckpoint(CheckpointJson(Two()));
  ASSERT_TRUE(back.ok()) << back.error().ToString();
  EXPECT_EQ(*back, Two());
  EXPECT_EQ(*ParseCheckpoint(CheckpointJson({})), Checkpoint());
}

TEST(Checkpoint, RefusesWhatItDidNotWrite) {
  for (const char* text :
       {"", "{}", R"({"schema":2,"windows":[]})", R"({"schema":1})",
        R"({"schema":1,"windows":[{"model":"a","version":-1,"from":"d1-1-1"}]})",
        R"({"schema":1,"windows":[{"model":"a","version":1,"from":"x"}]})",
        R"({"schema":1,"windows":[{"model":"a","version":9e9,"from":"d1-1-1"}]})",
        R"({"schema":1,"windows":[{"model":"a","version":4294967296,)"
        R"("from":"d1-1-1"}]})"}) {
    EXPECT_FALSE(ParseCheckpoint(text).ok()) << text;
  }
}

TEST(Checkpoint, AbsenceAndDamageCostTimeNotTruth) {
  SimulatedFileSystem files;
  ASSERT_TRUE(files.MakeDirectories("/d").ok());
  EXPECT_EQ(*ReadCheckpoint(files, "/d/checkpoint"), Checkpoint());
  ASSERT_TRUE(files.WriteFileDurably("/d/checkpoint", AsBytes("{\"schema\":")).ok());
  EXPECT_EQ(*ReadCheckpoint(files, "/d/checkpoint"), Checkpoint());
  ASSERT_TRUE(files.WriteFileDurably("/d/checkpoint", AsBytes(CheckpointJson(Two()))).ok());
  EXPECT_EQ(*ReadCheckpoint(files, "/d/checkpoint"), Two());
}

}  // namespace
}  // namespace mooring::monitoring

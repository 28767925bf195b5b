#include "app/drill_records.h"

#include <gtest/gtest.h>

#include "base/io/simulated_file_system.h"

namespace mooring::app {
namespace {

class DrillRecordsTest : public ::testing::Test {
 protected:
  SimulatedFileSystem files_;
  SimulatedClock clock_;
  RememberingLog log_;
  DrillRecords records_{files_, clock_, log_, "/data/drills"};
};

TEST_F(DrillRecordsTest, KeepsWhatWasFoundAndTellsIt) {
  const std::string drill =
      R"({"kind":"kill","scope":"model cover","result":"passed","ms":12.5,"author":"ann"})";
  const auto name = records_.Keep(drill);
  ASSERT_TRUE(name.ok()) << name.error().ToString();
  EXPECT_EQ(*name, "2023-11-14T221320.000000Z-kill.json");
  EXPECT_EQ(*files_.ReadFile("/data/drills/" + *name, kDrillBytes), drill);
  EXPECT_EQ(log_.Text(),
            "INFO drill kind=kill scope=\"model cover\" result=passed ms=12.5 author=ann "
            "file=2023-11-14T221320.000000Z-kill.json\n");
}

TEST_F(DrillRecordsTest, KeepsNothingElse) {
  for (const std::string& bad :
       {std::string("no json"), std::string("[]"), std::string(R"({"ms":1})"),
        std::string(R"({"kind":"../x"})"),
        R"({"kind":"kill","x":")" + std::string(kDrillBytes, 'x') + "\"}"}) {
    EXPECT_FALSE(records_.Keep(bad).ok());
  }
  EXPECT_EQ(log_.Text(), "");
}

}  // namespace
}  // namespace mooring::app

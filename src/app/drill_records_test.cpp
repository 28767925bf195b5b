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
  const auto name = records_.Keep(drill, "token:ann");
  ASSERT_TRUE(name.ok()) << name.error().ToString();
  EXPECT_EQ(*name, "2023-11-14T221320.000000Z-kill.json");
  const std::string kept = *files_.ReadFile("/data/drills/" + *name, kDrillBytes);
  EXPECT_EQ(kept, drill.substr(0, drill.size() - 1) +
                      R"(,"source":"told by the caller","told_by":"token:ann",)"
                      R"("told_at":"2023-11-14T22:13:20.000000Z"})");
  EXPECT_TRUE(Json::Parse(kept, {.name = "kept"}).ok());
  EXPECT_EQ(log_.Text(),
            "INFO drill kind=kill scope=\"model cover\" result=passed ms=12.5 author=ann "
            "source=\"told by the caller\" told_by=token:ann "
            "file=2023-11-14T221320.000000Z-kill.json\n");
}

TEST_F(DrillRecordsTest, KeepsNothingElse) {
  for (const std::string& bad :
       {std::string("no json"), std::string("[]"), std::string(R"({"ms":1})"),
        std::string(R"({"kind":"../x"})"),
        std::string(R"({"kind":"kill","source":"measured by the server"})"),
        R"({"kind":"kill","x":")" + std::string(kDrillBytes, 'x') + "\"}"}) {
    EXPECT_FALSE(records_.Keep(bad, "").ok());
  }
  EXPECT_EQ(log_.Text(), "");
}

}  // namespace
}  // namespace mooring::app

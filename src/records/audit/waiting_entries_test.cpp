#include "records/audit/waiting_entries.h"

#include <gtest/gtest.h>

#include "base/io/simulated_file_system.h"

namespace mooring::records {
namespace {

struct WaitingEntries : testing::Test {
  Status Keep(const std::string& object) {
    clock.Advance(std::chrono::seconds(1));
    ControlEntry entry{.principal = "ann", .action = "kill.thrown", .object = object};
    return KeepWaiting(files, "control", std::move(entry), clock.Now());
  }
  Status Write() {
    return WriteWaiting(files, "control", [this](const ControlEntry& entry) -> Status {
      if (entry.object == refuse) return Error(Code::kUnavailable, "the disk is full");
      written.push_back(entry);
      return Ok();
    });
  }
  SimulatedFileSystem files;
  SimulatedClock clock;
  std::vector<ControlEntry> written;
  std::string refuse;
};

TEST_F(WaitingEntries, AreWrittenOnceInTheirOrderWithTheirTime) {
  EXPECT_TRUE(Write().ok()) << "there is no directory yet";
  for (const char* object : {"1", "2", "3"}) ASSERT_TRUE(Keep(object).ok());
  EXPECT_TRUE(AnyWaiting(files, "control"));
  refuse = "2";
  EXPECT_FALSE(Write().ok());
  refuse = "";
  EXPECT_TRUE(Write().ok());
  EXPECT_FALSE(AnyWaiting(files, "control"));
  ASSERT_EQ(written.size(), 3u);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(written[i].object, std::to_string(i + 1));
  EXPECT_EQ(written[2].detail, "written late, of " + FormatTime(clock.Now()));
}

TEST_F(WaitingEntries, OneThatCannotBeReadIsToldAndHoldsNobodyUp) {
  ASSERT_TRUE(Keep("1").ok());
  const std::string torn = "control/waiting/00000000000000000000-x";
  ASSERT_TRUE(files.WriteFileDurably(torn, AsBytes("{\"acti")).ok());
  EXPECT_EQ(Write().error().code(), Code::kDataLoss);
  EXPECT_EQ(written.size(), 1u);
  EXPECT_TRUE(files.Exists(torn)) << "people look at it";
}

}  // namespace
}  // namespace mooring::records

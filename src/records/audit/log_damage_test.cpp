#include "records/audit/log_damage.h"

#include <gtest/gtest.h>

#include "base/io/simulated_file_system.h"
#include "records/audit/check_log.h"
#include "records/audit/log_file.h"
#include "records/audit/log_for_tests.h"

namespace mooring::records {
namespace {

const Error kFound = Error(Code::kDataLoss, "entry 3 is another").Where("control/log, byte 99");

struct LogDamage : testing::Test {
  void SetUp() override { ASSERT_TRUE(fs.MakeDirectories("control").ok()); }
  Status Write(const std::string& bytes) {
    return fs.WriteFileDurably("control/log", AsBytes(bytes));
  }
  SimulatedFileSystem fs;
};

TEST_F(LogDamage, EveryBitOfEveryEntryCounts) {
  const std::string whole = LogOf(SomeLines(3));
  ASSERT_TRUE(Write(whole).ok());
  ASSERT_TRUE(CheckWholeLog(fs, "control").ok());
  for (std::size_t at = 0; at < whole.size(); ++at) {
    std::string bytes = whole;
    bytes[at] = static_cast<char>(bytes[at] ^ 1);
    ASSERT_TRUE(Write(bytes).ok());
    EXPECT_EQ(CheckWholeLog(fs, "control").error().code(), Code::kDataLoss) << at;
  }
}

TEST_F(LogDamage, ANoteSaysWhatAndWhereUntilItIsGone) {
  EXPECT_TRUE(CheckDamageNote(fs, "control").ok());
  ASSERT_TRUE(WriteDamageNote(fs, "control", kFound, Time()).ok());
  const Error noted = CheckDamageNote(fs, "control").error();
  EXPECT_EQ(noted.message(), kFound.message());
  EXPECT_EQ(noted.where(), kFound.where());
  ASSERT_TRUE(fs.Remove(DamageNotePath("control")).ok());
  EXPECT_TRUE(CheckDamageNote(fs, "control").ok());
}

TEST_F(LogDamage, TheLogBehindIsALogOfItsOwn) {
  ASSERT_TRUE(Write(LogOf(SomeLines(2))).ok());
  const ControlEntry entry{.principal = "ann", .action = "limit.lower"};
  EXPECT_EQ(*AppendAfterDamage(fs, "control", entry, kFound, Time()), 1u);
  EXPECT_EQ(*AppendAfterDamage(fs, "control", entry, kFound, Time()), 2u);
  const auto bytes = fs.ReadFile(ControlLogPath(AfterDamageDirectory("control")), 1 << 16);
  const LogReport report = CheckLog(AsBytes(*bytes));
  EXPECT_TRUE(report.problems.empty());
  EXPECT_EQ(report.entries, 3u);
}

TEST_F(LogDamage, WorksWhereTheLogIsGone) {
  EXPECT_EQ(*AppendAfterDamage(fs, "control", {.action = "kill.thrown"}, kFound, Time()), 1u);
}

TEST_F(LogDamage, KeptHeadsPassOverWhatACrashTore) {
  EXPECT_TRUE(ReadKeptHeads(fs, "control")->empty());
  const std::string head = EncodeHead({.size = 3});
  ASSERT_TRUE(fs.WriteFileDurably(HeadsPath("control"),
                                  AsBytes(head + "\n" + head.substr(0, 20) + "\n" + head + "\n"))
                  .ok());
  EXPECT_EQ(ReadKeptHeads(fs, "control")->size(), 2u);
}

}  // namespace
}  // namespace mooring::records

#include "records/audit/signing_key.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "base/io/simulated_file_system.h"

namespace mooring::records {
namespace {

TEST(SigningKeyFile, IsMadeOnceAndFoundAgain) {
  SimulatedFileSystem fs;
  ASSERT_TRUE(fs.MakeDirectories("control").ok());
  const auto made = OpenSigningKey(fs, "control");
  ASSERT_TRUE(made.ok()) << made.error().ToString();
  const auto again = OpenSigningKey(fs, "control");
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again->public_key(), made->public_key());
  const auto open = PublicKeyFromPem(*fs.ReadFile("control/signing.pub", 4096));
  ASSERT_TRUE(open.ok());
  EXPECT_EQ(*open, made->public_key());
}

TEST(SigningKeyFile, SurvivesACutAtEveryCall) {
  for (std::uint64_t call = 1; call < 40; ++call) {
    SimulatedFileSystem fs(call);
    ASSERT_TRUE(fs.MakeDirectories("control").ok());
    fs.CutPowerAtCall(fs.mutating_calls() + call);
    const auto made = OpenSigningKey(fs, "control");
    fs.Restart();
    const auto again = OpenSigningKey(fs, "control");
    ASSERT_TRUE(again.ok()) << call << again.error().ToString();
    EXPECT_TRUE(!made.ok() || again->public_key() == made->public_key()) << call;
    const auto open = PublicKeyFromPem(*fs.ReadFile("control/signing.pub", 4096));
    ASSERT_TRUE(open.ok());
    EXPECT_EQ(*open, again->public_key()) << call;
  }
}

TEST(SigningKeyFile, ALostOrDamagedKeyIsNotReplacedSilently) {
  SimulatedFileSystem fs;
  ASSERT_TRUE(fs.MakeDirectories("control").ok());
  ASSERT_TRUE(OpenSigningKey(fs, "control").ok());
  ASSERT_TRUE(fs.WriteFileDurably("control/signing.key", AsBytes("nothing")).ok());
  EXPECT_EQ(OpenSigningKey(fs, "control").error().code(), Code::kFailedPrecondition);
  ASSERT_TRUE(fs.Remove("control/signing.key").ok());
  EXPECT_EQ(OpenSigningKey(fs, "control").error().code(), Code::kFailedPrecondition);
  ASSERT_TRUE(fs.Remove("control/signing.pub").ok());
  EXPECT_TRUE(OpenSigningKey(fs, "control").ok());
}

TEST(SigningKeyFile, OthersMayNotReadIt) {
  const std::string directory = testing::TempDir() + "signing_key_" + std::to_string(::getpid());
  std::filesystem::create_directories(directory);
  FileSystem& fs = PosixFileSystem();
  ASSERT_TRUE(OpenSigningKey(fs, directory).ok());
  EXPECT_EQ(fs.Stat(SigningKeyPath(directory))->permissions, 0600u);
  std::filesystem::permissions(SigningKeyPath(directory), std::filesystem::perms(0640));
  EXPECT_EQ(OpenSigningKey(fs, directory).error().code(), Code::kFailedPrecondition);
  std::filesystem::remove_all(directory);
}

}  // namespace
}  // namespace mooring::records

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "app/cli/testing/fake_process.h"
#include "records/journal/journal.h"
#include "records/privacy/pseudonymiser.h"
#include "records/registry/registry.h"

namespace mooring::app::cli {
namespace {

using testing::HasSubstr;

struct DoctorTest : testing::Test {
  DoctorTest() {
    const std::string name = testing::UnitTest::GetInstance()->current_test_info()->name();
    root = std::filesystem::path(testing::TempDir()) / ("doctor-" + name);
    std::filesystem::remove_all(root);
    std::filesystem::create_directories(root / "data");
    world.context.environment["MOORING_DATA_DIR"] = (root / "data").string();
    world.context.environment["MOORING_LIBRARY_DIR"] = "absent";
  }
  ~DoctorTest() override { std::filesystem::remove_all(root); }

  // "check result detail remedy" of all checks.
  std::string Examine() {
    exit_code = world.Run({"doctor", "-o", "plain"});
    return world.out.written;
  }
  void UseKey(const std::string& file) {
    world.context.environment["MOORING_PRIVACY_PSEUDONYM_KEY_FILE"] = file;
  }
  // A record of the system's time, which is years after the simulated one.
  void WriteJournal() {
    auto journal = records::Journal::Open({.directory = (root / "data/journal").string(),
                                           .files = &PosixFileSystem(),
                                           .clock = &SystemClock(),
                                           .own_thread = false})
                       .value();
    const records::Refusal refusal{.at = SystemClock().Now(), .model = "m", .code = "not_found"};
    CHECK_OK_RESULT(journal->Append(refusal, nullptr));
    journal->CommitNow();
  }

  std::filesystem::path root;
  FakeWorld world;
  int exit_code = 0;
};

TEST_F(DoctorTest, FindsNothingWrongWithAnEmptyDirectoryOnASoundMachine) {
  const std::string found = Examine();
  EXPECT_EQ(exit_code, 0) << found;
  EXPECT_THAT(found, HasSubstr("sync\tok\ta synced write of 4 KiB takes"));
  EXPECT_THAT(found, HasSubstr("port\tok\t127.0.0.1:8080 is free"));
  EXPECT_FALSE(std::filesystem::exists(root / "data/.doctor"));
}

TEST_F(DoctorTest, SaysWhatIsWrongWithTheMachine) {
  WriteJournal();
  world.process.port_taken = Error(Code::kConflict, "somebody listens there");
  world.process.open_files = 256;
  const std::string found = Examine();
  EXPECT_EQ(exit_code, 1);
  EXPECT_THAT(found, HasSubstr("clock\tfail\tit says 2023-11-14"));
  EXPECT_THAT(found, HasSubstr("the journal is ahead"));
  EXPECT_THAT(found, HasSubstr("port\tfail\t127.0.0.1:8080: somebody listens there"));
  EXPECT_THAT(found, HasSubstr("open_files\twarn\t256"));
  EXPECT_THAT(found, HasSubstr("journal\tok\tthe newest 1 segments"));
}

TEST_F(DoctorTest, SeesDamageInTheNewestSegment) {
  for (int i = 0; i < 3; ++i) WriteJournal();
  const std::string path = (root / "data/journal/00000003.segment").string();
  const auto file = PosixFileSystem().Open(path, OpenMode::kReadWrite).value();
  ASSERT_TRUE(file->WriteAt(170, AsBytes("damage")).ok());
  const std::string found = Examine();
  EXPECT_THAT(found, HasSubstr("journal\tfail"));
  EXPECT_THAT(found, HasSubstr("00000003"));
}

TEST_F(DoctorTest, AsksForTheKeyThatAContractNeedsAndLooksAtItsPlace) {
  auto registry = records::Registry::Open({.directory = (root / "data").string(),
                                           .clock = &SystemClock()}).value();
  ASSERT_TRUE(registry->ApplyContract("model: m\nowner: {team: t}\ninputs: {who: string}\n"
                                      "output: {name: score}\n"
                                      "privacy: {pseudonymise: [who]}\n",
                                      {.author = "a", .reason = "r"}).ok());
  EXPECT_THAT(Examine(), HasSubstr("pseudonym_key\tfail\tnone, and 'm' pseudonymises"));
  const std::string outside = (root / "key").string(), inside = (root / "data/key").string();
  ASSERT_TRUE(records::CreatePseudonymKey(
                  PosixFileSystem(),
                  {.key_file = outside, .data_directory = (root / "data").string()}).ok());
  UseKey(outside);
  EXPECT_THAT(Examine(), HasSubstr("pseudonym_key\tok"));
  std::filesystem::permissions(outside, std::filesystem::perms(0644));
  EXPECT_THAT(Examine(), HasSubstr("pseudonym_key\tfail\tothers may read"));
  std::filesystem::copy_file(outside, inside);
  UseKey(inside);
  EXPECT_THAT(Examine(), HasSubstr("pseudonym_key\tfail\tthe pseudonym key lies inside"));
}

}  // namespace
}  // namespace mooring::app::cli

#include "records/privacy/pseudonymiser.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstring>
#include <filesystem>

#include "base/crypto/digest.h"
#include "records/journal/journal_fixture.h"

namespace mooring::records {
namespace {

struct PseudonymiserTest : testing::Test {
  PseudonymiserTest() {
    const std::string name = testing::UnitTest::GetInstance()->current_test_info()->name();
    root = std::filesystem::path(testing::TempDir()) / ("pseudonymiser-" + name);
    std::filesystem::remove_all(root);
    std::filesystem::create_directories(root / "data");
    place = {(root / "pseudonym.key").string(), (root / "data").string()};
  }
  ~PseudonymiserTest() override { std::filesystem::remove_all(root); }

  // No file but the key's holds a needle, nor the key.
  void ExpectNowhere(std::vector<std::string> needles) {
    needles.push_back(files.ReadFile(place.key_file, 100).value().substr(0, 64));
    std::size_t searched = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
      if (!entry.is_regular_file() || entry.path() == place.key_file) continue;
      const std::string text = files.ReadFile(entry.path().string(), 1 << 30).value();
      searched += text.size();
      for (const std::string& needle : needles) {
        EXPECT_EQ(text.find(needle), std::string::npos) << entry.path() << " holds " << needle;
      }
    }
    EXPECT_GT(searched, 1000U);
  }

  std::filesystem::path root;
  PseudonymKeyPlace place;
  FileSystem& files = PosixFileSystem();
};

TEST_F(PseudonymiserTest, HashesColumnAndValueUnderTheKey) {
  ASSERT_TRUE(CreatePseudonymKey(files, place).ok());
  const auto keyed = KeyedPseudonymiser::Open(files, place).value();
  const std::string text = files.ReadFile(place.key_file, 100).value().substr(0, 64);
  const Digest digest =
      HmacSha256(AsBytes(Unhex(text).value()), AsBytes(std::string_view("id\0Ann", 6)));
  EXPECT_EQ(keyed->Pseudonym("id", "Ann"), Hex(digest).substr(0, 32));
  EXPECT_NE(keyed->Pseudonym("id", "Ann"), keyed->Pseudonym("di", "Ann"));
  EXPECT_EQ(KeyedPseudonymiser::Open(files, place).value()->Pseudonym("id", "Ann"),
            keyed->Pseudonym("id", "Ann"));
}

TEST_F(PseudonymiserTest, MakesAKeyForTheOwnerAloneAndNeverReplacesOne) {
  ASSERT_TRUE(CreatePseudonymKey(files, place).ok());
  struct stat facts {};
  ASSERT_EQ(::stat(place.key_file.c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777U, 0600U);
  EXPECT_EQ(CreatePseudonymKey(files, place).error().code(), Code::kAlreadyExists);
}

TEST_F(PseudonymiserTest, RefusesAKeyThatOthersMayRead) {
  ASSERT_TRUE(CreatePseudonymKey(files, place).ok());
  for (const unsigned mode : {0640U, 0604U, 0620U, 0601U}) {
    ASSERT_EQ(::chmod(place.key_file.c_str(), mode), 0);
    EXPECT_EQ(KeyedPseudonymiser::Open(files, place).error().code(), Code::kFailedPrecondition);
  }
}

TEST_F(PseudonymiserTest, RefusesAKeyInsideTheDataDirectoryHoweverItIsNamed) {
  std::filesystem::create_directories(root / "data/deep");
  std::filesystem::create_directory_symlink(root / "data", root / "link");
  for (const char* name : {"data/k", "data/deep/k", "data/../data/k", "link/k", "link/deep/../k"}) {
    const PseudonymKeyPlace inside{(root / name).string(), place.data_directory};
    EXPECT_EQ(CreatePseudonymKey(files, inside).error().code(), Code::kFailedPrecondition) << name;
    EXPECT_EQ(KeyedPseudonymiser::Open(files, inside).error().code(), Code::kFailedPrecondition);
  }
  for (const char* name : {"database.key", "data2", "x/../k"}) {
    std::filesystem::create_directories(root / "x");
    const PseudonymKeyPlace outside{(root / name).string(), place.data_directory + "/"};
    EXPECT_TRUE(CreatePseudonymKey(files, outside).ok()) << name;
  }
}

TEST_F(PseudonymiserTest, RefusesWhatIsNotAKey) {
  EXPECT_EQ(KeyedPseudonymiser::Open(files, place).error().code(), Code::kNotFound);
  ASSERT_TRUE(CreatePseudonymKey(files, place).ok());
  for (const std::string& text : {std::string(), std::string(63, 'a'), std::string(66, 'a'),
                                  std::string(64, 'Z'), std::string(5000, 'a')}) {
    auto file = files.Open(place.key_file, OpenMode::kReadWrite).value();
    ASSERT_TRUE(file->Truncate(0).ok() && file->WriteAt(0, AsBytes(text)).ok());
    EXPECT_FALSE(KeyedPseudonymiser::Open(files, place).ok());
  }
}

struct PseudonymVisitor : JournalVisitor {
  void OnDecisions(const ReadDecisions& read) override {
    for (std::size_t i = 0; i < 3; ++i) {
      passports.emplace_back(read.inputs->column(0).Text(i));
      accounts.emplace_back(read.inputs->column(2).Text(i));
    }
    EXPECT_TRUE(read.inputs->column(0).IsNull(2));
    EXPECT_EQ(read.inputs->column(3).Values<float>()[0], 640.5F);
    EXPECT_NE(read.inputs->column(1).Text(0), read.inputs->column(1).Text(1));
  }
  std::vector<std::string> passports, accounts;
};

// Everything that the journal writes is searched for planted identifiers of all column types.
TEST_F(PseudonymiserTest, NoIdentifierReachesTheDisk) {
  ASSERT_TRUE(CreatePseudonymKey(files, place).ok());
  const auto keyed = KeyedPseudonymiser::Open(files, place).value();
  auto binding = std::make_shared<Binding>();
  binding->model = "flight-cover";
  const auto known = data::Dictionary::Make({"PLANTED-CATEGORY-KNOWN", "other"}).value();
  binding->inputs = SchemaOf({{"passport", data::Type::kString, true},
                              {"agency", data::Type::kCategory, true, known},
                              {"account", data::Type::kInt64, true},
                              {"distance", data::Type::kFloat32, true}});
  binding->outputs = SchemaOf({{"probability", data::Type::kFloat64, true}});
  binding->pseudonymised = {0, 1, 2};
  constexpr std::int64_t kAccount = 0x414E544544504C41;  // "ALPDETNA" in bytes
  data::Batch inputs(binding->inputs), outputs(binding->outputs);
  for (const char* agency : {"PLANTED-CATEGORY-KNOWN", "PLANTED-CATEGORY-UNSEEN"}) {
    inputs.column(0).AppendText("PLANTED-PASSPORT-4507");
    inputs.column(1).AppendText(agency);
    inputs.column(2).Append(kAccount);
    inputs.column(3).Append(640.5F);
    outputs.column(0).Append(0.5);
  }
  inputs.column(0).AppendNull();
  inputs.column(1).AppendNull();
  inputs.column(2).AppendNull();
  inputs.column(3).AppendNull();
  outputs.column(0).AppendNull();
  inputs.SetRows(3);
  outputs.SetRows(3);
  const std::vector<RowDecision> rows(3);
  DecisionBlock block;
  block.binding = binding;
  block.inputs = &inputs;
  block.outputs = &outputs;
  block.rows = rows;

  SimulatedClock clock;
  auto options = TestOptions(files, clock);
  options.directory = place.data_directory + "/journal";
  std::vector<std::string> errors;
  {
    auto without_key = Journal::Open(options).value();
    const auto refused = without_key->Append(block, nullptr);
    EXPECT_EQ(refused.error().code(), Code::kFailedPrecondition);
    errors.push_back(refused.error().ToString());
  }
  options.pseudonymiser = keyed.get();
  {
    auto journal = Journal::Open(options).value();
    ASSERT_TRUE(journal->Append(block, nullptr).ok());
  }
  std::string account_bytes(8, '\0');
  std::memcpy(account_bytes.data(), &kAccount, 8);
  ExpectNowhere({"PLANTED", std::to_string(kAccount), account_bytes, "4507"});
  for (const std::string& error : errors) EXPECT_EQ(error.find("PLANTED"), std::string::npos);

  // The stored rows carry pseudonyms, the same for the same value, and nulls stay nulls.
  PseudonymVisitor visitor;
  ASSERT_TRUE(ReadDecision(files, options.directory, {1, 2, 0}, visitor).ok());
  const std::string expected = keyed->Pseudonym("passport", "PLANTED-PASSPORT-4507");
  EXPECT_THAT(visitor.passports, testing::ElementsAre(expected, expected, ""));
  EXPECT_EQ(visitor.accounts[0], keyed->Pseudonym("account", std::to_string(kAccount)));
}

}  // namespace
}  // namespace mooring::records

#include "records/registry/version_files.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "base/limits.h"

namespace mooring::records {
namespace {

class VersionFilesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
    directory_ =
        ::testing::TempDir() + "version_files_" + std::to_string(::getpid()) + test->name();
    std::filesystem::remove_all(directory_);
    std::filesystem::create_directories(directory_);
    auto opened = data::BlobStore::Open(files_, directory_ + "/blobs");
    ASSERT_TRUE(opened.ok()) << opened.error().ToString();
    store_.emplace(std::move(opened).value());
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  void Write(const std::string& path, std::string_view text) {
    const std::string whole = directory_ + "/" + path;
    std::filesystem::create_directories(std::filesystem::path(whole).parent_path());
    ASSERT_TRUE(files_.WriteFileDurably(whole, AsBytes(text)).ok());
  }
  static Artifact Of(std::vector<std::pair<std::string, std::string_view>> files) {
    Artifact artifact;
    artifact.name = "model";
    for (auto& [path, text] : files) {
      ArtifactFile& file = artifact.files.emplace_back();
      file.path = path;
      file.bytes = AsBytes(text);
    }
    return artifact;
  }

  FileSystem& files_ = PosixFileSystem();
  std::string directory_;
  std::optional<data::BlobStore> store_;
};

TEST_F(VersionFilesTest, AFileComesBack) {
  Write("model.json", "{}");
  const Artifact read = *ReadArtifact(files_, directory_ + "/model.json");
  EXPECT_EQ(read.name, "model.json");
  const std::string id = *StoreArtifact(*store_, read);
  const Artifact opened = *OpenArtifact(*store_, id);
  EXPECT_EQ(opened.name, "model.json");
  ASSERT_EQ(opened.files.size(), 1u);
  EXPECT_EQ(opened.files[0].path, "model.json");
  EXPECT_EQ(AsText(opened.files[0].bytes), "{}");
}

TEST_F(VersionFilesTest, ADirectoryComesBackWholeAndSorted) {
  Write("m/MLmodel", "flavors");
  Write("m/model.xgb", "trees");
  Write("m/data/a/b.txt", "");
  Write("m/data.txt", "same");
  const Artifact read = *ReadArtifact(files_, directory_ + "/m/");
  EXPECT_EQ(read.name, "m");
  const Artifact opened = *OpenArtifact(*store_, *StoreArtifact(*store_, read));
  ASSERT_EQ(opened.files.size(), 4u);
  EXPECT_EQ(opened.files[0].path, "MLmodel");
  EXPECT_EQ(opened.files[1].path, "data.txt");
  EXPECT_EQ(opened.files[2].path, "data/a/b.txt");
  ASSERT_NE(opened.Find("model.xgb"), nullptr);
  EXPECT_EQ(AsText(opened.Find("model.xgb")->bytes), "trees");
  EXPECT_TRUE(opened.Find("data/a/b.txt")->bytes.empty());
  EXPECT_EQ(opened.Find("nothing"), nullptr);
}

TEST_F(VersionFilesTest, TheSameFilesHaveTheSameId) {
  const std::string id = *StoreArtifact(*store_, Of({{"a", "1"}, {"b", "2"}}));
  EXPECT_EQ(*StoreArtifact(*store_, Of({{"a", "1"}, {"b", "2"}})), id);
  EXPECT_NE(*StoreArtifact(*store_, Of({{"a", "2"}, {"b", "1"}})), id);
}

TEST_F(VersionFilesTest, PathsThatClimbOrRepeatAreRefused) {
  const std::string longer(limits::kArtifactPathBytes + 1, 'a');
  for (const std::string& bad :
       {std::string(), std::string("/etc/passwd"), std::string("../a"), std::string("a/../b"),
        std::string("a//b"), std::string("a/"), std::string("./a"), std::string("a\\b"),
        std::string("a\nb"), longer}) {
    EXPECT_FALSE(StoreArtifact(*store_, Of({{bad, "1"}})).ok()) << bad.substr(0, 40);
  }
  EXPECT_FALSE(StoreArtifact(*store_, Of({{"a", "1"}, {"a", "2"}})).ok());
  EXPECT_FALSE(StoreArtifact(*store_, Of({{"b", "1"}, {"a", "2"}})).ok());
  EXPECT_FALSE(StoreArtifact(*store_, Of({})).ok());
  EXPECT_TRUE(StoreArtifact(*store_, Of({{"a..b/.c", "1"}})).ok());
}

TEST_F(VersionFilesTest, TooManyFilesAndTooDeepDirectoriesAreRefused) {
  Artifact many;
  for (std::size_t i = 0; i <= limits::kArtifactFiles; ++i) {
    many.files.emplace_back().path = std::to_string(10'000 + i);
  }
  EXPECT_EQ(StoreArtifact(*store_, many).error().code(), Code::kTooLarge);
  std::string deep = "deep";
  for (std::size_t i = 0; i < limits::kArtifactDepth + 2; ++i) deep += "/d";
  Write(deep + "/file", "x");
  EXPECT_EQ(ReadArtifact(files_, directory_ + "/deep").error().code(), Code::kTooLarge);
  EXPECT_EQ(ReadArtifact(files_, directory_ + "/none").error().code(), Code::kNotFound);
}

TEST_F(VersionFilesTest, DamageIsFound) {
  const std::string id = *StoreArtifact(*store_, Of({{"a", "right"}}));
  const data::BlobId file = data::BlobId::Of(AsBytes("right"));
  std::filesystem::permissions(store_->PathOf(file), std::filesystem::perms::owner_all);
  ASSERT_TRUE(files_.WriteFileDurably(store_->PathOf(file), AsBytes("wrong")).ok());
  const auto opened = OpenArtifact(*store_, id);
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().code(), Code::kDataLoss);
}

TEST_F(VersionFilesTest, ABlobThatIsNoManifestIsRefused) {
  for (const std::string_view text : {"{}", "{", "", R"({"format":"mooring-artifact-2"})",
                                      R"({"format":"mooring-artifact-1","name":"m","files":[]})",
                                      R"({"format":"mooring-artifact-1","name":"m","files":[{}]})",
                                      R"({"format":"mooring-artifact-1","name":"m","files":{}})"}) {
    EXPECT_FALSE(OpenArtifact(*store_, store_->Put(AsBytes(text))->ToString()).ok()) << text;
  }
  // A hostile manifest cannot lead out of the directory it is unpacked into.
  const std::string sha = store_->Put(AsBytes("x"))->ToString();
  const std::string hostile =
      R"({"format":"mooring-artifact-1","name":"m","files":[{"path":"../x",)"
      R"("size":1,"sha256":")" +
      sha + "\"}]}";
  EXPECT_EQ(OpenArtifact(*store_, store_->Put(AsBytes(hostile))->ToString()).error().code(),
            Code::kInvalidArgument);
  EXPECT_FALSE(OpenArtifact(*store_, std::string(64, '0')).ok());
  EXPECT_FALSE(OpenArtifact(*store_, "../x").ok());
}

TEST_F(VersionFilesTest, TheFlatFormLiesBesideTheArtifact) {
  const std::string id = *StoreArtifact(*store_, Of({{"a", "1"}}));
  EXPECT_EQ(OpenFlat(files_, *store_, id).error().code(), Code::kNotFound);
  ASSERT_TRUE(StoreFlat(*store_, id, AsBytes("compiled")).ok());
  EXPECT_EQ(AsText((*OpenFlat(files_, *store_, id))->bytes()), "compiled");
  EXPECT_FALSE(StoreFlat(*store_, "x", AsBytes("compiled")).ok());
}

}  // namespace
}  // namespace mooring::records

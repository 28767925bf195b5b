#include "data/store/blob_store.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "base/limits.h"

namespace mooring::data {
namespace {

class BlobStoreTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto* info = ::testing::UnitTest::GetInstance()->current_test_info();
    folder_ = std::filesystem::path(::testing::TempDir()) /
              (std::string("mooring_blobs_") + info->name());
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    store_.emplace(BlobStore::Open(files_, (folder_ / "blobs").string()).value());
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::size_t Drafts() { return files_.List((folder_ / "blobs/tmp").string()).value().size(); }

  FileSystem& files_ = PosixFileSystem();
  std::filesystem::path folder_;
  std::optional<BlobStore> store_;
};

TEST_F(BlobStoreTest, BytesComeBackUnderTheirSha256) {
  const auto id = store_->Put(AsBytes("abc"));
  ASSERT_TRUE(id.ok());
  EXPECT_EQ(id->ToString(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_TRUE(store_->PathOf(*id).ends_with("/ba/78/" + id->ToString()));
  EXPECT_EQ(AsText(store_->Get(*id).value()->bytes()), "abc");
  EXPECT_TRUE(store_->Verify(*id).ok());
  EXPECT_EQ(Drafts(), 0U);
}

TEST_F(BlobStoreTest, TheSameBytesAreKeptOnceHoweverTheyCome) {
  std::string large(3 * limits::kMiB + 17, 'x');
  large[2'000'000] = 'y';
  std::ofstream(folder_ / "file") << large;
  const auto from_file = store_->PutFile((folder_ / "file").string());
  ASSERT_TRUE(from_file.ok());
  EXPECT_EQ(store_->Put(AsBytes(large)).value(), *from_file);
  EXPECT_EQ(store_->PutFile((folder_ / "file").string()).value(), *from_file);
  EXPECT_EQ(store_->List().value(), std::vector{*from_file});
  EXPECT_TRUE(std::filesystem::exists(folder_ / "file")) << "copied, not moved";
  EXPECT_EQ(Drafts(), 0U);
}

TEST_F(BlobStoreTest, AnAdoptedFileIsMovedNotCopied) {
  std::filesystem::create_directories(store_->WorkDirectory());
  const std::string file = store_->WorkDirectory() + "/draft";
  for (int i = 0; i < 2; ++i) {  // the second is one that is there already
    std::ofstream(file) << "abc";
    const BlobId id = BlobId::Of(AsBytes("abc"));
    ASSERT_TRUE(store_->Adopt(file, id).ok());
    EXPECT_FALSE(std::filesystem::exists(file));
    EXPECT_TRUE(store_->Verify(id).ok());
    EXPECT_EQ(store_->List().value(), std::vector{id});
  }
  EXPECT_EQ(store_->Adopt(file, BlobId::Of({})).error().code(), Code::kNotFound);
}

TEST_F(BlobStoreTest, EmptyBytesAreABlob) {
  const auto id = store_->Put({});
  ASSERT_TRUE(id.ok());
  EXPECT_TRUE(store_->Get(*id).value()->bytes().empty());
  EXPECT_TRUE(store_->Verify(*id).ok());
}

TEST_F(BlobStoreTest, ADamagedBlobIsFoundAndHealedByPuttingItAgain) {
  const BlobId id = store_->Put(AsBytes("precious")).value();
  std::ofstream(store_->PathOf(id)) << "Precious";
  const Status verified = store_->Verify(id);
  ASSERT_FALSE(verified.ok());
  EXPECT_EQ(verified.error().code(), Code::kDataLoss);
  ASSERT_TRUE(store_->Put(AsBytes("precious")).ok());
  EXPECT_TRUE(store_->Verify(id).ok());
}

TEST_F(BlobStoreTest, RemovingTakesTheSidecarsAlongAndLeavesTheRest) {
  const BlobId gone = store_->Put(AsBytes("gone")).value();
  const BlobId kept = store_->Put(AsBytes("kept")).value();
  ASSERT_TRUE(store_->PutSidecar(gone, "flat", AsBytes("g")).ok());
  ASSERT_TRUE(store_->PutSidecar(kept, "flat", AsBytes("k")).ok());
  ASSERT_TRUE(store_->Remove(gone).ok());
  EXPECT_FALSE(store_->Has(gone));
  EXPECT_FALSE(files_.Exists(store_->Sidecar(gone, "flat").value()));
  EXPECT_EQ(files_.ReadFile(store_->Sidecar(kept, "flat").value(), 10).value(), "k");
  EXPECT_EQ(store_->List().value(), std::vector{kept}) << "a sidecar is not a blob";
  for (const Status& absent : {store_->Remove(gone), store_->Verify(gone),
                               store_->PutSidecar(gone, "flat", AsBytes("x"))}) {
    ASSERT_FALSE(absent.ok());
    EXPECT_EQ(absent.error().code(), Code::kNotFound);
  }
  EXPECT_EQ(store_->Get(gone).error().code(), Code::kNotFound);
}

TEST_F(BlobStoreTest, ASidecarIsReplacedWhole) {
  const BlobId id = store_->Put(AsBytes("model")).value();
  ASSERT_TRUE(store_->PutSidecar(id, "flat-v1", AsBytes("first, longer")).ok());
  ASSERT_TRUE(store_->PutSidecar(id, "flat-v1", AsBytes("second")).ok());
  EXPECT_EQ(files_.ReadFile(store_->Sidecar(id, "flat-v1").value(), 100).value(), "second");
}

TEST_F(BlobStoreTest, NoTextOfAUserBecomesAPath) {
  const std::string good(64, 'a');
  EXPECT_TRUE(BlobId::Parse(good).ok());
  EXPECT_EQ(BlobId::Parse(good)->ToString(), good);
  for (const char odd : {'A', 'g', '/', '.', ' ', '\0', '\xE9'}) {
    std::string bad = good;
    bad[63] = odd;
    EXPECT_FALSE(BlobId::Parse(bad).ok()) << bad;
  }
  for (const std::size_t size : {0U, 1U, 63U, 65U, 128U}) {
    EXPECT_FALSE(BlobId::Parse(std::string(size, 'a')).ok()) << size;
  }
  const BlobId id = BlobId::Parse(good).value();
  for (const std::string_view bad : {"", "../x", "a/b", "a.b", "FLAT", "a b"}) {
    EXPECT_FALSE(store_->Sidecar(id, bad).ok()) << bad;
  }
  EXPECT_FALSE(store_->Sidecar(id, std::string(33, 'a')).ok());
  EXPECT_FALSE(store_->Sidecar(id, std::string_view("\0", 1)).ok());
}

TEST_F(BlobStoreTest, StrangeFilesInTheDirectoryArePassedOver) {
  const BlobId id = store_->Put(AsBytes("abc")).value();
  std::filesystem::create_directories(folder_ / "blobs/ba/79");
  std::ofstream(folder_ / "blobs/ba/79" / id.ToString()) << "abc";  // in the wrong folder
  std::ofstream(folder_ / "blobs/ba/78/notes.txt") << "x";
  EXPECT_EQ(store_->List().value(), std::vector{id});
}

TEST_F(BlobStoreTest, LeftoversAreRemovedAndTakenNamesSkipped) {
  std::ofstream(folder_ / "blobs/tmp/0") << "half";
  ASSERT_TRUE(store_->Put(AsBytes("abc")).ok());
  EXPECT_EQ(store_->RemoveLeftovers().value(), 1U);
  EXPECT_EQ(Drafts(), 0U);
}

TEST_F(BlobStoreTest, AnAbsentFileIsNotFound) {
  const auto id = store_->PutFile((folder_ / "absent").string());
  ASSERT_FALSE(id.ok());
  EXPECT_EQ(id.error().code(), Code::kNotFound);
  EXPECT_EQ(Drafts(), 0U);
}

}  // namespace
}  // namespace mooring::data

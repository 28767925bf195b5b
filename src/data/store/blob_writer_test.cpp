#include "data/store/blob_writer.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "base/io/simulated_file_system.h"

namespace mooring::data {
namespace {

std::string Text(std::size_t size) {
  std::string text(size, ' ');
  for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>('a' + i * i % 23);
  return text;
}

// Writes `text` in pieces of that size.
Result<BlobId> Write(BlobStore& store, std::string_view text, std::size_t piece) {
  ASSIGN_OR_RETURN(const auto writer, store.Begin());
  for (std::size_t at = 0; at < text.size(); at += piece)
    RETURN_IF_ERROR(writer->Append(AsBytes(text.substr(at, piece))));
  EXPECT_EQ(writer->bytes(), text.size());
  return writer->Publish();
}

TEST(BlobWriter, PublishesWhatCameUnderItsDigestWhateverThePieces) {
  SimulatedFileSystem files;
  BlobStore store = BlobStore::Open(files, "blobs").value();
  for (const std::size_t size : {0UL, 1UL, 1000UL, 70'000UL}) {
    const std::string text = Text(size);
    for (const std::size_t piece : {7UL, 4096UL, 100'000UL}) {
      const auto id = Write(store, text, piece);
      ASSERT_TRUE(id.ok()) << size;
      EXPECT_EQ(*id, BlobId::Of(AsBytes(text)));
      EXPECT_EQ(AsText(store.Get(*id).value()->bytes()), text);
      EXPECT_TRUE(store.Verify(*id).ok());
    }
  }
  EXPECT_EQ(store.List().value().size(), 4U) << "the same bytes are kept once";
  EXPECT_TRUE(files.List("blobs/tmp").value().empty());
}

TEST(BlobWriter, LeavesNothingUnlessPublished) {
  SimulatedFileSystem files;
  BlobStore store = BlobStore::Open(files, "blobs").value();
  {
    const auto writer = store.Begin().value();
    ASSERT_TRUE(writer->Append(AsBytes("abc")).ok());
    EXPECT_EQ(files.List("blobs/tmp").value().size(), 1U);
  }
  EXPECT_TRUE(files.List("blobs/tmp").value().empty());
  EXPECT_TRUE(store.List().value().empty());
}

TEST(BlobWriter, SyncsLargeBlobsEarlyOnARealDisk) {
  const std::string directory = ::testing::TempDir() + "/blob_writer_test";
  std::filesystem::remove_all(directory);
  BlobStore store = BlobStore::Open(PosixFileSystem(), directory).value();
  const std::string text = Text(2 * BlobWriter::kEarlySyncBytes + 12'345);
  const auto id = Write(store, text, 1'000'000);
  ASSERT_TRUE(id.ok());
  EXPECT_TRUE(store.Verify(*id).ok());
  EXPECT_TRUE(std::filesystem::is_empty(directory + "/tmp"));
  std::filesystem::remove_all(directory);
}

TEST(BlobWriter, APowerCutAtAnyCallLeavesAWholeBlobOrNone) {
  const std::string text = Text(5000);
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    for (std::uint64_t call = 1;; ++call) {
      SCOPED_TRACE("seed " + std::to_string(seed) + " call " + std::to_string(call));
      SimulatedFileSystem files(seed);
      files.SetGarbage(seed % 2 == 0);
      files.CutPowerAtCall(call);
      auto store = BlobStore::Open(files, "d/blobs");
      const bool published = store.ok() && Write(*store, text, 999).ok();
      files.CutPowerAtCall(0);
      files.Restart();
      BlobStore after = BlobStore::Open(files, "d/blobs").value();
      ASSERT_TRUE(after.RemoveLeftovers().ok());
      const std::vector<BlobId> ids = after.List().value();
      EXPECT_LE(ids.size(), 1U);
      EXPECT_TRUE(!published || ids.size() == 1) << "what was published is there";
      for (const BlobId& id : ids) EXPECT_TRUE(after.Verify(id).ok());
      if (published) break;
    }
  }
}

TEST(BlobWriter, AFailedCallIsReportedAndStaysOne) {
  const std::string text = Text(5000);
  for (std::uint64_t call = 1;; ++call) {
    SCOPED_TRACE("call " + std::to_string(call));
    SimulatedFileSystem files(call);
    BlobStore store = BlobStore::Open(files, "blobs").value();
    files.FailAtCall(files.mutating_calls() + call);
    const bool published = Write(store, text, 999).ok();
    files.FailAtCall(0);
    EXPECT_TRUE(files.List("blobs/tmp").value().empty());
    EXPECT_EQ(Write(store, text, 5000).value(), BlobId::Of(AsBytes(text)));
    if (published) break;
  }
  SimulatedFileSystem files;
  BlobStore store = BlobStore::Open(files, "blobs").value();
  files.SetCapacity(files.used_bytes() + 1000);
  const auto writer = store.Begin().value();
  EXPECT_EQ(writer->Append(AsBytes(text)).error().code(), Code::kResourceExhausted);
  EXPECT_FALSE(writer->Append(AsBytes("x")).ok()) << "a hole is no blob";
  EXPECT_FALSE(writer->Publish().ok());
}

}  // namespace
}  // namespace mooring::data

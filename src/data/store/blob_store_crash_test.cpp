// Power cuts, failed calls and full disks at every call that changes the disk.
#include <gtest/gtest.h>

#include "base/io/simulated_file_system.h"
#include "data/store/blob_store.h"

namespace mooring::data {
namespace {

const std::string kFirst(3000, 'a'), kSecond(700, 'b');

// What was promised to be there by the time the story ended.
struct Promised {
  bool first = false, second = false, sidecar = false, removed = false;
  bool finished = false;
};

Promised Story(SimulatedFileSystem& files) {
  Promised promised;
  Result<BlobStore> store = BlobStore::Open(files, "d/blobs");
  if (!store.ok()) return promised;
  const Result<BlobId> first = store->Put(AsBytes(kFirst));
  promised.first = first.ok();
  const Result<BlobId> second = store->Put(AsBytes(kSecond));
  promised.second = second.ok();
  if (!first.ok() || !second.ok()) return promised;
  promised.sidecar = store->PutSidecar(*first, "flat", AsBytes("flat form")).ok();
  if (!promised.sidecar) return promised;
  promised.removed = store->Remove(*second).ok();
  promised.finished = promised.sidecar && promised.removed && store->Put(AsBytes(kFirst)).ok();
  return promised;
}

void ExpectKept(SimulatedFileSystem& files, const Promised& promised) {
  Result<BlobStore> store = BlobStore::Open(files, "d/blobs");
  ASSERT_TRUE(store.ok());
  ASSERT_TRUE(store->RemoveLeftovers().ok());
  const BlobId first = BlobId::Of(AsBytes(kFirst)), second = BlobId::Of(AsBytes(kSecond));
  const std::vector<BlobId> ids = store->List().value();
  for (const BlobId& id : ids) EXPECT_TRUE(store->Verify(id).ok()) << "a name means whole bytes";
  if (promised.first) {
    EXPECT_TRUE(store->Has(first));
  }
  if (promised.second && !promised.sidecar) {
    EXPECT_TRUE(store->Has(second));
  }
  if (promised.removed) {
    EXPECT_FALSE(store->Has(second));
  }
  const std::string sidecar = store->Sidecar(first, "flat").value();
  if (promised.sidecar) {
    EXPECT_TRUE(files.Exists(sidecar));
  }
  if (files.Exists(sidecar)) {
    EXPECT_EQ(files.ReadFile(sidecar, 100).value(), "flat form");
  }
  // And the store works on.
  EXPECT_EQ(store->Put(AsBytes(kSecond)).value(), second);
  EXPECT_TRUE(store->Verify(second).ok());
}

TEST(BlobStoreCrash, APowerCutAtAnyCallLeavesWholeBlobsAndAllThatWasPromised) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    for (std::uint64_t call = 1;; ++call) {
      SCOPED_TRACE("seed " + std::to_string(seed) + " call " + std::to_string(call));
      SimulatedFileSystem files(seed);
      files.SetGarbage(seed % 2 == 0);
      files.CutPowerAtCall(call);
      const Promised promised = Story(files);
      files.CutPowerAtCall(0);  // the story may have ended before its cut
      files.Restart();
      ExpectKept(files, promised);
      if (promised.finished) break;
    }
  }
}

TEST(BlobStoreCrash, AFailedCallIsReportedAndLeavesNoDraft) {
  for (std::uint64_t call = 1;; ++call) {
    SCOPED_TRACE("call " + std::to_string(call));
    SimulatedFileSystem files(call);
    files.FailAtCall(call);
    const Promised promised = Story(files);
    files.FailAtCall(0);
    if (files.Exists("d/blobs/tmp")) {
      EXPECT_TRUE(files.List("d/blobs/tmp").value().empty());
    }
    ExpectKept(files, promised);
    if (promised.finished) break;
  }
}

TEST(BlobStoreCrash, AFailedSyncGivesNoId) {
  SimulatedFileSystem files;
  BlobStore store = BlobStore::Open(files, "blobs").value();
  const std::uint64_t before = files.syncs();
  for (std::uint64_t sync = before + 1; sync <= before + 2; ++sync) {
    files.FailSyncAt(sync);
    EXPECT_FALSE(store.Put(AsBytes(kFirst)).ok()) << sync;
  }
  files.FailSyncAt(0);
  EXPECT_TRUE(store.Put(AsBytes(kFirst)).ok());
}

TEST(BlobStoreCrash, AFullDiskIsResourceExhaustedAndGivesItsSpaceBack) {
  SimulatedFileSystem files;
  BlobStore store = BlobStore::Open(files, "blobs").value();
  ASSERT_TRUE(store.Put(AsBytes(kSecond)).ok());
  files.SetCapacity(files.used_bytes() + 1000);
  const auto put = store.Put(AsBytes(kFirst));
  ASSERT_FALSE(put.ok());
  EXPECT_EQ(put.error().code(), Code::kResourceExhausted);
  EXPECT_TRUE(files.List("blobs/tmp").value().empty());
  files.SetCapacity(files.used_bytes() + 10'000);
  EXPECT_TRUE(store.Put(AsBytes(kFirst)).ok());
}

TEST(BlobStoreCrash, ARottenBitIsFound) {
  SimulatedFileSystem files;
  BlobStore store = BlobStore::Open(files, "blobs").value();
  const BlobId id = store.Put(AsBytes(kFirst)).value();
  ASSERT_TRUE(files.FlipBit(store.PathOf(id), 12'345).ok());
  EXPECT_EQ(store.Verify(id).error().code(), Code::kDataLoss);
  ASSERT_TRUE(store.Put(AsBytes(kFirst)).ok());
  EXPECT_TRUE(store.Verify(id).ok());
}

}  // namespace
}  // namespace mooring::data

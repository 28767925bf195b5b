#include "records/tracking/sqlite/read_pool.h"

#include <atomic>
#include <thread>

#include "records/tracking/sqlite/sqlite_tracking_store.h"
#include "records/tracking/sqlite/store_fixture.h"

namespace mooring::records {
namespace {

class ReadPoolTest : public StoreFixture {
 protected:
  static std::int64_t Runs(ReadLease& lease) {
    auto count = lease.session().Ask("SELECT count(*) FROM runs");
    EXPECT_TRUE(count.ok() && (*count)->Step().value());
    return (*count)->Int(0);
  }
};

TEST_F(ReadPoolTest, ALeaseIsOneMomentAndTheNextSeesWhatWasAcknowledged) {
  const auto pool = std::move(ReadPool::Open(path(), 2)).value();
  {
    ReadLease early = std::move(pool->Lease()).value();
    EXPECT_EQ(Runs(early), 0);
    NewRunId();
    EXPECT_EQ(Runs(early), 0);
    ReadLease late = std::move(pool->Lease()).value();
    EXPECT_EQ(Runs(late), 1);
  }
  ReadLease next = std::move(pool->Lease()).value();
  EXPECT_EQ(Runs(next), 1);
}

TEST_F(ReadPoolTest, MoreReadersThanConnectionsWaitForEachOther) {
  const auto pool = std::move(ReadPool::Open(path(), 1)).value();
  NewRunId();
  std::atomic<std::int64_t> seen{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      ReadLease lease = std::move(pool->Lease()).value();
      seen += Runs(lease);
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(seen, 4);
}

TEST_F(ReadPoolTest, NothingIsWrittenThroughIt) {
  const auto pool = std::move(ReadPool::Open(path(), 1)).value();
  ReadLease lease = std::move(pool->Lease()).value();
  EXPECT_FALSE(lease.session().Run("DELETE FROM experiments").ok());
  EXPECT_FALSE(lease.session().KeyName(77).ok());
}

TEST_F(ReadPoolTest, AStatementMayBeAskedAgainWhileItIsUsed) {
  const auto pool = std::move(ReadPool::Open(path(), 1)).value();
  ReadLease lease = std::move(pool->Lease()).value();
  constexpr std::string_view kSql = "SELECT 1 UNION SELECT 2";
  Query outer = std::move(lease.session().Ask(kSql)).value();
  int rows = 0;
  while (outer->Step().value()) {
    Query inner = std::move(lease.session().Ask(kSql)).value();
    while (inner->Step().value()) ++rows;
  }
  EXPECT_EQ(rows, 4);
}

TEST_F(ReadPoolTest, AFileOfAnOlderSchemaIsBroughtForward) {
  store_.reset();
  std::filesystem::remove_all(directory_);
  std::filesystem::create_directories(directory_);
  {
    // As the first step alone left it.
    auto old = data::Database::Open(path(), {});
    ASSERT_TRUE(old->Execute("CREATE TABLE experiments(id INTEGER PRIMARY KEY AUTOINCREMENT, "
                             "name TEXT NOT NULL UNIQUE, artifact_location TEXT NOT NULL, stage "
                             "INTEGER NOT NULL DEFAULT 0, created_ms INTEGER NOT NULL, updated_ms "
                             "INTEGER NOT NULL, deleted_ms INTEGER) STRICT; CREATE TABLE "
                             "experiment_tags(experiment INTEGER NOT NULL, key TEXT NOT NULL, "
                             "value TEXT NOT NULL, PRIMARY KEY(experiment, key)) STRICT, WITHOUT "
                             "ROWID; CREATE TABLE keys(id INTEGER PRIMARY KEY AUTOINCREMENT, "
                             "experiment INTEGER NOT NULL, name TEXT NOT NULL, UNIQUE(experiment, "
                             "name)) STRICT; INSERT INTO experiments VALUES(4, 'mine', 'x', 0, 1, "
                             "1, NULL); PRAGMA user_version=1")
                    .ok());
  }
  Reopen();
  EXPECT_EQ(store_->GetExperimentByName("mine")->id, "4");
  EXPECT_FALSE(NewRunId("4").empty());
}

}  // namespace
}  // namespace mooring::records

#include "data/store/group_writer.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <filesystem>
#include <latch>
#include <thread>

namespace mooring::data {
namespace {

constexpr std::array<std::string_view, 1> kSchema = {
    "CREATE TABLE t(id INTEGER PRIMARY KEY, name TEXT UNIQUE)"};

class GroupWriterTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
    folder_ = ::testing::TempDir() + "group_" + std::to_string(::getpid()) + "_" + test->name();
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    writer_ = GroupWriter::Open(
                  {.file = folder_ + "/t.db", .steps = kSchema, .on_undo = [this] { ++undone_; }})
                  .value();
  }
  void TearDown() override {
    writer_.reset();
    std::filesystem::remove_all(folder_);
  }
  static Status Insert(Database& db, const std::string& name) {
    ASSIGN_OR_RETURN(Statement add, db.Prepare("INSERT INTO t(name) VALUES(?)"));
    return add.Run(name);
  }
  Status Add(const std::string& name) {
    return writer_->Write([&](Database& db) { return Insert(db, name); });
  }
  std::int64_t Rows() {
    Database db = std::move(Database::Open(folder_ + "/t.db", {.read_only = true})).value();
    Statement count = db.Prepare("SELECT count(*) FROM t").value();
    EXPECT_TRUE(count.Step().value());
    return count.Int(0);
  }
  std::string folder_;
  std::atomic<int> undone_{0};
  std::unique_ptr<GroupWriter> writer_;
};

TEST_F(GroupWriterTest, WhatIsWrittenIsSeenByTheNextReader) {
  for (int i = 1; i <= 5; ++i) {
    ASSERT_TRUE(Add(std::to_string(i)).ok());
    EXPECT_EQ(Rows(), i);
  }
}

TEST_F(GroupWriterTest, WorkThatFailsIsUndoneAloneAndTellsItsOwnError) {
  ASSERT_TRUE(Add("a").ok());
  const Status twice = writer_->Write([&](Database& db) -> Status {
    RETURN_IF_ERROR(Insert(db, "b"));
    return Insert(db, "a");
  });
  EXPECT_EQ(twice.error().code(), Code::kAlreadyExists);
  EXPECT_EQ(Rows(), 1);
  EXPECT_EQ(undone_, 1);
  EXPECT_TRUE(Add("b").ok());
}

// The first work holds the writer until all others wait: they are one commit.
TEST_F(GroupWriterTest, CallersThatWaitShareOneCommitAndFailOneByOne) {
  constexpr int kThreads = 16;
  std::latch held(1), inside(1);
  std::atomic<int> failed{0};
  std::vector<std::thread> threads;
  threads.emplace_back([&] {
    const Status first = writer_->Write([&](Database&) {
      inside.count_down();
      held.wait();
      return Ok();
    });
    if (!first.ok()) ++failed;
  });
  inside.wait();
  std::atomic<int> calling{0};
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] {
      ++calling;
      // Every fourth takes a name that another takes, too.
      if (!Add(i % 4 == 3 ? "same" : std::to_string(i)).ok()) ++failed;
    });
  }
  while (calling != kThreads) std::this_thread::yield();
  held.count_down();
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(failed, kThreads / 4 - 1);
  EXPECT_EQ(Rows(), kThreads - failed);
  EXPECT_EQ(writer_->counts().works, static_cast<std::uint64_t>(kThreads) + 1);
  EXPECT_LE(writer_->counts().commits, static_cast<std::uint64_t>(kThreads) + 1);
}

TEST_F(GroupWriterTest, WorkThatEndsTheTransactionFailsAllOfItAndTheNextGoesOn) {
  const Status broken = writer_->Write([&](Database& db) -> Status {
    RETURN_IF_ERROR(Insert(db, "lost"));
    return db.Execute("ROLLBACK");
  });
  EXPECT_EQ(broken.error().code(), Code::kInternal);
  EXPECT_EQ(undone_, 1);
  EXPECT_EQ(Rows(), 0);
  EXPECT_TRUE(Add("kept").ok());
  EXPECT_EQ(Rows(), 1);
}

TEST_F(GroupWriterTest, WaitsForAnotherProcessThatHoldsTheLock) {
  Database other = std::move(Database::Open(folder_ + "/t.db", {})).value();
  ASSERT_TRUE(other.Execute("BEGIN IMMEDIATE").ok());
  std::atomic<bool> written{false};
  std::thread caller([&] { written = Add("late").ok(); });
  EXPECT_EQ(Rows(), 0);
  ASSERT_TRUE(other.Execute("COMMIT").ok());
  caller.join();
  EXPECT_TRUE(written);
  EXPECT_EQ(Rows(), 1);
}

TEST_F(GroupWriterTest, ManyThreadsMeetNoError) {
  constexpr int kThreads = 8, kEach = 20;
  std::atomic<int> failed{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kEach; ++i) {
        if (!Add(std::to_string(t * kEach + i)).ok()) ++failed;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(failed, 0);
  EXPECT_EQ(Rows(), kThreads * kEach);
  EXPECT_EQ(undone_, 0);
}

TEST(GroupWriter, AFileThatCannotBeOpenedIsAnError) {
  EXPECT_FALSE(GroupWriter::Open({.file = "/nowhere/at/all/t.db"}).ok());
}

}  // namespace
}  // namespace mooring::data

// What the registry promises when things break: a statement fails, a process is killed, others
// write at the same time, the file is of a newer program.
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <thread>

#include "data/store/sqlite.h"
#include "records/registry/changes.h"
#include "records/registry/registry_fixture.h"
#include "records/registry/rows.h"
#include "records/registry/schema.h"

namespace mooring::records {
namespace {

class DurabilityTest : public RegistryFixture {
 protected:
  data::Database Raw() { return std::move(data::Database::Open(path(), {})).value(); }

  // The rules of docs/formats/registry.md that tie tables together.
  void ExpectConsistent() {
    const ModelRoute route = Route();
    const auto aliases = *registry_->Aliases("pricing");
    const auto found = aliases.find("champion");
    const VersionNumber champion = found == aliases.end() ? 0 : found->second;
    EXPECT_EQ(route.champion, champion);
    const auto history = *registry_->AliasHistory("pricing");
    EXPECT_EQ(history.empty() ? 0 : history.back().to, champion);
    VersionNumber before = 0;
    for (const AliasChange& change : history) {
      EXPECT_EQ(change.from, before);
      before = change.to;
    }
    EXPECT_TRUE(Raw().CheckIntegrity().ok());
  }
};

TEST_F(DurabilityTest, APromotionThatFailsAtAnyStatementChangesNothing) {
  RegisterGood(2);
  ASSERT_TRUE(Promote(1).ok());
  for (const std::string_view at :
       {"INSERT ON champion_stack", "INSERT ON aliases", "UPDATE ON models",
        "INSERT ON alias_changes", "INSERT ON desired_revisions"}) {
    data::Database raw = Raw();
    ASSERT_TRUE(raw.Execute("CREATE TRIGGER fault BEFORE " + std::string(at) +
                            " BEGIN SELECT RAISE(ABORT, 'fault'); END")
                    .ok());
    const std::uint64_t revision = registry_->Desired()->revision;
    EXPECT_FALSE(Promote(2).ok()) << at;
    EXPECT_EQ(registry_->Desired()->revision, revision) << at;
    EXPECT_EQ(Route().champion, 1u) << at;
    ExpectConsistent();
    ASSERT_TRUE(raw.Execute("DROP TRIGGER fault").ok());
  }
  EXPECT_TRUE(Promote(2).ok());
}

TEST_F(DurabilityTest, ARollbackThatFailsAtAnyStatementChangesNothing) {
  RegisterGood(2);
  ASSERT_TRUE(Promote(1).ok());
  ASSERT_TRUE(Promote(2).ok());
  for (const std::string_view at :
       {"DELETE ON champion_stack", "INSERT ON aliases", "INSERT ON desired_revisions"}) {
    data::Database raw = Raw();
    ASSERT_TRUE(raw.Execute("CREATE TRIGGER fault BEFORE " + std::string(at) +
                            " BEGIN SELECT RAISE(ABORT, 'fault'); END")
                    .ok());
    EXPECT_FALSE(registry_->Rollback("pricing", Because("bad")).ok()) << at;
    EXPECT_EQ(Route().champion, 2u) << at;
    EXPECT_EQ(Route().previous, 1u) << at;
    ExpectConsistent();
    ASSERT_TRUE(raw.Execute("DROP TRIGGER fault").ok());
  }
}

// A child promotes without end and tells each success through a pipe; it is killed after the n-th.
TEST_F(DurabilityTest, AKilledWriterLeavesTheOldOrTheNewAndNothingItAcknowledgedIsLost) {
  RegisterGood(2);
  for (int round = 1; round <= 6; ++round) {
    int ends[2];
    ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    registry_.reset();  // SQLite forbids to carry a connection over a fork
    const ::pid_t child = ::fork();
    if (child == 0) {
      auto own = Registry::Open({.directory = directory_, .clock = &clock_});
      for (VersionNumber next = 1; own.ok(); next = 3 - next) {
        const auto moved = (*own)->SetAlias("pricing", "champion", next, Because("flip"));
        const std::uint64_t revision = moved.ok() ? moved->revision : 0;
        if (::write(ends[1], &revision, sizeof revision) != sizeof revision) break;
      }
      ::_exit(1);
    }
    ::close(ends[1]);
    std::uint64_t acknowledged = 0, told = 0;
    for (int i = 0; i < 3 * round && ::read(ends[0], &told, sizeof told) == sizeof told; ++i) {
      acknowledged = told;
    }
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    while (::read(ends[0], &told, sizeof told) == sizeof told) acknowledged = told;
    ::close(ends[0]);
    registry_ = Reopened();
    EXPECT_GT(acknowledged, 0u);
    EXPECT_GE(Route().revision, acknowledged);
    EXPECT_LE(Route().revision, acknowledged + 1);
    ExpectConsistent();
  }
}

TEST_F(DurabilityTest, ThreadsAndOpeningsAtOnceMeetNoLockErrors) {
  constexpr int kThreads = 4, kEach = 6;
  std::atomic<int> failed{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      // Half of them share a registry, half bring their own, as another process would.
      auto own = t % 2 == 0 ? nullptr : Reopened();
      Registry& registry = own ? *own : *registry_;
      for (int i = 0; i < kEach; ++i) {
        const auto registered = registry.RegisterVersion("pricing", Good(), Because("trained"));
        if (!registered.ok()) {
          ++failed;
          continue;
        }
        if (!registry.SetAlias("pricing", "champion", registered->number, Because("new")).ok())
          ++failed;
        if (!registry.Desired().ok()) ++failed;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(failed, 0);
  const auto versions = *registry_->Versions("pricing");
  ASSERT_EQ(versions.size(), static_cast<std::size_t>(kThreads * kEach));
  for (std::size_t i = 0; i < versions.size(); ++i) EXPECT_EQ(versions[i].number, i + 1);
  EXPECT_EQ(registry_->AliasHistory("pricing")->size(), versions.size());
  ExpectConsistent();
}

TEST_F(DurabilityTest, OwnChangesCallBackAndOthersArePolled) {
  RegisterGood(2);
  int called = 0;
  registry_->OnDesiredChange([&] {
    ++called;
    EXPECT_TRUE(registry_->Desired().ok());  // no lock is held
  });
  EXPECT_FALSE(registry_->PollExternalChange());
  ASSERT_TRUE(Promote(1).ok());
  ASSERT_TRUE(registry_->SetAlias("pricing", "staging", 2, Because("")).ok());
  EXPECT_FALSE(Promote(9).ok());
  EXPECT_EQ(called, 1);  // neither for an alias that moves no traffic nor for a failure
  EXPECT_FALSE(registry_->PollExternalChange());
  const auto other = Reopened();
  ASSERT_TRUE(other->SetAlias("pricing", "staging", 1, Because("")).ok());
  EXPECT_FALSE(registry_->PollExternalChange());
  ASSERT_TRUE(other->SetAlias("pricing", "champion", 2, Because("better")).ok());
  EXPECT_TRUE(registry_->PollExternalChange());
  EXPECT_FALSE(registry_->PollExternalChange());
  EXPECT_EQ(called, 1);
}

TEST_F(DurabilityTest, AFileOfANewerProgramIsRefusedInClearWords) {
  registry_.reset();
  const auto steps = std::to_string(RegistrySchema().size() + 1);
  ASSERT_TRUE(Raw().Execute("PRAGMA user_version=" + steps).ok());
  const auto opened = Registry::Open({.directory = directory_, .clock = &clock_});
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().code(), Code::kFailedPrecondition);
  EXPECT_EQ(opened.error().where(), path());
  EXPECT_FALSE(opened.error().help().empty());
}

TEST_F(DurabilityTest, AFileThatIsNoDatabaseAndADirectoryThatIsNotThereAreErrors) {
  registry_.reset();
  ASSERT_TRUE(PosixFileSystem().WriteFileDurably(path(), AsBytes(std::string(4096, 'x'))).ok());
  EXPECT_EQ(Registry::Open({.directory = directory_, .clock = &clock_}).error().code(),
            Code::kDataLoss);
  EXPECT_FALSE(Registry::Open({.directory = directory_ + "/none", .clock = &clock_}).ok());
}

TEST_F(DurabilityTest, AStateThatNobodyKnowsIsDamage) {
  RegisterGood(1);
  ASSERT_TRUE(
      Raw().Execute("PRAGMA ignore_check_constraints=1; UPDATE versions SET state='gone'").ok());
  EXPECT_EQ(CodeOf(registry_->Version("pricing", 1)), Code::kDataLoss);
  EXPECT_EQ(CodeOf(registry_->Versions("pricing")), Code::kDataLoss);
}

}  // namespace
}  // namespace mooring::records

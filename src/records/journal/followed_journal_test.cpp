// A journal that is followed while it is written: what a follower is told to be durable can be
// found by its id at once, because followers that look it up move on and never come back to it.
#include <gtest/gtest.h>
#include <pthread.h>
#include <sched.h>

#include <atomic>
#include <thread>
#include <vector>

#include "records/journal/journal_fixture.h"

namespace mooring::records {
namespace {

struct FirstIds final : JournalVisitor {
  void OnDecisions(const ReadDecisions& block) override { ids.push_back(block.first); }
  bool WantsRows() const override { return false; }
  std::vector<DecisionId> ids;
};

// On one processor a follower that is woken goes first, whatever the writer has still to do.
void StayOnOneProcessor() {
  cpu_set_t mine, one;
  CPU_ZERO(&mine);
  CPU_ZERO(&one);
  ASSERT_EQ(sched_getaffinity(0, sizeof mine, &mine), 0);
  for (int cpu = 0; cpu < CPU_SETSIZE && CPU_COUNT(&one) == 0; ++cpu) {
    if (CPU_ISSET(cpu, &mine)) CPU_SET(cpu, &one);
  }
  ASSERT_EQ(pthread_setaffinity_np(pthread_self(), sizeof one, &one), 0);
}

TEST(FollowedJournal, WhatIsDurableIsFoundByItsId) {
  constexpr std::size_t kBlocks = 1000;
  SimulatedFileSystem fs;
  SimulatedClock clock;
  const auto journal = Journal::Open(TestOptions(fs, clock)).value();
  std::size_t found = 0, missed = 0;
  std::atomic<std::size_t> told = 0;
  std::jthread follower([&](const std::stop_token& stop) {
    StayOnOneProcessor();
    const auto reader = JournalReader::Open(fs, "data/journal").value();
    while (found + missed < kBlocks) {
      journal->WaitBeyond(reader->position(), std::chrono::seconds(10), stop);
      FirstIds seen;
      const auto read = reader->Read(journal->Durable(), 100, seen);
      if (!read.ok()) return;
      for (const DecisionId id : seen.ids) {
        RememberingVisitor visitor;
        ++(journal->Read(id, visitor).ok() ? found : missed);
        ++told;
      }
    }
  });
  const auto binding = TestBinding();
  std::jthread writer([&] {
    StayOnOneProcessor();
    for (std::size_t i = 0; i < kBlocks; ++i) {
      const TestBlock block(binding, static_cast<std::int64_t>(i), 1);
      EXPECT_TRUE(journal->Append(block.block, nullptr).ok());
      journal->CommitNow();
      while (told.load() <= i) std::this_thread::yield();  // it waits again
    }
  });
  writer.join();
  follower.join();
  EXPECT_EQ(found, kBlocks);
  EXPECT_EQ(missed, 0U);
}

}  // namespace
}  // namespace mooring::records

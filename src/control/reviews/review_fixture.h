// ReviewFixture: a journal in memory, a queue in a file of its own, a clock that the test moves,
// and the follower and desk between them. Not for anything but tests.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "control/reviews/review_desk.h"
#include "control/reviews/review_follower.h"
#include "records/journal/journal_fixture.h"

namespace mooring::control {

class ReviewFixture : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
    path_ = ::testing::TempDir() + "queue_" + std::to_string(::getpid()) + "_" + test->name();
    Remove();
    contract_.decision.amount = "probability";
    contract_.decision.currency = "RUB";
    records::FallbackStep step;
    step.kind = records::FallbackStep::Kind::kReview;
    step.deadline = std::chrono::hours(1);
    step.at_deadline = 40.5;
    contract_.fallback = {step};
    journal_ = records::Journal::Open(records::TestOptions(files_, clock_)).value();
    Reopen();
  }
  void TearDown() override {
    follower_.reset();
    store_.reset();
    Remove();
  }
  void Remove() {
    for (const char* end : {"", "-wal", "-shm"}) std::filesystem::remove(path_ + end);
  }
  // As after a start.
  void Reopen() {
    follower_.reset();
    store_.reset();
    auto opened = records::ReviewStore::Open(path_);
    ASSERT_TRUE(opened.ok()) << opened.error().ToString();
    store_ = std::move(*opened);
    ReviewFollower::Options options;
    options.files = &files_;
    options.journal = journal_.get();
    options.journal_directory = "data/journal";
    options.store = store_.get();
    options.clock = &clock_;
    options.contract_of = [this](const std::string& hash) -> Result<records::Contract> {
      EXPECT_EQ(hash, "c0ffee");
      if (!contract_there_) return Error(Code::kUnavailable, "locked");
      return contract_;
    };
    options.reason_name = [](std::uint8_t) -> std::string_view { return "limit"; };
    options.spend = spend_;
    options.most_waiting = most_waiting_;
    follower_ = std::make_unique<ReviewFollower>(std::move(options));
  }
  // Rows with serials from `serial` on; each that is 3 modulo 5 is for review.
  DecisionId Decide(std::int64_t serial, std::size_t rows = 1) {
    const records::TestBlock made(binding_, serial, rows);
    auto block = made.block;
    block.at = clock_.Now();
    const auto first = journal_->Append(block, nullptr);
    EXPECT_TRUE(first.ok());
    journal_->CommitNow();
    return *first;
  }
  std::size_t Follow() {
    const auto added = follower_->Follow();
    EXPECT_TRUE(added.ok()) << added.error().ToString();
    return added.ok() ? *added : 0;
  }
  std::vector<records::Review> List(std::optional<records::ReviewState> state = {}) {
    std::vector<records::Review> reviews;
    records::ReviewFilter filter;
    filter.state = state;
    const Status read = store_->Read([&](records::ReviewTables& tables) -> Status {
      ASSIGN_OR_RETURN(reviews, tables.List(filter));
      return Ok();
    });
    EXPECT_TRUE(read.ok());
    return reviews;
  }

  std::string path_;
  SimulatedFileSystem files_;
  SimulatedClock clock_;
  records::Contract contract_;
  bool contract_there_ = true;
  std::size_t most_waiting_ = limits::kReviewsWaiting;
  records::SpendReview spend_;
  std::shared_ptr<const records::Binding> binding_ = records::TestBinding();
  std::unique_ptr<records::Journal> journal_;
  std::unique_ptr<records::ReviewStore> store_;
  std::unique_ptr<ReviewFollower> follower_;
};

}  // namespace mooring::control

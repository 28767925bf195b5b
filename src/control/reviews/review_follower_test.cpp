#include "control/reviews/review_follower.h"

#include <algorithm>

#include "control/reviews/review_fixture.h"

namespace mooring::control {
namespace {

using records::Review;
using records::ReviewState;

class ReviewFollowerTest : public ReviewFixture {};

TEST_F(ReviewFollowerTest, WhatIsDurableAndForReviewWaitsInTheQueue) {
  Decide(1);
  const DecisionId second = Decide(2, 7);  // serials 3 and 8
  EXPECT_EQ(Follow(), 2U);
  const auto waiting = List();
  ASSERT_EQ(waiting.size(), 2U);
  EXPECT_EQ(waiting[0].decision.ordinal, second.ordinal + 1);
  EXPECT_EQ(waiting[1].decision.ordinal, second.ordinal + 6);
  EXPECT_EQ(waiting[1].inputs_json,
            R"({"distance":4.0,"origin":"UNSEEN","passenger":"passenger-8","serial":8})");
  EXPECT_EQ(waiting[0].deadline, clock_.Now() + std::chrono::hours(1));
  EXPECT_EQ(waiting[0].digits, 2);
  EXPECT_EQ(Follow(), 0U);
}

// A kill between any two steps: what follows begins at the stored place and adds nothing twice.
TEST_F(ReviewFollowerTest, ARestartGoesOnWhereTheQueueStands) {
  for (int i = 0; i < 40; ++i) Decide(i);
  EXPECT_EQ(Follow(), 8U);
  Reopen();
  EXPECT_EQ(Follow(), 0U);
  for (int i = 40; i < 80; ++i) Decide(i);
  Reopen();
  EXPECT_EQ(Follow(), 8U);
  EXPECT_EQ(List().size(), 16U);
}

TEST_F(ReviewFollowerTest, WhatCouldNotBeStoredIsReadAgain) {
  Decide(3);
  contract_there_ = false;
  EXPECT_EQ(follower_->Follow().error().code(), Code::kUnavailable);
  contract_there_ = true;
  EXPECT_EQ(Follow(), 1U);
}

TEST_F(ReviewFollowerTest, AtTheDeadlineTheContractsDefaultDecides) {
  Decide(3);
  Follow();
  clock_.Advance(std::chrono::minutes(59));
  EXPECT_EQ(*follower_->Expire(), 0U);
  clock_.Advance(std::chrono::minutes(1));
  EXPECT_EQ(*follower_->Expire(), 1U);
  EXPECT_TRUE(List().empty());
  const auto expired = List(ReviewState::kExpired);
  ASSERT_EQ(expired.size(), 1U);
  EXPECT_EQ(expired[0].value, 40.5);
  EXPECT_EQ(expired[0].decided_by, "mooring");
  EXPECT_EQ(expired[0].ended, clock_.Now());
  EXPECT_EQ(*follower_->Expire(), 0U);
}

// As after a long stop of the server.
TEST_F(ReviewFollowerTest, WhatIsReadAfterItsDeadlineHasExpired) {
  Decide(3);
  clock_.Advance(std::chrono::hours(2));
  EXPECT_EQ(Follow(), 1U);
  EXPECT_TRUE(List().empty());
  EXPECT_EQ(List(ReviewState::kExpired).size(), 1U);
}

TEST_F(ReviewFollowerTest, TheOldestWaitAndTheRestGetsTheDefaultAtOnce) {
  most_waiting_ = 2;
  Reopen();
  for (const int serial : {3, 8, 13, 18}) Decide(serial);
  EXPECT_EQ(Follow(), 4U);
  const auto waiting = List();
  ASSERT_EQ(waiting.size(), 2U);
  EXPECT_EQ(waiting[0].request_id, "request-3");
  EXPECT_EQ(waiting[1].request_id, "request-8");
  const auto expired = List(ReviewState::kExpired);
  ASSERT_EQ(expired.size(), 2U);
  EXPECT_EQ(expired[0].note, "the queue was full");
  EXPECT_EQ(expired[0].value, 40.5);
}

// The default is put to the limits like a fallback: 40.50 spends, is denied, or waits on.
TEST_F(ReviewFollowerTest, ADefaultPassesTheLimitsOrIsADenial) {
  struct Row {
    Status said;
    std::optional<ReviewState> state;
    std::optional<double> value;
  };
  const Error no(Code::kResourceExhausted, "the value does not fit the limits");
  const Error lost(Code::kFailedPrecondition, "the limits are not known");
  const Error later(Code::kUnavailable, "the disk is full");
  int serial = 3;
  for (const Row& row :
       {Row{Ok(), ReviewState::kExpired, 40.5}, Row{no, ReviewState::kExpired, std::nullopt},
        Row{lost, ReviewState::kExpired, std::nullopt}, Row{later, std::nullopt, std::nullopt}}) {
    std::vector<Review> asked;
    spend_ = [&](const Review& ended) {
      asked.push_back(ended);
      return row.said;
    };
    Reopen();
    const DecisionId decision = Decide(serial);
    serial += 5;
    Follow();
    clock_.Advance(std::chrono::hours(1));
    EXPECT_EQ(*follower_->Expire(), row.state.has_value() ? 1U : 0U);
    ASSERT_EQ(asked.size(), 1U);
    EXPECT_EQ(asked[0].decision, decision);
    EXPECT_EQ(asked[0].value, 40.5);
    EXPECT_EQ(asked[0].decided_by, "mooring");
    if (!row.state) {
      ASSERT_EQ(List().size(), 1U) << "it waits for who can say";
      spend_ = [](const Review&) { return Ok(); };
      Reopen();
      EXPECT_EQ(*follower_->Expire(), 1U);
      continue;
    }
    const auto ended = List(row.state);
    const auto found = std::ranges::find(ended, decision, &Review::decision);
    ASSERT_NE(found, ended.end());
    EXPECT_EQ(found->value, row.value);
    EXPECT_EQ(found->note.find("denied") != std::string::npos, !row.value.has_value());
  }
  EXPECT_TRUE(List().empty());
}

TEST_F(ReviewFollowerTest, WhatTheQueueHasNoRoomForPassesTheLimitsToo) {
  most_waiting_ = 1;
  std::size_t asked = 0;
  spend_ = [&](const Review&) {
    ++asked;
    return Ok();
  };
  Reopen();
  for (const int serial : {3, 8, 13}) Decide(serial);
  EXPECT_EQ(Follow(), 3U);
  EXPECT_EQ(asked, 0U);
  EXPECT_EQ(*follower_->Expire(), 2U);
  EXPECT_EQ(asked, 2U);
  EXPECT_EQ(List().size(), 1U);
  EXPECT_EQ(List(ReviewState::kExpired)[0].note, "the queue was full");
}

TEST_F(ReviewFollowerTest, ADenialSpendsNothing) {
  contract_.fallback[0].at_deadline.reset();
  spend_ = [](const Review&) -> Status { return Error(Code::kInternal, "not asked"); };
  Reopen();
  Decide(3);
  Follow();
  clock_.Advance(std::chrono::hours(1));
  EXPECT_EQ(*follower_->Expire(), 1U);
}

TEST_F(ReviewFollowerTest, AContractThatIsGoneLeavesTheUsualTerms) {
  ReviewFollower::Options options;
  options.files = &files_;
  options.journal = journal_.get();
  options.journal_directory = "data/journal";
  options.store = store_.get();
  options.clock = &clock_;
  options.contract_of = [](const std::string&) -> Result<records::Contract> {
    return Error(Code::kNotFound, "no such contract");
  };
  options.reason_name = [](std::uint8_t) -> std::string_view { return ""; };
  int told = 0;
  options.on_problem = [&](const Error&) { ++told; };
  ReviewFollower follower(std::move(options));
  Decide(3);
  EXPECT_EQ(*follower.Follow(), 1U);
  EXPECT_EQ(told, 1);
  EXPECT_EQ(List()[0].deadline, clock_.Now() + limits::kReviewDeadline);
  EXPECT_FALSE(List()[0].at_deadline.has_value());
}

}  // namespace
}  // namespace mooring::control

#include "records/reviews/review_store.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>

namespace mooring::records {
namespace {

class ReviewStoreTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
    path_ = ::testing::TempDir() + "reviews_" + std::to_string(::getpid()) + "_" + test->name();
    Remove();
    Reopen();
  }
  void TearDown() override {
    store_.reset();
    Remove();
  }
  void Remove() {
    for (const char* end : {"", "-wal", "-shm"}) std::filesystem::remove(path_ + end);
  }
  void Reopen() {
    store_.reset();
    auto opened = ReviewStore::Open(path_);
    ASSERT_TRUE(opened.ok()) << opened.error().ToString();
    store_ = std::move(*opened);
  }
  void Write(const ReviewStore::Work& work) {
    const Status done = store_->Write(work);
    EXPECT_TRUE(done.ok()) << done.error().ToString();
  }
  void Add(const Review& review) {
    Write([&](ReviewTables& tables) -> Status {
      ASSIGN_OR_RETURN(const bool is_new, tables.Add(review));
      EXPECT_TRUE(is_new);
      return Ok();
    });
  }
  std::vector<std::uint32_t> Listed(const ReviewFilter& filter) {
    std::vector<std::uint32_t> ordinals;
    const Status read = store_->Read([&](ReviewTables& tables) -> Status {
      ASSIGN_OR_RETURN(const auto reviews, tables.List(filter));
      for (const Review& review : reviews) ordinals.push_back(review.decision.ordinal);
      return Ok();
    });
    EXPECT_TRUE(read.ok());
    return ordinals;
  }
  static Time At(int hour) { return Time(std::chrono::hours(hour)); }
  static Review Waiting(std::uint32_t ordinal, int deadline) {
    Review review;
    review.decision = {1, 7, ordinal};
    review.model = "cover";
    review.version = 3;
    review.caller = "shop";
    review.request_id = "r-" + std::to_string(ordinal);
    review.at = At(1);
    review.reason = "limit";
    review.digits = 2;
    review.currency = "RUB";
    review.deadline = At(deadline);
    review.at_deadline = 40.5;
    review.inputs_json = R"({"seat":"1A"})";
    review.hits_json = R"([{"limit":"day"}])";
    return review;
  }

  std::string path_;
  std::unique_ptr<ReviewStore> store_;
};

TEST_F(ReviewStoreTest, AnItemComesBackAsItWasAfterARestart) {
  Review made = Waiting(4, 9);
  made.state = ReviewState::kDecided;
  made.taken_by = "ann";
  made.taken = At(2);
  made.decided_by = "bob";
  made.ended = At(3);
  made.value = -0.25;
  made.note = "seen";
  Add(made);
  Reopen();
  const Status read = store_->Read([&](ReviewTables& tables) -> Status {
    ASSIGN_OR_RETURN(const Review review, tables.Find({1, 7, 4}));
    EXPECT_EQ(review.model, "cover");
    EXPECT_EQ(review.version, 3U);
    EXPECT_EQ(review.caller, "shop");
    EXPECT_EQ(review.request_id, "r-4");
    EXPECT_EQ(review.at, At(1));
    EXPECT_EQ(review.reason, "limit");
    EXPECT_EQ(review.digits, 2);
    EXPECT_EQ(review.currency, "RUB");
    EXPECT_EQ(review.deadline, At(9));
    EXPECT_EQ(review.at_deadline, 40.5);
    EXPECT_EQ(review.inputs_json, made.inputs_json);
    EXPECT_EQ(review.hits_json, made.hits_json);
    EXPECT_EQ(review.state, ReviewState::kDecided);
    EXPECT_EQ(review.taken_by, "ann");
    EXPECT_EQ(review.taken, At(2));
    EXPECT_EQ(review.decided_by, "bob");
    EXPECT_EQ(review.ended, At(3));
    EXPECT_EQ(review.value, -0.25);
    EXPECT_EQ(review.note, "seen");
    EXPECT_EQ(tables.Find({1, 7, 5}).error().code(), Code::kNotFound);
    return Ok();
  });
  EXPECT_TRUE(read.ok()) << read.error().ToString();
}

TEST_F(ReviewStoreTest, ADecisionIsAddedOnceWhateverWasReadTwice) {
  Add(Waiting(1, 9));
  Write([&](ReviewTables& tables) -> Status {
    ASSIGN_OR_RETURN(Review review, tables.Find({1, 7, 1}));
    review.state = ReviewState::kTaken;
    review.taken_by = "ann";
    RETURN_IF_ERROR(tables.Save(review));
    ASSIGN_OR_RETURN(const bool is_new, tables.Add(Waiting(1, 20)));
    EXPECT_FALSE(is_new);
    ASSIGN_OR_RETURN(review, tables.Find({1, 7, 1}));
    EXPECT_EQ(review.taken_by, "ann");
    EXPECT_EQ(review.deadline, At(9));
    return Ok();
  });
}

TEST_F(ReviewStoreTest, ListsWhatWaitsByItsDeadlineAndWhatEndedNewestFirst) {
  Add(Waiting(1, 9));
  Add(Waiting(2, 5));
  Review other = Waiting(3, 1);
  other.model = "credit";
  other.state = ReviewState::kTaken;
  Add(other);
  Review ended = Waiting(4, 1);
  ended.Expire(At(6), "late");
  Add(ended);
  ended = Waiting(5, 1);
  ended.Expire(At(7), "late");
  Add(ended);
  using Ordinals = std::vector<std::uint32_t>;
  EXPECT_EQ(Listed({}), (Ordinals{3, 2, 1}));
  EXPECT_EQ(Listed({.model = "cover"}), (Ordinals{2, 1}));
  EXPECT_EQ(Listed({.state = ReviewState::kTaken}), (Ordinals{3}));
  EXPECT_EQ(Listed({.state = ReviewState::kExpired}), (Ordinals{5, 4}));
  EXPECT_EQ(Listed({.limit = 1}), (Ordinals{3}));
  EXPECT_EQ(Listed({.state = ReviewState::kDecided}), Ordinals{});
}

TEST_F(ReviewStoreTest, KnowsWhatIsDueWhatEndedOfARequestAndWhatToForget) {
  for (std::uint32_t i = 1; i <= 6; ++i) Add(Waiting(i, static_cast<int>(i)));
  Write([&](ReviewTables& tables) -> Status {
    ASSIGN_OR_RETURN(auto due, tables.Due(At(3), 100));
    EXPECT_EQ(due.size(), 3U);  // a deadline is inclusive
    ASSIGN_OR_RETURN(const auto two, tables.Due(At(3), 2));
    EXPECT_EQ(two.size(), 2U);
    for (Review& review : due) {
      review.Expire(At(4), "");
      RETURN_IF_ERROR(tables.Save(review));
    }
    ASSIGN_OR_RETURN(const std::size_t waiting, tables.Waiting());
    EXPECT_EQ(waiting, 3U);
    ASSIGN_OR_RETURN(const auto ended, tables.Ended({1, 7, 2}, 3));
    EXPECT_EQ(ended.size(), 2U);
    EXPECT_EQ(ended.front().decision.ordinal, 2U);
    EXPECT_EQ(ended.front().value, 40.5);
    ASSIGN_OR_RETURN(const auto others, tables.Ended({1, 8, 1}, 10));
    EXPECT_TRUE(others.empty());
    RETURN_IF_ERROR(tables.Prune(1));
    EXPECT_FALSE(tables.Find({1, 7, 2}).ok());
    EXPECT_TRUE(tables.Find({1, 7, 3}).ok());  // the newest that ended
    EXPECT_TRUE(tables.Find({1, 7, 4}).ok());  // waits
    return Ok();
  });
}

TEST_F(ReviewStoreTest, ItemsAndPlaceAreOneTransaction) {
  Write([&](ReviewTables& tables) -> Status {
    ASSIGN_OR_RETURN(const auto none, tables.Position());
    EXPECT_FALSE(none.has_value());
    return tables.SetPosition({7, 4096});
  });
  const Status failed = store_->Write([&](ReviewTables& tables) -> Status {
    ASSIGN_OR_RETURN([[maybe_unused]] const bool added, tables.Add(Waiting(1, 9)));
    RETURN_IF_ERROR(tables.SetPosition({8, 64}));
    return Error(Code::kUnavailable, "the disk");
  });
  EXPECT_FALSE(failed.ok());
  Reopen();
  Write([&](ReviewTables& tables) -> Status {
    ASSIGN_OR_RETURN(const auto place, tables.Position());
    EXPECT_EQ(place, (JournalPosition{7, 4096}));
    EXPECT_FALSE(tables.Find({1, 7, 1}).ok());
    return Ok();
  });
}

// Ends are what callers get: an amount in minor units, rounded as amounts are, or a score.
TEST(ReviewTest, AnEndIsAnAmountAScoreOrADenial) {
  Review review;
  review.decision = {1, 2, 3};
  review.digits = 2;
  review.value = 40.005;
  review.state = ReviewState::kDecided;
  EXPECT_EQ(EndOf(review).amount_minor, 4001);
  EXPECT_FALSE(EndOf(review).value.has_value());
  EXPECT_FALSE(EndOf(review).expired);
  review.digits = -1;
  EXPECT_EQ(EndOf(review).value, 40.005);
  EXPECT_FALSE(EndOf(review).amount_minor.has_value());
  review.at_deadline = std::nullopt;
  review.Expire(Time(std::chrono::hours(1)), "late");
  EXPECT_TRUE(EndOf(review).expired);
  EXPECT_FALSE(EndOf(review).value.has_value());
  EXPECT_TRUE(review.has_ended());
}

TEST(ReviewTest, RefusesValuesThatCannotBeGivenOut) {
  EXPECT_TRUE(IsReviewValue(1e300, -1));
  EXPECT_FALSE(IsReviewValue(1e300, 2));
  EXPECT_FALSE(IsReviewValue(std::nan(""), -1));
  EXPECT_FALSE(IsReviewValue(HUGE_VAL, -1));
  EXPECT_TRUE(IsReviewValue(-12.5, 2));
}

TEST(ReviewTest, StatesHaveNames) {
  for (const auto state :
       {ReviewState::kWaiting, ReviewState::kTaken, ReviewState::kDecided, ReviewState::kExpired}) {
    EXPECT_EQ(ReviewStateOf(ReviewStateName(state)), state);
  }
  EXPECT_FALSE(ReviewStateOf("gone").has_value());
}

}  // namespace
}  // namespace mooring::records

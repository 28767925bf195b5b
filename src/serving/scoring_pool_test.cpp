#include "serving/scoring_pool.h"

#include <gtest/gtest.h>

#include <future>
#include <optional>

#include "serving/served_for_tests.h"

namespace mooring::serving {
namespace {

using testing::AddingPredictor;

class Job final : public ScoringJob {
 public:
  Job(const AddingPredictor& model, std::vector<double> values)
      : rows_(model.signature().inputs), answers_(model.signature().output_columns) {
    for (const double value : values) rows_.column(0).Append(value);
    rows_.SetRows(values.size());
    predictor = &model;
    inputs = &rows_;
    outputs = &answers_;
  }
  void Scored(Status status) noexcept override { told_.set_value(std::move(status)); }
  Status Wait() { return told_.get_future().get(); }
  double Answer(std::size_t row) const { return answers_.column(0).Number(row); }
  std::size_t answers() const { return answers_.rows(); }

 private:
  data::Batch rows_, answers_;
  std::promise<Status> told_;
};

class ScoringPoolTest : public ::testing::Test {
 protected:
  // The first prediction waits until Release, so that what comes meanwhile is queued.
  void Block() {
    model_.hook = [this](const data::Batch&) {
      if (!std::exchange(blocked_, true)) {
        begun_.set_value();
        release_.get_future().wait();
      }
      return Ok();
    };
  }
  SimulatedClock clock_;
  AddingPredictor model_{testing::FloatInputs({"x"}), 10};
  bool blocked_ = false;
  std::promise<void> begun_, release_;
};

TEST_F(ScoringPoolTest, BatchesWhatWaitsAndGivesEachItsRows) {
  Block();
  ScoringPool pool({.clock = &clock_, .threads = 1, .queued_jobs = 100, .batch_rows = 5});
  Job first(model_, {1});
  ASSERT_TRUE(pool.Submit(first).ok());
  begun_.get_future().wait();
  Job a(model_, {1, 2}), b(model_, {3}), c(model_, {4, 5, 6}), d(model_, {7});
  for (Job* job : {&a, &b, &c, &d}) ASSERT_TRUE(pool.Submit(*job).ok());
  release_.set_value();
  for (Job* job : {&first, &a, &b, &c, &d}) EXPECT_TRUE(job->Wait().ok());
  EXPECT_EQ(a.answers(), 2U);
  EXPECT_EQ(a.Answer(1), 12);
  EXPECT_EQ(b.Answer(0), 13);
  EXPECT_EQ(c.Answer(2), 16);
  EXPECT_EQ(d.Answer(0), 17);
  EXPECT_EQ(pool.predictions(), 3U);  // the first, {a b d} of 4 rows, then c
}

TEST_F(ScoringPoolTest, DoesNotFailOneCallerForAnother) {
  ScoringPool pool({.clock = &clock_, .threads = 1});
  int calls = 0;
  model_.hook = [&](const data::Batch& rows) -> Status {
    if (calls++ == 0) {
      begun_.set_value();
      release_.get_future().wait();
    }
    for (std::size_t row = 0; row < rows.rows(); ++row) {
      if (rows.column(0).Number(row) < 0) return Error(Code::kInvalidArgument, "negative");
    }
    return Ok();
  };
  Job first(model_, {1});
  ASSERT_TRUE(pool.Submit(first).ok());
  begun_.get_future().wait();
  Job good(model_, {2}), bad(model_, {-2});
  ASSERT_TRUE(pool.Submit(good).ok());
  ASSERT_TRUE(pool.Submit(bad).ok());
  release_.set_value();
  EXPECT_TRUE(good.Wait().ok());
  EXPECT_EQ(good.Answer(0), 12);
  EXPECT_EQ(bad.Wait().error().code(), Code::kInvalidArgument);
}

TEST_F(ScoringPoolTest, BoundsTheQueueAndFinishesItBeforeItStops) {
  Block();
  std::optional<ScoringPool> pool;
  pool.emplace(ScoringPool::Options{.clock = &clock_, .threads = 1, .queued_jobs = 2});
  Job first(model_, {1}), second(model_, {2}), third(model_, {3}), fourth(model_, {4});
  ASSERT_TRUE(pool->Submit(first).ok());
  begun_.get_future().wait();
  ASSERT_TRUE(pool->Submit(second).ok());
  ASSERT_TRUE(pool->Submit(third).ok());
  EXPECT_EQ(pool->Submit(fourth).error().code(), Code::kResourceExhausted);
  release_.set_value();
  pool.reset();
  EXPECT_TRUE(first.Wait().ok() && second.Wait().ok() && third.Wait().ok());
}

TEST_F(ScoringPoolTest, FailsWhatWaitedTooLongWithoutPredictingIt) {
  Block();
  ScoringPool pool({.clock = &clock_, .threads = 1});
  Job first(model_, {1}), late(model_, {2});
  ASSERT_TRUE(pool.Submit(first).ok());
  begun_.get_future().wait();
  late.deadline = Nanos(1000);
  ASSERT_TRUE(pool.Submit(late).ok());
  clock_.Advance(Micros(1));
  release_.set_value();
  EXPECT_EQ(late.Wait().error().code(), Code::kDeadlineExceeded);
  EXPECT_EQ(model_.calls.load(), 1U);
}

}  // namespace
}  // namespace mooring::serving

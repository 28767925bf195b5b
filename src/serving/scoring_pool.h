// ScoringPool: threads for predictors that are worth one (Predictor::Cost::kPooled), with natural
// dynamic batching: a thread takes the oldest job and everything else queued for the same version,
// predicts once, and gives each job its rows. It never waits for more. Inline predictors do not
// come here.
//
// Thread safety: Submit from any thread. A job's Scored is called once, on a scoring thread, and
// may free the job. Failure: a full queue is kResourceExhausted, and Scored is not called; a batch
// that the predictor refuses is tried again job by job, so that one caller's rows do not fail
// another's. The destructor scores what is queued, then stops.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "data/table/batch.h"
#include "model/predictor.h"

namespace mooring::serving {

class ScoringJob {
 public:
  virtual ~ScoringJob() = default;
  const model::Predictor* predictor = nullptr;
  const data::Batch* inputs = nullptr;   // as the predictor wants them
  data::Batch* outputs = nullptr;        // of its output_columns
  Nanos deadline{0};                     // 0: none; past it the job fails without being predicted
  virtual void Scored(Status status) noexcept = 0;
};

class ScoringPool {
 public:
  struct Options {
    const Clock* clock = nullptr;
    std::size_t threads = 1;
    std::size_t queued_jobs = 1024;   // more are refused
    std::size_t batch_rows = 1024;    // of several jobs together; a larger job goes alone
  };
  explicit ScoringPool(Options options);
  ~ScoringPool();
  ScoringPool(const ScoringPool&) = delete;
  ScoringPool& operator=(const ScoringPool&) = delete;

  Status Submit(ScoringJob& job);
  std::uint64_t predictions() const { return predictions_.load(std::memory_order_relaxed); }

 private:
  void Run();
  std::vector<ScoringJob*> TakeBatch();
  void Score(std::vector<ScoringJob*>& jobs);
  // Tells a job that its deadline is over.
  bool IsTooLate(ScoringJob& job) const;
  Status PredictTogether(const std::vector<ScoringJob*>& jobs);

  const Options options_;
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<ScoringJob*> queue_;
  bool stopping_ = false;
  std::atomic<std::uint64_t> predictions_{0};
  std::vector<std::jthread> threads_;
};

}  // namespace mooring::serving

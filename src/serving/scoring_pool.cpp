#include "serving/scoring_pool.h"

namespace mooring::serving {

ScoringPool::ScoringPool(Options options) : options_(options) {
  for (std::size_t i = 0; i < options_.threads; ++i) {
    threads_.emplace_back([this] { Run(); });
  }
}

ScoringPool::~ScoringPool() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  arrived_.notify_all();
  threads_.clear();  // joins
}

Status ScoringPool::Submit(ScoringJob& job) {
  {
    const std::lock_guard lock(mutex_);
    if (queue_.size() >= options_.queued_jobs || stopping_) {
      return Error(Code::kResourceExhausted, "too many requests wait for this model")
          .Help("try again later");
    }
    queue_.push_back(&job);
  }
  arrived_.notify_one();
  return Ok();
}

void ScoringPool::Run() {
  while (true) {
    std::vector<ScoringJob*> jobs = TakeBatch();
    if (jobs.empty()) return;
    Score(jobs);
  }
}

// Waits for a job; none means that the pool stops.
std::vector<ScoringJob*> ScoringPool::TakeBatch() {
  std::unique_lock lock(mutex_);
  arrived_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
  std::vector<ScoringJob*> taken;
  if (queue_.empty()) return taken;
  const model::Predictor* const predictor = queue_.front()->predictor;
  std::size_t rows = 0;
  std::deque<ScoringJob*> left;
  for (ScoringJob* const job : queue_) {
    const std::size_t more = job->inputs->rows();
    if (job->predictor == predictor && (taken.empty() || rows + more <= options_.batch_rows)) {
      taken.push_back(job);
      rows += more;
    } else {
      left.push_back(job);
    }
  }
  queue_.swap(left);
  return taken;
}

bool ScoringPool::IsTooLate(ScoringJob& job) const {
  if (job.deadline == Nanos(0) || options_.clock->Monotonic() < job.deadline) return false;
  job.Scored(Error(Code::kDeadlineExceeded, "the request waited too long for the model"));
  return true;
}

void ScoringPool::Score(std::vector<ScoringJob*>& jobs) {
  std::erase_if(jobs, [this](ScoringJob* job) { return IsTooLate(*job); });
  if (jobs.size() > 1) {
    const Status together = PredictTogether(jobs);
    // One row that the model refuses must not fail the others. A scorer that does not answer is not
    // asked again for each: that would keep this thread for all of their time-outs.
    if (together.ok() || together.error().code() != Code::kInvalidArgument) {
      for (ScoringJob* const job : jobs) job->Scored(together);
      return;
    }
  }
  for (ScoringJob* const job : jobs) {
    if (IsTooLate(*job)) continue;
    predictions_.fetch_add(1, std::memory_order_relaxed);
    job->Scored(job->predictor->Predict(*job->inputs, *job->outputs));
  }
}

Status ScoringPool::PredictTogether(const std::vector<ScoringJob*>& jobs) {
  const model::Predictor& predictor = *jobs.front()->predictor;
  const model::Signature& signature = predictor.signature();
  data::Batch inputs(signature.inputs), outputs(signature.output_columns);
  std::size_t rows = 0;
  for (const ScoringJob* const job : jobs) {
    for (std::size_t row = 0; row < job->inputs->rows(); ++row, ++rows) {
      // The job's batch may have more columns than the model asks for.
      for (std::size_t i = 0; i < inputs.width(); ++i) {
        inputs.column(i).AppendFrom(job->inputs->column(i), row);
      }
    }
  }
  inputs.SetRows(rows);
  predictions_.fetch_add(1, std::memory_order_relaxed);
  RETURN_IF_ERROR(predictor.Predict(inputs, outputs));
  if (outputs.rows() != rows) return Error(Code::kInternal, "the model lost rows");
  std::size_t next = 0;
  for (ScoringJob* const job : jobs) {
    job->outputs->Clear();
    const std::size_t count = job->inputs->rows();
    for (std::size_t row = 0; row < count; ++row) job->outputs->AppendRow(outputs, next++);
  }
  return Ok();
}

}  // namespace mooring::serving

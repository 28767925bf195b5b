#include "model/formats/process/worker_pool.h"

#include <algorithm>
#include <chrono>

namespace mooring::model {
namespace {

using Milliseconds = std::chrono::milliseconds;
constexpr Milliseconds kWatchEvery{100}, kFirstPause{200}, kLongestPause{30'000};
constexpr Milliseconds kPingEvery{10'000}, kPingTimeout{1'000};
constexpr std::size_t kPayloadBytes = std::size_t{8} << 20;

Nanos Now() { return SystemClock().Monotonic(); }

Milliseconds PauseAfter(int deaths) {
  if (deaths <= 1) return Milliseconds(0);
  return std::min(kFirstPause * (1 << std::min(deaths - 2, 10)), kLongestPause);
}

std::string MegaBytes(std::uint64_t bytes) { return std::to_string(bytes >> 20) + " MB"; }

}  // namespace

Result<std::unique_ptr<WorkerPool>> WorkerPool::Start(PythonRuntime runtime, WorkerProgram program,
                                                      std::unique_ptr<WorkDirectory> directory) {
  std::unique_ptr<WorkerPool> pool(
      new WorkerPool(std::move(runtime), std::move(program), std::move(directory)));
  RETURN_IF_ERROR(pool->WaitForFirst());
  return pool;
}

WorkerPool::WorkerPool(PythonRuntime runtime, WorkerProgram program,
                       std::unique_ptr<WorkDirectory> directory)
    : runtime_(std::move(runtime)),
      program_(std::move(program)),
      directory_(std::move(directory)),
      slots_(std::max<std::size_t>(runtime_.workers, 1)),
      thread_("python", [this](const std::stop_token& stop) { Run(stop); }) {}

WorkerPool::~WorkerPool() {
  thread_.RequestStop();
  thread_.Join();
}

std::uint64_t WorkerPool::starts() const {
  const std::lock_guard lock(mutex_);
  return starts_;
}

std::vector<pid_t> WorkerPool::Pids() const {
  const std::lock_guard lock(mutex_);
  std::vector<pid_t> pids;
  for (const Slot& slot : slots_) {
    if (slot.worker != nullptr) pids.push_back(slot.worker->process().pid());
  }
  return pids;
}

void WorkerPool::Tell(LogLevel level, std::string_view what, const std::string& why) const {
  if (runtime_.log == nullptr) return;
  const LogField fields[] = {{"why", why}, {"directory", directory_->path()}};
  runtime_.log->Write(level, what, fields);
}

Status WorkerPool::WaitForFirst() {
  std::unique_lock lock(mutex_);
  freed_.wait(lock, [this] { return first_.has_value(); });
  return *first_;
}

// ---- the thread

void WorkerPool::Run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    std::optional<std::size_t> due;
    {
      std::unique_lock lock(mutex_);
      for (std::size_t i = 0; i < slots_.size() && !due; ++i) {
        Slot& slot = slots_[i];
        if (slot.worker == nullptr && Now() >= slot.start_at) due = i;
      }
      if (due) slots_[*due].starting = true;
    }
    if (due) StartOne(*due, stop);
    Watch();
    PingIdle();
    std::unique_lock lock(mutex_);
    // A model that did not load the first time is not tried again: Start tells why.
    if (first_.has_value() && !first_->ok()) return;
    to_do_.wait_for(lock, stop, kWatchEvery, [this] {
      return std::ranges::any_of(slots_, [](const Slot& slot) {
        return slot.worker == nullptr && Now() >= slot.start_at;
      });
    });
  }
}

void WorkerPool::StartOne(std::size_t place, const std::stop_token& stop) {
  ConfinedProcess::Options process = program_.process;
  Result<std::unique_ptr<Worker>> made = Error(Code::kInternal, "not started");
  auto scratch = directory_->FreshScratch(place);
  if (scratch.ok()) {
    process.directory = *scratch;
    for (const char* name : {"HOME=", "TMPDIR=", "XDG_CACHE_HOME="}) {
      process.environment.push_back(name + *scratch);
    }
    made = Worker::Start(process, program_.load, Now() + runtime_.load_timeout,
                         [&](const ConfinedProcess& loading) -> std::string {
                           if (stop.stop_requested()) return "the server needs it no more";
                           Watch();
                           return Excess(loading, place);
                         });
  } else {
    made = std::move(scratch).error();
  }
  if (made.ok() && !(*made)->process().confined_files()) {
    Tell(LogLevel::kWarning, "a model's Python may read what the server may read",
         "the kernel has no Landlock; system calls are filtered, and nothing can be written");
  }
  if (!made.ok())
    Tell(LogLevel::kWarning, "a model's Python did not start", made.error().ToString());
  const std::lock_guard lock(mutex_);
  ++starts_;
  Slot& slot = slots_[place];
  slot.starting = false;
  slot.busy = false;
  slot.idle_since = Now();
  if (!first_) first_ = made.ok() ? Ok() : Status(made.error());
  if (made.ok()) {
    slot.worker = std::move(*made);
  } else {
    LetGo(slot, made.error().ToString());
    last_problem_ = std::move(made).error();
  }
  freed_.notify_all();
}

std::string WorkerPool::Excess(const ConfinedProcess& running, std::size_t place) const {
  const ConfinedProcess::Resources used = running.Usage();
  if (used.memory_bytes > runtime_.memory_bytes) {
    return "it held " + MegaBytes(used.memory_bytes) + " of memory, the limit is " +
           MegaBytes(runtime_.memory_bytes);
  }
  if (used.threads > runtime_.threads) {
    return "it ran " + std::to_string(used.threads) + " threads, the limit is " +
           std::to_string(runtime_.threads);
  }
  if (directory_->ScratchBytes(place) > runtime_.scratch_bytes) {
    return "it wrote more than " + MegaBytes(runtime_.scratch_bytes);
  }
  return {};
}

// What died or took too much. A busy worker is only killed: whoever waits for it finds out.
void WorkerPool::Watch() {
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    std::shared_ptr<Worker> worker;
    {
      const std::lock_guard lock(mutex_);
      worker = slots_[i].worker;
    }
    if (worker == nullptr) continue;
    std::string why = Excess(worker->process(), i);
    if (!why.empty()) {
      Tell(LogLevel::kWarning, "a model's Python was stopped", why);
      worker->Condemn(why);
    }
    if (why.empty() && worker->usable()) continue;
    const std::lock_guard lock(mutex_);
    Slot& slot = slots_[i];
    if (slot.worker == worker && !slot.busy) LetGo(slot, why.empty() ? "it ended" : why);
  }
}

void WorkerPool::PingIdle() {
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    std::shared_ptr<Worker> worker;
    {
      const std::lock_guard lock(mutex_);
      Slot& slot = slots_[i];
      if (slot.worker == nullptr || slot.busy || Now() - slot.idle_since < kPingEvery) continue;
      slot.busy = true;
      worker = slot.worker;
    }
    const Status answered = worker->Ping(Now() + kPingTimeout);
    if (!answered.ok()) {
      Tell(LogLevel::kWarning, "a model's Python does not answer", answered.error().ToString());
    }
    Release(i, false);
  }
}

// ---- calls

void WorkerPool::LetGo(Slot& slot, const std::string& why) {
  slot.worker = nullptr;
  slot.busy = false;
  ++slot.deaths;
  slot.start_at = Now() + PauseAfter(slot.deaths);
  last_problem_ = Error(Code::kUnavailable, "the model's Python process is started again").Why(why);
  to_do_.notify_all();
  freed_.notify_all();
}

std::optional<std::size_t> WorkerPool::FindIdle() {
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    Slot& slot = slots_[i];
    if (slot.worker == nullptr || slot.busy) continue;
    if (slot.worker->usable()) return i;
    LetGo(slot, "it ended");
  }
  return std::nullopt;
}

// Whether a worker is there, starts, or will within the shortest pause.
bool WorkerPool::AnyComing() const {
  return std::ranges::any_of(slots_, [](const Slot& slot) {
    return slot.worker != nullptr || slot.starting || slot.start_at <= Now() + kFirstPause;
  });
}

Result<std::size_t> WorkerPool::Acquire(Nanos deadline) {
  std::unique_lock lock(mutex_);
  if (waiting_ >= runtime_.queue) {
    return Error(Code::kResourceExhausted, "too many calls wait for the model's Python process")
        .Help("try again later");
  }
  ++waiting_;
  std::optional<std::size_t> found;
  while (!(found = FindIdle()) && AnyComing()) {
    const Nanos left = deadline - Now();
    if (left <= Nanos(0)) break;
    freed_.wait_for(lock, std::min<Nanos>(left, Milliseconds(100)));
  }
  --waiting_;
  if (found) {
    slots_[*found].busy = true;
    return *found;
  }
  if (AnyComing()) {
    return Error(Code::kDeadlineExceeded, "no Python process of the model was free in time");
  }
  Error paused(Code::kUnavailable, "the model's Python process is not running");
  if (!last_problem_) return paused;
  return std::move(paused).Why(last_problem_->ToString()).Help("it is started again by itself");
}

void WorkerPool::Release(std::size_t place, bool answered) {
  std::shared_ptr<Worker> dropped;  // reaped after the lock
  const std::lock_guard lock(mutex_);
  Slot& slot = slots_[place];
  slot.busy = false;
  slot.idle_since = Now();
  if (answered) slot.deaths = 0;
  if (slot.worker != nullptr && !slot.worker->usable()) {
    dropped = slot.worker;
    LetGo(slot, "its last call failed");
  }
  freed_.notify_one();
}

Status WorkerPool::Predict(const data::Batch& rows, data::Batch& predictions) {
  const Nanos deadline = Now() + runtime_.predict_timeout;
  const std::size_t width = program_.load.signature.inputs->size();
  for (std::size_t begin = 0; begin < rows.rows();) {
    RowRange range{rows, width, begin, rows.rows()};
    range.end = begin + RowsThatFit(range, kPayloadBytes);
    ASSIGN_OR_RETURN(const std::size_t place, Acquire(deadline));
    std::shared_ptr<Worker> worker;
    {
      const std::lock_guard lock(mutex_);
      worker = slots_[place].worker;
    }
    const Status answered = worker->Predict(range, deadline, predictions);
    Release(place, answered.ok());
    RETURN_IF_ERROR(answered);
    begin = range.end;
  }
  return Ok();
}

}  // namespace mooring::model

// WorkerPool: a few workers with the same model, kept alive. A thread of its own starts them (the
// first one while Start waits), watches how much they hold, and starts again what died, at once
// after the first death and with longer and longer pauses while nothing is predicted in between.
//
// Overflow policy: at most PythonRuntime::queue calls wait for a worker, more are refused; a call
// waits for a worker that starts or is busy until its own deadline, but not for one that pauses.
//
// Thread safety: Predict from any thread. Failure: as Worker's; also kResourceExhausted when too
// many wait, and kUnavailable while all workers pause. The destructor kills all workers; Predict
// must not run then.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/io/python_runtime.h"
#include "base/threads/named_thread.h"
#include "model/formats/process/work_directory.h"
#include "model/formats/process/worker.h"

namespace mooring::model {

// What a worker is started with, but for its scratch directory.
struct WorkerProgram {
  ConfinedProcess::Options process;
  LoadRequest load;
};

class WorkerPool {
 public:
  static Result<std::unique_ptr<WorkerPool>> Start(PythonRuntime runtime, WorkerProgram program,
                                                   std::unique_ptr<WorkDirectory> directory);
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  // All of the rows or a failure, until the runtime's predict_timeout.
  Status Predict(const data::Batch& rows, data::Batch& predictions);

  // For tests and status pages.
  std::uint64_t starts() const;
  std::vector<pid_t> Pids() const;

 private:
  struct Slot {
    std::shared_ptr<Worker> worker;  // null while it starts or pauses
    bool busy = false;
    bool starting = false;
    Nanos start_at{0};  // of its next start, when it has no worker
    int deaths = 0;     // since the last answer
    Nanos idle_since{0};
  };
  WorkerPool(PythonRuntime runtime, WorkerProgram program,
             std::unique_ptr<WorkDirectory> directory);

  void Run(const std::stop_token& stop);
  void StartOne(std::size_t place, const std::stop_token& stop);
  void Watch();
  void PingIdle();
  // Why a worker may not live on; empty when it may.
  std::string Excess(const ConfinedProcess& process, std::size_t place) const;
  Result<std::size_t> Acquire(Nanos deadline);
  void Release(std::size_t place, bool answered);
  // With mutex_ held.
  void LetGo(Slot& slot, const std::string& why);
  std::optional<std::size_t> FindIdle();
  bool AnyComing() const;
  Status WaitForFirst();
  void Tell(LogLevel level, std::string_view what, const std::string& why) const;

  const PythonRuntime runtime_;
  const WorkerProgram program_;
  const std::unique_ptr<WorkDirectory> directory_;

  mutable std::mutex mutex_;           // guards what follows
  std::condition_variable freed_;      // for calls
  std::condition_variable_any to_do_;  // for the thread
  std::vector<Slot> slots_;
  std::size_t waiting_ = 0;
  std::uint64_t starts_ = 0;
  std::optional<Error> last_problem_;
  std::optional<Status> first_;

  NamedThread thread_;  // the last: it uses all of the above
};

}  // namespace mooring::model

// Worker: one Python process with a model loaded, and the conversation with it. One question at a
// time, each with a deadline; a worker that missed one, or said what frames.h does not know, is
// broken and must be let go.
//
// Ownership: the destructor kills the process. Thread safety: Predict and Ping from one thread at
// a time; Condemn and process() from any. Failure: kInvalidArgument when the model refuses the
// rows, kDeadlineExceeded when time is over, kUnavailable when the process died, was killed or
// talks nonsense; Start also kFailedPrecondition when the model does not load. Each message says
// why the process was killed, or what it said last.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "base/clock.h"
#include "base/io/confined/confined_process.h"
#include "model/formats/process/frames.h"

namespace mooring::model {

class Worker {
 public:
  // Why a process that loads may not go on; empty when it may. Asked every 100 ms.
  using Watch = std::function<std::string(const ConfinedProcess&)>;
  // Loads the model.
  static Result<std::unique_ptr<Worker>> Start(const ConfinedProcess::Options& program,
                                               const LoadRequest& load, Nanos deadline,
                                               const Watch& watch);

  // Appends the answers to predictions, which is of no use after a failure.
  Status Predict(const RowRange& range, Nanos deadline, data::Batch& predictions);
  Status Ping(Nanos deadline);

  // False once it must be let go.
  bool usable() const { return usable_ && !process_->Ended(); }
  // Kills the process; `why` is what its caller is told.
  void Condemn(std::string why);
  const ConfinedProcess& process() const { return *process_; }
  const std::string& python_version() const { return python_version_; }

 private:
  explicit Worker(std::unique_ptr<ConfinedProcess> process) : process_(std::move(process)) {}

  Status Send(std::string_view bytes, Nanos deadline);
  Status Receive(std::size_t size, Nanos deadline, std::string& bytes);
  Result<std::string> Ask(FrameKind question, std::string_view payload, FrameKind answer,
                          Nanos deadline);
  // What ended the conversation, as an error; nothing more is asked.
  Error Ended(std::string what);
  Status WaitFor(short events, Nanos deadline);

  const std::unique_ptr<ConfinedProcess> process_;
  Watch watch_;  // while it loads
  std::uint32_t sequence_ = 0;
  std::atomic<bool> usable_{true};
  std::string python_version_;
  mutable std::mutex mutex_;
  std::string condemned_;  // guarded by mutex_
};

}  // namespace mooring::model

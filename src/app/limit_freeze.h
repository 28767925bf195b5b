// LimitFreeze: windows of limits that stand still because the clock jumped go on standing still
// after a restart, which has nothing left to compare the clock with: a file says that they do, and
// since when, until a person thaws them. Looked for by one thread, so a server that is killed
// within a tenth of a second of the jump may not have written it yet.
//
// The file is JSON, {"stood_us": …}: the time that budgets lived by, µs since 1970. That it is
// there is what counts; one that cannot be read freezes too.
//
// Thread safety: any thread. Failure: as the file system.
#pragma once

#include <mutex>
#include <string>

#include "base/io/file_system.h"
#include "base/result.h"
#include "serving/stop_limits/limit_ledger.h"

namespace mooring::app {

class LimitFreeze {
 public:
  // An empty `file`: nothing is kept.
  LimitFreeze(FileSystem& files, serving::LimitLedger& ledger, std::string file)
      : files_(files), ledger_(ledger), file_(std::move(file)) {}

  // At a start, once the budgets are back; whether they stand still.
  bool Restore();
  // Writes the file when they came to stand still since.
  Status Keep();
  // Lets them go on; as before when the file cannot be removed.
  Status Thaw();
  serving::LimitLedger& ledger() { return ledger_; }

 private:
  FileSystem& files_;
  serving::LimitLedger& ledger_;
  const std::string file_;
  std::mutex mutex_;  // of the file
  bool kept_ = false;
};

}  // namespace mooring::app

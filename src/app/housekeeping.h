// Housekeeping: what a running server does now and then: sealed segments go into the lake, and
// segments that no contract wants kept any longer are dropped, from the journal and then from the
// lake.
//
// Retention is of whole segments, and a segment holds decisions of all models: one is dropped when
// it is older than the longest `privacy.retain`, and none is while any model says nothing about
// retention. The lake is skipped when DuckDB's library is not there. What waits for the control
// log's lock (records/audit/waiting_entries.h) is written.
//
// Thread safety: Run on one thread. Failure: told to the log; tried again the next time.
#pragma once

#include <optional>
#include <stop_token>
#include <string>

#include "app/server.h"
#include "base/clock.h"
#include "base/io/file_system.h"
#include "base/log.h"
#include "base/result.h"
#include "records/audit/control_log.h"
#include "records/journal/journal.h"
#include "records/registry/registry.h"

namespace mooring::app {

class Housekeeping {
 public:
  struct Options {
    FileSystem* files = nullptr;
    const Clock* clock = nullptr;
    Log* log = nullptr;
    records::Journal* journal = nullptr;
    records::Registry* registry = nullptr;
    const DataPaths* paths = nullptr;
    records::ControlLog* control_log = nullptr;  // whose waiting entries are written; may be null
    std::string library_directory;
    std::chrono::milliseconds every{10'000};
  };
  explicit Housekeeping(Options options) : options_(std::move(options)) {}

  void Run(std::stop_token stop);
  // One round; for tests and Run.
  void Round();
  // How long decisions are kept; nothing: for good.
  Result<std::optional<std::chrono::hours>> Retention() const;

 private:
  void TellJournal();
  void Export();
  Status KeepBudgets();
  Status DropOld();
  Status DropFromLake();

  Options options_;
  std::uint32_t exported_before_ = 0, budgets_kept_at_ = 0;
  bool journal_was_healthy_ = true;
  bool lake_follows_ = false;  // what the journal dropped is gone from the lake
};

}  // namespace mooring::app

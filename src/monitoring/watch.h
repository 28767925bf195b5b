// Watch: journal → profile → compare → judge → verdict. A fold over the journal: it reads what is
// durable, adds it to the open window of its model version, and when a window closes (rows or time,
// whichever first) compares it with the version's own reference profile and stores a verdict.
//
// A window is closed by the block of rows that fills it, or by the first moment after its time is
// over, so the same journal always gives the same windows. Where each version's open window begins
// is kept in a small file (checkpoint.h); after a crash the watch reads on from there and comes to
// the same counts. A verdict that was already stored is stored again with the same content.
//
// Thread safety: Run and CatchUp on one thread; the others from any.
// Budget: about .5 µs CPU a decision of 20 features, decoding and profile together.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/io/file_system.h"
#include "base/result.h"
#include "monitoring/quality/dle.h"
#include "monitoring/window_report.h"
#include "records/journal/journal.h"
#include "records/registry/registry.h"

namespace mooring::monitoring {

class Watch {
 public:
  struct Options {
    FileSystem* files = nullptr;
    const Clock* clock = nullptr;
    records::Journal* journal = nullptr;  // live
    std::string journal_directory;
    std::string checkpoint_file;
    // For references that are windows before (kept_history.h); empty: not kept over a restart.
    std::string history_directory;
    records::Registry* registry = nullptr;  // references, contracts, and where verdicts go
    // Where verdicts go instead, when given.
    std::function<Status(std::span<const records::StoredVerdict>)> store_verdicts;
    // Bytes of a blob of the registry's store.
    std::function<Result<std::string>(std::string_view blob)> read_blob;
    // Opens what a registration stored of learned losses (quality/dle.h); empty: the quality of
    // regressions is not estimated before outcomes.
    OpenRegressor open_regressor;
    // Of DuckDB's library, for measures that contracts write as SQL.
    std::string library_directory;
    // Told of what could not be judged or stored; the watch goes on.
    std::function<void(const Error&)> on_problem;
  };
  static Result<std::unique_ptr<Watch>> Make(Options options);
  virtual ~Watch() = default;

  // Follows the journal until stopped.
  virtual void Run(std::stop_token stop) = 0;
  // Folds everything durable and closes windows that are due; for tests and Run.
  virtual Status CatchUp() = 0;
  // The last closed window of each version, newest first.
  virtual std::vector<WindowReport> Latest() const = 0;
  virtual std::uint64_t windows_closed() const = 0;
  virtual std::uint64_t windows_drifted() const = 0;
  // Segments and bytes behind the durable end; bytes count within the segment being read.
  virtual std::uint64_t LagBytes() const = 0;
};

}  // namespace mooring::monitoring

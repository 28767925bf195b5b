// Watch: journal → profile → compare → judge → verdict. A fold over the journal: it reads what is
// durable, adds it to the open window of its model version, and when a window closes (rows or time,
// whichever first) compares it with the version's own reference profile and stores a verdict.
//
// After a crash it starts from the journal again and comes to the same counts.
// Thread safety: Run on one thread; Report from any.
#pragma once

#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/io/file_system.h"
#include "base/result.h"
#include "records/contract/contract.h"
#include "records/journal/journal.h"
#include "records/registry/registry.h"

namespace mooring::monitoring {

enum class WindowVerdict : std::uint8_t { kOk, kDrift, kNotEnoughData };
std::string_view VerdictName(WindowVerdict verdict);  // "ok", "drift", "not_enough_data"

// One feature (or "score") of one closed window against the reference.
struct FeatureDrift {
  std::string feature;
  double psi = 0;             // 10 deciles of the reference
  double psi_adjusted = 0;    // minus (B-1)(1/n + 1/m)
  double js = 0;              // Jensen–Shannon distance, natural log
  double ks = 0;              // D over the frozen edges; NaN for categories
  double wasserstein = 0;     // divided by the reference's standard deviation; NaN for categories
  double missing_share = 0, unseen_share = 0, out_of_range_share = 0;
  bool drifted = false;       // psi > contract's bound (default rule)
};

struct WindowReport {
  std::string model;
  VersionNumber version = 0;
  Time start, end;
  std::uint64_t rows = 0;
  WindowVerdict verdict = WindowVerdict::kNotEnoughData;
  double drifted_share = 0;
  std::vector<FeatureDrift> features;  // inputs in contract order, then "score"
};

class Watch {
 public:
  struct Options {
    FileSystem* files = nullptr;
    const Clock* clock = nullptr;
    records::Journal* journal = nullptr;      // live
    std::string journal_directory;
    records::Registry* registry = nullptr;    // references and where verdicts go
    // Bytes of a blob of the registry's store.
    std::function<Result<std::string>(std::string_view blob)> read_blob;
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
  // How far behind the durable end, in bytes.
  virtual std::uint64_t LagBytes() const = 0;
};

}  // namespace mooring::monitoring

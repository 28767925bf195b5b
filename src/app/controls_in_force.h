// ControlsInForce: what decisions are held to beside their contract: what people changed of limits
// (records/limit_book), which alerts of the watch stand, and when outcomes came last. It reads
// them, gives decisions one immutable value, and swaps it whole.
//
//   ControlsInForce controls({.book = …, .snapshot = …});
//   RETURN_IF_ERROR(controls.Refresh());             // before the first decision
//   decider options: .controls = [&] { return controls.Current(); }
//
// A change by another process is in force within kLook. A change through this server calls Refresh,
// which returns once no decision is being made by what was before: a lowered threshold holds after
// its answer. What cannot be read leaves in force what was.
//
// Thread safety: any thread; Current takes one short lock. Failure: Refresh says why; decisions
// never wait for it.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.h"
#include "records/limit_book/limit_book.h"
#include "serving/loaded_models.h"
#include "serving/stop_limits/stop_limits.h"

namespace mooring::app {

// By model.
using Standings = std::map<std::string, std::vector<serving::LimitControls::Standing>, std::less<>>;
using NewestOutcomes = std::map<std::string, std::int64_t, std::less<>>;  // µs since 1970

// Everything as serving reads it. Thresholds in minor units of the contracts that are loaded; what
// has more digits than they count is rounded down, what does not fit stops everything.
serving::LimitControls ControlsOf(const records::LimitsInForce& in_force,
                                  const serving::Snapshot& snapshot, const Standings& standing,
                                  const NewestOutcomes& outcomes);

class ControlsInForce {
 public:
  static constexpr std::chrono::milliseconds kLook{100};
  static constexpr std::chrono::seconds kLetGo{2};  // of decisions under way

  struct Options {
    records::LimitBook* book = nullptr;                                  // required
    std::function<std::shared_ptr<const serving::Snapshot>()> snapshot;  // required
    // Lowers what is in force by what is not in the book yet; may be empty.
    std::function<void(records::LimitsInForce&)> held;
    std::function<Result<Standings>()> standing;  // may be empty
    std::function<NewestOutcomes()> outcomes;     // may be empty
    std::function<Status()> also;  // what Run does beside each Refresh; may be empty
    std::function<void(const Error&)> on_problem;  // may be empty
  };
  explicit ControlsInForce(Options options);
  ~ControlsInForce();

  // Never null. Contracts that were loaded since are taken in at once.
  std::shared_ptr<const serving::LimitControls> Current();
  // kDeadlineExceeded when a decision by the old ones does not end in time; the new ones hold.
  Status Refresh();
  // Refresh every kLook until the stop; a problem is told once while it lasts.
  void Run(const std::stop_token& stop);

 private:
  struct Alive;  // counts the values that somebody still decides by
  using Shared = std::shared_ptr<const serving::LimitControls>;
  Status Read();
  void Rebuild(const std::shared_ptr<const serving::Snapshot>& snapshot, Shared& old);
  Shared Share(serving::LimitControls controls) const;

  const Options options_;
  const std::shared_ptr<Alive> alive_;
  std::mutex reading_;               // one Refresh at a time; of what follows
  records::LimitsInForce known_;     // of the book, as it was read last
  std::mutex mutex_;                 // of all below
  records::LimitsInForce in_force_;  // with what is held
  Standings standing_;
  NewestOutcomes outcomes_;
  std::weak_ptr<const serving::Snapshot> of_snapshot_;
  std::uint64_t revision_ = 0;
  Shared current_;
};

}  // namespace mooring::app

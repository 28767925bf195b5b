// Decider: the one path of every decision, whatever the protocol:
// admit → validate → enrich → route → predict → limit → record → answer.
//
//   DecisionRequest request = …;                       // by a protocol of the api room
//   decider.Decide(std::move(request), [](DecisionAnswer answer) { … });
//
// Thread safety: Decide from any thread. `done` is called exactly once, after the decision is
// durable (or refused): on the caller's thread when refused at once, else on the journal's thread
// or a scoring thread; it must be quick and must not block. Failure: the answer's status. When
// the journal cannot be written no model decision leaves. Budget: all of ours but the kernel
// about 3 µs a request of 20 features (100 trees).
#pragma once

#include <functional>
#include <memory>

#include "base/clock.h"
#include "base/result.h"
#include "records/journal/journal.h"
#include "records/journal/request_ids.h"
#include "serving/decision.h"
#include "serving/kill_switch.h"
#include "serving/loaded_models.h"
#include "serving/reviewed.h"
#include "serving/stop_limits/stop_limits.h"

namespace mooring::serving {

// Bench-only switches that show what safety costs; always on in production.
struct Safety {
  bool validate = true;
  bool journal = true;
};

// Counters that /metrics reads; all relaxed atomics inside.
class ServingMetrics;

class Decider {
 public:
  struct Options {
    const Clock* clock = nullptr;
    records::Journal* journal = nullptr;
    // Which request ids were decided; null: ids are recorded and not acted on. Rebuilt from the
    // journal by the composition root before the first request.
    records::RequestIds* request_ids = nullptr;
    std::function<std::shared_ptr<const Snapshot>()> snapshot;
    // Whether its caller gave a decision back: it is not answered again. Empty: none was.
  std::function<bool(DecisionId)> released;
  const KillSwitch* kills = nullptr;  // null: nothing is ever stopped at once
  // The budgets of stop-limits; null: limits of contracts deny everything. Recovered from the
  // journal by the composition root before the first request.
  const StopLimits* limits = nullptr;
  // What people changed of limits; never gives null. Empty: nothing was changed.
  std::function<std::shared_ptr<const LimitControls>()> controls;
  ReviewLookup reviewed;  // what people decided since, for retries; empty: nothing
  std::size_t scoring_threads = 1;   // for predictors with Cost::kPooled
    Safety safety;
  };
  using Done = std::function<void(DecisionAnswer)>;

  static Result<std::unique_ptr<Decider>> Make(Options options);
  virtual ~Decider() = default;

  // Finds the version a request will be decided by, so that its rows can be parsed straight into
  // the contract's types. kNotFound when there is no such model or version, kUnavailable when
  // none is loaded.
  virtual Result<std::shared_ptr<const ServedVersion>> Resolve(std::string_view model,
                                                               VersionNumber version) const = 0;
  virtual void Decide(DecisionRequest request, Done done) = 0;
  virtual const ServingMetrics& metrics() const = 0;
};

}  // namespace mooring::serving

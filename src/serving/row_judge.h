// RowJudge: what becomes of one row's score: the contract's rules, the kill switch, the
// stop-limits, and what answers instead when they say no. One for each request; it reads one
// snapshot of what serves, taken when a collar or a fallback first asks for another version: most
// requests need none.
//
// A row is judged in steps, each of which must pass everything that stands in its way: first the
// model's own answer, then the fallback chain's steps in their order. What passes spends its
// budgets; what does not leaves no trace but the hits it noted. A verdict other than ADMIT never
// carries the model's raw value.
//
// Thread safety: one thread. Cost: about 10 ns a row where nothing is limited or stopped.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "data/table/batch.h"
#include "records/contract/contract.h"
#include "records/journal/limit_note.h"
#include "records/journal/record.h"
#include "serving/fallback_chain.h"
#include "serving/kill_switch.h"
#include "serving/loaded_models.h"
#include "serving/stop_limits/stop_limits.h"

namespace mooring::serving {

// What all rows of a request are judged by; everything outlives the judge.
struct JudgedBy {
  // What serves now; never gives null.
  const std::function<std::shared_ptr<const Snapshot>()>* snapshot = nullptr;
  const ServedVersion* served = nullptr;
  const data::Batch* inputs = nullptr;  // the contract's, defaults in place
  std::string_view caller;
  const KillSwitch* kills = nullptr;        // null: nothing is stopped
  const StopLimits* limits = nullptr;       // null: nothing is limited
  const LimitControls* controls = nullptr;  // with limits
};

// What judging a request's rows leaves behind, beside the decisions.
struct JudgedTrace {
  records::LimitNote note;             // for the journal
  std::vector<VersionNumber> sources;  // whose values the answer carries, each once
  std::int64_t retry_ns = 0;           // rows that only a rate denied: the longest wait
  // What trailing medians get once the journal took the record; the version keeps the rings.
  std::vector<SeenByMedian> medians;
  void Clear();
};

class RowJudge {
 public:
  RowJudge(const JudgedBy& by, JudgedTrace& trace) : by_(by), trace_(trace) {}
  records::RowDecision Judge(double score, std::size_t row);

 private:
  using Step = FallbackStepCompiled;
  struct Refusal {
    std::uint8_t reason = 0;
    records::LimitAction then = records::LimitAction::kFallback;
    records::FallbackCause cause = records::FallbackCause::kInvalid;
  };
  struct Candidate {
    records::RowDecision decision;
    double score = 0;  // raw, of whoever made it; of a fixed value its own
    LimitCandidate::Source source = LimitCandidate::Source::kModel;
    VersionNumber version = 0;
    bool consumes_nothing = false;
  };
  bool Killed(VersionNumber version, std::size_t row) const;
  // Whether it may be answered; else says why not and what comes instead.
  bool Passes(Candidate& candidate, std::size_t row, Refusal& refusal);
  const Snapshot& Serving();
  records::RowDecision Instead(const Refusal& refusal, std::size_t row);
  std::optional<Candidate> Try(const Step& step, std::size_t row);
  std::optional<std::int64_t> Reference(records::CollarReference::Kind kind, std::size_t row);
  void NoteSource(VersionNumber version);

  const JudgedBy& by_;
  JudgedTrace& trace_;
  std::shared_ptr<const Snapshot> serving_;  // once asked for
};

}  // namespace mooring::serving

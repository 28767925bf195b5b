// WhatIf: a past period of the journal against proposed limits: when each would have fired, how
// many decisions it would have stopped, and what that would have saved or cost.
//
//   ASSIGN_OR_RETURN(auto what_if, WhatIf::Make({.contract = &contract}));
//   while (reader->Read(end, 65'536, *what_if) …) {}
//   WhatIfReport report = what_if->Report();
//
// Each decision of the contract's model goes through the very code that serves, in the order of the
// journal and at its own time: what passes spends, what does not tries the constants and rules of
// the fallback chain; outcomes and releases close what was open. Budgets begin empty with the
// period. The answer judged is the model's: as journalled where it was given, else its score under
// the contract's amount.
//
// Not replayed, and said so: collars on another version's answer, ages of versions and outcomes,
// verdicts of the watch, results of drawdowns; sums are not given back by releases.
//
// Thread safety: none. Failure: kFailedPrecondition where the contract does not fit what was
// journalled, by status(); nothing more is taken in then. Cost: about 2 µs a decision and limit.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "records/contract/contract.h"
#include "records/journal/reader.h"

namespace mooring::serving {

struct LimitWhatIf {
  std::string name;
  records::LimitKind kind = records::LimitKind::kSum;
  bool advisory = false;
  std::string not_replayed;   // why; empty: it was
  std::uint64_t fired = 0;    // decisions that it said no to
  Time first{}, last{};       // of those
  Time latched{};             // since when it would be shut; 1970: never
  std::uint64_t stopped = 0;  // model answers that it, maybe with others, would have kept back
  // What those were about: amounts (or scores), added up; "121.00": exact, in the currency's digits
  // (of scores and of what is no money 6).
  std::string stopped_amount;
  // What they brought, by the contract's effect, where the outcome is known; each rounded down.
  std::string effect;
  std::uint64_t effects_known = 0;
  double tightest = 0;  // the most of its max that was in use; 0 where nothing is summed
};

struct WhatIfReport {
  std::uint64_t decisions = 0;  // of the model, in the period
  std::uint64_t no_answer = 0;  // of these, without an answer of the model that limits could judge
  std::uint64_t stopped = 0;    // would have been kept back by any limit
  std::uint64_t fallbacks = 0;  // of those, answered by a constant or a rule
  Time from{}, to{};            // of the first and the last decision
  std::vector<LimitWhatIf> limits;  // in the order of the contract
};

class WhatIf : public records::JournalVisitor {
 public:
  struct Options {
    const records::Contract* contract = nullptr;  // required; outlives this
    std::string model;                            // "": the contract's
    std::optional<Time> from, to;                 // decisions in [from, to)
  };
  static Result<std::unique_ptr<WhatIf>> Make(Options options);
  ~WhatIf() override = default;
  virtual const Status& status() const = 0;
  virtual WhatIfReport Report() const = 0;
};

}  // namespace mooring::serving

// CrossChecks: the contract's rules over several columns of a row ("arrival >= departure"),
// compiled once. Part of InputShape.
//
// A check holds when its expression is neither zero nor null; a row that breaks one is refused or
// flagged, under the check's own name.
// Thread safety: const use from any thread.
#pragma once

#include <memory>
#include <vector>

#include "base/result.h"
#include "data/table/batch.h"
#include "records/contract/contract.h"
#include "serving/validation.h"

namespace mooring::serving {

class CrossChecks {
 public:
  // kFailedPrecondition with the check's name when an expression does not compile against `inputs`.
  static Result<std::unique_ptr<CrossChecks>> Compile(const std::vector<records::CheckRule>& rules,
                                                      const data::Schema& inputs);
  ~CrossChecks();
  bool empty() const;
  void Run(const data::Batch& rows, Validated& found) const;

 private:
  struct Check;
  CrossChecks();
  std::vector<Check> checks_;
};

}  // namespace mooring::serving

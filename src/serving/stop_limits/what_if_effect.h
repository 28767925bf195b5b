// StoppedDecisions: what the decisions that limits would have stopped were worth: by the contract's
// `effect` once their outcomes come, else unknown. It keeps what the effect reads of each until
// then. Worths are whole minor units of the effect's currency (millionths where it has none), each
// rounded down, as the result of a drawdown is.
//
// Thread safety: none. Memory: the columns of the contract's table a stopped decision, at most
// `most` of them; those beyond have no known effect.
#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "data/expression/expression.h"
#include "data/table/batch.h"
#include "records/contract/contract.h"
#include "records/journal/record.h"

namespace mooring::serving {

class StoppedDecisions {
 public:
  static constexpr std::size_t kMost = 1'000'000;
  struct Worth {
    __int128 sum = 0;         // of the effects that are known, in units of digits()
    std::uint64_t known = 0;  // decisions
  };

  // Without an effect or an outcome in the contract nothing is kept.
  explicit StoppedDecisions(const records::Contract& contract, std::size_t most = kMost);
  int digits() const { return digits_; }  // behind the point, of worths

  struct Row {
    const data::Batch* inputs = nullptr;
    std::size_t row = 0;
    double raw = 0, amount = 0;  // of the output, and of the decision in whole currency
  };
  // `limits`: places of those that stopped it.
  Status Add(DecisionId decision, const Row& row, std::vector<std::uint16_t> limits);
  // The newest outcome of a decision counts.
  void Tell(const records::Outcome& outcome);
  Worth Of(std::uint16_t limit) const;

 private:
  struct Kept {
    std::size_t place = 0;  // in rows_
    std::vector<std::uint16_t> limits;
    std::optional<std::int64_t> effect;
  };
  Status Open(const data::Schema& inputs);

  const records::Contract& contract_;
  const std::size_t most_;
  const int digits_;
  std::optional<data::Expression> effect_;
  data::Batch rows_, one_;
  std::unordered_map<DecisionId, Kept> kept_;
  std::vector<Worth> worth_;  // by limit
};

}  // namespace mooring::serving

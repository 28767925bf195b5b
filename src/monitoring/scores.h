// Scores: the score column of decision blocks, under the name by which it is profiled beside the
// inputs.
//
// Thread safety: none. Complexity: no allocation after the first block.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "data/table/batch.h"
#include "records/journal/reader.h"

namespace mooring::monitoring {

class Scores {
 public:
  // The raw output that the contract calls the score; without one of that name it is the first.
  explicit Scores(std::string output);

  // A batch of one column for the block's rows, good until the next call. Null when there is none,
  // or an input has its name already: both in one would be neither.
  const data::Batch* Of(const records::ReadDecisions& block);

 private:
  std::optional<std::size_t> ColumnOf(const records::ReadDecisions& block);

  std::string output_;
  std::shared_ptr<const data::Schema> inputs_, outputs_;  // that column_ was found in
  std::optional<std::size_t> column_;
  data::Batch scores_;
};

}  // namespace mooring::monitoring

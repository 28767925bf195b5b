// ModelColumns: how the contract's columns become the model's, decided once, run for every request.
//
// What may become what: integers and bool to wider integers and floats; any number to float32
// (rounded, as training did); category to its code in an integer or float (unseen is missing);
// category and string to each other; everything to itself. Never float to integer, int64 to int32,
// or time to number.
//
// Thread safety: const use from any thread. Cost: about 2 ns a cell.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "data/table/batch.h"

namespace mooring::serving {

class ModelColumns {
 public:
  // kFailedPrecondition naming all columns of `to` that `from` does not have or cannot become.
  static Result<ModelColumns> Make(const data::Schema& from,
                                   std::shared_ptr<const data::Schema> to);

  // True when the model can read the contract's rows as they are.
  bool identical() const { return identical_; }
  const std::shared_ptr<const data::Schema>& schema() const { return to_; }
  // Fills `model` (empty, of schema()) from rows.
  void Fill(const data::Batch& rows, data::Batch& model) const;

 private:
  std::shared_ptr<const data::Schema> to_;
  std::vector<std::size_t> sources_;  // place in `from` of each model input
  bool identical_ = false;
};

}  // namespace mooring::serving

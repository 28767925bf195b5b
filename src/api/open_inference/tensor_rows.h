// The body of an inference request: tensors in JSON → rows of the contract.
//
// Thread safety: none. Failure: kInvalidArgument with the place in the body; values that do not fit
// their column are problems of the rows instead, found all at once.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "serving/row_builder.h"

namespace mooring::api::open_inference {

struct InferBody {
  bool has_id = false;
  std::string id;                    // to be echoed
  std::vector<std::string> outputs;  // asked for; empty: all
};

Result<InferBody> ReadInferBody(std::string_view body, serving::RowBuilder& rows);

}  // namespace mooring::api::open_inference

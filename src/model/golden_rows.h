// GoldenRows: inputs of a version and the outputs that they must give, recorded when the version
// was registered. A version that does not reproduce them may not serve: another library, another
// machine or damaged bytes would otherwise change prices without a sound.
//
//   ASSIGN_OR_RETURN(GoldenRows rows, RecordGoldenRows(*predictor, inputs));
//   std::string text = WriteGoldenRows(rows);
//   ASSIGN_OR_RETURN(GoldenRows back, ReadGoldenRows(text, predictor->signature()));
//   RETURN_IF_ERROR(CheckGoldenRows(*predictor, back, {}));
//
// Thread safety: free functions. At most limits::kGoldenRows rows.
#pragma once

#include <string>
#include <string_view>

#include "model/predictor.h"

namespace mooring::model {

struct GoldenRows {
  data::Batch inputs;
  data::Batch outputs;
};

// By how much a number may be off, relative to the larger of one and its size. Zero, the default,
// means the same bits; remote scorers and networks on other machines need more.
struct GoldenTolerance {
  double relative = 0;
};

// Predicts the rows and keeps both. `inputs` has the predictor's inputs.
Result<GoldenRows> RecordGoldenRows(const Predictor& predictor, data::Batch inputs);

// kFailedPrecondition, naming row, output, the wanted and the given value, when a row differs.
Status CheckGoldenRows(const Predictor& predictor, const GoldenRows& rows,
                       const GoldenTolerance& tolerance);

// JSON: {"inputs": [{"name", "type", "values": […]}, …], "outputs": […]}. Numbers read back to the
// same bits; null is missing; whole numbers past 2^53 and infinities are texts.
std::string WriteGoldenRows(const GoldenRows& rows);
// The columns must be those of the signature.
Result<GoldenRows> ReadGoldenRows(std::string_view json, const Signature& signature);

}  // namespace mooring::model

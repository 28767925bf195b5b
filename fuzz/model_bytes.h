// What the model fuzzers share: bytes as a one-file artifact, compiled, loaded and asked for a
// prediction. Compile may refuse anything; what it accepts must load and answer a row of nulls or
// refuse that.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <string>

#include "model/format.h"

namespace mooring::fuzz {

inline void PredictOneRow(const model::Predictor& predictor) {
  const model::Signature& signature = predictor.signature();
  data::Batch rows(signature.inputs), predictions(signature.output_columns);
  for (std::size_t i = 0; i < signature.inputs->size(); ++i) {
    const bool nullable = signature.inputs->field(i).nullable;
    if (!nullable) return;
    rows.column(i).AppendNull();
  }
  rows.SetRows(1);
  if (predictor.Predict(rows, predictions).ok() && predictions.rows() != 1) std::abort();
}

inline int CompileAndPredict(std::string path, const std::uint8_t* bytes, std::size_t size) {
  const ByteSpan span(reinterpret_cast<const std::byte*>(bytes), size);
  const auto flat = model::Compile(model::Artifact({{std::move(path), span}}, nullptr));
  if (!flat.ok()) return 0;
  const auto predictor = model::Load(AsBytes(*flat), nullptr, {});
  if (predictor.ok()) PredictOneRow(**predictor);
  return 0;
}

}  // namespace mooring::fuzz

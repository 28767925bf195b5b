// Compiled models as they lie in the store: damaged ones are refused at load, never read wrong.
#include "model_bytes.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  // A copy with the alignment that a mapping has.
  const std::string flat(reinterpret_cast<const char*>(bytes), size);
  const auto predictor = mooring::model::Load(mooring::AsBytes(flat), nullptr, {});
  if (predictor.ok()) mooring::fuzz::PredictOneRow(**predictor);
  return 0;
}

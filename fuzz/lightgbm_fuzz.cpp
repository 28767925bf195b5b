// LightGBM's text models.
#include "model_bytes.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  return mooring::fuzz::CompileAndPredict("model.txt", bytes, size);
}

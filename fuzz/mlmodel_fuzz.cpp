// MLmodel, the YAML file that describes an MLflow model directory.
#include <cstdint>
#include <string_view>

#include "model/formats/mlflow.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view yaml(reinterpret_cast<const char*>(bytes), size);
  static_cast<void>(mooring::model::ReadMlmodel(yaml));
  return 0;
}

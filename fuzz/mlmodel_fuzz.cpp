// MLmodel, the YAML file that describes an MLflow model directory: refused with a reason, or read
// to a flavour, a file of the directory and columns that have names.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "model/formats/mlflow.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view yaml(reinterpret_cast<const char*>(bytes), size);
  const auto read = mooring::model::ReadMlmodel(yaml);
  if (!read.ok()) {
    if (read.error().message().empty()) std::abort();
    return 0;
  }
  if (read->flavor.empty()) std::abort();
  if (read->file.empty() && !read->has_python) std::abort();
  if (!read->columns.has_value()) return 0;
  for (const mooring::data::Field& field : read->columns->fields()) {
    if (field.name.empty()) std::abort();
  }
  return 0;
}

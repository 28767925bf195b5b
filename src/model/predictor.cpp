#include "model/predictor.h"

#include <unordered_set>

#include "base/check.h"

namespace mooring::model {

Signature MakeSignature(data::Schema inputs, std::vector<Output> outputs) {
  std::vector<data::Field> fields;
  std::unordered_set<std::string> taken;
  for (const Output& output : outputs) {
    for (std::size_t i = 0; i < output.width; ++i) {
      std::string name = output.width == 1 ? output.name : output.name + "_" + std::to_string(i);
      // Names come from files: two outputs may want the same column name.
      while (name.empty() || !taken.insert(name).second) name += "_";
      fields.push_back({std::move(name), output.type, true, nullptr});
    }
  }
  Signature signature;
  signature.inputs = std::make_shared<const data::Schema>(std::move(inputs));
  signature.outputs = std::move(outputs);
  auto columns = data::Schema::Make(std::move(fields));
  CHECK_OK_RESULT(columns);  // distinct by now; widths are bounded by limits::kModelOutputs
  signature.output_columns = std::make_shared<const data::Schema>(std::move(columns).value());
  return signature;
}

}  // namespace mooring::model

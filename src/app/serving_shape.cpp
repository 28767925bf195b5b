#include "app/serving_shape.h"

#include "control/registration/convert_rows.h"
#include "serving/validation.h"

namespace mooring::app {

Result<data::Batch> ShapeAsServingDoes(const std::shared_ptr<const records::Contract>& contract,
                                       const model::Signature& signature,
                                       const control::Dictionaries& dictionaries,
                                       const data::Batch& rows) {
  ASSIGN_OR_RETURN(const auto shape, serving::InputShape::Bind(contract, signature, dictionaries));
  ASSIGN_OR_RETURN(const data::Batch seen, control::ConvertRows(rows, shape->schema()));
  serving::Validated found;
  shape->Validate(seen, serving::Coercion::kStrict, found);
  data::Batch scratch = shape->TakeScratch();
  return data::Batch(shape->ToModel(found.Effective(seen), scratch));
}

}  // namespace mooring::app

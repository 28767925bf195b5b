// ShapeAsServingDoes: a caller's rows as a model takes them, through the same checks, defaults and
// conversions as a request's: what registration needs of serving (control::ShapeRows). Rows that
// the contract refuses are kept: they are findings of the data's validation, not of this.
// Thread safety: pure.
#pragma once

#include <memory>

#include "control/registration/register_version.h"

namespace mooring::app {

Result<data::Batch> ShapeAsServingDoes(const std::shared_ptr<const records::Contract>& contract,
                                       const model::Signature& signature,
                                       const control::Dictionaries& dictionaries,
                                       const data::Batch& rows);

}  // namespace mooring::app

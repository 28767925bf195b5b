// ContractDraft: a contract to start from, written from what is known: the model's inputs and
// outputs, and the training data's ranges and categories when there are any. A person must fill in
// the owner and correct the rest; the draft is valid YAML that `mooring config check` has errors
// for until then. Thread safety: pure.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "control/registration/loaded_artifact.h"
#include "data/table/batch.h"

namespace mooring::control {

struct DraftOptions {
  std::string model;
  std::string team;                       // "" leaves the owner to be filled in
  std::string label;                      // outcome's name
  const data::Batch* training = nullptr;  // may be null
};

std::string DraftContract(const LoadedArtifact& model, const DraftOptions& options);

}  // namespace mooring::control

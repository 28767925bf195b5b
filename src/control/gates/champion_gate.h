// ChampionGate: the training-data gate as registration uses it: against the contract in force and
// the reference profile of the version that is champion now.
//
// Thread safety: that of the registry and the blob store. Cost: copies the rows once, beside what
// CheckTrainingData costs.
#pragma once

#include <string>

#include "control/registration/register_version.h"
#include "data/store/blob_store.h"
#include "records/registry/registry.h"

namespace mooring::control {

struct ChampionGate {
  FileSystem* files = nullptr;
  records::Registry* registry = nullptr;
  data::BlobStore* blobs = nullptr;

  // The findings as NewVersion::validation_json; "[]": none. Errors: the champion's reference
  // cannot be read, or what CheckTrainingData refuses.
  Result<std::string> operator()(const records::Contract& contract, const data::Batch& rows,
                                 const TrainingLabel& label) const;
};

}  // namespace mooring::control

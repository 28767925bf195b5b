#include "control/registration/stored_version.h"

#include "control/registration/version_blobs.h"
#include "model/format.h"
#include "model/formats/onnx_runtime.h"
#include "model/golden_rows.h"

namespace mooring::control {

Status CheckStoredVersion(const StoredFiles& from, const records::NewVersion& version) {
  const VersionBlobs blobs(*from.files, *from.blobs);
  ASSIGN_OR_RETURN(const VersionBlobs::Bytes flat, blobs.GetFlat(version.artifact_blob));
  ASSIGN_OR_RETURN(const auto predictor,
                   model::Load(flat.bytes, flat.owner,
                               model::LoadOptions{.library_directory = from.library_directory,
                                                  .transport = from.transport,
                                                  .python = from.python}));
  ASSIGN_OR_RETURN(const std::string golden, blobs.GetText(version.golden_blob));
  ASSIGN_OR_RETURN(const model::GoldenRows rows,
                   model::ReadGoldenRows(golden, predictor->signature()));
  return model::CheckGoldenRows(*predictor, rows, {});
}

Status CheckOnnxRuntime(const std::string& library_directory) {
  return model::LoadOnnxRuntime(library_directory);
}

}  // namespace mooring::control

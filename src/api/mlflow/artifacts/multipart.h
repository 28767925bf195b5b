// Files in parts, as MLflow's clients send large ones (MLFLOW_ENABLE_PROXY_MULTIPART_UPLOAD):
//
//   POST /mlflow-artifacts/mpu/create/<directory>    {path, num_parts} → {upload_id, credentials}
//   PUT  /mlflow-artifacts/mpu/parts/<upload>/<n>    one part: the URL of its credential; → ETag
//   POST /mlflow-artifacts/mpu/complete/<directory>  {path, upload_id, parts} → {}
//   POST /mlflow-artifacts/mpu/abort/<directory>     {path, upload_id} → {}
//
// The file is <directory>/<last segment of path>: clients send the path that the file has on their
// own disk. A credential is a URL of this server, by the name that the client called it, and the
// Authorization that the client itself sent: clients PUT to it with these headers alone. Parts take
// the right to register, as every upload. What is begun survives a restart; see
// records/artifacts/part_uploads.h for sizes, order and what is dropped when.
//
// Failure: in MLflow's words; 501 where the store takes no parts, after which clients send the file
// whole.
#pragma once

#include <string>

#include "api/call.h"

namespace mooring::api::mlflow {

Result<std::string> CreateMultipart(const Call& call);
Result<std::string> CompleteMultipart(const Call& call);
Result<std::string> AbortMultipart(const Call& call);
void PutPart(const Call& call);

}  // namespace mooring::api::mlflow

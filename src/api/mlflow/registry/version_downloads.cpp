#include "api/mlflow/registry/version_downloads.h"

#include "api/mlflow/artifacts/artifact_calls.h"
#include "api/mlflow/artifacts/artifact_paths.h"
#include "api/mlflow/registry/rights.h"
#include "api/mlflow/registry/source_rules.h"
#include "api/mlflow/wire/answer.h"
#include "api/mlflow/wire/fields.h"
#include "base/crypto/digest.h"
#include "base/text/json.h"
#include "base/text/json_writer.h"
#include "records/artifacts/artifact_store.h"
#include "records/catalogue/artifact_location.h"
#include "records/catalogue/catalogue.h"

namespace mooring::api::mlflow {
namespace {

using records::ArtifactStore;
using records::ModelVersion;

Result<ModelVersion> AskedFor(const Call& call, const Fields& in) {
  ASSIGN_OR_RETURN(records::Catalogue* const catalogue, CatalogueOf(call));
  ASSIGN_OR_RETURN(const std::string name, in.Required("name"));
  ASSIGN_OR_RETURN(const std::string version, in.Required("version"));
  ASSIGN_OR_RETURN(const VersionNumber number, ReadVersionNumber(name, version));
  RETURN_IF_ERROR(CheckSees(call, name, NoSuchModelVersion(name, version)));
  return catalogue->Version(name, number);
}

Error NotHere(const ModelVersion& version) {
  return Error(Code::kFailedPrecondition, "the files of version " + std::to_string(version.number) +
                                              " of '" +
                                              version.model.substr(0, limits::kNameBytes) +
                                              "' cannot be downloaded from this server");
}

// One file of the registry's blob store, put where clients can read it. One that is there stays.
Status LayOut(const Call& call, ArtifactStore& store, const Json& file, const std::string& root) {
  ASSIGN_OR_RETURN(const std::string_view path, file.GetString("path"));
  ASSIGN_OR_RETURN(const std::string_view sha256, file.GetString("sha256"));
  const std::string target = Joined(root, path);
  const auto there = store.Get(target);
  if (there.ok() && (*there)->sha256() == sha256) return Ok();
  ASSIGN_OR_RETURN(const std::string bytes, call.api->use.read_blob(sha256));
  ASSIGN_OR_RETURN(const auto upload, store.Begin());
  RETURN_IF_ERROR(upload->Append(AsBytes(bytes)));
  return upload->Publish(target);
}

// The URI of a native version's files, once they lie there.
Result<std::string> NativeUri(const Call& call, const ModelVersion& version) {
  const Dependencies& use = call.api->use;
  if (use.registry == nullptr || use.artifacts == nullptr || !use.read_blob) {
    return NotHere(version).Why("it was registered natively, and its files are not read here");
  }
  ASSIGN_OR_RETURN(const records::VersionRecord record,
                   use.registry->Version(version.model, version.number));
  ASSIGN_OR_RETURN(const std::string manifest, use.read_blob(record.artifact_blob));
  ASSIGN_OR_RETURN(const Json document, Json::Parse(manifest, {.name = "manifest"}));
  ASSIGN_OR_RETURN(const Json::Array* const files, document.GetArray("files"));
  const std::string root = Joined(kLaidOut, record.artifact_blob);
  for (const Json& file : *files) {
    RETURN_IF_ERROR(LayOut(call, *use.artifacts, file, root));
  }
  return "mlflow-artifacts:/" + root;
}

// Whether a client can do something with the source as it stands.
bool IsOfClients(const Call& call, const ModelVersion& version) {
  const SourceKind kind = KindOfSource(version.source);
  if (kind == SourceKind::kLocal) return !version.native && call.api->use.mlflow_file_locations;
  return true;
}

Result<std::string> DownloadUri(const Call& call, const ModelVersion& version) {
  if (!IsOfClients(call, version)) {
    if (version.native) return NativeUri(call, version);
    return NotHere(version).Why("they lie on another machine's disk");
  }
  // A run's place is the client's to find, by the same words.
  if (KindOfSource(version.source) != SourceKind::kModels) return version.source;
  ASSIGN_OR_RETURN(records::Catalogue* const catalogue, CatalogueOf(call));
  return records::ArtifactUriOf(*catalogue, call.api->use.tracking, version.source);
}

Result<std::string> FileOfVersion(const Call& call) {
  const Fields in = Fields::OfQuery(call.request->query);
  ASSIGN_OR_RETURN(const std::string path, in.Required("path"));
  ASSIGN_OR_RETURN(const ModelVersion version, AskedFor(call, in));
  ASSIGN_OR_RETURN(const std::string uri, DownloadUri(call, version));
  return StorePath(call, uri, path);
}

}  // namespace

Result<std::string> GetDownloadUri(const Call& call) {
  ASSIGN_OR_RETURN(const Fields in, Fields::Of(call));
  ASSIGN_OR_RETURN(const ModelVersion version, AskedFor(call, in));
  ASSIGN_OR_RETURN(const std::string uri, DownloadUri(call, version));
  std::string body;
  JsonWriter(body).BeginObject().Member("artifact_uri", uri).EndObject();
  return body;
}

void GetModelVersionArtifact(const Call& call) { SendFound(call, FileOfVersion); }

}  // namespace mooring::api::mlflow

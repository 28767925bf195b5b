#include "api/mlflow/tracking/logged_model_files.h"

#include "api/mlflow/wire/answer.h"
#include "api/mlflow/wire/errors.h"
#include "api/mlflow/wire/fields.h"
#include "api/mlflow/wire/write.h"
#include "records/artifacts/artifact_store.h"
#include "records/tracking/tracking_store.h"

namespace mooring::api::mlflow {
namespace {

using records::ArtifactStore;
using records::TrackingStore;

struct ModelPlace {
  std::string root_uri, path;  // of the store
};

// Where the file or directory lies that a request names.
Result<ModelPlace> PlaceOf(const Call& call, std::string_view relative) {
  ASSIGN_OR_RETURN(TrackingStore* const store, TrackingOf(call));
  ASSIGN_OR_RETURN(const records::LoggedModel model, store->GetLoggedModel(call.parameters[0]));
  std::optional<std::string> root = StorePathOf(model.artifact_uri);
  if (!root) {
    return Error(Code::kUnsupported, "the files of this model are not kept by this server");
  }
  ModelPlace place{model.artifact_uri, std::move(*root)};
  // A slash at either end would climb nowhere, but is no path of the store.
  while (relative.ends_with('/')) relative.remove_suffix(1);
  if (!relative.empty()) place.path += "/" + std::string(relative);
  return place;
}

Result<std::string> FileBytes(const Call& call) {
  ASSIGN_OR_RETURN(const Fields in, Fields::Of(call));
  ASSIGN_OR_RETURN(const std::string file, in.Required("artifact_file_path"));
  ASSIGN_OR_RETURN(const ModelPlace place, PlaceOf(call, file));
  ASSIGN_OR_RETURN(ArtifactStore* const artifacts, ArtifactsOf(call));
  ASSIGN_OR_RETURN(const auto reader, artifacts->Get(place.path));
  if (reader->size() > kShownFileBytes) {
    return Error(Code::kTooLarge, "the file is too large to be shown: download it");
  }
  std::string bytes;
  while (bytes.size() < reader->size()) {
    ASSIGN_OR_RETURN(const ByteSpan more, reader->Read(bytes.size(), kShownFileBytes));
    if (more.empty()) return Error(Code::kDataLoss, "the file ends too early");
    bytes.append(reinterpret_cast<const char*>(more.data()), more.size());
  }
  return bytes;
}

void AnswerFile(const Call& call) {
  Result<std::string> bytes = FileBytes(call);
  if (!bytes.ok()) return call.Refuse(bytes.error());
  Response response;
  response.content_type = "application/octet-stream";
  response.body = std::move(*bytes);
  call.Answer(std::move(response));
}

}  // namespace

std::optional<std::string> StorePathOf(std::string_view artifact_uri) {
  constexpr std::string_view kScheme = "mlflow-artifacts:";
  if (!artifact_uri.starts_with(kScheme)) return std::nullopt;
  std::string_view path = artifact_uri.substr(kScheme.size());
  if (path.starts_with("//")) {
    const std::size_t host_end = std::min(path.find('/', 2), path.size());
    path.remove_prefix(host_end);
  }
  while (path.starts_with('/')) path.remove_prefix(1);
  while (path.ends_with('/')) path.remove_suffix(1);
  return std::string(path);
}

Result<std::string> ListLoggedModelFiles(const Call& call) {
  ASSIGN_OR_RETURN(const Fields in, Fields::Of(call));
  ASSIGN_OR_RETURN(std::string directory, in.Text("artifact_directory_path"));
  while (directory.ends_with('/')) directory.pop_back();
  ASSIGN_OR_RETURN(const ModelPlace place, PlaceOf(call, directory));
  ASSIGN_OR_RETURN(ArtifactStore* const artifacts, ArtifactsOf(call));
  ASSIGN_OR_RETURN(const auto entries, artifacts->List(place.path));
  if (!directory.empty()) directory.push_back('/');
  std::string body;
  JsonWriter json(body);
  json.BeginObject().Member("root_uri", place.root_uri);
  if (!entries.empty()) json.Key("files").BeginArray();
  for (const records::ArtifactEntry& entry : entries) {
    json.BeginObject().Member("path", directory + entry.name);
    json.Member("is_dir", entry.is_directory);
    if (!entry.is_directory) json.Member("file_size", entry.bytes);
    json.EndObject();
  }
  if (!entries.empty()) json.EndArray();
  json.EndObject();
  return body;
}

void ReadLoggedModelFile(const Call& call) { RunAside(call, call.api->use.mlflow, AnswerFile); }

}  // namespace mooring::api::mlflow

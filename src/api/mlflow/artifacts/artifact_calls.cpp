#include "api/mlflow/artifacts/artifact_calls.h"

#include "api/mlflow/artifacts/artifact_paths.h"
#include "api/mlflow/artifacts/transfer.h"
#include "api/mlflow/wire/answer.h"
#include "api/mlflow/wire/errors.h"
#include "api/mlflow/wire/fields.h"
#include "base/text/json_writer.h"
#include "records/artifacts/artifact_store.h"
#include "records/tracking/tracking_store.h"

namespace mooring::api::mlflow {
namespace {

using records::ArtifactEntry;

// {"files":[…]} without its brackets; nothing at all for nothing.
void WriteFiles(JsonWriter& json, const std::vector<ArtifactEntry>& entries,
                std::string_view directory) {
  if (entries.empty()) return;
  json.Key("files").BeginArray();
  for (const ArtifactEntry& entry : entries) {
    json.BeginObject().Member("path", Joined(directory, entry.name));
    json.Member("is_dir", entry.is_directory);
    if (!entry.is_directory) json.Member("file_size", entry.bytes);
    json.EndObject();
  }
  json.EndArray();
}

Result<std::string> List(const Call& call) {
  ASSIGN_OR_RETURN(auto* const store, ArtifactsOf(call));
  ASSIGN_OR_RETURN(const std::string asked, Fields::OfQuery(call.request->query).Text("path"));
  ASSIGN_OR_RETURN(const std::string path, SafePath(asked));
  ASSIGN_OR_RETURN(auto entries, store->List(path));
  if (path == kLaidOut) entries.clear();
  std::erase_if(entries,
                [&](const ArtifactEntry& each) { return path.empty() && each.name == kLaidOut; });
  std::string text;
  JsonWriter json(text);
  json.BeginObject();
  WriteFiles(json, entries, "");
  json.EndObject();
  return text;
}

Result<std::string> Delete(const Call& call) {
  ASSIGN_OR_RETURN(auto* const store, ArtifactsOf(call));
  ASSIGN_OR_RETURN(const std::string path, WritablePath(call.parameters[0]));
  RETURN_IF_ERROR(store->Remove(path));
  return Nothing();
}

// Where a run's artifacts lie, as its URI.
Result<std::string> RootOf(const Call& call) {
  ASSIGN_OR_RETURN(const std::string run_id, Fields::OfQuery(call.request->query).RunId());
  ASSIGN_OR_RETURN(auto* const tracking, TrackingOf(call));
  ASSIGN_OR_RETURN(const records::Run run, tracking->GetRun(run_id));
  return run.info.artifact_uri;
}

Result<std::string> ListOfRun(const Call& call) {
  ASSIGN_OR_RETURN(auto* const store, ArtifactsOf(call));
  ASSIGN_OR_RETURN(const std::string uri, RootOf(call));
  ASSIGN_OR_RETURN(const std::string asked, Fields::OfQuery(call.request->query).Text("path"));
  ASSIGN_OR_RETURN(const std::string path, SafePath(asked));
  ASSIGN_OR_RETURN(const std::string root, PathOfUri(uri));
  ASSIGN_OR_RETURN(const auto entries, store->List(Joined(root, path)));
  std::string text;
  JsonWriter json(text);
  json.BeginObject().Member("root_uri", uri);
  WriteFiles(json, entries, path);
  json.EndObject();
  return text;
}

Result<std::string> FileOfRun(const Call& call) {
  ASSIGN_OR_RETURN(const std::string asked, Fields::OfQuery(call.request->query).Required("path"));
  ASSIGN_OR_RETURN(const std::string uri, RootOf(call));
  return StorePath(call, uri, asked);
}

Result<std::string> Upload(const Call& call) {
  ASSIGN_OR_RETURN(auto* const store, ArtifactsOf(call));
  const Fields in = Fields::OfQuery(call.request->query);
  ASSIGN_OR_RETURN(const std::string asked, in.Required("path"));
  ASSIGN_OR_RETURN(const std::string uri, RootOf(call));
  ASSIGN_OR_RETURN(const std::string found, StorePath(call, uri, asked));
  ASSIGN_OR_RETURN(const std::string path, WritablePath(found));
  if (call.request->body.empty()) return Invalid("Request must specify data.");
  ASSIGN_OR_RETURN(const auto upload, store->Begin());
  RETURN_IF_ERROR(upload->Append(AsBytes(call.request->body)));
  RETURN_IF_ERROR(upload->Publish(path));
  return Nothing();
}

Result<std::string> FileOfPath(const Call& call) { return SafePath(call.parameters[0]); }

}  // namespace

Result<std::string> StorePath(const Call& call, std::string_view uri, std::string_view path) {
  constexpr std::string_view kRuns = "runs:/", kModels = "models:/m-";
  ASSIGN_OR_RETURN(const std::string safe, SafePath(path));
  std::string root(uri), inside;
  if (uri.starts_with(kRuns)) {
    const std::string_view rest = uri.substr(kRuns.size());
    const std::size_t slash = std::min(rest.find('/'), rest.size());
    ASSIGN_OR_RETURN(auto* const tracking, TrackingOf(call));
    ASSIGN_OR_RETURN(const records::Run run, tracking->GetRun(rest.substr(0, slash)));
    root = run.info.artifact_uri;
    if (slash < rest.size()) {
      ASSIGN_OR_RETURN(inside, SafePath(rest.substr(slash + 1)));
    }
  } else if (uri.starts_with(kModels)) {
    ASSIGN_OR_RETURN(auto* const tracking, TrackingOf(call));
    ASSIGN_OR_RETURN(const records::LoggedModel model,
                     tracking->GetLoggedModel(uri.substr(kModels.size() - 2)));
    root = model.artifact_uri;
  }
  ASSIGN_OR_RETURN(const std::string directory, PathOfUri(root));
  return Joined(Joined(directory, inside), safe);
}

void SendFound(const Call& call, Result<std::string> (*find)(const Call&)) {
  const auto send = [call, find] {
    const auto store = ArtifactsOf(call);
    if (!store.ok()) return call.Refuse(store.error());
    const Result<std::string> path = find(call);
    if (!path.ok()) return call.Refuse(path.error());
    SendFile(call, **store, *path);
  };
  const Worker& worker = call.api->use.mlflow;
  if (!worker) return send();
  if (worker(send)) return;
  call.Refuse(Error(Code::kUnavailable, "too many calls of this kind are waiting"));
}

void ListArtifacts(const Call& call) { Aside<List>(call); }
void DeleteArtifact(const Call& call) { Aside<Delete>(call); }
void ListRunArtifacts(const Call& call) { Aside<ListOfRun>(call); }
void UploadRunArtifact(const Call& call) { Aside<Upload>(call); }
void GetArtifact(const Call& call) { SendFound(call, FileOfPath); }
void GetRunArtifact(const Call& call) { SendFound(call, FileOfRun); }

void PutArtifact(const Call& call) {
  const auto store = ArtifactsOf(call);
  if (!store.ok()) return call.Refuse(store.error());
  auto path = WritablePath(call.parameters[0]);
  if (!path.ok()) return call.Refuse(path.error());
  Receive(call, **store, std::move(*path));
}

bool StreamsBody(Method method, std::string_view path) {
  if (method != Method::kPut) return false;
  constexpr std::string_view kAjax = "/ajax-", kArtifacts = "api/2.0/mlflow-artifacts/artifacts/",
                             kParts = "api/2.0/mlflow-artifacts/mpu/parts/";
  path.remove_prefix(path.starts_with(kAjax) ? kAjax.size() : 1);
  return path.starts_with(kArtifacts) || path.starts_with(kParts);
}

}  // namespace mooring::api::mlflow

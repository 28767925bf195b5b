#include "api/mlflow/registry/versions.h"

#include <algorithm>

#include "api/mlflow/registry/entities.h"
#include "api/mlflow/registry/models.h"
#include "api/mlflow/registry/rights.h"
#include "api/mlflow/registry/source_rules.h"
#include "api/mlflow/registry/webhooks.h"
#include "api/mlflow/wire/answer.h"
#include "api/mlflow/wire/errors.h"
#include "api/mlflow/wire/fields.h"
#include "records/catalogue/artifact_location.h"
#include "records/tracking/tracking_store.h"

namespace mooring::api::mlflow {
namespace {

using records::Catalogue;
using records::KeyValue;
using records::ModelVersion;

constexpr std::string_view kPromptTag = "mlflow.prompt.is_prompt";

// The catalogue, the request and the version in it, whose model the caller may at least see.
struct Asked {
  Catalogue* catalogue = nullptr;
  Fields in;
  std::string name;
  VersionNumber number = 0;
};

Result<Asked> AskOf(const Call& call, bool changes) {
  ASSIGN_OR_RETURN(Catalogue* const catalogue, CatalogueOf(call));
  ASSIGN_OR_RETURN(Fields in, Fields::Of(call));
  ASSIGN_OR_RETURN(std::string name, in.Required("name"));
  ASSIGN_OR_RETURN(const std::string version, in.Required("version"));
  ASSIGN_OR_RETURN(const VersionNumber number, ReadVersionNumber(name, version));
  if (changes) {
    RETURN_IF_ERROR(
        CheckMay(call, {.model = name, .detail = version}, NoSuchModelVersion(name, version)));
  } else {
    RETURN_IF_ERROR(CheckSees(call, name, NoSuchModelVersion(name, version)));
  }
  return Asked{catalogue, std::move(in), std::move(name), number};
}

// A copy of a version of a model that the caller does not see is one of nothing.
Status CheckCopied(const Call& call, std::string_view source) {
  constexpr std::string_view kScheme = "models:/";
  if (!source.starts_with(kScheme)) return Ok();
  std::string_view name = source.substr(kScheme.size());
  while (name.starts_with('/')) name.remove_prefix(1);
  if (name.starts_with("m-") && name.find_first_of("/@") == name.npos) return Ok();
  const std::size_t end = std::min(name.find_last_of("/@"), name.size());
  const std::string_view model = name.substr(0, end);
  return CheckSees(call, model,
                   NoSuchModelVersion(model, name.substr(std::min(end + 1, name.size()))));
}

Error NoPlace(std::string_view source, const Error& why) {
  return Error(why.code() == Code::kInternal ? Code::kInternal : Code::kInvalidArgument,
               "Unable to fetch model from model URI source artifact location '" +
                   std::string(source.substr(0, 512)) + "'.Error: " + why.message());
}

// That the source is allowed and there, and the run that it came from.
Status CompleteSource(const Call& call, Catalogue& catalogue, records::NewModelVersion& version) {
  records::TrackingStore* const tracking = call.api->use.tracking;
  std::string run_directory;
  const SourceKind kind = KindOfSource(version.source);
  if (kind == SourceKind::kLocal && !version.run_id.empty() && tracking != nullptr &&
      call.api->use.mlflow_file_locations) {
    ASSIGN_OR_RETURN(const records::Run run, tracking->GetRun(version.run_id));
    run_directory = run.info.artifact_uri;
  }
  RETURN_IF_ERROR(CheckSource(version.source, run_directory));
  if (kind != SourceKind::kModels) return Ok();
  RETURN_IF_ERROR(CheckCopied(call, version.source));
  const auto uri = records::ArtifactUriOf(catalogue, tracking, version.source);
  if (!uri.ok()) return NoPlace(version.source, uri.error());
  const std::size_t id = version.source.rfind('/') + 1;
  const bool logged = std::string_view(version.source).substr(id).starts_with("m-");
  if (logged && version.model_id.empty()) version.model_id = version.source.substr(id);
  if (!version.run_id.empty() || !logged || tracking == nullptr) return Ok();
  const auto model = tracking->GetLoggedModel(std::string_view(version.source).substr(id));
  if (model.ok()) version.run_id = model->source_run_id;
  return Ok();
}

bool IsPrompt(const std::vector<KeyValue>& tags) {
  return std::ranges::any_of(tags, [](const KeyValue& tag) { return tag.key == kPromptTag; });
}

}  // namespace

Result<std::string> CreateModelVersion(const Call& call) {
  ASSIGN_OR_RETURN(Catalogue* const catalogue, CatalogueOf(call));
  ASSIGN_OR_RETURN(const Fields in, Fields::Of(call));
  records::NewModelVersion made;
  ASSIGN_OR_RETURN(made.model, in.Required("name"));
  ASSIGN_OR_RETURN(made.source, in.Required("source"));
  ASSIGN_OR_RETURN(made.run_id, in.Text("run_id"));
  ASSIGN_OR_RETURN(made.run_link, in.Text("run_link"));
  ASSIGN_OR_RETURN(made.description, in.Text("description"));
  ASSIGN_OR_RETURN(made.model_id, in.Text("model_id"));
  ASSIGN_OR_RETURN(made.tags, in.KeyValues("tags"));
  for (const KeyValue& tag : made.tags) RETURN_IF_ERROR(CheckRegistryTag(tag));
  RETURN_IF_ERROR(CheckMay(call, {.model = made.model, .detail = made.source},
                           NoSuchRegisteredModel(made.model)));
  if (!IsPrompt(made.tags)) RETURN_IF_ERROR(CompleteSource(call, *catalogue, made));
  made.user = call.caller();
  ASSIGN_OR_RETURN(const ModelVersion version, catalogue->CreateVersion(made));
  TellEvent(call, "MODEL_VERSION", "CREATED",
            {{"name", version.model},
             {"version", std::to_string(version.number)},
             {"source", version.source},
             {"run_id", version.run_id},
             {"description", version.description}});
  return ModelVersionJson(version);
}

Result<std::string> GetModelVersion(const Call& call) {
  ASSIGN_OR_RETURN(const Asked asked, AskOf(call, false));
  ASSIGN_OR_RETURN(const ModelVersion version, asked.catalogue->Version(asked.name, asked.number));
  return ModelVersionJson(version);
}

Result<std::string> UpdateModelVersion(const Call& call) {
  ASSIGN_OR_RETURN(const Asked asked, AskOf(call, true));
  ASSIGN_OR_RETURN(const std::string description, asked.in.Text("description"));
  ASSIGN_OR_RETURN(const ModelVersion version,
                   asked.catalogue->DescribeVersion(asked.name, asked.number, description));
  return ModelVersionJson(version);
}

Result<std::string> DeleteModelVersion(const Call& call) {
  ASSIGN_OR_RETURN(const Asked asked, AskOf(call, true));
  RETURN_IF_ERROR(asked.catalogue->DeleteVersion(asked.name, asked.number,
                                                 ChangeBy(call, "deleted by an MLflow client")));
  return Nothing();
}

Result<std::string> TransitionStage(const Call& call) {
  ASSIGN_OR_RETURN(const Asked asked, AskOf(call, true));
  ASSIGN_OR_RETURN(const std::string name, asked.in.Required("stage"));
  ASSIGN_OR_RETURN(const bool archive, asked.in.Bool("archive_existing_versions"));
  ASSIGN_OR_RETURN(const records::Stage stage, records::ParseStage(name));
  ASSIGN_OR_RETURN(const ModelVersion version,
                   asked.catalogue->SetStage(asked.name, asked.number, stage, archive));
  return ModelVersionJson(version);
}

Result<std::string> SetModelVersionTag(const Call& call) {
  ASSIGN_OR_RETURN(const Asked asked, AskOf(call, true));
  KeyValue tag;
  ASSIGN_OR_RETURN(tag.key, asked.in.Required("key"));
  ASSIGN_OR_RETURN(tag.value, asked.in.Text("value"));
  RETURN_IF_ERROR(CheckRegistryTag(tag));
  RETURN_IF_ERROR(asked.catalogue->SetVersionTag(asked.name, asked.number, tag));
  TellEvent(call, "MODEL_VERSION_TAG", "SET",
            {{"name", asked.name},
             {"version", std::to_string(asked.number)},
             {"key", tag.key},
             {"value", tag.value}});
  return Nothing();
}

Result<std::string> DeleteModelVersionTag(const Call& call) {
  ASSIGN_OR_RETURN(const Asked asked, AskOf(call, true));
  ASSIGN_OR_RETURN(const std::string key, asked.in.Required("key"));
  RETURN_IF_ERROR(asked.catalogue->DeleteVersionTag(asked.name, asked.number, key));
  TellEvent(call, "MODEL_VERSION_TAG", "DELETED",
            {{"name", asked.name}, {"version", std::to_string(asked.number)}, {"key", key}});
  return Nothing();
}

}  // namespace mooring::api::mlflow

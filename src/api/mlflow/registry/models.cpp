#include "api/mlflow/registry/models.h"

#include <algorithm>

#include "api/mlflow/registry/entities.h"
#include "api/mlflow/registry/rights.h"
#include "api/mlflow/registry/webhooks.h"
#include "api/mlflow/wire/answer.h"
#include "api/mlflow/wire/errors.h"
#include "api/mlflow/wire/fields.h"

namespace mooring::api::mlflow {
namespace {

using records::Catalogue;
using records::KeyValue;
using records::Permission;
using records::RegisteredModel;

constexpr std::size_t kTagKeyBytes = 250, kTagValueBytes = 100'000;

// The catalogue, the request and the name in it, which the caller may at least see.
struct Asked {
  Catalogue* catalogue = nullptr;
  Fields in;
  std::string name;
};

Result<Asked> AskOf(const Call& call, bool changes) {
  ASSIGN_OR_RETURN(Catalogue* const catalogue, CatalogueOf(call));
  ASSIGN_OR_RETURN(Fields in, Fields::Of(call));
  ASSIGN_OR_RETURN(std::string name, in.Required("name"));
  if (changes) {
    RETURN_IF_ERROR(CheckMay(call, {.model = name}, NoSuchRegisteredModel(name)));
  } else {
    RETURN_IF_ERROR(CheckSees(call, name, NoSuchRegisteredModel(name)));
  }
  return Asked{catalogue, std::move(in), std::move(name)};
}

}  // namespace

Status CheckRegistryTag(const KeyValue& tag) {
  if (tag.key.size() > kTagKeyBytes) return TooLong("key", kTagKeyBytes);
  if (tag.value.size() > kTagValueBytes) return TooLong("value", kTagValueBytes);
  return Ok();
}

Result<std::string> CreateRegisteredModel(const Call& call) {
  ASSIGN_OR_RETURN(Catalogue* const catalogue, CatalogueOf(call));
  ASSIGN_OR_RETURN(const Fields in, Fields::Of(call));
  records::NewRegisteredModel made;
  ASSIGN_OR_RETURN(made.name, in.Required("name"));
  ASSIGN_OR_RETURN(made.description, in.Text("description"));
  ASSIGN_OR_RETURN(made.tags, in.KeyValues("tags"));
  for (const KeyValue& tag : made.tags) RETURN_IF_ERROR(CheckRegistryTag(tag));
  // Whoever may not make it learns nothing of whether it is there.
  RETURN_IF_ERROR(CheckMay(call, {.model = made.name},
                           Error(Code::kPermissionDenied, "you may not make this model")));
  made.user = call.caller();
  ASSIGN_OR_RETURN(const RegisteredModel model, catalogue->CreateModel(made));
  TellEvent(call, "REGISTERED_MODEL", "CREATED",
            {{"name", made.name}, {"description", made.description}});
  return RegisteredModelJson(model);
}

Result<std::string> GetRegisteredModel(const Call& call) {
  ASSIGN_OR_RETURN(const Asked asked, AskOf(call, false));
  ASSIGN_OR_RETURN(const RegisteredModel model, asked.catalogue->Model(asked.name));
  return RegisteredModelJson(model);
}

Result<std::string> UpdateRegisteredModel(const Call& call) {
  ASSIGN_OR_RETURN(const Asked asked, AskOf(call, true));
  ASSIGN_OR_RETURN(const std::string description, asked.in.Text("description"));
  ASSIGN_OR_RETURN(const RegisteredModel model,
                   asked.catalogue->DescribeModel(asked.name, description));
  return RegisteredModelJson(model);
}

Result<std::string> RenameRegisteredModel(const Call& call) {
  ASSIGN_OR_RETURN(const Asked asked, AskOf(call, true));
  ASSIGN_OR_RETURN(const std::string to, asked.in.Required("new_name"));
  RETURN_IF_ERROR(CheckMay(call, {.model = to, .detail = asked.name},
                           Error(Code::kPermissionDenied, "you may not make this model")));
  ASSIGN_OR_RETURN(const RegisteredModel model, asked.catalogue->RenameModel(asked.name, to));
  return RegisteredModelJson(model);
}

Result<std::string> DeleteRegisteredModel(const Call& call) {
  ASSIGN_OR_RETURN(const Asked asked, AskOf(call, true));
  RETURN_IF_ERROR(
      asked.catalogue->DeleteModel(asked.name, ChangeBy(call, "deleted by an MLflow client")));
  return Nothing();
}

Result<std::string> GetLatestVersions(const Call& call) {
  ASSIGN_OR_RETURN(const Asked asked, AskOf(call, false));
  ASSIGN_OR_RETURN(const std::vector<std::string> names, asked.in.Texts("stages"));
  std::vector<records::Stage> stages;
  ASSIGN_OR_RETURN(RegisteredModel model, asked.catalogue->Model(asked.name));
  for (const std::string& name : names) {
    ASSIGN_OR_RETURN(const records::Stage stage, records::ParseStage(name));
    stages.push_back(stage);
  }
  if (!stages.empty()) {
    std::erase_if(model.latest, [&](const records::ModelVersion& version) {
      return std::ranges::find(stages, version.stage) == stages.end();
    });
  }
  return ModelVersionsJson(model.latest);
}

Result<std::string> SetRegisteredModelTag(const Call& call) {
  ASSIGN_OR_RETURN(const Asked asked, AskOf(call, true));
  KeyValue tag;
  ASSIGN_OR_RETURN(tag.key, asked.in.Required("key"));
  ASSIGN_OR_RETURN(tag.value, asked.in.Text("value"));
  RETURN_IF_ERROR(CheckRegistryTag(tag));
  RETURN_IF_ERROR(asked.catalogue->SetModelTag(asked.name, tag));
  return Nothing();
}

Result<std::string> DeleteRegisteredModelTag(const Call& call) {
  ASSIGN_OR_RETURN(const Asked asked, AskOf(call, true));
  ASSIGN_OR_RETURN(const std::string key, asked.in.Required("key"));
  RETURN_IF_ERROR(asked.catalogue->DeleteModelTag(asked.name, key));
  return Nothing();
}

}  // namespace mooring::api::mlflow

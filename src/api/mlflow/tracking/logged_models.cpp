#include "api/mlflow/tracking/logged_models.h"

#include "api/mlflow/tracking/entities.h"
#include "api/mlflow/tracking/page.h"
#include "api/mlflow/wire/answer.h"
#include "api/mlflow/wire/batch.h"
#include "api/mlflow/wire/errors.h"
#include "api/mlflow/wire/names.h"

namespace mooring::api::mlflow {
namespace {

using records::KeyValue;
using records::LoggedModel;
using records::TrackingStore;

constexpr std::size_t kDefaultModels = 50;

using Registrations = std::vector<records::VersionName>;

std::string ModelJson(const LoggedModel& model, const Registrations& registrations = {}) {
  std::string body;
  JsonWriter json(body);
  json.BeginObject().Key("model");
  WriteLoggedModelWith(json, model, registrations);
  json.EndObject();
  return body;
}

// Which versions were registered from it, of models that the caller sees.
Result<Registrations> RegistrationsOf(const Call& call, const LoggedModel& model) {
  records::Catalogue* const catalogue = call.api->use.catalogue;
  if (catalogue == nullptr) return Registrations();
  ASSIGN_OR_RETURN(Registrations all, catalogue->RegisteredFrom(model.id));
  std::erase_if(all, [&](const auto& each) { return !call.principal->Sees(each.model); });
  return all;
}

Status CheckModelName(std::string_view name) {
  constexpr std::string_view kForbidden = "/:.%\"'";
  if (name.find_first_of(kForbidden) == name.npos) return Ok();
  return Invalid("Invalid model name (" + std::string(name.substr(0, kShownBytes)) +
                 ") provided. Model name must be a non-empty string and cannot contain the "
                 "following characters: ('/', ':', '.', '%', '\"', \"'\")");
}

Result<std::vector<KeyValue>> ReadPairs(const Fields& in, std::string_view list) {
  ASSIGN_OR_RETURN(std::vector<KeyValue> pairs, in.KeyValues(list));
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    RETURN_IF_ERROR(CheckTag(pairs[i], std::string(list) + "[" + std::to_string(i) + "]"));
  }
  return pairs;
}

Result<records::LoggedModelOrder> ReadOrder(const Fields& in) {
  records::LoggedModelOrder order;
  ASSIGN_OR_RETURN(order.field, in.Required("field_name"));
  order.ascending = true;
  if (in.Has("ascending")) {
    ASSIGN_OR_RETURN(order.ascending, in.Bool("ascending"));
  }
  ASSIGN_OR_RETURN(order.dataset_name, in.Text("dataset_name"));
  ASSIGN_OR_RETURN(order.dataset_digest, in.Text("dataset_digest"));
  if (order.dataset_name.empty() && !order.dataset_digest.empty()) {
    return Invalid("`dataset_digest` can only be specified if `dataset_name` is also specified.");
  }
  return order;
}

}  // namespace

Result<std::string> CreateLoggedModel(const Call& call) {
  ASSIGN_OR_RETURN(TrackingStore* const store, TrackingOf(call));
  ASSIGN_OR_RETURN(const Fields in, Fields::Of(call));
  records::NewLoggedModel made;
  ASSIGN_OR_RETURN(made.experiment_id, in.Required("experiment_id"));
  ASSIGN_OR_RETURN(made.name, in.Text("name"));
  ASSIGN_OR_RETURN(made.model_type, in.Text("model_type"));
  ASSIGN_OR_RETURN(made.source_run_id, in.Text("source_run_id"));
  ASSIGN_OR_RETURN(made.params, ReadPairs(in, "params"));
  ASSIGN_OR_RETURN(made.tags, ReadPairs(in, "tags"));
  RETURN_IF_ERROR(CheckModelName(made.name));
  RETURN_IF_ERROR(CheckLength(made.name, kExperimentNameCharacters, "name"));
  RETURN_IF_ERROR(CheckLength(made.model_type, kExperimentNameCharacters, "model_type"));
  ASSIGN_OR_RETURN(const LoggedModel model, store->CreateLoggedModel(made));
  return ModelJson(model);
}

Result<std::string> FinalizeLoggedModel(const Call& call) {
  ASSIGN_OR_RETURN(TrackingStore* const store, TrackingOf(call));
  ASSIGN_OR_RETURN(const Fields in, Fields::Of(call));
  if (!in.Has("status")) return MissingValue("status");
  const auto status = ParseLoggedModelStatus(in.NameOrNumber("status"));
  if (!status) return WrongType("status", in.Shown("status"), in.TypeOf("status"));
  ASSIGN_OR_RETURN(const LoggedModel model,
                   store->FinalizeLoggedModel(call.parameters[0], *status));
  return ModelJson(model);
}

Result<std::string> GetLoggedModel(const Call& call) {
  ASSIGN_OR_RETURN(TrackingStore* const store, TrackingOf(call));
  ASSIGN_OR_RETURN(const LoggedModel model, store->GetLoggedModel(call.parameters[0]));
  ASSIGN_OR_RETURN(const Registrations registrations, RegistrationsOf(call, model));
  return ModelJson(model, registrations);
}

Result<std::string> DeleteLoggedModel(const Call& call) {
  ASSIGN_OR_RETURN(TrackingStore* const store, TrackingOf(call));
  RETURN_IF_ERROR(store->DeleteLoggedModel(call.parameters[0]));
  return Nothing();
}

Result<std::string> SearchLoggedModels(const Call& call) {
  ASSIGN_OR_RETURN(TrackingStore* const store, TrackingOf(call));
  ASSIGN_OR_RETURN(const Fields in, Fields::Of(call));
  records::LoggedModelSearch search;
  ASSIGN_OR_RETURN(search.experiment_ids, in.Texts("experiment_ids"));
  ASSIGN_OR_RETURN(search.filter, in.Text("filter"));
  ASSIGN_OR_RETURN(search.page_token, in.Text("page_token"));
  ASSIGN_OR_RETURN(search.max_results, in.MaxResults(kDefaultModels, kMostResults));
  ASSIGN_OR_RETURN(const std::vector<Fields> datasets, in.Objects("datasets"));
  for (const Fields& each : datasets) {
    ASSIGN_OR_RETURN(std::string name, each.Required("dataset_name"));
    ASSIGN_OR_RETURN(std::string digest, each.Text("dataset_digest"));
    search.datasets.emplace_back(std::move(name), std::move(digest));
  }
  ASSIGN_OR_RETURN(const std::vector<Fields> orders, in.Objects("order_by"));
  for (const Fields& each : orders) {
    ASSIGN_OR_RETURN(records::LoggedModelOrder order, ReadOrder(each));
    search.order_by.push_back(std::move(order));
  }
  if (search.experiment_ids.empty()) return Nothing();
  ASSIGN_OR_RETURN(const auto page, store->SearchLoggedModels(search));
  return PageJson(page, "models", WriteLoggedModel);
}

Result<std::string> SetLoggedModelTags(const Call& call) {
  ASSIGN_OR_RETURN(TrackingStore* const store, TrackingOf(call));
  ASSIGN_OR_RETURN(const Fields in, Fields::Of(call));
  ASSIGN_OR_RETURN(const std::vector<KeyValue> tags, ReadPairs(in, "tags"));
  RETURN_IF_ERROR(store->SetLoggedModelTags(call.parameters[0], tags));
  return Nothing();
}

Result<std::string> DeleteLoggedModelTag(const Call& call) {
  ASSIGN_OR_RETURN(TrackingStore* const store, TrackingOf(call));
  RETURN_IF_ERROR(store->DeleteLoggedModelTag(call.parameters[0], call.parameters[1]));
  return Nothing();
}

Result<std::string> LogLoggedModelParams(const Call& call) {
  ASSIGN_OR_RETURN(TrackingStore* const store, TrackingOf(call));
  ASSIGN_OR_RETURN(const Fields in, Fields::Of(call));
  ASSIGN_OR_RETURN(const std::vector<KeyValue> params, ReadPairs(in, "params"));
  RETURN_IF_ERROR(store->LogLoggedModelParams(call.parameters[0], params));
  return Nothing();
}

}  // namespace mooring::api::mlflow

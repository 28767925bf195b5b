#include "api/mlflow/tracking/logging.h"

#include "api/mlflow/wire/answer.h"
#include "api/mlflow/wire/batch.h"
#include "api/mlflow/wire/errors.h"
#include "api/mlflow/wire/names.h"

namespace mooring::api::mlflow {
namespace {

using records::DatasetInput;
using records::KeyValue;
using records::TrackingStore;

constexpr std::size_t kDatasetsAtOnce = 1000;
constexpr std::string_view kModelHistory = "mlflow.log-model.history";

Result<DatasetInput> ReadDatasetInput(const Fields& in) {
  DatasetInput input;
  ASSIGN_OR_RETURN(input.tags, in.KeyValues("tags"));
  for (const KeyValue& tag : input.tags) {
    RETURN_IF_ERROR(CheckLength(tag.key, 255, "key"));
    RETURN_IF_ERROR(CheckLength(tag.value, 500, "value"));
  }
  ASSIGN_OR_RETURN(const Fields dataset, in.Object("dataset"));
  struct Member {
    std::string_view name;
    std::string* text;
    std::size_t most;
    bool required;
  };
  records::Dataset& made = input.dataset;
  for (const Member& member :
       {Member{"name", &made.name, 500, true}, Member{"digest", &made.digest, 36, true},
        Member{"source_type", &made.source_type, 36, true},
        Member{"source", &made.source, 65'535, true},
        Member{"schema", &made.schema, 1'048'575, false},
        Member{"profile", &made.profile, 16'777'215, false}}) {
    auto text = member.required ? dataset.Required(member.name) : dataset.Text(member.name);
    if (!text.ok()) return std::move(text).error();
    *member.text = std::move(*text);
    RETURN_IF_ERROR(CheckLength(*member.text, member.most, member.name));
  }
  return input;
}

// What a description of a model must have.
Status CheckModelJson(const std::string& text) {
  const auto model = Json::Parse(text, {.name = "model_json"});
  if (!model.ok() || !model->IsObject()) {
    return Invalid("Malformed model info. \n " + text.substr(0, 1000) + " \n is not a valid JSON.");
  }
  std::string missing;
  for (const char* const member : {"artifact_path", "flavors", "run_id", "utc_time_created"}) {
    if (model->Find(member) != nullptr) continue;
    missing += std::string(missing.empty() ? "'" : ", '") + member + "'";
  }
  if (missing.empty()) return Ok();
  return Invalid("Model json is missing mandatory fields: {" + missing + "}");
}

// A JSON list with one more element; a new list when there was none.
std::string Appended(std::string_view list, const std::string& element) {
  const auto old = Json::Parse(list);
  const bool grows = old.ok() && old->IsArray() && !old->AsArray().value()->empty();
  if (!grows) return "[" + element + "]";
  return std::string(list.substr(0, list.rfind(']'))) + ", " + element + "]";
}

}  // namespace

Result<std::string> LogMetric(const Call& call) {
  ASSIGN_OR_RETURN(TrackingStore* const store, TrackingOf(call));
  ASSIGN_OR_RETURN(const Fields in, Fields::Of(call));
  ASSIGN_OR_RETURN(const std::string id, in.RunId());
  ASSIGN_OR_RETURN(records::Metric metric, ReadMetric(in));
  RETURN_IF_ERROR(CheckRunId(id));
  RETURN_IF_ERROR(CheckMetric(metric, ""));
  metric.value = KeptValue(metric.value);
  RETURN_IF_ERROR(store->LogBatch(id, {.metrics = std::span(&metric, 1)}));
  return Nothing();
}

Result<std::string> LogParameter(const Call& call) {
  ASSIGN_OR_RETURN(TrackingStore* const store, TrackingOf(call));
  ASSIGN_OR_RETURN(const Fields in, Fields::Of(call));
  ASSIGN_OR_RETURN(const std::string id, in.RunId());
  KeyValue param;
  ASSIGN_OR_RETURN(param.key, in.Required("key"));
  ASSIGN_OR_RETURN(param.value, in.Text("value"));
  RETURN_IF_ERROR(CheckRunId(id));
  RETURN_IF_ERROR(CheckParam(param, ""));
  RETURN_IF_ERROR(store->LogParam(id, param));
  return Nothing();
}

Result<std::string> SetTag(const Call& call) {
  ASSIGN_OR_RETURN(TrackingStore* const store, TrackingOf(call));
  ASSIGN_OR_RETURN(const Fields in, Fields::Of(call));
  ASSIGN_OR_RETURN(const std::string id, in.RunId());
  KeyValue tag;
  ASSIGN_OR_RETURN(tag.key, in.Required("key"));
  ASSIGN_OR_RETURN(tag.value, in.Text("value"));
  RETURN_IF_ERROR(CheckRunId(id));
  RETURN_IF_ERROR(CheckTag(tag, ""));
  RETURN_IF_ERROR(store->LogBatch(id, {.tags = std::span(&tag, 1)}));
  return Nothing();
}

Result<std::string> DeleteTag(const Call& call) {
  ASSIGN_OR_RETURN(TrackingStore* const store, TrackingOf(call));
  ASSIGN_OR_RETURN(const Fields in, Fields::Of(call));
  ASSIGN_OR_RETURN(const std::string id, in.RunId());
  ASSIGN_OR_RETURN(const std::string key, in.Required("key"));
  RETURN_IF_ERROR(store->DeleteTag(id, key));
  return Nothing();
}

Result<std::string> LogBatch(const Call& call) {
  ASSIGN_OR_RETURN(TrackingStore* const store, TrackingOf(call));
  ASSIGN_OR_RETURN(const Batch batch, ReadBatch(*call.request));
  RETURN_IF_ERROR(store->LogBatch(batch.run_id, batch.view()));
  return Nothing();
}

Result<std::string> LogModel(const Call& call) {
  ASSIGN_OR_RETURN(TrackingStore* const store, TrackingOf(call));
  ASSIGN_OR_RETURN(const Fields in, Fields::Of(call));
  ASSIGN_OR_RETURN(const std::string id, in.RunId());
  ASSIGN_OR_RETURN(const std::string model, in.Required("model_json"));
  RETURN_IF_ERROR(CheckModelJson(model));
  ASSIGN_OR_RETURN(const records::Run run, store->GetRun(id));
  KeyValue tag{std::string(kModelHistory), ""};
  for (const KeyValue& each : run.tags) {
    if (each.key == kModelHistory) tag.value = each.value;
  }
  tag.value = Appended(tag.value, model);
  RETURN_IF_ERROR(store->LogBatch(id, {.tags = std::span(&tag, 1)}));
  return Nothing();
}

Result<std::string> LogInputs(const Call& call) {
  ASSIGN_OR_RETURN(TrackingStore* const store, TrackingOf(call));
  ASSIGN_OR_RETURN(const Fields in, Fields::Of(call));
  ASSIGN_OR_RETURN(const std::string id, in.RunId());
  ASSIGN_OR_RETURN(const std::vector<Fields> given, in.Objects("datasets"));
  if (given.size() > kDatasetsAtOnce) {
    return Invalid("A request can contain at most " + std::to_string(kDatasetsAtOnce) +
                   " datasets. Got " + std::to_string(given.size()) + " datasets.");
  }
  std::vector<DatasetInput> datasets;
  for (const Fields& each : given) {
    ASSIGN_OR_RETURN(DatasetInput input, ReadDatasetInput(each));
    datasets.push_back(std::move(input));
  }
  std::vector<std::string> models;
  ASSIGN_OR_RETURN(const std::vector<Fields> named, in.Objects("models"));
  for (const Fields& each : named) {
    ASSIGN_OR_RETURN(std::string model, each.Required("model_id"));
    models.push_back(std::move(model));
  }
  RETURN_IF_ERROR(CheckRunId(id));
  RETURN_IF_ERROR(store->LogInputs(id, datasets, models));
  return Nothing();
}

Result<std::string> LogOutputs(const Call& call) {
  ASSIGN_OR_RETURN(TrackingStore* const store, TrackingOf(call));
  ASSIGN_OR_RETURN(const Fields in, Fields::Of(call));
  ASSIGN_OR_RETURN(const std::string id, in.RunId());
  if (!in.Has("models")) return MissingValue("models");
  std::vector<records::ModelOutput> models;
  ASSIGN_OR_RETURN(const std::vector<Fields> given, in.Objects("models"));
  for (const Fields& each : given) {
    records::ModelOutput output;
    ASSIGN_OR_RETURN(output.model_id, each.Required("model_id"));
    ASSIGN_OR_RETURN(const auto step, each.Int("step"));
    output.step = step.value_or(0);
    models.push_back(std::move(output));
  }
  RETURN_IF_ERROR(store->LogOutputs(id, models));
  return Nothing();
}

}  // namespace mooring::api::mlflow

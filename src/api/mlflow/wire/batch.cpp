#include "api/mlflow/wire/batch.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "api/mlflow/wire/errors.h"
#include "api/mlflow/wire/names.h"
#include "api/mlflow/wire/write.h"
#include "base/text/json_writer.h"

namespace mooring::api::mlflow {
namespace {

using records::KeyValue;
using records::Metric;

std::string Joined(std::string_view path, std::string_view member) {
  std::string joined(path);
  if (!joined.empty()) joined.push_back('.');
  return joined.append(member);
}

std::string At(std::string_view list, std::size_t index) {
  return std::string(list) + "[" + std::to_string(index) + "]";
}

Status CheckCount(std::string_view what, std::size_t most, std::size_t count) {
  if (count <= most) return Ok();
  std::string text = "A batch logging request can contain at most " + std::to_string(most) + " ";
  text.append(what).append(". Got ").append(std::to_string(count)).append(" ").append(what);
  text.append(". Please split up ").append(what);
  return Invalid(text.append(" across multiple requests and try again."));
}

// "['z', 'z']": each further one of a key, in the order of the request.
Status CheckUnique(const std::vector<KeyValue>& params) {
  std::string twice;
  for (std::size_t i = 0; i < params.size(); ++i) {
    const auto before = params.begin() + static_cast<std::ptrdiff_t>(i);
    const bool known = std::any_of(params.begin(), before,
                                   [&](const KeyValue& each) { return each.key == params[i].key; });
    if (known) twice += (twice.empty() ? "'" : ", '") + params[i].key + "'";
  }
  if (twice.empty()) return Ok();
  return Invalid("Duplicate parameter keys have been submitted: [" + twice +
                 "]. Please ensure the request contains only one param value per param key.");
}

}  // namespace

Result<Metric> ReadMetric(const Fields& in) {
  Metric metric;
  ASSIGN_OR_RETURN(metric.key, in.Required("key"));
  ASSIGN_OR_RETURN(metric.value, in.RequiredNumber("value"));
  ASSIGN_OR_RETURN(metric.timestamp, in.RequiredInt("timestamp"));
  ASSIGN_OR_RETURN(const auto step, in.Int("step"));
  metric.step = step.value_or(0);
  ASSIGN_OR_RETURN(metric.model_id, in.Text("model_id"));
  ASSIGN_OR_RETURN(metric.dataset_name, in.Text("dataset_name"));
  ASSIGN_OR_RETURN(metric.dataset_digest, in.Text("dataset_digest"));
  return metric;
}

Status CheckMetric(const Metric& metric, std::string_view path) {
  RETURN_IF_ERROR(CheckKey(metric.key, Joined(path, "name"), "Metric name"));
  if (metric.timestamp < 0) {
    std::string value;
    JsonWriter json(value);
    WriteDouble(json, metric.value);
    return InvalidValue(Joined(path, "timestamp"), std::to_string(metric.timestamp),
                        "metric '" + metric.key.substr(0, kShownBytes) + "' (value=" + value +
                            "). Timestamp must be a nonnegative long (64-bit integer) ");
  }
  return Ok();
}

Status CheckParam(KeyValue& param, std::string_view path) {
  RETURN_IF_ERROR(CheckKey(param.key, Joined(path, "key"), "Param key"));
  Truncate(param.value, kParamValueCharacters);
  return Ok();
}

Status CheckTag(KeyValue& tag, std::string_view path) {
  const std::string key = Joined(path, "key");
  RETURN_IF_ERROR(CheckKey(tag.key, key, key));
  Truncate(tag.value, kTagValueCharacters);
  return Ok();
}

double KeptValue(double value) {
  if (!std::isinf(value)) [[likely]]
    return value;
  return std::copysign(std::numeric_limits<double>::max(), value);
}

Status CheckBatch(Batch& batch) {
  RETURN_IF_ERROR(CheckRunId(batch.run_id));
  for (std::size_t i = 0; i < batch.metrics.size(); ++i) {
    batch.metrics[i].value = KeptValue(batch.metrics[i].value);
    if (batch.metrics[i].timestamp >= 0 && IsUsualKey(batch.metrics[i].key)) [[likely]]
      continue;
    RETURN_IF_ERROR(CheckMetric(batch.metrics[i], At("metrics", i)));
  }
  for (std::size_t i = 0; i < batch.params.size(); ++i) {
    RETURN_IF_ERROR(CheckParam(batch.params[i], At("params", i)));
  }
  for (std::size_t i = 0; i < batch.tags.size(); ++i) {
    RETURN_IF_ERROR(CheckTag(batch.tags[i], At("tags", i)));
  }
  RETURN_IF_ERROR(CheckCount("metrics", kBatchMetrics, batch.metrics.size()));
  RETURN_IF_ERROR(CheckCount("params", kBatchParams, batch.params.size()));
  RETURN_IF_ERROR(CheckCount("tags", kBatchTags, batch.tags.size()));
  RETURN_IF_ERROR(CheckCount("metrics, params, and tags", kBatchEntries,
                             batch.metrics.size() + batch.params.size() + batch.tags.size()));
  return CheckUnique(batch.params);
}

Result<Batch> ReadBatchOf(const Fields& in) {
  Batch batch;
  ASSIGN_OR_RETURN(batch.run_id, in.RunId());
  ASSIGN_OR_RETURN(const std::vector<Fields> metrics, in.Objects("metrics"));
  for (const Fields& each : metrics) {
    ASSIGN_OR_RETURN(Metric metric, ReadMetric(each));
    batch.metrics.push_back(std::move(metric));
  }
  ASSIGN_OR_RETURN(batch.params, in.KeyValues("params"));
  ASSIGN_OR_RETURN(batch.tags, in.KeyValues("tags"));
  return batch;
}

Result<Batch> ReadBatch(const Request& request) {
  RETURN_IF_ERROR(CheckJsonType(request));
  if (request.body.size() > kBatchBytes) {
    return Invalid("Batched logging API requests must be at most " + std::to_string(kBatchBytes) +
                   " bytes, got a request of size " + std::to_string(request.body.size()) + ".");
  }
  if (std::optional<Batch> quick = ReadBatchQuickly(request.body)) {
    RETURN_IF_ERROR(CheckBatch(*quick));
    return std::move(*quick);
  }
  ASSIGN_OR_RETURN(Batch batch, ReadBatchOf(Fields::OfBody(request.body)));
  RETURN_IF_ERROR(CheckBatch(batch));
  return batch;
}

}  // namespace mooring::api::mlflow

// What is tracked of training: experiments, their runs, metrics, parameters, tags, the data that
// went in and the models that came out. The words are MLflow's, whose clients write all of it.
//
// Times are milliseconds since 1970 UTC, as clients give them. Texts are UTF-8 as they were sent.
// Thread safety: plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace mooring::records {

using Millis = std::int64_t;

// A tag or a parameter.
struct KeyValue {
  std::string key, value;
  bool operator==(const KeyValue&) const = default;
};

// What is deleted can be restored until it is purged.
enum class Lifecycle : std::uint8_t { kActive, kDeleted };

struct Experiment {
  std::string id;  // a decimal number; "0" is the experiment Default, there from the start
  std::string name;
  std::string artifact_location;
  Lifecycle stage = Lifecycle::kActive;
  Millis created = 0, updated = 0;
  std::vector<KeyValue> tags;
};

enum class RunStatus : std::uint8_t { kRunning = 1, kScheduled, kFinished, kFailed, kKilled };

struct RunHeader {
  std::string id;  // [a-zA-Z0-9][\w-]{0,255}; ours are 32 hexadecimal digits
  std::string name, experiment_id, user_id, artifact_uri;
  RunStatus status = RunStatus::kRunning;
  Lifecycle stage = Lifecycle::kActive;
  std::optional<Millis> start, end;
};

struct MetricPoint {
  double value = 0;  // any double, NaN and infinities too
  Millis timestamp = 0;
  std::int64_t step = 0;
};

// One point of one metric. `model_id` attaches it to a logged model, too; the dataset is named as
// it was logged.
struct Metric : MetricPoint {
  std::string key;
  std::string model_id, dataset_name, dataset_digest;
  std::string run_id;  // filled where metrics of several runs stand together
};

// Identified by experiment, name and digest.
struct Dataset {
  std::string name, digest, source_type, source, schema, profile;
};
struct DatasetInput {
  Dataset dataset;
  std::vector<KeyValue> tags;
};
struct ModelOutput {
  std::string model_id;
  std::int64_t step = 0;
};

struct Run {
  RunHeader info;
  // Of each key the latest: the greatest by (step, timestamp, value); by key.
  std::vector<Metric> metrics;
  std::vector<KeyValue> params, tags;  // by key
  std::vector<DatasetInput> dataset_inputs;
  std::vector<std::string> model_inputs;
  std::vector<ModelOutput> model_outputs;
};

enum class LoggedModelStatus : std::uint8_t { kPending = 1, kReady, kUploadFailed };

struct LoggedModel {
  std::string id;  // "m-" and 32 hexadecimal digits
  std::string experiment_id, name, artifact_uri, model_type, source_run_id, status_message;
  LoggedModelStatus status = LoggedModelStatus::kPending;
  Millis created = 0, updated = 0;
  std::vector<KeyValue> params, tags;
  std::vector<Metric> metrics;  // latest of each (key, dataset)
};

}  // namespace mooring::records

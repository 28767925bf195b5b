#include "control/moving/export.h"

#include <fmt/format.h>

#include "base/crypto/digest.h"
#include "control/moving/closed_tree.h"
#include "control/moving/file_store_writer.h"
#include "control/moving/mlflow_files.h"
#include "records/catalogue/artifact_location.h"

namespace mooring::control {
namespace {

using records::Lifecycle;

constexpr std::size_t kReadBytes = 1 << 20;
constexpr std::size_t kRunsAPage = 200;

std::string_view StageText(Lifecycle stage) {
  return stage == Lifecycle::kDeleted ? "deleted" : "active";
}

class Exporter {
 public:
  Exporter(const MovingStores& stores, const ExportOptions& options)
      : stores_(stores), options_(options), out_(*options.files, options.directory) {}

  Result<ExportReport> Run();

 private:
  Status WriteExperiment(const records::Experiment& experiment);
  Status WriteRuns(const records::Experiment& experiment, const std::string& directory);
  Status WriteModels(const records::Experiment& experiment, const std::string& directory);
  Status WriteRun(const records::Run& run, const std::string& experiment);
  Status WriteInputs(const records::Run& run, const std::string& experiment,
                     const std::string& directory);
  Status WriteHistory(const records::Run& run, const std::string& directory);
  Status WriteModel(const records::LoggedModel& model, const std::string& experiment);
  Status WriteArtifacts(const std::string& uri, const std::string& directory);
  Status WriteRegistry();
  Status WriteRegistered(const records::RegisteredModel& model);
  Status WriteVersion(const records::ModelVersion& version, const std::string& directory);
  std::string SourceThere(const std::string& source) const;
  Status Tell();

  const MovingStores& stores_;
  const ExportOptions& options_;
  FileStoreWriter out_;
  ExportReport report_;
  std::map<std::string, std::string> experiments_;  // where they lie here: their directory there
};

Status Exporter::Tell() {
  for (std::string& note : out_.TakeNotes()) report_.notes.push_back(std::move(note));
  if (options_.progress && !options_.progress(report_)) {
    return Error(Code::kUnavailable, "stopped").Help("remove the directory and export again");
  }
  return Ok();
}

Status Exporter::WriteArtifacts(const std::string& uri, const std::string& directory) {
  const auto root = records::StoredPath(uri);
  if (!root.ok()) {
    out_.Note(directory + ": " + root.error().ToString());
    return Ok();
  }
  ASSIGN_OR_RETURN(const auto entries, stores_.artifacts->ListAll(*root));
  for (const records::ArtifactEntry& entry : entries) {
    ASSIGN_OR_RETURN(const auto reader, stores_.artifacts->Get(*root + "/" + entry.name));
    auto file = out_.Create(directory + "/" + entry.name);
    if (!file.ok() && file.error().code() == Code::kResourceExhausted) return file.error();
    if (!file.ok()) {
      out_.Note(directory + "/" + entry.name + " is left out: " + file.error().message());
      continue;
    }
    for (std::uint64_t at = 0; at < reader->size();) {
      ASSIGN_OR_RETURN(const ByteSpan bytes, reader->Read(at, kReadBytes));
      if (bytes.empty()) return Error(Code::kDataLoss, "an artifact ended early").Where(entry.name);
      RETURN_IF_ERROR((*file)->WriteAt(at, bytes));
      at += bytes.size();
    }
    ++report_.files;
    report_.bytes += reader->size();
  }
  return Ok();
}

Status Exporter::WriteHistory(const records::Run& run, const std::string& directory) {
  std::vector<records::KeyValue> files;
  for (const records::Metric& latest : run.metrics) {
    ASSIGN_OR_RETURN(const auto history,
                     stores_.tracking->MetricHistory(run.info.id, latest.key, 0, ""));
    std::string& text = files.emplace_back(records::KeyValue{latest.key, ""}).value;
    for (const records::Metric& point : history.items) {
      text += fmt::format("{} {} {}\n", point.timestamp, MetricText(point.value), point.step);
    }
    report_.points += history.items.size();
  }
  return out_.Values(directory + "/metrics", files);
}

Status Exporter::WriteInputs(const records::Run& run, const std::string& experiment,
                             const std::string& directory) {
  for (const records::DatasetInput& input : run.dataset_inputs) {
    const records::Dataset& dataset = input.dataset;
    const std::string id =
        Hex(Sha256Of(AsBytes(dataset.name + '\n' + dataset.digest))).substr(0, 32);
    const std::string place = experiment + "/datasets/" + id;
    if (!options_.files->Exists(JoinPath(options_.directory, place + "/meta.yaml"))) {
      MetaText meta;
      meta.Text("digest", dataset.digest).Text("name", dataset.name);
      meta.TextOrNull("profile", dataset.profile).TextOrNull("schema", dataset.schema);
      meta.Text("source", dataset.source).Text("source_type", dataset.source_type);
      RETURN_IF_ERROR(out_.Meta(place, meta));
    }
    MetaText meta;
    meta.Raw("destination_id", id).Raw("destination_type", "RUN");
    meta.Text("source_id", id).Raw("source_type", "DATASET");
    std::string tags = "{";
    for (const records::KeyValue& tag : input.tags) {
      MetaText one;
      one.Text("x", tag.key).Text("x", tag.value);
      const std::string& text = one.text();
      const std::size_t line = text.find('\n');
      tags += (tags.size() > 1 ? ", " : "") + text.substr(3, line - 3) + ": " +
              text.substr(line + 4, text.size() - line - 5);
    }
    meta.Raw("tags", tags + "}");
    RETURN_IF_ERROR(out_.Meta(directory + "/inputs/" + id, meta));
  }
  for (const std::string& model : run.model_inputs) {
    MetaText meta;
    meta.Text("destination_id", model).Raw("destination_type", "RUN");
    meta.Text("source_id", model).Raw("source_type", "MODEL").Raw("tags", "{}");
    RETURN_IF_ERROR(out_.Meta(directory + "/inputs/" + model, meta));
  }
  for (const records::ModelOutput& output : run.model_outputs) {
    MetaText meta;
    meta.Text("destination_id", output.model_id).Raw("destination_type", "MODEL_OUTPUT");
    meta.Text("source_id", run.info.id).Raw("source_type", "RUN_OUTPUT");
    meta.Number("step", output.step).Raw("tags", "{}");
    RETURN_IF_ERROR(out_.Meta(directory + "/outputs/" + output.model_id, meta));
  }
  return Ok();
}

Status Exporter::WriteRun(const records::Run& run, const std::string& experiment) {
  const std::string directory = experiment + "/" + run.info.id;
  MetaText meta;
  meta.Text("artifact_uri", options_.uri + "/" + directory + "/artifacts");
  if (run.info.end.has_value()) meta.Number("end_time", *run.info.end);
  if (!run.info.end.has_value()) meta.Raw("end_time", "null");
  meta.Raw("entry_point_name", "''").Text("experiment_id", run.info.experiment_id);
  meta.Raw("lifecycle_stage", StageText(run.info.stage));
  meta.Text("run_id", run.info.id).Text("run_name", run.info.name).Text("run_uuid", run.info.id);
  meta.Raw("source_name", "''").Number("source_type", 4).Raw("source_version", "''");
  if (run.info.start.has_value()) meta.Number("start_time", *run.info.start);
  if (!run.info.start.has_value()) meta.Raw("start_time", "null");
  meta.Number("status", static_cast<std::int64_t>(run.info.status)).Raw("tags", "[]");
  meta.Text("user_id", run.info.user_id);
  RETURN_IF_ERROR(out_.Meta(directory, meta));
  for (const char* part : {"metrics", "params", "tags", "artifacts"}) {
    RETURN_IF_ERROR(out_.Directory(directory + "/" + part));
  }
  RETURN_IF_ERROR(out_.Values(directory + "/params", run.params));
  RETURN_IF_ERROR(out_.Values(directory + "/tags", run.tags));
  RETURN_IF_ERROR(WriteHistory(run, directory));
  RETURN_IF_ERROR(WriteInputs(run, experiment, directory));
  RETURN_IF_ERROR(WriteArtifacts(run.info.artifact_uri, directory + "/artifacts"));
  ++report_.runs;
  return Tell();
}

Status Exporter::WriteModel(const records::LoggedModel& model, const std::string& experiment) {
  const std::string directory = experiment + "/models/" + model.id;
  MetaText meta;
  meta.Text("artifact_location", options_.uri + "/" + directory + "/artifacts");
  meta.Number("creation_timestamp", model.created).Text("experiment_id", model.experiment_id);
  meta.Number("last_updated_timestamp", model.updated).Raw("lifecycle_stage", "active");
  meta.Text("model_id", model.id).TextOrNull("model_type", model.model_type);
  meta.Text("name", model.name).TextOrNull("source_run_id", model.source_run_id);
  meta.Number("status", static_cast<std::int64_t>(model.status));
  meta.TextOrNull("status_message", model.status_message);
  RETURN_IF_ERROR(out_.Meta(directory, meta));
  RETURN_IF_ERROR(out_.Values(directory + "/params", model.params));
  RETURN_IF_ERROR(out_.Values(directory + "/tags", model.tags));
  std::map<std::string, std::string> lines;
  for (const records::Metric& metric : model.metrics) {
    std::string& text = lines[metric.key];
    text += fmt::format("{} {} {} {}", metric.timestamp, MetricText(metric.value), metric.step,
                        metric.run_id);
    if (!metric.dataset_name.empty()) {
      text += " " + metric.dataset_name + " " + metric.dataset_digest;
    }
    text += "\n";
  }
  std::vector<records::KeyValue> files;
  for (auto& [key, text] : lines) files.push_back({key, std::move(text)});
  RETURN_IF_ERROR(out_.Values(directory + "/metrics", files));
  RETURN_IF_ERROR(WriteArtifacts(model.artifact_uri, directory + "/artifacts"));
  ++report_.logged_models;
  return Tell();
}

Status Exporter::WriteModels(const records::Experiment& experiment, const std::string& directory) {
  std::string token;
  do {
    ASSIGN_OR_RETURN(
        const auto page,
        stores_.tracking->SearchLoggedModels(
            {.experiment_ids = {experiment.id}, .max_results = kRunsAPage, .page_token = token}));
    for (const auto& model : page.items) RETURN_IF_ERROR(WriteModel(model, directory));
    token = page.next_token;
  } while (!token.empty());
  return Ok();
}

Status Exporter::WriteRuns(const records::Experiment& experiment, const std::string& directory) {
  const std::string ids[] = {experiment.id};
  std::string token;
  do {
    ASSIGN_OR_RETURN(const auto page,
                     stores_.tracking->SearchRuns(ids, {.max_results = kRunsAPage,
                                                        .page_token = token,
                                                        .view = records::ViewType::kAll}));
    for (const records::Run& run : page.items) RETURN_IF_ERROR(WriteRun(run, directory));
    token = page.next_token;
  } while (!token.empty());
  return Ok();
}

Status Exporter::WriteExperiment(const records::Experiment& experiment) {
  const bool deleted = experiment.stage == Lifecycle::kDeleted;
  const std::string directory = deleted ? ".trash/" + experiment.id : experiment.id;
  MetaText meta;
  meta.Text("artifact_location", options_.uri + "/" + directory);
  meta.Number("creation_time", experiment.created).Text("experiment_id", experiment.id);
  meta.Number("last_update_time", experiment.updated);
  meta.Raw("lifecycle_stage", StageText(experiment.stage)).Text("name", experiment.name);
  RETURN_IF_ERROR(out_.Meta(directory, meta));
  RETURN_IF_ERROR(out_.Values(directory + "/tags", experiment.tags));
  const auto place = records::StoredPath(experiment.artifact_location);
  if (place.ok()) experiments_[*place] = directory;
  RETURN_IF_ERROR(WriteModels(experiment, directory));
  RETURN_IF_ERROR(WriteRuns(experiment, directory));
  ++report_.experiments;
  return Tell();
}

// "mlflow-artifacts:/3/<run>/artifacts/model" becomes a place in the directory.
std::string Exporter::SourceThere(const std::string& source) const {
  const auto path = records::StoredPath(source);
  if (!path.ok()) return source;
  for (const auto& [place, directory] : experiments_) {
    if (path->starts_with(place + "/")) {
      return options_.uri + "/" + directory + path->substr(place.size());
    }
  }
  return source;
}

Status Exporter::WriteVersion(const records::ModelVersion& version, const std::string& directory) {
  const std::string place = fmt::format("{}/version-{}", directory, version.number);
  MetaText meta;
  meta.Raw("aliases", "[]").Number("creation_timestamp", version.created);
  meta.Text("current_stage", records::StageName(version.stage));
  meta.TextOrNull("description", version.description);
  meta.Number("last_updated_timestamp", version.updated);
  meta.TextOrNull("model_id", version.model_id).Text("name", version.model);
  meta.TextOrNull("run_id", version.run_id).TextOrNull("run_link", version.run_link);
  meta.Text("source", SourceThere(version.source)).Raw("status", "READY");
  meta.Raw("status_message", "null").TextOrNull("user_id", version.user);
  // Where the files are, though the source is a name: "models:/m-…", "runs:/…".
  const auto files = records::ArtifactUriOf(*stores_.catalogue, stores_.tracking, version.source);
  meta.Text("storage_location", SourceThere(files.ok() ? *files : version.source));
  if (version.native) {
    out_.Note(fmt::format("the files of version {} of '{}' stay here: registered for serving",
                          version.number, version.model));
  }
  meta.Number("version", version.number);
  RETURN_IF_ERROR(out_.Meta(place, meta));
  RETURN_IF_ERROR(out_.Values(place + "/tags", version.tags));
  ++report_.versions;
  return Ok();
}

Status Exporter::WriteRegistered(const records::RegisteredModel& model) {
  if (!CheckPathPart(model.name).ok()) {
    out_.Note("registered model '" + model.name + "' is left out: not a name of a directory");
    return Tell();
  }
  const std::string directory = "models/" + model.name;
  MetaText meta;
  meta.Raw("aliases", "{}").Number("creation_timestamp", model.created);
  meta.TextOrNull("description", model.description);
  meta.Number("last_updated_timestamp", model.updated).Text("name", model.name);
  RETURN_IF_ERROR(out_.Meta(directory, meta));
  RETURN_IF_ERROR(out_.Values(directory + "/tags", model.tags));
  ASSIGN_OR_RETURN(const auto aliases, stores_.catalogue->Aliases(model.name));
  std::vector<records::KeyValue> files;
  for (const auto& [alias, number] : aliases) files.push_back({alias, std::to_string(number)});
  RETURN_IF_ERROR(out_.Values(directory + "/aliases", files));
  report_.aliases += aliases.size();
  ASSIGN_OR_RETURN(const auto versions, stores_.catalogue->Versions(model.name));
  for (const auto& version : versions) RETURN_IF_ERROR(WriteVersion(version, directory));
  ++report_.models;
  return Tell();
}

Status Exporter::WriteRegistry() {
  if (stores_.catalogue == nullptr) return Ok();
  std::string token;
  do {
    ASSIGN_OR_RETURN(const auto page, stores_.catalogue->SearchModels(
                                          {.request = {.max_results = 100, .page_token = token}}));
    for (const auto& model : page.items) RETURN_IF_ERROR(WriteRegistered(model));
    token = page.next_token;
  } while (!token.empty());
  return Ok();
}

Result<ExportReport> Exporter::Run() {
  RETURN_IF_ERROR(options_.files->MakeDirectories(options_.directory));
  ASSIGN_OR_RETURN(const auto names, options_.files->List(options_.directory));
  if (!names.empty()) {
    return Error(Code::kAlreadyExists, "the directory is not empty").Where(options_.directory);
  }
  std::string token;
  do {
    ASSIGN_OR_RETURN(
        const auto page,
        stores_.tracking->SearchExperiments(
            {.max_results = 100, .page_token = token, .view = records::ViewType::kAll}));
    for (const auto& experiment : page.items) RETURN_IF_ERROR(WriteExperiment(experiment));
    token = page.next_token;
  } while (!token.empty());
  RETURN_IF_ERROR(WriteRegistry());
  return std::move(report_);
}

}  // namespace

Result<ExportReport> ExportMlflow(const MovingStores& stores, const ExportOptions& options) {
  if (stores.tracking == nullptr || stores.artifacts == nullptr || options.files == nullptr) {
    return Error(Code::kInvalidArgument, "an export needs stores and a file system");
  }
  return Exporter(stores, options).Run();
}

}  // namespace mooring::control

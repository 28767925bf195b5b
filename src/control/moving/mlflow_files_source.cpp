#include "control/moving/mlflow_files_source.h"

#include <algorithm>
#include <map>

#include "control/moving/mlflow_files.h"

namespace mooring::control {
namespace {

using records::PageOf;

constexpr std::string_view kTrash = ".trash";
constexpr std::size_t kRunsAPage = 200;
constexpr std::string_view kReserved[] = {"tags", "datasets", "traces", "models", ".trash"};

bool IsReserved(std::string_view name) {
  return std::find(std::begin(kReserved), std::end(kReserved), name) != std::end(kReserved);
}

records::RunStatus StatusOf(const MetaFile& meta) {
  const auto number = meta.Int("status").value_or(1);
  if (number >= 1 && number <= 5) return static_cast<records::RunStatus>(number);
  return records::RunStatus::kRunning;
}

records::LoggedModelStatus ModelStatusOf(const MetaFile& meta) {
  const std::string text = meta.Text("status");
  if (text == "READY" || text == "2") return records::LoggedModelStatus::kReady;
  if (text == "UPLOAD_FAILED" || text == "FAILED" || text == "3") {
    return records::LoggedModelStatus::kUploadFailed;
  }
  return records::LoggedModelStatus::kPending;
}

class FilesSource final : public MlflowSource {
 public:
  FilesSource(FileSystem& files, const std::string& directory)
      : tree_(files, directory), name_("file:" + directory) {}

  const std::string& name() const override { return name_; }
  Result<PageOf<records::Experiment>> Experiments(const std::string& token) override;
  Result<PageOf<records::Run>> Runs(const std::string& experiment_id,
                                    const std::string& token) override;
  Result<PageOf<records::Metric>> History(const records::Run& run, const std::string& key,
                                          const std::string& token) override;
  Result<PageOf<records::LoggedModel>> LoggedModels(const std::string& experiment_id,
                                                    const std::string& token) override;
  Result<std::vector<SourceArtifact>> Artifacts(const ArtifactOwner& owner) override;
  Result<std::unique_ptr<ByteStream>> Open(const ArtifactOwner& owner,
                                           const std::string& path) override;
  Result<PageOf<records::RegisteredModel>> Models(const std::string& token) override;
  Result<std::vector<SourceVersion>> Versions(const std::string& model) override;

 private:
  Result<std::vector<records::KeyValue>> Values(const std::string& directory) {
    std::vector<std::string> left_out;
    auto values = ReadValues(tree_, directory, &left_out);
    Tell(left_out);
    return values;
  }
  void Tell(const std::vector<std::string>& left_out) {
    for (const std::string& what : left_out) PassOver(what, Error(Code::kUnsupported, "left out"));
  }
  std::vector<std::string> Directories(const std::string& directory);
  void AddExperiment(const std::string& directory, const std::string& id,
                     PageOf<records::Experiment>& page);
  Result<records::Run> ReadRun(const std::string& directory, const std::string& id,
                               const std::string& experiment_id);
  Status ReadLatest(const std::string& directory, records::Run& run);
  Status ReadInputs(const std::string& experiment, const std::string& directory, records::Run& run);
  Result<records::LoggedModel> ReadModel(const std::string& directory, const std::string& id,
                                         const std::string& experiment_id);
  Result<std::string> ArtifactDirectory(const ArtifactOwner& owner);
  Result<SourceVersion> ReadVersion(const std::string& directory, const std::string& model,
                                    VersionNumber number);
  // Of an experiment's id, its directory; empty until Experiments was read.
  std::string DirectoryOf(const std::string& experiment_id);

  ClosedTree tree_;
  std::string name_;
};

std::vector<std::string> FilesSource::Directories(const std::string& directory) {
  std::vector<std::string> names, left_out;
  const auto entries = tree_.List(directory, &left_out);
  Tell(left_out);
  if (!entries.ok()) {
    PassOver(directory, entries.error());
    return names;
  }
  for (const TreeEntry& entry : *entries) {
    if (entry.is_directory) names.push_back(entry.name);
  }
  return names;
}

std::string FilesSource::DirectoryOf(const std::string& experiment_id) {
  if (tree_.HasFile(JoinPath(experiment_id, "meta.yaml"))) return experiment_id;
  return JoinPath(kTrash, experiment_id);
}

void FilesSource::AddExperiment(const std::string& directory, const std::string& id,
                                PageOf<records::Experiment>& page) {
  if (!tree_.HasFile(JoinPath(directory, "meta.yaml"))) return;
  const auto meta = MetaFile::Read(tree_, directory);
  if (!meta.ok()) return PassOver("experiment " + id, meta.error());
  auto tags = Values(JoinPath(directory, "tags"));
  if (!tags.ok()) return PassOver("experiment " + id, tags.error());
  const bool deleted = meta->deleted() || directory.starts_with(kTrash);
  page.items.push_back(
      {.id = id,
       .name = meta->Text("name").empty() ? "experiment_" + id : meta->Text("name"),
       .artifact_location = meta->Text("artifact_location"),
       .stage = deleted ? records::Lifecycle::kDeleted : records::Lifecycle::kActive,
       .created = meta->Int("creation_time").value_or(0),
       .updated = meta->Int("last_update_time").value_or(0),
       .tags = *std::move(tags)});
}

Result<PageOf<records::Experiment>> FilesSource::Experiments(const std::string&) {
  PageOf<records::Experiment> page;
  for (const std::string& id : Directories("")) {
    if (!IsReserved(id)) AddExperiment(id, id, page);
  }
  for (const std::string& id : Directories(std::string(kTrash))) {
    AddExperiment(JoinPath(kTrash, id), id, page);
  }
  return page;
}

Result<PageOf<records::Run>> FilesSource::Runs(const std::string& experiment_id,
                                               const std::string& token) {
  PageOf<records::Run> page;
  const std::string experiment = DirectoryOf(experiment_id);
  for (const std::string& id : Directories(experiment)) {
    if (IsReserved(id) || id <= token) continue;
    const std::string directory = JoinPath(experiment, id);
    if (!tree_.HasFile(JoinPath(directory, "meta.yaml"))) continue;
    if (page.items.size() == kRunsAPage) {
      page.next_token = page.items.back().info.id;
      break;
    }
    auto run = ReadRun(directory, id, experiment_id);
    if (run.ok()) {
      page.items.push_back(*std::move(run));
    } else {
      PassOver("run " + id, run.error());
    }
  }
  return page;
}

Result<records::Run> FilesSource::ReadRun(const std::string& directory, const std::string& id,
                                          const std::string& experiment_id) {
  ASSIGN_OR_RETURN(const MetaFile meta, MetaFile::Read(tree_, directory));
  records::Run run;
  run.info = {.id = id,
              .name = meta.Text("run_name"),
              .experiment_id = experiment_id,
              .user_id = meta.Text("user_id"),
              .artifact_uri = meta.Text("artifact_uri"),
              .status = StatusOf(meta),
              .stage = meta.deleted() ? records::Lifecycle::kDeleted : records::Lifecycle::kActive,
              .start = meta.Int("start_time"),
              .end = meta.Int("end_time")};
  const std::string told =
      meta.Text("run_id").empty() ? meta.Text("run_uuid") : meta.Text("run_id");
  if (!told.empty() && told != id) {
    return Error(Code::kDataLoss, "the run calls itself '" + told.substr(0, 64) + "'");
  }
  ASSIGN_OR_RETURN(run.params, Values(JoinPath(directory, "params")));
  ASSIGN_OR_RETURN(run.tags, Values(JoinPath(directory, "tags")));
  RETURN_IF_ERROR(ReadLatest(directory, run));
  RETURN_IF_ERROR(ReadInputs(DirectoryOf(experiment_id), directory, run));
  return run;
}

Status FilesSource::ReadLatest(const std::string& directory, records::Run& run) {
  std::vector<std::string> left_out;
  const std::string metrics = JoinPath(directory, "metrics");
  ASSIGN_OR_RETURN(const std::vector<SourceArtifact> keys, tree_.Walk(metrics, &left_out));
  Tell(left_out);
  for (const SourceArtifact& key : keys) {
    ASSIGN_OR_RETURN(const std::string text, tree_.Text(JoinPath(metrics, key.path)));
    const auto lines = ParseMetricLines(text);
    if (!lines.ok()) {
      PassOver("metric " + key.path + " of run " + run.info.id, lines.error());
      continue;
    }
    if (lines->empty()) continue;
    records::Metric latest;
    latest.key = key.path;
    static_cast<records::MetricPoint&>(latest) = lines->front().point;
    for (const MetricLine& line : *lines) {
      if (!IsLater(line.point, latest)) continue;
      static_cast<records::MetricPoint&>(latest) = line.point;
    }
    run.metrics.push_back(std::move(latest));
  }
  return Ok();
}

Result<PageOf<records::Metric>> FilesSource::History(const records::Run& run,
                                                     const std::string& key, const std::string&) {
  const std::string path =
      JoinPath(JoinPath(DirectoryOf(run.info.experiment_id), run.info.id), "metrics/" + key);
  ASSIGN_OR_RETURN(const std::string text, tree_.Text(path));
  ASSIGN_OR_RETURN(const std::vector<MetricLine> lines, ParseMetricLines(text));
  PageOf<records::Metric> page;
  for (const MetricLine& line : lines) {
    records::Metric& metric = page.items.emplace_back();
    static_cast<records::MetricPoint&>(metric) = line.point;
    metric.key = key;
  }
  return page;
}

Status FilesSource::ReadInputs(const std::string& experiment, const std::string& directory,
                               records::Run& run) {
  for (const std::string& id : Directories(JoinPath(directory, "inputs"))) {
    ASSIGN_OR_RETURN(const MetaFile input,
                     MetaFile::Read(tree_, JoinPath(directory, "inputs/" + id)));
    const std::string source = input.Text("source_id");
    RETURN_IF_ERROR(CheckPathPart(source));
    if (input.Text("source_type") == "MODEL") {
      run.model_inputs.push_back(source);
      continue;
    }
    ASSIGN_OR_RETURN(const MetaFile dataset,
                     MetaFile::Read(tree_, JoinPath(experiment, "datasets/" + source)));
    run.dataset_inputs.push_back({.dataset = {.name = dataset.Text("name"),
                                              .digest = dataset.Text("digest"),
                                              .source_type = dataset.Text("source_type"),
                                              .source = dataset.Text("source"),
                                              .schema = dataset.Text("schema"),
                                              .profile = dataset.Text("profile")},
                                  .tags = input.Map("tags")});
  }
  for (const std::string& id : Directories(JoinPath(directory, "outputs"))) {
    ASSIGN_OR_RETURN(const MetaFile output,
                     MetaFile::Read(tree_, JoinPath(directory, "outputs/" + id)));
    run.model_outputs.push_back({.model_id = id, .step = output.Int("step").value_or(0)});
  }
  return Ok();
}

Result<PageOf<records::LoggedModel>> FilesSource::LoggedModels(const std::string& experiment_id,
                                                               const std::string&) {
  PageOf<records::LoggedModel> page;
  const std::string models = JoinPath(DirectoryOf(experiment_id), "models");
  for (const std::string& id : Directories(models)) {
    auto model = ReadModel(JoinPath(models, id), id, experiment_id);
    if (!model.ok()) {
      if (model.error().code() != Code::kNotFound) PassOver("logged model " + id, model.error());
      continue;
    }
    page.items.push_back(*std::move(model));
  }
  return page;
}

Result<records::LoggedModel> FilesSource::ReadModel(const std::string& directory,
                                                    const std::string& id,
                                                    const std::string& experiment_id) {
  ASSIGN_OR_RETURN(const MetaFile meta, MetaFile::Read(tree_, directory));
  if (meta.deleted()) return Error(Code::kNotFound, "deleted");
  records::LoggedModel model{.id = id,
                             .experiment_id = experiment_id,
                             .name = meta.Text("name"),
                             .artifact_uri = meta.Text("artifact_location"),
                             .model_type = meta.Text("model_type"),
                             .source_run_id = meta.Text("source_run_id"),
                             .status_message = meta.Text("status_message"),
                             .status = ModelStatusOf(meta),
                             .created = meta.Int("creation_timestamp").value_or(0),
                             .updated = meta.Int("last_updated_timestamp").value_or(0)};
  ASSIGN_OR_RETURN(model.params, Values(JoinPath(directory, "params")));
  ASSIGN_OR_RETURN(model.tags, Values(JoinPath(directory, "tags")));
  ASSIGN_OR_RETURN(const std::vector<records::KeyValue> metrics,
                   Values(JoinPath(directory, "metrics")));
  for (const records::KeyValue& file : metrics) {
    ASSIGN_OR_RETURN(const std::vector<MetricLine> lines, ParseMetricLines(file.value));
    for (const MetricLine& line : lines) {
      records::Metric& metric = model.metrics.emplace_back();
      static_cast<records::MetricPoint&>(metric) = line.point;
      metric.key = file.key;
      metric.model_id = id;
      if (!line.rest.empty()) metric.run_id = line.rest[0];
      if (line.rest.size() > 2) {
        metric.dataset_name = line.rest[1];
        metric.dataset_digest = line.rest[2];
      }
    }
  }
  return model;
}

Result<std::string> FilesSource::ArtifactDirectory(const ArtifactOwner& owner) {
  const std::string below = owner.is_model ? "models/" + owner.id : owner.id;
  std::string own = JoinPath(JoinPath(DirectoryOf(owner.experiment_id), below), "artifacts");
  if (tree_.HasDirectory(own) || owner.uri.empty()) return own;
  const auto path = LocalPath(owner.uri);
  if (!path.ok()) return own;
  const auto inside = Inside(tree_.root(), *path);
  return inside.ok() ? *inside : own;
}

Result<std::vector<SourceArtifact>> FilesSource::Artifacts(const ArtifactOwner& owner) {
  ASSIGN_OR_RETURN(const std::string directory, ArtifactDirectory(owner));
  std::vector<std::string> left_out;
  auto found = tree_.Walk(directory, &left_out);
  Tell(left_out);
  return found;
}

Result<std::unique_ptr<ByteStream>> FilesSource::Open(const ArtifactOwner& owner,
                                                      const std::string& path) {
  ASSIGN_OR_RETURN(const std::string directory, ArtifactDirectory(owner));
  return tree_.Open(JoinPath(directory, path));
}

Result<PageOf<records::RegisteredModel>> FilesSource::Models(const std::string&) {
  PageOf<records::RegisteredModel> page;
  for (const std::string& name : Directories("models")) {
    const std::string directory = JoinPath("models", name);
    if (!tree_.HasFile(JoinPath(directory, "meta.yaml"))) continue;
    const auto meta = MetaFile::Read(tree_, directory);
    auto tags = Values(JoinPath(directory, "tags"));
    const auto aliases = Values(JoinPath(directory, "aliases"));
    if (!meta.ok() || !tags.ok() || !aliases.ok()) {
      PassOver("registered model " + name, !meta.ok()   ? meta.error()
                                           : !tags.ok() ? tags.error()
                                                        : aliases.error());
      continue;
    }
    records::RegisteredModel& model = page.items.emplace_back();
    model.name = name;
    model.description = meta->Text("description");
    model.tags = *std::move(tags);
    model.created = meta->Int("creation_timestamp").value_or(0);
    model.updated = meta->Int("last_updated_timestamp").value_or(0);
    for (const records::KeyValue& alias : *aliases) {
      const auto number = WholeNumber(alias.value.substr(0, alias.value.find_first_of("\r\n")));
      if (number && *number > 0) {
        model.aliases.emplace_back(alias.key, static_cast<VersionNumber>(*number));
      } else {
        PassOver("alias " + alias.key + " of " + name, Error(Code::kDataLoss, "not a version"));
      }
    }
  }
  return page;
}

Result<std::vector<SourceVersion>> FilesSource::Versions(const std::string& model) {
  constexpr std::string_view kPrefix = "version-";
  std::vector<SourceVersion> versions;
  const std::string directory = JoinPath("models", model);
  for (const std::string& name : Directories(directory)) {
    if (!name.starts_with(kPrefix)) continue;
    const auto number = WholeNumber(std::string_view(name).substr(kPrefix.size()));
    if (!number || *number <= 0 || *number > 1'000'000) continue;
    auto version =
        ReadVersion(JoinPath(directory, name), model, static_cast<VersionNumber>(*number));
    if (version.ok()) {
      versions.push_back(*std::move(version));
    } else {
      PassOver(name + " of " + model, version.error());
    }
  }
  std::ranges::sort(versions, {}, &SourceVersion::number);
  return versions;
}

Result<SourceVersion> FilesSource::ReadVersion(const std::string& directory,
                                               const std::string& model, VersionNumber number) {
  ASSIGN_OR_RETURN(const MetaFile meta, MetaFile::Read(tree_, directory));
  SourceVersion version;
  version.model = model;
  version.number = number;
  version.source = meta.Text("source");
  version.storage = meta.Text("storage_location");
  version.run_id = meta.Text("run_id");
  version.run_link = meta.Text("run_link");
  version.description = meta.Text("description");
  version.model_id = meta.Text("model_id");
  version.user = meta.Text("user_id");
  version.created = meta.Int("creation_timestamp").value_or(0);
  version.updated = meta.Int("last_updated_timestamp").value_or(0);
  const auto stage = records::ParseStage(meta.Text("current_stage"));
  version.stage = stage.ok() ? *stage : records::Stage::kNone;
  ASSIGN_OR_RETURN(version.tags, Values(JoinPath(directory, "tags")));
  return version;
}

}  // namespace

Result<std::unique_ptr<MlflowSource>> OpenMlflowFiles(FileSystem& files,
                                                      const std::string& directory) {
  auto source = std::make_unique<FilesSource>(files, directory);
  ASSIGN_OR_RETURN(const FileStat facts, files.Stat(directory));
  if (!facts.is_directory) {
    return Error(Code::kInvalidArgument, "not a directory").Where(directory);
  }
  ASSIGN_OR_RETURN(const auto page, source->Experiments(""));
  if (page.items.empty()) {
    return Error(Code::kInvalidArgument, "no experiment of MLflow's file store here")
        .Where(directory)
        .Help("name the directory that holds 0/meta.yaml, usually mlruns");
  }
  return std::unique_ptr<MlflowSource>(std::move(source));
}

}  // namespace mooring::control

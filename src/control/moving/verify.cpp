#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "control/moving/mlflow_files.h"
#include "control/moving/moving_job.h"
#include "records/catalogue/artifact_location.h"

namespace mooring::control {
namespace {

constexpr std::size_t kDifferences = 1000;

void Differ(MovingJob& job, std::string text) {
  if (job.report.differences.size() < kDifferences) {
    job.report.differences.push_back(std::move(text));
  }
}

// What is there must be here and be the same; what is here alone was said here.
void ComparePairs(MovingJob& job, const std::string& what, std::string_view kind,
                  const std::vector<records::KeyValue>& theirs,
                  const std::vector<records::KeyValue>& ours) {
  std::map<std::string_view, std::string_view> here;
  for (const records::KeyValue& pair : ours) here[pair.key] = pair.value;
  for (const records::KeyValue& pair : theirs) {
    const auto found = here.find(pair.key);
    if (found == here.end()) {
      Differ(job, fmt::format("{}: {} '{}' is missing here", what, kind, pair.key));
    } else if (found->second != pair.value) {
      Differ(job, fmt::format("{}: {} '{}' has another value here", what, kind, pair.key));
    }
  }
}

// Points by their bits, each once: a store keeps no point twice, and one NaN is as another.
using Points = std::set<std::tuple<std::int64_t, std::int64_t, bool, double>>;

void AddPoints(Points& points, std::span<const records::Metric> metrics) {
  for (const records::Metric& metric : metrics) {
    const bool nan = std::isnan(metric.value);
    points.emplace(metric.step, metric.timestamp, nan, nan ? 0 : metric.value);
  }
}

Status ComparePoints(MovingJob& job, const records::Run& theirs) {
  for (const records::Metric& latest : theirs.metrics) {
    Points there, here;
    std::string token;
    do {
      ASSIGN_OR_RETURN(const auto page, job.source.History(theirs, latest.key, token));
      AddPoints(there, page.items);
      token = page.next_token;
    } while (!token.empty());
    ASSIGN_OR_RETURN(const auto ours,
                     job.stores.tracking->MetricHistory(theirs.info.id, latest.key, 0, ""));
    AddPoints(here, ours.items);
    if (!std::ranges::includes(here, there)) {
      Differ(job, fmt::format("run {}: metric '{}' has {} points there and {} here", theirs.info.id,
                              latest.key, there.size(), here.size()));
    }
  }
  return Ok();
}

Status CompareArtifacts(MovingJob& job, const ArtifactOwner& owner, const std::string& uri) {
  ASSIGN_OR_RETURN(const auto theirs, job.source.Artifacts(owner));
  if (theirs.empty()) return Ok();
  ASSIGN_OR_RETURN(const std::string root, records::StoredPath(uri));
  ASSIGN_OR_RETURN(const auto ours, job.stores.artifacts->ListAll(root));
  std::map<std::string_view, const records::ArtifactEntry*> here;
  for (const records::ArtifactEntry& entry : ours) here[entry.name] = &entry;
  for (const SourceArtifact& file : theirs) {
    const std::string what = owner.id + ": artifact '" + file.path + "'";
    const auto found = here.find(file.path);
    ASSIGN_OR_RETURN(const auto read, job.ledger.FindFile(owner.id, file.path));
    if (found == here.end()) {
      Differ(job, what + " is missing here");
    } else if (found->second->bytes != file.bytes) {
      Differ(job, fmt::format("{} has {} bytes there and {} here", what, file.bytes,
                              found->second->bytes));
    } else if (!read.has_value() || read->sha256 != found->second->sha256) {
      Differ(job, what + " has another SHA-256 here than when it was read");
    }
  }
  return Ok();
}

Status CompareRun(MovingJob& job, const records::Run& theirs) {
  const std::string what = "run " + theirs.info.id;
  const auto ours = job.stores.tracking->GetRun(theirs.info.id);
  if (!ours.ok()) {
    if (EndsImport(ours.error())) return ours.error();
    Differ(job, what + " is missing here");
    return Ok();
  }
  if (ours->info.status != theirs.info.status) Differ(job, what + ": another status here");
  if (ours->info.start != theirs.info.start || ours->info.end != theirs.info.end) {
    Differ(job, what + ": another start or end here");
  }
  ComparePairs(job, what, "param", theirs.params, ours->params);
  ComparePairs(job, what, "tag", theirs.tags, ours->tags);
  if (ours->dataset_inputs.size() < theirs.dataset_inputs.size()) {
    Differ(job, what + ": inputs are missing here");
  }
  if (ours->model_outputs.size() < theirs.model_outputs.size()) {
    Differ(job, what + ": outputs are missing here");
  }
  RETURN_IF_ERROR(ComparePoints(job, theirs));
  return CompareArtifacts(
      job, {false, theirs.info.id, theirs.info.experiment_id, theirs.info.artifact_uri},
      ours->info.artifact_uri);
}

Status CompareModel(MovingJob& job, const records::LoggedModel& theirs) {
  const std::string what = "logged model " + theirs.id;
  const auto ours = job.stores.tracking->GetLoggedModel(theirs.id);
  if (!ours.ok()) {
    if (EndsImport(ours.error())) return ours.error();
    Differ(job, what + " is missing here");
    return Ok();
  }
  ComparePairs(job, what, "param", theirs.params, ours->params);
  ComparePairs(job, what, "tag", theirs.tags, ours->tags);
  return CompareArtifacts(job, {true, theirs.id, theirs.experiment_id, theirs.artifact_uri},
                          ours->artifact_uri);
}

Status CompareExperiment(MovingJob& job, const records::Experiment& theirs) {
  std::string token;
  do {
    ASSIGN_OR_RETURN(const auto page, job.source.LoggedModels(theirs.id, token));
    for (const auto& model : page.items) RETURN_IF_ERROR(CompareModel(job, model));
    token = page.next_token;
  } while (!token.empty());
  do {
    ASSIGN_OR_RETURN(const auto page, job.source.Runs(theirs.id, token));
    for (const records::Run& run : page.items) RETURN_IF_ERROR(CompareRun(job, run));
    token = page.next_token;
  } while (!token.empty());
  return Ok();
}

using Numbers = std::map<VersionNumber, VersionNumber>;  // theirs, ours

Status CompareVersion(MovingJob& job, const SourceVersion& theirs, Numbers& numbers) {
  const std::string key = std::to_string(theirs.number) + "@" + theirs.model;
  const std::string what = "version " + key;
  ASSIGN_OR_RETURN(const auto known, job.ledger.Find("version", key));
  const auto number = known.has_value() ? WholeNumber(known->ours) : std::nullopt;
  const auto here = number.has_value() ? job.stores.catalogue->Version(
                                             theirs.model, static_cast<VersionNumber>(*number))
                                       : Result<records::ModelVersion>(Error(Code::kNotFound, ""));
  if (!here.ok()) {
    Differ(job, what + " is missing here");
    return Ok();
  }
  numbers[theirs.number] = here->number;
  ComparePairs(job, what, "tag", theirs.tags, here->tags);
  if (here->description != theirs.description) Differ(job, what + ": another description here");
  if (here->run_id != theirs.run_id) Differ(job, what + ": another run here");
  if (here->stage != theirs.stage) Differ(job, what + ": another stage here");
  if (here->source != SourceHere(job, theirs).value_or(theirs.source)) {
    Differ(job, what + ": another source here");
  }
  return Ok();
}

Status CompareRegistered(MovingJob& job, const records::RegisteredModel& theirs) {
  records::Catalogue& catalogue = *job.stores.catalogue;
  const auto ours = catalogue.Model(theirs.name);
  if (!ours.ok()) {
    if (EndsImport(ours.error())) return ours.error();
    Differ(job, "registered model '" + theirs.name + "' is missing here");
    return Ok();
  }
  ComparePairs(job, "registered model '" + theirs.name + "'", "tag", theirs.tags, ours->tags);
  ASSIGN_OR_RETURN(const auto versions, job.source.Versions(theirs.name));
  Numbers numbers;
  for (const SourceVersion& version : versions) {
    RETURN_IF_ERROR(CompareVersion(job, version, numbers));
  }
  ASSIGN_OR_RETURN(const auto aliases, catalogue.Aliases(theirs.name));
  for (const auto& [alias, number] : theirs.aliases) {
    const std::string what = "alias '" + alias + "' of '" + theirs.name + "'";
    const auto here = aliases.find(alias);
    const auto moved = numbers.find(number);
    if (here == aliases.end()) {
      Differ(job, what + " is missing here");
    } else if (moved == numbers.end() || moved->second != here->second) {
      Differ(job,
             fmt::format("{} points at version {} there, at {} here", what, number, here->second));
    }
  }
  return Ok();
}

}  // namespace

Status VerifyMove(MovingJob& job) {
  std::string token;
  do {
    ASSIGN_OR_RETURN(const auto page, job.source.Experiments(token));
    for (const auto& experiment : page.items) {
      RETURN_IF_ERROR(CompareExperiment(job, experiment));
    }
    token = page.next_token;
  } while (!token.empty());
  while (job.stores.catalogue != nullptr) {
    ASSIGN_OR_RETURN(const auto page, job.source.Models(token));
    for (const auto& model : page.items) RETURN_IF_ERROR(CompareRegistered(job, model));
    token = page.next_token;
    if (token.empty()) break;
  }
  job.source.TakePassedOver();  // told already by the first walk
  return Ok();
}

}  // namespace mooring::control

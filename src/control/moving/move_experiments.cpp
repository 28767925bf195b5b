#include <algorithm>
#include <optional>

#include "control/moving/moving_job.h"

namespace mooring::control {
namespace {

using records::Experiment;
using records::Lifecycle;

constexpr std::size_t kPointsACall = 10'000;

// An experiment of ours that takes another's runs.
struct Taking {
  std::string id;  // ours; "" in a dry run of one that is not here
  bool deleted_here = false;
  bool opened = false;  // restored for the time of the import
  bool made = false;    // by this import, or one before that was cut
};

bool HasKey(const std::vector<records::KeyValue>& pairs, const std::string& key) {
  return std::ranges::find(pairs, key, &records::KeyValue::key) != pairs.end();
}

Result<std::optional<Experiment>> Here(MovingJob& job, const std::string& name) {
  if (job.stores.tracking == nullptr) return std::optional<Experiment>();
  auto here = job.stores.tracking->GetExperimentByName(name);
  if (here.ok()) return std::optional(*std::move(here));
  if (here.error().code() == Code::kNotFound) return std::optional<Experiment>();
  return std::move(here).error();
}

Result<Taking> TakeExperiment(MovingJob& job, const Experiment& theirs) {
  ++job.report.experiments.found;
  ASSIGN_OR_RETURN(const auto here, Here(job, theirs.name));
  ASSIGN_OR_RETURN(const auto known, job.ledger.Find("experiment", theirs.id));
  if (!known.has_value()) ++job.report.experiments.moved;
  if (job.options.dry_run) {
    if (here.has_value() && !known.has_value()) job.Note("joins experiment '" + theirs.name + "'");
    return Taking{.id = here.has_value() ? here->id : ""};
  }
  Taking taking;
  if (!here.has_value()) {
    taking.made = true;
    // Said before: an import that is cut between the two knows whose it is.
    RETURN_IF_ERROR(job.ledger.Put("experiment", theirs.id, {.theirs = "made"}));
    ASSIGN_OR_RETURN(taking.id, job.stores.tracking->CreateExperiment(
                                    {.name = theirs.name, .tags = theirs.tags}));
  } else {
    taking = {.id = here->id, .deleted_here = here->stage == Lifecycle::kDeleted};
    taking.made = known.has_value() && known->theirs == "made";
    if (!known.has_value() && theirs.name != "Default") {
      job.Note("experiment '" + theirs.name + "' was here already: its runs join it");
    }
    for (const records::KeyValue& tag : theirs.tags) {
      if (taking.deleted_here || HasKey(here->tags, tag.key)) continue;
      RETURN_IF_ERROR(job.stores.tracking->SetExperimentTag(taking.id, tag));
    }
  }
  if (!known.has_value() || known->ours.empty()) {
    RETURN_IF_ERROR(job.ledger.Put("experiment", theirs.id,
                                   {.ours = taking.id, .theirs = taking.made ? "made" : ""}));
  }
  return taking;
}

// Only an active experiment takes runs.
Status OpenIt(MovingJob& job, Taking& taking) {
  if (!taking.deleted_here || taking.opened) return Ok();
  taking.opened = true;
  return job.stores.tracking->RestoreExperiment(taking.id);
}

// An id becomes part of where files lie here: one with '/' in it could lie among another's.
Status CheckId(std::string_view id) {
  const bool plain = std::ranges::all_of(id, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
  });
  if (plain && !id.empty() && id.size() <= 256 && id.front() != '-' && id.front() != '_') {
    return Ok();
  }
  return Error(Code::kInvalidArgument, "an id that none here may have");
}

Status MoveModel(MovingJob& job, Taking& taking, const records::LoggedModel& theirs) {
  ++job.report.logged_models.found;
  RETURN_IF_ERROR(CheckId(theirs.id));
  const std::string print = PrintOf(theirs);
  ASSIGN_OR_RETURN(const auto known, job.ledger.Find("model", theirs.id));
  const bool done = known.has_value() && known->print == print;
  if (!done) ++job.report.logged_models.moved;
  const ArtifactOwner owner{true, theirs.id, theirs.experiment_id, theirs.artifact_uri};
  if (job.options.dry_run) return MoveArtifacts(job, owner, "");
  records::TrackingStore& store = *job.stores.tracking;
  auto ours = store.GetLoggedModel(theirs.id);
  if (!ours.ok()) {
    if (ours.error().code() != Code::kNotFound) return std::move(ours).error();
    RETURN_IF_ERROR(OpenIt(job, taking));
    ours = store.CreateLoggedModel({.experiment_id = taking.id,
                                    .name = theirs.name,
                                    .model_type = theirs.model_type,
                                    .source_run_id = theirs.source_run_id,
                                    .params = theirs.params,
                                    .tags = theirs.tags,
                                    .id = theirs.id});
    if (!ours.ok()) return std::move(ours).error();
  } else if (!done) {
    RETURN_IF_ERROR(store.LogLoggedModelParams(theirs.id, theirs.params));
    RETURN_IF_ERROR(store.SetLoggedModelTags(theirs.id, theirs.tags));
  }
  RETURN_IF_ERROR(MoveArtifacts(job, owner, ours->artifact_uri));
  if (done) return Ok();
  if (theirs.status != ours->status) {
    const auto finished = store.FinalizeLoggedModel(theirs.id, theirs.status);
    if (!finished.ok()) return finished.error();
  }
  return job.ledger.Put(
      "model", theirs.id,
      {.print = print, .ours = ours->artifact_uri, .theirs = theirs.artifact_uri});
}

// In a dry run they are only counted.
Status MovePoints(MovingJob& job, const records::Run& theirs) {
  for (const records::Metric& latest : theirs.metrics) {
    std::string token;
    do {
      ASSIGN_OR_RETURN(const auto page, job.source.History(theirs, latest.key, token));
      const std::span<const records::Metric> points(page.items);
      for (std::size_t at = 0; !job.options.dry_run && at < points.size(); at += kPointsACall) {
        const auto some = points.subspan(at, std::min(kPointsACall, points.size() - at));
        RETURN_IF_ERROR(job.stores.tracking->LogBatch(theirs.info.id, {.metrics = some}));
      }
      job.report.points.found += points.size();
      job.report.points.moved += points.size();
      token = page.next_token;
    } while (!token.empty());
  }
  return Ok();
}

// What metrics say of logged models. A model that was left behind is no reason to leave the run.
Status MoveModelMetrics(MovingJob& job, std::span<const records::LoggedModel> models,
                        const std::string& run_id) {
  std::vector<records::Metric> attached;
  for (const records::LoggedModel& model : models) {
    for (const records::Metric& metric : model.metrics) {
      if (metric.run_id == run_id) attached.push_back(metric);
      if (metric.run_id == run_id) attached.back().model_id = model.id;
    }
  }
  if (attached.empty()) return Ok();
  return job.stores.tracking->LogBatch(run_id, {.metrics = attached});
}

Status MoveRunData(MovingJob& job, const records::Run& theirs,
                   std::span<const records::LoggedModel> models) {
  records::TrackingStore& store = *job.stores.tracking;
  const std::string& id = theirs.info.id;
  RETURN_IF_ERROR(store.LogBatch(id, {.params = theirs.params, .tags = theirs.tags}));
  RETURN_IF_ERROR(MovePoints(job, theirs));
  RETURN_IF_ERROR(MoveModelMetrics(job, models, id));
  RETURN_IF_ERROR(store.LogInputs(id, theirs.dataset_inputs, theirs.model_inputs));
  if (!theirs.model_outputs.empty()) RETURN_IF_ERROR(store.LogOutputs(id, theirs.model_outputs));
  const auto updated = store.UpdateRun(
      id, {.status = theirs.info.status, .end = theirs.info.end, .name = theirs.info.name});
  return updated.ok() ? Ok() : Status(updated.error());
}

Status MoveRun(MovingJob& job, Taking& taking, const records::Run& theirs,
               std::span<const records::LoggedModel> models) {
  ++job.report.runs.found;
  RETURN_IF_ERROR(CheckId(theirs.info.id));
  const std::string print = PrintOf(theirs);
  const std::string& id = theirs.info.id;
  ASSIGN_OR_RETURN(const auto known, job.ledger.Find("run", id));
  const bool done = known.has_value() && known->print == print;
  if (!done) ++job.report.runs.moved;
  const ArtifactOwner owner{false, id, theirs.info.experiment_id, theirs.info.artifact_uri};
  if (job.options.dry_run && !done) RETURN_IF_ERROR(MovePoints(job, theirs));
  if (job.options.dry_run || done) {
    return MoveArtifacts(job, owner, done ? known->ours : "");
  }
  records::TrackingStore& store = *job.stores.tracking;
  RETURN_IF_ERROR(OpenIt(job, taking));
  auto ours = store.GetRun(id);
  if (!ours.ok()) {
    if (ours.error().code() != Code::kNotFound) return std::move(ours).error();
    ours = store.CreateRun({.experiment_id = taking.id,
                            .user_id = theirs.info.user_id,
                            .name = theirs.info.name,
                            .start = theirs.info.start,
                            .tags = {},
                            .id = id});
    if (!ours.ok()) return std::move(ours).error();
  } else {
    if (!known.has_value()) job.Note("run " + id + " was here already: it takes what is missing");
    if (ours->info.stage == Lifecycle::kDeleted) RETURN_IF_ERROR(store.RestoreRun(id));
  }
  RETURN_IF_ERROR(MoveRunData(job, theirs, models));
  RETURN_IF_ERROR(MoveArtifacts(job, owner, ours->info.artifact_uri));
  if (theirs.info.stage == Lifecycle::kDeleted) RETURN_IF_ERROR(store.DeleteRun(id));
  return job.ledger.Put(
      "run", id,
      {.print = print, .ours = ours->info.artifact_uri, .theirs = theirs.info.artifact_uri});
}

// What stops one thing is a note; what would stop the next, too, ends the import.
Status Noted(MovingJob& job, const std::string& what, const Status& status) {
  if (status.ok()) return job.Tell();
  if (EndsImport(status.error())) return Error(status.error()).Context(what);
  job.Note(what + ": " + status.error().ToString());
  return job.Tell();
}

Status MoveExperiment(MovingJob& job, const Experiment& theirs) {
  ASSIGN_OR_RETURN(Taking taking, TakeExperiment(job, theirs));
  std::vector<records::LoggedModel> models;
  std::string token;
  do {
    ASSIGN_OR_RETURN(auto page, job.source.LoggedModels(theirs.id, token));
    for (records::LoggedModel& model : page.items) {
      RETURN_IF_ERROR(Noted(job, "logged model " + model.id, MoveModel(job, taking, model)));
      if (!model.metrics.empty()) models.push_back(std::move(model));
    }
    token = page.next_token;
  } while (!token.empty());
  do {
    ASSIGN_OR_RETURN(const auto page, job.source.Runs(theirs.id, token));
    for (const records::Run& run : page.items) {
      RETURN_IF_ERROR(Noted(job, "run " + run.info.id, MoveRun(job, taking, run, models)));
    }
    token = page.next_token;
  } while (!token.empty());
  if (job.options.dry_run) return Ok();
  // As it was here, or, made by this import, as it is there.
  ASSIGN_OR_RETURN(const auto known, job.ledger.Find("experiment", theirs.id));
  const bool first = known.has_value() && known->print.empty();
  const bool close = taking.made && theirs.stage == Lifecycle::kDeleted && first;
  if (taking.opened || (close && !taking.deleted_here)) {
    RETURN_IF_ERROR(job.stores.tracking->DeleteExperiment(taking.id));
  }
  return job.ledger.Put("experiment", theirs.id,
                        {.print = "done", .ours = taking.id, .theirs = taking.made ? "made" : ""});
}

}  // namespace

Status MoveExperiments(MovingJob& job) {
  std::string token;
  do {
    ASSIGN_OR_RETURN(const auto page, job.source.Experiments(token));
    for (const Experiment& experiment : page.items) {
      const Status moved = MoveExperiment(job, experiment);
      if (moved.ok()) continue;
      if (EndsImport(moved.error())) return moved;
      job.Note("experiment '" + experiment.name + "': " + moved.error().ToString());
    }
    token = page.next_token;
  } while (!token.empty());
  return Ok();
}

}  // namespace mooring::control

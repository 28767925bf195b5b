#include "control/moving/import.h"

#include <algorithm>

#include "base/crypto/digest.h"
#include "base/text/json_writer.h"
#include "control/moving/moving_job.h"
#include "records/catalogue/artifact_location.h"

namespace mooring::control {
namespace {

constexpr std::size_t kNotes = 10'000;

std::string Print(const std::string& text) { return Hex(Sha256Of(AsBytes(text))); }

void AddPairs(JsonWriter& json, std::vector<records::KeyValue> pairs) {
  std::ranges::sort(pairs, {}, &records::KeyValue::key);
  json.BeginArray();
  for (const records::KeyValue& pair : pairs) json.Value(pair.key).Value(pair.value);
  json.EndArray();
}

void AddMetrics(JsonWriter& json, std::span<const records::Metric> metrics) {
  json.BeginArray();
  for (const records::Metric& metric : metrics) {
    json.Value(metric.key).Value(metric.value).Value(metric.timestamp).Value(metric.step);
  }
  json.EndArray();
}

}  // namespace

void MovingJob::Note(std::string text) {
  if (report.notes.size() < kNotes) report.notes.push_back(std::move(text));
}

void MovingJob::TakeNotes() {
  for (std::string& text : source.TakePassedOver()) Note(std::move(text));
}

Status MovingJob::Tell() {
  TakeNotes();
  if (options.progress && !options.progress(report)) {
    return Error(Code::kUnavailable, "stopped").Help("import again: it goes on from here");
  }
  return Ok();
}

bool EndsImport(const Error& error) {
  return error.code() == Code::kUnavailable || error.code() == Code::kResourceExhausted ||
         error.code() == Code::kDeadlineExceeded || error.code() == Code::kUnauthenticated ||
         error.code() == Code::kInternal;
}

std::string PrintOf(const records::Run& run) {
  std::string text;
  JsonWriter json(text);
  json.BeginArray().Value(run.info.name).Value(run.info.user_id);
  json.Value(static_cast<int>(run.info.status)).Value(static_cast<int>(run.info.stage));
  json.Value(run.info.start.value_or(-1)).Value(run.info.end.value_or(-1));
  AddPairs(json, run.params);
  AddPairs(json, run.tags);
  AddMetrics(json, run.metrics);
  for (const records::DatasetInput& input : run.dataset_inputs) {
    json.Value(input.dataset.name).Value(input.dataset.digest);
    AddPairs(json, input.tags);
  }
  for (const std::string& model : run.model_inputs) json.Value(model);
  for (const records::ModelOutput& output : run.model_outputs) json.Value(output.model_id);
  json.EndArray();
  return Print(text);
}

std::string PrintOf(const records::LoggedModel& model) {
  std::string text;
  JsonWriter json(text);
  json.BeginArray().Value(model.name).Value(model.model_type).Value(model.source_run_id);
  json.Value(static_cast<int>(model.status));
  AddPairs(json, model.params);
  AddPairs(json, model.tags);
  AddMetrics(json, model.metrics);
  json.EndArray();
  return Print(text);
}

std::string PrintOf(const records::RegisteredModel& model,
                    std::span<const SourceVersion> versions) {
  std::string text;
  JsonWriter json(text);
  json.BeginArray().Value(model.name).Value(model.description);
  AddPairs(json, model.tags);
  for (const auto& [alias, number] : model.aliases) json.Value(alias).Value(number);
  for (const SourceVersion& version : versions) {
    json.Value(version.number).Value(version.source).Value(version.description);
    json.Value(static_cast<int>(version.stage));
    AddPairs(json, version.tags);
  }
  json.EndArray();
  return Print(text);
}

namespace {

Result<MovedFile> MoveFile(MovingJob& job, const ArtifactOwner& owner, const SourceArtifact& file,
                           const std::string& root) {
  ASSIGN_OR_RETURN(const auto stream, job.source.Open(owner, file.path));
  ASSIGN_OR_RETURN(const auto upload, job.stores.artifacts->Begin());
  MovedFile moved{.path = file.path};
  Sha256 sum;
  for (;;) {
    ASSIGN_OR_RETURN(const ByteSpan bytes, stream->Next());
    if (bytes.empty()) break;
    sum.Update(bytes);
    moved.bytes += bytes.size();
    RETURN_IF_ERROR(upload->Append(bytes));
  }
  RETURN_IF_ERROR(upload->Publish(root + "/" + file.path));
  moved.sha256 = Hex(sum.Finish());
  return moved;
}

}  // namespace

Status MoveArtifacts(MovingJob& job, const ArtifactOwner& owner, const std::string& here) {
  ASSIGN_OR_RETURN(const std::vector<SourceArtifact> files, job.source.Artifacts(owner));
  for (const SourceArtifact& file : files) {
    ++job.report.files.found;
    job.report.bytes.found += file.bytes;
    ASSIGN_OR_RETURN(const auto known, job.ledger.FindFile(owner.id, file.path));
    if (known.has_value() && known->bytes == file.bytes) continue;
    MovedFile moved{.path = file.path, .bytes = file.bytes};
    if (!job.options.dry_run) {
      ASSIGN_OR_RETURN(const std::string root, records::StoredPath(here));
      auto done = MoveFile(job, owner, file, root);
      if (!done.ok() && EndsImport(done.error())) return std::move(done).error();
      if (!done.ok()) {
        job.Note("artifact " + file.path + " of " + owner.id + ": " + done.error().ToString());
        continue;
      }
      moved = *std::move(done);
      RETURN_IF_ERROR(job.ledger.PutFile(owner.id, moved));
    }
    ++job.report.files.moved;
    job.report.bytes.moved += moved.bytes;
  }
  return Ok();
}

Result<ImportReport> ImportMlflow(MlflowSource& source, const MovingStores& stores,
                                  const ImportOptions& options) {
  if (!options.dry_run && (stores.tracking == nullptr || stores.artifacts == nullptr)) {
    return Error(Code::kInvalidArgument, "an import needs a tracking store and an artifact store");
  }
  ASSIGN_OR_RETURN(Ledger ledger,
                   Ledger::Open(options.ledger_file, source.name(), options.dry_run));
  MovingJob job{
      .source = source, .stores = stores, .options = options, .ledger = ledger, .report = {}};
  RETURN_IF_ERROR(MoveExperiments(job));
  RETURN_IF_ERROR(MoveRegistry(job));
  if (options.verify && !options.dry_run) RETURN_IF_ERROR(VerifyMove(job));
  job.TakeNotes();
  return std::move(job.report);
}

}  // namespace mooring::control

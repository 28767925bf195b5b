// What the parts of an import share: source, stores, ledger, report. See import.h.
// Thread safety: one thread.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "control/moving/import.h"

namespace mooring::control {

struct MovingJob {
  MlflowSource& source;
  const MovingStores& stores;
  const ImportOptions& options;
  Ledger& ledger;
  ImportReport report;

  void Note(std::string text);
  // What the source passed over becomes notes.
  void TakeNotes();
  // kUnavailable once the caller wants to stop.
  Status Tell();
};

// Errors that end an import; others become notes of what they stopped.
bool EndsImport(const Error& error);

// Copies artifacts that are not here yet; `here` is the URI of their root.
Status MoveArtifacts(MovingJob& job, const ArtifactOwner& owner, const std::string& here);

// Experiments with their logged models and runs.
Status MoveExperiments(MovingJob& job);
// Registered models, versions, aliases.
Status MoveRegistry(MovingJob& job);
// Where a version's files lie here, of what its source says there; nothing when they stay there.
std::optional<std::string> SourceHere(MovingJob& job, const SourceVersion& version);
// One walk over both sides; appends to report.differences.
Status VerifyMove(MovingJob& job);

// SHA-256 of a run's, model's or version's contents: the same when nothing changed.
std::string PrintOf(const records::Run& run);
std::string PrintOf(const records::LoggedModel& model);
std::string PrintOf(const records::RegisteredModel& model, std::span<const SourceVersion> versions);

}  // namespace mooring::control

#include "app/housekeeping.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>

#include "base/io/no_space.h"
#include "data/store/duckdb.h"
#include "records/contract/contract.h"
#include "records/lake/lake.h"
#include "serving/stop_limits/limit_recovery.h"

namespace mooring::app {

void Housekeeping::Run(std::stop_token stop) {
  std::mutex mutex;
  std::condition_variable_any woken;
  std::unique_lock lock(mutex);
  while (!stop.stop_requested()) {
    Round();
    woken.wait_for(lock, stop, options_.every, [] { return false; });
  }
}

void Housekeeping::Round() {
  TellJournal();
  if (options_.control_log != nullptr) {
    const Status written = options_.control_log->WriteWaiting();
    if (!written.ok()) options_.log->Error("control log", written.error());
  }
  Export();
  if (const Status kept = KeepBudgets(); !kept.ok()) {
    // Without them nothing may be dropped.
    return options_.log->Error("limits", kept.error());
  }
  for (const Status& dropped : {DropOld(), DropFromLake()}) {
    if (!dropped.ok()) options_.log->Error("retention", dropped.error());
  }
}

void Housekeeping::TellJournal() {
  const records::JournalStats stats = options_.journal->Stats();
  if (stats.healthy == journal_was_healthy_) return;
  journal_was_healthy_ = stats.healthy;
  if (stats.healthy) return options_.log->Info("the journal is written again");
  Error error = Error(Code::kUnavailable, "it cannot be written").Why(stats.problem);
  const bool full = IsNoSpace(error);
  options_.log->Error(
      "journal",
      std::move(error).Help(full ? "the disk is full: free space; nothing is decided until "
                                   "then, and it goes on by itself"
                                 : "nothing is decided until it can"));
}

void Housekeeping::Export() {
  const std::uint32_t writing = options_.journal->Stats().segment;
  if (writing == exported_before_ || !data::DuckDbIsThere(options_.library_directory)) return;
  const auto report = records::ExportSegments({.files = options_.files,
                                               .journal_directory = options_.paths->journal,
                                               .lake_directory = options_.paths->lake,
                                               .library_directory = options_.library_directory},
                                              writing);
  if (!report.ok()) return options_.log->Error("lake", report.error());
  exported_before_ = writing;
  if (report->segments == 0) return;
  options_.log->Info(
      "segments are in the lake",
      {{"segments", report->segments}, {"decisions", report->decisions}, {"files", report->files}});
}

// Once a segment: a start then folds at most one segment more than it must.
Status Housekeeping::KeepBudgets() {
  const std::uint32_t writing = options_.journal->Stats().segment;
  if (writing == budgets_kept_at_) return Ok();
  RETURN_IF_ERROR(
      serving::SaveLimits({options_.files, options_.paths->journal, options_.paths->limits},
                          options_.journal->Durable(), *options_.clock));
  budgets_kept_at_ = writing;
  return Ok();
}

Result<std::optional<std::chrono::hours>> Housekeeping::Retention() const {
  ASSIGN_OR_RETURN(const auto models, options_.registry->Models());
  std::optional<std::chrono::hours> longest;
  for (const records::ModelRecord& model : models) {
    if (model.contract_hash.empty()) return std::optional<std::chrono::hours>();
    ASSIGN_OR_RETURN(const std::string text, options_.registry->ContractText(model.contract_hash));
    ASSIGN_OR_RETURN(const records::Contract contract, records::ParseContract(text));
    if (!contract.privacy.retain.has_value()) return std::optional<std::chrono::hours>();
    longest = std::max(longest.value_or(std::chrono::hours(0)), *contract.privacy.retain);
  }
  return longest;
}

Status Housekeeping::DropOld() {
  ASSIGN_OR_RETURN(const std::optional<std::chrono::hours> keep, Retention());
  if (!keep.has_value()) return Ok();
  ASSIGN_OR_RETURN(const std::size_t dropped,
                   options_.journal->DropBefore(options_.clock->Now() - *keep));
  if (dropped == 0) return Ok();
  options_.log->Info("old segments dropped", {{"segments", dropped}});
  lake_follows_ = false;
  return Ok();
}

Status Housekeeping::DropFromLake() {
  if (lake_follows_) return Ok();
  ASSIGN_OR_RETURN(const std::size_t removed,
                   records::DropFromLake({.files = options_.files,
                                          .journal_directory = options_.paths->journal,
                                          .lake_directory = options_.paths->lake,
                                          .library_directory = options_.library_directory}));
  lake_follows_ = true;
  if (removed != 0) options_.log->Info("old files of the lake dropped", {{"files", removed}});
  return Ok();
}

}  // namespace mooring::app

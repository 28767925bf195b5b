// How budgets come back after a restart: a fold over the journal's notes, begun at the newest
// snapshot. A snapshot is the same fold, made of the durable journal alone and kept with the place
// it reached, so there is nothing that must agree with anything.
//
// A snapshot is bound to its journal by the head of the segment that it ends in
// (records/journal/segment_birth.h): of another journal, or of one that ends before it, it is
// refused, unless it says that nothing was spent. So is one that ends before the journal's oldest
// segment: what was spent between is not known. For the same reason a journal whose first segments
// were dropped is not folded without a snapshot, unless people accept that loss.
//
// docs/formats/limit_snapshot.md gives the bytes. Thread safety: one call at a time for a file.
#pragma once

#include <cstdint>
#include <string>

#include "base/clock.h"
#include "base/io/file_system.h"
#include "base/result.h"
#include "records/journal/reader.h"
#include "serving/stop_limits/limit_ledger.h"

namespace mooring::serving {

struct LimitRecord {
  FileSystem* files = nullptr;
  std::string journal_directory;
  std::string snapshot_file;
  // Without a snapshot, what dropped segments had spent counts as nothing: somebody said so.
  bool accept_loss = false;
};

// The file that people make to say so: the server notes it in the control log, and removes it.
inline std::string LossAcceptedFile(const std::string& snapshot_file) {
  return snapshot_file + ".lost";
}

// Folds notes into a ledger.
class NoteFolder final : public records::JournalVisitor {
 public:
  explicit NoteFolder(LimitLedger& ledger) : ledger_(ledger) {}
  void OnDecisions(const records::ReadDecisions& block) override;
  void OnBudget(const records::BudgetChange& change) override;
  bool WantsRows() const override { return false; }
  std::uint64_t notes() const { return notes_; }

 private:
  LimitLedger& ledger_;
  std::uint64_t notes_ = 0;
};

// Applies a change of budgets, decision by decision.
void FoldChange(const records::BudgetChange& change, LimitLedger& ledger);

// Fills an empty ledger with everything before `end`; how many notes were read. kDataLoss when the
// snapshot is damaged, of another journal, or missing though segments were dropped: what was spent
// before it cannot be known, so nothing may be served.
Result<std::uint64_t> RecoverLimits(const LimitRecord& record, records::JournalPosition end,
                                    LimitLedger& ledger);

// Where the snapshot ends; the journal's beginning without one. kDataLoss as RecoverLimits.
Result<records::JournalPosition> SnapshotPosition(const LimitRecord& record);

// Brings the snapshot up to `end`, durably; call before segments are dropped.
Status SaveLimits(const LimitRecord& record, records::JournalPosition end, const Clock& clock);

}  // namespace mooring::serving

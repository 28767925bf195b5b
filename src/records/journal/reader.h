// JournalReader: walks committed records in order, from any position, while the writer goes on.
//
// Decision blocks come back as batches in the binding's schemas; whoever folds over the journal
// (profiles, idempotency, outcomes, the lake, verify) uses this and nothing else.
// Thread safety: one thread per reader; any number of readers beside the writer.
// Failure: damage is kDataLoss naming segment and offset; SkipDamage() goes on at the next whole
// record.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/io/file_system.h"
#include "base/result.h"
#include "records/journal/journal.h"
#include "records/journal/record.h"

namespace mooring::records {

// A decoded decision block; views live until the visitor returns. `binding` is as stored: its
// pseudonymised inputs are strings.
struct ReadDecisions {
  DecisionId first;
  std::shared_ptr<const Binding> binding;
  Time at;
  std::string_view caller, request_id;
  std::uint64_t body_hash = 0;
  std::uint32_t latency_us = 0;
  const data::Batch* inputs = nullptr;
  const data::Batch* outputs = nullptr;
  std::span<const RowDecision> rows;
  std::span<const Imputed> imputed;   // ascending; empty with WantsRows() false
  const LimitNote* limits = nullptr;  // null: no limits were checked
};

// Names of the inputs of one row whose value the contract's default replaced; usually none.
std::vector<std::string_view> ImputedNames(const ReadDecisions& block, std::uint32_t row);

class JournalVisitor {
 public:
  virtual ~JournalVisitor() = default;
  virtual void OnDecisions(const ReadDecisions&) {}
  virtual void OnOutcomes(std::span<const Outcome>) {}
  virtual void OnRefusal(const Refusal&) {}
  virtual void OnBudget(const BudgetChange&) {}
  // False: inputs and outputs stay null and `imputed` empty; the walk is about twice as fast.
  virtual bool WantsRows() const { return true; }
};

class JournalReader {
 public:
  // Starts at `from`, or at the oldest segment when that was dropped meanwhile. A position inside a
  // segment must be one that a reader or the journal gave.
  static Result<std::unique_ptr<JournalReader>> Open(FileSystem& files, std::string directory,
                                                     JournalPosition from = {});
  virtual ~JournalReader() = default;
  // Visits up to `max_records` records before `limit` (Journal::Durable of a live journal, else
  // EndOfJournal); returns how many. 0: nothing new.
  virtual Result<std::size_t> Read(JournalPosition limit, std::size_t max_records,
                                   JournalVisitor& visitor) = 0;
  // After the last record that was visited.
  virtual JournalPosition position() const = 0;
  // Goes on behind the damage that Read reported: at the next whole record, or in the next segment.
  virtual Status SkipDamage() = 0;
};

// The end of the last whole commit of a journal that nobody writes.
Result<JournalPosition> EndOfJournal(FileSystem& files, const std::string& directory);

// Reads one decision by its id through the segment's sparse index, for `log show` and outcomes.
// kNotFound for an id that was never given or whose segment is gone.
Status ReadDecision(FileSystem& files, const std::string& directory, DecisionId id,
                    JournalVisitor& visitor);

// Walks CRCs and the SHA-256 chain of everything; every finding names segment and offset.
struct VerifyReport {
  std::uint64_t segments = 0, records = 0, decisions = 0, bytes = 0;
  std::vector<std::string> findings;
};
Result<VerifyReport> VerifyJournal(FileSystem& files, const std::string& directory);

}  // namespace mooring::records

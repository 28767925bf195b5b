// RecordEncoder: turns what is appended into padded payload bytes with their checksum, replacing
// identifying columns by pseudonyms on the way, so that no buffer that is written ever holds them.
//
// Thread safety: one thread at a time; the journal keeps one a thread. Failure: kTooLarge over
// limits::kJournalRecordBytes; kFailedPrecondition when a binding pseudonymises and there is no
// key.
// Complexity: one pass, no allocation once its buffers have grown.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "records/journal/append_queue.h"
#include "records/journal/journal.h"
#include "records/journal/record.h"

namespace mooring::records {

class RecordEncoder {
 public:
  // The payload's view lives until the next call.
  Result<EncodedRecord> Encode(const DecisionBlock& block, const Pseudonymiser* pseudonymiser);
  Result<EncodedRecord> Encode(const Refusal& refusal);
  Result<EncodedRecord> Encode(std::span<const Outcome> outcomes, Time now);
  Result<EncodedRecord> Encode(const BudgetChange& change);

 private:
  Result<EncodedRecord> Finish(RecordKind kind, Time at, std::size_t rows);
  Result<const data::Batch*> WithoutIdentifiers(const DecisionBlock& block,
                                                const Pseudonymiser* pseudonymiser);
  void Start();

  std::string bytes_;
  std::shared_ptr<const Binding> masked_for_;  // the binding of masked_
  std::optional<data::Batch> masked_;
};

// How a value of any column is spelled before it is hashed: numbers as the shortest decimal that
// reads back the same, bool as 0 or 1, timestamps as microseconds. So 7 of an int column equals "7"
// of a text.
std::string CanonicalText(const data::Column& column, std::size_t row);

}  // namespace mooring::records

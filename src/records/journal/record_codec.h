// Payloads of the journal's records as bytes and back; docs/formats/journal.md gives the layout.
//
// Rows are data/table/batch_codec's blocks in the *stored* schema: the binding's own, except that a
// pseudonymised column is a string without a dictionary, because both its values and the dictionary
// would tell who is meant.
// Thread safety: free functions; a BlockDecoder from one thread at a time. Failure: bytes that do
// not decode are kDataLoss (they passed a CRC, so this is damage that happened before they were
// written, or a forgery).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "records/journal/reader.h"
#include "records/journal/record.h"
#include "records/journal/segment_format.h"

namespace mooring::records {

// The binding as it is stored: schemas without identifying columns.
Result<std::shared_ptr<const Binding>> StoredBinding(const Binding& binding);

// All append to `out`. `inputs` has the stored schema.
void EncodeBinding(const Binding& stored, std::string& out);
void EncodeDecisions(const DecisionBlock& block, const data::Batch& inputs, std::string& out);
void EncodeRefusal(const Refusal& refusal, std::string& out);
void EncodeOutcomes(std::span<const Outcome> outcomes, std::string& out);
void EncodeBudget(const BudgetChange& change, std::string& out);

Result<std::shared_ptr<const Binding>> DecodeBinding(ByteSpan payload);
// The views in the refusal point into `payload`.
Result<Refusal> DecodeRefusal(ByteSpan payload, Time at);
Result<std::vector<Outcome>> DecodeOutcomes(ByteSpan payload);
Result<BudgetChange> DecodeBudget(ByteSpan payload, Time at);
// Decisions or outcomes in a record, from its first bytes; 0 for the other kinds.
std::uint32_t RowsOf(RecordKind kind, ByteSpan payload);

// Decodes decision blocks into batches that it keeps and reuses, a pair per binding.
class BlockDecoder {
 public:
  // The answer's pointers and views live until the next call, or until `payload` goes.
  // Without `with_rows` the batches stay null and are not decoded.
  Result<ReadDecisions> Decode(ByteSpan payload, std::shared_ptr<const Binding> binding,
                               bool with_rows);

 private:
  struct Scratch {
    std::shared_ptr<const Binding> binding;
    data::Batch inputs, outputs;
  };
  Scratch& ScratchFor(const std::shared_ptr<const Binding>& binding);
  // Fills imputed_; false when the bytes are not such a list.
  bool TakeImputed(ByteSpan bytes, std::size_t rows, std::size_t columns);

  std::vector<Scratch> scratches_;
  std::vector<RowDecision> rows_;
  std::vector<Imputed> imputed_;
  LimitNote limits_;
};

}  // namespace mooring::records

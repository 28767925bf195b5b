#include "records/journal/record_encoder.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/limits.h"
#include "records/journal/record_codec.h"

namespace mooring::records {
namespace {

template <typename T>
std::string Shortest(T value) {
  std::array<char, 64> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  return {text.data(), end};
}

}  // namespace

std::string CanonicalText(const data::Column& column, std::size_t row) {
  switch (column.type()) {
    case data::Type::kInt32: return Shortest(column.Values<std::int32_t>()[row]);
    case data::Type::kInt64:
    case data::Type::kTimestamp: return Shortest(column.Values<std::int64_t>()[row]);
    case data::Type::kFloat32: return Shortest(column.Values<float>()[row]);
    case data::Type::kFloat64: return Shortest(column.Values<double>()[row]);
    case data::Type::kBool: return column.Values<std::uint8_t>()[row] != 0 ? "1" : "0";
    case data::Type::kString:
    case data::Type::kCategory: break;
  }
  return std::string(column.Text(row));
}

void RecordEncoder::Start() {
  constexpr std::size_t kKeptBytes = 1 << 20;
  if (bytes_.capacity() > kKeptBytes) bytes_ = {};
  bytes_.clear();
}

Result<EncodedRecord> RecordEncoder::Finish(RecordKind kind, Time at, std::size_t rows) {
  if (bytes_.size() > limits::kJournalRecordBytes) {
    return Error(Code::kTooLarge, "a record of " + std::to_string(bytes_.size()) + " bytes")
        .Why("limit kJournalRecordBytes is " + std::to_string(limits::kJournalRecordBytes))
        .Help("send fewer rows in one request");
  }
  EncodedRecord record;
  record.kind = kind;
  record.size = static_cast<std::uint32_t>(bytes_.size());
  record.rows = static_cast<std::uint32_t>(rows);
  record.at = at;
  bytes_.resize(PaddedBytes(bytes_.size()), '\0');
  record.payload = bytes_;
  record.payload_crc = Crc32c(AsBytes(bytes_));
  return record;
}

Result<EncodedRecord> RecordEncoder::Encode(const DecisionBlock& block,
                                            const Pseudonymiser* pseudonymiser) {
  const std::size_t rows = block.rows.size();
  CHECK(rows != 0 && block.inputs->rows() == rows && block.outputs->rows() == rows);
  DCHECK(block.inputs->schema() == *block.binding->inputs);
  if (rows > limits::kRowsPerRequest) {
    return Error(Code::kTooLarge, std::to_string(rows) + " rows in one request")
        .Why("limit kRowsPerRequest is " + std::to_string(limits::kRowsPerRequest));
  }
  const data::Batch* inputs = block.inputs;
  if (!block.binding->pseudonymised.empty()) {
    ASSIGN_OR_RETURN(inputs, WithoutIdentifiers(block, pseudonymiser));
  }
  Start();
  EncodeDecisions(block, *inputs, bytes_);
  auto record = Finish(RecordKind::kDecisions, block.at, rows);
  if (record.ok()) record->binding = &block.binding;
  return record;
}

Result<const data::Batch*> RecordEncoder::WithoutIdentifiers(const DecisionBlock& block,
                                                             const Pseudonymiser* pseudonymiser) {
  const Binding& binding = *block.binding;
  if (pseudonymiser == nullptr) {
    return Error(Code::kFailedPrecondition,
                 "model " + binding.model + " pseudonymises inputs, and there is no key")
        .Help("start the server with a pseudonym key file");
  }
  if (masked_for_ != block.binding) {
    ASSIGN_OR_RETURN(const auto stored, StoredBinding(binding));
    masked_.emplace(stored->inputs);
    masked_for_ = block.binding;
  }
  const std::size_t rows = block.inputs->rows();
  masked_->Clear();
  for (std::size_t i = 0; i < masked_->width(); ++i) {
    const data::Column& from = block.inputs->column(i);
    data::Column& to = masked_->column(i);
    const auto& places = binding.pseudonymised;
    if (std::find(places.begin(), places.end(), i) == places.end()) {
      to = from;
      continue;
    }
    const std::string& name = binding.inputs->field(i).name;
    for (std::size_t row = 0; row < rows; ++row) {
      if (from.IsNull(row)) {
        to.AppendNull();
      } else {
        to.AppendText(pseudonymiser->Pseudonym(name, CanonicalText(from, row)));
      }
    }
  }
  masked_->SetRows(rows);
  return &*masked_;
}

Result<EncodedRecord> RecordEncoder::Encode(const Refusal& refusal) {
  Start();
  EncodeRefusal(refusal, bytes_);
  return Finish(RecordKind::kRefusal, refusal.at, 1);
}

Result<EncodedRecord> RecordEncoder::Encode(std::span<const Outcome> outcomes, Time now) {
  CHECK(!outcomes.empty());
  Start();
  EncodeOutcomes(outcomes, bytes_);
  return Finish(RecordKind::kOutcomes, now, outcomes.size());
}

Result<EncodedRecord> RecordEncoder::Encode(const BudgetChange& change) {
  CHECK(!change.decisions.empty());
  Start();
  EncodeBudget(change, bytes_);
  return Finish(RecordKind::kBudget, change.at, change.decisions.size());
}

}  // namespace mooring::records

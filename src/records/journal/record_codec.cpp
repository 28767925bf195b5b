#include "records/journal/record_codec.h"

#include <algorithm>
#include <cstring>

#include "data/table/batch_codec.h"
#include "data/table/bytes.h"
#include "records/journal/limit_note_codec.h"

namespace mooring::records {
namespace {

using data::AppendText;
using data::AppendVarint;
using data::ByteReader;

constexpr std::uint8_t kFlagged = 0x80;
constexpr std::uint8_t kNoted = 0x40;  // first row only: a LimitNote follows the rows
constexpr std::size_t kIdBytes = 2 + 4 + 4;
constexpr std::size_t kRowBytes = 1 + 1 + 8 + 8;

Error Damaged(std::string_view what) {
  return Error(Code::kDataLoss, "a " + std::string(what) + " record does not decode");
}

void AppendSchema(const data::Schema& schema, std::string& out) {
  std::string bytes;
  data::EncodeSchema(schema, bytes);
  AppendText(out, bytes);
}

Result<std::shared_ptr<const data::Schema>> TakeSchema(ByteReader& in) {
  ASSIGN_OR_RETURN(data::Schema schema, data::DecodeSchema(AsBytes(in.Text())));
  return std::shared_ptr<const data::Schema>(
      std::make_shared<const data::Schema>(std::move(schema)));
}

char* Put(char* at, const auto& value) {
  std::memcpy(at, &value, sizeof(value));
  return at + sizeof(value);
}

void AppendId(const DecisionId& id, std::string& out) {
  char fixed[kIdBytes];
  Put(Put(Put(fixed, id.replica), id.segment), id.ordinal);
  out.append(fixed, sizeof(fixed));
}

DecisionId TakeId(ByteReader& in) {
  DecisionId id;
  id.replica = in.Value<std::uint16_t>();
  id.segment = in.Value<std::uint32_t>();
  id.ordinal = in.Value<std::uint32_t>();
  return id;
}

}  // namespace

Result<std::shared_ptr<const Binding>> StoredBinding(const Binding& binding) {
  auto stored = std::make_shared<Binding>(binding);
  if (!binding.pseudonymised.empty()) {
    std::vector<data::Field> fields = binding.inputs->fields();
    for (const std::size_t place : binding.pseudonymised) {
      CHECK(place < fields.size());
      fields[place].type = data::Type::kString;
      fields[place].dictionary = nullptr;
    }
    ASSIGN_OR_RETURN(data::Schema schema, data::Schema::Make(std::move(fields)));
    stored->inputs = std::make_shared<const data::Schema>(std::move(schema));
  }
  return std::shared_ptr<const Binding>(std::move(stored));
}

void EncodeBinding(const Binding& stored, std::string& out) {
  AppendText(out, stored.model);
  AppendVarint(out, stored.version);
  AppendText(out, stored.contract_hash);
  AppendSchema(*stored.inputs, out);
  AppendSchema(*stored.outputs, out);
  AppendVarint(out, stored.pseudonymised.size());
  for (const std::size_t place : stored.pseudonymised) AppendVarint(out, place);
  if (!stored.currency.empty()) AppendText(out, stored.currency);
}

Result<std::shared_ptr<const Binding>> DecodeBinding(ByteSpan payload) {
  ByteReader in(payload);
  auto binding = std::make_shared<Binding>();
  binding->model = in.Text();
  binding->version = static_cast<VersionNumber>(in.Varint());
  binding->contract_hash = in.Text();
  ASSIGN_OR_RETURN(binding->inputs, TakeSchema(in));
  ASSIGN_OR_RETURN(binding->outputs, TakeSchema(in));
  for (std::uint64_t left = in.Varint(); left != 0 && in.ok(); --left) {
    binding->pseudonymised.push_back(static_cast<std::size_t>(in.Varint()));
    if (binding->pseudonymised.back() >= binding->inputs->size()) in.Fail();
  }
  if (in.ok() && in.left() != 0) binding->currency = in.Text();
  if (!in.ok() || in.left() != 0) return Damaged("binding");
  return std::shared_ptr<const Binding>(std::move(binding));
}

void EncodeDecisions(const DecisionBlock& block, const data::Batch& inputs, std::string& out) {
  AppendVarint(out, block.rows.size());
  AppendText(out, block.caller);
  AppendText(out, block.request_id);
  const std::size_t start = out.size();
  out.resize(start + 12 + block.rows.size() * kRowBytes);
  char* at = out.data() + start;
  at = Put(at, block.body_hash);
  at = Put(at, block.latency_us);
  const bool noted = block.limits != nullptr && !block.limits->empty();
  for (const RowDecision& row : block.rows) {
    at = Put(at, static_cast<std::uint8_t>(static_cast<std::uint8_t>(row.verdict) |
                                           (row.flagged ? kFlagged : 0) |
                                           (noted && &row == &block.rows[0] ? kNoted : 0)));
    at = Put(at, row.reason);
    at = Put(at, row.score);
    at = Put(at, row.amount_minor);
  }
  if (noted) EncodeNote(*block.limits, out);
  data::EncodeRows(inputs, out);
  data::EncodeRows(*block.outputs, out);
  if (block.imputed.empty()) return;
  AppendVarint(out, block.imputed.size());
  for (const Imputed& imputed : block.imputed) {
    AppendVarint(out, imputed.row);
    AppendVarint(out, imputed.column);
  }
}

void EncodeRefusal(const Refusal& refusal, std::string& out) {
  for (const std::string_view text : {refusal.model, refusal.caller, refusal.request_id,
                                      refusal.code, refusal.feature, refusal.rule}) {
    AppendText(out, text);
  }
  if (refusal.version != 0) AppendVarint(out, refusal.version);
}

Result<Refusal> DecodeRefusal(ByteSpan payload, Time at) {
  ByteReader in(payload);
  Refusal refusal;
  refusal.at = at;
  for (std::string_view* text : {&refusal.model, &refusal.caller, &refusal.request_id,
                                 &refusal.code, &refusal.feature, &refusal.rule}) {
    *text = in.Text();
  }
  if (in.ok() && in.left() != 0) {
    const std::uint64_t version = in.Varint();
    refusal.version = static_cast<VersionNumber>(version);
    if (refusal.version != version) return Damaged("refusal");
  }
  if (!in.ok() || in.left() != 0) return Damaged("refusal");
  return refusal;
}

void EncodeOutcomes(std::span<const Outcome> outcomes, std::string& out) {
  AppendVarint(out, outcomes.size());
  for (const Outcome& outcome : outcomes) {
    AppendId(outcome.decision, out);
    char fixed[8 + 8];
    char* at = Put(fixed, outcome.at.time_since_epoch().count());
    Put(at, outcome.value);
    out.append(fixed, sizeof(fixed));
    AppendText(out, outcome.name);
    AppendText(out, outcome.text);
  }
}

Result<std::vector<Outcome>> DecodeOutcomes(ByteSpan payload) {
  ByteReader in(payload);
  std::vector<Outcome> outcomes;
  for (std::uint64_t left = in.Varint(); left != 0 && in.ok(); --left) {
    Outcome outcome;
    outcome.decision = TakeId(in);
    outcome.at = Time(Micros(in.Value<std::int64_t>()));
    outcome.value = in.Value<double>();
    outcome.name = in.Text();
    outcome.text = in.Text();
    outcomes.push_back(std::move(outcome));
  }
  if (!in.ok() || in.left() != 0) return Damaged("outcome");
  return outcomes;
}

void EncodeBudget(const BudgetChange& change, std::string& out) {
  out.push_back(static_cast<char>(change.why));
  AppendText(out, change.caller);
  AppendText(out, change.reason);
  AppendVarint(out, change.decisions.size());
  for (const DecisionId& id : change.decisions) AppendId(id, out);
  EncodeNote(change.note, out);
}

Result<BudgetChange> DecodeBudget(ByteSpan payload, Time at) {
  ByteReader in(payload);
  BudgetChange change;
  change.at = at;
  const auto why = in.Value<std::uint8_t>();
  change.why = static_cast<BudgetChange::Why>(why);
  change.caller = in.Text();
  change.reason = in.Text();
  const std::uint64_t count = in.Varint();
  if (why > static_cast<std::uint8_t>(BudgetChange::Why::kReview) || count == 0 ||
      count > in.left() / kIdBytes) {
    return Damaged("budget");
  }
  for (std::uint64_t i = 0; i < count; ++i) change.decisions.push_back(TakeId(in));
  DecodeNote(in, count, change.note);
  if (!in.ok() || in.left() != 0) return Damaged("budget");
  return change;
}

std::uint32_t RowsOf(RecordKind kind, ByteSpan payload) {
  if (kind != RecordKind::kDecisions && kind != RecordKind::kOutcomes) return 0;
  ByteReader in(payload);
  return static_cast<std::uint32_t>(in.Varint());
}

BlockDecoder::Scratch& BlockDecoder::ScratchFor(const std::shared_ptr<const Binding>& binding) {
  constexpr std::size_t kKept = 64;
  for (Scratch& scratch : scratches_) {
    if (scratch.binding == binding) return scratch;
  }
  if (scratches_.size() == kKept) scratches_.erase(scratches_.begin());
  scratches_.push_back({binding, data::Batch(binding->inputs), data::Batch(binding->outputs)});
  return scratches_.back();
}

// Nothing at all stands for none.
bool BlockDecoder::TakeImputed(ByteSpan bytes, std::size_t rows, std::size_t columns) {
  imputed_.clear();
  if (bytes.empty()) return true;
  ByteReader in(bytes);
  for (std::uint64_t left = in.Varint(); left != 0 && in.ok(); --left) {
    const std::uint64_t row = in.Varint(), column = in.Varint();
    if (row >= rows || column >= columns) return false;
    imputed_.push_back({static_cast<std::uint32_t>(row), static_cast<std::uint16_t>(column)});
  }
  return in.ok() && in.left() == 0 && !imputed_.empty() &&
         std::is_sorted(imputed_.begin(), imputed_.end());
}

Result<ReadDecisions> BlockDecoder::Decode(ByteSpan payload, std::shared_ptr<const Binding> binding,
                                           bool with_rows) {
  ByteReader in(payload);
  ReadDecisions block;
  const std::uint64_t rows = in.Varint();
  block.caller = in.Text();
  block.request_id = in.Text();
  block.body_hash = in.Value<std::uint64_t>();
  block.latency_us = in.Value<std::uint32_t>();
  if (!in.ok() || rows == 0 || rows > in.left() / kRowBytes) return Damaged("decision");
  rows_.resize(static_cast<std::size_t>(rows));
  bool noted = false;
  for (RowDecision& row : rows_) {
    auto verdict = in.Value<std::uint8_t>();
    if (&row == &rows_[0] && (verdict & kNoted) != 0) {
      noted = true;
      verdict = static_cast<std::uint8_t>(verdict & ~kNoted);
    }
    row.flagged = (verdict & kFlagged) != 0;
    row.verdict = static_cast<Verdict>(verdict & ~kFlagged);
    row.reason = in.Value<std::uint8_t>();
    row.score = in.Value<double>();
    row.amount_minor = in.Value<std::int64_t>();
    if (row.verdict > Verdict::kDeny) return Damaged("decision");
  }
  block.rows = rows_;
  if (noted) {
    DecodeNote(in, rows, limits_);
    if (!in.ok()) return Damaged("decision");
    block.limits = &limits_;
  }
  if (with_rows) {
    Scratch& scratch = ScratchFor(binding);
    ByteSpan rest = payload.subspan(in.position());
    for (data::Batch* batch : {&scratch.inputs, &scratch.outputs}) {
      batch->Clear();
      ASSIGN_OR_RETURN(const std::size_t used, data::DecodeRows(rest, *batch));
      rest = rest.subspan(used);
      if (batch->rows() != rows) return Damaged("decision");
    }
    if (!TakeImputed(rest, block.rows.size(), scratch.inputs.width())) return Damaged("decision");
    block.imputed = imputed_;
    block.inputs = &scratch.inputs;
    block.outputs = &scratch.outputs;
  }
  block.binding = std::move(binding);
  return block;
}

}  // namespace mooring::records

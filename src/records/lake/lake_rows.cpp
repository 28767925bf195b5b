#include "records/lake/lake_rows.h"

#include <algorithm>
#include <cctype>
#include <chrono>
#include <set>

namespace mooring::records {
namespace {

using data::Field;
using data::Type;

std::shared_ptr<const data::Dictionary> Known(std::vector<std::string> values) {
  auto made = data::Dictionary::Make(std::move(values));
  CHECK(made.ok());
  return std::move(made).value();
}

std::string Lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

// SQL does not tell names apart by case, so neither do we.
std::string Free(std::string name, const std::string& fallback, std::set<std::string>& taken) {
  if (taken.insert(Lower(name)).second) return name;
  name = fallback;
  for (int i = 2; !taken.insert(Lower(name)).second; ++i) name = fallback + "_" + std::to_string(i);
  return name;
}

std::int64_t DayOf(Time at) {
  return std::chrono::floor<std::chrono::days>(at).time_since_epoch().count();
}

// Places of DecisionFields.
enum Place : std::size_t {
  kDecisionId, kReplica, kSegment, kOrdinal, kAt, kCaller, kRequestId, kModel, kVersion,
  kContractHash, kVerdict, kReason, kFlagged, kScore, kAmountMinor, kLatencyUs, kImputed,
  kFixed
};

}  // namespace

const std::vector<Field>& DecisionFields() {
  static const std::vector<Field> fields = {
      {"decision_id", Type::kString, false},   {"replica", Type::kInt32, false},
      {"segment", Type::kInt64, false},        {"ordinal", Type::kInt64, false},
      {"at", Type::kTimestamp, false},         {"caller", Type::kString, true},
      {"request_id", Type::kString, true},     {"model", Type::kCategory, false},
      {"version", Type::kInt32, false},        {"contract_hash", Type::kCategory, false},
      {"verdict", Type::kCategory, false},     {"reason", Type::kInt32, false},
      {"flagged", Type::kBool, false},         {"score", Type::kFloat64, true},
      {"amount_minor", Type::kInt64, false},   {"latency_us", Type::kInt64, false},
      {"imputed", Type::kString, true}};
  return fields;
}

Result<std::shared_ptr<const data::Schema>> LakeSchema(const Binding& binding) {
  std::vector<Field> fields = DecisionFields();
  fields[kModel].dictionary = Known({binding.model});
  fields[kContractHash].dictionary = Known({binding.contract_hash});
  std::vector<std::string> verdicts;
  for (int i = 0; i <= static_cast<int>(Verdict::kDeny); ++i) {
    verdicts.emplace_back(VerdictName(static_cast<Verdict>(i)));
  }
  fields[kVerdict].dictionary = Known(std::move(verdicts));
  std::set<std::string> taken;
  for (const Field& field : fields) taken.insert(field.name);
  for (Field field : binding.inputs->fields()) {
    field.name = Free(field.name, "input_" + field.name, taken);
    fields.push_back(std::move(field));
  }
  for (Field field : binding.outputs->fields()) {
    field.name = Free("raw_" + field.name, "raw_" + field.name, taken);
    fields.push_back(std::move(field));
  }
  ASSIGN_OR_RETURN(data::Schema schema, data::Schema::Make(std::move(fields)));
  return std::shared_ptr<const data::Schema>(
      std::make_shared<const data::Schema>(std::move(schema)));
}

std::shared_ptr<const data::Schema> OutcomeSchema() {
  static const auto schema = std::make_shared<const data::Schema>(
      data::Schema::Make({{"decision_id", Type::kString, false},
                          {"at", Type::kTimestamp, false},
                          {"name", Type::kString, false},
                          {"value", Type::kFloat64, false},
                          {"text", Type::kString, true},
                          {"recorded_segment", Type::kInt64, false},
                          {"recorded_place", Type::kInt64, false}})
          .value());
  return schema;
}

LakeRows::Table* LakeRows::TableFor(const ReadDecisions& block) {
  const std::int64_t day = DayOf(block.at);
  if (last_ != nullptr && last_->binding == block.binding && day == last_day_) return last_;
  std::string name = FormatTime(block.at).substr(0, 10);
  last_day_ = day;
  for (const auto& table : tables_) {
    if (table->binding != block.binding || table->day != name) continue;
    return last_ = table.get();
  }
  auto schema = LakeSchema(*block.binding);
  if (!schema.ok()) {
    if (status_.ok()) status_ = schema.error();
    return last_ = nullptr;
  }
  tables_.push_back(std::make_unique<Table>(
      Table{block.binding, std::move(name), data::Batch(std::move(schema).value())}));
  data::Batch& rows = tables_.back()->rows;
  const std::uint64_t expected = std::exchange(expected_, 0);
  for (std::size_t i = 0; i < rows.width(); ++i) rows.column(i).Reserve(expected);
  return last_ = tables_.back().get();
}

void LakeRows::OnDecisions(const ReadDecisions& block) {
  Table* const table = TableFor(block);
  if (table == nullptr) return;
  data::Batch& out = table->rows;
  const auto text_or_null = [&](Place place, std::string_view text) {
    text.empty() ? out.column(place).AppendNull() : out.column(place).AppendText(text);
  };
  DecisionId id = block.first;
  for (const RowDecision& row : block.rows) {
    out.column(kDecisionId).AppendText(id.ToString());
    out.column(kReplica).Append(std::int32_t{id.replica});
    out.column(kSegment).Append(std::int64_t{id.segment});
    out.column(kOrdinal).Append(std::int64_t{id.ordinal});
    out.column(kAt).Append(std::int64_t{block.at.time_since_epoch().count()});
    text_or_null(kCaller, block.caller);
    text_or_null(kRequestId, block.request_id);
    out.column(kModel).Append(std::int32_t{0});
    out.column(kVersion).Append(static_cast<std::int32_t>(block.binding->version));
    out.column(kContractHash).Append(std::int32_t{0});
    out.column(kVerdict).Append(static_cast<std::int32_t>(row.verdict));
    out.column(kReason).Append(std::int32_t{row.reason});
    out.column(kFlagged).Append(static_cast<std::uint8_t>(row.flagged ? 1 : 0));
    row.score == row.score ? out.column(kScore).Append(row.score) : out.column(kScore).AppendNull();
    out.column(kAmountMinor).Append(row.amount_minor);
    out.column(kLatencyUs).Append(std::int64_t{block.latency_us});
    std::string imputed;
    for (const std::string_view name : ImputedNames(block, id.ordinal - block.first.ordinal)) {
      imputed += (imputed.empty() ? "" : ",") + std::string(name);
    }
    text_or_null(kImputed, imputed);
    ++id.ordinal;
  }
  std::size_t place = kFixed;
  for (const data::Batch* batch : {block.inputs, block.outputs}) {
    for (std::size_t i = 0; i < batch->width(); ++i, ++place) {
      for (std::size_t row = 0; row < batch->rows(); ++row) {
        out.column(place).AppendFrom(batch->column(i), row);
      }
    }
  }
}

void LakeRows::OnOutcomes(std::span<const Outcome> outcomes) {
  for (const Outcome& outcome : outcomes) {
    outcomes_.column(0).AppendText(outcome.decision.ToString());
    outcomes_.column(1).Append(std::int64_t{outcome.at.time_since_epoch().count()});
    outcomes_.column(2).AppendText(outcome.name);
    outcomes_.column(3).Append(outcome.value);
    outcome.text.empty() ? outcomes_.column(4).AppendNull()
                         : outcomes_.column(4).AppendText(outcome.text);
    outcomes_.column(5).Append(std::int64_t{segment_});
    outcomes_.column(6).Append(static_cast<std::int64_t>(outcome_rows_++));
  }
}

void LakeRows::Finish() {
  for (const auto& table : tables_) table->rows.SetRows(table->rows.column(0).size());
  outcomes_.SetRows(outcomes_.column(0).size());
}

void LakeRows::Clear() {
  tables_.clear();
  last_ = nullptr;
  outcomes_.Clear();
  outcome_rows_ = 0;
  status_ = Ok();
}

}  // namespace mooring::records

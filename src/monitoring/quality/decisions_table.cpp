#include "monitoring/quality/decisions_table.h"

#include <algorithm>
#include <cctype>
#include <cmath>

#include "records/contract/business_sql.h"

namespace mooring::monitoring {
namespace {

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

std::string Lowered(std::string_view text) {
  std::string lowered(text);
  for (char& c : lowered) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return lowered;
}

// Everything that a column could be named in; SQL does not tell capitals from small letters.
std::string AllMeasures(const records::Contract& contract) {
  std::string all = contract.effect.value;
  for (const records::BusinessRule& rule : contract.monitor.quality.business) {
    all += "\n" + rule.expression + "\n" + rule.sql;
  }
  return Lowered(all);
}

bool IsText(data::Type type) {
  return type == data::Type::kString || type == data::Type::kCategory;
}

// A label beside the probabilities of its classes is the place of the most probable.
double NamedOutput(const QualityRows& rows, std::size_t row, std::optional<std::size_t> named) {
  const double* const scores = rows.scores.data() + row * rows.score_columns;
  if (named) return scores[*named];
  const double* const end = scores + rows.score_columns;
  if (std::any_of(scores, end, [](double p) { return std::isnan(p); })) return kMissing;
  return static_cast<double>(std::max_element(scores, end) - scores);
}

}  // namespace

Result<DecisionsTable> DecisionsTable::Make(const records::Contract& contract,
                                            const data::Schema& inputs) {
  DecisionsTable table;
  const std::string measures = AllMeasures(contract);
  std::vector<data::Field> kept;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    // A name that is part of another word is kept for nothing, which does no harm; one with a quote
    // in it is written in more than one way.
    const std::string& name = inputs.field(i).name;
    const bool quoted = name.find_first_of("\"`") != name.npos;
    if (!quoted && measures.find(Lowered(name)) == measures.npos) continue;
    kept.push_back(inputs.field(i));
    table.places_.push_back(i);
  }
  ASSIGN_OR_RETURN(data::Schema schema, records::DecisionColumns(contract, kept));
  const auto own = [&](std::string_view name) -> std::optional<std::size_t> {
    const auto place = schema.Find(name);
    return place && *place >= kept.size() ? place : std::nullopt;
  };
  table.output_ = own(contract.output.name);
  table.amount_ = own("amount");
  if (contract.outcome) table.outcome_ = own(contract.outcome->name);
  table.schema_ = std::make_shared<const data::Schema>(std::move(schema));
  return table;
}

double DecisionsTable::Remember(std::string_view text) {
  std::string key(text);
  const auto found = known_.find(key);
  if (found != known_.end()) return static_cast<double>(found->second);
  if (texts_.size() == kMostTexts || text_bytes_ + text.size() > kMostTextBytes) {
    full_ = true;
    return kMissing;
  }
  text_bytes_ += text.size();
  texts_.emplace_back(text);
  known_.emplace(std::move(key), texts_.size() - 1);
  return static_cast<double>(texts_.size() - 1);
}

void DecisionsTable::Append(const data::Batch& inputs, std::size_t row, std::vector<double>& read) {
  for (const std::size_t place : places_) {
    if (place >= inputs.width() || inputs.column(place).IsNull(row)) {
      read.push_back(kMissing);
      continue;
    }
    const data::Column& column = inputs.column(place);
    read.push_back(IsText(column.type()) ? Remember(column.Text(row)) : column.Number(row));
  }
}

void DecisionsTable::Put(double value, data::Column& column) const {
  if (std::isnan(value)) return column.AppendNull();
  switch (column.type()) {
    case data::Type::kString: return column.AppendText(texts_[static_cast<std::size_t>(value)]);
    case data::Type::kBool: return column.Append(static_cast<std::uint8_t>(value != 0));
    case data::Type::kTimestamp: return column.Append(static_cast<std::int64_t>(value));
    default: return column.Append(value);
  }
}

data::Batch DecisionsTable::Of(const QualityRows& rows,
                               std::optional<std::size_t> named) const {
  data::Batch batch(schema_);
  std::size_t known = 0;
  for (std::size_t row = 0; row < rows.rows(); ++row) {
    if (!rows.known(row)) continue;
    ++known;
    for (std::size_t i = 0; i < places_.size(); ++i) {
      Put(rows.read[row * rows.read_columns + i], batch.column(i));
    }
    if (output_) Put(NamedOutput(rows, row, named), batch.column(*output_));
    if (amount_) Put(rows.amounts[row], batch.column(*amount_));
    if (outcome_) Put(rows.truth[row], batch.column(*outcome_));
  }
  batch.SetRows(known);
  return batch;
}

}  // namespace mooring::monitoring

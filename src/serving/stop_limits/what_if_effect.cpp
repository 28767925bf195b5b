#include "serving/stop_limits/what_if_effect.h"

#include "records/contract/business_sql.h"
#include "records/contract/currency.h"

namespace mooring::serving {
namespace {

void Put(const data::Column& from, std::size_t row, data::Column& to) {
  if (from.IsNull(row)) return to.AppendNull();
  switch (to.type()) {
    case data::Type::kFloat64: return to.Append(from.Number(row));
    case data::Type::kBool: return to.Append(from.Values<std::uint8_t>()[row]);
    case data::Type::kString: return to.AppendText(from.Text(row));
    default: return to.AppendFrom(from, row);
  }
}

constexpr int kDigitsOfNoMoney = 6;

int DigitsOfEffect(const records::Contract& contract) {
  const std::string& own = contract.effect.currency;
  return records::CurrencyDigits(own.empty() ? contract.decision.currency : own)
      .value_or(kDigitsOfNoMoney);
}

}  // namespace

StoppedDecisions::StoppedDecisions(const records::Contract& contract, std::size_t most)
    : contract_(contract), most_(most), digits_(DigitsOfEffect(contract)) {}

Status StoppedDecisions::Open(const data::Schema& inputs) {
  ASSIGN_OR_RETURN(data::Schema made, records::DecisionColumns(contract_, inputs.fields()));
  const auto schema = std::make_shared<const data::Schema>(std::move(made));
  ASSIGN_OR_RETURN(effect_, data::Expression::Compile(contract_.effect.value, *schema,
                                                      {.name = "effect.value"}));
  rows_ = data::Batch(schema);
  one_ = data::Batch(schema);
  return Ok();
}

Status StoppedDecisions::Add(DecisionId decision, const Row& row,
                             std::vector<std::uint16_t> limits) {
  if (contract_.effect.value.empty() || !contract_.outcome || kept_.size() >= most_) return Ok();
  if (!effect_.has_value()) RETURN_IF_ERROR(Open(row.inputs->schema()));
  const data::Schema& schema = rows_.schema();
  for (std::size_t i = 0; i < schema.size(); ++i) {
    const std::string& name = schema.field(i).name;
    data::Column& column = rows_.column(i);
    if (const data::Column* const input = row.inputs->Find(name); input != nullptr) {
      Put(*input, row.row, column);
    } else if (name == contract_.output.name) {
      column.Append(row.raw);
    } else if (name == "amount") {
      column.Append(row.amount);
    } else {
      column.AppendNull();
    }
  }
  rows_.SetRows(rows_.rows() + 1);
  kept_[decision] = {rows_.rows() - 1, std::move(limits), std::nullopt};
  return Ok();
}

void StoppedDecisions::Tell(const records::Outcome& outcome) {
  const auto found = kept_.find(outcome.decision);
  if (found == kept_.end() || outcome.name != contract_.outcome->name) return;
  Kept& kept = found->second;
  const bool is_label = !outcome.text.empty();
  const double value =
      is_label ? (outcome.text == contract_.output.positive ? 1 : 0) : outcome.value;
  one_.Clear();
  for (std::size_t i = 0; i < rows_.width(); ++i) {
    const bool is_outcome = rows_.schema().field(i).name == outcome.name;
    if (is_outcome) {
      one_.column(i).Append(value);
    } else {
      one_.column(i).AppendFrom(rows_.column(i), kept.place);
    }
  }
  one_.SetRows(1);
  // One beyond 64 bits is not known either.
  const auto units = effect_->EvaluateMoney(one_, 0, digits_, data::Decimal::Rounding::kDown);
  const std::optional<std::int64_t> effect = units.ok() ? *units : std::nullopt;
  for (const std::uint16_t limit : kept.limits) {
    if (worth_.size() <= limit) worth_.resize(limit + std::size_t{1});
    Worth& worth = worth_[limit];
    if (kept.effect.has_value()) {
      worth.sum -= *kept.effect;
      --worth.known;
    }
    if (effect.has_value()) {
      worth.sum += *effect;
      ++worth.known;
    }
  }
  kept.effect = effect;
}

StoppedDecisions::Worth StoppedDecisions::Of(std::uint16_t limit) const {
  return limit < worth_.size() ? worth_[limit] : Worth{};
}

}  // namespace mooring::serving

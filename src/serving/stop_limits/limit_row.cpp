#include "serving/stop_limits/limit_row.h"

#include <cmath>
#include <limits>

namespace mooring::serving {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

// As a number whose shortest decimal is the amount: doubles tell 15 digits apart. More is null, and
// so denied.
double AmountAsNumber(std::int64_t minor, int digits) {
  constexpr std::int64_t kExact = 1'000'000'000'000'000;
  if (minor <= -kExact || minor >= kExact) return kNone;
  double units = 1;
  for (int i = 0; i < digits; ++i) units *= 10;
  return static_cast<double>(minor) / units;
}

Error Unfit(const Error& error) {
  return Error(Code::kFailedPrecondition, error.message())
      .Where(error.where())
      .Why(error.why())
      .Help(error.help());
}

}  // namespace

Result<std::unique_ptr<LimitColumns>> LimitColumns::Make(const records::Contract& contract,
                                                         const data::Schema& inputs,
                                                         int amount_digits) {
  std::unique_ptr<LimitColumns> columns(new LimitColumns());
  columns->amount_digits_ = amount_digits;
  RETURN_IF_ERROR(columns->Gather(contract, inputs, false));
  return columns;
}

Result<std::unique_ptr<LimitColumns>> LimitColumns::MakeOfResults(const records::Contract& contract,
                                                                  const data::Schema& inputs,
                                                                  int amount_digits) {
  std::unique_ptr<LimitColumns> columns(new LimitColumns());
  columns->amount_digits_ = amount_digits;
  RETURN_IF_ERROR(columns->Gather(contract, inputs, true));
  return columns;
}

Status LimitColumns::Gather(const records::Contract& contract, const data::Schema& inputs,
                            bool outcome) {
  std::vector<data::Field> fields = inputs.fields();
  for (std::size_t i = 0; i < fields.size(); ++i) sources_.push_back({Word::kInput, i});
  const auto add = [&](const std::string& name, Word word) {
    for (const data::Field& field : fields) {
      if (field.name == name) return;
    }
    fields.push_back({name, data::Type::kFloat64, true, nullptr});
    sources_.push_back({word, 0});
  };
  if (outcome && contract.outcome) add(contract.outcome->name, Word::kOutcome);
  if (!contract.output.name.empty()) add(contract.output.name, Word::kRaw);
  add("score", Word::kScore);
  if (!contract.decision.amount.empty()) add("amount", Word::kAmount);
  auto schema = data::Schema::Make(std::move(fields));
  if (!schema.ok()) return Unfit(schema.error());
  all_ = std::make_shared<const data::Schema>(std::move(schema).value());
  used_.assign(all_->size(), false);
  return Ok();
}

bool LimitColumns::Fits(const data::Schema& inputs) const {
  for (std::size_t i = 0; i < reads_.size(); ++i) {
    if (reads_[i].word != Word::kInput) continue;
    if (reads_[i].place >= inputs.size()) return false;
    const data::Field& field = inputs.field(reads_[i].place);
    if (field.name != read_->field(i).name || field.type != read_->field(i).type) return false;
  }
  return true;
}

Status LimitColumns::Use(std::string_view text, std::string_view name) {
  const auto expression = data::Expression::Compile(text, *all_, {.name = name});
  if (!expression.ok()) return Unfit(expression.error());
  for (const std::size_t place : expression->columns()) used_[place] = true;
  return Ok();
}

Status LimitColumns::Seal() {
  std::vector<data::Field> fields;
  for (std::size_t i = 0; i < used_.size(); ++i) {
    if (!used_[i]) continue;
    fields.push_back(all_->field(i));
    reads_.push_back(sources_[i]);
  }
  ASSIGN_OR_RETURN(data::Schema schema, data::Schema::Make(std::move(fields)));
  read_ = std::make_shared<const data::Schema>(std::move(schema));
  pool_ = std::make_unique<BatchPool>(read_);
  return Ok();
}

Result<data::Expression> LimitColumns::Compile(std::string_view text, std::string_view name) const {
  auto expression = data::Expression::Compile(text, *read_, {.name = name});
  if (!expression.ok()) return Unfit(expression.error());
  return expression;
}

LimitRow::LimitRow(const LimitColumns& columns, const Values& values)
    : columns_(columns), batch_(columns.pool_->Take()) {
  using Word = LimitColumns::Word;
  for (std::size_t i = 0; i < columns_.reads_.size(); ++i) {
    const auto& [word, place] = columns_.reads_[i];
    data::Column& column = batch_.column(i);
    switch (word) {
      case Word::kInput: column.AppendFrom(values.inputs->column(place), values.row); break;
      case Word::kRaw: column.Append(values.raw); break;
      case Word::kScore: column.Append(values.score); break;
      case Word::kOutcome: column.Append(values.outcome); break;
      case Word::kAmount:
        column.Append(AmountAsNumber(values.amount_minor, columns_.amount_digits_));
        break;
    }
  }
  batch_.SetRows(1);
}

LimitRow::~LimitRow() { columns_.pool_->Give(std::move(batch_)); }

void LimitRow::Move(double score, std::int64_t amount_minor) {
  using Word = LimitColumns::Word;
  for (std::size_t i = 0; i < columns_.reads_.size(); ++i) {
    const Word word = columns_.reads_[i].word;
    if (word != Word::kScore && word != Word::kAmount) continue;
    batch_.column(i).MutableValues<double>()[0] =
        word == Word::kScore ? score : AmountAsNumber(amount_minor, columns_.amount_digits_);
  }
}

}  // namespace mooring::serving

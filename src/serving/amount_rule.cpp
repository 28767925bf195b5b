#include "serving/amount_rule.h"

#include "data/expression/expression.h"
#include "serving/batch_pool.h"

namespace mooring::serving {
namespace {

// The inputs that the expression reads, then the score: little to copy for each row.
struct Reading {
  std::vector<std::size_t> places;                // in the contract's inputs
  std::shared_ptr<const data::Schema> schema;     // those columns and the score
};

Result<Reading> ReadingOf(const data::Expression& expression, const data::Schema& inputs,
                          const std::string& score) {
  Reading reading;
  std::vector<data::Field> fields;
  for (const std::size_t place : expression.columns()) {
    if (place >= inputs.size()) continue;  // the score itself
    reading.places.push_back(place);
    fields.push_back(inputs.field(place));
  }
  fields.push_back({score, data::Type::kFloat64, true, nullptr});
  ASSIGN_OR_RETURN(data::Schema schema, data::Schema::Make(std::move(fields)));
  reading.schema = std::make_shared<const data::Schema>(std::move(schema));
  return reading;
}

Error Unfit(const Error& error) {
  return Error(Code::kFailedPrecondition, "decision.amount: " + error.message())
      .Where(error.where())
      .Help(error.help());
}

}  // namespace

struct AmountRule::Compiled {
  Compiled(Reading read, data::Expression amount, int minor_digits)
      : reading(std::move(read)), expression(std::move(amount)), digits(minor_digits),
        pool(reading.schema) {}

  Reading reading;
  data::Expression expression;
  int digits;
  BatchPool pool;
};

AmountRule::AmountRule(std::unique_ptr<Compiled> compiled) : compiled_(std::move(compiled)) {}
AmountRule::~AmountRule() = default;

Result<std::unique_ptr<AmountRule>> AmountRule::Compile(
    const records::Contract& contract, std::shared_ptr<const data::Schema> inputs,
    int minor_digits) {
  const data::ExpressionPlace place{.name = "decision.amount"};
  const std::string score = contract.output.name.empty() ? "score" : contract.output.name;
  std::vector<data::Field> fields = inputs->fields();
  fields.push_back({score, data::Type::kFloat64, true, nullptr});
  auto all = data::Schema::Make(std::move(fields));
  if (!all.ok()) return Unfit(all.error());
  auto first = data::Expression::Compile(contract.decision.amount, *all, place);
  if (!first.ok()) return Unfit(first.error());
  ASSIGN_OR_RETURN(Reading reading, ReadingOf(*first, *inputs, score));
  // Again, on the few columns that it reads.
  auto again = data::Expression::Compile(contract.decision.amount, *reading.schema, place);
  if (!again.ok()) return Unfit(again.error());
  return std::unique_ptr<AmountRule>(new AmountRule(std::make_unique<Compiled>(
      std::move(reading), std::move(again).value(), minor_digits)));
}

Result<std::int64_t> AmountRule::Evaluate(const data::Batch& inputs, std::size_t row,
                                          double score) const {
  data::Batch read = compiled_->pool.Take();
  std::size_t column = 0;
  for (const std::size_t place : compiled_->reading.places) {
    read.column(column++).AppendFrom(inputs.column(place), row);
  }
  read.column(column).Append(score);
  read.SetRows(1);
  auto amount = compiled_->expression.EvaluateMoney(read, 0, compiled_->digits);
  compiled_->pool.Give(std::move(read));
  if (!amount.ok()) return std::move(amount).error();
  if (*amount) return **amount;
  return Error(Code::kInvalidArgument, "the amount has no value for this row");
}

}  // namespace mooring::serving

#include "records/contract/business_sql.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "data/store/sql_over_rows.h"

namespace mooring::records {
namespace {

using data::Field;
using data::Type;

Type TypeInTable(Type type) {
  if (data::IsNumeric(type)) return Type::kFloat64;
  return type == Type::kCategory ? Type::kString : type;
}

ContractError ErrorAt(const BusinessRule& rule, std::size_t place, const Error& error) {
  return {.line = rule.sql_line,
          .column = rule.sql_column,
          .path = fmt::format("monitor.quality.business[{}].sql", place),
          .message = error.message(),
          .help = error.help()};
}

}  // namespace

Result<data::Schema> DecisionColumns(const Contract& contract, const std::vector<Field>& inputs) {
  std::vector<Field> fields;
  const auto add = [&fields](const std::string& name, Type type) {
    if (name.empty() || std::ranges::find(fields, name, &Field::name) != fields.end()) return;
    fields.push_back({.name = name, .type = TypeInTable(type)});
  };
  for (const Field& input : inputs) add(input.name, input.type);
  add(contract.output.name, Type::kFloat64);
  add("amount", Type::kFloat64);
  if (contract.outcome) add(contract.outcome->name, Type::kFloat64);
  return data::Schema::Make(std::move(fields));
}

Result<std::vector<ContractError>> CheckBusinessSql(const Contract& contract,
                                                    const std::string& library_directory,
                                                    std::vector<Field> inputs) {
  std::vector<ContractError> errors;
  const std::vector<BusinessRule>& rules = contract.monitor.quality.business;
  if (std::ranges::all_of(rules, [](const auto& rule) { return rule.sql.empty(); })) return errors;
  if (!contract.inputs.empty()) {
    inputs.clear();
    for (const InputRule& input : contract.inputs) inputs.push_back({input.name, input.type});
  }
  if (inputs.empty()) return errors;
  ASSIGN_OR_RETURN(data::Schema schema, DecisionColumns(contract, inputs));
  const data::Batch none(std::make_shared<const data::Schema>(std::move(schema)));
  auto rows =
      data::SqlOverRows::Open({.library_directory = library_directory}, kDecisionsTable, none);
  if (!rows.ok()) return std::move(rows).error().Context("monitor.quality.business");
  for (std::size_t i = 0; i < rules.size(); ++i) {
    if (rules[i].sql.empty()) continue;
    const auto number = (*rows)->Number(rules[i].sql);
    if (!number.ok()) errors.push_back(ErrorAt(rules[i], i, number.error()));
  }
  return errors;
}

Status RequireBusinessSql(const Contract& contract, const std::string& file,
                          const std::string& library_directory, std::vector<Field> inputs) {
  ASSIGN_OR_RETURN(const std::vector<ContractError> errors,
                   CheckBusinessSql(contract, library_directory, std::move(inputs)));
  if (errors.empty()) return Ok();
  std::string message;
  for (const ContractError& error : errors) {
    message += (message.empty() ? "" : "\n") + error.ToString(file);
  }
  const ContractError& first = errors.front();
  return Error(Code::kInvalidArgument, std::move(message))
      .Where(fmt::format("{}:{}:{}", file, first.line, first.column));
}

}  // namespace mooring::records

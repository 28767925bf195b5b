#include "records/contract/expressions.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/limits.h"
#include "data/expression/expression.h"
#include "data/expression/lexer.h"

namespace mooring::records {
namespace {

using data::Field;
using data::Lexer;
using data::Token;

// The column that a token names; empty: none.
std::string ColumnOf(const Token& token) {
  if (token.kind == Token::Kind::kQuotedName) return token.Unquoted('`');
  return token.kind == Token::Kind::kName ? std::string(token.spelling) : std::string();
}

// Whatever could be a column in the text and is none yet. A keyword among them does no harm: no
// column is read by it.
void AddNamedColumns(std::vector<Field>& fields, std::string_view text) {
  std::set<std::string> known;
  for (const Field& field : fields) known.insert(field.name);
  for (Lexer lexer(text);;) {
    const auto token = lexer.Next();
    if (!token.ok() || token->kind == Token::Kind::kEnd) return;  // the compiler says what is wrong
    std::string name = ColumnOf(*token);
    const bool usable = !name.empty() && fields.size() < limits::kColumns;
    if (usable && known.insert(name).second) {
      fields.push_back({.name = std::move(name), .type = data::Type::kFloat64});
    }
  }
}

// "expression:1:17" as " at character 17".
std::string PlaceIn(std::string_view where) {
  const auto colon = where.rfind(':');
  if (colon == where.npos) return {};
  return " at character " + std::string(where.substr(colon + 1));
}

}  // namespace

bool Names(std::string_view text, std::string_view column) {
  for (Lexer lexer(text);;) {
    const auto token = lexer.Next();
    if (!token.ok() || token->kind == Token::Kind::kEnd) return false;
    if (ColumnOf(*token) == column) return true;
  }
}

Status CheckExpression(const Contract& contract, std::string_view text, ExpressionScope scope) {
  std::vector<Field> fields;
  for (const InputRule& input : contract.inputs) {
    fields.push_back({.name = input.name, .type = input.type});
  }
  const bool has_output =
      !contract.output.name.empty() && contract.FindInput(contract.output.name) == nullptr;
  if (scope != ExpressionScope::kInputs && has_output) {
    fields.push_back({.name = contract.output.name, .type = data::Type::kFloat64});
  }
  if (scope == ExpressionScope::kLimit) {
    const auto add = [&](std::string_view name) {
      const bool known = std::ranges::find(fields, name, &Field::name) != fields.end();
      if (!known) fields.push_back({.name = std::string(name), .type = data::Type::kFloat64});
    };
    add("score");
    if (!contract.decision.amount.empty()) add("amount");
  }
  if (scope == ExpressionScope::kAnything && text.size() <= limits::kExpressionBytes) {
    AddNamedColumns(fields, text);
  }
  ASSIGN_OR_RETURN(const data::Schema schema, data::Schema::Make(std::move(fields)));
  const auto compiled = data::Expression::Compile(text, schema);
  if (compiled.ok()) return Ok();
  const Error& error = compiled.error();
  return Error(error.code(), error.message() + PlaceIn(error.where()))
      .Why(error.why())
      .Help(error.help());
}

}  // namespace mooring::records

#include "control/limits/limit_shape.h"

#include "base/text/json_writer.h"

namespace mooring::control {
namespace {

using records::LimitRule;
using records::LimitWindow;

std::string_view WindowName(LimitWindow::Kind kind) {
  switch (kind) {
    case LimitWindow::Kind::kSliding: return "sliding";
    case LimitWindow::Kind::kDay: return "day";
    case LimitWindow::Kind::kWeek: return "week";
    case LimitWindow::Kind::kMonth: return "month";
    case LimitWindow::Kind::kLifetime: break;
  }
  return "lifetime";
}

void WriteUnit(JsonWriter& json, const LimitRule& rule, const records::Contract& contract) {
  json.Member("digits", static_cast<std::int64_t>(records::DigitsOf(rule, contract)));
  json.Member("currency", contract.decision.currency);
  // What "amount" means, wherever the quantity names it.
  json.Member("amount", contract.decision.amount);
  json.Key("money");
  rule.money.has_value() ? json.Value(*rule.money) : json.Null();
}

void WriteWindow(JsonWriter& json, const LimitRule& rule) {
  json.Member("window", WindowName(rule.window.kind));
  json.Member("seconds", rule.window.length.count());
  json.Member("buckets", static_cast<std::uint64_t>(rule.window.buckets));
  json.Member("zone", rule.window.zone).Member("horizon", rule.horizon.count());
}

}  // namespace

std::string LimitShape(const LimitRule& rule, const records::Contract& contract) {
  std::string text;
  JsonWriter json(text);
  json.BeginObject().Member("kind", records::LimitKindName(rule.kind));
  json.Member("scope", records::LimitScopeName(rule.scope)).Member("when", rule.when);
  json.Key("per").BeginArray();
  for (const std::string& column : rule.per) json.Value(column);
  json.EndArray().Member("quantity", rule.quantity);
  json.Member("weight", records::LimitWeightName(rule.weight));
  WriteWindow(json, rule);
  WriteUnit(json, rule, contract);
  json.Member("hard", rule.drawdown_hard).Member("worst", rule.worst);
  json.Member("latch", rule.latch).Member("advisory", rule.advisory);
  json.Member("then", records::LimitActionName(rule.then)).EndObject();
  return text;
}

}  // namespace mooring::control

#include "serving/stop_limits/limit_states.h"

#include <charconv>
#include <cmath>
#include <string>

#include "base/crypto/digest.h"

namespace mooring::serving {
namespace {

using data::Type;
using records::LimitStateId;

LimitStateId FirstBits(const std::string& bytes) {
  const Digest digest = Sha256Of(std::as_bytes(std::span(bytes)));
  const auto eight = [&](std::size_t from) {
    std::uint64_t bits = 0;
    for (std::size_t i = from; i < from + 8; ++i) {
      bits = (bits << 8) | std::to_integer<std::uint64_t>(digest[i]);
    }
    return bits;
  };
  return {eight(0), eight(8)};
}

void AddReal(Canonical& text, double number) {
  char digits[32];
  const double written = number == 0 ? 0 : number;  // -0 is the same key as 0
  const auto end = std::to_chars(digits, digits + sizeof(digits), written).ptr;
  text.Add("real").Add(std::string_view(digits, static_cast<std::size_t>(end - digits)));
}

void AddValue(Canonical& text, const KeyColumn& key, const StateKey& state) {
  const data::Column& column = state.inputs->column(key.place);
  if (column.IsNull(state.row)) {
    text.Add("null");
    return;
  }
  switch (column.type()) {
    case Type::kString:
    case Type::kCategory: {
      const std::string_view value = column.Text(state.row);
      if (key.pseudonymised && state.pseudonymiser == nullptr) {
        text.Add("name").Add(value);
      } else if (key.pseudonymised) {
        text.Add("name").Add(state.pseudonymiser->Pseudonym(key.name, value));
      } else {
        text.Add("text").Add(value);
      }
      return;
    }
    case Type::kInt32:
      text.Add("whole").Add(std::int64_t{column.Values<std::int32_t>()[state.row]});
      return;
    case Type::kInt64:
    case Type::kTimestamp: text.Add("whole").Add(column.Values<std::int64_t>()[state.row]); return;
    default: AddReal(text, column.Number(state.row));
  }
}

}  // namespace

Canonical& Canonical::Add(std::string_view text) {
  bytes_ += std::to_string(text.size());
  bytes_ += ':';
  bytes_ += text;
  return *this;
}

Canonical& Canonical::Add(std::int64_t number) {
  bytes_ += '#';
  bytes_ += std::to_string(number);
  bytes_ += ';';
  return *this;
}

LimitStateId FamilyOf(const records::LimitRule& rule, std::string_view model,
                      VersionNumber version, std::string_view unit) {
  using Scope = records::LimitScope;
  Canonical text;
  text.Add("mooring stop-limit 1").Add(LimitKindName(rule.kind)).Add(rule.name);
  text.Add(LimitScopeName(rule.scope)).Add(rule.scope == Scope::kAll ? "" : model);
  text.Add(rule.scope == Scope::kVersion ? std::int64_t{version} : 0);
  text.Add(rule.quantity).Add(rule.worst).Add(rule.when).Add(LimitWeightName(rule.weight));
  text.Add(static_cast<std::int64_t>(rule.window.kind)).Add(rule.window.length.count());
  text.Add(std::int64_t{rule.window.buckets}).Add(rule.window.zone);
  text.Add(static_cast<std::int64_t>(rule.per.size()));
  for (const std::string& column : rule.per) text.Add(column);
  text.Add(unit);
  return FirstBits(text.bytes());
}

LimitStateId StateOf(const StateKey& key) {
  Canonical text;
  text.Add("mooring budget 1");
  text.Add(static_cast<std::int64_t>(key.family.high))
      .Add(static_cast<std::int64_t>(key.family.low));
  if (key.caller != nullptr) text.Add("caller").Add(*key.caller);
  for (const KeyColumn& column : key.columns) AddValue(text, column, key);
  if (key.decision != nullptr) text.Add("decision").Add(*key.decision);
  return FirstBits(text.bytes());
}

}  // namespace mooring::serving

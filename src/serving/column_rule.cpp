#include "serving/column_rule.h"

#include <fmt/format.h>

#include <algorithm>
#include <cfloat>
#include <limits>

#include "base/limits.h"
#include "serving/coercion.h"

namespace mooring::serving {
namespace {

using data::Column;
using data::Type;
using records::OnBreach;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

bool IsText(Type type) { return type == Type::kString || type == Type::kCategory; }

Error Unfit(const data::Field& field, std::string message) {
  return Error(Code::kFailedPrecondition,
               fmt::format("input '{}': {}", field.name, std::move(message)));
}

// Timestamps are compared in seconds.
double Scale(Type type) { return type == Type::kTimestamp ? 1e-6 : 1.0; }

std::string ShowNumber(Type type, double value) {
  if (type == Type::kTimestamp) {
    return FormatTime(Time(Micros(static_cast<std::int64_t>(value * 1e6))));
  }
  return fmt::format("{}", value);
}

}  // namespace

Result<ColumnRule> ColumnRule::Make(const records::InputRule& rule, const data::Field& field,
                                    Options options) {
  ColumnRule made;
  made.rule_ = rule;
  made.field_ = field;
  made.options_ = options;
  RETURN_IF_ERROR(made.CompileRange());
  RETURN_IF_ERROR(made.CompileTexts());
  RETURN_IF_ERROR(made.CompileDefault());
  return made;
}

Status ColumnRule::CompileRange() {
  min_ = rule_.min.value_or(-kInfinity);
  max_ = rule_.max.value_or(kInfinity);
  has_range_ = rule_.min.has_value() || rule_.max.has_value() || options_.feeds_float32;
  if ((rule_.min || rule_.max) && IsText(field_.type)) {
    return Unfit(field_, "min and max need numbers or timestamps").Help("use length or one_of");
  }
  if (options_.feeds_float32 && !IsText(field_.type)) {
    // Halfway between the largest float and the next power of two rounds to infinity.
    min_ = std::max(min_, -static_cast<double>(FLT_MAX));
    max_ = std::min(max_, static_cast<double>(FLT_MAX));
  }
  return Ok();
}

Status ColumnRule::CompileTexts() {
  if (!rule_.pattern.empty()) {
    if (!IsText(field_.type)) return Unfit(field_, "a pattern needs text");
    ASSIGN_OR_RETURN(Pattern pattern, Pattern::Compile(rule_.pattern));
    pattern_ = std::move(pattern);
  }
  if (!IsText(field_.type)) {
    for (const std::string& text : rule_.one_of) {
      const auto number = ParseDecimal(text);
      if (!number) return Unfit(field_, fmt::format("one_of holds '{}', not a number", text));
      allowed_numbers_.push_back(*number);
    }
    std::sort(allowed_numbers_.begin(), allowed_numbers_.end());
    return Ok();
  }
  allowed_.insert(rule_.one_of.begin(), rule_.one_of.end());
  has_texts_ = pattern_.has_value() || !allowed_.empty() || rule_.max_length.has_value() ||
               (field_.type == Type::kCategory && field_.dictionary != nullptr);
  return Ok();
}

Status ColumnRule::CompileDefault() {
  const bool needed = rule_.missing == OnBreach::kDefault || rule_.invalid == OnBreach::kDefault ||
                      rule_.unseen == OnBreach::kDefault;
  if (std::holds_alternative<std::monostate>(rule_.default_value)) {
    return needed ? Status(Unfit(field_, "a rule says default, and there is none")) : Ok();
  }
  const auto* number = std::get_if<double>(&rule_.default_value);
  const auto* text = std::get_if<std::string>(&rule_.default_value);
  if (IsText(field_.type)) {
    if (text == nullptr) return Unfit(field_, "the default must be text");
    default_text_ = *text;
    return Ok();
  }
  if (field_.type == Type::kTimestamp && text != nullptr) {
    const auto time = ParseTimestamp(*text, Coercion::kStrict);
    if (!time) return Unfit(field_, "the default must be an RFC 3339 time with a zone");
    default_number_ = static_cast<double>(*time) * 1e-6;
    return Ok();
  }
  if (number == nullptr) return Unfit(field_, "the default must be a number");
  const double size = std::fabs(*number);
  const bool whole = std::trunc(*number) == *number && size < kTwo53;
  const bool fits = field_.type == Type::kInt32   ? whole && size <= 2147483647.0
                    : field_.type == Type::kInt64 ? whole
                    : field_.type == Type::kBool  ? *number == 0 || *number == 1
                                                  : std::isfinite(*number);
  if (!fits) {
    return Unfit(field_, fmt::format("the default {} is no {}", *number, TypeName(field_.type)));
  }
  default_number_ = *number;
  return Ok();
}

void ColumnRule::Check(const Column& column, Coercion coercion, Validated& found,
                       std::vector<std::size_t>& defaulted) const {
  if (column.HasNulls()) CheckNulls(column, coercion, found, defaulted);
  if (has_texts_) return CheckTexts(column, found, defaulted);
  if (!has_range_ && allowed_numbers_.empty()) return;
  switch (field_.type) {
    case Type::kInt32: return CheckRange<std::int32_t>(column, found, defaulted);
    case Type::kInt64:
    case Type::kTimestamp: return CheckRange<std::int64_t>(column, found, defaulted);
    case Type::kFloat32: return CheckRange<float>(column, found, defaulted);
    case Type::kFloat64: return CheckRange<double>(column, found, defaulted);
    case Type::kBool: return CheckRange<std::uint8_t>(column, found, defaulted);
    default: return;
  }
}

void ColumnRule::CheckNulls(const Column& column, Coercion coercion, Validated& found,
                            std::vector<std::size_t>& defaulted) const {
  OnBreach action = rule_.missing;
  if (options_.derived) {
    const bool is_float = field_.type == Type::kFloat32 || field_.type == Type::kFloat64;
    const bool mlflow = coercion == Coercion::kMlflow;
    const bool refused = mlflow && data::IsNumeric(field_.type) ? !is_float : !field_.nullable;
    if (!refused) return;
    action = OnBreach::kReject;
  }
  for (std::size_t row = 0; row < column.size(); ++row) {
    if (column.IsNull(row)) Note("missing", action, row, column, found, defaulted);
  }
}

template <typename T>
void ColumnRule::CheckRange(const Column& column, Validated& found,
                            std::vector<std::size_t>& defaulted) const {
  const std::span<const T> values = column.Values<T>();
  const double scale = Scale(field_.type);
  const bool nulls = column.HasNulls();
  for (std::size_t row = 0; row < values.size(); ++row) {
    const double value = static_cast<double>(values[row]) * scale;
    const bool inside = value >= min_ && value <= max_;
    if (inside && allowed_numbers_.empty()) [[likely]] continue;
    if (nulls && column.IsNull(row)) continue;
    if (!inside) {
      // Beyond what the model's float32 holds is no matter of policy.
      const bool over = options_.feeds_float32 && !FitsFloat32(value);
      Note(over ? "type" : value < min_ ? "min" : "max", over ? OnBreach::kReject : rule_.invalid,
           row, column, found, defaulted);
    } else if (!std::binary_search(allowed_numbers_.begin(), allowed_numbers_.end(), value)) {
      Note("one_of", rule_.invalid, row, column, found, defaulted);
    }
  }
}

void ColumnRule::CheckTexts(const Column& column, Validated& found,
                            std::vector<std::size_t>& defaulted) const {
  for (std::size_t row = 0; row < column.size(); ++row) {
    if (column.IsNull(row)) continue;
    const std::string_view rule = BrokenBy(column, row);
    if (rule.empty()) [[likely]] continue;
    Note(rule, rule == "unseen" ? rule_.unseen : rule_.invalid, row, column, found, defaulted);
  }
}

std::string_view ColumnRule::BrokenBy(const Column& column, std::size_t row) const {
  const std::string_view text = column.Text(row);
  if (rule_.max_length && text.size() > *rule_.max_length) return "length";
  if (pattern_ && !pattern_->Matches(text)) return "pattern";
  if (!allowed_.empty() && !allowed_.contains(std::string(text))) return "one_of";
  if (field_.dictionary != nullptr && column.IsUnseen(row)) return "unseen";
  return {};
}

std::string ColumnRule::Explain(std::string_view rule, const Column& column,
                                std::size_t row) const {
  const std::string& name = field_.name;
  if (rule == "missing") return fmt::format("input '{}' is missing", name);
  std::string value = "a value";
  if (!options_.pseudonymised) {
    value = IsText(field_.type)
                ? fmt::format("'{}'", column.Text(row).substr(0, 64))
                : ShowNumber(field_.type, column.Number(row) * Scale(field_.type));
  }
  if (rule == "min") {
    return fmt::format("{} is below the minimum {}", value, ShowNumber(field_.type, min_));
  }
  if (rule == "max") {
    return fmt::format("{} is above the maximum {}", value, ShowNumber(field_.type, max_));
  }
  if (rule == "length") {
    return fmt::format("{} bytes, longer than {}", column.Text(row).size(), *rule_.max_length);
  }
  if (rule == "pattern") return fmt::format("{} does not match {}", value, rule_.pattern);
  if (rule == "one_of") return fmt::format("{} is not one of the values allowed", value);
  if (rule == "type") return fmt::format("{} is beyond the model's float32", value);
  return fmt::format("{} is a category that the model has not seen", value);
}

void ColumnRule::Note(std::string_view rule, OnBreach action, std::size_t row, const Column& column,
                      Validated& found, std::vector<std::size_t>& defaulted) const {
  if (found.breaches.empty() || found.breaches.back().feature.data() != rule_.name.data() ||
      found.breaches.back().rule != rule || found.breaches.back().did != action) {
    found.breaches.push_back({rule_.name, rule, action, 0});
  }
  ++found.breaches.back().rows;
  if (action == OnBreach::kReject) {
    if (found.problems.size() >= kListedProblems) {
      ++found.unlisted_problems;
    } else {
      found.problems.push_back(
          {row, rule_.name, std::string(rule), Explain(rule, column, row)});
    }
    return;
  }
  found.Flag(row, column.size());
  if (action == OnBreach::kDefault) defaulted.push_back(row);
}

Column ColumnRule::WithDefaults(const Column& column, const std::vector<std::size_t>& rows) const {
  Column made(field_.type, field_.dictionary);
  std::size_t next = 0;
  for (std::size_t row = 0; row < column.size(); ++row) {
    if (next < rows.size() && rows[next] == row) {
      AppendDefault(made);
      while (next < rows.size() && rows[next] == row) ++next;
    } else {
      made.AppendFrom(column, row);
    }
  }
  return made;
}

void ColumnRule::AppendDefault(Column& column) const {
  switch (field_.type) {
    case Type::kInt32: return column.Append(static_cast<std::int32_t>(default_number_));
    case Type::kInt64: return column.Append(static_cast<std::int64_t>(default_number_));
    case Type::kTimestamp: return column.Append(static_cast<std::int64_t>(default_number_ * 1e6));
    case Type::kFloat32: return column.Append(static_cast<float>(default_number_));
    case Type::kFloat64: return column.Append(default_number_);
    case Type::kBool: return column.Append(static_cast<std::uint8_t>(default_number_));
    case Type::kString:
    case Type::kCategory: return column.AppendText(default_text_);
  }
}

}  // namespace mooring::serving

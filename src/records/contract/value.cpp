#include "records/contract/value.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include "base/ids.h"
#include "base/limits.h"
#include "base/text/nearest.h"
#include "base/text/pattern.h"
#include "data/store/sql_over_rows.h"
#include "data/table/schema.h"
#include "records/contract/currency.h"

namespace mooring::records {
namespace {

constexpr std::int64_t kLongestSeconds = std::int64_t{3653} * 86400;  // ten years

Error Wrong(std::string message, std::string help = {}) {
  return Error(Code::kInvalidArgument, std::move(message)).Help(std::move(help));
}

bool HasControl(std::string_view text) {
  return std::ranges::any_of(
      text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == '\x7f'; });
}

// All of `text` as a finite number, or nothing.
std::optional<double> WholeNumber(std::string_view text) {
  double number = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (code != std::errc() || end != text.data() + text.size() || !std::isfinite(number)) return {};
  return number;
}

Status CheckBounds(const ValueRule& rule, double number, std::string_view text) {
  const std::string_view unit = rule.kind == ValueKind::kDuration ? "s" : "";
  if (number < rule.min)
    return Wrong(fmt::format("{} is below {}{}", Quoted(text), rule.min, unit));
  if (number > rule.max)
    return Wrong(fmt::format("{} is above {}{}", Quoted(text), rule.max, unit));
  return Ok();
}

Result<double> ReadNumber(const ValueRule& rule, const YamlNode& node) {
  const auto number = WholeNumber(node.text);
  if (!number) return Wrong(Quoted(node.text) + " is not a number");
  if (node.quoted) return Wrong(Quoted(node.text) + " is text", "a number has no quotes");
  RETURN_IF_ERROR(CheckBounds(rule, *number, node.text));
  return *number;
}

Result<std::int64_t> ReadInteger(const ValueRule& rule, const YamlNode& node) {
  ASSIGN_OR_RETURN(const double number, ReadNumber(rule, node));
  if (number != std::trunc(number) || std::abs(number) > 9e15) {
    return Wrong(Quoted(node.text) + " is not a whole number");
  }
  return static_cast<std::int64_t>(number);
}

Result<double> ReadShare(const ValueRule& rule, const YamlNode& node) {
  std::string_view text = node.text;
  if (text.starts_with('+')) text.remove_prefix(1);
  const bool percent = text.ends_with('%');
  if (percent) text.remove_suffix(1);
  const auto number = WholeNumber(text);
  if (!number) return Wrong(Quoted(node.text) + " is not a share", "such as 0.25 or 25%");
  const double share = percent ? *number / 100 : *number;
  RETURN_IF_ERROR(CheckBounds(rule, share, node.text));
  return share;
}

Result<std::int64_t> ReadBool(const YamlNode& node) {
  if (!node.quoted && node.text == "true") return 1;
  if (!node.quoted && node.text == "false") return 0;
  return Wrong(Quoted(node.text) + " is not a truth value", "write true or false");
}

Result<std::int64_t> ReadChoice(std::string_view choices, std::string_view text) {
  const auto words = SplitChoices(choices);
  const auto found = std::ranges::find(words, text);
  if (found != words.end()) return found - words.begin();
  std::string help = DidYouMean(text, words);
  if (help.empty()) help = fmt::format("one of {}", fmt::join(words, ", "));
  return Wrong(Quoted(text) + " is not known here", std::move(help));
}

// All types by name, as choices are written.
const std::string& TypeChoices() {
  static const std::string choices = [] {
    std::string all;
    for (int type = 1; type <= static_cast<int>(data::Type::kTimestamp); ++type) {
      if (!all.empty()) all += '|';
      all += data::TypeName(static_cast<data::Type>(type));
    }
    return all;
  }();
  return choices;
}

Status CheckEmail(std::string_view text) {
  const auto at = text.find('@');
  const auto domain = at == text.npos ? std::string_view() : text.substr(at + 1);
  const bool shaped = at != text.npos && at > 0 && domain.find('@') == domain.npos &&
                      domain.find('.') != domain.npos && !domain.starts_with('.') &&
                      !domain.ends_with('.') && text.find_first_of(" ,;<>\"") == text.npos;
  if (shaped) return Ok();
  return Wrong(Quoted(text) + " is not an e-mail address", "such as name@example.org");
}

Status CheckText(ValueKind kind, std::string_view text) {
  if (text.empty()) return Wrong("is empty");
  if (kind == ValueKind::kPattern) {
    auto pattern = Pattern::Compile(text);
    if (pattern.ok()) return Ok();
    return Wrong("is no regular expression: " + pattern.error().why(), pattern.error().help());
  }
  // What it says is checked when all columns are known: meaning.cpp.
  if (kind == ValueKind::kExpression) return Ok();
  if (kind == ValueKind::kSql) {  // and what SQL says, where DuckDB is: business_sql.h
    constexpr std::size_t kMost = data::SqlOverRows::kMostSqlBytes;
    if (text.size() <= kMost) return Ok();
    return Wrong(fmt::format("is longer than {} bytes", kMost));
  }
  const bool name = kind == ValueKind::kName || kind == ValueKind::kColumn;
  const std::size_t longest = name ? limits::kNameBytes : limits::kReasonBytes;
  if (text.size() > longest) return Wrong(fmt::format("is longer than {} bytes", longest));
  if (HasControl(text)) return Wrong("holds a line break or control character");
  if (kind == ValueKind::kName && !ValidateName("", text).ok()) {
    return Wrong(Quoted(text) + " is not a name",
                 "letters, digits, '.', '_', '-'; first a letter or digit");
  }
  if (kind == ValueKind::kEmail) return CheckEmail(text);
  if (kind == ValueKind::kCurrency && !CurrencyDigits(text)) {
    std::string help = DidYouMean(text, CurrencyCodes());
    if (help.empty()) help = "a code of ISO 4217, such as RUB or EUR";
    return Wrong(Quoted(text) + " is not a currency", std::move(help));
  }
  return Ok();
}

Status Fill(const ValueRule& rule, const YamlNode& node, Value& value) {
  switch (rule.kind) {
    case ValueKind::kMap: return Wrong("is not a map", "write keys and values below it");
    case ValueKind::kNumber: {
      ASSIGN_OR_RETURN(value.number, ReadNumber(rule, node));
      return Ok();
    }
    case ValueKind::kInteger: {
      ASSIGN_OR_RETURN(value.integer, ReadInteger(rule, node));
      value.number = static_cast<double>(value.integer);
      return Ok();
    }
    case ValueKind::kShare: {
      ASSIGN_OR_RETURN(value.number, ReadShare(rule, node));
      return Ok();
    }
    case ValueKind::kExact: {
      ASSIGN_OR_RETURN(const ExactNumber exact, ParseExact(node.text));
      if (node.quoted && !exact.percent) {
        return Wrong(Quoted(node.text) + " is text", "a number has no quotes");
      }
      value.number = exact.value.ToDouble();
      return CheckBounds(rule, value.number, node.text);
    }
    case ValueKind::kBool: {
      ASSIGN_OR_RETURN(value.integer, ReadBool(node));
      return Ok();
    }
    case ValueKind::kDuration: {
      ASSIGN_OR_RETURN(value.seconds, ParseDuration(node.text));
      return CheckBounds(rule, static_cast<double>(value.seconds.count()), node.text);
    }
    case ValueKind::kChoice: {
      ASSIGN_OR_RETURN(value.integer, ReadChoice(rule.choices, node.text));
      return Ok();
    }
    case ValueKind::kType: {
      ASSIGN_OR_RETURN(value.integer, ReadChoice(TypeChoices(), node.text));
      ++value.integer;  // types count from 1
      return Ok();
    }
    case ValueKind::kScalar: {
      const auto number = WholeNumber(node.text);
      value.is_number = number && !node.quoted;
      value.number = value.is_number ? *number : 0;
      if (node.text.size() > limits::kStringBytes) return Wrong("is too long");
      return Ok();
    }
    default: return CheckText(rule.kind, node.text);
  }
}

}  // namespace

Result<Value> ReadValue(const ValueRule& rule, const YamlNode& node) {
  Value value;
  value.place = node.place;
  value.text = node.text;
  RETURN_IF_ERROR(Fill(rule, node, value));
  return value;
}

std::string DescribeKind(const ValueRule& rule) {
  const auto kind = [&]() -> std::string {
    switch (rule.kind) {
      case ValueKind::kMap: return "map";
      case ValueKind::kText: return "text";
      case ValueKind::kName: return "name of letters, digits, '.', '_', '-'";
      case ValueKind::kColumn: return "column name";
      case ValueKind::kEmail: return "e-mail address";
      case ValueKind::kNumber: return "number";
      case ValueKind::kInteger: return "whole number";
      case ValueKind::kBool: return "true or false";
      case ValueKind::kShare: return "share such as 0.25 or 25%";
      case ValueKind::kExact: return "exact number such as 500000, 0.25 or 25%";
      case ValueKind::kDuration:
        return rule.min >= 3600 ? "duration such as 6h, 1d, 2w"
                                : "duration such as 90s, 30m, 6h, 1d, 2w";
      case ValueKind::kChoice:
        return fmt::format("{}", fmt::join(SplitChoices(rule.choices), ", "));
      case ValueKind::kType: return fmt::format("{}", fmt::join(SplitChoices(TypeChoices()), ", "));
      case ValueKind::kScalar: return "number or text, as the column's type";
      case ValueKind::kExpression: return "expression";
      case ValueKind::kSql: return "SQL";
      case ValueKind::kPattern: return "regular expression (RE2)";
      case ValueKind::kCurrency: return "currency code (ISO 4217)";
    }
    return {};
  }();
  return rule.list ? "list of: " + kind : kind;
}

Result<std::chrono::seconds> ParseDuration(std::string_view text) {
  static constexpr std::string_view kHelp = "a whole number and a unit: 90s, 30m, 6h, 1d, 2w";
  std::int64_t count = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), count);
  const std::string_view unit = text.substr(static_cast<std::size_t>(end - text.data()));
  const std::int64_t seconds = unit == "s"   ? 1
                               : unit == "m" ? 60
                               : unit == "h" ? 3600
                               : unit == "d" ? 86400
                               : unit == "w" ? 604800
                                             : 0;
  if (code == std::errc::invalid_argument || count < 0 || seconds == 0) {
    return Wrong(Quoted(text) + " is not a duration", std::string(kHelp));
  }
  if (code == std::errc::result_out_of_range || count > kLongestSeconds / seconds) {
    return Wrong(Quoted(text) + " is longer than ten years");
  }
  return std::chrono::seconds(count * seconds);
}

Result<ExactNumber> ParseExact(std::string_view text) {
  ExactNumber exact;
  std::string_view digits = text;
  exact.percent = digits.ends_with('%');
  if (exact.percent) digits.remove_suffix(1);
  const bool negative = digits.starts_with('-');
  if (negative || digits.starts_with('+')) digits.remove_prefix(1);
  auto number = data::Decimal::Parse(digits);
  if (number && exact.percent) number = number->Times(*data::Decimal::Parse("0.01"));
  if (number && negative) number = number->Negated();
  if (!number) {
    return Wrong(Quoted(text) + " is not an exact number",
                 "plain digits such as 500000 or 0.25, or a percentage such as 25%");
  }
  exact.value = *number;
  return exact;
}

std::string Quoted(std::string_view text) {
  constexpr std::size_t kLongest = 40;
  std::string quoted = "'";
  for (const char c : text.substr(0, kLongest)) {
    quoted += static_cast<unsigned char>(c) < 0x20 || c == '\x7f' ? '?' : c;
  }
  if (text.size() > kLongest) {
    // Not in the middle of a character.
    while ((static_cast<unsigned char>(quoted.back()) & 0xC0) == 0x80) quoted.pop_back();
    if (static_cast<unsigned char>(quoted.back()) >= 0xC0) quoted.pop_back();
    quoted += "…";
  }
  return quoted + "'";
}

std::vector<std::string_view> SplitChoices(std::string_view choices) {
  std::vector<std::string_view> words;
  while (!choices.empty()) {
    const auto bar = std::min(choices.find('|'), choices.size());
    words.push_back(choices.substr(0, bar));
    choices.remove_prefix(std::min(bar + 1, choices.size()));
  }
  return words;
}

}  // namespace mooring::records

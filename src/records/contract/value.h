// Values of a contract: how each kind of scalar (duration, share, column, …) is written, checked
// and named.
//
// One rule says what may stand at a key; ReadValue turns a YAML scalar into a Value by it, or says
// what is wrong and how it is written. The reference page takes its "type" column from the same
// rules.
//
// Thread safety: pure.
#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "data/expression/decimal.h"
#include "records/contract/yaml_tree.h"

namespace mooring::records {

enum class ValueKind : std::uint8_t {
  kMap,  // keys below it
  kText,
  kName,    // of a model: safe in a path and a label
  kColumn,  // a column's name
  kEmail,
  kNumber,
  kInteger,
  kBool,
  kShare,     // 0.25 or 25%; a '+' may stand in front
  kExact,     // 500000, -0.25 or 25%: a decimal that is kept digit by digit (ParseExact)
  kDuration,  // 90s, 30m, 6h, 1d, 2w
  kChoice,    // one of ValueRule::choices
  kType,      // a column's type
  kScalar,    // number, truth value or text: the column's type decides
  kExpression,
  kSql,      // a SELECT; may span lines
  kPattern,  // regular expression
  kCurrency,
};

struct ValueRule {
  ValueKind kind = ValueKind::kText;
  bool list = false;              // a list of such values
  std::string_view choices = {};  // "reject|default|flag"
  // Inclusive; of numbers, integers, shares, and of durations in seconds.
  double min = std::numeric_limits<double>::lowest();
  double max = std::numeric_limits<double>::max();
};

struct Value {
  Place place;
  std::string text;   // as written, of every kind; of a map or list its key
  double number = 0;  // of numbers, integers and shares
  std::int64_t integer =
      0;  // of integers; of a choice its place in the list; of a truth value 0, 1
  std::chrono::seconds seconds{0};
  bool is_number = false;    // kScalar: a plain number
  bool is_map = false;       // what stands there is a map (of kinds that may be either)
  std::vector<Value> items;  // of a list
};

// `node` must be a scalar. The error's message names the value, its help how it ought to look.
Result<Value> ReadValue(const ValueRule& rule, const YamlNode& node);

// "duration such as 90s, 30m, 6h or 1d", "list of column names", "one of reject, default, flag".
std::string DescribeKind(const ValueRule& rule);

// "90s", "30m", "6h", "1d", "2w": a whole number and a unit, at most ten years.
Result<std::chrono::seconds> ParseDuration(std::string_view text);

// A plain decimal, or a percentage, exactly as it is written: no exponent, at most 30 digits behind
// the point.
struct ExactNumber {
  data::Decimal value;  // 25% is 0.25
  bool percent = false;
};
Result<ExactNumber> ParseExact(std::string_view text);

// 'text', cut after 40 bytes and without control characters, for messages.
std::string Quoted(std::string_view text);

std::vector<std::string_view> SplitChoices(std::string_view choices);

}  // namespace mooring::records

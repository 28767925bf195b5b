// Which types fit the columns of a CSV text.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <set>

#include "base/clock.h"
#include "base/limits.h"
#include "data/table/csv.h"

namespace mooring::data {
namespace {

constexpr std::size_t kMostCategories = 256;

bool HasLeadingZero(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  return text.size() > 1 && text[0] == '0' && text[1] >= '0' && text[1] <= '9';
}

template <typename T>
bool IsWholly(std::string_view text) {
  T value{};
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  return failed == std::errc() && end == text.data() + text.size();
}

// What is still possible for a column.
struct Candidates {
  bool whole = true, real = true, truth = true, time = true;
  bool nullable = false;
  std::size_t values = 0;
  std::set<std::string, std::less<>> distinct;  // at most one more than may be categories

  void Add(std::string_view text) {
    ++values;
    const bool text_like = HasLeadingZero(text);
    whole = whole && !text_like && IsWholly<std::int64_t>(text);
    real = real && !text_like && IsWholly<double>(text);
    truth = truth && (text == "true" || text == "false" || text == "True" || text == "False" ||
                      text == "TRUE" || text == "FALSE");
    time = time && ParseTime(text).ok();
    if (distinct.size() <= kMostCategories && !distinct.contains(text)) distinct.emplace(text);
  }

  Result<Field> Chosen(std::string name) const {
    Field field{.name = std::move(name), .type = Type::kString, .nullable = nullable};
    if (values == 0) return field;
    if (whole || real) {
      field.type = whole ? Type::kInt64 : Type::kFloat64;
    } else if (truth || time) {
      field.type = truth ? Type::kBool : Type::kTimestamp;
    } else if (distinct.size() <= kMostCategories && distinct.size() * 2 <= values) {
      field.type = Type::kCategory;
      ASSIGN_OR_RETURN(field.dictionary, Dictionary::Make({distinct.begin(), distinct.end()}));
    }
    return field;
  }
};

}  // namespace

Result<Schema> InferCsvSchema(std::string_view text, const CsvOptions& options,
                              std::size_t sample_rows) {
  RETURN_IF_ERROR(CheckCsvEncoding(text, options.name));
  CsvScanner scanner(text, options.delimiter, options.name);
  ASSIGN_OR_RETURN(const bool header, scanner.Next(false));
  if (!header)
    return scanner.WrongAt(1, 1, "no header").Why("the first line must name the columns");
  std::string scratch;
  std::vector<std::string> names;
  for (const CsvField& field : scanner.fields()) names.emplace_back(field.Value(scratch));
  std::vector<Candidates> columns(names.size());
  for (std::size_t row = 0; row < sample_rows; ++row) {
    const std::size_t line = scanner.line();
    ASSIGN_OR_RETURN(const bool there, scanner.Next(names.size() == 1));
    if (!there) break;
    if (scanner.fields().size() != names.size()) {
      return scanner
          .WrongAt(line, 1, "record of " + std::to_string(scanner.fields().size()) + " fields")
          .Why("the header has " + std::to_string(names.size()));
    }
    for (std::size_t i = 0; i < names.size(); ++i) {
      const CsvField& field = scanner.fields()[i];
      if (field.text.empty() && !field.quoted) {
        columns[i].nullable = true;
      } else {
        columns[i].Add(field.Value(scratch));
      }
    }
  }
  std::vector<Field> fields;
  for (std::size_t i = 0; i < names.size(); ++i) {
    ASSIGN_OR_RETURN(Field field, columns[i].Chosen(std::move(names[i])));
    fields.push_back(std::move(field));
  }
  Result<Schema> schema = Schema::Make(std::move(fields));
  if (!schema.ok()) return std::move(schema).error().Where(options.name + ":1:1");
  return schema;
}

}  // namespace mooring::data

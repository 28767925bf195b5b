#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "api/mlflow/frame.h"
#include "base/limits.h"
#include "base/text/utf8.h"

namespace mooring::api::mlflow {
namespace {

using serving::RowBuilder;

// What pandas.read_csv reads as missing.
constexpr std::array<std::string_view, 18> kMissing = {
    "",        "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND",
    "1.#QNAN", "<NA>", "N/A",      "NA",  "NULL",    "NaN",      "n/a",  "nan",  "null"};

Error Bad(const std::string& why) {
  return Error(
      Code::kInvalidArgument,
      "Failed to parse input as a Pandas DataFrame. Ensure that the input is a valid "
      "CSV-formatted Pandas DataFrame produced using the `pandas.DataFrame.to_csv()` method. "
      "Error: '" +
          why + "'");
}

// Reads fields one by one; the text of a quoted field with doubled quotes lives until the next one.
class CsvFields {
 public:
  explicit CsvFields(std::string_view text) : rest_(text) {}
  bool AtEnd() const { return rest_.empty(); }

  // Reads one field; `last` when it ends its line.
  Status Next(std::string_view& field, bool& last) {
    if (!rest_.empty() && rest_.front() == '"') return NextQuoted(field, last);
    const std::size_t end = std::min(rest_.find_first_of(",\r\n"), rest_.size());
    field = rest_.substr(0, end);
    if (field.find('"') != std::string_view::npos) return Bad("a quote inside an unquoted field");
    rest_.remove_prefix(end);
    return Separator(last);
  }

 private:
  Status NextQuoted(std::string_view& field, bool& last) {
    quoted_.clear();
    rest_.remove_prefix(1);
    for (;;) {
      const std::size_t end = rest_.find('"');
      if (end == std::string_view::npos) return Bad("a quoted field is not closed");
      quoted_.append(rest_.substr(0, end));
      rest_.remove_prefix(end + 1);
      if (!rest_.starts_with('"')) break;
      quoted_.push_back('"');
      rest_.remove_prefix(1);
    }
    field = quoted_;
    return Separator(last);
  }
  Status Separator(bool& last) {
    last = true;
    if (rest_.empty()) return Ok();
    const char c = rest_.front();
    rest_.remove_prefix(1);
    if (c == '\r' && rest_.starts_with('\n')) rest_.remove_prefix(1);
    if (c != ',' && c != '\n' && c != '\r') return Bad("text follows a quoted field");
    last = c != ',';
    return Ok();
  }

  std::string_view rest_;
  std::string quoted_;
};

Result<std::vector<std::size_t>> ReadHeader(CsvFields& fields, RowBuilder& rows) {
  std::vector<std::size_t> places;
  std::vector<std::string> names;
  for (bool last = false; !last;) {
    std::string_view name;
    RETURN_IF_ERROR(fields.Next(name, last));
    if (places.size() == limits::kColumns) return Bad("there are too many columns");
    const bool again = std::find(names.begin(), names.end(), name) != names.end();
    names.emplace_back(name);
    places.push_back(again ? RowBuilder::kNoColumn : rows.FindColumn(name));
  }
  return places;
}

}  // namespace

Status ReadCsvFrame(std::string_view body, RowBuilder& rows) {
  if (body.find('\0') != std::string_view::npos) return Bad("a NUL byte");
  if (FirstInvalidUtf8(body) != body.size()) return Bad("the text is not valid UTF-8");
  if (body.starts_with("\xEF\xBB\xBF")) body.remove_prefix(3);  // as Excel writes and pandas reads
  CsvFields fields(body);
  if (body.find_first_not_of("\r\n") == std::string_view::npos) {
    return Bad("No columns to parse from file");
  }
  ASSIGN_OR_RETURN(const std::vector<std::size_t> places, ReadHeader(fields, rows));
  for (std::size_t line = 2; !fields.AtEnd(); ++line) {
    std::size_t count = 0;
    bool begun = false;
    for (bool last = false; !last; ++count) {
      std::string_view field;
      RETURN_IF_ERROR(fields.Next(field, last));
      if (last && count == 0 && field.empty() && places.size() > 1) break;  // an empty line
      if (!begun && !rows.BeginRow()) return Error(Code::kTooLarge, "there are too many rows");
      begun = true;
      if (count == places.size()) {
        return Bad("Expected " + std::to_string(places.size()) + " fields in line " +
                   std::to_string(line) + ", saw more");
      }
      const bool missing = std::find(kMissing.begin(), kMissing.end(), field) != kMissing.end();
      missing ? rows.SetNull(places[count]) : rows.SetLexical(places[count], field);
    }
    if (begun) rows.EndRow();
  }
  return Ok();
}

}  // namespace mooring::api::mlflow

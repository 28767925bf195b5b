#include "data/table/csv.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/clock.h"
#include "base/limits.h"
#include "base/text/nearest.h"

namespace mooring::data {
namespace {

enum class Parsed { kYes, kNo, kOutOfRange };

template <typename T>
Parsed ParseNumber(std::string_view text, T& value) {
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failed == std::errc::result_out_of_range) return Parsed::kOutOfRange;
  return failed == std::errc() && end == text.data() + text.size() ? Parsed::kYes : Parsed::kNo;
}

template <typename T>
Parsed AppendNumber(std::string_view text, Column& column) {
  T value{};
  const Parsed parsed = ParseNumber(text, value);
  if (parsed == Parsed::kYes) column.Append(value);
  return parsed;
}

Parsed ParseBool(std::string_view text, std::uint8_t& value) {
  const bool yes = text == "true" || text == "True" || text == "TRUE" || text == "1";
  const bool no = text == "false" || text == "False" || text == "FALSE" || text == "0";
  value = yes ? 1 : 0;
  return yes || no ? Parsed::kYes : Parsed::kNo;
}

Parsed AppendBool(std::string_view text, Column& column) {
  std::uint8_t value = 0;
  const Parsed parsed = ParseBool(text, value);
  if (parsed == Parsed::kYes) column.Append(value);
  return parsed;
}

Parsed AppendTime(std::string_view text, Column& column) {
  const Result<Time> time = ParseTime(text);
  if (!time.ok()) return Parsed::kNo;
  column.Append(static_cast<std::int64_t>(time->time_since_epoch().count()));
  return Parsed::kYes;
}

Parsed AppendValue(std::string_view text, Column& column) {
  switch (column.type()) {
    case Type::kInt32: return AppendNumber<std::int32_t>(text, column);
    case Type::kInt64: return AppendNumber<std::int64_t>(text, column);
    case Type::kFloat32: return AppendNumber<float>(text, column);
    case Type::kFloat64: return AppendNumber<double>(text, column);
    case Type::kBool: return AppendBool(text, column);
    case Type::kTimestamp: return AppendTime(text, column);
    case Type::kString:
    case Type::kCategory: column.AppendText(text); return Parsed::kYes;
  }
  return Parsed::kNo;
}

std::string_view Wanted(Type type) {
  switch (type) {
    case Type::kInt32:
    case Type::kInt64: return "a whole number";
    case Type::kFloat32:
    case Type::kFloat64: return "a number";
    case Type::kBool: return "true or false";
    case Type::kTimestamp: return "an RFC 3339 time";
    default: return "text";
  }
}

std::string HintFor(std::string_view text, Type type) {
  if (IsNumeric(type) && text.find(',') != std::string_view::npos)
    return "write decimals with a point";
  if (text != text.substr(0, text.find_last_not_of(' ') + 1) || text.starts_with(' ')) {
    return "remove the spaces around it";
  }
  return "";
}

std::string HintForHeader(const std::vector<CsvField>& header, char delimiter) {
  if (header.size() != 1) return "";
  for (const char other : {',', ';', '\t'}) {
    if (other == delimiter || header[0].text.find(other) == std::string_view::npos) continue;
    return std::string("the fields seem to be separated by ") +
           (other == '\t' ? "tabs" : std::string(1, other));
  }
  return "";
}

}  // namespace

Result<CsvReader> CsvReader::Open(std::string_view text, std::shared_ptr<const Schema> schema,
                                  const CsvOptions& options) {
  RETURN_IF_ERROR(CheckCsvEncoding(text, options.name));
  CsvReader reader(CsvScanner(text, options.delimiter, options.name), std::move(schema));
  RETURN_IF_ERROR(reader.ReadHeader(options));
  return reader;
}

Status CsvReader::ReadHeader(const CsvOptions& options) {
  ASSIGN_OR_RETURN(const bool there, scanner_.Next(false));
  if (!there)
    return scanner_.WrongAt(1, 1, "no header").Why("the first line must name the columns");
  std::vector<std::string_view> known;
  for (const Field& field : schema_->fields()) known.push_back(field.name);
  std::vector<bool> seen(schema_->size());
  std::vector<std::string> unknown;
  for (const CsvField& field : scanner_.fields()) {
    const std::string name(field.Value(scratch_));
    const std::size_t place = schema_->Find(name).value_or(schema_->size());
    places_.push_back(place);
    const bool doubled =
        place < schema_->size() ? seen[place] : std::ranges::count(unknown, name) != 0;
    if (doubled) {
      return scanner_.WrongAt(field.line, field.column,
                              "column '" + name.substr(0, 64) + "' is there twice");
    }
    if (place < schema_->size()) {
      seen[place] = true;
    } else if (options.skip_unknown) {
      unknown.push_back(name);
    } else {
      std::string help = HintForHeader(scanner_.fields(), options.delimiter);
      if (help.empty()) help = DidYouMean(name, known);
      return scanner_
          .WrongAt(field.line, field.column, "unknown column '" + name.substr(0, 64) + "'")
          .Help(help);
    }
  }
  const auto missing = std::ranges::find(seen, false);
  if (missing == seen.end()) return Ok();
  const Field& field = schema_->field(static_cast<std::size_t>(missing - seen.begin()));
  return scanner_.WrongAt(1, 1, "column '" + field.name + "' is missing")
      .Help(HintForHeader(scanner_.fields(), options.delimiter));
}

Status CsvReader::AppendRecord(Batch& batch) {
  const std::vector<CsvField>& fields = scanner_.fields();
  if (fields.size() != places_.size()) {
    return scanner_
        .WrongAt(fields.front().line, 1, "record of " + std::to_string(fields.size()) + " fields")
        .Why("the header has " + std::to_string(places_.size()));
  }
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (places_[i] == schema_->size()) continue;
    const CsvField& field = fields[i];
    const Field& column = schema_->field(places_[i]);
    if (field.text.empty() && !field.quoted) {
      if (column.nullable) {
        batch.column(places_[i]).AppendNull();
        continue;
      }
      return scanner_.WrongAt(field.line, field.column, "column '" + column.name + "' is empty")
          .Why("it may not be null");
    }
    const std::string_view value = field.Value(scratch_);
    if (value.size() > limits::kStringBytes) {
      return scanner_
          .WrongAt(field.line, field.column, "value of " + std::to_string(value.size()) + " bytes")
          .Why("the limit is " + std::to_string(limits::kStringBytes));
    }
    const Parsed parsed = AppendValue(value, batch.column(places_[i]));
    if (parsed == Parsed::kYes) continue;
    std::string what = "'" + std::string(value.substr(0, 64)) + "' in column '" + column.name + "'";
    what += parsed == Parsed::kNo ? " is not " + std::string(Wanted(column.type))
                                  : " does not fit in " + std::string(TypeName(column.type));
    return scanner_.WrongAt(field.line, field.column, what).Help(HintFor(value, column.type));
  }
  return Ok();
}

Result<std::size_t> CsvReader::Read(Batch& batch, std::size_t most) {
  CHECK(batch.width() == schema_->size());
  const std::size_t before = batch.rows();
  while (batch.rows() - before < most) {
    ASSIGN_OR_RETURN(const bool there, scanner_.Next(places_.size() == 1));
    if (!there) break;
    if (Status appended = AppendRecord(batch); !appended.ok()) {
      for (std::size_t i = 0; i < batch.width(); ++i) batch.column(i).Truncate(batch.rows());
      return std::move(appended).error();
    }
    batch.SetRows(batch.rows() + 1);
  }
  return batch.rows() - before;
}

Result<Batch> ParseCsv(std::string_view text, std::shared_ptr<const Schema> schema,
                       const CsvOptions& options, std::size_t most_rows) {
  Batch batch(schema);
  ASSIGN_OR_RETURN(CsvReader reader, CsvReader::Open(text, std::move(schema), options));
  ASSIGN_OR_RETURN(const std::size_t rows, reader.Read(batch, most_rows + 1));
  if (rows <= most_rows) return batch;
  return Error(Code::kTooLarge, "more than " + std::to_string(most_rows) + " rows")
      .Where(options.name);
}

}  // namespace mooring::data

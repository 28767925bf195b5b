#include "model/golden_rows.h"

#include <charconv>
#include <cmath>

#include "base/limits.h"
#include "model/formats/document.h"
#include "model/json_text.h"

namespace mooring::model {
namespace {

bool Equal(const data::Column& wanted, const data::Column& given, std::size_t row,
           const GoldenTolerance& tolerance) {
  if (wanted.IsNull(row) || given.IsNull(row)) return wanted.IsNull(row) && given.IsNull(row);
  switch (wanted.type()) {
    case data::Type::kString:
    case data::Type::kCategory: return wanted.Text(row) == given.Text(row);
    case data::Type::kInt64:
    case data::Type::kTimestamp:
      return wanted.Values<std::int64_t>()[row] == given.Values<std::int64_t>()[row];
    default: break;
  }
  const double a = wanted.Number(row), b = given.Number(row);
  if (std::isnan(a) || std::isnan(b)) return std::isnan(a) && std::isnan(b);
  if (a == b) return true;
  return std::fabs(a - b) <= tolerance.relative * std::max(1.0, std::fabs(a));
}

Status TooMany(std::size_t rows) {
  if (rows <= limits::kGoldenRows) return Ok();
  return Error(Code::kTooLarge, std::to_string(rows) + " golden rows")
      .Why("the limit is " + std::to_string(limits::kGoldenRows));
}

void WriteColumns(const data::Batch& batch, std::string& out) {
  out += '[';
  for (std::size_t i = 0; i < batch.width(); ++i) {
    const data::Field& field = batch.schema().field(i);
    out += i == 0 ? "\n  {\"name\": " : ",\n  {\"name\": ";
    AppendJsonText(field.name, out);
    out += ", \"type\": \"";
    out += data::TypeName(field.type);
    out += "\", \"values\": [";
    for (std::size_t row = 0; row < batch.rows(); ++row) {
      if (row != 0) out += ", ";
      AppendJsonSlot(batch.column(i), row, out);
    }
    out += "]}";
  }
  out += ']';
}

Result<std::size_t> ReadColumn(const Document& document, const data::Field& field,
                               data::Column& column) {
  const Document* name = document.Find("name");
  const Document* type = document.Find("type");
  const bool same = name != nullptr && name->AsText() != nullptr && *name->AsText() == field.name &&
                    type != nullptr && type->AsText() != nullptr &&
                    *type->AsText() == data::TypeName(field.type);
  if (!same) {
    return Error(Code::kFailedPrecondition, "the golden rows were recorded for another signature")
        .Where("column '" + field.name + "'");
  }
  const Document* values = document.Find("values");
  if (values == nullptr) return Error(Code::kInvalidArgument, "a column without values");
  Status read = Ok();
  if (const auto* numbers = values->AsNumbers(); numbers != nullptr) {
    for (const double number : *numbers) {
      read = AppendDocument(Document(Document::Value(number)), column);
      if (!read.ok()) break;
    }
  } else if (const auto* list = values->AsList(); list != nullptr) {
    for (const Document& value : *list) {
      read = AppendDocument(value, column);
      if (!read.ok()) break;
    }
  } else {
    return Error(Code::kInvalidArgument, "a column without a list of values");
  }
  if (!read.ok()) return Error(read.error()).Where("column '" + field.name + "'");
  return column.size();
}

Result<data::Batch> ReadColumns(const Document* columns,
    std::shared_ptr<const data::Schema> schema) {
  data::Batch batch(std::move(schema));
  const Document::List* list = columns == nullptr ? nullptr : columns->AsList();
  if (list == nullptr || list->size() != batch.width()) {
    return Error(Code::kFailedPrecondition, "the golden rows were recorded for another signature")
        .Why("the number of columns differs");
  }
  std::size_t rows = 0;
  for (std::size_t i = 0; i < batch.width(); ++i) {
    ASSIGN_OR_RETURN(const std::size_t size,
                     ReadColumn((*list)[i], batch.schema().field(i), batch.column(i)));
    if (i != 0 && size != rows) {
      return Error(Code::kInvalidArgument, "columns of different length");
    }
    rows = size;
  }
  RETURN_IF_ERROR(TooMany(rows));
  batch.SetRows(rows);
  return batch;
}

}  // namespace

Result<GoldenRows> RecordGoldenRows(const Predictor& predictor, data::Batch inputs) {
  RETURN_IF_ERROR(TooMany(inputs.rows()));
  data::Batch outputs(predictor.signature().output_columns);
  RETURN_IF_ERROR(predictor.Predict(inputs, outputs));
  return GoldenRows{std::move(inputs), std::move(outputs)};
}

Status CheckGoldenRows(const Predictor& predictor, const GoldenRows& rows,
                       const GoldenTolerance& tolerance) {
  data::Batch given(predictor.signature().output_columns);
  RETURN_IF_ERROR(predictor.Predict(rows.inputs, given));
  if (given.rows() != rows.outputs.rows() || given.schema().size() != rows.outputs.width()) {
    return Error(Code::kFailedPrecondition, "the golden rows have another shape than the answers");
  }
  for (std::size_t row = 0; row < given.rows(); ++row) {
    for (std::size_t i = 0; i < given.width(); ++i) {
      const data::Column& wanted = rows.outputs.column(i);
      if (wanted.type() == given.column(i).type() &&
          Equal(wanted, given.column(i), row, tolerance)) {
        continue;
      }
      std::string message = "golden row " + std::to_string(row) + ": '";
      message += given.schema().field(i).name + "' is ";
      AppendJsonSlot(given.column(i), row, message);
      message += ", recorded was ";
      AppendJsonSlot(wanted, row, message);
      return Error(Code::kFailedPrecondition, std::move(message))
          .Why("a version must reproduce its golden rows before it serves")
          .Help("register the model again as a new version if the change is meant");
    }
  }
  return Ok();
}

std::string WriteGoldenRows(const GoldenRows& rows) {
  std::string out = "{\"inputs\": ";
  WriteColumns(rows.inputs, out);
  out += ",\n\"outputs\": ";
  WriteColumns(rows.outputs, out);
  out += "}\n";
  return out;
}

Result<GoldenRows> ReadGoldenRows(std::string_view json, const Signature& signature) {
  auto document = ReadJson(json, {.depth = 8});
  if (!document.ok()) return std::move(document).error().Context("golden rows");
  ASSIGN_OR_RETURN(data::Batch inputs, ReadColumns(document->Find("inputs"), signature.inputs));
  ASSIGN_OR_RETURN(data::Batch outputs,
                   ReadColumns(document->Find("outputs"), signature.output_columns));
  if (inputs.rows() != outputs.rows()) {
    return Error(Code::kInvalidArgument, "golden rows: another number of outputs than inputs");
  }
  return GoldenRows{std::move(inputs), std::move(outputs)};
}

}  // namespace mooring::model

#include "app/cli/output/row_json.h"

#include "base/clock.h"

namespace mooring::app::cli {

void WriteSlot(JsonWriter& json, const data::Column& column, std::size_t row) {
  if (column.IsNull(row)) {
    json.Null();
    return;
  }
  switch (column.type()) {
    case data::Type::kInt32: json.Value(column.Values<std::int32_t>()[row]); return;
    case data::Type::kInt64: json.Value(column.Values<std::int64_t>()[row]); return;
    case data::Type::kFloat32: json.Value(column.Values<float>()[row]); return;
    case data::Type::kFloat64: json.Value(column.Values<double>()[row]); return;
    case data::Type::kBool: json.Value(column.Values<std::uint8_t>()[row] != 0); return;
    case data::Type::kTimestamp:
      json.Value(FormatTime(Time(Micros(column.Values<std::int64_t>()[row]))));
      return;
    case data::Type::kString:
    case data::Type::kCategory: json.Value(column.Text(row)); return;
  }
}

void WriteRow(JsonWriter& json, const data::Batch& batch, std::size_t row) {
  json.BeginObject();
  for (std::size_t i = 0; i < batch.width(); ++i) {
    json.Key(batch.schema().field(i).name);
    WriteSlot(json, batch.column(i), row);
  }
  json.EndObject();
}

std::string RowJson(const data::Batch& batch, std::size_t row) {
  std::string text;
  JsonWriter json(text);
  WriteRow(json, batch, row);
  return text;
}

}  // namespace mooring::app::cli

#include "api/decision/outputs.h"

#include "base/clock.h"

namespace mooring::api {

void WriteValue(JsonWriter& json, const data::Column& column, std::size_t row, bool widened) {
  using data::Type;
  if (column.IsNull(row)) {
    json.Null();
    return;
  }
  switch (column.type()) {
    case Type::kInt32: json.Value(column.Values<std::int32_t>()[row]); return;
    case Type::kInt64: json.Value(column.Values<std::int64_t>()[row]); return;
    case Type::kFloat64: json.Value(column.Values<double>()[row]); return;
    case Type::kBool: json.Value(column.Values<std::uint8_t>()[row] != 0); return;
    case Type::kTimestamp:
      json.Value(FormatTime(Time(Micros(column.Values<std::int64_t>()[row]))));
      return;
    case Type::kFloat32:
      if (widened) {
        json.Value(static_cast<double>(column.Values<float>()[row]));
      } else {
        json.Value(column.Values<float>()[row]);
      }
      return;
    default: json.Value(column.Text(row)); return;
  }
}

}  // namespace mooring::api

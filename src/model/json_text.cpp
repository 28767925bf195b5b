#include "model/json_text.h"

#include <array>
#include <charconv>
#include <cmath>
#include <limits>

namespace mooring::model {
namespace {

constexpr std::int64_t kExact = std::int64_t{1} << 53;

template <typename Number>
void AppendNumber(Number number, std::string& out) {
  if constexpr (std::is_floating_point_v<Number>) {
    if (std::isnan(number)) return void(out += "null");
    if (std::isinf(number)) return void(out += number > 0 ? "\"inf\"" : "\"-inf\"");
  }
  std::array<char, 40> buffer;
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number).ptr;
  out.append(buffer.data(), end);
}

Error Misfit(const Document& value, data::Type type) {
  return Error(Code::kInvalidArgument, std::string(value.kind()) +
      " does not fit a column of type " +
                                           std::string(data::TypeName(type)));
}

// Whole numbers within [lowest, highest]; texts too, for those past 2^53.
std::optional<std::int64_t> Whole(const Document& value) {
  if (const auto number = value.AsInteger(); number.has_value()) return number;
  const std::string* text = value.AsText();
  std::int64_t number = 0;
  if (text == nullptr) return std::nullopt;
  const auto [stop, status] = std::from_chars(text->data(), text->data() + text->size(), number);
  if (status != std::errc() || stop != text->data() + text->size()) return std::nullopt;
  return number;
}

std::optional<double> Real(const Document& value) {
  if (value.AsNumber() != nullptr) return *value.AsNumber();
  const std::string* text = value.AsText();
  if (text != nullptr && *text == "inf") return std::numeric_limits<double>::infinity();
  if (text != nullptr && *text == "-inf") return -std::numeric_limits<double>::infinity();
  return std::nullopt;
}

Status AppendWhole(const Document& value, data::Column& column) {
  const auto number = Whole(value);
  if (!number.has_value()) return Misfit(value, column.type());
  if (column.type() != data::Type::kInt32) {
    column.Append(*number);
    return Ok();
  }
  if (*number < std::numeric_limits<std::int32_t>::min() ||
      *number > std::numeric_limits<std::int32_t>::max()) {
    return Misfit(value, column.type());
  }
  column.Append(static_cast<std::int32_t>(*number));
  return Ok();
}

}  // namespace

void AppendJsonText(std::string_view text, std::string& out) {
  constexpr std::string_view kHex = "0123456789abcdef";
  out += '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20) {
      out += "\\u00";
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    } else {
      out += c;
    }
  }
  out += '"';
}

void AppendJsonSlot(const data::Column& column, std::size_t row, std::string& out) {
  if (column.IsNull(row)) return void(out += "null");
  switch (column.type()) {
    case data::Type::kString:
    case data::Type::kCategory: return AppendJsonText(column.Text(row), out);
    case data::Type::kBool:
      return void(out += column.Values<std::uint8_t>()[row] != 0 ? "true" : "false");
    case data::Type::kInt32: return AppendNumber(column.Values<std::int32_t>()[row], out);
    case data::Type::kFloat32: return AppendNumber(column.Values<float>()[row], out);
    case data::Type::kFloat64: return AppendNumber(column.Values<double>()[row], out);
    case data::Type::kInt64:
    case data::Type::kTimestamp: break;
  }
  const std::int64_t number = column.Values<std::int64_t>()[row];
  const bool exact = number >= -kExact && number <= kExact;
  if (!exact) out += '"';
  AppendNumber(number, out);
  if (!exact) out += '"';
}

Status AppendDocument(const Document& value, data::Column& column) {
  if (value.IsNull()) {
    column.AppendNull();
    return Ok();
  }
  switch (column.type()) {
    case data::Type::kInt32:
    case data::Type::kInt64:
    case data::Type::kTimestamp: return AppendWhole(value, column);
    case data::Type::kString:
    case data::Type::kCategory:
      if (value.AsText() == nullptr) return Misfit(value, column.type());
      column.AppendText(*value.AsText());
      return Ok();
    case data::Type::kBool: {
      const bool* held = value.AsBool();
      const double* number = value.AsNumber();  // flat lists hold booleans as 0 and 1
      if (held == nullptr && (number == nullptr || (*number != 0 && *number != 1))) {
        return Misfit(value, column.type());
      }
      column.Append(static_cast<std::uint8_t>(held != nullptr ? *held : *number == 1));
      return Ok();
    }
    case data::Type::kFloat32:
    case data::Type::kFloat64: break;
  }
  const auto number = Real(value);
  if (!number.has_value()) return Misfit(value, column.type());
  if (column.type() == data::Type::kFloat64) {
    column.Append(*number);
  } else {
    column.Append(static_cast<float>(*number));
  }
  return Ok();
}

}  // namespace mooring::model

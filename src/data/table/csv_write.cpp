// Batches as CSV text.
#include <charconv>

#include "base/clock.h"
#include "data/table/csv.h"

namespace mooring::data {
namespace {

void WriteText(std::string_view text, const CsvStyle& style, std::string& out) {
  const bool formula = style.neutralise_formulas && !text.empty() &&
                       std::string_view("=+-@\t\r").find(text.front()) != std::string_view::npos;
  const char special[] = {style.delimiter, '"', '\n', '\r'};
  // Empty text is quoted so that it does not come back as null, and a byte order mark so that it is
  // not skipped as one at the start of the file.
  const bool quote =
      text.empty() || formula || text.front() == ' ' || text.back() == ' ' ||
      text.starts_with("\xEF\xBB\xBF") ||
      text.find_first_of(std::string_view(special, sizeof(special))) != std::string_view::npos;
  if (!quote) {
    out += text;
    return;
  }
  out += formula ? "\"'" : "\"";
  for (const char c : text) {
    if (c == '"') out.push_back('"');
    out.push_back(c);
  }
  out.push_back('"');
}

template <typename T>
void WriteNumber(T value, std::string& out) {
  char digits[32];
  const auto end = std::to_chars(digits, digits + sizeof(digits), value).ptr;
  out.append(digits, end);
}

void WriteSlot(const Column& column, std::size_t row, const CsvStyle& style, std::string& out) {
  if (column.IsNull(row)) return;
  switch (column.type()) {
    case Type::kInt32: return WriteNumber(column.Values<std::int32_t>()[row], out);
    case Type::kInt64: return WriteNumber(column.Values<std::int64_t>()[row], out);
    case Type::kFloat32: return WriteNumber(column.Values<float>()[row], out);
    case Type::kFloat64: return WriteNumber(column.Values<double>()[row], out);
    case Type::kBool: out += column.Values<std::uint8_t>()[row] != 0 ? "true" : "false"; return;
    case Type::kTimestamp:
      out += FormatTime(Time(Micros(column.Values<std::int64_t>()[row])));
      return;
    case Type::kString:
    case Type::kCategory: return WriteText(column.Text(row), style, out);
  }
}

}  // namespace

void WriteCsv(const Batch& batch, const CsvStyle& style, std::string& out) {
  for (std::size_t i = 0; style.header && i < batch.width(); ++i) {
    if (i != 0) out.push_back(style.delimiter);
    WriteText(batch.schema().field(i).name, style, out);
  }
  if (style.header) out.push_back('\n');
  for (std::size_t row = 0; row < batch.rows(); ++row) {
    for (std::size_t i = 0; i < batch.width(); ++i) {
      if (i != 0) out.push_back(style.delimiter);
      WriteSlot(batch.column(i), row, style, out);
    }
    out.push_back('\n');
  }
}

}  // namespace mooring::data

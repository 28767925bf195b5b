#include "app/cli/output/table.h"

#include <cmath>
#include <cstdio>

namespace mooring::app::cli {
namespace {

// Characters, not bytes: continuation bytes of UTF-8 do not count.
std::size_t Width(std::string_view text) {
  std::size_t width = 0;
  for (const char c : text) width += (static_cast<unsigned char>(c) & 0xC0) != 0x80 ? 1 : 0;
  return width;
}

std::string Rounded(double number) {
  if (std::isnan(number)) return "-";
  char buffer[32];
  std::snprintf(buffer, sizeof(buffer), "%.6g", number);
  return buffer;
}

// A terminal must not obey what somebody else stored: control characters become '?'.
std::string Harmless(std::string text) {
  for (char& c : text) {
    if ((static_cast<unsigned char>(c) < 0x20 && c != '\n') || c == 0x7F) c = '?';
  }
  return text;
}

std::string HumanText(const Context& context, const Cell& cell) {
  if (std::holds_alternative<std::monostate>(cell.value)) return "-";
  if (const auto* number = std::get_if<double>(&cell.value)) return Rounded(*number);
  if (const auto* truth = std::get_if<bool>(&cell.value)) return *truth ? "yes" : "no";
  if (const auto* time = std::get_if<Time>(&cell.value)) {
    return RelativeTime(*time, context.clock->Now());
  }
  const std::string text = Harmless(MachineText(cell));
  return text.empty() ? "-" : text;
}

bool IsNumber(const Cell& cell) {
  return std::holds_alternative<double>(cell.value) ||
         std::holds_alternative<std::int64_t>(cell.value);
}

std::string Upper(std::string text) {
  for (char& c : text) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    if (c == '_') c = ' ';
  }
  return text;
}

std::string RecordText(const Context& context, const Listing& listing,
                       const std::vector<std::size_t>& fields) {
  std::size_t widest = 0;
  for (const std::size_t field : fields) {
    widest = std::max(widest, Width(listing.fields[field].name));
  }
  std::string out;
  for (const std::size_t field : fields) {
    const std::string& name = listing.fields[field].name;
    const Cell& cell = listing.rows.front()[field];
    std::string value;
    for (const char c : HumanText(context, cell)) {
      value += c;
      if (c == '\n') value.append(widest + 2, ' ');
    }
    out += context.Paint(name, Colour::kBold) + std::string(widest - Width(name) + 2, ' ') +
           context.Paint(value, cell.colour) + "\n";
  }
  return out;
}

struct TableColumn {
  std::vector<std::string> texts;  // header first
  std::size_t width = 0;
  bool right = false;
};

TableColumn ColumnOf(const Context& context, const Listing& listing, std::size_t field) {
  TableColumn column;
  column.texts.push_back(Upper(listing.fields[field].name));
  for (const auto& row : listing.rows) {
    std::string text = HumanText(context, row[field]);
    for (char& c : text) c = c == '\n' ? ' ' : c;
    column.texts.push_back(std::move(text));
    column.right = column.right || IsNumber(row[field]);
  }
  for (const std::string& text : column.texts) column.width = std::max(column.width, Width(text));
  return column;
}

}  // namespace

std::string TableText(const Context& context, const Listing& listing,
                      const std::vector<std::size_t>& fields) {
  if (listing.record) return RecordText(context, listing, fields);
  if (listing.rows.empty()) return "";
  std::vector<TableColumn> columns;
  for (const std::size_t field : fields) columns.push_back(ColumnOf(context, listing, field));
  std::string out;
  for (std::size_t line = 0; line <= listing.rows.size(); ++line) {
    std::string text;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const TableColumn& column = columns[i];
      const std::string pad(column.width - Width(column.texts[line]), ' ');
      const Colour colour = line == 0 ? Colour::kBold : listing.rows[line - 1][fields[i]].colour;
      const std::string painted = context.Paint(column.texts[line], colour);
      text += (i > 0 ? "  " : "") + (column.right ? pad + painted : painted + pad);
    }
    text.erase(text.find_last_not_of(' ') + 1);
    out += text + "\n";
  }
  return out;
}

std::string RelativeTime(Time time, Time now) {
  struct Step {
    std::int64_t seconds;
    const char* name;
  };
  static constexpr Step kSteps[] = {{86'400, "d"}, {3600, "h"}, {60, "min"}, {1, "s"}};
  const std::int64_t away = std::chrono::floor<std::chrono::seconds>(now - time).count();
  const std::int64_t distance = away < 0 ? -away : away;
  for (const Step& step : kSteps) {
    if (distance < step.seconds) continue;
    const std::string text = std::to_string(distance / step.seconds) + " " + step.name;
    return away < 0 ? "in " + text : text + " ago";
  }
  return "now";
}

}  // namespace mooring::app::cli

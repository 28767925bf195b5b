#include "app/cli/output/listing.h"

#include <charconv>
#include <cmath>

#include "app/cli/output/table.h"
#include "base/text/json_writer.h"
#include "base/text/nearest.h"

namespace mooring::app::cli {
namespace {

// Which fields to show, as places in listing.fields.
Result<std::vector<std::size_t>> ChosenFields(const Args& args, const Listing& listing,
                                              OutputFormat format) {
  std::vector<std::size_t> chosen;
  if (!args.Has("fields")) {
    for (std::size_t i = 0; i < listing.fields.size(); ++i) {
      if (listing.fields[i].in_table || format != OutputFormat::kTable) chosen.push_back(i);
    }
    return chosen;
  }
  std::vector<std::string_view> names;
  for (const FieldName& field : listing.fields) names.push_back(field.name);
  const std::string list = args.Text("fields") + ",";
  for (std::size_t start = 0; start < list.size();) {
    const std::size_t comma = list.find(',', start);
    const std::string name = list.substr(start, comma - start);
    start = comma + 1;
    const auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end()) {
      return Error(Code::kInvalidArgument, "no field '" + name + "'")
          .Why(DidYouMean(name, names))
          .Help("--fields help lists the names");
    }
    chosen.push_back(static_cast<std::size_t>(found - names.begin()));
  }
  return chosen;
}

void AppendJson(JsonWriter& json, const Cell& cell) {
  if (std::holds_alternative<std::monostate>(cell.value)) {
    json.Null();
  } else if (const auto* truth = std::get_if<bool>(&cell.value)) {
    json.Value(*truth);
  } else if (const auto* whole = std::get_if<std::int64_t>(&cell.value)) {
    json.Value(*whole);
  } else if (const auto* number = std::get_if<double>(&cell.value)) {
    json.Value(*number);
  } else if (const auto* raw = std::get_if<RawJson>(&cell.value)) {
    json.Raw(raw->json.empty() ? "null" : raw->json);
  } else {
    json.Value(MachineText(cell));
  }
}

void AppendMembers(JsonWriter& json, const Listing& listing, const std::vector<Cell>& row,
                   const std::vector<std::size_t>& fields) {
  for (const std::size_t field : fields) {
    json.Key(listing.fields[field].name);
    AppendJson(json, row[field]);
  }
}

std::string JsonOf(const Listing& listing, const std::vector<std::size_t>& fields) {
  std::string text;
  JsonWriter json(text);
  json.BeginObject().Member("schema", listing.schema);
  if (listing.record) {
    AppendMembers(json, listing, listing.rows.front(), fields);
    json.EndObject();
    return text + "\n";
  }
  json.Key("items").BeginArray();
  for (const auto& row : listing.rows) {
    json.BeginObject();
    AppendMembers(json, listing, row, fields);
    json.EndObject();
  }
  json.EndArray().EndObject();
  return text + "\n";
}

std::string JsonLineOf(const Listing& listing, const std::vector<Cell>& row,
                       const std::vector<std::size_t>& fields) {
  std::string text;
  JsonWriter json(text);
  json.BeginObject();
  AppendMembers(json, listing, row, fields);
  json.EndObject();
  return text + "\n";
}

// The shortest text that reads back to the same double.
std::string ShortestNumber(double number) {
  char buffer[32];
  return {buffer, std::to_chars(buffer, buffer + sizeof(buffer), number).ptr};
}

// One record a line: what would break it is written as an escape.
std::string PlainText(const std::string& text) {
  std::string plain;
  for (const char c : text) {
    if (c == '\t')
      plain += "\\t";
    else if (c == '\n')
      plain += "\\n";
    else if (c == '\r')
      plain += "\\r";
    else
      plain += c;
  }
  return plain;
}

// Text that a spreadsheet would run as a formula gets ' in front: it may come from a request.
bool IsFormula(const Cell& cell) {
  const auto* text = std::get_if<std::string>(&cell.value);
  return text != nullptr && !text->empty() &&
         std::string_view("=+-@\t\r").find(text->front()) != std::string_view::npos;
}

std::string CsvText(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

void PrintSeparated(Context& context, const Listing& listing,
                    const std::vector<std::size_t>& fields, bool csv, bool header) {
  const auto line = [&](auto&& text_of) {
    std::string text;
    for (std::size_t i = 0; i < fields.size(); ++i) {
      if (i > 0) text += csv ? "," : "\t";
      const std::string value = text_of(fields[i]);
      text += csv ? CsvText(value) : PlainText(value);
    }
    context.PrintLine(text);
  };
  if (header) line([&](std::size_t field) { return listing.fields[field].name; });
  for (const auto& row : listing.rows) {
    line([&](std::size_t field) {
      return (csv && IsFormula(row[field]) ? "'" : "") + MachineText(row[field]);
    });
  }
}

void PrintFieldNames(Context& context, const Listing& listing) {
  for (const FieldName& field : listing.fields) {
    context.PrintLine(field.name + "\t" + field.summary);
  }
}

}  // namespace

void Listing::Add(std::vector<Cell> row) {
  CHECK(row.size() == fields.size());
  rows.push_back(std::move(row));
}

OutputFormat ChosenFormat(const Context& context, const Args& args) {
  const std::string name = args.Text("output");
  if (name == "table") return OutputFormat::kTable;
  if (name == "plain") return OutputFormat::kPlain;
  if (name == "json") return OutputFormat::kJson;
  if (name == "jsonl") return OutputFormat::kJsonLines;
  if (name == "csv") return OutputFormat::kCsv;
  return context.terminal.out ? OutputFormat::kTable : OutputFormat::kPlain;
}

std::string WithMembers(std::string object, std::string_view members) {
  if (members.empty()) return object;
  const std::size_t end = object.rfind('}');
  CHECK(end != std::string::npos && end > 1);
  return object.insert(end, "," + std::string(members));
}

Status PrintListing(Context& context, const Args& args, const Listing& listing) {
  return PrintListing(context, args, listing, {});
}

Status PrintListing(Context& context, const Args& args, const Listing& listing,
                    std::string_view members) {
  CHECK(!listing.record || listing.rows.size() == 1);
  if (args.Text("fields") == "help") {
    PrintFieldNames(context, listing);
    return Ok();
  }
  const OutputFormat format = ChosenFormat(context, args);
  ASSIGN_OR_RETURN(const auto fields, ChosenFields(args, listing, format));
  const bool header = !args.Has("no-header");
  switch (format) {
    case OutputFormat::kTable: context.Print(TableText(context, listing, fields)); break;
    case OutputFormat::kPlain: PrintSeparated(context, listing, fields, false, header); break;
    case OutputFormat::kCsv: PrintSeparated(context, listing, fields, true, header); break;
    case OutputFormat::kJson: context.Print(WithMembers(JsonOf(listing, fields), members)); break;
    case OutputFormat::kJsonLines:
      for (const auto& row : listing.rows) context.Print(JsonLineOf(listing, row, fields));
      break;
  }
  return Ok();
}

std::string MachineText(const Cell& cell) {
  if (const auto* truth = std::get_if<bool>(&cell.value)) return *truth ? "true" : "false";
  if (const auto* whole = std::get_if<std::int64_t>(&cell.value)) return std::to_string(*whole);
  if (const auto* number = std::get_if<double>(&cell.value)) {
    return std::isnan(*number) ? "" : ShortestNumber(*number);
  }
  if (const auto* text = std::get_if<std::string>(&cell.value)) return *text;
  if (const auto* time = std::get_if<Time>(&cell.value)) return FormatTime(*time);
  if (const auto* raw = std::get_if<RawJson>(&cell.value)) return raw->json;
  return "";
}

}  // namespace mooring::app::cli

#include "api/mlflow/frame.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "api/decision/begin.h"
#include "api/json/pull.h"
#include "base/limits.h"

namespace mooring::api::mlflow {
namespace {

using Kind = JsonPull::Kind;
using serving::RowBuilder;
constexpr auto kMlflow = serving::Coercion::kMlflow;
constexpr std::array<std::string_view, 4> kFormats = {"instances", "dataframe_records",
                                                      "dataframe_split", "inputs"};
constexpr std::string_view kExactlyOne =
    "The input must be a JSON dictionary with exactly one of the input fields "
    "{'instances', 'dataframe_records', 'dataframe_split', 'inputs'}.";

Error Bad(std::string message) { return Error(Code::kInvalidArgument, std::move(message)); }

// Columns by place, for frames that name them once.
std::vector<std::size_t> FindColumns(const std::vector<std::string>& names, RowBuilder& rows) {
  std::vector<std::size_t> places;
  for (const std::string& name : names) {
    const std::size_t place = rows.FindColumn(name);
    const bool again = place != RowBuilder::kNoColumn &&
                       std::find(places.begin(), places.end(), place) != places.end();
    if (again) rows.AddProblem(name, "duplicate", "column '" + name + "' is there twice");
    places.push_back(again ? RowBuilder::kNoColumn : place);
  }
  return places;
}

struct Formats {
  std::array<JsonPull::Place, kFormats.size()> places{};
  std::vector<std::size_t> found;  // in the order of the body
};

// Passes over the whole document and remembers where the formats begin; the last of two keys
// counts, as in Python.
Formats FindFormats(JsonPull& json) {
  Formats formats;
  if (!json.EnterObject()) return formats;
  for (std::string_view key; json.NextKey(key);) {
    const auto at = static_cast<std::size_t>(std::find(kFormats.begin(), kFormats.end(), key) -
                                             kFormats.begin());
    if (at < kFormats.size()) {
      formats.places[at] = json.Mark();
      if (std::find(formats.found.begin(), formats.found.end(), at) == formats.found.end()) {
        formats.found.push_back(at);
      }
    }
    json.Skip();
  }
  return formats;
}

class FrameReader {
 public:
  FrameReader(JsonPull& json, RowBuilder& rows) : json_(json), rows_(rows) {}

  Status Read(std::size_t format) {
    const Kind kind = json_.Peek();
    if (kFormats[format] == "dataframe_split") {
      if (kind != Kind::kObject) {
        return Bad("Invalid input. Dataframe split format must be a dictionary. Got " +
                   Named(kind) + ".");
      }
      return ReadSplit();
    }
    if (kFormats[format] == "dataframe_records") {
      if (kind != Kind::kArray) {
        return Bad("Invalid input. Dataframe records format must be a list of records. Got " +
                   Named(kind) + ".");
      }
      return ReadList(false);
    }
    if (kind == Kind::kObject) return ReadColumns();
    if (kind == Kind::kArray) return ReadList(true);
    return Bad("Invalid input. '" + std::string(kFormats[format]) +
               "' must be a list or a dictionary.");
  }

 private:
  static std::string Named(Kind kind) {
    switch (kind) {
      case Kind::kArray: return "list";
      case Kind::kObject: return "dictionary";
      case Kind::kText: return "str";
      case Kind::kNull: return "NoneType";
      case Kind::kBool: return "bool";
      default: return "number";
    }
  }

  // Rows as objects, or as lists of values in the order of the columns (tensors).
  Status ReadList(bool lists_too) {
    json_.EnterArray();
    while (json_.NextElement()) {
      const Kind kind = json_.Peek();
      if (kind != Kind::kObject && !(lists_too && kind == Kind::kArray)) {
        return Bad("Invalid input. A row must be a dictionary" +
                   std::string(lists_too ? " or a list" : "") + ". Got " + Named(kind) + ".");
      }
      if (!rows_.BeginRow()) return TooMany();
      if (kind == Kind::kObject) {
        PutRow(json_, rows_, kMlflow);
      } else {
        RETURN_IF_ERROR(ReadTensorRow());
      }
      rows_.EndRow();
    }
    return Ok();
  }

  // One type for all columns of a tensor: a model that wants an integer first cannot take a null.
  Status ReadTensorRow() {
    std::size_t count = 0;
    json_.EnterArray();
    for (; json_.NextElement(); ++count) {
      if (rows_.width() == 0) break;
      const data::Type first = rows_.schema().field(0).type;
      const bool integer = first == data::Type::kInt32 || first == data::Type::kInt64;
      if (integer && json_.Peek() == Kind::kNull) {
        return Bad(
            "Invalid input. int() argument must be a string, a bytes-like object or a real "
            "number, not 'NoneType'");
      }
      PutCell(json_, rows_, count < rows_.width() ? count : RowBuilder::kNoColumn, kMlflow);
    }
    if (count == rows_.width()) return Ok();
    return Bad("Invalid input. A row has " + std::to_string(count) +
               " values where the model has " + std::to_string(rows_.width()) + " inputs.");
  }

  Status ReadColumns() {
    json_.EnterObject();
    for (std::string_view name; json_.NextKey(name);) {
      std::size_t column = rows_.FindColumn(name);
      if (!rows_.BeginColumn(column)) column = RowBuilder::kNoColumn;
      if (json_.Peek() != Kind::kArray) {
        PutCell(json_, rows_, column, kMlflow);
        continue;
      }
      json_.EnterArray();
      for (std::size_t count = 0; json_.NextElement(); ++count) {
        if (count == limits::kRowsPerRequest) return TooMany();
        PutCell(json_, rows_, column, kMlflow);
      }
    }
    return Ok();
  }

  Status ReadSplit() {
    std::vector<std::string> names;
    JsonPull::Place data;
    bool has_columns = false, has_data = false;
    json_.EnterObject();
    for (std::string_view key; json_.NextKey(key);) {
      if (key == "columns") {
        has_columns = true;
        RETURN_IF_ERROR(ReadNames(names));
        continue;
      }
      if (key == "data") {
        has_data = true;
        data = json_.Mark();
      }
      json_.Skip();
    }
    if (!has_data) return NotSplit("'data' is missing");
    json_.Return(data);
    return ReadSplitRows(has_columns, FindColumns(names, rows_));
  }

  Status ReadNames(std::vector<std::string>& names) {
    names.clear();
    if (json_.Peek() != Kind::kArray) return NotSplit("'columns' is not a list");
    json_.EnterArray();
    while (json_.NextElement()) {
      JsonPull::Scalar name;
      if (!json_.Read(name)) return NotSplit("a column's name is not a text");
      if (names.size() == limits::kColumns) return NotSplit("there are too many columns");
      names.emplace_back(name.kind == Kind::kText ? name.text : std::string_view("0"));
    }
    return Ok();
  }

  Status ReadSplitRows(bool named, const std::vector<std::size_t>& places) {
    if (json_.Peek() != Kind::kArray) return NotSplit("'data' is not a list");
    json_.EnterArray();
    while (json_.NextElement()) {
      if (json_.Peek() != Kind::kArray) return NotSplit("a row is not a list");
      if (!rows_.BeginRow()) return TooMany();
      std::size_t count = 0;
      json_.EnterArray();
      for (; json_.NextElement(); ++count) {
        PutCell(json_, rows_, count < places.size() ? places[count] : RowBuilder::kNoColumn,
                kMlflow);
      }
      rows_.EndRow();
      if (named && count != places.size()) {
        return NotSplit(std::to_string(places.size()) + " columns passed, passed data had " +
                        std::to_string(count) + " columns");
      }
    }
    return Ok();
  }

  static Error NotSplit(const std::string& why) {
    return Bad(
        "Invalid input. Provided dataframe_split field is not a valid dataframe representation in "
        "'split' format. Error: '" +
        why + "'");
  }
  static Error TooMany() {
    return Error(Code::kTooLarge, "there are more rows than a request may have");
  }

  JsonPull& json_;
  RowBuilder& rows_;
};

}  // namespace

Status ReadJsonFrame(std::string_view body, RowBuilder& rows) {
  JsonPull json(body, JsonPull::Tokens::kNanAllowed);
  const Kind kind = json.Peek();
  Formats formats;
  if (kind == Kind::kObject) {
    formats = FindFormats(json);
  } else {
    json.Skip();
  }
  if (const Status whole = json.Finish(); !whole.ok()) {
    return Bad("Invalid input. Ensure that input is a valid JSON formatted string. Error: '" +
               whole.error().message() + " (" + whole.error().where() + ")'");
  }
  if (kind != Kind::kObject) {
    return Bad("Invalid input. " + std::string(kExactlyOne) +
               (kind == Kind::kArray ? " Received a list." : " Received unexpected input type."));
  }
  if (formats.found.size() != 1) {
    std::string given;
    for (const std::size_t at : formats.found) {
      given += (given.empty() ? "'" : ", '") + std::string(kFormats[at]) + "'";
    }
    return Bad(std::string(kExactlyOne) + " Received dictionary with input fields: [" + given +
               "].");
  }
  json.Return(formats.places[formats.found[0]]);
  FrameReader reader(json, rows);
  RETURN_IF_ERROR(reader.Read(formats.found[0]));
  return json.status();
}

}  // namespace mooring::api::mlflow

#include "app/cli/args.h"
#include "app/cli/commands.h"
#include "app/cli/context.h"
#include "app/cli/output/listing.h"
#include "app/cli/output/row_json.h"
#include "app/cli/store/api_client.h"
#include "app/cli/store/registrar.h"
#include "app/cli/tables/table_file.h"
#include "base/limits.h"
#include "control/registration/convert_rows.h"
#include "control/registration/loaded_artifact.h"
#include "data/table/csv.h"

namespace mooring::app::cli {
namespace {

constexpr std::size_t kRowsPerCall = 1000;

Cell CellOf(const data::Column& column, std::size_t row) {
  if (column.IsNull(row)) return {};
  switch (column.type()) {
    case data::Type::kString:
    case data::Type::kCategory: return Cell(column.Text(row));
    case data::Type::kInt64: return Cell(column.Values<std::int64_t>()[row]);
    case data::Type::kInt32: return Cell(std::int64_t{column.Values<std::int32_t>()[row]});
    case data::Type::kBool: return Cell(column.Values<std::uint8_t>()[row] != 0);
    default: return Cell(column.Number(row));
  }
}

// The same code as a server's, without one: no contract, no journal, nothing is written down.
Result<ExitCode> PredictLocally(Context& context, const Args& args, const std::string& file) {
  const std::string libraries = FindLibraries(context.settings.Text("library_dir"));
  ASSIGN_OR_RETURN(const auto model,
                   control::LoadArtifact(*context.files, args.Text("local"), libraries,
                                         context.transport, PythonOf(context)));
  std::vector<data::Field> fields = model->inputs()->fields();
  for (data::Field& field : fields) field.nullable = true;
  ASSIGN_OR_RETURN(data::Schema schema, data::Schema::Make(std::move(fields)));
  ASSIGN_OR_RETURN(const data::Batch table, ReadTableFile(context, file, schema));
  ASSIGN_OR_RETURN(const data::Batch rows, control::ConvertRows(table, model->inputs()));
  ASSIGN_OR_RETURN(const data::Batch outputs, model->Predict(rows));
  std::vector<FieldName> names;
  for (const data::Field& field : outputs.schema().fields()) {
    names.push_back({field.name, std::string(data::TypeName(field.type))});
  }
  Listing listing("mooring.predictions/1", std::move(names));
  for (std::size_t row = 0; row < outputs.rows(); ++row) {
    std::vector<Cell> cells;
    for (std::size_t i = 0; i < outputs.width(); ++i)
      cells.push_back(CellOf(outputs.column(i), row));
    listing.Add(std::move(cells));
  }
  RETURN_IF_ERROR(PrintListing(context, args, listing));
  return ExitCode::kDone;
}

Listing DecisionsListing() {
  return {"mooring.decisions/1",
          {{"id", "of the decision"},
           {"verdict", "admit, clamp, fallback, review or deny"},
           {"score", "given out"},
           {"amount_minor", "in minor units of the currency"},
           {"currency", "of the amount", false},
           {"model", "model", false},
           {"version", "that decided"},
           {"outputs", "raw outputs of the model"}}};
}

Cell NumberCell(const Json& json, std::string_view key) {
  const Json* value = json.Find(key);
  if (value == nullptr || !value->IsNumber()) return {};
  if (const auto whole = value->AsInt(); whole.ok()) return Cell(*whole);
  const auto number = value->AsDouble();
  return number.ok() ? Cell(*number) : Cell();
}

Cell TextCell(const Json& json, std::string_view key) {
  const auto text = json.GetString(key);
  return text.ok() ? Cell(*text) : Cell();
}

Cell OutputsCell(const Json& json) {
  const auto outputs = json.GetObject("outputs");
  if (!outputs.ok()) return {};
  std::string text;
  JsonWriter out(text);
  out.BeginObject();
  for (const auto& [name, value] : **outputs) {
    out.Key(name);
    const auto number = value.AsDouble();
    const auto label = value.AsString();
    if (number.ok())
      out.Value(*number);
    else if (label.ok())
      out.Value(*label);
    else
      out.Null();
  }
  out.EndObject();
  return Cell(RawJson{text});
}

Status AddDecisions(const Json& answer, Listing& listing) {
  ASSIGN_OR_RETURN(const Json::Array* decisions, answer.GetArray("decisions"));
  for (const Json& decision : *decisions) {
    listing.Add({TextCell(decision, "id"), TextCell(decision, "verdict"),
                 NumberCell(decision, "score"), NumberCell(decision, "amount_minor"),
                 TextCell(decision, "currency"), TextCell(answer, "model"),
                 NumberCell(answer, "version"), OutputsCell(decision)});
  }
  return Ok();
}

std::string BodyOfRows(const data::Batch& table, std::size_t start, std::size_t end) {
  std::string body;
  JsonWriter json(body);
  json.BeginObject().Key("inputs").BeginArray();
  for (std::size_t row = start; row < end; ++row) WriteRow(json, table, row);
  json.EndArray().EndObject();
  return body;
}

// JSON is sent as it is: a whole body, one row, or a list of rows. A table is sent in parts.
Result<std::vector<std::string>> Bodies(Context& context, const std::string& file) {
  std::string text;
  if (file == "-") {
    ASSIGN_OR_RETURN(text, context.in->ReadAll(limits::kArtifactBytes));
  } else {
    ASSIGN_OR_RETURN(const auto mapped, context.files->Map(file));
    text = AsText(mapped->bytes());
  }
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first != std::string::npos && (text[first] == '{' || text[first] == '[')) {
    ASSIGN_OR_RETURN(const Json json, Json::Parse(text, {.name = file}));
    const bool whole = json.Find("inputs") != nullptr || json.Find("columns") != nullptr;
    return std::vector<std::string>{whole ? text : "{\"inputs\":" + text + "}"};
  }
  data::Batch table;
  if (file == "-") {
    const data::CsvOptions options{.name = "stdin"};
    ASSIGN_OR_RETURN(data::Schema schema, data::InferCsvSchema(text, options));
    ASSIGN_OR_RETURN(table, data::ParseCsv(text, std::make_shared<const data::Schema>(schema),
                                           options, kTableRows));
  } else {
    ASSIGN_OR_RETURN(table, ReadTableFile(context, file, std::nullopt));
  }
  std::vector<std::string> bodies;
  for (std::size_t start = 0; start < table.rows(); start += kRowsPerCall) {
    bodies.push_back(BodyOfRows(table, start, std::min(start + kRowsPerCall, table.rows())));
  }
  return bodies;
}

Result<ExitCode> PredictByServer(Context& context, const Args& args, const std::string& file) {
  const std::string& name = args.positional(0);
  const std::size_t at = name.find('@');
  std::string path = "/api/v1/models/" + PathPart(name.substr(0, at)) + "/decide";
  if (at != std::string::npos) {
    ASSIGN_OR_RETURN(const std::uint64_t version,
                     ParseNumber(std::string_view(name).substr(at + 1), 1, ~VersionNumber{0},
                                 "the version after @"));
    path += "?version=" + std::to_string(version);
  }
  ASSIGN_OR_RETURN(const auto bodies, Bodies(context, file));
  const ApiClient client(context);
  Listing listing = DecisionsListing();
  for (const std::string& body : bodies) {
    ASSIGN_OR_RETURN(const Json answer, client.Send("POST", path, body));
    RETURN_IF_ERROR(AddDecisions(answer, listing));
  }
  RETURN_IF_ERROR(PrintListing(context, args, listing));
  return ExitCode::kDone;
}

Result<ExitCode> RunPredict(Context& context, const Args& args) {
  if (args.Has("local")) {
    if (args.positionals() > 1) {
      return Error(Code::kInvalidArgument, "--local names the model: give only a FILE beside it");
    }
    return PredictLocally(context, args, args.positionals() == 0 ? "-" : args.positional(0));
  }
  if (args.positionals() == 0) {
    return Error(Code::kInvalidArgument, "missing argument MODEL").Help("mooring predict --help");
  }
  return PredictByServer(context, args, args.positionals() < 2 ? "-" : args.positional(1));
}

}  // namespace

Command PredictCommand() {
  return {.name = "predict",
          .summary = "decide rows of a file: by a server, or by a model file without one",
          .text =
              "FILE is CSV, Parquet or JSON (one row, a list of rows, or a whole request); - and "
              "nothing\nare standard input. By a server every row is a decision: validated, "
              "journalled, with an id.\nWith --local nothing is written down and no contract is "
              "asked.",
          .examples = {{"mooring predict flight-cover rows.csv", "by the server on this machine"},
                       {"mooring predict flight-cover@2 - < row.json", "by version 2"},
                       {"mooring predict --local model.ubj rows.csv", "without a server"}},
          .arguments = {{.name = "MODEL",
                         .summary = "model, or model@version",
                         .required = false,
                         .completes = Completes::kModel},
                        {.name = "FILE",
                         .summary = "rows; - for stdin",
                         .required = false,
                         .completes = Completes::kFile}},
          .flags = Join({{{.name = "local",
                           .value = "PATH",
                           .summary = "predict with this model file or directory",
                           .completes = Completes::kFile},
                          {.name = "server",
                           .value = "URL",
                           .summary = "which server (default: this machine's)",
                           .setting = "server"},
                          {.name = "library-dir",
                           .value = "DIR",
                           .summary = "where ONNX Runtime is",
                           .setting = "library_dir",
                           .completes = Completes::kDirectory}},
                         OutputFlags()}),
          .run = RunPredict};
}

}  // namespace mooring::app::cli

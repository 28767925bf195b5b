#include <algorithm>

#include "app/cli/args.h"
#include "app/cli/commands.h"
#include "app/cli/context.h"
#include "app/cli/output/listing.h"
#include "app/cli/output/progress.h"
#include "app/cli/output/row_json.h"
#include "app/cli/store/api_client.h"
#include "app/cli/store/open.h"
#include "app/cli/tables/table_file.h"
#include "base/limits.h"
#include "base/text/nearest.h"
#include "data/table/csv.h"
#include "records/contract/contract.h"

namespace mooring::app::cli {
namespace {

constexpr std::size_t kItemsPerCall = 10'000;
constexpr std::string_view kColumns[] = {"decision_id", "request_id", "row",
                                           "name",        "value",      "at"};

// What the contracts of this machine's data directory call their outcomes, each name once. Empty
// where a server is named: its contracts are not ours to read.
std::vector<std::string> OutcomeNames(Context& context) {
  std::vector<std::string> names;
  if (!context.settings.Text("server").empty()) return names;
  const auto store = OpenExistingStore(context);
  if (!store.ok()) return names;
  const auto models = (*store)->Models();
  if (!models.ok()) return names;
  for (const records::ModelRecord& model : *models) {
    const auto text = (*store)->ContractText(model.contract_hash);
    if (!text.ok()) continue;
    const auto contract = records::ParseContract(*text);
    if (!contract.ok() || !contract->outcome.has_value()) continue;
    const std::string& name = contract->outcome->name;
    if (std::ranges::find(names, name) == names.end()) names.push_back(name);
  }
  return names;
}

// The name of outcomes in a file that has none: as asked, else the only one that contracts know.
std::string DefaultName(Context& context, const Args& args) {
  if (args.Has("name")) return args.Text("name");
  const std::vector<std::string> names = OutcomeNames(context);
  return names.size() == 1 ? names.front() : "";
}

Status CheckColumns(const data::Schema& schema, const std::string& name) {
  for (const data::Field& field : schema.fields()) {
    if (std::find(std::begin(kColumns), std::end(kColumns), field.name) != std::end(kColumns)) {
      continue;
    }
    return Error(Code::kInvalidArgument, "unknown column '" + field.name + "'")
        .Why(DidYouMean(field.name, kColumns))
        .Help("columns: decision_id or request_id, row, value, name, at");
  }
  const bool by_id = schema.Find("decision_id") || schema.Find("request_id");
  if (!by_id || !schema.Find("value")) {
    return Error(Code::kInvalidArgument, "the file lacks a column")
        .Why("needed: decision_id or request_id, and value")
        .Help("the first line, such as: request_id,value");
  }
  if (!schema.Find("name") && name.empty()) {
    return Error(Code::kInvalidArgument, "the outcomes have no name")
        .Why("this data directory's contracts name no outcome, or several; with --server they are "
             "not read")
        .Help("add a column 'name', or --name, such as --name late");
  }
  return Ok();
}

// Ids are text even where they look like numbers; a value keeps the type of its column.
Result<data::Batch> ReadCsv(std::string_view text, const std::string& file,
                            const std::string& name) {
  const data::CsvOptions options{.name = file};
  ASSIGN_OR_RETURN(const data::Schema inferred, data::InferCsvSchema(text, options));
  RETURN_IF_ERROR(CheckColumns(inferred, name));
  std::vector<data::Field> fields = inferred.fields();
  for (data::Field& field : fields) {
    field.nullable = true;
    if (field.name == "row") field.type = data::Type::kInt32;
    if (field.name != "value" && field.name != "row") field.type = data::Type::kString;
    field.dictionary = nullptr;
  }
  ASSIGN_OR_RETURN(data::Schema schema, data::Schema::Make(std::move(fields)));
  return data::ParseCsv(text, std::make_shared<const data::Schema>(std::move(schema)), options,
                        kTableRows);
}

std::string Line(const data::Batch& table, std::size_t row, const std::string& name) {
  std::string line;
  JsonWriter json(line);
  json.BeginObject();
  for (std::size_t i = 0; i < table.width(); ++i) {
    if (table.column(i).IsNull(row)) continue;
    json.Key(table.schema().field(i).name);
    WriteSlot(json, table.column(i), row);
  }
  if (table.Find("name") == nullptr) json.Member("name", name);
  json.EndObject();
  return line + "\n";
}

// The file as NDJSON lines, as the API takes them.
Result<std::vector<std::string>> ReadLines(Context& context, const std::string& file,
                                           const std::string& name) {
  std::string text;
  if (file == "-") {
    ASSIGN_OR_RETURN(text, context.in->ReadAll(limits::kArtifactBytes));
  } else {
    ASSIGN_OR_RETURN(text, context.files->ReadFile(file, limits::kArtifactBytes));
  }
  std::vector<std::string> lines;
  if (!text.starts_with('{')) {
    ASSIGN_OR_RETURN(const data::Batch table, ReadCsv(text, file, name));
    for (std::size_t row = 0; row < table.rows(); ++row) lines.push_back(Line(table, row, name));
    return lines;
  }
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = std::min(text.find('\n', start), text.size());
    if (end > start) lines.push_back(text.substr(start, end - start) + "\n");
    start = end + 1;
  }
  return lines;
}

// What the server said it did, summed over the parts of a file.
struct Imported {
  std::uint64_t recorded = 0, corrected = 0, repeated = 0, refused = 0, untold = 0;
};

Status SendPart(Context& context, const ApiClient& client, const std::string& body,
                std::size_t first, Imported& imported) {
  ASSIGN_OR_RETURN(const HttpAnswer answer,
                   client.Raw("POST", "/api/v1/outcomes", body, "application/x-ndjson"));
  const auto json = Json::Parse(answer.body, {.name = "answer"});
  const auto problems =
      json.ok() ? json->GetArray("problems") : Result<const Json::Array*>(nullptr);
  const bool listed = json.ok() && problems.ok() && json->Find("recorded") != nullptr;
  if (!listed) return ApiClient::ProblemOf(answer);
  std::uint64_t refused = 0;
  const auto take = [&](const char* key, std::uint64_t& sum) {
    if (const auto count = json->GetUint(key); count.ok()) sum += *count;
  };
  take("recorded", imported.recorded);
  take("corrected", imported.corrected);
  take("repeated", imported.repeated);
  take("refused", refused);
  imported.refused += refused;
  imported.untold += refused - std::min<std::uint64_t>(refused, (*problems)->size());
  for (const Json& problem : **problems) {
    const auto item = problem.GetUint("item");
    const auto message = problem.GetString("message");
    context.Warn("row " + std::to_string(first + (item.ok() ? *item : 0) + 1) + ": " +
                 (message.ok() ? std::string(*message) : "refused"));
  }
  return Ok();
}

Result<ExitCode> RunImport(Context& context, const Args& args) {
  ASSIGN_OR_RETURN(const auto lines,
                   ReadLines(context, args.positional(0), DefaultName(context, args)));
  const ApiClient client(context);
  Progress progress(context, "outcomes", lines.size());
  Imported imported;
  std::string body;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    body += lines[i];
    const std::size_t in_part = i % kItemsPerCall + 1;
    const bool full = in_part == kItemsPerCall || body.size() > limits::kRequestBodyBytes / 2;
    if (!full && i + 1 < lines.size()) continue;
    const auto count = static_cast<std::size_t>(std::count(body.begin(), body.end(), '\n'));
    RETURN_IF_ERROR(SendPart(context, client, body, i + 1 - count, imported));
    progress.Advance(count);
    body.clear();
  }
  if (imported.untold != 0) {
    context.Warn(std::to_string(imported.untold) + " more were refused and are not listed");
  }
  Listing listing("mooring.import/1", {{"recorded", "new, on disk"},
                                       {"corrected", "another value than before, on disk"},
                                       {"repeated", "were there already"},
                                       {"refused", "not taken"}});
  listing.record = true;
  listing.Add({imported.recorded, imported.corrected, imported.repeated, imported.refused});
  RETURN_IF_ERROR(PrintListing(context, args, listing));
  return imported.refused == 0 ? ExitCode::kDone : ExitCode::kFindings;
}

}  // namespace

Command OutcomesImportCommand() {
  return {.name = "outcomes import",
          .summary = "tell what really happened: outcomes by decision id or request id",
          .text =
              "CSV with the columns decision_id or request_id, value, and if need be name, at (RFC "
              "3339) and\nrow (of a request that had several); or one JSON object a line. Sending "
              "the same outcome again\nchanges nothing; another value is a correction, and the "
              "newest counts. Exits with 1 when some\nwere refused; the others are recorded. A "
              "file without names gets --name, else the outcome's name\nin this data directory's "
              "contracts, where there is only one.",
          .examples = {{"mooring outcomes import churned.csv", "first line: request_id,value"},
                       {"mooring outcomes import churned.csv --name churned",
                        "to a server elsewhere"},
                       {"mooring outcomes import - < outcomes.ndjson", "from a pipe"}},
          .arguments = {{.name = "FILE",
                         .summary = "CSV or NDJSON; - for stdin",
                         .completes = Completes::kFile}},
          .flags = Join({{{.name = "name",
                           .value = "NAME",
                           .summary = "the outcome's name, where the file has none (default: the "
                                      "contract's)"},
                          {.name = "server",
                           .value = "URL",
                           .summary = "which server (default: this machine's)",
                           .setting = "server"}},
                         OutputFlags()}),
          .run = RunImport};
}

}  // namespace mooring::app::cli

#include "app/cli/store/incidents.h"

#include "app/cli/store/api_client.h"
#include "app/cli/store/change.h"
#include "app/cli/store/open.h"
#include "base/text/json_writer.h"

namespace mooring::app::cli {
namespace {

using control::DeskCall;
using What = DeskCall::What;

std::string Query(const DeskCall& call) {
  std::string query = "?limit=" + std::to_string(call.limit);
  if (!call.model.empty()) query += "&model=" + PathPart(call.model);
  if (!call.sink.empty()) query += "&sink=" + PathPart(call.sink);
  if (!call.state.empty()) query += "&state=" + PathPart(call.state);
  if (call.all) query += "&all=true";
  if (call.open) query += "&open=true";
  return query;
}

std::string PathOf(const DeskCall& call) {
  const std::string id = "/" + std::to_string(call.id);
  switch (call.what) {
    case What::kAlerts: return "alerts" + Query(call);
    case What::kAlert: return "alerts" + id;
    case What::kIncidents: return "incidents" + Query(call);
    case What::kIncident: return "incidents" + id;
    case What::kSilences:
    case What::kSilence: return "silences";
    case What::kNotifications: return "notifications" + Query(call);
    case What::kAcknowledge: return "incidents" + id + "/acknowledge";
    case What::kNote: return "incidents" + id + "/notes";
    case What::kEndSilence: break;
  }
  return "silences" + id + "/end";
}

Result<Json> AskServer(Context& context, const DeskCall& call) {
  const ApiClient client(context);
  const std::string path = "/api/v1/" + PathOf(call);
  if (call.what < What::kAcknowledge) return client.Get(path);
  return client.Send("POST", path, call.body);
}

const Json* MemberOf(const Json& object, std::string_view path) {
  const std::size_t dot = path.find('.');
  const Json* member = object.Find(path.substr(0, dot));
  if (member == nullptr || dot == path.npos) return member;
  return MemberOf(*member, path.substr(dot + 1));
}

Colour ColourOf(std::string_view text) {
  if (text == "critical" || text == "firing" || text == "open" || text == "dead") {
    return Colour::kRed;
  }
  if (text == "warning" || text == "pending" || text == "waiting") return Colour::kYellow;
  if (text == "resolved" || text == "delivered") return Colour::kGreen;
  return Colour::kPlain;
}

void WriteJson(JsonWriter& to, const Json& json) {
  if (const auto* items = std::get_if<Json::Array>(&json.storage())) {
    to.BeginArray();
    for (const Json& item : *items) WriteJson(to, item);
    to.EndArray();
  } else if (const auto* members = std::get_if<Json::Object>(&json.storage())) {
    to.BeginObject();
    for (const auto& [key, member] : *members) WriteJson(to.Key(key), member);
    to.EndObject();
  } else if (const auto* text = std::get_if<std::string>(&json.storage())) {
    to.Value(*text);
  } else if (const auto* truth = std::get_if<bool>(&json.storage())) {
    to.Value(*truth);
  } else if (const auto* real = std::get_if<double>(&json.storage())) {
    to.Value(*real);
  } else if (const auto* whole = std::get_if<std::int64_t>(&json.storage())) {
    to.Value(*whole);
  } else if (const auto* large = std::get_if<std::uint64_t>(&json.storage())) {
    to.Value(*large);
  } else {
    to.Null();
  }
}

// Lists and objects are shown as they are.
Cell CellOf(const Json* json) {
  if (json == nullptr || json->IsNull()) return Cell();
  if (const auto* text = std::get_if<std::string>(&json->storage())) {
    constexpr std::size_t kTimeSize = 27;  // as FormatTime writes it
    const auto time = ParseTime(*text);
    if (time.ok() && text->size() == kTimeSize) return Cell(*time);
    return Cell(*text, ColourOf(*text));
  }
  if (const auto* truth = std::get_if<bool>(&json->storage())) return Cell(*truth);
  if (const auto* number = std::get_if<std::int64_t>(&json->storage())) return Cell(*number);
  if (const auto* number = std::get_if<double>(&json->storage())) return Cell(*number);
  std::string text;
  JsonWriter writer(text);
  WriteJson(writer, *json);
  return Cell(RawJson{std::move(text)});
}

}  // namespace

Result<Json> AskDesk(Context& context, const DeskCall& call) {
  if (!context.settings.Text("server").empty()) return AskServer(context, call);
  const SettingValue& directory = context.settings.Value("data_dir");
  if (!context.files->Exists(directory.text)) {
    return Error(Code::kNotFound, "no data directory '" + directory.text + "'")
        .Why("data_dir comes from: " + directory.origin)
        .Help("name another with --data-dir, or ask a server: --server URL");
  }
  const DataPaths paths(directory.text);
  ASSIGN_OR_RETURN(const auto store, records::IncidentStore::Open(paths.incidents));
  control::IncidentDesk desk(*store, *context.clock);
  const auto log = MakeControlLog(context);
  desk.TellOf(*log, "cli");
  ASSIGN_OR_RETURN(const std::string answer, desk.Answer(call));
  return Json::Parse(answer);
}

Result<std::uint64_t> IdOf(const Args& args, std::size_t position, std::string_view name) {
  return ParseNumber(args.positional(position), 1, ~std::uint64_t{0} >> 1, name);
}

Result<std::string> AuthorOf(const Context& context, const Args& args) {
  ASSIGN_OR_RETURN(const records::Change change, ChangeOf(context, args, Reason::kOptional));
  return change.author;
}

void AddRow(Listing& listing, const Json& object) {
  std::vector<Cell> row;
  for (const FieldName& field : listing.fields) row.push_back(CellOf(MemberOf(object, field.name)));
  listing.Add(std::move(row));
}

void AddRows(Listing& listing, const Json& answer, std::string_view list) {
  const auto items = answer.GetArray(list);
  if (!items.ok()) return;
  for (const Json& item : **items) AddRow(listing, item);
}

Listing AlertListing() {
  return Listing("mooring.alerts/1", {{"id", "number"},
                                      {"state", "pending, firing or resolved"},
                                      {"severity", "warning or critical"},
                                      {"model", "model"},
                                      {"version", "of the model", false},
                                      {"verdict_kind", "what looked at it", false},
                                      {"kind", "of the cause"},
                                      {"subject", "feature, slice or measure"},
                                      {"what", "what is wrong"},
                                      {"since", "start of the first window that was not well"},
                                      {"statistic", "what value is", false},
                                      {"value", "of the statistic", false},
                                      {"threshold", "its bound", false},
                                      {"p_value", "corrected for looking at many", false},
                                      {"n", "rows behind it", false},
                                      {"sureness", "how sure it is", false},
                                      {"cost", "what it may cost", false},
                                      {"help", "the command that helps", false},
                                      {"rule", "when it fires and ends", false},
                                      {"fired", "when it was first told", false},
                                      {"resolved", "when it was over", false},
                                      {"times_fired", "how often", false},
                                      {"incident", "that it belongs to"}});
}

Listing IncidentListing() {
  return Listing("mooring.incidents/1", {{"id", "number"},
                                         {"state", "open or resolved"},
                                         {"severity", "the worst of its alerts"},
                                         {"model", "model"},
                                         {"verdict_kind", "what looked at it"},
                                         {"summary", "what is wrong"},
                                         {"owner.team", "whose model it is"},
                                         {"owner.person", "whose model it is", false},
                                         {"owner.escalation", "whom to call", false},
                                         {"opened", "when"},
                                         {"resolved", "when"},
                                         {"acknowledged_by", "who looks at it"},
                                         {"acknowledged", "since when", false},
                                         {"reopened", "how often", false}});
}

Listing SilenceListing() {
  return Listing("mooring.silences/1", {{"id", "number"},
                                        {"model", "pattern; empty: all"},
                                        {"kind", "pattern of causes; empty: all"},
                                        {"subject", "pattern; empty: all"},
                                        {"until", "when it ends"},
                                        {"author", "who made it"},
                                        {"reason", "why"},
                                        {"created", "when", false}});
}

Listing FactListing() {
  return Listing("mooring.timeline/1",
                 {{"at", "when"}, {"who", "who"}, {"what", "what happened"}, {"text", "more"}});
}

}  // namespace mooring::app::cli

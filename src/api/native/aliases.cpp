#include "api/native/aliases.h"

#include <algorithm>
#include <charconv>
#include <initializer_list>
#include <limits>

#include "api/http/target.h"
#include "api/native/models.h"
#include "base/limits.h"
#include "base/text/json.h"
#include "base/text/json_writer.h"
#include "records/catalogue/catalogue.h"
#include "records/registry/alias_history.h"

namespace mooring::api {
namespace {

using records::AliasChange;
using records::Catalogue;
using records::Change;
using records::Registry;

void WriteChange(JsonWriter& json, const AliasChange& change) {
  json.BeginObject().Member("model", change.model).Member("alias", change.alias);
  json.Member("from", change.from).Member("to", change.to).Member("at", FormatTime(change.at));
  json.Member("author", change.author).Member("reason", change.reason);
  json.Member("forced", change.forced).Member("revision", change.revision).EndObject();
}

std::string ChangeJson(const AliasChange& change) {
  std::string body;
  JsonWriter json(body);
  WriteChange(json, change);
  return body;
}

Status CheckKeys(const Json& body, std::initializer_list<std::string_view> known) {
  ASSIGN_OR_RETURN(const Json::Object* const members, body.AsObject());
  for (const auto& [key, value] : *members) {
    if (std::find(known.begin(), known.end(), key) != known.end()) continue;
    return Error(Code::kInvalidArgument, "unknown key '" + key.substr(0, limits::kNameBytes) + "'");
  }
  return Ok();
}

Result<std::optional<std::uint64_t>> IfMatch(std::string_view header) {
  if (header.empty()) return std::optional<std::uint64_t>();
  if (header.size() > 2 && header.front() == '"' && header.back() == '"') {
    header = header.substr(1, header.size() - 2);
  }
  std::uint64_t revision = 0;
  const auto [end, ec] = std::from_chars(header.data(), header.data() + header.size(), revision);
  if (ec == std::errc() && end == header.data() + header.size()) return std::optional(revision);
  return Error(Code::kInvalidArgument, "If-Match is not a revision");
}

Result<Change> ReadChange(const Call& call, const Json& body) {
  Change change;
  // Who is known does not say who they are.
  change.author = call.caller();
  if (change.author.empty() && body.Find("author") != nullptr) {
    ASSIGN_OR_RETURN(const std::string_view author, body.GetString("author"));
    change.author = author;
  }
  if (change.author.empty()) change.author = "api";
  change.address = call.request->peer;
  ASSIGN_OR_RETURN(const std::string_view reason, body.GetString("reason"));
  if (reason.empty() || reason.size() > limits::kReasonBytes ||
      change.author.size() > limits::kNameBytes) {
    return Error(Code::kInvalidArgument, "a reason has 1 to 1024 bytes and an author at most 128");
  }
  change.reason = reason;
  ASSIGN_OR_RETURN(change.if_revision, IfMatch(call.request->Header("If-Match")));
  if (body.Find("force") != nullptr) {
    ASSIGN_OR_RETURN(change.force, body.GetBool("force"));
  }
  if (body.Find("if_revision") != nullptr) {
    ASSIGN_OR_RETURN(const std::uint64_t revision, body.GetUint("if_revision"));
    if (change.if_revision.value_or(revision) != revision) {
      return Error(Code::kInvalidArgument, "If-Match and if_revision name different revisions");
    }
    change.if_revision = revision;
  }
  return change;
}

// With the pointers of MLflow's clients, where there is a catalogue.
Result<std::map<std::string, VersionNumber>> AliasesOf(const Call& call, Registry& registry,
                                                       std::string_view model) {
  Catalogue* const catalogue = call.api->use.catalogue;
  if (catalogue == nullptr) return registry.Aliases(model);
  auto aliases = catalogue->Aliases(model);
  // A model of the registry alone says so in the registry's words.
  return aliases.ok() ? std::move(aliases) : registry.Aliases(model);
}

// A model without a contract has only what clients point at; it goes back the same way.
Result<AliasChange> RollBack(const Call& call, Registry& registry, const Change& change) {
  const std::string_view model = call.parameters[0];
  Catalogue* const catalogue = call.api->use.catalogue;
  auto made = registry.Rollback(model, change);
  if (made.ok() || made.error().code() != Code::kNotFound || catalogue == nullptr) return made;
  auto pointed = catalogue->RollBackAlias(model, "champion", change);
  const bool absent = !pointed.ok() && pointed.error().code() == Code::kNotFound;
  return absent ? std::move(made) : std::move(pointed);
}

Result<std::string> AliasesJson(const Call& call) {
  const std::string_view model = call.parameters[0];
  RETURN_IF_ERROR(ValidateName("model", model));
  ASSIGN_OR_RETURN(Registry* const registry, RegistryOf(call));
  std::optional<Time> moment;
  if (const std::string text = QueryValue(call.request->query, "at"); !text.empty()) {
    ASSIGN_OR_RETURN(moment, ParseTime(text));
  }
  ASSIGN_OR_RETURN(const auto aliases, AliasesOf(call, *registry, model));
  ASSIGN_OR_RETURN(const auto history, registry->AliasHistory(model));
  ASSIGN_OR_RETURN(const records::DesiredState desired, registry->Desired());
  std::string body;
  JsonWriter json(body);
  json.BeginObject();
  for (const records::ModelRoute& route : desired.routes) {
    if (route.model == model) json.Member("revision", route.revision);
  }
  json.Key("aliases").BeginObject();
  for (const auto& [alias, version] : aliases) json.Member(alias, version);
  json.EndObject().Key("history").BeginArray();
  for (const AliasChange& change : history) WriteChange(json, change);
  json.EndArray();
  if (moment) {
    json.Key("at").BeginObject();
    for (const auto& [alias, change] : records::AliasesAt(history, *moment)) {
      json.Key(alias);
      WriteChange(json, change);
    }
    json.EndObject();
  }
  json.EndObject();
  return body;
}

Result<std::string> SetAliasJson(const Call& call) {
  RETURN_IF_ERROR(ValidateName("model", call.parameters[0]));
  RETURN_IF_ERROR(ValidateName("alias", call.parameters[1]));
  ASSIGN_OR_RETURN(Registry* const registry, RegistryOf(call));
  ASSIGN_OR_RETURN(const Json body, Json::Parse(call.request->body, {.name = "body"}));
  RETURN_IF_ERROR(CheckKeys(body, {"version", "reason", "author", "if_revision", "force"}));
  ASSIGN_OR_RETURN(const std::uint64_t version, body.GetUint("version"));
  if (version > std::numeric_limits<VersionNumber>::max()) {
    return Error(Code::kNotFound, "there is no version " + std::to_string(version));
  }
  ASSIGN_OR_RETURN(const Change change, ReadChange(call, body));
  ASSIGN_OR_RETURN(const AliasChange made,
                   registry->SetAlias(call.parameters[0], call.parameters[1],
                                      static_cast<VersionNumber>(version), change));
  return ChangeJson(made);
}

Result<std::string> RollbackJson(const Call& call) {
  RETURN_IF_ERROR(ValidateName("model", call.parameters[0]));
  ASSIGN_OR_RETURN(Registry* const registry, RegistryOf(call));
  ASSIGN_OR_RETURN(const Json body, Json::Parse(call.request->body, {.name = "body"}));
  RETURN_IF_ERROR(CheckKeys(body, {"reason", "author", "if_revision"}));
  ASSIGN_OR_RETURN(const Change change, ReadChange(call, body));
  ASSIGN_OR_RETURN(const AliasChange made, RollBack(call, *registry, change));
  return ChangeJson(made);
}

}  // namespace

void ListAliases(const Call& call) { AnswerFromRegistry(call, AliasesJson); }
void SetAlias(const Call& call) { AnswerFromRegistry(call, SetAliasJson); }
void Rollback(const Call& call) { AnswerFromRegistry(call, RollbackJson); }

}  // namespace mooring::api

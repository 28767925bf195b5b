#include "app/cli/store/server_registry.h"

#include "base/text/json_writer.h"

namespace mooring::app::cli {
namespace {

using records::AliasChange;
using records::Change;
using records::ModelRecord;
using records::VersionRecord;

std::string TextAt(const Json& json, std::string_view key) {
  const auto text = json.GetString(key);
  return text.ok() ? std::string(*text) : "";
}

VersionNumber VersionAt(const Json& json, std::string_view key) {
  const auto number = json.GetUint(key);
  return number.ok() ? static_cast<VersionNumber>(*number) : 0;
}

std::uint64_t NumberAt(const Json& json, std::string_view key) {
  const auto number = json.GetUint(key);
  return number.ok() ? *number : 0;
}

Time TimeAt(const Json& json, std::string_view key) {
  const auto time = ParseTime(TextAt(json, key));
  return time.ok() ? *time : Time();
}

void WriteJson(JsonWriter& out, const Json& json);

void WriteMembers(JsonWriter& out, const Json::Object& members) {
  out.BeginObject();
  for (const auto& [key, value] : members) {
    out.Key(key);
    WriteJson(out, value);
  }
  out.EndObject();
}

void WriteJson(JsonWriter& out, const Json& json) {
  if (const auto* members = std::get_if<Json::Object>(&json.storage())) {
    return WriteMembers(out, *members);
  }
  if (const auto* items = std::get_if<Json::Array>(&json.storage())) {
    out.BeginArray();
    for (const Json& item : *items) WriteJson(out, item);
    out.EndArray();
    return;
  }
  std::visit(
      [&out](const auto& value) {
        using T = std::decay_t<decltype(value)>;
        if constexpr (std::is_same_v<T, std::nullptr_t>) {
          out.Null();
        } else if constexpr (!std::is_same_v<T, Json::Array> && !std::is_same_v<T, Json::Object>) {
          out.Value(value);
        }
      },
      json.storage());
}

std::string JsonAt(const Json& json, std::string_view key) {
  const Json* found = json.Find(key);
  if (found == nullptr || found->IsNull()) return "";
  std::string text;
  JsonWriter out(text);
  WriteJson(out, *found);
  return text;
}

ModelRecord ModelOf(const Json& json) {
  ModelRecord model;
  model.name = TextAt(json, "name");
  model.purpose = TextAt(json, "purpose");
  if (const Json* owner = json.Find("owner")) {
    model.owner_team = TextAt(*owner, "team");
    model.owner_person = TextAt(*owner, "person");
  }
  model.created = TimeAt(json, "created");
  model.contract_hash = TextAt(json, "contract");
  return model;
}

VersionRecord VersionOf(const Json& json) {
  VersionRecord version;
  version.model = TextAt(json, "model");
  version.number = VersionAt(json, "version");
  version.format = TextAt(json, "format");
  const std::string state = TextAt(json, "state");
  version.state = state == "refused"    ? VersionRecord::State::kRefused
                  : state == "archived" ? VersionRecord::State::kArchived
                                        : VersionRecord::State::kCandidate;
  version.state_reason = TextAt(json, "state_reason");
  version.created = TimeAt(json, "created");
  version.author = TextAt(json, "author");
  version.source = TextAt(json, "source");
  version.training_data = TextAt(json, "training_data");
  version.artifact_blob = TextAt(json, "artifact");
  version.artifact_name = TextAt(json, "artifact_name");
  version.contract_hash = TextAt(json, "contract");
  version.signature_json = JsonAt(json, "signature");
  version.metrics_json = JsonAt(json, "metrics");
  version.validation_json = JsonAt(json, "validation");
  return version;
}

AliasChange ChangeOf(const Json& json) {
  AliasChange change;
  change.model = TextAt(json, "model");
  change.alias = TextAt(json, "alias");
  change.from = VersionAt(json, "from");
  change.to = VersionAt(json, "to");
  change.at = TimeAt(json, "at");
  change.author = TextAt(json, "author");
  change.reason = TextAt(json, "reason");
  change.revision = NumberAt(json, "revision");
  const auto forced = json.GetBool("forced");
  change.forced = forced.ok() && *forced;
  return change;
}

std::string ChangeBody(const Change& change, std::optional<VersionNumber> version) {
  std::string body;
  JsonWriter json(body);
  json.BeginObject();
  if (version) json.Member("version", *version);
  if (version && change.force) json.Member("force", true);
  json.Member("reason", change.reason.empty() ? std::string("not given") : change.reason);
  json.Member("author", change.author);
  if (change.if_revision) json.Member("if_revision", *change.if_revision);
  json.EndObject();
  return body;
}

class ServerRegistry final : public records::Registry {
 public:
  explicit ServerRegistry(ApiClient client) : client_(std::move(client)) {}

  Result<std::vector<ModelRecord>> Models() override {
    ASSIGN_OR_RETURN(const Json answer, client_.Get("/api/v1/models"));
    ASSIGN_OR_RETURN(const Json::Array* items, answer.GetArray("models"));
    std::vector<ModelRecord> models;
    for (const Json& item : *items) models.push_back(ModelOf(item));
    return models;
  }
  Result<ModelRecord> Model(std::string_view name) override {
    ASSIGN_OR_RETURN(const Json answer, client_.Get(PathOf(name, "")));
    return ModelOf(answer);
  }
  Result<std::vector<VersionRecord>> Versions(std::string_view model) override {
    ASSIGN_OR_RETURN(const Json answer, client_.Get(PathOf(model, "/versions")));
    ASSIGN_OR_RETURN(const Json::Array* items, answer.GetArray("versions"));
    std::vector<VersionRecord> versions;
    for (const Json& item : *items) versions.push_back(VersionOf(item));
    return versions;
  }
  Result<VersionRecord> Version(std::string_view model, VersionNumber number) override {
    ASSIGN_OR_RETURN(const Json answer,
                     client_.Get(PathOf(model, "/versions/" + std::to_string(number))));
    return VersionOf(answer);
  }
  Result<AliasChange> SetAlias(std::string_view model, std::string_view alias, VersionNumber to,
                               const Change& change) override {
    ASSIGN_OR_RETURN(
        const Json answer,
        client_.Send("PUT", PathOf(model, "/aliases/" + PathPart(alias)), ChangeBody(change, to)));
    return ChangeOf(answer);
  }
  Result<AliasChange> Rollback(std::string_view model, const Change& change) override {
    ASSIGN_OR_RETURN(const Json answer, client_.Send("POST", PathOf(model, "/rollback"),
                                                     ChangeBody(change, std::nullopt)));
    return ChangeOf(answer);
  }
  Result<std::map<std::string, VersionNumber>> Aliases(std::string_view model) override {
    ASSIGN_OR_RETURN(const Json answer, client_.Get(PathOf(model, "/aliases")));
    ASSIGN_OR_RETURN(const Json::Object* members, answer.GetObject("aliases"));
    std::map<std::string, VersionNumber> aliases;
    for (const auto& [alias, value] : *members) {
      ASSIGN_OR_RETURN(const std::uint64_t number, value.AsUint());
      aliases[alias] = static_cast<VersionNumber>(number);
    }
    return aliases;
  }
  Result<std::vector<AliasChange>> AliasHistory(std::string_view model) override {
    ASSIGN_OR_RETURN(const Json answer, client_.Get(PathOf(model, "/aliases")));
    ASSIGN_OR_RETURN(const Json::Array* items, answer.GetArray("history"));
    std::vector<AliasChange> changes;
    for (const Json& item : *items) changes.push_back(ChangeOf(item));
    return changes;
  }
  Result<records::DesiredState> Desired() override {
    ASSIGN_OR_RETURN(const Json answer, client_.Get("/api/v1/desired"));
    ASSIGN_OR_RETURN(const Json::Array* items, answer.GetArray("routes"));
    records::DesiredState desired;
    desired.revision = NumberAt(answer, "revision");
    for (const Json& item : *items) {
      desired.routes.push_back({TextAt(item, "model"), VersionAt(item, "champion"),
                                VersionAt(item, "previous"), TextAt(item, "contract"),
                                NumberAt(item, "revision")});
    }
    return desired;
  }
  Result<std::vector<records::StoredVerdict>> Verdicts(
      std::string_view model, const records::VerdictFilter& filter) override {
    std::string asked = "/verdicts?limit=" + std::to_string(filter.limit);
    if (!filter.kind.empty()) asked += "&kind=" + std::string(filter.kind);
    if (filter.version != 0) asked += "&version=" + std::to_string(filter.version);
    ASSIGN_OR_RETURN(const Json answer, client_.Get(PathOf(model, asked)));
    ASSIGN_OR_RETURN(const Json::Array* items, answer.GetArray("verdicts"));
    std::vector<records::StoredVerdict> verdicts;
    for (const Json& item : *items) {
      verdicts.push_back(VerdictOfAnswer(item));
    }
    return verdicts;
  }

  // What the API does not offer.
  Result<ModelRecord> ApplyContract(std::string_view, const Change&) override { return NotHere(); }
  Result<std::string> ContractText(std::string_view) override { return NotHere(); }
  Result<VersionRecord> RegisterVersion(std::string_view, const records::NewVersion&,
                                        const Change&) override {
    return NotHere();
  }
  Status SetVersionState(std::string_view, VersionNumber, VersionRecord::State,
                         const Change&) override {
    return NotHere();
  }
  Result<VersionNumber> ChampionAt(std::string_view, Time) override { return NotHere(); }
  void OnDesiredChange(std::function<void()>) override {}
  bool PollExternalChange() override { return false; }
  Status StoreVerdicts(std::span<const records::StoredVerdict>) override { return NotHere(); }
  Result<std::vector<records::StoredVerdict>> VerdictsAfter(std::uint64_t, std::size_t) override {
    return NotHere();
  }

 private:
  static std::string PathOf(std::string_view model, const std::string& rest) {
    return "/api/v1/models/" + PathPart(model) + rest;
  }
  Error NotHere() const {
    return Error(Code::kUnsupported, "this does not work through a server")
        .Why("server: " + client_.url())
        .Help("run it where the data directory is, with --data-dir");
  }
  const ApiClient client_;
};

}  // namespace

records::StoredVerdict VerdictOfAnswer(const Json& json) {
  return {TextAt(json, "model"),     VersionAt(json, "version"), TimeAt(json, "start"),
          TimeAt(json, "end"),       NumberAt(json, "rows"),     TextAt(json, "verdict"),
          JsonAt(json, "evidence"),  TextAt(json, "kind"),       JsonAt(json, "findings"),
          NumberAt(json, "sequence")};
}

std::unique_ptr<records::Registry> MakeServerRegistry(ApiClient client) {
  return std::make_unique<ServerRegistry>(std::move(client));
}

}  // namespace mooring::app::cli

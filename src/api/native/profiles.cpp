#include "api/native/profiles.h"

#include "api/decision/begin.h"
#include "api/http/target.h"
#include "api/native/models.h"
#include "base/text/json_writer.h"
#include "data/stats/profile.h"
#include "monitoring/references.h"
#include "monitoring/sent_profile.h"

namespace mooring::api {
namespace {

// "", or "champion": the version that answers by default.
Result<VersionNumber> VersionNamed(records::Registry& registry, std::string_view model,
                                   std::string_view text) {
  if (!text.empty() && text != "champion") return ParseVersion(model, text);
  ASSIGN_OR_RETURN(const auto aliases, registry.Aliases(model));
  const auto champion = aliases.find("champion");
  if (champion != aliases.end()) return champion->second;
  return Error(Code::kNotFound, "model '" + std::string(model) + "' has no champion")
      .Help("name a version");
}

Error NoReference(std::string_view model, VersionNumber version) {
  return Error(Code::kFailedPrecondition, "version " + std::to_string(version) + " of '" +
                                              std::string(model) + "' has no reference profile")
      .Why("it was registered without training data");
}

Result<std::shared_ptr<const monitoring::Reference>> ReferenceOf(const Call& call,
                                                                 records::Registry& registry,
                                                                 std::string_view model,
                                                                 VersionNumber version) {
  const auto& read_blob = call.api->use.read_blob;
  if (!read_blob)
    return Error(Code::kUnavailable, "this server runs without a store of references");
  ASSIGN_OR_RETURN(const records::ModelRecord record, registry.Model(model));
  records::Binding binding;
  binding.model = record.name;
  binding.version = version;
  binding.contract_hash = record.contract_hash;
  ASSIGN_OR_RETURN(auto reference, monitoring::References(registry, read_blob).For(binding));
  if (reference->profile == nullptr) return NoReference(model, version);
  return reference;
}

Result<std::string> ReferenceJson(const Call& call) {
  const std::string_view model = call.parameters[0];
  RETURN_IF_ERROR(ValidateName("model", model));
  ASSIGN_OR_RETURN(records::Registry* const registry, RegistryOf(call));
  ASSIGN_OR_RETURN(const VersionNumber version, VersionNamed(*registry, model, call.parameters[1]));
  ASSIGN_OR_RETURN(const auto reference, ReferenceOf(call, *registry, model, version));
  return reference->profile->ToJson();
}

Result<Time> TimeAt(const Call& call, std::string_view name) {
  const std::string text = QueryValue(call.request->query, name);
  if (!text.empty()) return ParseTime(text);
  return Error(Code::kInvalidArgument, "missing parameter '" + std::string(name) + "'")
      .Help("?from=2026-01-31T00:00:00Z&to=2026-02-01T00:00:00Z: when the rows were decided");
}

std::string VerdictJson(const monitoring::WindowReport& report) {
  std::string body;
  JsonWriter json(body);
  json.BeginObject().Member("model", report.model).Member("version", report.version);
  json.Member("kind", monitoring::kDriftVerdict).Member("start", FormatTime(report.start));
  json.Member("end", FormatTime(report.end)).Member("rows", report.rows);
  json.Member("verdict", monitoring::VerdictName(report.verdict));
  json.Key("evidence").Raw(monitoring::EvidenceJson(report));
  json.Key("findings").Raw(monitoring::FindingsJson(report.findings)).EndObject();
  return body;
}

Result<std::string> JudgedJson(const Call& call) {
  const std::string_view model = call.parameters[0];
  RETURN_IF_ERROR(ValidateName("model", model));
  ASSIGN_OR_RETURN(records::Registry* const registry, RegistryOf(call));
  monitoring::SentWindow window;
  window.model = model;
  ASSIGN_OR_RETURN(window.version,
                   VersionNamed(*registry, model, QueryValue(call.request->query, "version")));
  ASSIGN_OR_RETURN(window.start, TimeAt(call, "from"));
  ASSIGN_OR_RETURN(window.end, TimeAt(call, "to"));
  ASSIGN_OR_RETURN(const auto reference, ReferenceOf(call, *registry, model, window.version));
  const auto sent = data::BatchProfile::FromJson(call.request->body);
  if (!sent.ok()) {  // damage of what was sent is the sender's
    return Error(Code::kInvalidArgument, "the body is not a profile")
        .Why(sent.error().ToString())
        .Help("docs/formats/profile.md, or: mooring profile make");
  }
  ASSIGN_OR_RETURN(const monitoring::WindowReport report,
                   monitoring::JudgeSent(*reference->profile, *sent, reference->rule, window,
                                         call.api->use.clock->Now()));
  const records::StoredVerdict stored = monitoring::ToStored(report);
  RETURN_IF_ERROR(registry->StoreVerdicts({&stored, 1}));
  return VerdictJson(report);
}

}  // namespace

void ShowReference(const Call& call) { AnswerFromRegistry(call, ReferenceJson); }
void SendProfile(const Call& call) { AnswerFromRegistry(call, JudgedJson); }

}  // namespace mooring::api

#include "api/native/verdicts.h"

#include <charconv>

#include "api/http/target.h"
#include "api/native/models.h"
#include "base/text/json.h"
#include "base/text/json_writer.h"

namespace mooring::api {
namespace {

void WriteStored(JsonWriter& json, const std::string& text) {
  Json::Parse(text).ok() ? json.Raw(text) : json.Null();
}

// 0: of any version.
Result<VersionNumber> VersionOf(const Call& call) {
  const std::string text = QueryValue(call.request->query, "version");
  VersionNumber version = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), version);
  if (text.empty() || (ec == std::errc() && end == text.data() + text.size())) return version;
  return Error(Code::kInvalidArgument, "version is not a number");
}

Result<std::string> VerdictsJson(const Call& call) {
  const std::string_view model = call.parameters[0];
  RETURN_IF_ERROR(ValidateName("model", model));
  ASSIGN_OR_RETURN(const std::size_t limit, LimitOf(call, 100, 1000));
  ASSIGN_OR_RETURN(records::Registry* const registry, RegistryOf(call));
  const std::string kind = QueryValue(call.request->query, "kind");
  ASSIGN_OR_RETURN(const VersionNumber version, VersionOf(call));
  ASSIGN_OR_RETURN(const auto verdicts,
                   registry->Verdicts(model, {.limit = limit, .kind = kind, .version = version}));
  std::string body;
  JsonWriter json(body);
  json.BeginObject().Key("verdicts").BeginArray();
  for (const records::StoredVerdict& verdict : verdicts) {
    json.BeginObject().Member("model", verdict.model).Member("version", verdict.version);
    json.Member("kind", verdict.kind).Member("sequence", verdict.sequence);
    json.Member("start", FormatTime(verdict.window_start))
        .Member("end", FormatTime(verdict.window_end));
    json.Member("rows", verdict.rows).Member("verdict", verdict.verdict).Key("evidence");
    WriteStored(json, verdict.evidence_json);
    WriteStored(json.Key("findings"), verdict.findings_json);
    json.EndObject();
  }
  json.EndArray().EndObject();
  return body;
}

}  // namespace

Result<std::size_t> LimitOf(const Call& call, std::size_t usual, std::size_t most) {
  const std::string text = QueryValue(call.request->query, "limit");
  if (text.empty()) return usual;
  std::size_t limit = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), limit);
  if (ec == std::errc() && end == text.data() + text.size() && limit >= 1 && limit <= most)
    return limit;
  return Error(Code::kInvalidArgument, "limit is not a number from 1 to " + std::to_string(most));
}

void ListVerdicts(const Call& call) { AnswerFromRegistry(call, VerdictsJson); }

}  // namespace mooring::api

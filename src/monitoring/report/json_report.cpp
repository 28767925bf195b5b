#include "monitoring/report/json_report.h"

#include "base/text/json.h"
#include "base/text/json_writer.h"
#include "monitoring/finding.h"

namespace mooring::monitoring {
namespace {

void WriteStored(JsonWriter& json, std::string_view key, const std::string& text) {
  json.Key(key);
  Json::Parse(text).ok() ? json.Raw(text) : json.Null();
}

void WriteMoment(JsonWriter& json, std::string_view key, Time time) {
  json.Key(key);
  time == Time{} ? json.Null() : json.Value(FormatTime(time));
}

void WriteKind(JsonWriter& json, std::string_view kind,
               std::span<const records::StoredVerdict> verdicts) {
  json.Key(kind).BeginArray();
  for (const records::StoredVerdict& verdict : verdicts) {
    if (verdict.kind != kind) continue;
    json.BeginObject();
    WriteMoment(json, "start", verdict.window_start);
    WriteMoment(json, "end", verdict.window_end);
    json.Member("rows", verdict.rows).Member("verdict", verdict.verdict);
    WriteStored(json, "evidence", verdict.evidence_json);
    WriteStored(json, "findings", verdict.findings_json);
    json.EndObject();
  }
  json.EndArray();
}

}  // namespace

std::string JsonReport(std::string_view model, VersionNumber version,
                       std::span<const records::StoredVerdict> verdicts,
                       std::string_view run_verdict) {
  std::string text;
  JsonWriter json(text);
  json.BeginObject().Member("schema", "mooring.report/1").Key("model");
  model.empty() ? json.Null() : json.Value(model);
  json.Key("version");
  version == 0 ? json.Null() : json.Value(version);
  if (!run_verdict.empty()) json.Member("verdict", run_verdict);
  WriteKind(json, kDriftVerdict, verdicts);
  WriteKind(json, kQualityVerdict, verdicts);
  json.EndObject();
  return text;
}

}  // namespace mooring::monitoring

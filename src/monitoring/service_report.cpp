// How a ServiceReport is stored and read back (tested beside service_level.cpp).
#include <array>
#include <cmath>
#include <utility>

#include "base/text/json.h"
#include "base/text/json_writer.h"
#include "monitoring/json_figures.h"
#include "monitoring/service_level.h"

namespace mooring::monitoring {
namespace {

constexpr std::array<Figure<ServiceReport>, 7> kFigures = {{
    {"p50_ms", &ServiceReport::p50_ms},
    {"p95_ms", &ServiceReport::p95_ms},
    {"p99_ms", &ServiceReport::p99_ms},
    {"availability", &ServiceReport::availability},
    {"budget_left", &ServiceReport::budget_left},
    {"latency_target_ms", &ServiceReport::latency_target_ms},
    {"availability_target", &ServiceReport::availability_target},
}};

constexpr std::array<std::pair<std::string_view, std::uint64_t ServiceReport::*>, 3> kCounts = {{
    {"valid", &ServiceReport::valid},
    {"failed", &ServiceReport::failed},
    {"slow", &ServiceReport::slow},
}};

void WriteRate(JsonWriter& json, const BurnRate& rate) {
  json.BeginObject().Member("promise", rate.promise);
  json.Member("long_minutes", static_cast<std::uint64_t>(rate.long_window.count()));
  json.Member("short_minutes", static_cast<std::uint64_t>(rate.short_window.count()));
  json.Member("bound", rate.bound).Member("long_rate", rate.long_rate);
  json.Member("short_rate", rate.short_rate).Member("level", LevelName(rate.level)).EndObject();
}

Result<BurnRate> ReadRate(const Json& row) {
  BurnRate rate;
  ASSIGN_OR_RETURN(const std::string_view promise, row.GetString("promise"));
  rate.promise = promise;
  ASSIGN_OR_RETURN(const std::uint64_t longer, row.GetUint("long_minutes"));
  ASSIGN_OR_RETURN(const std::uint64_t shorter, row.GetUint("short_minutes"));
  constexpr std::uint64_t kYear = 366 * 24 * 60;
  if (longer > kYear || shorter > kYear) {
    return Error(Code::kDataLoss, "a window of more than a year");
  }
  rate.long_window = std::chrono::minutes(longer);
  rate.short_window = std::chrono::minutes(shorter);
  ASSIGN_OR_RETURN(rate.bound, row.GetDouble("bound"));
  ASSIGN_OR_RETURN(rate.long_rate, row.GetDouble("long_rate"));
  ASSIGN_OR_RETURN(rate.short_rate, row.GetDouble("short_rate"));
  RETURN_IF_ERROR(ReadLevel(row, rate.level));
  return rate;
}

Status ReadEvidence(const Json& evidence, ServiceReport& report) {
  for (const auto& [key, member] : kCounts) {
    ASSIGN_OR_RETURN(report.*member, evidence.GetUint(key));
  }
  RETURN_IF_ERROR(ReadFigures(evidence, report, kFigures));
  ASSIGN_OR_RETURN(const Json::Array* rates, evidence.GetArray("burn_rates"));
  for (const Json& row : *rates) {
    ASSIGN_OR_RETURN(BurnRate rate, ReadRate(row));
    report.burn_rates.push_back(std::move(rate));
  }
  return Ok();
}

}  // namespace

std::string EvidenceJson(const ServiceReport& report) {
  std::string text;
  JsonWriter json(text);
  json.BeginObject();
  for (const auto& [key, member] : kCounts) json.Member(key, report.*member);
  WriteFigures(json, report, kFigures);
  json.Key("burn_rates").BeginArray();
  for (const BurnRate& rate : report.burn_rates) WriteRate(json, rate);
  json.EndArray().EndObject();
  return text;
}

records::StoredVerdict ToStored(const ServiceReport& report) {
  records::StoredVerdict stored;
  stored.model = report.model;
  stored.version = report.version;
  stored.window_start = report.at - std::chrono::hours(1);
  stored.window_end = report.at;
  stored.rows = report.valid;
  stored.verdict = "ok";
  for (const Finding& finding : report.findings) {
    if (finding.level == Level::kAlert) stored.verdict = "broken";
    if (finding.level == Level::kWarn && stored.verdict == "ok") stored.verdict = "at_risk";
  }
  stored.evidence_json = EvidenceJson(report);
  stored.kind = kServiceVerdict;
  stored.findings_json = FindingsJson(report.findings);
  return stored;
}

Result<ServiceReport> ServiceFromStored(const records::StoredVerdict& stored) {
  ServiceReport report;
  report.model = stored.model;
  report.version = stored.version;
  report.at = stored.window_end;
  ASSIGN_OR_RETURN(report.findings, ParseFindings(stored.findings_json));
  const auto evidence = Json::Parse(stored.evidence_json, {.name = "evidence"});
  Status read = evidence.ok() ? ReadEvidence(*evidence, report) : Status(evidence.error());
  if (read.ok()) return report;
  return Error(Code::kDataLoss, "the stored verdict's evidence is damaged")
      .Why(read.error().ToString());
}

}  // namespace mooring::monitoring

#include "monitoring/window_report.h"

#include <array>
#include <limits>
#include <utility>

#include "base/text/json.h"
#include "base/text/json_writer.h"

namespace mooring::monitoring {
namespace {

constexpr std::array<std::string_view, 3> kVerdicts = {"ok", "drift", "not_enough_data"};

// The figures of a feature under the names they have in JSON, in metrics and in tables.
constexpr std::array<std::pair<std::string_view, double FeatureDrift::*>, 8> kFigures = {{
    {"psi", &FeatureDrift::psi},
    {"psi_adjusted", &FeatureDrift::psi_adjusted},
    {"js", &FeatureDrift::js},
    {"ks", &FeatureDrift::ks},
    {"wasserstein", &FeatureDrift::wasserstein},
    {"missing_share", &FeatureDrift::missing_share},
    {"unseen_share", &FeatureDrift::unseen_share},
    {"out_of_range_share", &FeatureDrift::out_of_range_share},
}};

Result<FeatureDrift> ReadFeature(const Json& row) {
  FeatureDrift feature;
  ASSIGN_OR_RETURN(const std::string_view name, row.GetString("feature"));
  feature.feature = name;
  ASSIGN_OR_RETURN(feature.reference_rows, row.GetUint("reference_rows"));
  ASSIGN_OR_RETURN(feature.rows, row.GetUint("rows"));
  ASSIGN_OR_RETURN(feature.drifted, row.GetBool("drifted"));
  for (const auto& [key, member] : kFigures) {
    ASSIGN_OR_RETURN(const Json* figure, row.Get(key));
    if (figure->IsNull()) {
      feature.*member = std::numeric_limits<double>::quiet_NaN();
    } else {
      ASSIGN_OR_RETURN(feature.*member, figure->AsDouble());
    }
  }
  return feature;
}

Status ReadEvidence(const Json& evidence, WindowReport& report) {
  ASSIGN_OR_RETURN(const std::string_view reason, evidence.GetString("reason"));
  report.reason = reason;
  ASSIGN_OR_RETURN(report.drifted_share, evidence.GetDouble("drifted_share"));
  ASSIGN_OR_RETURN(const Json::Array* features, evidence.GetArray("features"));
  for (const Json& row : *features) {
    ASSIGN_OR_RETURN(FeatureDrift feature, ReadFeature(row));
    report.features.push_back(std::move(feature));
  }
  return Ok();
}

}  // namespace

std::string_view VerdictName(WindowVerdict verdict) {
  return kVerdicts[static_cast<std::size_t>(verdict)];
}

std::string EvidenceJson(const WindowReport& report) {
  std::string text;
  JsonWriter json(text);
  json.BeginObject().Member("reason", report.reason);
  json.Member("drifted_share", report.drifted_share).Key("features").BeginArray();
  for (const FeatureDrift& feature : report.features) {
    json.BeginObject().Member("feature", feature.feature);
    json.Member("reference_rows", feature.reference_rows).Member("rows", feature.rows);
    for (const auto& [key, member] : kFigures) json.Member(key, feature.*member);
    json.Member("drifted", feature.drifted).EndObject();
  }
  json.EndArray().EndObject();
  return text;
}

records::StoredVerdict ToStored(const WindowReport& report) {
  records::StoredVerdict stored;
  stored.model = report.model;
  stored.version = report.version;
  stored.window_start = report.start;
  stored.window_end = report.end;
  stored.rows = report.rows;
  stored.verdict = VerdictName(report.verdict);
  stored.evidence_json = EvidenceJson(report);
  return stored;
}

Result<WindowReport> FromStored(const records::StoredVerdict& stored) {
  WindowReport report;
  report.model = stored.model;
  report.version = stored.version;
  report.start = stored.window_start;
  report.end = stored.window_end;
  report.rows = stored.rows;
  std::size_t verdict = 0;
  while (verdict < kVerdicts.size() && kVerdicts[verdict] != stored.verdict) ++verdict;
  if (verdict == kVerdicts.size()) {
    return Error(Code::kDataLoss, "unknown window verdict '" + stored.verdict + "'");
  }
  report.verdict = static_cast<WindowVerdict>(verdict);
  const auto evidence = Json::Parse(stored.evidence_json, {.name = "evidence"});
  Status read = evidence.ok() ? ReadEvidence(*evidence, report) : Status(evidence.error());
  if (read.ok()) return report;
  return Error(Code::kDataLoss, "the stored verdict's evidence is damaged")
      .Why(read.error().ToString());
}

}  // namespace mooring::monitoring

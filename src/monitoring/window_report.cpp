#include "monitoring/window_report.h"

#include <array>
#include <limits>
#include <utility>

#include "base/text/json.h"
#include "base/text/json_writer.h"
#include "monitoring/json_figures.h"

namespace mooring::monitoring {
namespace {

constexpr std::array<std::string_view, 3> kVerdicts = {"ok", "drift", "not_enough_data"};

constexpr std::array<std::string_view, 3> kPolicies = {"corrected", "psi", "p_value"};

// The figures of each part under the names they have in JSON, in metrics and in tables.
constexpr std::array<Figure<FeatureDrift>, 14> kOfFeature = {{
    {"psi", &FeatureDrift::psi},
    {"psi_adjusted", &FeatureDrift::psi_adjusted},
    {"js", &FeatureDrift::js},
    {"ks", &FeatureDrift::ks},
    {"wasserstein", &FeatureDrift::wasserstein},
    {"mean", &FeatureDrift::mean},
    {"reference_mean", &FeatureDrift::reference_mean},
    {"missing_share", &FeatureDrift::missing_share},
    {"unseen_share", &FeatureDrift::unseen_share},
    {"out_of_range_share", &FeatureDrift::out_of_range_share},
    {"reference_missing_share", &FeatureDrift::reference_missing_share},
    {"effective_rows", &FeatureDrift::effective_rows},
    {"p_value", &FeatureDrift::p_value},
    {"q_value", &FeatureDrift::q_value},
}};

constexpr std::array<Figure<SliceDrift>, 4> kOfSlice = {{
    {"share", &SliceDrift::share},
    {"reference_share", &SliceDrift::reference_share},
    {"psi_adjusted", &SliceDrift::psi_adjusted},
    {"q_value", &SliceDrift::q_value},
}};

constexpr std::array<Figure<PairChange>, 3> kOfPair = {{
    {"reference", &PairChange::reference},
    {"current", &PairChange::current},
    {"q_value", &PairChange::q_value},
}};

constexpr std::array<Figure<MultivariateDrift>, 4> kOfAll = {{
    {"value", &MultivariateDrift::value},
    {"reference", &MultivariateDrift::reference},
    {"threshold", &MultivariateDrift::threshold},
    {"p_value", &MultivariateDrift::p_value},
}};

constexpr std::array<Figure<RefusedRequests>, 1> kOfRefused = {{
    {"usual_share", &RefusedRequests::usual_share},
}};

constexpr std::array<Figure<WindowReport>, 3> kOfWindow = {{
    {"drifted_share", &WindowReport::drifted_share},
    {"psi_share", &WindowReport::psi_share},
    {"p_share", &WindowReport::p_share},
}};

template <std::size_t N>
Result<std::size_t> PlaceIn(const std::array<std::string_view, N>& names, std::string_view name) {
  for (std::size_t i = 0; i < N; ++i) {
    if (names[i] == name) return i;
  }
  return Error(Code::kDataLoss, "unknown word '" + std::string(name) + "'");
}

void WriteFeature(JsonWriter& json, const FeatureDrift& feature) {
  json.BeginObject().Member("feature", feature.feature);
  json.Member("reference_rows", feature.reference_rows).Member("rows", feature.rows);
  WriteFigures(json, feature, kOfFeature);
  json.Member("test", feature.test).Member("drifted", feature.drifted);
  json.Member("psi_drifted", feature.psi_drifted).Member("p_drifted", feature.p_drifted);
  json.Member("level", LevelName(feature.level)).Key("bars").BeginArray();
  for (const Bar& bar : feature.bars) {
    json.BeginArray().Value(bar.label).Value(bar.reference).Value(bar.current).EndArray();
  }
  json.EndArray().EndObject();
}

Result<Bar> ReadBar(const Json& row) {
  const auto* parts = std::get_if<Json::Array>(&row.storage());
  if (parts == nullptr || parts->size() != 3) return Error(Code::kDataLoss, "a bar has 3 parts");
  Bar bar;
  ASSIGN_OR_RETURN(const std::string_view label, (*parts)[0].AsString());
  bar.label = label;
  ASSIGN_OR_RETURN(bar.reference, (*parts)[1].AsUint());
  ASSIGN_OR_RETURN(bar.current, (*parts)[2].AsUint());
  return bar;
}

Status ReadBars(const Json& row, std::string_view key, std::vector<Bar>& bars) {
  ASSIGN_OR_RETURN(const Json::Array* list, row.GetArray(key));
  for (const Json& one : *list) {
    ASSIGN_OR_RETURN(Bar bar, ReadBar(one));
    bars.push_back(std::move(bar));
  }
  return Ok();
}

// What the first program wrote must be there; what came later may be absent.
Result<FeatureDrift> ReadFeature(const Json& row) {
  FeatureDrift feature;
  RETURN_IF_ERROR(ReadText(row, "feature", feature.feature));
  ASSIGN_OR_RETURN(feature.reference_rows, row.GetUint("reference_rows"));
  ASSIGN_OR_RETURN(feature.rows, row.GetUint("rows"));
  RETURN_IF_ERROR(ReadFigures(row, feature, kOfFeature));
  RETURN_IF_ERROR(ReadBool(row, "drifted", feature.drifted));
  RETURN_IF_ERROR(IfThere(row, "test", ReadText, feature.test));
  RETURN_IF_ERROR(IfThere(row, "psi_drifted", ReadBool, feature.psi_drifted));
  RETURN_IF_ERROR(IfThere(row, "p_drifted", ReadBool, feature.p_drifted));
  feature.level = feature.drifted ? Level::kAlert : Level::kClear;
  if (row.Find("level") != nullptr) RETURN_IF_ERROR(ReadLevel(row, feature.level));
  RETURN_IF_ERROR(IfThere(row, "bars", ReadBars, feature.bars));
  return feature;
}

void WriteSlice(JsonWriter& json, const SliceDrift& slice) {
  json.BeginObject().Member("slice", slice.slice).Member("rows", slice.rows);
  WriteFigures(json, slice, kOfSlice);
  json.Member("drifted_features", slice.drifted_features).Member("feature", slice.feature);
  json.Member("verdict", VerdictName(slice.verdict)).EndObject();
}

Result<SliceDrift> ReadSlice(const Json& row) {
  SliceDrift slice;
  RETURN_IF_ERROR(ReadText(row, "slice", slice.slice));
  ASSIGN_OR_RETURN(slice.rows, row.GetUint("rows"));
  RETURN_IF_ERROR(ReadFigures(row, slice, kOfSlice));
  ASSIGN_OR_RETURN(const std::uint64_t drifted, row.GetUint("drifted_features"));
  if (drifted > std::numeric_limits<std::uint32_t>::max()) {
    return Error(Code::kDataLoss, "more drifted features than there can be");
  }
  slice.drifted_features = static_cast<std::uint32_t>(drifted);
  RETURN_IF_ERROR(ReadText(row, "feature", slice.feature));
  ASSIGN_OR_RETURN(const std::string_view verdict, row.GetString("verdict"));
  ASSIGN_OR_RETURN(const std::size_t place, PlaceIn(kVerdicts, verdict));
  slice.verdict = static_cast<WindowVerdict>(place);
  return slice;
}

void WritePair(JsonWriter& json, const PairChange& pair) {
  json.BeginObject().Member("first", pair.first).Member("second", pair.second);
  WriteFigures(json, pair, kOfPair);
  json.Member("level", LevelName(pair.level)).EndObject();
}

Result<PairChange> ReadPair(const Json& row) {
  PairChange pair;
  RETURN_IF_ERROR(ReadText(row, "first", pair.first));
  RETURN_IF_ERROR(ReadText(row, "second", pair.second));
  RETURN_IF_ERROR(ReadFigures(row, pair, kOfPair));
  RETURN_IF_ERROR(ReadLevel(row, pair.level));
  return pair;
}

void WriteAll(JsonWriter& json, const MultivariateDrift& all) {
  json.BeginObject().Member("method", all.method);
  WriteFigures(json, all, kOfAll);
  json.Member("level", LevelName(all.level)).Key("drivers").BeginArray();
  for (const std::string& driver : all.drivers) json.Value(driver);
  json.EndArray().EndObject();
}

Status ReadNames(const Json& row, std::string_view key, std::vector<std::string>& names) {
  ASSIGN_OR_RETURN(const Json::Array* list, row.GetArray(key));
  for (const Json& one : *list) {
    ASSIGN_OR_RETURN(const std::string_view name, one.AsString());
    names.emplace_back(name);
  }
  return Ok();
}

Result<MultivariateDrift> ReadAll(const Json& row) {
  MultivariateDrift all;
  RETURN_IF_ERROR(ReadText(row, "method", all.method));
  RETURN_IF_ERROR(ReadFigures(row, all, kOfAll));
  RETURN_IF_ERROR(ReadLevel(row, all.level));
  RETURN_IF_ERROR(IfThere(row, "drivers", ReadNames, all.drivers));
  return all;
}

void WriteRefused(JsonWriter& json, const RefusedRequests& refused) {
  if (refused.refused == 0) return;
  json.Key("refused").BeginObject().Member("asked", refused.asked);
  json.Member("refused", refused.refused).Member("usual_share", refused.usual_share);
  json.Key("causes").BeginArray();
  for (const RefusedCause& cause : refused.causes) {
    json.BeginObject().Member("feature", cause.feature).Member("rule", cause.rule);
    json.Member("requests", cause.requests).EndObject();
  }
  json.EndArray().EndObject();
}

Status ReadRefused(const Json& evidence, RefusedRequests& refused) {
  const Json* found = evidence.Find("refused");
  if (found == nullptr) return Ok();
  ASSIGN_OR_RETURN(refused.asked, found->GetUint("asked"));
  ASSIGN_OR_RETURN(refused.refused, found->GetUint("refused"));
  RETURN_IF_ERROR(ReadFigures(*found, refused, kOfRefused));
  ASSIGN_OR_RETURN(const Json::Array* causes, found->GetArray("causes"));
  for (const Json& row : *causes) {
    RefusedCause& cause = refused.causes.emplace_back();
    RETURN_IF_ERROR(ReadText(row, "feature", cause.feature));
    RETURN_IF_ERROR(ReadText(row, "rule", cause.rule));
    ASSIGN_OR_RETURN(cause.requests, row.GetUint("requests"));
  }
  return Ok();
}

template <typename Part>
Status ReadParts(const Json& evidence, std::string_view key, Result<Part> (*read)(const Json&),
                 std::vector<Part>& into) {
  if (evidence.Find(key) == nullptr) return Ok();
  ASSIGN_OR_RETURN(const Json::Array* rows, evidence.GetArray(key));
  for (const Json& row : *rows) {
    ASSIGN_OR_RETURN(Part part, read(row));
    into.push_back(std::move(part));
  }
  return Ok();
}

template <typename Part>
void WriteParts(JsonWriter& json, std::string_view key, void (*write)(JsonWriter&, const Part&),
                const std::vector<Part>& parts) {
  json.Key(key).BeginArray();
  for (const Part& part : parts) write(json, part);
  json.EndArray();
}

Status ReadPolicy(const Json& row, std::string_view key, records::DriftPolicy& policy) {
  ASSIGN_OR_RETURN(const std::string_view name, row.GetString(key));
  ASSIGN_OR_RETURN(const std::size_t place, PlaceIn(kPolicies, name));
  policy = static_cast<records::DriftPolicy>(place);
  return Ok();
}

Status ReadEvidence(const Json& evidence, WindowReport& report) {
  RETURN_IF_ERROR(ReadText(evidence, "reason", report.reason));
  RETURN_IF_ERROR(IfThere(evidence, "reference", ReadText, report.reference));
  report.policy = records::DriftPolicy::kPsi;  // the only one before it was written
  RETURN_IF_ERROR(IfThere(evidence, "policy", ReadPolicy, report.policy));
  RETURN_IF_ERROR(ReadFigures(evidence, report, kOfWindow));
  RETURN_IF_ERROR(evidence.Get("features"));
  RETURN_IF_ERROR(ReadParts(evidence, "features", ReadFeature, report.features));
  RETURN_IF_ERROR(ReadParts(evidence, "slices", ReadSlice, report.slices));
  RETURN_IF_ERROR(ReadParts(evidence, "pairs", ReadPair, report.pairs));
  RETURN_IF_ERROR(ReadRefused(evidence, report.refused));
  return ReadParts(evidence, "multivariate", ReadAll, report.multivariate);
}

}  // namespace

std::string_view VerdictName(WindowVerdict verdict) {
  return kVerdicts[static_cast<std::size_t>(verdict)];
}

std::string EvidenceJson(const WindowReport& report) {
  std::string text;
  JsonWriter json(text);
  json.BeginObject().Member("reason", report.reason).Member("reference", report.reference);
  json.Member("policy", kPolicies[static_cast<std::size_t>(report.policy)]);
  WriteFigures(json, report, kOfWindow);
  WriteParts(json, "features", WriteFeature, report.features);
  WriteParts(json, "slices", WriteSlice, report.slices);
  WriteParts(json, "pairs", WritePair, report.pairs);
  WriteParts(json, "multivariate", WriteAll, report.multivariate);
  WriteRefused(json, report.refused);
  json.EndObject();
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
  stored.kind = kDriftVerdict;
  stored.findings_json = FindingsJson(report.findings);
  return stored;
}

Result<WindowReport> FromStored(const records::StoredVerdict& stored) {
  WindowReport report;
  report.model = stored.model;
  report.version = stored.version;
  report.start = stored.window_start;
  report.end = stored.window_end;
  report.rows = stored.rows;
  const auto verdict = PlaceIn(kVerdicts, stored.verdict);
  if (!verdict.ok()) {
    return Error(Code::kDataLoss, "unknown window verdict '" + stored.verdict + "'");
  }
  report.verdict = static_cast<WindowVerdict>(*verdict);
  ASSIGN_OR_RETURN(report.findings, ParseFindings(stored.findings_json));
  const auto evidence = Json::Parse(stored.evidence_json, {.name = "evidence"});
  Status read = evidence.ok() ? ReadEvidence(*evidence, report) : Status(evidence.error());
  if (read.ok()) return report;
  return Error(Code::kDataLoss, "the stored verdict's evidence is damaged")
      .Why(read.error().ToString());
}

}  // namespace mooring::monitoring

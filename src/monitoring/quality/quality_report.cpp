#include "monitoring/quality/quality_report.h"

#include <array>
#include <cmath>
#include <utility>

#include "base/text/json.h"
#include "base/text/json_writer.h"
#include "monitoring/json_figures.h"

namespace mooring::monitoring {
namespace {

constexpr std::array<Figure<MetricValue>, 6> kOfMetric = {{{"value", &MetricValue::value},
                                                           {"lower", &MetricValue::lower},
                                                           {"upper", &MetricValue::upper},
                                                           {"reference", &MetricValue::reference},
                                                           {"warn", &MetricValue::warn},
                                                           {"stop", &MetricValue::stop}}};
constexpr std::array<Figure<ClassQuality>, 7> kOfClass = {
    {{"precision", &ClassQuality::precision},
     {"precision_lower", &ClassQuality::precision_lower},
     {"precision_upper", &ClassQuality::precision_upper},
     {"recall", &ClassQuality::recall},
     {"recall_lower", &ClassQuality::recall_lower},
     {"recall_upper", &ClassQuality::recall_upper},
     {"f1", &ClassQuality::f1}}};
constexpr std::array<Figure<SliceQuality>, 6> kOfSlice = {{{"value", &SliceQuality::value},
                                                           {"loss", &SliceQuality::loss},
                                                           {"rest_loss", &SliceQuality::rest_loss},
                                                           {"lower", &SliceQuality::lower},
                                                           {"upper", &SliceQuality::upper},
                                                           {"q_value", &SliceQuality::q_value}}};
constexpr std::array<Figure<Calibration>, 4> kOfCalibration = {
    {{"error", &Calibration::error},
     {"reference_error", &Calibration::reference_error},
     {"slope", &Calibration::slope},
     {"intercept", &Calibration::intercept}}};
constexpr std::array<Figure<ConceptGap>, 3> kOfGap = {{{"estimated", &ConceptGap::estimated},
                                                       {"realised", &ConceptGap::realised},
                                                       {"error", &ConceptGap::error}}};
constexpr std::array<Figure<QualityReport>, 2> kOfReport = {
    {{"delay_p50_s", &QualityReport::delay_p50_s}, {"delay_p95_s", &QualityReport::delay_p95_s}}};

template <typename Part>
void WriteAll(JsonWriter& json, std::string_view key, const std::vector<Part>& parts,
              void (*write)(JsonWriter&, const Part&)) {
  json.Key(key).BeginArray();
  for (const Part& part : parts) {
    json.BeginObject();
    write(json, part);
    json.EndObject();
  }
  json.EndArray();
}

template <typename Part>
Status ReadAll(const Json& row, std::string_view key, std::vector<Part>& parts,
               Status (*read)(const Json&, Part&)) {
  ASSIGN_OR_RETURN(const Json::Array* items, row.GetArray(key));
  for (const Json& item : *items) RETURN_IF_ERROR(read(item, parts.emplace_back()));
  return Ok();
}

void WriteMetric(JsonWriter& json, const MetricValue& metric) {
  json.Member("name", metric.name).Member("n", metric.n);
  WriteFigures(json, metric, kOfMetric);
  json.Member("higher_is_better", metric.higher_is_better).Member("estimate", metric.estimate);
  json.Member("level", LevelName(metric.level));
  if (!metric.problem.empty()) json.Member("problem", metric.problem);
}

Status ReadMetric(const Json& row, MetricValue& metric) {
  RETURN_IF_ERROR(ReadText(row, "name", metric.name));
  ASSIGN_OR_RETURN(metric.n, row.GetUint("n"));
  RETURN_IF_ERROR(ReadFigures(row, metric, kOfMetric));
  ASSIGN_OR_RETURN(metric.higher_is_better, row.GetBool("higher_is_better"));
  ASSIGN_OR_RETURN(metric.estimate, row.GetBool("estimate"));
  if (row.Find("problem") != nullptr) RETURN_IF_ERROR(ReadText(row, "problem", metric.problem));
  return ReadLevel(row, metric.level);
}

void WriteClass(JsonWriter& json, const ClassQuality& of) {
  json.Member("label", of.label).Member("support", of.support).Member("predicted", of.predicted);
  WriteFigures(json, of, kOfClass);
}

Status ReadClass(const Json& row, ClassQuality& of) {
  RETURN_IF_ERROR(ReadText(row, "label", of.label));
  ASSIGN_OR_RETURN(of.support, row.GetUint("support"));
  ASSIGN_OR_RETURN(of.predicted, row.GetUint("predicted"));
  return ReadFigures(row, of, kOfClass);
}

void WriteSlice(JsonWriter& json, const SliceQuality& slice) {
  json.Member("slice", slice.slice).Member("n", slice.n);
  WriteFigures(json, slice, kOfSlice);
  json.Member("searched", slice.searched).Member("level", LevelName(slice.level));
  if (!slice.metrics.empty()) WriteAll(json, "metrics", slice.metrics, WriteMetric);
}

Status ReadSlice(const Json& row, SliceQuality& slice) {
  RETURN_IF_ERROR(ReadText(row, "slice", slice.slice));
  ASSIGN_OR_RETURN(slice.n, row.GetUint("n"));
  RETURN_IF_ERROR(ReadFigures(row, slice, kOfSlice));
  ASSIGN_OR_RETURN(slice.searched, row.GetBool("searched"));
  if (row.Find("metrics") != nullptr) {
    RETURN_IF_ERROR(ReadAll(row, "metrics", slice.metrics, ReadMetric));
  }
  return ReadLevel(row, slice.level);
}

void WriteBin(JsonWriter& json, const ReliabilityBin& bin) {
  json.Member("predicted", bin.predicted).Member("observed", bin.observed).Member("n", bin.n);
}

Status ReadBin(const Json& row, ReliabilityBin& bin) {
  ASSIGN_OR_RETURN(bin.n, row.GetUint("n"));
  constexpr std::array<Figure<ReliabilityBin>, 2> kOfBin = {
      {{"predicted", &ReliabilityBin::predicted}, {"observed", &ReliabilityBin::observed}}};
  return ReadFigures(row, bin, kOfBin);
}

void WriteConfusion(JsonWriter& json, const Confusion& confusion) {
  json.Key("confusion").BeginObject().Key("labels").BeginArray();
  for (const std::string& label : confusion.labels) json.Value(label);
  json.EndArray().Key("counts").BeginArray();
  for (const auto& row : confusion.counts) {
    json.BeginArray();
    for (const std::uint64_t count : row) json.Value(count);
    json.EndArray();
  }
  json.EndArray().EndObject();
}

Status ReadConfusion(const Json& evidence, Confusion& confusion) {
  ASSIGN_OR_RETURN(const Json* found, evidence.Get("confusion"));
  ASSIGN_OR_RETURN(const Json::Array* labels, found->GetArray("labels"));
  for (const Json& label : *labels) {
    ASSIGN_OR_RETURN(const std::string_view text, label.AsString());
    confusion.labels.emplace_back(text);
  }
  ASSIGN_OR_RETURN(const Json::Array* rows, found->GetArray("counts"));
  for (const Json& row : *rows) {
    ASSIGN_OR_RETURN(const Json::Array* counts, row.AsArray());
    auto& into = confusion.counts.emplace_back();
    for (const Json& count : *counts) {
      ASSIGN_OR_RETURN(into.emplace_back(), count.AsUint());
    }
    if (into.size() != labels->size()) return Error(Code::kDataLoss, "a confusion row is short");
  }
  return rows->size() == labels->size() ? Ok() : Status(Error(Code::kDataLoss, "rows are lacking"));
}

Status ReadParts(const Json& evidence, QualityReport& report) {
  RETURN_IF_ERROR(ReadAll(evidence, "metrics", report.metrics, ReadMetric));
  RETURN_IF_ERROR(ReadAll(evidence, "estimates", report.estimates, ReadMetric));
  RETURN_IF_ERROR(ReadAll(evidence, "business", report.business, ReadMetric));
  RETURN_IF_ERROR(ReadConfusion(evidence, report.confusion));
  RETURN_IF_ERROR(ReadAll(evidence, "classes", report.classes, ReadClass));
  RETURN_IF_ERROR(ReadAll(evidence, "slices", report.slices, ReadSlice));
  ASSIGN_OR_RETURN(const Json* calibration, evidence.Get("calibration"));
  RETURN_IF_ERROR(ReadFigures(*calibration, report.calibration, kOfCalibration));
  RETURN_IF_ERROR(ReadAll(*calibration, "bins", report.calibration.bins, ReadBin));
  RETURN_IF_ERROR(ReadLevel(*calibration, report.calibration.level));
  ASSIGN_OR_RETURN(const Json* gap, evidence.Get("gap"));
  RETURN_IF_ERROR(ReadText(*gap, "metric", report.gap.metric));
  RETURN_IF_ERROR(ReadFigures(*gap, report.gap, kOfGap));
  ASSIGN_OR_RETURN(const std::uint64_t beyond, gap->GetUint("windows_beyond"));
  if (beyond > std::numeric_limits<std::uint32_t>::max()) {
    return Error(Code::kDataLoss, "more windows than there can be");
  }
  report.gap.windows_beyond = static_cast<std::uint32_t>(beyond);
  return ReadLevel(*gap, report.gap.level);
}

Status ReadEvidence(const Json& evidence, QualityReport& report) {
  RETURN_IF_ERROR(ReadText(evidence, "reason", report.reason));
  RETURN_IF_ERROR(ReadText(evidence, "task", report.task));
  ASSIGN_OR_RETURN(report.labelled, evidence.GetUint("labelled"));
  ASSIGN_OR_RETURN(report.mature, evidence.GetBool("mature"));
  RETURN_IF_ERROR(
      IfThere(evidence, "slices_beyond_expected", ReadBool, report.slices_beyond_expected));
  RETURN_IF_ERROR(ReadFigures(evidence, report, kOfReport));
  return ReadParts(evidence, report);
}

}  // namespace

std::string EvidenceJson(const QualityReport& report) {
  std::string text;
  JsonWriter json(text);
  json.BeginObject().Member("reason", report.reason).Member("task", report.task);
  json.Member("labelled", report.labelled);
  json.Member("mature", report.mature);
  json.Member("slices_beyond_expected", report.slices_beyond_expected);
  WriteFigures(json, report, kOfReport);
  WriteAll(json, "metrics", report.metrics, WriteMetric);
  WriteAll(json, "estimates", report.estimates, WriteMetric);
  WriteAll(json, "business", report.business, WriteMetric);
  WriteConfusion(json, report.confusion);
  WriteAll(json, "classes", report.classes, WriteClass);
  WriteAll(json, "slices", report.slices, WriteSlice);
  json.Key("calibration").BeginObject();
  WriteFigures(json, report.calibration, kOfCalibration);
  WriteAll(json, "bins", report.calibration.bins, WriteBin);
  json.Member("level", LevelName(report.calibration.level)).EndObject();
  json.Key("gap").BeginObject().Member("metric", report.gap.metric);
  WriteFigures(json, report.gap, kOfGap);
  json.Member("windows_beyond", report.gap.windows_beyond);
  json.Member("level", LevelName(report.gap.level)).EndObject().EndObject();
  return text;
}

records::StoredVerdict ToStored(const QualityReport& report) {
  records::StoredVerdict stored;
  stored.model = report.model;
  stored.version = report.version;
  stored.window_start = report.start;
  stored.window_end = report.end;
  stored.rows = report.rows;
  stored.verdict = report.verdict;
  stored.evidence_json = EvidenceJson(report);
  stored.kind = kQualityVerdict;
  stored.findings_json = FindingsJson(report.findings);
  return stored;
}

Result<QualityReport> QualityFromStored(const records::StoredVerdict& stored) {
  QualityReport report;
  report.model = stored.model;
  report.version = stored.version;
  report.start = stored.window_start;
  report.end = stored.window_end;
  report.rows = stored.rows;
  report.verdict = stored.verdict;
  ASSIGN_OR_RETURN(report.findings, ParseFindings(stored.findings_json));
  const auto evidence = Json::Parse(stored.evidence_json, {.name = "evidence"});
  Status read = evidence.ok() ? ReadEvidence(*evidence, report) : Status(evidence.error());
  if (read.ok()) return report;
  return Error(Code::kDataLoss, "the stored verdict's evidence is damaged")
      .Why(read.error().ToString());
}

}  // namespace mooring::monitoring

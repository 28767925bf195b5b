#include <cmath>

#include "base/text/json_writer.h"
#include "monitoring/exact/exact_drift.h"

namespace mooring::monitoring {
namespace {

void Figure(JsonWriter& json, std::string_view name, double value) {
  if (!std::isnan(value)) json.Member(name, value);
}

void Side(JsonWriter& json, std::string_view name, const SampleFacts& facts) {
  json.Key(name).BeginObject();
  json.Member("rows", facts.rows).Member("missing", facts.missing);
  json.Member("infinite", facts.infinite);
  Figure(json, "mean", facts.mean);
  Figure(json, "deviation", facts.deviation);
  Figure(json, "min", facts.min);
  Figure(json, "max", facts.max);
  json.EndObject();
}

void WriteColumn(JsonWriter& json, const ExactColumn& column) {
  json.BeginObject();
  json.Member("name", column.name).Member("kind", column.numeric ? "numeric" : "category");
  Side(json, "reference", column.reference);
  Side(json, "current", column.current);
  if (!column.skipped.empty()) json.Member("skipped", column.skipped);
  Figure(json, "ks", column.ks.statistic);
  Figure(json, "ks_p", column.ks.p_value);
  if (!std::isnan(column.ks.p_value)) json.Member("ks_exact", column.ks.exact);
  Figure(json, "wasserstein", column.wasserstein);
  Figure(json, "wasserstein_scaled", column.wasserstein_scaled);
  json.Member("groups", column.groups);
  Figure(json, "psi", column.psi);
  Figure(json, "psi_adjusted", column.psi_adjusted);
  Figure(json, "js", column.js);
  Figure(json, "chi2", column.chi_squared.statistic);
  Figure(json, "chi2_p", column.chi_squared.p_value);
  if (!std::isnan(column.chi_squared.p_value)) json.Member("chi2_dof", column.chi_squared.dof);
  Figure(json, "l_infinity", column.l_infinity);
  Figure(json, "unseen_share", column.unseen_share);
  json.EndObject();
}

void Names(JsonWriter& json, std::string_view key, const std::vector<std::string>& names) {
  json.Key(key).BeginArray();
  for (const std::string& name : names) json.Value(name);
  json.EndArray();
}

}  // namespace

std::string ExactReportJson(const ExactReport& report) {
  std::string text;
  JsonWriter json(text);
  json.BeginObject().Key("columns").BeginArray();
  for (const ExactColumn& column : report.columns) WriteColumn(json, column);
  json.EndArray();
  Names(json, "only_in_reference", report.only_in_reference);
  Names(json, "only_in_current", report.only_in_current);
  json.EndObject();
  return text;
}

}  // namespace mooring::monitoring

#include "monitoring/offline.h"

#include "monitoring/drift_findings.h"
#include "monitoring/judge.h"
#include "monitoring/multivariate/duplicated_features.h"

namespace mooring::monitoring {
namespace {

constexpr std::size_t kRowsLookedAt = 4096;

// Names of columns that `other` lacks.
std::vector<std::string> OnlyIn(const data::Batch& batch, const data::Batch& other) {
  std::vector<std::string> names;
  for (const data::Field& field : batch.schema().fields()) {
    if (!other.schema().Find(field.name)) names.push_back(field.name);
  }
  return names;
}

}  // namespace

Result<WindowReport> CompareTables(const data::Batch& reference, const data::Batch& current,
                                   const records::MonitorRule& rule) {
  ASSIGN_OR_RETURN(const data::BatchProfile learned, data::LearnReference(reference));
  data::BatchProfile window(learned.bins());
  RETURN_IF_ERROR(window.Add(current));
  WindowReport report;
  report.rows = current.rows();
  Judge(learned, window, rule, report);
  RequireReference(reference.rows(), rule, report);
  AddColumnFindings(OnlyIn(reference, current), OnlyIn(current, reference), report);
  AddDuplicates(reference, current, report);
  return report;
}

void AddDuplicates(const data::Batch& reference, const data::Batch& current, WindowReport& report) {
  if (report.verdict == WindowVerdict::kNotEnoughData) return;
  const auto found =
      FindDuplicates(AlikePairs::Learn(reference), EvenRows(current, kRowsLookedAt), 1);
  for (Finding& finding : DuplicateFindings(found)) report.findings.push_back(std::move(finding));
}

}  // namespace mooring::monitoring

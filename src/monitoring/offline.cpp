#include "monitoring/offline.h"

#include "monitoring/judge.h"

namespace mooring::monitoring {

Result<WindowReport> CompareTables(const data::Batch& reference, const data::Batch& current,
                                   const records::MonitorRule& rule) {
  ASSIGN_OR_RETURN(const data::BatchProfile learned, data::LearnReference(reference));
  data::BatchProfile window(learned.bins());
  RETURN_IF_ERROR(window.Add(current));
  WindowReport report;
  report.rows = current.rows();
  Judge(learned, window, rule, report);
  return report;
}

}  // namespace mooring::monitoring

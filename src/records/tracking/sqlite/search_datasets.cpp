#include "records/tracking/sqlite/experiments.h"
#include "records/tracking/sqlite/searches.h"

namespace mooring::records {

Result<std::vector<TrackingStore::DatasetSummary>> SearchDatasetsIn(
    Session& session, std::span<const std::string> experiment_ids, std::size_t limit) {
  std::vector<TrackingStore::DatasetSummary> found;
  ASSIGN_OR_RETURN(
      Query walk,
      session.Ask("SELECT DISTINCT d.name, d.digest, coalesce(t.value, '') FROM datasets d "
                  "JOIN run_datasets r ON r.dataset = d.id "
                  "LEFT JOIN run_dataset_tags t ON t.run = r.run AND t.dataset = d.id "
                  "AND t.key = 'mlflow.data.context' WHERE d.experiment = ? LIMIT ?"));
  for (const std::string& id : experiment_ids) {
    const auto experiment = ExperimentNumber(id);
    if (!experiment || found.size() >= limit) continue;
    RETURN_IF_ERROR(walk->Start(*experiment, limit - found.size()));
    while (true) {
      ASSIGN_OR_RETURN(const bool more, walk->Step());
      if (!more) break;
      found.push_back({id, walk->String(0), walk->String(1), walk->String(2)});
    }
  }
  return found;
}

}  // namespace mooring::records

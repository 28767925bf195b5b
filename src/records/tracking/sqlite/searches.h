// The searches over tracking.db: filters and orders in MLflow's grammars (records/search) become
// walks over the tables of schema.h. Each reads within the caller's snapshot.
//
// Failure: kInvalidArgument in MLflow's words for a filter, an order or a page token that is none.
// Thread safety: as the session.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "records/tracking/sqlite/session.h"
#include "records/tracking/tracking_store.h"

namespace mooring::records {

Result<PageOf<Experiment>> SearchExperimentsIn(Session& session, const SearchRequest& request);
Result<PageOf<Run>> SearchRunsIn(Session& session, std::span<const std::string> experiment_ids,
                                 const SearchRequest& request);
Result<PageOf<LoggedModel>> SearchLoggedModelsIn(Session& session, const LoggedModelSearch& search);
Result<std::vector<TrackingStore::DatasetSummary>> SearchDatasetsIn(
    Session& session, std::span<const std::string> experiment_ids, std::size_t limit);

}  // namespace mooring::records

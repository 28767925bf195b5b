#include "records/tracking/sqlite/searches.h"

namespace mooring::records {

Result<PageOf<Experiment>> SearchExperimentsIn(Session&, const SearchRequest&) {
  return Error(Code::kUnsupported, "no search for experiments yet");
}
Result<PageOf<Run>> SearchRunsIn(Session&, std::span<const std::string>, const SearchRequest&) {
  return Error(Code::kUnsupported, "no search for runs yet");
}
Result<PageOf<LoggedModel>> SearchLoggedModelsIn(Session&, const LoggedModelSearch&) {
  return Error(Code::kUnsupported, "no search for logged models yet");
}
Result<std::vector<TrackingStore::DatasetSummary>> SearchDatasetsIn(Session&,
                                                                    std::span<const std::string>,
                                                                    std::size_t) {
  return Error(Code::kUnsupported, "no search for datasets yet");
}

}  // namespace mooring::records

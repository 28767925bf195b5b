// ParseOrder: reads the order of a search, {"metrics.auc DESC", "start_time"}.
//
// An item is an identifier (vocabulary.h), then ASC or DESC in any case; ASC when absent.
// What ties keep comes last by itself (CompleteOrder), so that every order is total:
//   runs              start_time DESC, run_id
//   experiments       experiment_id DESC; with no order given creation_time DESC, experiment_id
//   logged models     creation_timestamp DESC, model_id
//   registered models name
//   model versions    name, version_number DESC; with none given last_updated_timestamp DESC first
// Failure: kInvalidArgument with MLflow's text, or one that names the limit (limits.h, kSearch…).
// Thread safety: pure.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "records/search/query.h"

namespace mooring::records::search {

// Complete: what breaks ties is appended.
Result<std::vector<SortKey>> ParseOrder(Kind kind, std::span<const std::string> order_by);

// Of searches for logged models, whose items come in parts: an attribute or metrics.KEY, of one
// dataset or any. Complete it with CompleteOrder.
Result<SortKey> ReadLoggedModelOrder(std::string_view field, bool ascending,
                                     std::string_view dataset_name,
                                     std::string_view dataset_digest);
void CompleteOrder(Kind kind, std::vector<SortKey>& order);

}  // namespace mooring::records::search

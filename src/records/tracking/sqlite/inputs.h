// What went into runs and what came out: datasets and logged models linked to them.
//
// A dataset is identified by experiment, name and digest; what was first said of it stays. Linking
// it again to the same run adds and changes tags. Failure: as run_rows.h.
// Thread safety: as the session.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "records/tracking/sqlite/session.h"
#include "records/tracking/tracked.h"

namespace mooring::records {

Status LogInputsIn(Session& session, std::string_view run_id,
                   std::span<const DatasetInput> datasets, std::span<const std::string> model_ids);
Status LogOutputsIn(Session& session, std::string_view run_id, std::span<const ModelOutput> models);
// Datasets by name and digest, models by id.
Status FillInputs(Session& session, std::int64_t number, Run& run);

}  // namespace mooring::records

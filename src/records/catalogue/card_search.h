// Searches of registered models and of versions, in MLflow's grammar (records/search): what is
// read, matched, sorted and cut to a page in one snapshot.
//
// Thread safety: that of the Database. Cost: reads all cards and their tags, or those of one model
// when the filter names it; tags in one query, aliases only of what the page shows.
#pragma once

#include <functional>
#include <string_view>

#include "base/result.h"
#include "data/store/sqlite.h"
#include "records/catalogue/catalogue.h"

namespace mooring::records {

Result<PageOf<RegisteredModel>> SearchModelCards(data::Database& db, const CardSearch& search);
Result<PageOf<ModelVersion>> SearchVersionCards(data::Database& db, const CardSearch& search);

}  // namespace mooring::records

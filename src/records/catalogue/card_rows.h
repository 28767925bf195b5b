// Rows of the catalogue's tables as its records: the only place that knows the order of columns.
// What a client deleted is not there.
//
// Each reads within whatever transaction the database is in. Thread safety: that of the Database.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "data/store/sqlite.h"
#include "records/catalogue/catalogue.h"

namespace mooring::records {

// kNotFound "Registered Model with name=x not found", "Model Version (name=x, version=9) not
// found".
Status CheckModelCard(data::Database& db, std::string_view name);
Status CheckVersionCard(data::Database& db, std::string_view model, VersionNumber number);

Result<RegisteredModel> ReadModelCard(data::Database& db, std::string_view name);
// With their tags alone, by name; of all models, or of the one that is named.
Result<std::vector<RegisteredModel>> ReadTaggedModels(data::Database& db, std::string_view only);
Result<ModelVersion> ReadVersionCard(data::Database& db, std::string_view model,
                                     VersionNumber number);
// With their tags alone, by name and number; of all models, or of the one that is named.
Result<std::vector<ModelVersion>> ReadTaggedVersions(data::Database& db, std::string_view only);
// See Catalogue::RegisteredFrom.
Result<std::vector<VersionName>> ReadRegisteredFrom(data::Database& db,
                                                    std::string_view logged_model);
Status AddAliases(data::Database& db, std::span<ModelVersion> versions);

// Aliases of serving and pointers together.
using AliasMap = std::map<std::string, VersionNumber>;
Result<AliasMap> ReadAllAliases(data::Database& db, std::string_view model);
// The newest number of a version that is there, or 0.
Result<VersionNumber> ReadNewest(data::Database& db, std::string_view model);
Result<bool> IsNative(data::Database& db, std::string_view model, VersionNumber number);
Result<bool> HasContract(data::Database& db, std::string_view model);

}  // namespace mooring::records

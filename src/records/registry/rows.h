// Rows of the registry's tables as its records: the only place that knows the order of columns.
//
// Each reads within whatever transaction the database is in. Thread safety: that of the Database.
#pragma once

#include <string_view>
#include <vector>

#include "base/result.h"
#include "data/store/sqlite.h"
#include "records/registry/registry.h"

namespace mooring::records {

inline std::int64_t MicrosOf(Time time) { return time.time_since_epoch().count(); }
inline Time TimeOf(std::int64_t micros) { return Time(Micros(micros)); }

// All models by name, or the one of that name (kNotFound when it is not there).
Result<std::vector<ModelRecord>> ReadModels(data::Database& db);
Result<ModelRecord> ReadModel(data::Database& db, std::string_view name);
Result<std::uint64_t> ReadModelRevision(data::Database& db, std::string_view model);

Result<std::vector<VersionRecord>> ReadVersions(data::Database& db, std::string_view model);
Result<VersionRecord> ReadVersion(data::Database& db, std::string_view model, VersionNumber number);
Status InsertVersion(data::Database& db, const VersionRecord& version);

// 0 when the alias is not set.
Result<VersionNumber> ReadAlias(data::Database& db, std::string_view model, std::string_view alias);
// Of aliases and of clients' pointers together, oldest first.
Result<std::vector<AliasChange>> ReadAliasHistory(data::Database& db, std::string_view model);
Status InsertAliasChange(data::Database& db, const AliasChange& change);

// The newest desired route of each model, or of one model (all zero when it never had one).
Result<DesiredState> ReadDesired(data::Database& db);
Result<ModelRoute> ReadRoute(data::Database& db, std::string_view model);
Result<std::uint64_t> ReadDesiredRevision(data::Database& db);

}  // namespace mooring::records

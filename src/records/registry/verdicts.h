// Verdict rows of the registry's database. Each kind of verdict of a version has one row a window;
// the row's id is the verdict's sequence number.
//
// Thread safety: the registry's lock. Failure: what SQLite says.
#pragma once

#include <string_view>
#include <vector>

#include "data/store/sqlite.h"
#include "records/registry/registry.h"

namespace mooring::records {

// A verdict that stands there already, word for word, stays as it is, with its sequence number.
Status InsertVerdict(data::Database& db, const StoredVerdict& verdict);
Result<std::vector<StoredVerdict>> ReadVerdicts(data::Database& db, std::string_view model,
                                                const VerdictFilter& filter);
Result<std::vector<StoredVerdict>> ReadVerdictsAfter(data::Database& db, std::uint64_t sequence,
                                                     std::size_t limit);

}  // namespace mooring::records

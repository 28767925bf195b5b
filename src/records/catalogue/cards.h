// Cards: what the registry's own changes do to the catalogue, in the same transaction, so that
// both always tell the same: a model and a version have a card from the start, numbers are given
// once, an alias has one place.
//
// All functions work inside the caller's transaction. Thread safety: that of the Database.
#pragma once

#include <string_view>

#include "base/clock.h"
#include "base/ids.h"
#include "base/result.h"
#include "data/store/sqlite.h"
#include "records/registry/registry.h"
#include "records/tracking/tracked.h"

namespace mooring::records {

inline Millis MillisOf(Time time) { return time.time_since_epoch().count() / 1000; }

// The model's card: made when there is none, shown again when a client had deleted it.
Status KeepModelCard(data::Database& db, const ModelRecord& model, Time now);
// The version's card: made for a number that was just taken; one that a client had reserved stays
// as the client wrote it.
Status KeepVersionCard(data::Database& db, const VersionRecord& version);

// The next number of the model's one sequence, which is then burnt. The model has a card.
Result<VersionNumber> TakeVersionNumber(data::Database& db, std::string_view model);
// kNotFound unless a client made this version and did not delete it; kAlreadyExists when it is
// registered natively by now.
Status CheckReserved(data::Database& db, std::string_view model, VersionNumber number);
// kFailedPrecondition for a version that a client deleted.
Status CheckNotDeleted(data::Database& db, std::string_view model, VersionNumber number);

// Where a pointer of the catalogue points, 0: there is none; Take removes it, too.
Result<VersionNumber> ReadPointer(data::Database& db, std::string_view model,
                                  std::string_view alias);
Result<VersionNumber> TakePointer(data::Database& db, std::string_view model,
                                  std::string_view alias);

// The time of the next change of any of the model's aliases: `now`, but never before the last one.
Result<Time> NextHistoryTime(data::Database& db, std::string_view model, Time now);

}  // namespace mooring::records

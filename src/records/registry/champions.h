// Champions: which version ought to serve and which one a rollback would bring back.
//
// Promotions form a stack: promoting pushes, a rollback pops. So a rollback after a rollback goes
// further back and never returns to the version that was just withdrawn; undoing a rollback is a
// promotion. A version that may not serve any more (refused, archived) is passed over.
//
// All functions write inside the caller's transaction. Thread safety: that of the Database.
#pragma once

#include <string_view>

#include "base/ids.h"
#include "base/result.h"
#include "data/store/sqlite.h"

namespace mooring::records {

// Puts `version` on top; 0 withdraws the champion and leaves the stack as it is.
Status PushChampion(data::Database& db, std::string_view model, VersionNumber version);

// Takes champions off until the one before that may serve is on top, and gives its number.
// `serving` false: nothing serves now, so the top itself is the one before.
// kFailedPrecondition when there is none.
Result<VersionNumber> PopChampion(data::Database& db, std::string_view model, bool serving);

// What a rollback would go to, or 0.
Result<VersionNumber> PreviousChampion(data::Database& db, std::string_view model, bool serving);

}  // namespace mooring::records

// The end of what was deleted long ago: rows go, and the places of their artifacts are told.
//
// Thread safety: as the session; called by the writer.
#pragma once

#include <string>
#include <vector>

#include "records/tracking/sqlite/session.h"
#include "records/tracking/tracked.h"

namespace mooring::records {

// Removes some of what was deleted before `before`: runs first, then logged models, then
// experiments, at most `most` of them, and appends their artifact locations. False when nothing was
// left to remove. So one purge is many short commits, between which others write.
Result<bool> PurgeSome(Session& session, Millis before, std::size_t most,
                       std::vector<std::string>& locations);

}  // namespace mooring::records

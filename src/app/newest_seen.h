// NewestSeen: how far into the journal whatever reads it has been: the lake, the watch and the
// snapshot of limits. A journal that ends before that is not the one they read, or was cut short,
// and is not opened (Journal::Options::Seen).
//
// Thread safety: free function. Failure: as the stores; kDataLoss where one is damaged.
#pragma once

#include "app/server.h"
#include "base/io/file_system.h"
#include "base/result.h"
#include "records/journal/journal.h"

namespace mooring::app {

Result<records::Journal::Options::Seen> NewestSeen(FileSystem& files, const DataPaths& paths);

}  // namespace mooring::app

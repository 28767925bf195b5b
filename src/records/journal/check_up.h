// A quick look at a journal's newest two segments, for `mooring doctor`: it costs no more the older
// the journal is. `mooring log verify` (VerifyJournal in reader.h) walks all of it.
//
// Thread safety: free functions; beside a running journal too. Failure: damage is a finding of the
// report, kDataLoss where there is no report.
#pragma once

#include <optional>
#include <string>

#include "base/clock.h"
#include "records/journal/reader.h"

namespace mooring::records {

Result<VerifyReport> VerifyNewest(FileSystem& files, const std::string& directory);
// When the newest record was made; nothing while those two segments hold none.
Result<std::optional<Time>> NewestRecordTime(FileSystem& files, const std::string& directory);

}  // namespace mooring::records

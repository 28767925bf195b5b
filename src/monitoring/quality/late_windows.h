// RescoreLate: windows that were let go, scored again because an outcome came for them after all, a
// year late perhaps: one walk over the journal from the oldest of them on finds their decisions and
// whatever outcomes there are by now.
//
// Thread safety: pure but for the files it reads. Cost: about 1 µs a decision of the windows, 0.2
// µs a record of everything behind them. Memory: the windows' rows. Failure: decisions that
// retention has dropped are lacking, and a window without any gives no report; damage is skipped.
#pragma once

#include <string>
#include <vector>

#include "base/io/file_system.h"
#include "monitoring/quality/quality_book.h"
#include "records/journal/journal.h"

namespace mooring::monitoring {

struct JournalPlace {
  FileSystem* files = nullptr;
  std::string directory;
  records::JournalPosition end;  // of what is durable
};

Result<std::vector<QualityReport>> RescoreLate(const JournalPlace& journal,
                                               const std::vector<LateWindow>& windows, Time now);

}  // namespace mooring::monitoring

// ProfileOfPeriod: the profile of a model's decisions of a period, read from the journal: the
// reference of `monitor.reference: fixed`.
//
// Thread safety: pure but for the files it reads. Cost: a walk over the journal, about 1 µs a
// decision.
#pragma once

#include <string>

#include "base/io/file_system.h"
#include "data/stats/profile.h"
#include "monitoring/references.h"
#include "records/journal/journal.h"

namespace mooring::monitoring {

struct PeriodSource {
  FileSystem* files = nullptr;
  std::string journal_directory;
  records::JournalPosition end;  // of what is durable
  std::string model;
};

// On the bins of the reference's training profile, which it must have: decisions of every version,
// at from <= at < to of its rule, with what is watched of their outputs. Damage in the journal is
// skipped.
Result<data::BatchProfile> ProfileOfPeriod(const PeriodSource& source, const Reference& reference);

}  // namespace mooring::monitoring

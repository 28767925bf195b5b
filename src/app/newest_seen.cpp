#include "app/newest_seen.h"

#include "monitoring/checkpoint.h"
#include "records/lake/lake.h"
#include "serving/stop_limits/limit_recovery.h"

namespace mooring::app {

Result<records::Journal::Options::Seen> NewestSeen(FileSystem& files, const DataPaths& paths) {
  constexpr std::uint16_t kReplica = 1;
  records::Journal::Options::Seen seen;
  ASSIGN_OR_RETURN(seen.segment, records::NewestInLake(files, paths.lake, kReplica));
  seen.by = "the lake";
  ASSIGN_OR_RETURN(const monitoring::Checkpoint checkpoint,
                   monitoring::ReadCheckpoint(files, paths.watch_checkpoint));
  for (const auto& [window, from] : checkpoint) {
    if (from.replica != kReplica || from.segment <= seen.segment) continue;
    seen = {from.segment, "the watch's checkpoint"};
  }
  ASSIGN_OR_RETURN(const records::JournalPosition limits,
                   serving::SnapshotPosition({&files, paths.journal, paths.limits}));
  if (limits.segment > seen.segment) seen = {limits.segment, "the snapshot of limits"};
  return seen;
}

}  // namespace mooring::app

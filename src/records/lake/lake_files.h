// LakeNames: where the lake's files are; ReadSegment: one segment of the journal as the lake's
// rows.
//
// Thread safety: values and free functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/ids.h"
#include "records/lake/lake.h"
#include "records/lake/lake_rows.h"

namespace mooring::records {

class LakeNames {
 public:
  explicit LakeNames(std::string directory) : directory_(std::move(directory)) {}

  Status MakeDirectories(FileSystem& files) const;
  std::string Lock() const { return directory_ + "/lock"; }
  std::string DecisionFolder(const std::string& model, const std::string& day) const;
  std::string OutcomeFolder() const { return directory_ + "/outcomes"; }
  // `place` counts the tables of a segment.
  std::string Decisions(const std::string& folder, DecisionId segment, VersionNumber version,
                        std::size_t place) const;
  std::string Outcomes(std::uint16_t replica, std::uint32_t segment) const;
  // There when the whole segment is in the lake.
  std::string Done(std::uint16_t replica, std::uint32_t segment) const;
  std::string DoneFolder() const { return directory_ + "/segments"; }
  std::string DecisionsFolder() const { return directory_ + "/decisions"; }
  // The replica and segment that a file of the lake came from; nothing for other names. A half
  // written one (….tmp) counts.
  static std::optional<std::pair<std::uint16_t, std::uint32_t>> SegmentOf(std::string_view name);

 private:
  std::string directory_;
};

// Gathers the records from segment `number` on and before `limit`; finished.
Status ReadSegment(const LakePlaces& places, std::uint32_t number, JournalPosition limit,
                   LakeRows& rows);

}  // namespace mooring::records

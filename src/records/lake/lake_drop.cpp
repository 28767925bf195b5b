#include <vector>

#include "records/journal/anchor.h"
#include "records/lake/lake.h"
#include "records/lake/lake_files.h"

namespace mooring::records {
namespace {

// One walk over the lake's folders, for one replica's segments before `oldest`.
class Dropper {
 public:
  Dropper(FileSystem& files, std::uint16_t replica, std::uint32_t oldest)
      : files_(files), replica_(replica), oldest_(oldest) {}

  // Removes what is too old in a folder; the folder itself when `whole` and nothing is left.
  Status Clean(const std::string& folder, bool whole = false) {
    ASSIGN_OR_RETURN(const std::vector<std::string> names, files_.List(folder));
    std::size_t left = names.size();
    for (const std::string& name : names) {
      const auto place = LakeNames::SegmentOf(name);
      if (!place.has_value() || place->first != replica_ || place->second >= oldest_) continue;
      RETURN_IF_ERROR(files_.Remove(folder + "/" + name));
      --left;
      ++removed_;
    }
    if (left != names.size()) RETURN_IF_ERROR(files_.SyncDirectory(folder));
    return whole && left == 0 ? files_.Remove(folder) : Ok();
  }

  // Every folder in `folder`, `depth` levels down.
  Status CleanBelow(const std::string& folder, int depth) {
    ASSIGN_OR_RETURN(const std::vector<std::string> names, files_.List(folder));
    for (const std::string& name : names) {
      const std::string path = folder + "/" + name;
      ASSIGN_OR_RETURN(const FileStat stat, files_.Stat(path));
      if (!stat.is_directory) continue;
      RETURN_IF_ERROR(depth == 1 ? Clean(path, true) : CleanBelow(path, depth - 1));
    }
    return Ok();
  }

  std::size_t removed() const { return removed_; }

 private:
  FileSystem& files_;
  const std::uint16_t replica_;
  const std::uint32_t oldest_;
  std::size_t removed_ = 0;
};

}  // namespace

Result<std::size_t> DropFromLake(const LakePlaces& places) {
  FileSystem& files = *places.files;
  const LakeNames names(places.lake_directory);
  if (!files.Exists(names.DoneFolder())) return std::size_t{0};
  ASSIGN_OR_RETURN(const auto anchor, ReadAnchor(files, places.journal_directory));
  if (!anchor.has_value()) return std::size_t{0};
  ASSIGN_OR_RETURN(const auto lock, files.Lock(names.Lock()));
  Dropper dropper(files, anchor->replica, anchor->oldest);
  RETURN_IF_ERROR(dropper.Clean(names.DoneFolder()));  // durable before any file goes
  RETURN_IF_ERROR(dropper.Clean(names.OutcomeFolder()));
  RETURN_IF_ERROR(dropper.CleanBelow(names.DecisionsFolder(), 2));  // model=…/day=…
  return dropper.removed();
}

}  // namespace mooring::records

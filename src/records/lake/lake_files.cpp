#include "records/lake/lake_files.h"

#include <algorithm>
#include <charconv>

#include "records/journal/segment_cursor.h"
#include "records/journal/segment_format.h"

namespace mooring::records {
namespace {

// "r1-00000057", in the order of time within a replica.
std::string Stem(std::uint16_t replica, std::uint32_t segment) {
  std::string name = SegmentName(segment);
  name.resize(name.find('.'));
  return "r" + std::to_string(replica) + "-" + name;
}

}  // namespace

Status LakeNames::MakeDirectories(FileSystem& files) const {
  for (const char* folder : {"/decisions", "/outcomes", "/segments"}) {
    RETURN_IF_ERROR(files.MakeDirectories(directory_ + folder));
  }
  return Ok();
}

std::string LakeNames::DecisionFolder(const std::string& model, const std::string& day) const {
  return directory_ + "/decisions/model=" + model + "/day=" + day;
}

std::string LakeNames::Decisions(const std::string& folder, DecisionId segment,
                                 VersionNumber version, std::size_t place) const {
  return folder + "/" + Stem(segment.replica, segment.segment) + "-v" + std::to_string(version) +
         "-" + std::to_string(place) + ".parquet";
}

std::string LakeNames::Outcomes(std::uint16_t replica, std::uint32_t segment) const {
  return OutcomeFolder() + "/" + Stem(replica, segment) + ".parquet";
}

std::string LakeNames::Done(std::uint16_t replica, std::uint32_t segment) const {
  return DoneFolder() + "/" + Stem(replica, segment);
}

std::optional<std::pair<std::uint16_t, std::uint32_t>> LakeNames::SegmentOf(
    std::string_view name) {
  if (!name.starts_with('r')) return std::nullopt;
  const char* const end = name.data() + name.size();
  std::pair<std::uint16_t, std::uint32_t> place;
  const auto replica = std::from_chars(name.data() + 1, end, place.first);
  if (replica.ec != std::errc() || replica.ptr == end || *replica.ptr != '-') return std::nullopt;
  const auto segment = std::from_chars(replica.ptr + 1, end, place.second);
  const bool whole = segment.ec == std::errc() &&
                     (segment.ptr == end || *segment.ptr == '-' || *segment.ptr == '.');
  return whole ? std::optional(place) : std::nullopt;
}

Result<std::uint32_t> NewestInLake(FileSystem& files, const std::string& lake_directory,
                                   std::uint16_t replica) {
  const std::string folder = LakeNames(lake_directory).DoneFolder();
  if (!files.Exists(folder)) return std::uint32_t{0};
  ASSIGN_OR_RETURN(const std::vector<std::string> names, files.List(folder));
  std::uint32_t newest = 0;
  for (const std::string& name : names) {
    const auto place = LakeNames::SegmentOf(name);
    if (place && place->first == replica) newest = std::max(newest, place->second);
  }
  return newest;
}

Status ReadSegment(const LakePlaces& places, std::uint32_t number, JournalPosition limit,
                   LakeRows& rows) {
  rows.SetSegment(number);
  ASSIGN_OR_RETURN(SegmentCursor cursor,
                   SegmentCursor::Open(*places.files, places.journal_directory, number));
  // Only a hint, so that columns grow once: what the footer cannot tell, the records will.
  const auto sealed = cursor.ReadFooter();
  if (sealed.ok() && sealed->has_value()) rows.Expect((*sealed)->decisions);
  ASSIGN_OR_RETURN(const auto reader, JournalReader::Open(*places.files, places.journal_directory,
                                                          {number, 0}));
  while (true) {
    ASSIGN_OR_RETURN(const std::size_t read, reader->Read(limit, 100'000, rows));
    if (read == 0) break;
  }
  rows.Finish();
  return rows.status();
}

}  // namespace mooring::records

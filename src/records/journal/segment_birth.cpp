#include "records/journal/segment_birth.h"

#include <array>

#include "records/journal/segment_format.h"

namespace mooring::records {

Result<std::optional<SegmentBirth>> BirthOf(FileSystem& files, const std::string& directory,
                                            std::uint32_t segment) {
  const std::string path = SegmentPath(directory, segment);
  const auto file = files.Open(path, OpenMode::kRead);
  if (!file.ok() && file.error().code() == Code::kNotFound) return std::optional<SegmentBirth>();
  if (!file.ok()) return file.error();
  std::array<std::byte, kSegmentHeadBytes> bytes{};
  ASSIGN_OR_RETURN(const std::size_t read, (*file)->ReadAt(0, bytes));
  const std::optional<SegmentHead> head = TakeSegmentHead(ByteSpan(bytes).first(read));
  if (!head.has_value()) {
    return Error(Code::kDataLoss,
                 "the head of journal segment " + SegmentName(segment) + " is damaged")
        .Where(path)
        .Help("run 'mooring log verify', then restore it from a copy");
  }
  Sha256 sum;
  sum.Update(bytes);
  return std::optional(SegmentBirth{sum.Finish(), head->previous_end});
}

}  // namespace mooring::records

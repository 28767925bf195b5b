#include "records/journal/anchor.h"

#include "data/table/bytes.h"

namespace mooring::records {
namespace {

constexpr std::string_view kMagic = "MOORANC1";
constexpr std::uint64_t kAnchorBytes = 8 + 2 + 4 + 4 + 32 + 4 + 8 + 32 + 4;

void AppendFixed(std::string& out, const auto& value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof(value));
}

}  // namespace

std::string AnchorPath(const std::string& directory) { return directory + "/anchor"; }

Status WriteAnchor(FileSystem& files, const std::string& directory, const Anchor& anchor) {
  std::string out(kMagic);
  AppendFixed(out, anchor.replica);
  AppendFixed(out, anchor.oldest);
  AppendFixed(out, anchor.newest);
  AppendFixed(out, anchor.oldest_chain);
  AppendFixed(out, anchor.tip_segment);
  AppendFixed(out, anchor.tip_end);
  AppendFixed(out, anchor.tip_chain);
  AppendFixed(out, Crc32c(AsBytes(out)));
  return files.WriteFileDurably(AnchorPath(directory), AsBytes(out));
}

Result<std::optional<Anchor>> ReadAnchor(FileSystem& files, const std::string& directory) {
  const auto damaged = [&] {
    return Error(Code::kDataLoss, AnchorPath(directory) + " is damaged")
        .Help("restore it from a copy; without it a missing segment would go unnoticed");
  };
  const Result<std::string> text = files.ReadFile(AnchorPath(directory), 4096);
  if (!text.ok()) {
    if (text.error().code() == Code::kNotFound) return std::optional<Anchor>();
    if (text.error().code() == Code::kTooLarge) return damaged();
    return text.error();
  }
  if (text->size() != kAnchorBytes || !text->starts_with(kMagic)) return damaged();
  data::ByteReader in(AsBytes(*text).subspan(kMagic.size()));
  Anchor anchor;
  anchor.replica = in.Value<std::uint16_t>();
  anchor.oldest = in.Value<std::uint32_t>();
  anchor.newest = in.Value<std::uint32_t>();
  anchor.oldest_chain = in.Value<Digest>();
  anchor.tip_segment = in.Value<std::uint32_t>();
  anchor.tip_end = in.Value<std::uint64_t>();
  anchor.tip_chain = in.Value<Digest>();
  if (in.Value<std::uint32_t>() != Crc32c(AsBytes(*text).first(kAnchorBytes - 4))) return damaged();
  return std::optional<Anchor>(anchor);
}

}  // namespace mooring::records

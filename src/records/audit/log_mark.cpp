#include "records/audit/log_mark.h"

#include <array>
#include <cstdint>

#include "base/text/json.h"
#include "base/text/json_writer.h"
#include "records/audit/tree_head.h"

namespace mooring::records {
namespace {

constexpr std::size_t kSumDigits = 8;

std::string SumOf(std::string_view json) {
  const std::uint32_t sum = Crc32c(AsBytes(json));
  std::array<std::byte, 4> bytes{};
  for (std::size_t i = 0; i < 4; ++i) bytes[i] = static_cast<std::byte>(sum >> (24 - 8 * i));
  return Hex(bytes);
}

Result<LogMark> Decode(std::string_view text) {
  ASSIGN_OR_RETURN(const Json json, Json::Parse(text, {.name = "mark"}));
  LogMark mark;
  ASSIGN_OR_RETURN(mark.place.records, json.GetUint("records"));
  ASSIGN_OR_RETURN(mark.place.offset, json.GetUint("bytes"));
  ASSIGN_OR_RETURN(mark.place.last, json.GetUint("last"));
  ASSIGN_OR_RETURN(const std::string_view chain, json.GetString("chain"));
  ASSIGN_OR_RETURN(mark.place.chain, DecodeDigest(chain));
  ASSIGN_OR_RETURN(const Json::Array* const tree, json.GetArray("tree"));
  std::vector<Digest> peaks;
  for (const Json& peak : *tree) {
    ASSIGN_OR_RETURN(const std::string_view digits, peak.AsString());
    ASSIGN_OR_RETURN(const Digest digest, DecodeDigest(digits));
    peaks.push_back(digest);
  }
  ASSIGN_OR_RETURN(mark.tree, TreeFrontier::From(mark.place.records, std::move(peaks)));
  return mark;
}

}  // namespace

std::string EncodeMark(const LogMark& mark) {
  std::string text;
  JsonWriter json(text);
  json.BeginObject().Member("bytes", mark.place.offset).Member("chain", Hex(mark.place.chain));
  json.Member("last", mark.place.last).Member("records", mark.place.records);
  json.Key("tree").BeginArray();
  for (const Digest& peak : mark.tree.peaks()) json.Value(Hex(peak));
  json.EndArray().EndObject();
  return SumOf(text) + " " + text + "\n";
}

std::optional<LogMark> DecodeMark(std::string_view slot) {
  const std::size_t end = slot.find('\n');
  if (end == slot.npos || end <= kSumDigits + 1 || slot[kSumDigits] != ' ') return {};
  const std::string_view json = slot.substr(kSumDigits + 1, end - kSumDigits - 1);
  if (slot.substr(0, kSumDigits) != SumOf(json)) return {};
  auto mark = Decode(json);
  if (!mark.ok()) return {};
  return std::move(mark).value();
}

Result<FoundMark> ReadMark(File& file) {
  std::string bytes(2 * kMarkSlotBytes, '\0');
  ASSIGN_OR_RETURN(const std::size_t got, file.ReadAt(0, std::as_writable_bytes(std::span(bytes))));
  const std::string_view read = std::string_view(bytes).substr(0, got);
  FoundMark found;
  for (const std::uint64_t slot : {std::uint64_t{0}, kMarkSlotBytes}) {
    if (slot >= read.size()) break;
    auto mark = DecodeMark(read.substr(slot, kMarkSlotBytes));
    if (!mark) continue;
    if (found.mark && found.mark->place.records >= mark->place.records) continue;
    found.mark = std::move(mark);
    found.free_slot = kMarkSlotBytes - slot;
  }
  return found;
}

Status WriteMark(File& file, std::uint64_t slot, const LogMark& mark) {
  RETURN_IF_ERROR(file.WriteAt(slot, AsBytes(EncodeMark(mark))));
  return file.Sync();
}

}  // namespace mooring::records

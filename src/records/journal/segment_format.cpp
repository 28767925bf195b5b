#include "records/journal/segment_format.h"

#include <charconv>
#include <cstring>

#include "data/table/bytes.h"

namespace mooring::records {
namespace {

template <typename T>
ByteSpan BytesOf(const T& value) {
  return std::as_bytes(std::span(&value, 1));
}

constexpr std::string_view kSuffix = ".segment";
constexpr std::uint32_t kTrailerMark = 0x31444E45U;  // "END1"

void AppendFixed(std::string& out, const auto& value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof(value));
}

}  // namespace

void SegmentSummary::Note(const RecordHead& head, std::uint64_t offset, std::uint32_t rows) {
  if (records == 0) first_us = head.at_us;
  last_us = head.at_us;
  ++records;
  if (head.kind == RecordKind::kOutcomes) outcomes += rows;
  if (head.kind == RecordKind::kRefusal) ++refusals;
  if (head.kind == RecordKind::kBinding) {
    bindings.push_back({static_cast<std::uint16_t>(head.first), offset});
  }
  if (head.kind != RecordKind::kDecisions) return;
  if (index.empty() || offset >= index.back().offset + kIndexStepBytes) {
    index.push_back({head.first, offset, head.at_us});
  }
  decisions = head.first + rows;
}

void SegmentSummary::Add(const SegmentSummary& group, std::uint64_t base) {
  if (group.records == 0) return;
  if (records == 0) first_us = group.first_us;
  last_us = group.last_us;
  records += group.records;
  outcomes += group.outcomes;
  refusals += group.refusals;
  decisions = group.decisions;
  for (const BindingPlace& place : group.bindings) {
    bindings.push_back({place.number, base + place.offset});
  }
  for (const IndexEntry& entry : group.index) {
    if (!index.empty() && base + entry.offset < index.back().offset + kIndexStepBytes) continue;
    index.push_back({entry.ordinal, base + entry.offset, entry.at_us});
  }
}

void SegmentSummary::Clear(std::uint32_t next_ordinal) {
  end = 0;
  records = outcomes = refusals = commits = 0;
  decisions = next_ordinal;
  first_us = last_us = 0;
  index.clear();
  bindings.clear();
}

std::uint32_t SaltOf(std::uint16_t replica, std::uint32_t number, std::uint64_t epoch) {
  std::string bytes;
  AppendFixed(bytes, replica);
  AppendFixed(bytes, number);
  AppendFixed(bytes, epoch);
  return Crc32c(AsBytes(bytes));
}

void PutHead(RecordHead head, std::uint32_t salt, char* out) {
  head.head_crc = Crc32c(BytesOf(head).first(28), salt);
  std::memcpy(out, &head, sizeof(head));
}

std::optional<RecordHead> TakeHead(ByteSpan bytes, std::uint32_t salt) {
  RecordHead head;
  if (bytes.size() < sizeof(head)) return std::nullopt;
  std::memcpy(&head, bytes.data(), sizeof(head));
  if (head.marker != kRecordMarker) return std::nullopt;
  if (head.head_crc != Crc32c(bytes.first(28), salt)) return std::nullopt;
  return head;
}

std::string EncodeSegmentHead(SegmentHead& head) {
  head.crc = Crc32c(BytesOf(head).first(sizeof(head) - 4));
  return std::string(AsText(BytesOf(head)));
}

std::optional<SegmentHead> TakeSegmentHead(ByteSpan bytes) {
  SegmentHead head;
  if (bytes.size() < sizeof(head)) return std::nullopt;
  const SegmentHead expected;
  std::memcpy(&head, bytes.data(), sizeof(head));
  if (std::memcmp(head.magic, expected.magic, sizeof(head.magic)) != 0) return std::nullopt;
  if (head.crc != Crc32c(bytes.first(sizeof(head) - 4))) return std::nullopt;
  return head;
}

void AppendRecord(RecordHead head, std::string_view payload, std::uint32_t salt, std::string& out) {
  const std::size_t start = out.size();
  out.resize(start + RecordBytes(payload.size()), '\0');
  char* const at = out.data() + start + sizeof(RecordHead);
  std::memcpy(at, payload.data(), payload.size());
  head.size = static_cast<std::uint32_t>(payload.size());
  head.payload_crc = Crc32c(AsBytes({at, PaddedBytes(payload.size())}));
  PutHead(head, salt, out.data() + start);
}

Digest FirstChain(const SegmentHead& head) { return Sha256Of(BytesOf(head)); }

Digest NextChain(const Digest& before, ByteSpan group, const CommitFrame& frame) {
  Sha256 sum;
  sum.Update(before);
  sum.Update(group);
  sum.Update(BytesOf(frame).subspan(sizeof(Digest)));
  return sum.Finish();
}

std::string_view AsPayload(const CommitFrame& frame) { return AsText(BytesOf(frame)); }

std::optional<CommitFrame> TakeCommit(ByteSpan payload) {
  CommitFrame frame;
  if (payload.size() != sizeof(frame)) return std::nullopt;
  std::memcpy(&frame, payload.data(), sizeof(frame));
  return frame;
}

std::string EncodeSummary(const SegmentSummary& summary) {
  std::string out;
  AppendFixed(out, summary.end);
  AppendFixed(out, summary.chain);
  AppendFixed(out, summary.records);
  AppendFixed(out, summary.outcomes);
  AppendFixed(out, summary.refusals);
  AppendFixed(out, summary.commits);
  AppendFixed(out, summary.decisions);
  AppendFixed(out, summary.first_us);
  AppendFixed(out, summary.last_us);
  AppendFixed(out, static_cast<std::uint32_t>(summary.bindings.size()));
  for (const BindingPlace& place : summary.bindings) {
    AppendFixed(out, place.number);
    AppendFixed(out, place.offset);
  }
  AppendFixed(out, static_cast<std::uint32_t>(summary.index.size()));
  for (const IndexEntry& entry : summary.index) {
    AppendFixed(out, entry.ordinal);
    AppendFixed(out, entry.offset);
    AppendFixed(out, entry.at_us);
  }
  return out;
}

std::optional<SegmentSummary> TakeSummary(ByteSpan payload) {
  data::ByteReader in(payload);
  SegmentSummary summary;
  summary.end = in.Value<std::uint64_t>();
  summary.chain = in.Value<Digest>();
  summary.records = in.Value<std::uint64_t>();
  summary.outcomes = in.Value<std::uint64_t>();
  summary.refusals = in.Value<std::uint64_t>();
  summary.commits = in.Value<std::uint64_t>();
  summary.decisions = in.Value<std::uint32_t>();
  summary.first_us = in.Value<std::int64_t>();
  summary.last_us = in.Value<std::int64_t>();
  for (auto left = in.Value<std::uint32_t>(); left != 0 && in.ok(); --left) {
    BindingPlace place;
    place.number = in.Value<std::uint16_t>();
    place.offset = in.Value<std::uint64_t>();
    summary.bindings.push_back(place);
  }
  for (auto left = in.Value<std::uint32_t>(); left != 0 && in.ok(); --left) {
    IndexEntry entry;
    entry.ordinal = in.Value<std::uint32_t>();
    entry.offset = in.Value<std::uint64_t>();
    entry.at_us = in.Value<std::int64_t>();
    summary.index.push_back(entry);
  }
  if (!in.ok() || in.left() != 0) return std::nullopt;
  return summary;
}

std::string EncodeTrailer(std::uint64_t footer_offset, std::uint32_t salt) {
  std::string out;
  AppendFixed(out, footer_offset);
  AppendFixed(out, kTrailerMark);
  AppendFixed(out, Crc32c(AsBytes(out), salt));
  return out;
}

std::optional<std::uint64_t> TakeTrailer(ByteSpan bytes, std::uint32_t salt) {
  data::ByteReader in(bytes);
  const auto offset = in.Value<std::uint64_t>();
  const auto mark = in.Value<std::uint32_t>();
  const auto crc = in.Value<std::uint32_t>();
  if (!in.ok() || mark != kTrailerMark || crc != Crc32c(bytes.first(12), salt)) return std::nullopt;
  return offset;
}

std::string SegmentName(std::uint32_t number) {
  std::string digits = std::to_string(number);
  if (digits.size() < 8) digits.insert(0, 8 - digits.size(), '0');
  return digits.append(kSuffix);
}

std::optional<std::uint32_t> SegmentNumber(std::string_view name) {
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  if (error != std::errc() || number == 0 || SegmentName(number) != name) return std::nullopt;
  return number;
}

std::string SegmentPath(const std::string& directory, std::uint32_t number) {
  return directory + "/" + SegmentName(number);
}

}  // namespace mooring::records

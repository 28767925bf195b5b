#include "records/journal/limit_note_codec.h"

namespace mooring::records {
namespace {

using data::AppendText;
using data::AppendVarint;
using data::ByteReader;

// A hit is at least this many bytes, a delta that many: what a count may claim is bounded by what
// is there.
constexpr std::size_t kLeastDelta = 21, kLeastHit = 7;

std::uint64_t ZigZag(std::int64_t value) {
  return (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
}
std::int64_t Unzag(std::uint64_t value) {
  return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
}
// Times are near each other, so their difference is short; it wraps, so that all are kept.
std::uint64_t Apart(std::int64_t value, std::int64_t from) {
  return ZigZag(static_cast<std::int64_t>(static_cast<std::uint64_t>(value) -
                                          static_cast<std::uint64_t>(from)));
}
std::int64_t Together(std::uint64_t apart, std::int64_t from) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(Unzag(apart)) +
                                   static_cast<std::uint64_t>(from));
}

void AppendState(std::string& out, const LimitStateId& state) {
  out.append(reinterpret_cast<const char*>(&state.high), sizeof(state.high));
  out.append(reinterpret_cast<const char*>(&state.low), sizeof(state.low));
}

void EncodeDelta(const LimitDelta& delta, std::int64_t at, std::string& out) {
  out.push_back(static_cast<char>(delta.op));
  AppendVarint(out, delta.row);
  AppendState(out, delta.state);
  AppendVarint(out, Apart(delta.bucket, at));
  AppendVarint(out, Apart(delta.expires, at));
  AppendVarint(out, ZigZag(delta.amount));
}

LimitDelta DecodeDelta(ByteReader& in, std::uint64_t rows, std::int64_t at) {
  LimitDelta delta;
  const auto op = in.Value<std::uint8_t>();
  const std::uint64_t row = in.Varint();
  delta.state.high = in.Value<std::uint64_t>();
  delta.state.low = in.Value<std::uint64_t>();
  delta.bucket = Together(in.Varint(), at);
  delta.expires = Together(in.Varint(), at);
  delta.amount = Unzag(in.Varint());
  if (op > static_cast<std::uint8_t>(LimitOp::kUnmark) || row >= rows) in.Fail();
  delta.op = static_cast<LimitOp>(op);
  delta.row = static_cast<std::uint32_t>(row);
  return delta;
}

constexpr std::uint8_t kAdvisory = 1, kLatched = 2;

void EncodeHit(const LimitHit& hit, std::int64_t at, std::string& out) {
  AppendVarint(out, hit.row);
  AppendText(out, hit.limit);
  out.push_back(static_cast<char>((hit.advisory ? kAdvisory : 0) | (hit.latched ? kLatched : 0)));
  out.push_back(static_cast<char>(hit.digits));
  AppendVarint(out, ZigZag(hit.current));
  AppendVarint(out, ZigZag(hit.threshold));
  AppendVarint(out, Apart(hit.resets, at));
}

LimitHit DecodeHit(ByteReader& in, std::uint64_t rows, std::int64_t at) {
  LimitHit hit;
  const std::uint64_t row = in.Varint();
  hit.limit = in.Text();
  const auto flags = in.Value<std::uint8_t>();
  hit.advisory = (flags & kAdvisory) != 0;
  hit.latched = (flags & kLatched) != 0;
  hit.digits = in.Value<std::uint8_t>();
  hit.current = Unzag(in.Varint());
  hit.threshold = Unzag(in.Varint());
  hit.resets = Together(in.Varint(), at);
  if (flags > (kAdvisory | kLatched) || row >= rows) in.Fail();
  hit.row = static_cast<std::uint32_t>(row);
  return hit;
}

}  // namespace

void EncodeNote(const LimitNote& note, std::string& out) {
  AppendVarint(out, ZigZag(note.at));
  AppendText(out, note.limit_set);
  AppendVarint(out, note.deltas.size());
  for (const LimitDelta& delta : note.deltas) EncodeDelta(delta, note.at, out);
  AppendVarint(out, note.hits.size());
  for (const LimitHit& hit : note.hits) EncodeHit(hit, note.at, out);
}

void DecodeNote(ByteReader& in, std::uint64_t rows, LimitNote& note) {
  note.Clear();
  note.at = Unzag(in.Varint());
  note.limit_set = in.Text();
  const std::uint64_t deltas = in.Varint();
  if (deltas > in.left() / kLeastDelta) return in.Fail();
  for (std::uint64_t i = 0; i < deltas && in.ok(); ++i) {
    note.deltas.push_back(DecodeDelta(in, rows, note.at));
  }
  const std::uint64_t hits = in.Varint();
  if (hits > in.left() / kLeastHit) return in.Fail();
  for (std::uint64_t i = 0; i < hits && in.ok(); ++i) {
    note.hits.push_back(DecodeHit(in, rows, note.at));
  }
}

}  // namespace mooring::records

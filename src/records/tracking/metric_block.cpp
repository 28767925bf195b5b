#include "records/tracking/metric_block.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <span>

#include "base/crypto/digest.h"
#include "records/tracking/metric_point.h"

namespace mooring::records {
namespace {

constexpr unsigned char kForm = 1;
constexpr std::size_t kChecksum = 4;
constexpr std::size_t kLeastPointBytes = 3;  // a byte of time, one of step, one of value

Error Damaged(const char* what) {
  return Error(Code::kDataLoss, std::string("block of metrics is damaged: ") + what);
}

std::uint64_t ZigZag(std::uint64_t difference) {
  return (difference << 1) ^ (0 - (difference >> 63));
}
std::uint64_t UnZigZag(std::uint64_t coded) { return (coded >> 1) ^ (0 - (coded & 1)); }

void PutVarint(std::string& out, std::uint64_t value) {
  while (value >= 0x80) {
    out.push_back(static_cast<char>(value | 0x80));
    value >>= 7;
  }
  out.push_back(static_cast<char>(value));
}

// Reads forward within its bytes; once it ran over, everything is 0 and ok() is false.
class Cursor {
 public:
  explicit Cursor(ByteSpan bytes) : bytes_(bytes) {}
  bool ok() const { return ok_; }
  bool AtEnd() const { return bytes_.empty(); }

  std::uint64_t Varint() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64 && !bytes_.empty(); shift += 7) {
      const auto byte = static_cast<std::uint64_t>(bytes_.front());
      bytes_ = bytes_.subspan(1);
      if (shift == 63 && byte > 1) break;
      value |= (byte & 0x7F) << shift;
      if (byte < 0x80) return value;
    }
    return Fail();
  }
  // The low `size` bytes of a number, at most 8.
  std::uint64_t Fixed(std::size_t size) {
    if (bytes_.size() < size) return Fail();
    std::uint64_t value = 0;
    std::memcpy(&value, bytes_.data(), size);
    bytes_ = bytes_.subspan(size);
    return value;
  }
  ByteSpan Take(std::uint64_t size) {
    if (size > bytes_.size()) {
      Fail();
      return {};
    }
    const ByteSpan taken = bytes_.first(static_cast<std::size_t>(size));
    bytes_ = bytes_.subspan(taken.size());
    return taken;
  }

 private:
  std::uint64_t Fail() {
    ok_ = false;
    bytes_ = {};
    return 0;
  }
  ByteSpan bytes_;
  bool ok_ = true;
};

std::uint64_t Bits(std::int64_t value) { return static_cast<std::uint64_t>(value); }
std::int64_t Number(std::uint64_t bits) { return static_cast<std::int64_t>(bits); }

// Each value against the one before: how many zero bytes lead and trail, then the bytes between.
void PutChanges(std::string& out, std::span<const KeyedPoint> group) {
  std::uint64_t before = 0;
  for (const KeyedPoint& keyed : group) {
    const auto bits = std::bit_cast<std::uint64_t>(keyed.point.value);
    const std::uint64_t change = bits ^ before;
    before = bits;
    const int trailing = change == 0 ? 8 : std::countr_zero(change) / 8;
    const int leading = change == 0 ? 0 : std::countl_zero(change) / 8;
    out.push_back(static_cast<char>(leading << 4 | trailing));
    const std::uint64_t kept = trailing == 8 ? 0 : change >> (8 * trailing);
    out.append(reinterpret_cast<const char*>(&kept),
               static_cast<std::size_t>(8 - leading - trailing));
  }
}

void PutRaw(std::string& out, std::span<const KeyedPoint> group) {
  for (const KeyedPoint& keyed : group) {
    out.append(reinterpret_cast<const char*>(&keyed.point.value), sizeof(double));
  }
}

struct Base {
  std::int64_t timestamp = 0, step = 0;
};

// The group's columns; true when its values stand as changes.
bool PutColumns(std::string& out, std::span<const KeyedPoint> group, const Base& base) {
  std::uint64_t before = Bits(base.timestamp);
  for (const KeyedPoint& keyed : group) {
    PutVarint(out, ZigZag(Bits(keyed.point.timestamp) - before));
    before = Bits(keyed.point.timestamp);
  }
  before = Bits(base.step);
  for (const KeyedPoint& keyed : group) {
    PutVarint(out, ZigZag(Bits(keyed.point.step) - before));
    before = Bits(keyed.point.step);
  }
  const std::size_t values = out.size();
  PutChanges(out, group);
  if (out.size() - values < group.size() * sizeof(double)) return true;
  out.resize(values);
  PutRaw(out, group);
  return false;
}

struct Group {
  std::int64_t key = 0;
  std::size_t count = 0;
  bool changes = false;
  ByteSpan columns;
};

// Walks the groups of a block whose checksum is right.
class Walker {
 public:
  static Result<Walker> Open(ByteSpan block) {
    if (block.size() < 1 + kChecksum) return Damaged("too short");
    const ByteSpan body = block.first(block.size() - kChecksum);
    std::uint32_t checksum = 0;
    std::memcpy(&checksum, block.data() + body.size(), kChecksum);
    if (Crc32c(body) != checksum) return Damaged("the checksum differs");
    if (body.front() != std::byte{kForm}) return Damaged("an unknown form");
    Walker walker(body.subspan(1));
    const std::uint64_t count = walker.cursor_.Varint();
    if (count > kMostBlockPoints || count * kLeastPointBytes > body.size()) {
      return Damaged("more points than it can hold");
    }
    walker.left_ = static_cast<std::size_t>(count);
    walker.count_ = walker.left_;
    walker.base_.timestamp = Number(UnZigZag(walker.cursor_.Varint()));
    walker.base_.step = Number(UnZigZag(walker.cursor_.Varint()));
    return walker;
  }

  std::size_t count() const { return count_; }
  const Base& base() const { return base_; }

  // False at the end.
  Result<bool> Next(Group& group) {
    if (!cursor_.ok()) return Damaged("it ends early");
    if (left_ == 0) {
      if (!cursor_.AtEnd()) return Damaged("more follows its last point");
      return false;
    }
    const std::uint64_t gap = cursor_.Varint();
    const std::uint64_t count_and_form = cursor_.Varint();
    group.columns = cursor_.Take(cursor_.Varint());
    const std::uint64_t count = count_and_form >> 1;
    if (!cursor_.ok() || count == 0 || count > left_) return Damaged("a group of a wrong length");
    if (gap > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max() - key_) ||
        (gap == 0 && left_ != count_)) {
      return Damaged("keys out of order");
    }
    key_ += static_cast<std::int64_t>(gap);
    left_ -= static_cast<std::size_t>(count);
    group.key = key_;
    group.count = static_cast<std::size_t>(count);
    group.changes = (count_and_form & 1) != 0;
    return true;
  }

 private:
  explicit Walker(ByteSpan rest) : cursor_(rest) {}
  Cursor cursor_;
  Base base_;
  std::size_t count_ = 0, left_ = 0;
  std::int64_t key_ = 0;
};

double NextChange(Cursor& cursor, std::uint64_t& before) {
  const std::uint64_t zeros = cursor.Fixed(1);
  const std::uint64_t leading = zeros >> 4, trailing = zeros & 0xF;
  if (leading + trailing > 8) {
    cursor.Take(std::numeric_limits<std::uint64_t>::max());
    return 0;
  }
  const std::uint64_t kept = cursor.Fixed(static_cast<std::size_t>(8 - leading - trailing));
  before ^= trailing == 8 ? 0 : kept << (8 * trailing);
  return std::bit_cast<double>(before);
}

Status ReadColumns(const Group& group, const Base& base, std::span<MetricPoint> points) {
  Cursor cursor(group.columns);
  std::uint64_t before = Bits(base.timestamp);
  for (MetricPoint& point : points) {
    before += UnZigZag(cursor.Varint());
    point.timestamp = Number(before);
  }
  before = Bits(base.step);
  for (MetricPoint& point : points) {
    before += UnZigZag(cursor.Varint());
    point.step = Number(before);
  }
  before = 0;
  for (MetricPoint& point : points) {
    point.value = group.changes ? NextChange(cursor, before)
                                : std::bit_cast<double>(cursor.Fixed(sizeof(double)));
  }
  if (!cursor.ok() || !cursor.AtEnd()) return Damaged("a group of a wrong length");
  return Ok();
}

}  // namespace

std::string EncodeMetricBlock(std::vector<KeyedPoint>& points) {
  CHECK(points.size() <= kMostBlockPoints);
  std::sort(points.begin(), points.end(), [](const KeyedPoint& a, const KeyedPoint& b) {
    return a.key != b.key ? a.key < b.key : CompareHistory(a.point, b.point) < 0;
  });
  Base base;
  if (!points.empty()) base = {points.front().point.timestamp, points.front().point.step};
  std::string out(1, static_cast<char>(kForm));
  out.reserve(32 + points.size() * 12);
  PutVarint(out, points.size());
  PutVarint(out, ZigZag(Bits(base.timestamp)));
  PutVarint(out, ZigZag(Bits(base.step)));
  std::string columns;
  std::int64_t key = 0;
  for (std::size_t first = 0; first < points.size();) {
    std::size_t end = first;
    while (end < points.size() && points[end].key == points[first].key) ++end;
    CHECK(points[first].key >= 0);
    columns.clear();
    const bool changes = PutColumns(columns, std::span(points).subspan(first, end - first), base);
    PutVarint(out, static_cast<std::uint64_t>(points[first].key - key));
    PutVarint(out, (end - first) << 1 | (changes ? 1 : 0));
    PutVarint(out, columns.size());
    out += columns;
    key = points[first].key;
    first = end;
  }
  const std::uint32_t checksum = Crc32c(AsBytes(out));
  out.append(reinterpret_cast<const char*>(&checksum), sizeof(checksum));
  return out;
}

Result<std::vector<KeyedPoint>> DecodeMetricBlock(ByteSpan block) {
  ASSIGN_OR_RETURN(Walker walker, Walker::Open(block));
  std::vector<KeyedPoint> points;
  points.reserve(walker.count());
  std::vector<MetricPoint> read;
  Group group;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, walker.Next(group));
    if (!more) return points;
    read.assign(group.count, {});
    RETURN_IF_ERROR(ReadColumns(group, walker.base(), read));
    for (const MetricPoint& point : read) points.push_back({group.key, point});
  }
}

Status ReadMetricOfBlock(ByteSpan block, std::int64_t key, std::vector<MetricPoint>& points) {
  ASSIGN_OR_RETURN(Walker walker, Walker::Open(block));
  Group group;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, walker.Next(group));
    if (!more || group.key > key) return Ok();
    if (group.key != key) continue;
    const std::size_t before = points.size();
    points.resize(before + group.count);
    return ReadColumns(group, walker.base(), std::span(points).subspan(before));
  }
}

}  // namespace mooring::records

#include "records/tracking/sqlite/history_blocks.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "records/tracking/sqlite/metrics.h"
#include "records/tracking/sqlite/schema.h"

namespace mooring::records {
namespace {

constexpr std::int64_t kBlocks = std::int64_t{1} << kBlockBits;

std::int64_t FirstBlock(std::int64_t run) { return run * kBlocks; }
std::int64_t LastBlock(std::int64_t run) { return run * kBlocks + kBlocks - 1; }

struct Tail {
  std::int64_t id = 0;
  std::vector<KeyedPoint> points;
  std::size_t bytes = 0;
};

Result<std::optional<Tail>> ReadTail(Session& session, std::int64_t run) {
  ASSIGN_OR_RETURN(Query read, session.Ask("SELECT id, block FROM history WHERE id BETWEEN ? AND ? "
                                           "ORDER BY id DESC LIMIT 1"));
  RETURN_IF_ERROR(read->Start(FirstBlock(run), LastBlock(run)));
  ASSIGN_OR_RETURN(const bool found, read->Step());
  if (!found) return std::optional<Tail>();
  Tail tail{.id = read->Int(0)};
  const ByteSpan block = read->Bytes(1);
  tail.bytes = block.size();
  if (tail.bytes < kBlockBytes) {
    ASSIGN_OR_RETURN(tail.points, DecodeMetricBlock(block));
  }
  return std::optional(std::move(tail));
}

Status WriteBlocks(Session& session, std::int64_t run, std::int64_t first,
                   const std::vector<std::string>& blocks) {
  if (first + static_cast<std::int64_t>(blocks.size()) - 1 > LastBlock(run)) {
    return Error(Code::kResourceExhausted,
                 fmt::format("the run has {} blocks of metrics, the most there can be", kBlocks));
  }
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    RETURN_IF_ERROR(session.Run("INSERT OR REPLACE INTO history(id, block) VALUES(?, ?)",
                                first + static_cast<std::int64_t>(i), AsBytes(blocks[i])));
  }
  return Ok();
}

}  // namespace

std::vector<std::string> SplitIntoBlocks(std::vector<KeyedPoint> points, std::size_t most_bytes) {
  std::vector<std::string> blocks;
  std::size_t count = (points.size() + kMostBlockPoints - 1) / kMostBlockPoints;
  if (count <= 1) {
    blocks.push_back(EncodeMetricBlock(points));
    if (blocks.front().size() <= most_bytes || points.size() <= 1) return blocks;
    count = blocks.front().size() / most_bytes + 1;
  }
  for (; count < points.size(); ++count) {
    blocks.clear();
    bool fits = true;
    for (std::size_t i = 0; i < count && fits; ++i) {
      const auto at = [&](std::size_t part) {
        return points.begin() + static_cast<std::ptrdiff_t>(points.size() * part / count);
      };
      std::vector<KeyedPoint> part(at(i), at(i + 1));
      blocks.push_back(EncodeMetricBlock(part));
      fits = blocks.back().size() <= most_bytes;
    }
    if (fits) return blocks;
  }
  blocks.clear();
  for (const KeyedPoint& point : points) {
    std::vector<KeyedPoint> alone = {point};
    blocks.push_back(EncodeMetricBlock(alone));
  }
  return blocks;
}

Status AppendHistory(Session& session, std::int64_t run, std::vector<KeyedPoint> points) {
  if (points.empty()) return Ok();
  ASSIGN_OR_RETURN(std::optional<Tail> tail, ReadTail(session, run));
  if (!tail.has_value()) {
    return WriteBlocks(session, run, FirstBlock(run),
                       SplitIntoBlocks(std::move(points), kBlockBytes));
  }
  if (tail->bytes >= kBlockBytes) {
    return WriteBlocks(session, run, tail->id + 1, SplitIntoBlocks(std::move(points), kBlockBytes));
  }
  const std::size_t added = points.size();
  std::vector<KeyedPoint>& merged = tail->points;
  merged.insert(merged.end(), points.begin(), points.end());
  std::vector<std::string> blocks = SplitIntoBlocks(merged, kBlockBytes);
  // Splitting again and again what was nearly full would leave half-empty pages behind.
  if (blocks.size() == 2 && tail->bytes >= kBlockBytes / 4 * 3 && added < merged.size() / 2) {
    return WriteBlocks(session, run, tail->id + 1, SplitIntoBlocks(std::move(points), kBlockBytes));
  }
  return WriteBlocks(session, run, tail->id, blocks);
}

Status ReadBlocks(Session& session, std::int64_t run, std::int64_t key,
                  std::vector<MetricPoint>& points) {
  ASSIGN_OR_RETURN(Query read,
                   session.Ask("SELECT block FROM history WHERE id BETWEEN ? AND ? ORDER BY id"));
  RETURN_IF_ERROR(read->Start(FirstBlock(run), LastBlock(run)));
  while (true) {
    ASSIGN_OR_RETURN(const bool more, read->Step());
    if (!more) return Ok();
    RETURN_IF_ERROR(ReadMetricOfBlock(read->Bytes(0), key, points));
  }
}

}  // namespace mooring::records

#include "base/io/simulated_disk.h"

#include <algorithm>

namespace mooring::simulated {
namespace {

void Put(Bytes& image, std::uint64_t offset, std::span<const std::byte> bytes) {
  if (bytes.empty()) return;
  if (image.size() < offset + bytes.size()) image.resize(offset + bytes.size());
  std::copy(bytes.begin(), bytes.end(), image.begin() + static_cast<std::ptrdiff_t>(offset));
}

void PutNoise(Bytes& image, std::uint64_t offset, std::uint64_t size, Rng& rng) {
  if (image.size() < offset + size) image.resize(offset + size);
  for (std::uint64_t i = 0; i < size; ++i) image[offset + i] = std::byte(rng.Next() & 0xFF);
}

// Calls visit(piece offset, piece bytes) for the parts of a write that lie in different sectors.
template <typename Visit>
void ForEachSector(const PendingChange& change, Visit visit) {
  const std::span<const std::byte> bytes(change.bytes);
  for (std::uint64_t done = 0; done < bytes.size();) {
    const std::uint64_t at = change.offset + done;
    const std::uint64_t size =
        std::min<std::uint64_t>(bytes.size() - done, kSectorBytes - at % kSectorBytes);
    visit(at, bytes.subspan(done, size));
    done += size;
  }
}

// The shares of sectors kept that find most bugs: everything, nothing, a half, nearly all.
double DrawKeptShare(Rng& rng) {
  constexpr double kShares[] = {0.0, 0.5, 0.9, 1.0};
  return kShares[rng.Below(4)];
}

}  // namespace

void Node::Write(std::uint64_t offset, std::span<const std::byte> bytes) {
  Put(live, offset, bytes);
  pending.push_back({false, offset, Bytes(bytes.begin(), bytes.end())});
}

void Node::Resize(std::uint64_t size) {
  live.resize(size);
  pending.push_back({true, size, {}});
}

void Node::Sync() {
  for (const PendingChange& change : pending) {
    if (change.is_resize) durable.resize(change.offset);
    if (!change.is_resize) Put(durable, change.offset, change.bytes);
  }
  pending.clear();
}

void Node::FailSync(Rng& rng) {
  for (const PendingChange& change : pending) {
    if (change.is_resize) durable.resize(change.offset);
    ForEachSector(change, [&](std::uint64_t at, std::span<const std::byte> piece) {
      if (rng.Uniform() < 0.5) Put(durable, at, piece);
    });
  }
  pending.clear();
}

void Node::CutPower(Rng& rng, bool garbage) {
  const double kept = DrawKeptShare(rng);
  const bool in_order = rng.Below(2) == 0;
  // In order: whole changes up to one, which is torn. Out of order: any sectors of any change.
  const std::uint64_t whole = in_order && kept < 1 ? rng.Below(pending.size() + 1) : pending.size();
  for (std::size_t i = 0; i < pending.size(); ++i) {
    const PendingChange& change = pending[i];
    if (i > whole) break;
    if (change.is_resize) {
      if (in_order || rng.Uniform() < kept) durable.resize(change.offset);
      continue;
    }
    if (in_order && i < whole) {
      Put(durable, change.offset, change.bytes);
      continue;
    }
    const bool is_last = i == whole || i + 1 == pending.size();
    const std::uint64_t torn_at =
        is_last && kept < 1 ? rng.Below(change.bytes.size() + 1) : change.bytes.size();
    ForEachSector(change, [&](std::uint64_t at, std::span<const std::byte> piece) {
      const std::uint64_t begin = at - change.offset;
      const std::uint64_t good =
          begin >= torn_at ? 0 : std::min<std::uint64_t>(torn_at - begin, piece.size());
      if (good > 0 && rng.Uniform() < std::max(kept, in_order ? 1.0 : 0.0)) {
        Put(durable, at, piece.first(good));
      } else if (garbage && at >= durable.size() && rng.Below(4) == 0) {
        PutNoise(durable, at, piece.size(), rng);
      }
    });
  }
  pending.clear();
  live = durable;
}

std::vector<std::string> PathParts(const std::string& path) {
  std::vector<std::string> parts;
  for (std::size_t at = 0; at < path.size();) {
    const std::size_t end = std::min(path.find('/', at), path.size());
    std::string part = path.substr(at, end - at);
    if (!part.empty() && part != ".") parts.push_back(std::move(part));
    at = end + 1;
  }
  return parts;
}

std::uint64_t BytesUnder(const Node& node) {
  std::uint64_t bytes = node.live.size();
  for (const auto& [name, child] : node.entries) bytes += BytesUnder(*child);
  return bytes;
}

void NameChange::MakeDurable() const {
  if (to_directory != nullptr) to_directory->durable_entries[to] = node;
  if (from_directory == nullptr) return;
  auto& names = from_directory->durable_entries;
  const auto old = names.find(from);
  if (old != names.end() && old->second == node) names.erase(old);
}

}  // namespace mooring::simulated

#include "base/io/simulated_file_system.h"

#include <algorithm>
#include <limits>
#include <mutex>
#include <set>

#include "base/io/simulated_disk.h"

namespace mooring {

using simulated::Bytes;
using simulated::NameChange;
using simulated::Node;
using simulated::NodePtr;
using simulated::PathParts;

namespace {

Error Absent(const std::string& path) {
  return Error(Code::kNotFound, "cannot open " + path + ": no such file or directory");
}

Error Refused(const std::string& what, const std::string& path, const std::string& why) {
  return Error(Code::kUnavailable, "cannot " + what + " " + path + ": " + why);
}

bool IsInside(const std::string& path, const std::string& directory) {
  const std::vector<std::string> parts = PathParts(path), prefix = PathParts(directory);
  return parts.size() > prefix.size() && std::equal(prefix.begin(), prefix.end(), parts.begin());
}

}  // namespace

// The state, under one lock. Members are public to the classes of this file only.
class SimulatedFileSystem::Machine {
 public:
  explicit Machine(std::uint64_t seed) : rng(seed) { root->is_directory = true; }

  mutable std::mutex mutex;
  Rng rng;
  NodePtr root = std::make_shared<Node>();
  std::vector<NameChange> names;  // not durable yet, oldest first
  std::set<std::string> locks;
  bool power = true;
  bool garbage = false;
  bool sync_broken = false;
  std::uint64_t generation = 0, calls = 0, syncs = 0;
  std::uint64_t cut_at = 0, fail_at = 0, fail_sync_at = 0;
  bool fail_sync_for_good = false;
  std::uint64_t capacity = std::numeric_limits<std::uint64_t>::max();

  Status NeedPower() const {
    if (power) return Ok();
    return Error(Code::kUnavailable, "the disk has no power");
  }

  // Counts a mutating call. `act` happens unless the call was chosen to fail.
  template <typename Act>
  Status Mutate(const std::string& path, Act act) {
    RETURN_IF_ERROR(NeedPower());
    ++calls;
    if (calls == fail_at) return Refused("change", path, "input/output error");
    if (calls != cut_at) return act();
    // Half of the cut calls got as far as the disk's cache, syncs among them.
    if (rng.Below(2) == 0) static_cast<void>(act());
    Cut();
    return NeedPower();
  }

  // Counts a sync; true when this one must fail.
  bool TakesSyncFault() {
    ++syncs;
    if (syncs == fail_sync_at && fail_sync_for_good) sync_broken = true;
    return sync_broken || syncs == fail_sync_at;
  }

  void Cut() {
    if (!power) return;
    power = false;
    ++generation;
    locks.clear();
    const bool in_order = rng.Below(2) == 0;
    const std::uint64_t prefix = rng.Below(names.size() + 1);
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (in_order ? i < prefix : rng.Below(2) == 0) names[i].MakeDurable();
    }
    names.clear();
    std::set<Node*> seen;
    CutUnder(*root, seen);
  }

  void CutUnder(Node& node, std::set<Node*>& seen) {
    if (!seen.insert(&node).second) return;
    if (!node.is_directory) return node.CutPower(rng, garbage);
    node.entries = node.durable_entries;
    for (const auto& [name, child] : node.entries) CutUnder(*child, seen);
  }

  Result<NodePtr> Find(const std::string& path) const {
    RETURN_IF_ERROR(NeedPower());
    NodePtr node = root;
    for (const std::string& part : PathParts(path)) {
      const auto entry = node->entries.find(part);
      if (entry == node->entries.end()) return Absent(path);
      node = entry->second;
    }
    return node;
  }

  // The directory of a path and its last part.
  Result<std::pair<NodePtr, std::string>> FindParent(const std::string& path) const {
    std::vector<std::string> parts = PathParts(path);
    if (parts.empty()) return Refused("use", path, "it is the root");
    const std::string last = parts.back();
    parts.pop_back();
    std::string parent;
    for (const std::string& part : parts) parent += "/" + part;
    ASSIGN_OR_RETURN(NodePtr node, Find(parent));
    if (!node->is_directory) return Absent(path);
    return std::pair(std::move(node), last);
  }

  void Change(NameChange change) {
    if (change.from_directory != nullptr) change.from_directory->entries.erase(change.from);
    if (change.to_directory != nullptr) change.to_directory->entries[change.to] = change.node;
    names.push_back(std::move(change));
  }

  void SyncNames(const NodePtr& directory) {
    std::erase_if(names, [&](const NameChange& change) {
      if (change.Owner() != directory) return false;
      change.MakeDurable();
      return true;
    });
  }

  std::uint64_t FreeBytes() const {
    const std::uint64_t used = BytesUnder(*root);
    return used >= capacity ? 0 : capacity - used;
  }

  Result<NodePtr> OpenNode(const std::string& path, OpenMode mode) {
    Result<NodePtr> found = Find(path);
    if (found.ok() && (*found)->is_directory) return Refused("open", path, "it is a directory");
    const bool is_new = mode == OpenMode::kCreateNew || mode == OpenMode::kCreatePrivate;
    if (found.ok() && is_new) {
      return Error(Code::kAlreadyExists, "cannot open " + path + ": it exists");
    }
    if (found.ok() || found.error().code() != Code::kNotFound || mode == OpenMode::kRead) {
      return found;
    }
    ASSIGN_OR_RETURN(const auto place, FindParent(path));
    auto node = std::make_shared<Node>();
    RETURN_IF_ERROR(Mutate(path, [&] {
      Change({.to_directory = place.first, .to = place.second, .node = node});
      return Ok();
    }));
    return node;
  }
};

class SimulatedFileSystem::OpenFile final : public File {
 public:
  OpenFile(std::shared_ptr<Machine> machine, NodePtr node, std::string path, bool writable)
      : machine_(std::move(machine)),
        node_(std::move(node)),
        path_(std::move(path)),
        generation_(machine_->generation),
        writable_(writable) {}

  Result<std::size_t> ReadAt(std::uint64_t offset, std::span<std::byte> out) override {
    const std::lock_guard lock(machine_->mutex);
    RETURN_IF_ERROR(Check());
    if (offset >= node_->live.size()) return std::size_t{0};
    const std::size_t size = std::min<std::uint64_t>(out.size(), node_->live.size() - offset);
    std::copy_n(node_->live.begin() + static_cast<std::ptrdiff_t>(offset), size, out.begin());
    return size;
  }

  Status WriteAt(std::uint64_t offset, ByteSpan bytes) override {
    return Mutate([&]() -> Status {
      if (offset > kLargestFile || bytes.size() > kLargestFile - offset) return Full();
      const std::uint64_t size = node_->live.size();
      const std::uint64_t room = RoomUpTo(offset + bytes.size());
      const std::uint64_t end = std::min<std::uint64_t>(offset + bytes.size(), size + room);
      if (end > offset) node_->Write(offset, bytes.first(end - offset));
      return end < offset + bytes.size() ? Full() : Ok();
    });
  }

  Status Sync() override {
    return Mutate([&]() -> Status {
      if (!machine_->TakesSyncFault()) {
        node_->Sync();
        return Ok();
      }
      node_->FailSync(machine_->rng);
      return Refused("sync", path_, "input/output error");
    });
  }

  Status Truncate(std::uint64_t size) override {
    return Mutate([&]() -> Status {
      if (size > kLargestFile) return Full();
      node_->Resize(size);
      return Ok();
    });
  }

  Status Allocate(std::uint64_t size) override {
    return Mutate([&]() -> Status {
      if (size <= node_->live.size()) return Ok();
      if (size > kLargestFile || RoomUpTo(size) < size - node_->live.size()) return Full();
      node_->Resize(size);
      return Ok();
    });
  }

  Result<std::uint64_t> Size() override {
    const std::lock_guard lock(machine_->mutex);
    RETURN_IF_ERROR(Check());
    return std::uint64_t{node_->live.size()};
  }

  Result<bool> IsAt(const std::string& path) override {
    const std::lock_guard lock(machine_->mutex);
    RETURN_IF_ERROR(Check());
    const Result<NodePtr> found = machine_->Find(path);
    return found.ok() && *found == node_;
  }

 private:
  static constexpr std::uint64_t kLargestFile = std::uint64_t{1} << 32;  // it is held in memory

  Status Check() const {
    RETURN_IF_ERROR(machine_->NeedPower());
    if (generation_ == machine_->generation) return Ok();
    return Refused("use", path_, "it was opened before the power cut");
  }
  // How far the file may grow; counting the whole tree is needed only when it would.
  std::uint64_t RoomUpTo(std::uint64_t end) const {
    return end <= node_->live.size() ? 0 : machine_->FreeBytes();
  }
  Error Full() const {
    return Error(Code::kResourceExhausted, "cannot write " + path_ + ": no space left on device");
  }
  template <typename Act>
  Status Mutate(Act act) {
    const std::lock_guard lock(machine_->mutex);
    RETURN_IF_ERROR(Check());
    if (!writable_) return Refused("change", path_, "it is open for reading");
    return machine_->Mutate(path_, act);
  }

  std::shared_ptr<Machine> machine_;
  NodePtr node_;
  std::string path_;
  std::uint64_t generation_;
  bool writable_;
};

class SimulatedFileSystem::HeldLock final : public FileLock {
 public:
  HeldLock(std::shared_ptr<Machine> machine, std::string path)
      : machine_(std::move(machine)), path_(std::move(path)), generation_(machine_->generation) {}
  HeldLock(const HeldLock&) = delete;
  HeldLock& operator=(const HeldLock&) = delete;
  ~HeldLock() override {
    const std::lock_guard lock(machine_->mutex);
    if (generation_ == machine_->generation) machine_->locks.erase(path_);
  }

 private:
  std::shared_ptr<Machine> machine_;
  std::string path_;
  std::uint64_t generation_;
};

namespace {

class CopiedFile final : public MappedFile {
 public:
  explicit CopiedFile(Bytes bytes) : bytes_(std::move(bytes)) {}
  ByteSpan bytes() const override { return bytes_; }

 private:
  Bytes bytes_;
};

}  // namespace

SimulatedFileSystem::SimulatedFileSystem(std::uint64_t seed)
    : machine_(std::make_shared<Machine>(seed)) {}
SimulatedFileSystem::~SimulatedFileSystem() = default;

void SimulatedFileSystem::CutPower() {
  const std::lock_guard lock(machine_->mutex);
  machine_->Cut();
}

void SimulatedFileSystem::CutPowerAtCall(std::uint64_t call) {
  const std::lock_guard lock(machine_->mutex);
  machine_->cut_at = call;
}

void SimulatedFileSystem::Restart() {
  const std::lock_guard lock(machine_->mutex);
  machine_->Cut();
  machine_->power = true;
}

void SimulatedFileSystem::FailAtCall(std::uint64_t call) {
  const std::lock_guard lock(machine_->mutex);
  machine_->fail_at = call;
}

void SimulatedFileSystem::FailSyncAt(std::uint64_t sync, bool for_good) {
  const std::lock_guard lock(machine_->mutex);
  machine_->fail_sync_at = sync;
  machine_->fail_sync_for_good = for_good;
  machine_->sync_broken = false;
}

void SimulatedFileSystem::SetCapacity(std::uint64_t bytes) {
  const std::lock_guard lock(machine_->mutex);
  machine_->capacity = bytes;
}

void SimulatedFileSystem::SetGarbage(bool garbage) {
  const std::lock_guard lock(machine_->mutex);
  machine_->garbage = garbage;
}

Status SimulatedFileSystem::FlipBit(const std::string& path, std::uint64_t bit) {
  const std::lock_guard lock(machine_->mutex);
  ASSIGN_OR_RETURN(const NodePtr node, machine_->Find(path));
  if (bit / 8 >= node->live.size()) return Error(Code::kInvalidArgument, path + " has no such bit");
  const auto mask = std::byte(1U << (bit % 8));
  node->live[bit / 8] ^= mask;
  if (bit / 8 < node->durable.size()) node->durable[bit / 8] ^= mask;
  return Ok();
}

Result<std::uint64_t> SimulatedFileSystem::FlipRandomBit(const std::string& path) {
  ASSIGN_OR_RETURN(const FileStat stat, Stat(path));
  std::uint64_t bit = 0;
  {
    const std::lock_guard lock(machine_->mutex);
    bit = machine_->rng.Below(stat.size * 8);
  }
  RETURN_IF_ERROR(FlipBit(path, bit));
  return bit;
}

std::uint64_t SimulatedFileSystem::mutating_calls() const {
  const std::lock_guard lock(machine_->mutex);
  return machine_->calls;
}

std::uint64_t SimulatedFileSystem::syncs() const {
  const std::lock_guard lock(machine_->mutex);
  return machine_->syncs;
}

std::uint64_t SimulatedFileSystem::used_bytes() const {
  const std::lock_guard lock(machine_->mutex);
  return BytesUnder(*machine_->root);
}

bool SimulatedFileSystem::has_power() const {
  const std::lock_guard lock(machine_->mutex);
  return machine_->power;
}

Result<std::unique_ptr<File>> SimulatedFileSystem::Open(const std::string& path, OpenMode mode) {
  const std::lock_guard lock(machine_->mutex);
  ASSIGN_OR_RETURN(NodePtr node, machine_->OpenNode(path, mode));
  return std::unique_ptr<File>(
      std::make_unique<OpenFile>(machine_, std::move(node), path, mode != OpenMode::kRead));
}

Result<std::unique_ptr<MappedFile>> SimulatedFileSystem::Map(const std::string& path) {
  const std::lock_guard lock(machine_->mutex);
  ASSIGN_OR_RETURN(const NodePtr node, machine_->OpenNode(path, OpenMode::kRead));
  return std::unique_ptr<MappedFile>(std::make_unique<CopiedFile>(node->live));
}

Result<FileStat> SimulatedFileSystem::Stat(const std::string& path) {
  const std::lock_guard lock(machine_->mutex);
  ASSIGN_OR_RETURN(const NodePtr node, machine_->Find(path));
  return FileStat{.size = node->live.size(),
                  .is_directory = node->is_directory,
                  .is_file = !node->is_directory};
}

Result<std::vector<std::string>> SimulatedFileSystem::List(const std::string& directory) {
  const std::lock_guard lock(machine_->mutex);
  ASSIGN_OR_RETURN(const NodePtr node, machine_->Find(directory));
  if (!node->is_directory) return Absent(directory);
  std::vector<std::string> names;
  for (const auto& [name, child] : node->entries) names.push_back(name);
  return names;
}

Status SimulatedFileSystem::MakeDirectories(const std::string& path) {
  const std::lock_guard lock(machine_->mutex);
  RETURN_IF_ERROR(machine_->NeedPower());
  NodePtr node = machine_->root;
  for (const std::string& part : PathParts(path)) {
    const auto entry = node->entries.find(part);
    NodePtr child = entry == node->entries.end() ? nullptr : entry->second;
    if (child == nullptr) {
      child = std::make_shared<Node>();
      child->is_directory = true;
      RETURN_IF_ERROR(machine_->Mutate(path, [&] {
        machine_->Change({.to_directory = node, .to = part, .node = child});
        machine_->SyncNames(node);
        return Ok();
      }));
    }
    if (!child->is_directory) {
      return Error(Code::kAlreadyExists,
                   "cannot make directory " + path + ": a file is in the way");
    }
    node = std::move(child);
  }
  return Ok();
}

Status SimulatedFileSystem::Rename(const std::string& from, const std::string& to) {
  const std::lock_guard lock(machine_->mutex);
  if (IsInside(to, from)) return Refused("rename", from, to + " is inside it");
  ASSIGN_OR_RETURN(const NodePtr node, machine_->Find(from));
  ASSIGN_OR_RETURN(const auto source, machine_->FindParent(from));
  ASSIGN_OR_RETURN(const auto target, machine_->FindParent(to));
  const auto old = target.first->entries.find(target.second);
  if (old != target.first->entries.end()) {
    if (old->second == node) return Ok();
    if (old->second->is_directory != node->is_directory || !old->second->entries.empty()) {
      return Refused("rename", from, to + " is in the way");
    }
  }
  return machine_->Mutate(from, [&] {
    machine_->Change({source.first, source.second, target.first, target.second, node});
    return Ok();
  });
}

Status SimulatedFileSystem::Remove(const std::string& path) {
  const std::lock_guard lock(machine_->mutex);
  ASSIGN_OR_RETURN(const NodePtr node, machine_->Find(path));
  ASSIGN_OR_RETURN(const auto place, machine_->FindParent(path));
  if (!node->entries.empty()) return Refused("remove", path, "the directory is not empty");
  return machine_->Mutate(path, [&] {
    machine_->Change({.from_directory = place.first, .from = place.second, .node = node});
    return Ok();
  });
}

Status SimulatedFileSystem::SyncDirectory(const std::string& path) {
  const std::lock_guard lock(machine_->mutex);
  ASSIGN_OR_RETURN(const NodePtr node, machine_->Find(path));
  if (!node->is_directory) return Absent(path);
  return machine_->Mutate(path, [&]() -> Status {
    if (machine_->TakesSyncFault()) return Refused("sync", path, "input/output error");
    machine_->SyncNames(node);
    return Ok();
  });
}

Result<std::unique_ptr<FileLock>> SimulatedFileSystem::Lock(const std::string& path) {
  const std::lock_guard lock(machine_->mutex);
  ASSIGN_OR_RETURN(const NodePtr node, machine_->OpenNode(path, OpenMode::kReadWrite));
  if (!machine_->locks.insert(path).second) {
    return Error(Code::kConflict, path + " is held by another process")
        .Help("stop the other process, or use another data directory");
  }
  return std::unique_ptr<FileLock>(std::make_unique<HeldLock>(machine_, path));
}

Result<std::uint64_t> SimulatedFileSystem::FreeBytes(const std::string& path) {
  const std::lock_guard lock(machine_->mutex);
  RETURN_IF_ERROR(machine_->Find(path));
  return machine_->FreeBytes();
}

}  // namespace mooring

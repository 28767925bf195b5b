#include "records/audit/waiting_entries.h"

#include <algorithm>
#include <vector>

#include "base/crypto/digest.h"
#include "base/limits.h"
#include "records/audit/control_entry.h"

namespace mooring::records {
namespace {

constexpr std::uint64_t kEntryBytes = 64 * limits::kKiB;
constexpr std::size_t kNonceBytes = 8, kTimeDigits = 20;

// By time, and then by chance: two processes never write one file.
std::string NameOf(Time at) {
  std::string name = std::to_string(at.time_since_epoch().count());
  name.insert(0, kTimeDigits - std::min(name.size(), kTimeDigits), '0');
  return name + "-" + Hex(AsBytes(RandomSecret(kNonceBytes)));
}

// Names of whole entries, oldest first.
std::vector<std::string> Waiting(FileSystem& files, const std::string& directory) {
  auto names = files.List(WaitingDirectory(directory));
  if (!names.ok()) return {};
  std::erase_if(*names, [](const std::string& name) { return name.ends_with(".tmp"); });
  return std::move(names).value();
}

Result<ControlEntry> Read(FileSystem& files, const std::string& path) {
  ASSIGN_OR_RETURN(const std::string text, files.ReadFile(path, kEntryBytes));
  auto entry = DecodeEntry(text);
  if (entry.ok()) return entry;
  return Error(Code::kDataLoss, "an entry that waits for the control log cannot be read")
      .Where(path)
      .Why(entry.error().message());
}

}  // namespace

std::string WaitingDirectory(const std::string& directory) { return directory + "/waiting"; }

bool AnyWaiting(FileSystem& files, const std::string& directory) {
  return !Waiting(files, directory).empty();
}

Status KeepWaiting(FileSystem& files, const std::string& directory, ControlEntry entry, Time at) {
  const std::string waiting = WaitingDirectory(directory);
  RETURN_IF_ERROR(files.MakeDirectories(waiting));
  if (Waiting(files, directory).size() >= kMostWaiting) {
    return Error(Code::kResourceExhausted, "too many entries wait for the control log")
        .Where(waiting);
  }
  entry.at = at;
  const std::string path = waiting + "/" + NameOf(at);
  return files.WriteFileDurably(path, AsBytes(EncodeEntry(entry)));
}

Status WriteWaiting(FileSystem& files, const std::string& directory,
                    const std::function<Status(const ControlEntry&)>& append) {
  Status unreadable;
  for (const std::string& name : Waiting(files, directory)) {
    const std::string path = WaitingDirectory(directory) + "/" + name;
    auto entry = Read(files, path);
    if (!entry.ok()) {
      unreadable = entry.error();
      continue;
    }
    const std::string late = "written late, of " + FormatTime(entry->at);
    entry->detail += entry->detail.empty() ? late : "; " + late;
    RETURN_IF_ERROR(append(*entry));
    RETURN_IF_ERROR(files.Remove(path));
  }
  return unreadable;
}

}  // namespace mooring::records

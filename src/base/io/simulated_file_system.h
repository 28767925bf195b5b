// SimulatedFileSystem: a disk in memory that fails when it is told to. Use it to show that code
// which writes survives a power cut at every call, a failed sync, a full disk and rotten bits. It
// knows only names, sizes and bytes: no owners, links or times.
//
//   for (std::uint64_t call = 1; ; ++call) {
//     SimulatedFileSystem fs(seed);
//     fs.CutPowerAtCall(call);
//     const bool finished = WriteThings(fs).ok();    // fails when the power goes
//     fs.Restart();                                  // what survived is now the disk
//     EXPECT_TRUE(ThingsAreWholeOrAbsent(fs));
//     if (finished) break;                           // every call was a cut once
//   }
//
// A mutating call is WriteAt, Sync, Truncate, Allocate, Rename, Remove, SyncDirectory, an Open or
// Lock that creates a file, and each directory that MakeDirectories makes. The call at which power
// is cut may have happened, wholly or in part, or not. Afterwards everything, old handles too, is
// kUnavailable; Restart() turns power on; handles from before it stay dead.
//
// What survives: synced bytes always; of the unsynced any subset at 512-byte granularity, the last
// write torn at any byte. A created, renamed or removed name is sure once its directory was synced
// (a move between directories: the new one); else it happened or not, in order or not.
// MakeDirectories is durable.
//
// Thread safety: any thread; a test that wants the same run twice makes its calls from one thread.
// Deterministic: the same seed and calls give the same survivors. Map copies, so it shows the file
// as it was. Cost: memory of the bytes, times two while unsynced.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/io/file_system.h"

namespace mooring {

class SimulatedFileSystem final : public FileSystem {
 public:
  explicit SimulatedFileSystem(std::uint64_t seed = 1);
  ~SimulatedFileSystem() override;

  // --- faults ---
  void CutPower();                          // now
  void CutPowerAtCall(std::uint64_t call);  // 1 is the first mutating call; 0 is never
  void Restart();                           // cuts power if it is on, then turns it on
  void FailAtCall(std::uint64_t call);      // that mutating call fails once and does nothing
  void FailSyncAt(std::uint64_t sync, bool for_good = false);  // file and directory syncs, from 1
  void SetCapacity(std::uint64_t bytes);  // a write beyond it is kResourceExhausted
  void SetGarbage(bool garbage);          // lost new sectors may hold noise after a cut
  // Flips one bit of the file, live and durable.
  Status FlipBit(const std::string& path, std::uint64_t bit);
  // Flips one bit chosen by the seed and returns which.
  Result<std::uint64_t> FlipRandomBit(const std::string& path);

  std::uint64_t mutating_calls() const;
  std::uint64_t syncs() const;
  std::uint64_t used_bytes() const;
  bool has_power() const;

  // --- FileSystem ---
  Result<std::unique_ptr<File>> Open(const std::string& path, OpenMode mode) override;
  Result<std::unique_ptr<MappedFile>> Map(const std::string& path) override;
  Result<FileStat> Stat(const std::string& path) override;
  Result<std::vector<std::string>> List(const std::string& directory) override;
  Status MakeDirectories(const std::string& path) override;
  Status Rename(const std::string& from, const std::string& to) override;
  Status Remove(const std::string& path) override;
  Status SyncDirectory(const std::string& path) override;
  Result<std::unique_ptr<FileLock>> Lock(const std::string& path) override;
  Result<std::uint64_t> FreeBytes(const std::string& path) override;

 private:
  class Machine;
  class OpenFile;
  class HeldLock;
  std::shared_ptr<Machine> machine_;  // handles may outlive the file system
};

}  // namespace mooring

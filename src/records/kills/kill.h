// Kill: an order that nothing of a model leaves any more, and what it covers. The file that keeps
// them is plain JSON, replaced whole: it needs no database, model or network, and a person can
// read it.
//
// docs/formats/kills.md gives the form. Thread safety: values and free functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/io/file_system.h"
#include "base/result.h"

namespace mooring::records {

struct KillScope {
  enum class Kind : std::uint8_t { kAll, kModel, kVersion, kSegment, kCaller } kind = Kind::kAll;
  std::string model;          // of kModel, kVersion, kSegment
  VersionNumber version = 0;  // of kVersion
  std::string segment;        // of kSegment: a condition over the contract's inputs
  std::string caller;         // of kCaller
  bool operator==(const KillScope&) const = default;
};
// "all", "model flight-cover", "version flight-cover/3", "segment flight-cover: origin == 'SVO'",
// "caller shop".
std::string ScopeText(const KillScope& scope);
// kInvalidArgument when a part is missing, bad or too long.
Status CheckScope(const KillScope& scope);

// Where an order came from. Names are anybody's text, and say nothing of it.
enum class KillOrigin : std::uint8_t { kPerson, kFile, kSignal, kServer };

struct Kill {
  std::uint64_t id = 0;  // 1, 2, …; never given twice
  KillScope scope;
  Time since;
  std::string by, reason;
  KillOrigin origin = KillOrigin::kPerson;
  bool operator==(const Kill&) const = default;
};

// 64 hex characters of what people agree to end: id, scope, time and origin.
std::string KillHash(const Kill& kill);

// What is stopped, and the next id. Ids of released kills are not given again.
struct KillList {
  std::uint64_t next_id = 1;
  std::vector<Kill> kills;  // ascending ids
  bool operator==(const KillList&) const = default;
};
inline constexpr std::size_t kMostKills = 1000;      // that may be in force
inline constexpr std::size_t kMostKillsRead = 2000;  // and be read back

std::string KillListJson(const KillList& list);
// kDataLoss naming what is wrong.
Result<KillList> ParseKillList(std::string_view text);

// An absent file is an empty list. One that cannot be read or understood is an error: the caller
// must take everything for stopped.
Result<KillList> ReadKillList(FileSystem& files, const std::string& path);
// Durable when it returns success; else the old list or the new one stands.
Status WriteKillList(FileSystem& files, const std::string& path, const KillList& list);

}  // namespace mooring::records

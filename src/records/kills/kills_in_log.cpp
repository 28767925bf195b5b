#include "records/kills/kills_in_log.h"

#include <algorithm>
#include <charconv>
#include <map>

#include "records/audit/control_entry.h"
#include "records/audit/hash_chain.h"
#include "records/audit/log_damage.h"
#include "records/audit/log_file.h"

namespace mooring::records {
namespace {

constexpr std::string_view kAction = "\"action\":\"kill.";

using States = std::map<std::uint64_t, bool>;  // by id: in force

void Note(const ControlEntry& entry, States& states) {
  std::uint64_t id = 0;
  const char* const end = entry.object.data() + entry.object.size();
  const auto read = std::from_chars(entry.object.data(), end, id);
  if (entry.object_kind != "kill" || read.ptr != end || id == 0) return;
  states[id] = entry.action != "kill.released";
}

void ReadLog(FileSystem& files, const std::string& path, States& states) {
  const auto log = files.Map(path);
  if (!log.ok()) return;
  const std::string_view text = AsText((*log)->bytes());
  for (std::size_t at = text.find(kAction); at != text.npos; at = text.find(kAction, at + 1)) {
    const std::size_t begin = text.rfind('\n', at) + 1 + kChainDigits + 1;
    const std::size_t end = std::min(text.find('\n', at), text.size());
    if (begin >= end) continue;
    const auto entry = DecodeEntry(text.substr(begin, end - begin));
    if (entry.ok()) Note(*entry, states);
  }
}

}  // namespace

KillsInLog FindKillsInLog(FileSystem& files, const std::string& control_directory) {
  States states;
  ReadLog(files, ControlLogPath(control_directory), states);
  ReadLog(files, ControlLogPath(AfterDamageDirectory(control_directory)), states);
  KillsInLog found;
  for (const auto& [id, in_force] : states) {
    found.newest = std::max(found.newest, id);
    found.in_force += in_force ? 1 : 0;
  }
  return found;
}

}  // namespace mooring::records

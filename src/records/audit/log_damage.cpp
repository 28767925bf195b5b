#include "records/audit/log_damage.h"

#include <algorithm>

#include "base/crypto/digest.h"
#include "base/limits.h"
#include "base/text/json.h"
#include "base/text/json_writer.h"
#include "records/audit/check_log.h"
#include "records/audit/control_entry.h"
#include "records/audit/log_file.h"

namespace mooring::records {
namespace {

constexpr std::uint64_t kNoteBytes = 64 * limits::kKiB;
constexpr std::uint64_t kHeadsBytes = 1 * limits::kGiB;

Error Damage(const std::string& what, const std::string& where) {
  return Error(Code::kDataLoss, what).Where(where).Help(std::string(kDamageHelp));
}

// What the new log says of the one before it, so that the two can be held against each other.
Result<ControlEntry> FirstEntry(FileSystem& files, const std::string& directory,
                                const Error& found) {
  ControlEntry entry{.channel = "server", .action = "log.damaged", .object_kind = "log"};
  entry.object = "log";
  entry.detail = found.ToString().substr(0, limits::kReasonBytes);
  if (files.Exists(ControlLogPath(directory))) {
    ASSIGN_OR_RETURN(const auto log, files.Map(ControlLogPath(directory)));
    entry.before = Hex(Sha256Of(log->bytes()));
  }
  return entry;
}

Result<std::uint64_t> AppendNumbered(LogFile& log, ControlEntry entry, Time at) {
  entry.sequence = log.durable().place.records;
  entry.at = at;
  RETURN_IF_ERROR(log.Append(EncodeEntry(entry)));
  return entry.sequence;
}

}  // namespace

std::string HeadsPath(const std::string& directory) { return directory + "/heads"; }
std::string DamageNotePath(const std::string& directory) { return directory + "/damaged"; }
std::string AfterDamageDirectory(const std::string& directory) {
  return directory + "/after-damage";
}

Result<std::vector<TreeHead>> ReadKeptHeads(FileSystem& files, const std::string& directory) {
  std::vector<TreeHead> heads;
  const std::string path = HeadsPath(directory);
  if (!files.Exists(path)) return heads;
  ASSIGN_OR_RETURN(const std::string text, files.ReadFile(path, kHeadsBytes));
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const auto head = DecodeHead(std::string_view(text).substr(at, end - at));
    if (head.ok()) heads.push_back(*head);
    at = end + 1;
  }
  return heads;
}

Status CheckWholeLog(FileSystem& files, const std::string& directory) {
  const std::string path = ControlLogPath(directory);
  LogCheck check;
  ASSIGN_OR_RETURN(check.heads, ReadKeptHeads(files, directory));
  ASSIGN_OR_RETURN(const auto log, files.Map(path));
  const LogReport report = CheckLog(log->bytes(), check);
  if (report.problems.empty()) return Ok();
  const LogProblem& first = report.problems.front();
  const std::string more = report.problems_found == 1
                               ? ""
                               : "; " + std::to_string(report.problems_found) + " places in all";
  return Damage(
      "the control log is damaged: entry " + std::to_string(first.entry) + ": " + first.what + more,
      path + ", byte " + std::to_string(first.offset));
}

Status CheckDamageNote(FileSystem& files, const std::string& directory) {
  const std::string path = DamageNotePath(directory);
  if (!files.Exists(path)) return Ok();
  const auto text = files.ReadFile(path, kNoteBytes);
  const auto note = text.ok() ? Json::Parse(*text) : text.error();
  const auto what = note.ok() ? note->GetString("what") : note.error();
  const auto where = note.ok() ? note->GetString("where") : note.error();
  if (what.ok() && where.ok()) return Damage(std::string(*what), std::string(*where));
  return Damage("the control log was found to be damaged", path);
}

Status WriteDamageNote(FileSystem& files, const std::string& directory, const Error& found,
                       Time at) {
  std::string text;
  JsonWriter json(text);
  json.BeginObject().Member("at", FormatTime(at)).Member("what", found.message());
  json.Member("where", found.where()).EndObject();
  return files.WriteFileDurably(DamageNotePath(directory), AsBytes(text + "\n"));
}

Result<std::uint64_t> AppendAfterDamage(FileSystem& files, const std::string& directory,
                                        const ControlEntry& entry, const Error& found, Time at) {
  const std::string behind = AfterDamageDirectory(directory);
  RETURN_IF_ERROR(files.MakeDirectories(behind));
  ASSIGN_OR_RETURN(LogFile log, LogFile::Open(files, behind));
  if (log.durable().place.records == 0) {
    ASSIGN_OR_RETURN(ControlEntry first, FirstEntry(files, directory, found));
    RETURN_IF_ERROR(AppendNumbered(log, std::move(first), at));
  }
  return AppendNumbered(log, entry, at);
}

}  // namespace mooring::records

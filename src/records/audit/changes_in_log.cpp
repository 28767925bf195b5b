#include "records/audit/changes_in_log.h"

#include <algorithm>
#include <array>

#include "records/audit/control_entry.h"
#include "records/audit/hash_chain.h"
#include "records/audit/log_damage.h"
#include "records/audit/log_file.h"

namespace mooring::records {
namespace {

constexpr std::array<std::string_view, 4> kActions = {
    R"("action":"limit.lower")", R"("action":"change.approve")",
    R"("action":"limits.loss_accepted")", R"("action":"token create")"};

void Note(const ControlEntry& entry, ChangesInLog& found) {
  const bool done = entry.outcome == "done";
  if (entry.action == "token create" && !entry.outcome_of) ++found.tokens;
  if (entry.action == "limit.lower" && !entry.outcome_of) ++found.limits;
  // Of kills and of decisions nothing is in the book of limits.
  if (entry.action == "change.approve" && entry.object_kind == "limit" && done) ++found.limits;
  if (entry.action == kLossAccepted && entry.object == "limits.db") found.limits = 0;
}

void ReadLog(FileSystem& files, const std::string& path, ChangesInLog& found) {
  const auto log = files.Map(path);
  if (!log.ok()) return;
  const std::string_view text = AsText((*log)->bytes());
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = text.substr(at, end - at);
    at = end + 1;
    const auto has = [&](std::string_view action) { return line.find(action) != line.npos; };
    if (line.size() <= kChainDigits || std::ranges::none_of(kActions, has)) continue;
    const auto entry = DecodeEntry(line.substr(kChainDigits + 1));
    if (entry.ok()) Note(*entry, found);
  }
}

}  // namespace

ChangesInLog FindChangesInLog(FileSystem& files, const std::string& control_directory) {
  ChangesInLog found;
  ReadLog(files, ControlLogPath(control_directory), found);
  ReadLog(files, ControlLogPath(AfterDamageDirectory(control_directory)), found);
  return found;
}

Status CheckLimitsKept(const ChangesInLog& told, std::uint64_t revision, const std::string& file) {
  if (revision != 0 || told.limits == 0) return Ok();
  return Error(Code::kDataLoss, "what people changed of limits is gone")
      .Where(file)
      .Why("the control log knows of " + std::to_string(told.limits) +
           " changes in force, and the file has none")
      .Help("restore it from a backup; to go on with the contracts' limits alone, write why into " +
            LossFile(file) + " and start the server");
}

Status CheckTokensKept(const ChangesInLog& told, bool any, const std::string& file) {
  if (any || told.tokens == 0) return Ok();
  return Error(Code::kDataLoss, "the tokens are gone, and without one everybody may do everything")
      .Where(file)
      .Why("the control log knows of " + std::to_string(told.tokens) +
           " that were made, and the file has none")
      .Help("restore it from a backup, or make a new token: mooring token create");
}

}  // namespace mooring::records

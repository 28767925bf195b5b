#include "app/drill_records.h"

#include "base/text/json.h"

namespace mooring::app {
namespace {

// "2026-01-31T235959.000001Z": no colons, which some file systems refuse.
std::string FileNameOf(Time time, std::string_view kind) {
  std::string name = FormatTime(time);
  std::erase(name, ':');
  return name + "-" + std::string(kind) + ".json";
}

}  // namespace

Result<std::string> DrillRecords::Keep(std::string_view drill) {
  if (drill.size() > kDrillBytes) {
    return Error(Code::kTooLarge, "what a rehearsal found is over 64 kB");
  }
  ASSIGN_OR_RETURN(const Json json, Json::Parse(drill, {.name = "body"}));
  ASSIGN_OR_RETURN(const std::string_view kind, json.GetString("kind"));
  RETURN_IF_ERROR(ValidateName("kind", kind));
  RETURN_IF_ERROR(files_.MakeDirectories(directory_));
  std::string name = FileNameOf(clock_.Now(), kind);
  RETURN_IF_ERROR(files_.WriteFileDurably(directory_ + "/" + name, AsBytes(drill)));
  const auto text = [&](std::string_view key) {
    const auto found = json.GetString(key);
    return found.ok() ? *found : std::string_view();
  };
  const auto took = json.GetDouble("ms");
  log_.Info("drill", {{"kind", kind},
                      {"scope", text("scope")},
                      {"result", text("result")},
                      {"ms", took.ok() ? *took : 0.0},
                      {"author", text("author")},
                      {"file", name}});
  return name;
}

}  // namespace mooring::app

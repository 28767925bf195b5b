#include "app/drill_records.h"

#include "base/text/json_writer.h"

namespace mooring::app {
namespace {

// "2026-01-31T235959.000001Z": no colons, which some file systems refuse.
std::string FileNameOf(Time time, std::string_view kind) {
  std::string name = FormatTime(time);
  std::erase(name, ':');
  return name + "-" + std::string(kind) + ".json";
}

constexpr std::string_view kSource = "told by the caller";

}  // namespace

// The caller's members as they came, and the server's behind them.
Result<std::string> DrillRecords::WithSource(std::string_view drill, const Json& json,
                                             std::string_view who) const {
  for (const std::string_view own : {"source", "told_by", "told_at"}) {
    if (json.Find(own) == nullptr) continue;
    return Error(Code::kInvalidArgument, "'" + std::string(own) + "' is the server's to say");
  }
  std::string text;
  JsonWriter writer(text);
  writer.BeginObject().Member("source", kSource).Member("told_by", who);
  writer.Member("told_at", FormatTime(clock_.Now())).EndObject();
  text[0] = ',';
  return std::string(drill.substr(0, drill.rfind('}'))) + text;
}

Result<std::string> DrillRecords::Keep(std::string_view drill, std::string_view who) {
  if (drill.size() > kDrillBytes) {
    return Error(Code::kTooLarge, "what a rehearsal found is over 64 kB");
  }
  ASSIGN_OR_RETURN(const Json json, Json::Parse(drill, {.name = "body"}));
  ASSIGN_OR_RETURN(const std::string_view kind, json.GetString("kind"));
  RETURN_IF_ERROR(ValidateName("kind", kind));
  ASSIGN_OR_RETURN(const std::string record, WithSource(drill, json, who));
  RETURN_IF_ERROR(files_.MakeDirectories(directory_));
  std::string name = FileNameOf(clock_.Now(), kind);
  RETURN_IF_ERROR(files_.WriteFileDurably(directory_ + "/" + name, AsBytes(record)));
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
                      {"source", kSource},
                      {"told_by", who},
                      {"file", name}});
  return name;
}

}  // namespace mooring::app

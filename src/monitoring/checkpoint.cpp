#include "monitoring/checkpoint.h"

#include <limits>

#include "base/limits.h"
#include "base/text/json.h"
#include "base/text/json_writer.h"

namespace mooring::monitoring {
namespace {

constexpr std::int64_t kSchema = 1;
constexpr std::size_t kFileLimit = 16 * limits::kMiB;

Status ReadWindow(const Json& row, Checkpoint& checkpoint) {
  ASSIGN_OR_RETURN(const std::string_view model, row.GetString("model"));
  ASSIGN_OR_RETURN(const std::uint64_t version, row.GetUint("version"));
  ASSIGN_OR_RETURN(const std::string_view from, row.GetString("from"));
  ASSIGN_OR_RETURN(const DecisionId id, DecisionId::Parse(from));
  if (version > std::numeric_limits<VersionNumber>::max()) {
    return Error(Code::kDataLoss, "version " + std::to_string(version) + " is too large");
  }
  checkpoint[WindowKey(model, static_cast<VersionNumber>(version))] = id;
  return Ok();
}

}  // namespace

std::string CheckpointJson(const Checkpoint& checkpoint) {
  std::string text;
  JsonWriter json(text);
  json.BeginObject().Member("schema", kSchema).Key("windows").BeginArray();
  for (const auto& [key, from] : checkpoint) {
    json.BeginObject().Member("model", key.first).Member("version", key.second);
    json.Member("from", from.ToString()).EndObject();
  }
  json.EndArray().EndObject();
  return text;
}

Result<Checkpoint> ParseCheckpoint(std::string_view text) {
  ASSIGN_OR_RETURN(const Json document, Json::Parse(text, {.name = "checkpoint"}));
  ASSIGN_OR_RETURN(const std::int64_t schema, document.GetInt("schema"));
  if (schema != kSchema) {
    return Error(Code::kUnsupported, "checkpoint of schema " + std::to_string(schema));
  }
  ASSIGN_OR_RETURN(const Json::Array* windows, document.GetArray("windows"));
  Checkpoint checkpoint;
  for (const Json& row : *windows) RETURN_IF_ERROR(ReadWindow(row, checkpoint));
  return checkpoint;
}

Result<Checkpoint> ReadCheckpoint(FileSystem& files, const std::string& path) {
  auto text = files.ReadFile(path, kFileLimit);
  if (!text.ok() && text.error().code() == Code::kNotFound) return Checkpoint();
  if (!text.ok()) return std::move(text).error();
  auto checkpoint = ParseCheckpoint(*text);
  if (!checkpoint.ok()) return Checkpoint();  // everything is folded again
  return checkpoint;
}

}  // namespace mooring::monitoring

#include "monitoring/kept_history.h"

#include "base/limits.h"
#include "base/text/json.h"
#include "base/text/json_writer.h"

namespace mooring::monitoring {
namespace {

constexpr std::int64_t kSchema = 1;
constexpr std::size_t kFileLimit = 256 * limits::kMiB;

std::string PathOf(const std::string& directory, const WindowKey& key) {
  return directory + "/" + key.first + "-" + std::to_string(key.second) + ".history";
}

Result<KeptHistory> Parse(std::string_view text) {
  const std::size_t end = text.find('\n');
  if (end == text.npos) return Error(Code::kDataLoss, "the file has no first line");
  ASSIGN_OR_RETURN(const Json head, Json::Parse(text.substr(0, end), {.name = "history"}));
  ASSIGN_OR_RETURN(const std::int64_t schema, head.GetInt("schema"));
  if (schema != kSchema) {
    return Error(Code::kUnsupported, "history of schema " + std::to_string(schema));
  }
  KeptHistory kept;
  ASSIGN_OR_RETURN(kept.contract_hash, head.GetString("contract"));
  ASSIGN_OR_RETURN(const std::string_view from, head.GetString("from"));
  ASSIGN_OR_RETURN(kept.from, DecisionId::Parse(from));
  kept.history = text.substr(end + 1);
  return kept;
}

}  // namespace

Status KeepHistory(FileSystem& files, const std::string& directory, const WindowKey& key,
                   const KeptHistory& kept) {
  std::string text;
  JsonWriter json(text);
  json.BeginObject().Member("schema", kSchema).Member("contract", kept.contract_hash);
  json.Member("from", kept.from.ToString()).EndObject();
  text += "\n" + kept.history;
  RETURN_IF_ERROR(files.MakeDirectories(directory));
  return files.WriteFileDurably(PathOf(directory, key), AsBytes(text));
}

Result<std::optional<KeptHistory>> ReadKeptHistory(FileSystem& files, const std::string& directory,
                                                   const WindowKey& key) {
  const std::string path = PathOf(directory, key);
  const auto text = files.ReadFile(path, kFileLimit);
  if (!text.ok() && text.error().code() == Code::kNotFound) return std::optional<KeptHistory>();
  if (!text.ok()) return text.error();
  auto kept = Parse(*text);
  if (kept.ok()) return std::optional<KeptHistory>(std::move(kept).value());
  return Error(Code::kDataLoss, "the kept history is damaged")
      .Where(path)
      .Why(kept.error().ToString());
}

}  // namespace mooring::monitoring

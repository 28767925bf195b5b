#include "records/kills/kill.h"

#include <fmt/format.h>

#include <array>

#include "base/crypto/digest.h"
#include "base/limits.h"
#include "base/text/json.h"
#include "base/text/json_writer.h"

namespace mooring::records {
namespace {

using Kind = KillScope::Kind;

constexpr std::int64_t kSchema = 2, kSchemaWithoutOrigin = 1;
constexpr std::size_t kFileLimit = 8 * limits::kMiB;
constexpr std::array<std::string_view, 5> kKinds = {"all", "model", "version", "segment", "caller"};
constexpr std::array<std::string_view, 4> kOrigins = {"person", "file", "signal", "server"};

Error Damaged(std::string why) {
  return Error(Code::kDataLoss, "the list of kills cannot be read").Why(std::move(why));
}

Result<Kind> KindOfText(std::string_view text) {
  for (std::size_t i = 0; i < kKinds.size(); ++i) {
    if (kKinds[i] == text) return static_cast<Kind>(i);
  }
  return Damaged("unknown scope '" + std::string(text) + "'");
}

Result<KillOrigin> OriginOfText(std::string_view text) {
  for (std::size_t i = 0; i < kOrigins.size(); ++i) {
    if (kOrigins[i] == text) return static_cast<KillOrigin>(i);
  }
  return Damaged("unknown origin '" + std::string(text) + "'");
}

// Without an origin a kill is taken for a person's: a file KILL that still stands gets one of its
// own beside it, so that nothing goes on by this.
Result<Kill> ReadKill(const Json& row, bool has_origin) {
  Kill kill;
  ASSIGN_OR_RETURN(kill.id, row.GetUint("id"));
  ASSIGN_OR_RETURN(const std::string_view kind, row.GetString("scope"));
  ASSIGN_OR_RETURN(kill.scope.kind, KindOfText(kind));
  ASSIGN_OR_RETURN(kill.scope.model, row.GetString("model"));
  ASSIGN_OR_RETURN(const std::uint64_t version, row.GetUint("version"));
  kill.scope.version = static_cast<VersionNumber>(version);
  ASSIGN_OR_RETURN(kill.scope.segment, row.GetString("segment"));
  ASSIGN_OR_RETURN(kill.scope.caller, row.GetString("caller"));
  ASSIGN_OR_RETURN(const std::string_view since, row.GetString("since"));
  ASSIGN_OR_RETURN(kill.since, ParseTime(since));
  ASSIGN_OR_RETURN(kill.by, row.GetString("by"));
  ASSIGN_OR_RETURN(kill.reason, row.GetString("reason"));
  if (has_origin) {
    ASSIGN_OR_RETURN(const std::string_view origin, row.GetString("origin"));
    ASSIGN_OR_RETURN(kill.origin, OriginOfText(origin));
  }
  if (version != kill.scope.version) return Damaged("a version is too large");
  RETURN_IF_ERROR(CheckScope(kill.scope));
  return kill;
}

Result<KillList> ReadList(const Json& document) {
  ASSIGN_OR_RETURN(const std::int64_t schema, document.GetInt("schema"));
  if (schema != kSchema && schema != kSchemaWithoutOrigin) {
    return Damaged("schema " + std::to_string(schema) + " is not known here");
  }
  KillList list;
  ASSIGN_OR_RETURN(list.next_id, document.GetUint("next_id"));
  ASSIGN_OR_RETURN(const Json::Array* rows, document.GetArray("kills"));
  if (rows->size() > kMostKillsRead) return Damaged("too many kills");
  for (const Json& row : *rows) {
    ASSIGN_OR_RETURN(Kill kill, ReadKill(row, schema == kSchema));
    const std::uint64_t before = list.kills.empty() ? 0 : list.kills.back().id;
    if (kill.id <= before || kill.id >= list.next_id) return Damaged("ids are out of order");
    list.kills.push_back(std::move(kill));
  }
  return list;
}

}  // namespace

std::string ScopeText(const KillScope& scope) {
  switch (scope.kind) {
    case Kind::kAll: return "all";
    case Kind::kModel: return "model " + scope.model;
    case Kind::kVersion: return fmt::format("version {}/{}", scope.model, scope.version);
    case Kind::kSegment: return fmt::format("segment {}: {}", scope.model, scope.segment);
    case Kind::kCaller: return "caller " + scope.caller;
  }
  return "all";
}

std::string KillHash(const Kill& kill) {
  const std::string text =
      fmt::format("{}\n{}\n{}\n{}", kill.id, FormatTime(kill.since),
                  kOrigins[static_cast<std::size_t>(kill.origin)], ScopeText(kill.scope));
  return Hex(Sha256Of(AsBytes(text)));
}

Status CheckScope(const KillScope& scope) {
  const bool has_model =
      scope.kind == Kind::kModel || scope.kind == Kind::kVersion || scope.kind == Kind::kSegment;
  if (has_model) RETURN_IF_ERROR(ValidateName("model", scope.model));
  if (scope.kind == Kind::kVersion && scope.version == 0) {
    return Error(Code::kInvalidArgument, "which version is to be stopped?")
        .Help("give its number, from 1");
  }
  if (scope.kind == Kind::kSegment &&
      (scope.segment.empty() || scope.segment.size() > limits::kExpressionBytes)) {
    return Error(Code::kInvalidArgument, "a segment is a condition over the model's inputs")
        .Help("for example: origin == 'SVO'");
  }
  if (scope.kind == Kind::kCaller &&
      (scope.caller.empty() || scope.caller.size() > limits::kNameBytes)) {
    return Error(Code::kInvalidArgument, "which caller is to be stopped?")
        .Help("give the name that its decisions are recorded under");
  }
  return Ok();
}

std::string KillListJson(const KillList& list) {
  std::string text;
  JsonWriter json(text);
  json.BeginObject().Member("schema", kSchema).Member("next_id", list.next_id);
  json.Key("kills").BeginArray();
  for (const Kill& kill : list.kills) {
    json.BeginObject().Member("id", kill.id);
    json.Member("scope", kKinds[static_cast<std::size_t>(kill.scope.kind)]);
    json.Member("model", kill.scope.model).Member("version", kill.scope.version);
    json.Member("segment", kill.scope.segment).Member("caller", kill.scope.caller);
    json.Member("since", FormatTime(kill.since)).Member("by", kill.by);
    json.Member("reason", kill.reason);
    json.Member("origin", kOrigins[static_cast<std::size_t>(kill.origin)]).EndObject();
  }
  json.EndArray().EndObject();
  return text;
}

Result<KillList> ParseKillList(std::string_view text) {
  const auto document = Json::Parse(text, {.name = "kills"});
  if (!document.ok()) return Damaged(document.error().message());
  auto list = ReadList(*document);
  if (!list.ok() && list.error().code() != Code::kDataLoss) return Damaged(list.error().message());
  return list;
}

Result<KillList> ReadKillList(FileSystem& files, const std::string& path) {
  const auto text = files.ReadFile(path, kFileLimit);
  if (!text.ok() && text.error().code() == Code::kNotFound) {
    const auto name = files.Stat(path);
    if (!name.ok() && name.error().code() == Code::kNotFound) return KillList();
    return Damaged("it is no file");
  }
  if (!text.ok()) return text.error();
  return ParseKillList(*text);
}

Status WriteKillList(FileSystem& files, const std::string& path, const KillList& list) {
  return files.WriteFileDurably(path, AsBytes(KillListJson(list)));
}

}  // namespace mooring::records

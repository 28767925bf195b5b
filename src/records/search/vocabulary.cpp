#include "records/search/vocabulary.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

namespace mooring::records::search {
namespace {

constexpr Attribute kRunAttributes[] = {
    {"status", "status"},
    {"created", "start_time", true},
    {"artifact_uri", "artifact_uri"},
    {"start_time", "start_time", true},
    {"run_id", "run_id"},
    {"end_time", "end_time", true},
    {"run_name", "run_name"},
    {"user_id", "user_id"},
    {"Created", "start_time", true},
    {"run name", "run_name", false, true, false},
    {"Run name", "run_name", false, true, false},
    {"Run Name", "run_name", false, true, false},
};

constexpr Attribute kExperimentAttributes[] = {
    {"name", "name"},
    {"creation_time", "creation_time", true},
    {"last_update_time", "last_update_time", true},
    {"experiment_id", "experiment_id", false, false, true},
};

constexpr Attribute kLoggedModelAttributes[] = {
    {"name", "name"},
    {"model_id", "model_id"},
    {"model_type", "model_type"},
    {"status", "status"},
    {"source_run_id", "source_run_id"},
    {"creation_timestamp", "creation_timestamp", true},
    {"last_updated_timestamp", "last_updated_timestamp", true},
    {"creation_time", "creation_timestamp", true},
    {"last_updated_time", "last_updated_timestamp", true},
    {"creation_timestamp_ms", "creation_timestamp", true},
    {"last_updated_timestamp_ms", "last_updated_timestamp", true},
    {"experiment_id", "experiment_id"},
};

constexpr Attribute kRegisteredModelAttributes[] = {
    {"name", "name"},
    {"timestamp", "last_updated_timestamp", true, false, true},
    {"last_updated_timestamp", "last_updated_timestamp", true, false, true},
};

constexpr Attribute kModelVersionAttributes[] = {
    {"name", "name"},
    {"version_number", "version_number", true},
    {"run_id", "run_id", false, true, false},
    {"source_path", "source_path", false, true, false},
    {"creation_timestamp", "creation_timestamp", true, false, true},
    {"last_updated_timestamp", "last_updated_timestamp", true, false, true},
};

struct EntityWord {
  std::string_view word;
  Entity entity;
};

constexpr EntityWord kRunEntities[] = {
    {"metric", Entity::kMetric},
    {"metrics", Entity::kMetric},
    {"parameter", Entity::kParam},
    {"parameters", Entity::kParam},
    {"param", Entity::kParam},
    {"params", Entity::kParam},
    {"tag", Entity::kTag},
    {"tags", Entity::kTag},
    {"attribute", Entity::kAttribute},
    {"attributes", Entity::kAttribute},
    {"attr", Entity::kAttribute},
    {"run", Entity::kAttribute},
    {"dataset", Entity::kDataset},
    {"datasets", Entity::kDataset},
};
constexpr EntityWord kLoggedModelEntities[] = {
    {"attributes", Entity::kAttribute},
    {"metrics", Entity::kMetric},
    {"params", Entity::kParam},
    {"tags", Entity::kTag},
};
constexpr EntityWord kSmallEntities[] = {
    {"attribute", Entity::kAttribute},
    {"tag", Entity::kTag},
    {"tags", Entity::kTag},
};

std::span<const EntityWord> EntitiesOf(Kind kind) {
  if (kind == Kind::kRuns) return kRunEntities;
  if (kind == Kind::kLoggedModels) return kLoggedModelEntities;
  return kSmallEntities;
}

constexpr std::array<std::string_view, 3> kDatasetKeys = {"name", "digest", "context"};

Error UnknownEntity(Kind kind, std::string_view word) {
  if (kind == Kind::kRuns) {
    return Error(Code::kInvalidArgument,
                 fmt::format("Invalid entity type '{}'. Valid values are "
                             "['metric', 'parameter', 'tag', 'attribute', 'dataset']",
                             word));
  }
  if (kind == Kind::kLoggedModels) {
    return Error(Code::kInvalidArgument, fmt::format("Invalid entity type: {}. Expected one of "
                                                     "['attributes', 'metrics', 'params', 'tags'].",
                                                     PythonQuoted(word)));
  }
  return Error(Code::kInvalidArgument, fmt::format("Invalid entity type '{}'. Valid entity types "
                                                   "are ('attribute', 'tag', 'tags')",
                                                   word));
}

Error UnknownAttribute(Kind kind, Use use, std::string_view key) {
  if (kind == Kind::kRegisteredModels && use == Use::kOrder) {
    return Error(Code::kInvalidArgument,
                 fmt::format("Invalid order by key '{}' specified. Valid keys are "
                             "'{{'name', 'timestamp'}}'",
                             key));
  }
  std::string valid;
  for (const Attribute& attribute : AttributesOf(kind)) {
    if (use == Use::kFilter ? !attribute.filtered : !attribute.ordered) continue;
    valid += fmt::format("{}'{}'", valid.empty() ? "" : ", ", attribute.name);
  }
  return Error(
      Code::kInvalidArgument,
      fmt::format("Invalid attribute key '{}' specified. Valid keys are '{{{}}}'", key, valid));
}

const Attribute* FindAttribute(Kind kind, Use use, std::string_view key) {
  for (const Attribute& attribute : AttributesOf(kind)) {
    const bool allowed = use == Use::kFilter ? attribute.filtered : attribute.ordered;
    if (allowed && attribute.name == key) return &attribute;
  }
  return nullptr;
}

std::string UnquotedKey(std::string_view key) {
  std::string storage;
  for (const char quote : {'\'', '"', '`'}) {
    if (Unquote(key, quote, storage)) return std::string(key);
  }
  return std::string(key);
}

}  // namespace

std::span<const Attribute> AttributesOf(Kind kind) {
  switch (kind) {
    case Kind::kRuns: return kRunAttributes;
    case Kind::kExperiments: return kExperimentAttributes;
    case Kind::kLoggedModels: return kLoggedModelAttributes;
    case Kind::kRegisteredModels: return kRegisteredModelAttributes;
    case Kind::kModelVersions: return kModelVersionAttributes;
  }
  return {};
}

std::string_view NameOf(Entity entity) {
  switch (entity) {
    case Entity::kAttribute: return "attribute";
    case Entity::kMetric: return "metric";
    case Entity::kParam: return "parameter";
    case Entity::kTag: return "tag";
    case Entity::kDataset: return "dataset";
  }
  return "";
}

std::string_view NameOf(Comparator comparator) {
  constexpr std::string_view kNames[] = {
      "=", "!=", "<", "<=", ">", ">=", "LIKE", "ILIKE", "IN", "NOT IN", "IS NULL", "IS NOT NULL"};
  return kNames[static_cast<std::size_t>(comparator)];
}

bool Unquote(std::string_view& text, char quote, std::string& storage) {
  if (text.size() < 2 || text.front() != quote || text.back() != quote) return false;
  text = text.substr(1, text.size() - 2);
  if (text.find(quote) == std::string_view::npos) return true;
  storage.clear();
  for (std::size_t i = 0; i < text.size(); ++i) {
    storage += text[i];
    if (text[i] == quote && i + 1 < text.size() && text[i + 1] == quote) ++i;
  }
  text = storage;
  return true;
}

std::string PythonQuoted(std::string_view text) {
  const bool single = text.find('\'') == std::string_view::npos;
  const char quote = single || text.find('"') != std::string_view::npos ? '\'' : '"';
  std::string quoted(1, quote);
  for (const char c : text) {
    if (c == '\n') {
      quoted += "\\n";
      continue;
    }
    if (c == quote || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + quote;
}

Result<Identifier> ReadIdentifier(Kind kind, Use use, std::string_view text) {
  Identifier read;
  std::string_view key = text;
  if (const std::size_t dot = text.find('.'); dot != std::string_view::npos) {
    std::string_view word = text.substr(0, dot);
    std::string storage;
    if (kind == Kind::kRuns) Unquote(word, '`', storage);
    const auto words = EntitiesOf(kind);
    const auto found = std::ranges::find(words, word, &EntityWord::word);
    if (found == words.end()) return UnknownEntity(kind, word);
    read.entity = found->entity;
    key = text.substr(dot + 1);
  }
  read.key = UnquotedKey(key);
  if (read.entity == Entity::kMetric) read.numeric = true;
  if (read.entity == Entity::kDataset &&
      std::ranges::find(kDatasetKeys, read.key) == kDatasetKeys.end()) {
    return Error(Code::kInvalidArgument,
                 fmt::format("Invalid dataset key '{}' specified. Valid keys are "
                             "'{{'name', 'digest', 'context'}}'",
                             read.key));
  }
  if (read.entity != Entity::kAttribute) return read;
  const Attribute* attribute = FindAttribute(kind, use, read.key);
  if (attribute == nullptr) return UnknownAttribute(kind, use, read.key);
  read.key = attribute->canonical;
  read.numeric = attribute->numeric;
  return read;
}

}  // namespace mooring::records::search

#include "api/native/limits.h"

#include <fmt/format.h>

#include <charconv>
#include <limits>
#include <map>

#include "api/access.h"
#include "api/http/target.h"
#include "api/native/limit_words.h"
#include "base/crypto/digest.h"
#include "base/io/file_system.h"
#include "base/text/json_writer.h"
#include "serving/stop_limits/limit_keys.h"
#include "serving/stop_limits/limit_status.h"
#include "serving/stop_limits/minor_text.h"

namespace mooring::api {
namespace {

using records::LimitKind;
using serving::LimitStatus;

struct OfModel {
  const serving::ServedVersion* version = nullptr;
  std::string hash;  // of the limits in force
  std::vector<LimitStatus> limits;
  std::vector<serving::LimitKeys> keys;  // as limits; empty where nobody asked
};

// Of keys that are told by their hashes, unless the caller says how many.
constexpr std::uint64_t kKeysTold = 5, kMostKeysTold = 1000;

std::vector<OfModel> LimitsOf(const Api& api, const serving::Snapshot& snapshot,
                              std::string_view only, const records::Principal* who) {
  static const serving::LimitControls kNone;
  const auto controls = api.use.controls ? api.use.controls() : nullptr;
  const serving::LimitControls& by = controls == nullptr ? kNone : *controls;
  std::vector<OfModel> all;
  for (const auto& [name, model] : snapshot.models) {
    if (model.champion == nullptr || model.champion->limits == nullptr) continue;
    if (!only.empty() && only != name) continue;
    if (who != nullptr && !who->Sees(name)) continue;
    const serving::LimitSet& set = *model.champion->limits;
    all.push_back(
        {model.champion.get(), set.HashOf(by), serving::StatusOf(set, by, *api.use.budgets), {}});
  }
  return all;
}

void WriteMicros(JsonWriter& json, std::string_view key, std::int64_t micros) {
  json.Key(key);
  // The end of time stands for never.
  const bool told = micros > 0 && micros < 253'402'300'800'000'000;
  told ? json.Value(FormatTime(Time(Micros(micros)))) : json.Null();
}

void WriteAmount(JsonWriter& json, std::string_view key, std::optional<std::int64_t> minor,
                 int digits) {
  json.Key(key);
  // The ends of the range stand for none.
  using Ends = std::numeric_limits<std::int64_t>;
  if (!minor || *minor == Ends::max() || *minor == Ends::min()) {
    json.Null();
    return;
  }
  json.Value(serving::MinorText(*minor, static_cast<unsigned>(digits)));
}

// What a limit comes to, in words.
std::string_view WordsOf(const LimitStatus& status) {
  if (status.limit->rule.advisory) return "watched only: it stops nothing";
  if (status.usage.latched_at != 0) return "shut until people release it";
  if (status.stands) return "a verdict of the watch stands";
  return status.divided ? "a budget for each key or caller" : "in force";
}

void WriteKeys(JsonWriter& json, const LimitStatus& status, const serving::LimitKeys& keys) {
  json.BeginObject().Member("in_use", keys.in_use).Member("most", keys.most);
  json.Member("latched", keys.latched).Key("first").BeginArray();
  for (const serving::LimitKey& key : keys.first) {
    json.BeginObject().Member("key", fmt::format("{:016x}{:016x}", key.id.high, key.id.low));
    WriteMicros(json, "latched", key.usage.latched_at);
    json.Key("current");
    if (key.used) {
      const auto digits = static_cast<unsigned>(status.limit->digits);
      json.Value(serving::MinorText(key.usage.current, digits));
    } else {
      json.Null();
    }
    json.Key("used");
    key.used ? json.Value(*key.used) : json.Null();
    json.EndObject();
  }
  json.EndArray().EndObject();
}

void WriteLimit(JsonWriter& json, const OfModel& model, const LimitStatus& status) {
  const records::LimitRule& rule = status.limit->rule;
  const int digits = status.limit->digits;
  json.BeginObject().Member("model", model.version->model).Member("limit", rule.name);
  json.Member("kind", records::LimitKindName(rule.kind));
  json.Member("scope", records::LimitScopeName(rule.scope));
  json.Member("then", records::LimitActionName(rule.then));
  json.Member("latch", rule.latch).Member("advisory", rule.advisory);
  WriteAmount(json, "max", status.max, status.digits);
  WriteAmount(json, "contract_max", status.contract_max, status.digits);
  json.Member("bounds", BoundsOf(status));
  json.Member("changed", status.changed).Member("divided", status.divided);
  const bool told = records::HasBudget(rule.kind) && !status.divided;
  const bool arrivals = rule.kind == LimitKind::kRate || rule.kind == LimitKind::kShare;
  WriteAmount(json, "current",
              told ? std::optional(status.usage.current) : std::optional<std::int64_t>(),
              arrivals ? 0 : digits);
  json.Key("used");
  const std::optional<double> used = status.used();
  used ? json.Value(*used) : json.Null();
  if (rule.kind == LimitKind::kShare) json.Member("marked", status.usage.marked);
  WriteMicros(json, "latched", status.usage.latched_at);
  WriteMicros(json, "resets", status.usage.resets);
  WriteMicros(json, "released", status.released_at);
  json.Member("state", WordsOf(status)).Key("keys");
  if (status.divided && !model.keys.empty()) {
    WriteKeys(json, status, model.keys[status.limit->place]);
  } else {
    json.Null();
  }
  json.EndObject();
}

// A look at every budget there is: for people who ask, not for /metrics. Hashes of keys are told to
// who may read the log, where the keys themselves stand.
void AddKeys(const Call& call, const serving::Snapshot& snapshot, std::uint64_t told,
             std::vector<OfModel>& all) {
  static const serving::LimitControls kNone;
  const auto controls = call.api->use.controls ? call.api->use.controls() : nullptr;
  const serving::LimitControls& by = controls == nullptr ? kNone : *controls;
  for (OfModel& model : all) {
    const serving::ServedModel* const served = snapshot.Find(model.version->model);
    if (served == nullptr || served->champion == nullptr) continue;
    const bool may = call.principal->May(records::Permission::kReadLog, model.version->model);
    model.keys = serving::KeysOf(*served->champion->limits, by, *call.api->use.budgets,
                                 may ? static_cast<std::size_t>(told) : 0);
  }
}

Result<std::uint64_t> KeysAsked(const Call& call) {
  const std::string text = QueryValue(call.request->query, "keys");
  if (text.empty()) return kKeysTold;
  std::uint64_t told = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), told);
  if (error == std::errc() && end == text.data() + text.size() && told <= kMostKeysTold)
    return told;
  return Error(Code::kInvalidArgument, "keys is a whole number up to 1000");
}

Result<std::string> Listed(const Call& call) {
  if (call.api->use.budgets == nullptr) {
    return Error(Code::kUnavailable, "this server keeps no budgets");
  }
  const auto snapshot = call.api->use.snapshot();
  const std::string only = QueryValue(call.request->query, "model");
  const bool seen = snapshot->Find(only) != nullptr && call.principal->Sees(only);
  if (!only.empty() && !seen) return NoSuchModel(only.substr(0, limits::kNameBytes));
  ASSIGN_OR_RETURN(const std::uint64_t told, KeysAsked(call));
  std::vector<OfModel> all = LimitsOf(*call.api, *snapshot, only, call.principal.get());
  AddKeys(call, *snapshot, told, all);
  std::string text;
  JsonWriter json(text);
  json.BeginObject().Member("frozen", call.api->use.budgets->frozen());
  json.Key("limits").BeginArray();
  for (const OfModel& model : all) {
    for (const LimitStatus& status : model.limits) WriteLimit(json, model, status);
  }
  json.EndArray().Key("sets").BeginArray();
  for (const OfModel& model : all) {
    json.BeginObject().Member("model", model.version->model);
    json.Member("version", model.version->number);
    json.Member("hash", Hex(AsBytes(model.hash))).EndObject();
  }
  json.EndArray().EndObject();
  return text;
}

void WriteKills(const Api& api, Exposition& out) {
  if (api.use.kills == nullptr) return;
  constexpr std::string_view kScopes[] = {"all", "model", "version", "segment", "caller"};
  std::size_t counts[std::size(kScopes)] = {};
  for (const records::Kill& kill : api.use.kills->List()) {
    ++counts[static_cast<std::size_t>(kill.scope.kind)];
  }
  out.Family("mooring_kills_in_force", "gauge", "Kills in force, by what they cover.");
  for (std::size_t i = 0; i < std::size(kScopes); ++i) {
    out.Sample({{"scope", kScopes[i]}}, static_cast<double>(counts[i]));
  }
}

}  // namespace

void ListLimits(const Call& call) { AnswerAside(call, call.api->use.administer, Listed); }

void WriteLimits(const Api& api, Exposition& out) {
  WriteKills(api, out);
  const auto snapshot = api.use.snapshot();
  if (api.use.budgets == nullptr || snapshot == nullptr) return;
  out.Family("mooring_limit_windows_frozen", "gauge",
             "1 while windows stand still because the clock jumped.");
  out.Sample({}, api.use.budgets->frozen() ? 1 : 0);
  const std::vector<OfModel> all = LimitsOf(api, *snapshot, "", nullptr);
  const auto each = [&](const auto& write) {
    for (const OfModel& model : all) {
      for (const LimitStatus& status : model.limits) {
        if (!status.divided) write(model.version->model, status);
      }
    }
  };
  out.Family("mooring_limit_usage_ratio", "gauge",
             "What is used of a limit's threshold in force; not of limits with keys.");
  each([&](const std::string& model, const LimitStatus& status) {
    if (const auto used = status.used()) {
      out.Sample({{"model", model}, {"limit", status.limit->rule.name}}, *used);
    }
  });
  out.Family("mooring_limit_latched", "gauge", "1 while a limit is shut until people release it.");
  each([&](const std::string& model, const LimitStatus& status) {
    if (!status.limit->rule.latch) return;
    out.Sample({{"model", model}, {"limit", status.limit->rule.name}},
               status.usage.latched_at != 0 ? 1 : 0);
  });
}

}  // namespace mooring::api

#include "records/limit_book/limit_change.h"

#include <algorithm>
#include <array>

#include "base/crypto/digest.h"
#include "base/ids.h"
#include "base/io/file_system.h"
#include "base/limits.h"
#include "base/text/json.h"
#include "base/text/json_writer.h"
#include "data/expression/decimal.h"

namespace mooring::records {
namespace {

constexpr std::array<std::string_view, 5> kKinds = {"raise", "lower", "release", "kill_release",
                                                    "write_off"};
constexpr std::array<std::string_view, 5> kStates = {"pending", "approved", "rejected", "withdrawn",
                                                     "expired"};

std::int64_t MicrosOf(Time time) { return time.time_since_epoch().count(); }

Error Bad(std::string text) { return Error(Code::kInvalidArgument, std::move(text)); }

Status CheckRamp(const std::vector<RampStep>& ramp) {
  if (ramp.size() > kMostRampSteps) return Bad("a ramp has at most 8 steps");
  for (const RampStep& step : ramp) {
    const auto factor = data::Decimal::Parse(step.factor);
    const bool fits = factor && factor->digits_behind_point() <= 3 &&
                      factor->Compare(data::Decimal(0)) == 1 &&
                      factor->Compare(data::Decimal(1)) == -1;
    if (!fits) return Bad("a factor of a ramp is like 0.1: above 0, below 1, 3 digits");
    if (step.length <= std::chrono::seconds(0) || step.length > kLongestChange) {
      return Bad("a step of a ramp lasts from a second to a week");
    }
  }
  return Ok();
}

// Which of its parts a kind has.
struct Parts {
  bool limit = false, max = false, kill = false, decision = false, ramp = false;
};
Parts PartsOf(LimitChangeKind kind) {
  switch (kind) {
    case LimitChangeKind::kRaise: return {.limit = true, .max = true, .ramp = true};
    case LimitChangeKind::kLower: return {.limit = true, .max = true};
    case LimitChangeKind::kRelease: return {.limit = true, .ramp = true};
    case LimitChangeKind::kKillRelease: return {.kill = true};
    case LimitChangeKind::kWriteOff: break;
  }
  return {.decision = true};
}

Status CheckParts(const LimitChange& change) {
  const Parts parts = PartsOf(change.kind);
  const std::string kind(LimitChangeKindName(change.kind));
  const auto check = [&](bool wanted, bool there, std::string_view name) -> Status {
    if (wanted == there) return Ok();
    return Bad("a change of kind " + kind + (wanted ? " has a " : " has no ") + std::string(name));
  };
  // A decision is of a model; older requests do not name it.
  const bool may_have_model = parts.decision && !change.model.empty();
  RETURN_IF_ERROR(check(parts.limit || may_have_model, !change.model.empty(), "model"));
  RETURN_IF_ERROR(check(parts.limit, !change.limit.empty(), "limit"));
  RETURN_IF_ERROR(check(parts.max, !change.max.empty(), "max"));
  RETURN_IF_ERROR(check(parts.kill, change.kill != 0, "kill"));
  RETURN_IF_ERROR(check(parts.decision, !change.decision.empty(), "decision"));
  if (!parts.ramp) RETURN_IF_ERROR(check(false, !change.ramp.empty(), "ramp"));
  if (!change.model.empty()) RETURN_IF_ERROR(ValidateName("model", change.model));
  if (parts.limit) {
    if (change.limit.size() > limits::kNameBytes) return Bad("the limit's name is too long");
  }
  if (parts.decision) RETURN_IF_ERROR(DecisionId::Parse(change.decision));
  return Ok();
}

Result<std::vector<RampStep>> RampOf(const Json& json) {
  ASSIGN_OR_RETURN(const Json::Array* const items, json.AsArray());
  std::vector<RampStep> ramp;
  for (const Json& item : *items) {
    ASSIGN_OR_RETURN(const std::string_view factor, item.GetString("factor"));
    ASSIGN_OR_RETURN(const std::int64_t seconds, item.GetInt("seconds"));
    ramp.push_back({std::string(factor), std::chrono::seconds(seconds)});
  }
  return ramp;
}

}  // namespace

std::string_view LimitChangeKindName(LimitChangeKind kind) {
  return kKinds[static_cast<std::size_t>(kind)];
}

Result<LimitChangeKind> ParseLimitChangeKind(std::string_view name) {
  const auto found = std::ranges::find(kKinds, name);
  if (found != kKinds.end()) return static_cast<LimitChangeKind>(found - kKinds.begin());
  return Bad("a change is one of raise, lower, release, kill_release, write_off");
}

std::string_view LimitChangeStateName(LimitChangeState state) {
  return kStates[static_cast<std::size_t>(state)];
}

Result<LimitChangeState> ParseLimitChangeState(std::string_view name) {
  const auto found = std::ranges::find(kStates, name);
  if (found != kStates.end()) return static_cast<LimitChangeState>(found - kStates.begin());
  return Bad("a change is pending, approved, rejected, withdrawn or expired");
}

Result<std::string> NormalDecimal(std::string_view text) {
  if (!data::Decimal::Parse(text)) {
    return Bad("a max is digits with at most one point, as 500000 or 0.25");
  }
  const std::size_t first = std::min(text.find_first_not_of('0'), text.size());
  std::string normal(text.substr(first));
  if (normal.find('.') != normal.npos) {
    while (normal.back() == '0') normal.pop_back();
    if (normal.back() == '.') normal.pop_back();
  }
  if (normal.empty() || normal.front() == '.') normal.insert(0, 1, '0');
  return normal;
}

std::string AskedText(const LimitChange& change) {
  std::string text;
  JsonWriter json(text);
  json.BeginObject().Member("kind", LimitChangeKindName(change.kind));
  json.Member("model", change.model).Member("limit", change.limit);
  json.Member("kill", change.kill).Member("decision", change.decision);
  json.Member("max", change.max).Member("over", change.over).Member("before", change.before);
  json.Key("ramp").BeginArray();
  for (const RampStep& step : change.ramp) {
    json.BeginObject().Member("factor", step.factor).Member("seconds", step.length.count());
    json.EndObject();
  }
  json.EndArray().Member("reason", change.reason).Member("maker", change.maker);
  json.Member("made_us", MicrosOf(change.made)).Member("expires_us", MicrosOf(change.expires));
  // Older requests have neither, and keep their hashes.
  if (!change.contract.empty()) json.Member("contract", change.contract);
  if (!change.shape.empty()) json.Member("shape", change.shape);
  json.EndObject();
  return text;
}

std::string AskedHash(const LimitChange& change) {
  return Hex(Sha256Of(AsBytes(AskedText(change))));
}

Result<LimitChange> ParseAsked(std::string_view text) {
  const auto parse = [&]() -> Result<LimitChange> {
    LimitChange change;
    ASSIGN_OR_RETURN(const Json json, Json::Parse(text, {.name = "change"}));
    ASSIGN_OR_RETURN(const std::string_view kind, json.GetString("kind"));
    ASSIGN_OR_RETURN(change.kind, ParseLimitChangeKind(kind));
    ASSIGN_OR_RETURN(change.model, json.GetString("model"));
    ASSIGN_OR_RETURN(change.limit, json.GetString("limit"));
    ASSIGN_OR_RETURN(change.kill, json.GetUint("kill"));
    ASSIGN_OR_RETURN(change.decision, json.GetString("decision"));
    ASSIGN_OR_RETURN(change.max, json.GetString("max"));
    ASSIGN_OR_RETURN(change.over, json.GetString("over"));
    ASSIGN_OR_RETURN(change.before, json.GetString("before"));
    ASSIGN_OR_RETURN(const Json* const ramp, json.Get("ramp"));
    ASSIGN_OR_RETURN(change.ramp, RampOf(*ramp));
    ASSIGN_OR_RETURN(change.reason, json.GetString("reason"));
    ASSIGN_OR_RETURN(change.maker, json.GetString("maker"));
    ASSIGN_OR_RETURN(const std::int64_t made, json.GetInt("made_us"));
    ASSIGN_OR_RETURN(const std::int64_t expires, json.GetInt("expires_us"));
    if (json.Find("contract") != nullptr) {
      ASSIGN_OR_RETURN(change.contract, json.GetString("contract"));
    }
    if (json.Find("shape") != nullptr) {
      ASSIGN_OR_RETURN(change.shape, json.GetString("shape"));
    }
    change.made = Time(Micros(made));
    change.expires = Time(Micros(expires));
    return change;
  };
  auto change = parse();
  // Anything that was written otherwise is not what people agreed to.
  if (change.ok() && AskedText(*change) == text) return change;
  return Error(Code::kDataLoss, "a damaged change of a limit")
      .Why(change.ok() ? "it is not in its one form" : change.error().message());
}

Status CheckAsked(const LimitChange& change) {
  RETURN_IF_ERROR(CheckParts(change));
  RETURN_IF_ERROR(CheckRamp(change.ramp));
  if (!change.max.empty()) RETURN_IF_ERROR(NormalDecimal(change.max));
  if (PersonOf(change.maker).empty() || change.maker.size() > limits::kNameBytes) {
    return Bad("who asks for a change has a name of 1 to 128 bytes");
  }
  if (change.reason.empty()) return Bad("a change of a limit has a reason");
  if (change.reason.size() > limits::kReasonBytes) return Bad("the reason is over 1024 bytes");
  if (change.expires > change.made && change.expires - change.made <= kLongestChange) return Ok();
  return Bad("a change expires after it was asked for and within 7 days");
}

}  // namespace mooring::records

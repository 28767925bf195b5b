#include "records/limit_book/limits_in_force.h"

#include "base/crypto/digest.h"
#include "base/io/file_system.h"
#include "base/text/json.h"
#include "base/text/json_writer.h"

namespace mooring::records {
namespace {

constexpr std::int64_t kWhole = 1000;
constexpr int kWholeDigits = 3;

std::int64_t MicrosOf(Time time) { return time.time_since_epoch().count(); }

Result<std::vector<RampMoment>> MomentsOf(const Json& json) {
  ASSIGN_OR_RETURN(const Json::Array* const items, json.AsArray());
  std::vector<RampMoment> ramp;
  for (const Json& item : *items) {
    RampMoment moment;
    ASSIGN_OR_RETURN(const std::int64_t from, item.GetInt("from_us"));
    ASSIGN_OR_RETURN(moment.part, item.GetInt("part"));
    ASSIGN_OR_RETURN(moment.whole, item.GetInt("whole"));
    moment.from = Time(Micros(from));
    ramp.push_back(moment);
  }
  return ramp;
}

Status ReadTexts(const Json& json, LimitRevision& revision) {
  ASSIGN_OR_RETURN(revision.model, json.GetString("model"));
  ASSIGN_OR_RETURN(revision.limit, json.GetString("limit"));
  ASSIGN_OR_RETURN(revision.max, json.GetString("max"));
  ASSIGN_OR_RETURN(revision.over, json.GetString("over"));
  ASSIGN_OR_RETURN(revision.decision, json.GetString("decision"));
  ASSIGN_OR_RETURN(revision.maker, json.GetString("maker"));
  ASSIGN_OR_RETURN(revision.checker, json.GetString("checker"));
  ASSIGN_OR_RETURN(revision.reason, json.GetString("reason"));
  ASSIGN_OR_RETURN(revision.asked, json.GetString("asked"));
  return Ok();
}

Result<LimitRevision> ReadRevision(std::string_view text) {
  LimitRevision revision;
  ASSIGN_OR_RETURN(const Json json, Json::Parse(text, {.name = "revision"}));
  ASSIGN_OR_RETURN(revision.number, json.GetUint("number"));
  ASSIGN_OR_RETURN(revision.change, json.GetUint("change"));
  ASSIGN_OR_RETURN(const std::string_view kind, json.GetString("kind"));
  ASSIGN_OR_RETURN(revision.kind, ParseLimitChangeKind(kind));
  RETURN_IF_ERROR(ReadTexts(json, revision));
  ASSIGN_OR_RETURN(revision.kill, json.GetUint("kill"));
  ASSIGN_OR_RETURN(const std::int64_t released, json.GetInt("released_us"));
  revision.released = Time(Micros(released));
  ASSIGN_OR_RETURN(const Json* const ramp, json.Get("ramp"));
  ASSIGN_OR_RETURN(revision.ramp, MomentsOf(*ramp));
  ASSIGN_OR_RETURN(const std::int64_t at, json.GetInt("at_us"));
  revision.at = Time(Micros(at));
  return revision;
}

bool SameMax(std::string_view over, const std::optional<data::Decimal>& contract) {
  if (over.empty() || !contract) return over.empty() && !contract;
  const auto was = data::Decimal::Parse(over);
  return was && was->Compare(*contract) == 0;
}

}  // namespace

std::vector<RampMoment> RampFrom(const std::vector<RampStep>& steps, Time now) {
  std::vector<RampMoment> moments;
  for (const RampStep& step : steps) {
    const auto factor = data::Decimal::Parse(step.factor);
    moments.push_back({now, factor ? factor->InUnitsOf(kWholeDigits).value_or(0) : 0, kWhole});
    now += step.length;
  }
  if (!moments.empty()) moments.push_back({now, 1, 1});
  return moments;
}

std::string RevisionText(const LimitRevision& revision) {
  std::string text;
  JsonWriter json(text);
  json.BeginObject().Member("number", revision.number).Member("change", revision.change);
  json.Member("kind", LimitChangeKindName(revision.kind));
  json.Member("model", revision.model).Member("limit", revision.limit);
  json.Member("max", revision.max).Member("over", revision.over).Member("kill", revision.kill);
  json.Member("decision", revision.decision).Member("released_us", MicrosOf(revision.released));
  json.Key("ramp").BeginArray();
  for (const RampMoment& moment : revision.ramp) {
    json.BeginObject().Member("from_us", MicrosOf(moment.from)).Member("part", moment.part);
    json.Member("whole", moment.whole).EndObject();
  }
  json.EndArray().Member("maker", revision.maker).Member("checker", revision.checker);
  json.Member("reason", revision.reason).Member("asked", revision.asked);
  json.Member("at_us", MicrosOf(revision.at)).EndObject();
  return text;
}

std::string RevisionHash(const LimitRevision& revision) {
  return Hex(Sha256Of(AsBytes(revision.previous + "\n" + RevisionText(revision))));
}

Result<LimitRevision> ParseRevision(std::string_view text) {
  auto revision = ReadRevision(text);
  if (revision.ok() && RevisionText(*revision) == text) return revision;
  return Error(Code::kDataLoss, "a damaged revision of the limits")
      .Why(revision.ok() ? "it is not in its one form" : revision.error().message());
}

const LimitInForce* LimitsInForce::Find(std::string_view model, std::string_view limit) const {
  const auto found = limits.find(std::string(model) + "/" + std::string(limit));
  return found == limits.end() ? nullptr : &found->second;
}

Status Fold(const LimitRevision& revision, LimitsInForce& into) {
  const bool follows = revision.number == into.revision + 1 && revision.previous == into.hash;
  if (!follows || RevisionHash(revision) != revision.hash) {
    return Error(Code::kDataLoss, "revision " + std::to_string(revision.number) +
                                      " of the limits does not follow the one before")
        .Help("somebody changed limits.db by hand; restore it from a copy");
  }
  into.revision = revision.number;
  into.hash = revision.hash;
  if (revision.limit.empty()) return Ok();  // of a kill or a decision: in the chain alone
  LimitInForce& limit = into.limits[revision.model + "/" + revision.limit];
  limit.hash = revision.hash;
  if (!revision.max.empty()) {
    limit.max = revision.max;
    limit.over = revision.over;
  }
  if (revision.kind == LimitChangeKind::kRelease) limit.released = revision.released;
  // A lowered threshold keeps the ramp that runs; anything else begins its own, or ends it.
  if (revision.kind != LimitChangeKind::kLower) limit.ramp = revision.ramp;
  return Ok();
}

std::optional<data::Decimal> MaxInForce(const LimitInForce* in_force,
                                        const std::optional<data::Decimal>& contract) {
  if (in_force == nullptr || in_force->max.empty()) return contract;
  const auto own = data::Decimal::Parse(in_force->max);
  if (!own || SameMax(in_force->over, contract) || !contract) return own;
  return own->Compare(*contract) == -1 ? own : contract;
}

std::optional<std::string> DecimalText(const data::Decimal& decimal) {
  const int digits = decimal.digits_behind_point();
  const auto units = decimal.InUnitsOf(digits);
  if (!units || *units < 0) return std::nullopt;
  std::string text = std::to_string(*units);
  const auto behind = static_cast<std::size_t>(digits);
  if (text.size() <= behind) text.insert(0, behind + 1 - text.size(), '0');
  if (behind != 0) text.insert(text.size() - behind, 1, '.');
  return text;
}

}  // namespace mooring::records

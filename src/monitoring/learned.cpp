#include "monitoring/learned.h"

#include <cmath>

#include "base/text/json.h"
#include "base/text/json_writer.h"
#include "monitoring/slice_profiles.h"

namespace mooring::monitoring {
namespace {

constexpr std::int64_t kSchema = 1;

// An open end is null.
void WriteSlice(JsonWriter& json, const LearnedSlice& learned) {
  const Slice& slice = learned.slice;
  json.BeginObject().Member("column", slice.column);
  if (slice.of_numbers) {
    json.Member("from", std::isinf(slice.from) ? std::nan("") : slice.from);
    json.Member("to", std::isinf(slice.to) ? std::nan("") : slice.to);
  } else {
    json.Member("value", slice.value);
  }
  json.Member("profile", learned.profile.ToJson()).EndObject();
}

Status ReadEnd(const Json& row, std::string_view key, double& end) {
  ASSIGN_OR_RETURN(const Json* found, row.Get(key));
  if (found->IsNull()) return Ok();
  ASSIGN_OR_RETURN(end, found->AsDouble());
  return Ok();
}

Result<LearnedSlice> ReadSlice(const Json& row,
                               const std::shared_ptr<const data::FrozenBins>& bins) {
  LearnedSlice learned{.slice = {}, .profile = data::BatchProfile(bins)};
  ASSIGN_OR_RETURN(const std::string_view column, row.GetString("column"));
  learned.slice.column = column;
  if (row.Find("value") != nullptr) {
    ASSIGN_OR_RETURN(const std::string_view value, row.GetString("value"));
    learned.slice.value = value;
  } else {
    learned.slice.of_numbers = true;
    RETURN_IF_ERROR(ReadEnd(row, "from", learned.slice.from));
    RETURN_IF_ERROR(ReadEnd(row, "to", learned.slice.to));
  }
  ASSIGN_OR_RETURN(const std::string_view text, row.GetString("profile"));
  ASSIGN_OR_RETURN(const data::BatchProfile profile, data::BatchProfile::FromJson(text));
  RETURN_IF_ERROR(learned.profile.Merge(profile));
  return learned;
}

Result<Learned> Read(std::string_view text, const std::shared_ptr<const data::FrozenBins>& bins) {
  ASSIGN_OR_RETURN(const Json document, Json::Parse(text, {.name = "learned"}));
  ASSIGN_OR_RETURN(const std::int64_t schema, document.GetInt("schema"));
  if (schema != kSchema) {
    return Error(Code::kUnsupported, "schema " + std::to_string(schema) + " of what was learned");
  }
  Learned learned;
  ASSIGN_OR_RETURN(const Json::Array* slices, document.GetArray("slices"));
  if (bins == nullptr && !slices->empty()) {
    return Error(Code::kDataLoss, "slices of a version without a reference profile");
  }
  for (const Json& row : *slices) {
    ASSIGN_OR_RETURN(LearnedSlice slice, ReadSlice(row, bins));
    learned.slices.push_back(std::move(slice));
  }
  ASSIGN_OR_RETURN(const Json::Object* parts, document.GetObject("parts"));
  for (const auto& [learner, part] : *parts) {
    ASSIGN_OR_RETURN(const std::string_view kept, part.AsString());
    learned.parts.emplace(learner, kept);
  }
  return learned;
}

}  // namespace

std::string_view Learned::Part(std::string_view learner) const {
  const auto found = parts.find(learner);
  return found == parts.end() ? std::string_view() : std::string_view(found->second);
}

std::string LearnedJson(const Learned& learned) {
  std::string text;
  JsonWriter json(text);
  json.BeginObject().Member("schema", kSchema).Key("slices").BeginArray();
  for (const LearnedSlice& slice : learned.slices) WriteSlice(json, slice);
  json.EndArray().Key("parts").BeginObject();
  for (const auto& [learner, part] : learned.parts) json.Member(learner, part);
  json.EndObject().EndObject();
  return text;
}

Result<Learned> ParseLearned(std::string_view text,
                             const std::shared_ptr<const data::FrozenBins>& bins) {
  auto learned = Read(text, bins);
  if (learned.ok() || learned.error().code() == Code::kUnsupported) return learned;
  return Error(Code::kDataLoss, "what was learned of a version is damaged")
      .Why(learned.error().ToString());
}

Result<std::vector<LearnedSlice>> LearnSlices(std::span<const records::SliceRule> rules,
                                              const data::Batch& rows,
                                              const data::BatchProfile& whole) {
  SliceProfiles profiles(Slicer::Discover(rules, rows), whole.bins());
  RETURN_IF_ERROR(profiles.Add(rows, nullptr));
  std::vector<LearnedSlice> learned;
  for (std::size_t place = 0; place < profiles.size(); ++place) {
    ASSIGN_OR_RETURN(const data::BatchProfile* profile, profiles.Profile(place));
    learned.push_back({profiles.slice(place), *profile});
  }
  return learned;
}

}  // namespace mooring::monitoring

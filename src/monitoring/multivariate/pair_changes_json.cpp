// How co-moments are stored: {"features": [[name, mean, ticks_per_one], …], "rows", "complete",
// "sums": […], "products": […], "incomplete": [[n, x, y, xx, yy, xy], …]}, all sums whole numbers.
#include <algorithm>
#include <array>
#include <cmath>

#include "base/text/json.h"
#include "base/text/json_writer.h"
#include "monitoring/multivariate/pair_changes.h"

namespace mooring::monitoring {
namespace {

Error Damaged(std::string why) {
  return Error(Code::kDataLoss, "stored co-moments are damaged").Why(std::move(why));
}

Status ReadWholes(const Json& document, std::string_view key, std::vector<std::int64_t>& into) {
  ASSIGN_OR_RETURN(const Json::Array* items, document.GetArray(key));
  if (items->size() != into.size()) return Damaged(std::string(key) + " has another size");
  for (std::size_t i = 0; i < into.size(); ++i) {
    ASSIGN_OR_RETURN(into[i], (*items)[i].AsInt());
  }
  return Ok();
}

// |sum| of `rows` values that are at most `most` each; rows is within kMostRows.
bool IsWithin(std::int64_t sum, std::int64_t rows, std::int64_t most) {
  return sum >= -rows * most && sum <= rows * most;
}

bool AreWithin(const std::vector<std::int64_t>& sums, std::int64_t rows, std::int64_t most) {
  return std::ranges::all_of(sums, [&](std::int64_t sum) { return IsWithin(sum, rows, most); });
}

void WriteWholes(JsonWriter& json, std::string_view key, const std::vector<std::int64_t>& sums) {
  json.Key(key).BeginArray();
  for (const std::int64_t sum : sums) json.Value(sum);
  json.EndArray();
}

}  // namespace

std::string CoMoments::ToJson() const {
  std::string text;
  JsonWriter json(text);
  json.BeginObject().Key("features").BeginArray();
  for (const PairScale::Feature& feature : scale_->features_) {
    json.BeginArray().Value(feature.name).Value(feature.mean).Value(feature.ticks_per_one);
    json.EndArray();
  }
  json.EndArray().Member("rows", rows_).Member("complete", complete_);
  WriteWholes(json, "sums", sums_);
  WriteWholes(json, "products", products_);
  json.Key("incomplete").BeginArray();
  for (const Sums& of : incomplete_) {
    json.BeginArray();
    for (const std::int64_t sum : {of.n, of.x, of.y, of.xx, of.yy, of.xy}) json.Value(sum);
    json.EndArray();
  }
  json.EndArray().EndObject();
  return text;
}

Result<CoMoments> CoMoments::FromJson(std::string_view text) {
  ASSIGN_OR_RETURN(const Json document, Json::Parse(text, {.name = "co-moments"}));
  ASSIGN_OR_RETURN(const Json::Array* features, document.GetArray("features"));
  if (features->size() > PairScale::kMostFeatures) return Damaged("too many features");
  auto scale = std::make_shared<PairScale>();
  for (const Json& item : *features) {
    ASSIGN_OR_RETURN(const Json::Array* parts, item.AsArray());
    if (parts->size() != 3) return Damaged("a feature has three parts");
    PairScale::Feature feature;
    ASSIGN_OR_RETURN(const std::string_view name, (*parts)[0].AsString());
    feature.name = name;
    ASSIGN_OR_RETURN(feature.mean, (*parts)[1].AsDouble());
    ASSIGN_OR_RETURN(feature.ticks_per_one, (*parts)[2].AsDouble());
    if (!(feature.ticks_per_one > 0)) return Damaged("a scale is not positive");
    scale->features_.push_back(std::move(feature));
  }
  CoMoments moments(std::move(scale));
  ASSIGN_OR_RETURN(moments.rows_, document.GetUint("rows"));
  ASSIGN_OR_RETURN(moments.complete_, document.GetInt("complete"));
  RETURN_IF_ERROR(ReadWholes(document, "sums", moments.sums_));
  RETURN_IF_ERROR(ReadWholes(document, "products", moments.products_));
  constexpr std::int64_t kMost = PairScale::kMostTicks, kMostProduct = kMost * kMost;
  if (moments.rows_ > kMostRows) return Damaged("too many rows");
  const auto rows = static_cast<std::int64_t>(moments.rows_);
  if (moments.complete_ < 0 || moments.complete_ > rows) return Damaged("too many complete rows");
  if (!AreWithin(moments.sums_, moments.complete_, kMost) ||
      !AreWithin(moments.products_, moments.complete_, kMostProduct)) {
    return Damaged("a sum is beyond what its rows can have");
  }
  ASSIGN_OR_RETURN(const Json::Array* incomplete, document.GetArray("incomplete"));
  if (incomplete->size() != moments.incomplete_.size()) return Damaged("pairs are lacking");
  for (std::size_t i = 0; i < incomplete->size(); ++i) {
    ASSIGN_OR_RETURN(const Json::Array* sums, (*incomplete)[i].AsArray());
    if (sums->size() != 6) return Damaged("a pair has six sums");
    std::array<std::int64_t, 6> of{};
    for (std::size_t k = 0; k < of.size(); ++k) {
      ASSIGN_OR_RETURN(of[k], (*sums)[k].AsInt());
    }
    if (of[0] < 0 || of[0] > rows - moments.complete_) return Damaged("too many rows of a pair");
    for (std::size_t k = 1; k < of.size(); ++k) {
      if (IsWithin(of[k], of[0], k < 3 ? kMost : kMostProduct)) continue;
      return Damaged("a sum is beyond what its rows can have");
    }
    moments.incomplete_[i] = {of[0], of[1], of[2], of[3], of[4], of[5]};
  }
  return moments;
}

}  // namespace mooring::monitoring

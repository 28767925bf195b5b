// DleModel to JSON and back.
#include <algorithm>
#include <cmath>

#include "base/crypto/digest.h"
#include "base/text/json.h"
#include "base/text/json_writer.h"
#include "monitoring/quality/dle.h"

namespace mooring::monitoring {
namespace {

constexpr std::int64_t kSchema = 1;
constexpr std::string_view kLossNames[kRowLosses] = {"absolute", "relative", "square",
                                                     "log_square"};
constexpr LossMeasure kMeasures[] = {LossMeasure::kMae,  LossMeasure::kMape, LossMeasure::kMse,
                                     LossMeasure::kRmse, LossMeasure::kMsle, LossMeasure::kRmsle};

Error Damaged(std::string why) {
  return Error(Code::kDataLoss, "stored estimator of losses is damaged").Why(std::move(why));
}

Status OnlyMembers(const Json& object, std::size_t count) {
  ASSIGN_OR_RETURN(const Json::Object* members, object.AsObject());
  if (members->size() != count) return Damaged("members that do not belong there");
  return Ok();
}

Result<LossMeasure> MeasureNamed(std::string_view name) {
  for (const LossMeasure measure : kMeasures) {
    if (NameOf(measure) == name) return measure;
  }
  return Damaged("a measure of an unknown name");
}

// No limit is null.
Result<double> EndOf(const Json& object, std::string_view key, double when_null) {
  ASSIGN_OR_RETURN(const Json* end, object.Get(key));
  if (end->IsNull()) return when_null;
  return end->AsDouble();
}

Result<RowLoss> LossNamed(std::string_view name) {
  const auto found = std::ranges::find(kLossNames, name);
  if (found == std::end(kLossNames)) return Damaged("a loss of an unknown name");
  return static_cast<RowLoss>(found - std::begin(kLossNames));
}

}  // namespace

std::string DleModel::ToJson() const {
  std::string text;
  JsonWriter json(text);
  json.BeginObject().Member("schema", kSchema).Key("measures").BeginArray();
  for (const Learned& learned : learned_) {
    json.BeginObject().Member("name", NameOf(learned.measure));
    json.Member("error_of_one_row", learned.error_of_one_row);
    json.Member("lower", learned.band.lower).Member("upper", learned.band.upper).EndObject();
  }
  json.EndArray().Key("losses").BeginArray();
  for (const RowLoss loss : losses()) {
    const auto place = static_cast<std::size_t>(loss);
    json.BeginObject().Member("name", kLossNames[place]);
    json.Member("regressor", Hex(std::as_bytes(std::span(regressors_[place].bytes)))).EndObject();
  }
  json.EndArray().EndObject();
  return text;
}

Status DleModel::ReadLoss(const Json& json, const OpenRegressor& open) {
  RETURN_IF_ERROR(OnlyMembers(json, 2));
  ASSIGN_OR_RETURN(const std::string_view name, json.GetString("name"));
  ASSIGN_OR_RETURN(const RowLoss loss, LossNamed(name));
  LossRegressor& regressor = regressors_[static_cast<std::size_t>(loss)];
  if (regressor.predict) return Damaged("a loss twice");
  ASSIGN_OR_RETURN(const std::string_view hex, json.GetString("regressor"));
  ASSIGN_OR_RETURN(regressor.bytes, Unhex(hex));
  ASSIGN_OR_RETURN(regressor.predict, open(regressor.bytes));
  if (!regressor.predict) return Damaged("a regressor that predicts nothing");
  return Ok();
}

Status DleModel::ReadMeasure(const Json& json) {
  RETURN_IF_ERROR(OnlyMembers(json, 4));
  Learned learned;
  ASSIGN_OR_RETURN(const std::string_view name, json.GetString("name"));
  ASSIGN_OR_RETURN(learned.measure, MeasureNamed(name));
  ASSIGN_OR_RETURN(learned.error_of_one_row, json.GetDouble("error_of_one_row"));
  if (learned.error_of_one_row < 0) return Damaged("an error is negative");
  ASSIGN_OR_RETURN(learned.band.lower, EndOf(json, "lower", learned.band.lower));
  ASSIGN_OR_RETURN(learned.band.upper, EndOf(json, "upper", learned.band.upper));
  if (learned.band.lower > learned.band.upper) return Damaged("a band's ends are swapped");
  if (!regressors_[static_cast<std::size_t>(LossOf(learned.measure))].predict) {
    return Damaged("a measure without its loss");
  }
  learned_.push_back(learned);
  return Ok();
}

Result<DleModel> DleModel::Read(const Json& document, const OpenRegressor& open) {
  RETURN_IF_ERROR(OnlyMembers(document, 3));
  ASSIGN_OR_RETURN(const std::int64_t schema, document.GetInt("schema"));
  if (schema != kSchema) return Damaged("schema " + std::to_string(schema));
  DleModel model;
  ASSIGN_OR_RETURN(const Json::Array* losses, document.GetArray("losses"));
  for (const Json& json : *losses) RETURN_IF_ERROR(model.ReadLoss(json, open));
  ASSIGN_OR_RETURN(const Json::Array* measures, document.GetArray("measures"));
  for (const Json& json : *measures) RETURN_IF_ERROR(model.ReadMeasure(json));
  if (model.learned_.empty()) return Damaged("no measures");
  return model;
}

Result<DleModel> DleModel::FromJson(std::string_view text, const OpenRegressor& open) {
  const auto document = Json::Parse(text, {.name = "estimator of losses"});
  if (!document.ok()) return Damaged(document.error().ToString());
  auto model = Read(*document, open);
  if (!model.ok()) return Damaged(model.error().ToString());
  return model;
}

}  // namespace mooring::monitoring

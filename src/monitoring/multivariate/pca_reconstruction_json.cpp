#include <algorithm>

#include "base/limits.h"
#include "base/text/json.h"
#include "base/text/json_writer.h"
#include "monitoring/multivariate/pca_reconstruction.h"

namespace mooring::monitoring {
namespace {

constexpr std::int64_t kVersion = 1;

Error Damaged(std::string_view why) {
  return Error(Code::kDataLoss, "stored reconstruction model is damaged").Why(std::string(why));
}

void WriteNumbers(JsonWriter& json, std::string_view key, const std::vector<double>& numbers) {
  json.Key(key).BeginArray();
  for (const double x : numbers) json.Value(x);
  json.EndArray();
}

Result<std::vector<double>> ReadNumbers(const Json& object, std::string_view key) {
  ASSIGN_OR_RETURN(const Json::Array* array, object.GetArray(key));
  std::vector<double> numbers;
  numbers.reserve(array->size());
  for (const Json& item : *array) {
    ASSIGN_OR_RETURN(const double x, item.AsDouble());
    numbers.push_back(x);
  }
  return numbers;
}

Status ReadShares(const Json& column, EncodedColumn& into) {
  const Json* shares = column.Find("shares");
  into.is_text = shares != nullptr;
  if (!into.is_text) return Ok();
  ASSIGN_OR_RETURN(const Json::Object* members, shares->AsObject());
  if (members->size() > RowEncoder::kLevels) return Damaged("a column has too many values");
  for (const auto& [text, share] : *members) {
    ASSIGN_OR_RETURN(const double value, share.AsDouble());
    if (!(value >= 0 && value <= 1)) return Damaged("a share is not between 0 and 1");
    into.shares.emplace(text, value);
  }
  return Ok();
}

Status Only(const Json& object, std::initializer_list<std::string_view> known) {
  ASSIGN_OR_RETURN(const Json::Object* members, object.AsObject());
  for (const auto& [key, value] : *members) {
    if (std::ranges::find(known, key) == known.end()) return Damaged("unknown member " + key);
  }
  return Ok();
}

Result<EncodedColumn> ReadColumn(const Json& column) {
  RETURN_IF_ERROR(
      Only(column, {"name", "impute", "mean", "scale", "error", "error_deviation", "shares"}));
  EncodedColumn read;
  ASSIGN_OR_RETURN(const std::string_view name, column.GetString("name"));
  if (name.empty() || name.size() > limits::kStringBytes) return Damaged("a column without a name");
  read.name = name;
  ASSIGN_OR_RETURN(read.impute, column.GetDouble("impute"));
  ASSIGN_OR_RETURN(read.mean, column.GetDouble("mean"));
  ASSIGN_OR_RETURN(read.scale, column.GetDouble("scale"));
  if (!(read.scale > 0)) return Damaged("a scale is not positive");
  RETURN_IF_ERROR(ReadShares(column, read));
  return read;
}

Result<std::size_t> ReadRows(const Json& document) {
  ASSIGN_OR_RETURN(const std::uint64_t rows, document.GetUint("reference_rows"));
  if (rows < 2) return Damaged("a reference of fewer than two rows");
  return static_cast<std::size_t>(rows);
}

}  // namespace

std::string PcaReconstruction::ToJson() const {
  std::string text;
  JsonWriter json(text);
  json.BeginObject().Member("reconstruction", kVersion).Member("reference_rows", reference_rows_);
  json.Member("error", total_.mean).Member("error_deviation", total_.deviation);
  json.Key("columns").BeginArray();
  for (std::size_t i = 0; i < width(); ++i) {
    const EncodedColumn& column = encoder_.columns()[i];
    json.BeginObject().Member("name", column.name).Member("impute", column.impute);
    json.Member("mean", column.mean).Member("scale", column.scale);
    json.Member("error", features_[i].mean).Member("error_deviation", features_[i].deviation);
    if (column.is_text) {
      json.Key("shares").BeginObject();
      for (const auto& [value, share] : column.shares) json.Member(value, share);
      json.EndObject();
    }
    json.EndObject();
  }
  json.EndArray();
  WriteNumbers(json, "variance_shares", variance_shares_);
  WriteNumbers(json, "axes", axes_);
  json.EndObject();
  return text;
}

Result<PcaReconstruction> PcaReconstruction::FromJson(std::string_view text) {
  ASSIGN_OR_RETURN(const Json document, Json::Parse(text, {.name = "reconstruction"}));
  ASSIGN_OR_RETURN(const std::int64_t version, document.GetInt("reconstruction"));
  if (version != kVersion) {
    return Error(Code::kUnsupported, "reconstruction model of version " + std::to_string(version))
        .Why("this program reads version " + std::to_string(kVersion));
  }
  RETURN_IF_ERROR(Only(document, {"reconstruction", "reference_rows", "error", "error_deviation",
                                  "columns", "variance_shares", "axes"}));
  ASSIGN_OR_RETURN(const Json::Array* columns, document.GetArray("columns"));
  if (columns->empty() || columns->size() > RowEncoder::kMostColumns) {
    return Damaged("no or too many columns");
  }
  const auto read_spread = [](const Json& object, Spread& into) -> Status {
    ASSIGN_OR_RETURN(into.mean, object.GetDouble("error"));
    ASSIGN_OR_RETURN(into.deviation, object.GetDouble("error_deviation"));
    if (!(into.mean >= 0 && into.deviation >= 0)) return Damaged("an error is negative");
    return Ok();
  };
  std::vector<EncodedColumn> encoded;
  std::vector<Spread> features(columns->size());
  for (std::size_t i = 0; i < columns->size(); ++i) {
    ASSIGN_OR_RETURN(EncodedColumn column, ReadColumn((*columns)[i]));
    encoded.push_back(std::move(column));
    RETURN_IF_ERROR(read_spread((*columns)[i], features[i]));
  }
  PcaReconstruction model{RowEncoder(std::move(encoded))};
  model.features_ = std::move(features);
  RETURN_IF_ERROR(read_spread(document, model.total_));
  ASSIGN_OR_RETURN(model.reference_rows_, ReadRows(document));
  ASSIGN_OR_RETURN(model.variance_shares_, ReadNumbers(document, "variance_shares"));
  ASSIGN_OR_RETURN(model.axes_, ReadNumbers(document, "axes"));
  if (model.variance_shares_.size() > model.width() ||
      model.axes_.size() != model.variance_shares_.size() * model.width()) {
    return Damaged("axes do not fit the columns");
  }
  return model;
}

}  // namespace mooring::monitoring

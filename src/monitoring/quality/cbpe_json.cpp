// CbpeModel to JSON and back.
#include <cmath>

#include "base/text/json.h"
#include "base/text/json_writer.h"
#include "monitoring/quality/cbpe.h"

namespace mooring::monitoring {
namespace {

constexpr std::int64_t kVersion = 1;
constexpr std::string_view kScales[] = {"rows", "share_of_all", "share_of_true",
                                        "share_of_predicted"};

Error Damaged(std::string why) {
  return Error(Code::kDataLoss, "stored quality estimator is damaged").Why(std::move(why));
}

// NaN (not defined) and infinity (no limit) are null: which one, the place tells.
void WriteNumbers(JsonWriter& json, std::string_view key, std::span<const double> numbers) {
  json.Key(key).BeginArray();
  for (const double x : numbers) json.Value(x);
  json.EndArray();
}

Result<std::vector<double>> ReadNumbers(const Json& object, std::string_view key,
                                        std::optional<double> when_null = std::nullopt) {
  ASSIGN_OR_RETURN(const Json::Array* items, object.GetArray(key));
  std::vector<double> numbers;
  numbers.reserve(items->size());
  for (const Json& item : *items) {
    if (item.IsNull() && when_null) {
      numbers.push_back(*when_null);
      continue;
    }
    ASSIGN_OR_RETURN(const double x, item.AsDouble());
    numbers.push_back(x);
  }
  return numbers;
}

Status OnlyMembers(const Json& object, std::size_t count) {
  ASSIGN_OR_RETURN(const Json::Object* members, object.AsObject());
  if (members->size() != count) return Damaged("members that do not belong there");
  return Ok();
}

void WriteProblem(JsonWriter& json, const LabelProblem& problem) {
  json.Key("classes").BeginArray();
  for (const std::string& name : problem.classes) json.Value(name);
  json.EndArray();
  json.Member("cells", kScales[static_cast<std::size_t>(problem.cells)]);
  WriteNumbers(json, "worth", problem.worth);
  json.Member("worth_by_share", problem.worth_by_share);
  // Of most problems it goes without saying.
  if (problem.score_each) json.Member("score_each", true);
}

Result<LabelProblem> ReadProblem(const Json& json) {
  LabelProblem problem;
  ASSIGN_OR_RETURN(const Json::Array* classes, json.GetArray("classes"));
  for (const Json& name : *classes) {
    ASSIGN_OR_RETURN(const std::string_view text, name.AsString());
    problem.classes.emplace_back(text);
  }
  ASSIGN_OR_RETURN(const std::string_view scale, json.GetString("cells"));
  std::size_t place = 0;
  while (place < std::size(kScales) && kScales[place] != scale) ++place;
  if (place == std::size(kScales)) return Damaged("cells of an unknown scale");
  problem.cells = static_cast<CellScale>(place);
  ASSIGN_OR_RETURN(problem.worth, ReadNumbers(json, "worth"));
  ASSIGN_OR_RETURN(problem.worth_by_share, json.GetBool("worth_by_share"));
  problem.score_each = json.Find("score_each") != nullptr;
  if (problem.score_each) {
    ASSIGN_OR_RETURN(const bool each, json.GetBool("score_each"));
    if (!each) return Damaged("it scores each class or does not say so");
  }
  RETURN_IF_ERROR(OnlyMembers(json, problem.score_each ? 8 : 7));
  RETURN_IF_ERROR(CheckProblem(problem));
  return problem;
}

struct Curve {
  std::optional<data::Isotonic> curve;
  CalibrationDecision decision;
};

void WriteCurve(JsonWriter& json, const CalibrationDecision& decision,
                const std::optional<data::Isotonic>& curve) {
  json.BeginObject();
  json.Member("error_before", decision.error_before).Member("error_after", decision.error_after);
  WriteNumbers(json, "x", curve ? curve->knots_x() : std::vector<double>());
  WriteNumbers(json, "y", curve ? curve->knots_y() : std::vector<double>());
  json.EndObject();
}

Result<double> NumberOrNan(const Json& object, std::string_view key) {
  ASSIGN_OR_RETURN(const Json* value, object.Get(key));
  if (value->IsNull()) return std::nan("");
  return value->AsDouble();
}

Result<Curve> ReadCurve(const Json& json) {
  RETURN_IF_ERROR(OnlyMembers(json, 4));
  Curve read;
  ASSIGN_OR_RETURN(read.decision.error_before, NumberOrNan(json, "error_before"));
  ASSIGN_OR_RETURN(read.decision.error_after, NumberOrNan(json, "error_after"));
  ASSIGN_OR_RETURN(std::vector<double> x, ReadNumbers(json, "x"));
  ASSIGN_OR_RETURN(std::vector<double> y, ReadNumbers(json, "y"));
  read.decision.calibrate = !x.empty() || !y.empty();
  if (!read.decision.calibrate) return read;
  for (const double p : y) {
    if (p < 0 || p > 1) return Damaged("a calibrated score is no probability");
  }
  ASSIGN_OR_RETURN(read.curve, data::Isotonic::FromKnots(std::move(x), std::move(y)));
  return read;
}

struct StoredMeasure {
  double error_of_one_row = 0;
  Band band;
};

Result<StoredMeasure> ReadMeasure(const Json& json, const LabelMeasure& measure) {
  RETURN_IF_ERROR(OnlyMembers(json, 3));
  ASSIGN_OR_RETURN(const std::string_view name, json.GetString("name"));
  if (name != measure.name) return Damaged("measures are not those of the problem");
  StoredMeasure stored;
  ASSIGN_OR_RETURN(stored.error_of_one_row, NumberOrNan(json, "error_of_one_row"));
  if (stored.error_of_one_row < 0) return Damaged("an error is negative");
  // Absent limits are written as null at their place.
  ASSIGN_OR_RETURN(const std::vector<double> band, ReadNumbers(json, "band", std::nan("")));
  if (band.size() != 2) return Damaged("a band has not two ends");
  if (!std::isnan(band[0])) stored.band.lower = band[0];
  if (!std::isnan(band[1])) stored.band.upper = band[1];
  if (stored.band.lower > stored.band.upper) return Damaged("a band's ends are swapped");
  return stored;
}

}  // namespace

std::string CbpeModel::ToJson() const {
  std::string text;
  JsonWriter json(text);
  json.BeginObject().Member("version", kVersion);
  WriteProblem(json, problem_);
  json.Key("calibration").BeginArray();
  for (std::size_t k = 0; k < curves_.size(); ++k) WriteCurve(json, decisions_[k], curves_[k]);
  json.EndArray().Key("measures").BeginArray();
  for (std::size_t m = 0; m < measures_.size(); ++m) {
    json.BeginObject().Member("name", measures_[m].name);
    json.Member("error_of_one_row", errors_of_one_row_[m]);
    WriteNumbers(json, "band", std::vector<double>{bands_[m].lower, bands_[m].upper});
    json.EndObject();
  }
  json.EndArray().EndObject();
  return text;
}

Result<CbpeModel> CbpeModel::FromJson(std::string_view text) {
  const auto damaged = [](const auto& result) { return Damaged(result.error().ToString()); };
  const auto parsed = Json::Parse(text, {.name = "quality estimator"});
  if (!parsed.ok()) return damaged(parsed);
  const Json& json = *parsed;
  const auto version = json.GetInt("version");
  if (!version.ok() || *version != kVersion) return Damaged("it is not of version 1");
  auto problem = ReadProblem(json);
  if (!problem.ok()) return damaged(problem);
  const auto calibration = json.GetArray("calibration"), measures = json.GetArray("measures");
  // Cells of the confusion matrix are measures: before K x K of them are made, they must be there.
  const std::size_t classes = problem->classes.size();
  if (!measures.ok() || (*measures)->size() / classes < (problem->binary() ? 1 : classes)) {
    return Damaged("measures are not those of the problem");
  }
  CbpeModel model(std::move(problem).value());
  if (!calibration.ok() || (*calibration)->size() != model.problem_.columns()) {
    return Damaged("there is not one calibration a column of scores");
  }
  if ((*measures)->size() != model.measures_.size()) {
    return Damaged("measures are not those of the problem");
  }
  for (const Json& item : **calibration) {
    auto curve = ReadCurve(item);
    if (!curve.ok()) return damaged(curve);
    model.curves_.push_back(curve->curve);
    model.decisions_.push_back(curve->decision);
  }
  for (std::size_t m = 0; m < model.measures_.size(); ++m) {
    const auto stored = ReadMeasure((**measures)[m], model.measures_[m]);
    if (!stored.ok()) return damaged(stored);
    model.errors_of_one_row_.push_back(stored->error_of_one_row);
    model.bands_.push_back(stored->band);
  }
  return model;
}

}  // namespace mooring::monitoring

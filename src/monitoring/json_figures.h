// Figures of a stored report as JSON: tables of (name, member) that are written and read by one
// rule in all kinds of reports: a figure that does not exist is NaN in memory and null in JSON.
//
//   constexpr std::array<Figure<Calibration>, 2> kOf = {{{"slope", &Calibration::slope}, …}};
//   WriteFigures(json, calibration, kOf);
//   RETURN_IF_ERROR(ReadFigures(row, calibration, kOf));
//
// Pure. Failure: what is absent or of another type is kInvalidArgument, an unknown level kDataLoss;
// who reads a stored report makes kDataLoss of both.
#pragma once

#include <array>
#include <limits>
#include <string>
#include <string_view>
#include <utility>

#include "base/text/json.h"
#include "base/text/json_writer.h"
#include "monitoring/finding.h"

namespace mooring::monitoring {

template <typename Part>
using Figure = std::pair<std::string_view, double Part::*>;

template <typename Part, std::size_t N>
void WriteFigures(JsonWriter& json, const Part& part, const std::array<Figure<Part>, N>& figures) {
  for (const auto& [key, member] : figures) json.Member(key, part.*member);
}

template <typename Part, std::size_t N>
Status ReadFigures(const Json& row, Part& part, const std::array<Figure<Part>, N>& figures) {
  for (const auto& [key, member] : figures) {
    ASSIGN_OR_RETURN(const Json* figure, row.Get(key));
    part.*member = std::numeric_limits<double>::quiet_NaN();
    if (figure->IsNull()) continue;
    ASSIGN_OR_RETURN(part.*member, figure->AsDouble());
  }
  return Ok();
}

inline Status ReadText(const Json& row, std::string_view key, std::string& text) {
  ASSIGN_OR_RETURN(const std::string_view read, row.GetString(key));
  text = read;
  return Ok();
}

inline Status ReadLevel(const Json& row, Level& level) {
  ASSIGN_OR_RETURN(const std::string_view name, row.GetString("level"));
  ASSIGN_OR_RETURN(level, LevelOfName(name));
  return Ok();
}

}  // namespace mooring::monitoring

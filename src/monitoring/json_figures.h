// Figures of a stored report as JSON: tables of (name, member) that are written and read by one
// rule in all kinds of reports: a figure that does not exist is NaN in memory and null in JSON.
//
//   constexpr std::array<Figure<Calibration>, 2> kOf = {{{"slope", &Calibration::slope}, …}};
//   WriteFigures(json, calibration, kOf);
//   RETURN_IF_ERROR(ReadFigures(row, calibration, kOf));
//
// A report that an older program stored lacks what that did not know: an absent figure is NaN, and
// what is read by IfThere stays as it was.
//
// Pure. Failure: what is of another type, or absent and no figure, is kInvalidArgument, an unknown
// level kDataLoss; who reads a stored report makes kDataLoss of both.
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
    const Json* const figure = row.Find(key);
    part.*member = std::numeric_limits<double>::quiet_NaN();
    if (figure == nullptr || figure->IsNull()) continue;
    ASSIGN_OR_RETURN(part.*member, figure->AsDouble());
  }
  return Ok();
}

inline Status ReadText(const Json& row, std::string_view key, std::string& text) {
  ASSIGN_OR_RETURN(const std::string_view read, row.GetString(key));
  text = read;
  return Ok();
}

inline Status ReadBool(const Json& row, std::string_view key, bool& value) {
  ASSIGN_OR_RETURN(value, row.GetBool(key));
  return Ok();
}

// `read(row, key, into)` when the key is there.
template <typename Read, typename Into>
Status IfThere(const Json& row, std::string_view key, const Read& read, Into& into) {
  return row.Find(key) == nullptr ? Ok() : read(row, key, into);
}

inline Status ReadLevel(const Json& row, Level& level) {
  ASSIGN_OR_RETURN(const std::string_view name, row.GetString("level"));
  ASSIGN_OR_RETURN(level, LevelOfName(name));
  return Ok();
}

}  // namespace mooring::monitoring

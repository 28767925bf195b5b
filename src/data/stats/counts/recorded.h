// Reading recorded answers of other tools in tests: JSON whose doubles are strings ("nan" and "inf"
// among them) and whose whole numbers are numbers. For tests only; a file that is not as it should
// be ends the test program.
#pragma once

#include <cmath>
#include <cstdlib>
#include <string>
#include <vector>

#include "base/check.h"
#include "base/io/file_system.h"
#include "base/text/json.h"

namespace mooring::data::recorded {

inline Json Load(const std::string& path) {
  return Json::Parse(PosixFileSystem().ReadFile(path, 1 << 20).value()).value();
}

inline const Json::Array& Items(const Json& value) { return *value.AsArray().value(); }
inline const Json& At(const Json& value, std::string_view key) { return *value.Get(key).value(); }
inline const Json& At(const Json& value, std::size_t index) { return Items(value).at(index); }

inline double Number(const Json& value) {
  if (!value.IsString()) return value.AsDouble().value();
  return std::strtod(std::string(value.AsString().value()).c_str(), nullptr);
}

inline std::vector<double> Numbers(const Json& value) {
  std::vector<double> numbers;
  if (value.IsNull()) return numbers;
  for (const Json& item : Items(value)) numbers.push_back(Number(item));
  return numbers;
}

inline std::vector<std::uint64_t> Counts(const Json& value) {
  std::vector<std::uint64_t> counts;
  for (const Json& item : Items(value)) counts.push_back(item.AsUint().value());
  return counts;
}

// The rows of a table one after the other.
inline std::vector<double> Cells(const Json& table) {
  std::vector<double> cells;
  for (const Json& row : Items(table)) {
    for (const double cell : Numbers(row)) cells.push_back(cell);
  }
  return cells;
}

// ["error", type]: the tool refuses.
inline bool Refused(const Json& value) {
  return value.IsArray() && !Items(value).empty() && At(value, 0).IsString() &&
         At(value, 0).AsString().value() == "error";
}

// |got - due| relative to `due`, at least to `floor`; 0 when both are NaN or the same infinity.
inline double Off(double got, double due, double floor = 1e-300) {
  if (got == due || (std::isnan(got) && std::isnan(due))) return 0;
  const double off = std::abs(got - due) / std::max(std::abs(due), floor);
  return std::isnan(off) ? HUGE_VAL : off;
}

}  // namespace mooring::data::recorded

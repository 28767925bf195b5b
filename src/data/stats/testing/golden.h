// Reading golden files of numbers: a JSON file of the checkout, and numbers kept as strings ("nan",
// "inf" among them). Only tests include it; they name the file by its path, which they know.
//
// A broken golden file ends the test program by a CHECK.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "base/io/file_system.h"
#include "base/text/json.h"

namespace mooring::data::testing {

inline Json ReadGolden(const std::string& path) {
  return Json::Parse(PosixFileSystem().ReadFile(path, 1 << 20).value()).value();
}

// A number, or the string of one.
inline double NumberOf(const Json& value) {
  if (value.IsNumber()) return value.AsDouble().value();
  return std::strtod(std::string(value.AsString().value()).c_str(), nullptr);
}

inline std::vector<double> NumbersOf(const Json& array) {
  std::vector<double> numbers;
  for (const Json& value : *array.AsArray().value()) numbers.push_back(NumberOf(value));
  return numbers;
}

inline std::vector<double> NumbersIn(const Json& record, std::string_view key) {
  return NumbersOf(*record.Get(key).value());
}

// ["error", type]: the recorded tool refused.
inline bool IsRefusal(const Json& result) {
  const Json::Array& parts = *result.AsArray().value();
  return !parts.empty() && parts[0].IsString() && parts[0].AsString().value() == "error";
}

// Within `relative` of the expected size or within `absolute`; NaN is equal to NaN, infinity to
// itself, and all of [0, 1e-300] to each other.
inline ::testing::AssertionResult IsClose(double actual, double expected, double relative,
                                          double absolute = 1e-300) {
  const bool same = actual == expected || (std::isnan(actual) && std::isnan(expected));
  const double gap = std::abs(actual - expected);
  if (same || gap <= absolute || gap <= relative * std::abs(expected)) {
    return ::testing::AssertionSuccess();
  }
  return ::testing::AssertionFailure()
         << ::testing::PrintToString(actual) << " instead of " << ::testing::PrintToString(expected)
         << ", off by " << gap / std::abs(expected) << " of its size";
}

}  // namespace mooring::data::testing

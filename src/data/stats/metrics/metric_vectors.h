// Test support: golden vectors of the metrics, intervals and calibration tests, and the draws that
// tools/golden/metric_vectors.py makes the same way. Not for anything but tests.
//
// Numbers are stored as strings; "error" and "nan" read as NaN. Thread safety: free functions.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "base/io/file_system.h"
#include "base/rng.h"
#include "base/text/json.h"

namespace mooring::data {

inline Json ReadVectors(std::string path) {
  return Json::Parse(PosixFileSystem().ReadFile(path, 1 << 20).value()).value();
}

inline double NumberOf(const Json& value) {
  if (value.IsNumber()) return value.AsDouble().value();
  const std::string text(value.AsString().value());
  return text == "error" ? std::numeric_limits<double>::quiet_NaN() : std::stod(text);
}
inline double NumberAt(const Json& record, std::string_view key) {
  return NumberOf(*record.Get(key).value());
}
inline std::vector<double> NumbersOf(const Json& value) {
  std::vector<double> numbers;
  for (const Json& item : *value.AsArray().value()) numbers.push_back(NumberOf(item));
  return numbers;
}
inline std::vector<double> NumbersAt(const Json& record, std::string_view key) {
  return NumbersOf(*record.Get(key).value());
}
template <typename Whole>
std::vector<Whole> WholesAt(const Json& record, std::string_view key) {
  std::vector<Whole> wholes;
  for (const double x : NumbersAt(record, key)) wholes.push_back(static_cast<Whole>(x));
  return wholes;
}

struct DrawnRows {
  std::vector<double> scores, weights;
  std::vector<std::uint8_t> truth;
};

// The rows of a case of "binary" or "calibration".
inline DrawnRows DrawBinary(const Json& record) {
  Rng rng(record.GetUint("seed").value());
  const auto n = record.GetUint("n").value();
  const auto levels = static_cast<double>(record.GetUint("levels").value());
  const std::string kind(record.Find("kind") ? record.GetString("kind").value() : "mixed");
  const bool weighted = record.Find("weighted") && record.GetBool("weighted").value();
  DrawnRows rows;
  for (std::uint64_t i = 0; i < n; ++i) {
    const double a = rng.Uniform(), b = rng.Uniform(), c = rng.Uniform();
    const double score = kind == "constant" ? 0.5 : std::floor(a * levels) / levels;
    bool truth = b < 0.2 + 0.6 * score;
    if (kind == "perfect") truth = score >= 0.5;
    if (kind == "inverse") truth = score < 0.5;
    if (kind == "one_class") truth = true;
    rows.scores.push_back(score);
    rows.truth.push_back(truth ? 1 : 0);
    rows.weights.push_back(weighted ? std::floor(c * 5) : 1.0);
  }
  return rows;
}

}  // namespace mooring::data

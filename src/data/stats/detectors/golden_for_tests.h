// The recorded streams and alarms under tests/golden/detectors, for the tests of detectors.
// streams.csv and alarms.json were recorded from River 0.19.0 (ADWIN with the scan over all
// boundaries); published.json is made by tools/golden/detector_streams.py. Only for tests, which
// say MOORING_SOURCE_DIR themselves. Thread safety: none.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "base/io/file_system.h"
#include "base/text/json.h"
#include "data/stats/detectors/detector.h"

namespace mooring::data {

struct Alarms {
  std::vector<int> alarms, warnings;  // indices of drifts, and of first values of warning spells
  bool operator==(const Alarms&) const = default;
};

// What a detector says on a stream.
template <typename Kind>
Alarms AlarmsOf(Kind& detector, const std::vector<double>& stream) {
  Alarms seen;
  bool warned = false;
  for (std::size_t i = 0; i < stream.size(); ++i) {
    const DetectorState state = detector.Add(stream[i]);
    if (state == DetectorState::kDrift) seen.alarms.push_back(static_cast<int>(i));
    const bool warns = state == DetectorState::kWarning;
    if (warns && !warned) seen.warnings.push_back(static_cast<int>(i));
    warned = warns;
  }
  return seen;
}

class GoldenDetectors {
 public:
  // `root` is MOORING_SOURCE_DIR.
  explicit GoldenDetectors(std::string_view root) {
    const std::string folder = std::string(root) + "/tests/golden/detectors/";
    const auto read = [&](std::string_view name) {
      return PosixFileSystem().ReadFile(folder + std::string(name), 1 << 20).value();
    };
    recorded_ = Json::Parse(read("alarms.json")).value();
    published_ = Json::Parse(read("published.json")).value();
    csv_ = read("streams.csv");
  }

  // Names of the recorded streams; 0/1 ones begin with "bit".
  std::vector<std::string> Streams() const {
    std::vector<std::string> names;
    for (const auto& [name, unused] : *recorded_.AsObject().value()) names.push_back(name);
    return names;
  }
  // A column of streams.csv.
  std::vector<double> Stream(std::string_view name) const {
    std::vector<double> values;
    std::size_t column = 0, at = 0;
    const auto cell = [&](std::size_t wanted, std::size_t end) {
      std::size_t begin = at;
      for (std::size_t i = 0; i < wanted; ++i) begin = csv_.find(',', begin) + 1;
      return csv_.substr(begin, std::min(csv_.find(',', begin), end) - begin);
    };
    std::size_t end = csv_.find('\n');
    while (cell(column, end) != name) ++column;
    for (at = end + 1; at < csv_.size(); at = end + 1) {
      end = std::min(csv_.find('\n', at), csv_.size());
      values.push_back(std::stod(cell(column, end)));
    }
    return values;
  }
  // The record of a detector on a recorded stream.
  const Json& Record(std::string_view stream, std::string_view detector) const {
    return *recorded_.Get(stream).value()->Get(detector).value();
  }
  Alarms Recorded(std::string_view stream, std::string_view detector) const {
    const Json& record = Record(stream, detector);
    Alarms alarms{.alarms = Indices(*record.Get("alarms").value())};
    if (const Json* warnings = record.Find("warning_starts")) alarms.warnings = Indices(*warnings);
    return alarms;
  }

  std::vector<double> PublishedStream(std::string_view name) const {
    std::vector<double> values;
    for (const char digit : published_.Get("streams").value()->GetString(name).value()) {
      values.push_back(digit - '0');
    }
    return values;
  }
  std::vector<int> Published(std::string_view stream, std::string_view detector) const {
    return Indices(*published_.Get("alarms").value()->Get(stream).value()->Get(detector).value());
  }

 private:
  static std::vector<int> Indices(const Json& list) {
    std::vector<int> indices;
    for (const Json& index : *list.AsArray().value()) {
      indices.push_back(static_cast<int>(index.AsInt().value()));
    }
    return indices;
  }
  Json recorded_, published_;
  std::string csv_;
};

}  // namespace mooring::data

// Leaves of the file store's format: meta.yaml, files that are a value each, lines of metrics.
// mlflow_files_source.h says what lies where. Pure but for reading. Thread safety: values.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "control/moving/closed_tree.h"
#include "records/contract/yaml_tree.h"
#include "records/tracking/tracked.h"

namespace mooring::control {

// A meta.yaml: a map of scalars. What is absent, null or of another kind is "" or nothing.
class MetaFile {
 public:
  static Result<MetaFile> Read(const ClosedTree& tree, const std::string& directory);
  static Result<MetaFile> Parse(std::string_view text);
  std::string Text(std::string_view key) const;
  std::optional<std::int64_t> Int(std::string_view key) const;
  // The map under a key, as pairs.
  std::vector<records::KeyValue> Map(std::string_view key) const;
  bool deleted() const { return Text("lifecycle_stage") == "deleted"; }

 private:
  const records::YamlNode* Find(std::string_view key) const;
  records::YamlTree tree_;
};

// Every file below a directory: its path is the key, its bytes are the value.
Result<std::vector<records::KeyValue>> ReadValues(const ClosedTree& tree,
                                                  const std::string& directory,
                                                  std::vector<std::string>* left_out);

// "1700000000000 0.25 3 rest…": what stands behind the step is `rest`.
struct MetricLine {
  records::MetricPoint point;
  std::vector<std::string> rest;
};
Result<MetricLine> ParseMetricLine(std::string_view line);
// A whole file of lines; empty ones do not count. kDataLoss names the line that is none.
Result<std::vector<MetricLine>> ParseMetricLines(std::string_view text);
// "nan", "inf", "-inf" and the shortest text that reads back as the same double.
std::string MetricText(double value);

// Greater by (step, timestamp, value), NaN least: of a metric the latest is the greatest.
bool IsLater(const records::MetricPoint& a, const records::MetricPoint& b);

std::optional<std::int64_t> WholeNumber(std::string_view text);

}  // namespace mooring::control

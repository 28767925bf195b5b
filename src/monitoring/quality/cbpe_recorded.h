// Test support: the rows and results of tests/golden/cbpe. Not for anything but tests.
//
// The files are simple CSV: no quotes, no escapes. Thread safety: free functions.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/io/file_system.h"
#include "monitoring/quality/label_quality.h"

namespace mooring::monitoring {

inline std::vector<std::string> Split(std::string_view text, char by) {
  std::vector<std::string> parts(1);
  for (const char c : text) {
    if (c == by) {
      parts.emplace_back();
    } else {
      parts.back().push_back(c);
    }
  }
  return parts;
}

// Rows of fields, without the header.
inline std::vector<std::vector<std::string>> ReadRows(const std::string& path) {
  const std::string text = PosixFileSystem().ReadFile(path, 1 << 20).value();
  std::vector<std::vector<std::string>> rows;
  for (const std::string& line : Split(text, '\n')) {
    if (!line.empty()) rows.push_back(Split(line, ','));
  }
  rows.erase(rows.begin());
  return rows;
}

struct RecordedRows {
  std::size_t columns = 1;  // of scores
  std::vector<double> scores;
  std::vector<std::uint32_t> predicted, truth;

  LabelRows All() const { return Part(0, truth.size()); }
  LabelRows Part(std::size_t begin, std::size_t count) const {
    return {.scores = std::span(scores).subspan(begin * columns, count * columns),
            .predicted = std::span(predicted).subspan(begin, count),
            .truth = std::span(truth).subspan(begin, count)};
  }
};

// Columns: scores, predicted class, true class; classes are 0, 1 or a, b, c.
inline RecordedRows ReadScored(const std::string& path) {
  RecordedRows rows;
  for (const auto& fields : ReadRows(path)) {
    rows.columns = fields.size() - 2;
    for (std::size_t i = 0; i < rows.columns; ++i) rows.scores.push_back(std::stod(fields[i]));
    const auto code = [](char c) {
      return static_cast<std::uint32_t>(c >= 'a' ? c - 'a' : c - '0');
    };
    rows.predicted.push_back(code(fields[rows.columns][0]));
    rows.truth.push_back(code(fields[rows.columns + 1][0]));
  }
  return rows;
}

// One chunk of a results file: its rows, and fields by measure.
struct RecordedChunk {
  std::size_t begin = 0, rows = 0;
  std::map<std::string, std::vector<double>> fields;
};

// Those of one period ("reference", "analysis"), in order. An empty field is NaN.
inline std::vector<RecordedChunk> ReadChunks(const std::string& path, std::string_view period) {
  std::vector<RecordedChunk> chunks;
  for (const auto& fields : ReadRows(path)) {
    if (fields[0] != period) continue;
    if (std::stoul(fields[1]) == chunks.size()) {
      const std::size_t begin = std::stoul(fields[2]);
      chunks.push_back({.begin = begin, .rows = std::stoul(fields[3]) + 1 - begin, .fields = {}});
    }
    std::vector<double>& numbers = chunks.back().fields[fields[4]];
    for (std::size_t i = 5; i < fields.size(); ++i) {
      numbers.push_back(std::stod(fields[i].empty() ? "nan" : fields[i]));
    }
  }
  return chunks;
}

inline std::vector<std::vector<std::size_t>> ReadFolds(const std::string& path) {
  std::vector<std::vector<std::size_t>> folds;
  const std::string text = PosixFileSystem().ReadFile(path, 1 << 20).value();
  for (const std::string& line : Split(text, '\n')) {
    if (line.empty()) continue;
    folds.emplace_back();
    for (const std::string& row : Split(line, ' ')) folds.back().push_back(std::stoul(row));
  }
  return folds;
}

}  // namespace mooring::monitoring

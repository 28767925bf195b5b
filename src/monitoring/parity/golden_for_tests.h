// Reads the recorded tables of tests/golden for the tests of the parity modes: the frame of five
// numeric and four text columns, and NannyML's answers. `root` is MOORING_SOURCE_DIR.
#pragma once

#include <cmath>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "base/io/file_system.h"
#include "data/table/csv.h"
#include "monitoring/parity/nannyml_rows.h"

namespace mooring::monitoring {

inline std::string GoldenText(const std::string& root, const std::string& path) {
  return PosixFileSystem().ReadFile(root + "/tests/golden/" + path, 1 << 20).value();
}

inline data::Batch GoldenFrame(const std::string& root, const std::vector<std::string>& paths) {
  std::vector<data::Field> fields;
  for (const char* name : {"n_normal", "n_lognormal", "n_count", "n_const", "n_heavy"}) {
    fields.push_back({name, data::Type::kFloat64});
  }
  for (const char* name : {"c_region", "c_device", "c_flag", "c_pair"}) {
    fields.push_back({name, data::Type::kString});
  }
  data::Batch all(
      std::make_shared<const data::Schema>(data::Schema::Make(std::move(fields)).value()));
  for (const std::string& path : paths) {
    const std::string text = GoldenText(root, path);
    const data::Batch part =
        data::ParseCsv(text, all.shared_schema(), {.name = path}, 1'000'000).value();
    for (std::size_t row = 0; row < part.rows(); ++row) all.AppendRow(part, row);
  }
  return all;
}

// The recorded rows of a file by (is reference, chunk, column, method): header to cell.
using GoldenKey = std::tuple<bool, std::size_t, std::string, std::string>;
using GoldenRows = std::map<GoldenKey, std::map<std::string, std::string>>;

inline std::vector<std::string> Cells(const std::string& line) {
  std::vector<std::string> cells(1);
  for (const char c : line) {
    if (c == ',') cells.emplace_back();
    if (c != ',') cells.back().push_back(c);
  }
  return cells;
}

inline GoldenRows ReadGoldenRows(const std::string& root, const std::string& path) {
  const std::string text = GoldenText(root, path);
  GoldenRows rows;
  std::vector<std::string> header;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = text.find('\n', begin);
    const std::vector<std::string> cells = Cells(text.substr(begin, end - begin));
    begin = end + 1;
    if (header.empty()) {
      header = cells;
      continue;
    }
    std::map<std::string, std::string> row;
    for (std::size_t i = 0; i < cells.size(); ++i) row[header[i]] = cells[i];
    const GoldenKey key = {row["period"] == "reference", std::stoul(row["chunk"]), row["column"],
                           row["method"]};
    rows[key] = row;
  }
  return rows;
}

// "" when ours equals the cell to 1e-12 of its size or to 1e-15 near 0, or when their squares are
// equal to 1e-15, which is all that a root of a difference of shares can be held to; an empty cell
// is NaN, a cell that the file lacks is passed over.
inline std::string CellDifference(const std::map<std::string, std::string>& row,
                                  const std::string& name, double ours) {
  const auto cell = row.find(name);
  if (cell == row.end() || (cell->second.empty() && std::isnan(ours))) return "";
  const double theirs = cell->second.empty() ? kAbsent : std::stod(cell->second);
  if (std::abs(ours - theirs) <= 1e-12 * std::abs(theirs) + 1e-15) return "";
  const bool root =
      name == "value" && (row.at("method") == "jensen_shannon" || row.at("method") == "hellinger");
  if (root && std::abs(ours * ours - theirs * theirs) <= 1e-15) return "";
  return name + " is " + std::to_string(ours) + ", recorded " + cell->second + "; ";
}

// What differs between a row of ours and the recorded one; "" when nothing does.
inline std::string Differences(const GoldenRows& golden, const NannyRow& ours,
                               const GoldenKey& key) {
  const std::string place = std::string(ours.reference ? "reference " : "analysis ") +
                            std::to_string(ours.chunk.index) + " " + ours.column + " " +
                            ours.method + ": ";
  const auto found = golden.find(key);
  if (found == golden.end()) return place + "not recorded";
  const auto& row = found->second;
  std::string what;
  if (std::to_string(ours.chunk.begin) != row.at("start")) what += "start; ";
  if (std::to_string(ours.chunk.end - 1) != row.at("end")) what += "end; ";
  what += CellDifference(row, "value", ours.value);
  what += CellDifference(row, "sampling_error", ours.sampling_error);
  what += CellDifference(row, "lower_confidence_boundary", ours.lower_confidence);
  what += CellDifference(row, "upper_confidence_boundary", ours.upper_confidence);
  what += CellDifference(row, "lower_threshold", ours.band.lower);
  what += CellDifference(row, "upper_threshold", ours.band.upper);
  if ((ours.alert ? "1" : "0") != row.at("alert")) what += "alert; ";
  return what.empty() ? "" : place + what;
}

}  // namespace mooring::monitoring

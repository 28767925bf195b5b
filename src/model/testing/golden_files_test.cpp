#include "model/testing/golden_files.h"

#include <gtest/gtest.h>

#include <sstream>

namespace mooring::model::testing {

std::string GoldenPath(const std::string& name) {
  std::string path(MOORING_SOURCE_DIR "/tests/golden/");
  return path.append(name);
}

std::string ReadGolden(const std::string& name) {
  auto text = PosixFileSystem().ReadFile(GoldenPath(name), 64 << 20);
  EXPECT_TRUE(text.ok()) << name;
  return text.ok() ? *text : std::string();
}

std::vector<std::vector<std::string>> ReadCells(const std::string& name, bool with_header) {
  std::istringstream lines(ReadGolden(name));
  std::vector<std::vector<std::string>> cells;
  std::string line;
  if (with_header) std::getline(lines, line);
  while (std::getline(lines, line)) {
    auto& row = cells.emplace_back();
    std::size_t begin = 0;
    while (true) {
      const std::size_t comma = line.find(',', begin);
      row.push_back(line.substr(begin, comma - begin));
      if (comma == std::string::npos) break;
      begin = comma + 1;
    }
  }
  return cells;
}

namespace {

void AppendCell(const std::string& cell, data::Column& column) {
  if (cell.empty()) return column.AppendNull();
  switch (column.type()) {
    case data::Type::kInt32: return column.Append(static_cast<std::int32_t>(std::stol(cell)));
    case data::Type::kInt64: return column.Append(static_cast<std::int64_t>(std::stoll(cell)));
    case data::Type::kFloat32: return column.Append(std::stof(cell));
    case data::Type::kFloat64: return column.Append(std::stod(cell));
    default: FAIL() << "no such cell";
  }
}

}  // namespace

data::Batch RowsOf(const Signature& signature, const std::vector<std::vector<std::string>>& cells) {
  data::Batch batch(signature.inputs);
  for (const auto& row : cells) {
    EXPECT_GE(row.size(), batch.width());
    for (std::size_t i = 0; i < batch.width(); ++i) AppendCell(row[i], batch.column(i));
  }
  batch.SetRows(cells.size());
  return batch;
}

Result<std::unique_ptr<Predictor>> CompileAndLoad(const Artifact& artifact,
                                                  const LoadOptions& options) {
  ASSIGN_OR_RETURN(std::string flat, Compile(artifact));
  auto owner = std::make_shared<const std::string>(std::move(flat));
  const ByteSpan bytes = AsBytes(*owner);
  return Load(bytes, owner, options);
}

Artifact ArtifactOf(std::string name, std::string bytes) {
  auto owner = std::make_shared<const std::string>(std::move(bytes));
  const ByteSpan span = AsBytes(*owner);
  return Artifact({{std::move(name), span}}, owner);
}

Artifact GoldenArtifact(const std::string& name) {
  auto artifact = ReadArtifact(PosixFileSystem(), GoldenPath(name));
  EXPECT_TRUE(artifact.ok()) << name;
  return std::move(artifact).value();
}

TEST(GoldenFiles, CellsAreSplitAtCommasAndEmptyOnesAreNull) {
  const auto cells = ReadCells("xgboost_models/inputs.csv");
  ASSERT_EQ(cells.size(), 60U);
  EXPECT_EQ(cells[0].size(), 6U);
}

}  // namespace mooring::model::testing

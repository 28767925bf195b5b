#include "monitoring/slicer.h"

#include <gtest/gtest.h>

#include <cmath>

namespace mooring::monitoring {
namespace {

struct Row {
  std::string origin;  // "-": missing
  double distance = 0;
  bool late = false;
};

data::Batch Table(const std::vector<Row>& rows) {
  auto schema = data::Schema::Make({{.name = "origin", .type = data::Type::kString},
                                    {.name = "distance"},
                                    {.name = "late", .type = data::Type::kBool}});
  data::Batch batch(std::make_shared<const data::Schema>(std::move(schema).value()));
  for (const Row& row : rows) {
    if (row.origin == "-") {
      batch.column(0).AppendNull();
    } else {
      batch.column(0).AppendText(row.origin);
    }
    batch.column(1).Append(row.distance);
    batch.column(2).Append<std::uint8_t>(row.late ? 1 : 0);
  }
  batch.SetRows(rows.size());
  return batch;
}

std::vector<std::string> NamesOf(Slicer& slicer, const Row& row) {
  std::vector<std::uint32_t> places;
  slicer.Places(Table({row}), 0, places);
  std::vector<std::string> names;
  for (const std::uint32_t place : places) names.push_back(slicer.slice(place).Name());
  return names;
}

using Names = std::vector<std::string>;
const std::vector<records::SliceRule> kRules = {
    {"origin", {}}, {"distance", {0, 500}}, {"late", {}}, {"nowhere", {}}};

TEST(Slicer, ARowBelongsToOneSliceAColumn) {
  Slicer slicer(Slicer::Discover(kRules, Table({{"ATL", 10, true}, {"BOS", 700, false}})));
  EXPECT_EQ(slicer.size(), 7U);
  EXPECT_EQ(NamesOf(slicer, {"ATL", 499, true}),
            (Names{"origin=ATL", "0 <= distance < 500", "late=true"}));
  EXPECT_EQ(NamesOf(slicer, {"BOS", 500, false}),
            (Names{"origin=BOS", "distance >= 500", "late=false"}));
  EXPECT_EQ(NamesOf(slicer, {"new", -1, true}), (Names{"distance < 0", "late=true"}));
  EXPECT_EQ(NamesOf(slicer, {"-", std::nan(""), true}), (Names{"late=true"}));
}

TEST(Slicer, OnlyTheCommonestValuesAreSlices) {
  std::vector<Row> rows;
  for (int value = 0; value < 40; ++value) {
    for (int i = 0; i <= value; ++i) rows.push_back({"v" + std::to_string(value), 1, false});
  }
  const auto slices =
      Slicer::Discover(std::vector<records::SliceRule>{{"origin", {}}}, Table(rows));
  ASSERT_EQ(slices.size(), Slicer::kValuesPerColumn);
  EXPECT_EQ(slices.front().value, "v39");
  EXPECT_EQ(slices.back().value, "v24");
}

TEST(Slicer, AColumnThatChangedItsKindHasNoSlices) {
  Slicer slicer(Slicer::Discover(kRules, Table({{"ATL", 10, true}})));
  auto schema = data::Schema::Make({{.name = "distance", .type = data::Type::kString}});
  data::Batch batch(std::make_shared<const data::Schema>(std::move(schema).value()));
  batch.column(0).AppendText("far");
  batch.SetRows(1);
  std::vector<std::uint32_t> places = {1};
  slicer.Places(batch, 0, places);
  EXPECT_TRUE(places.empty());
}

TEST(Slicer, NoRulesGiveNoSlices) {
  Slicer slicer(Slicer::Discover({}, Table({{"ATL", 1, true}})));
  EXPECT_EQ(slicer.size(), 0U);
  EXPECT_TRUE(NamesOf(slicer, {"ATL", 1, true}).empty());
}

}  // namespace
}  // namespace mooring::monitoring

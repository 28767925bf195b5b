#include "data/stats/detectors/page_hinkley.h"

#include "data/stats/detectors/golden_for_tests.h"

namespace mooring::data {
namespace {

TEST(PageHinkley, RaisesTheAlarmsOfRiver019) {
  const GoldenDetectors golden(MOORING_SOURCE_DIR);
  for (const std::string& stream : golden.Streams()) {
    const std::vector<double> values = golden.Stream(stream);
    for (const auto& [name, options] :
         {std::pair("page_hinkley", PageHinkleyOptions{}),
          std::pair("page_hinkley_threshold5", PageHinkleyOptions{.threshold = 5}),
          std::pair("page_hinkley_up", PageHinkleyOptions{.direction = Direction::kUp}),
          std::pair("page_hinkley_down", PageHinkleyOptions{.direction = Direction::kDown})}) {
      SCOPED_TRACE(stream + " " + name);
      PageHinkley detector(options);
      EXPECT_EQ(AlarmsOf(detector, values), golden.Recorded(stream, name));
    }
  }
}

TEST(PageHinkley, RaisesThePublishedAlarmsOfRiver019) {
  const GoldenDetectors golden(MOORING_SOURCE_DIR);
  const std::vector<double> stream = golden.PublishedStream("signs");
  PageHinkley up({.direction = Direction::kUp}), down({.direction = Direction::kDown});
  EXPECT_EQ(AlarmsOf(up, stream).alarms, golden.Published("signs", "page_hinkley_up"));
  EXPECT_EQ(AlarmsOf(down, stream).alarms, golden.Published("signs", "page_hinkley_down"));
}

TEST(PageHinkley, SaysNothingBeforeItsFewestRows) {
  PageHinkley detector({.min_rows = 10, .threshold = 1, .direction = Direction::kUp});
  for (int i = 1; i < 10; ++i) EXPECT_EQ(detector.Add(i * 1000), DetectorState::kStable);
  EXPECT_EQ(detector.Add(10'000), DetectorState::kDrift);
  EXPECT_EQ(detector.Add(1), DetectorState::kStable) << "it starts anew";
}

TEST(PageHinkley, StaysUsableAfterHugeValues) {
  PageHinkley detector;
  for (int i = 0; i < 100; ++i) detector.Add(i % 2 == 0 ? 1e308 : -1e308);
  detector.Reset();
  bool seen = false;
  for (int i = 0; i < 400; ++i) {
    seen = detector.Add(i < 200 ? 0 : 10) == DetectorState::kDrift || seen;
  }
  EXPECT_TRUE(seen);
}

TEST(PageHinkley, AConstantIsSteady) {
  PageHinkley detector({.alpha = 1});
  for (int i = 0; i < 5000; ++i) ASSERT_EQ(detector.Add(3), DetectorState::kStable);
}

}  // namespace
}  // namespace mooring::data

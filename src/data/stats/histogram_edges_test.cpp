#include "data/stats/histogram_edges.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "data/stats/counts/recorded.h"

namespace mooring::data {
namespace {

using recorded::At;
using recorded::Number;
using recorded::Numbers;
using recorded::Off;
using V = std::vector<double>;

struct Named {
  EdgeRule rule;
  const char *own, *numpy;
};
constexpr Named kRules[] = {
    {EdgeRule::kSqrt, "sqrt", "sqrt"},    {EdgeRule::kSturges, "sturges", "sturges"},
    {EdgeRule::kRice, "rice", "rice"},    {EdgeRule::kScott, "scott", "scott"},
    {EdgeRule::kDoane, "doane", "doane"}, {EdgeRule::kFreedmanDiaconis, "freedman_diaconis", "fd"}};

Json Recorded(std::string_view name) {
  return recorded::Load(MOORING_SOURCE_DIR "/tests/golden/scipy/" + std::string(name));
}

void ExpectEdges(const V& got, const V& due) {
  ASSERT_EQ(got.size(), due.size());
  const double scale = std::max(std::abs(due.front()), std::abs(due.back()));
  for (std::size_t i = 0; i < got.size(); ++i) EXPECT_LE(Off(got[i], due[i], scale), 1e-14) << i;
}

// numpy 1.24.2 on one lognormal sample (extra.json).
TEST(HistogramEdges, EqualNumpyOnTheRecordedSample) {
  const Json file = Recorded("extra.json");
  const Json& record = At(file, "quantiles");
  const V x = Numbers(At(record, "x"));
  for (const Named& named : kRules) {
    SCOPED_TRACE(named.numpy);
    const V edges = HistogramEdges(x, named.rule).value();
    ExpectEdges(edges, Numbers(At(At(record, "edges"), named.numpy)));
    if (const Json* counts = At(record, "counts").Find(named.numpy)) {
      EXPECT_EQ(HistogramCounts(x, edges), recorded::Counts(*counts));
    }
  }
  V sorted = x;
  std::ranges::sort(sorted);
  for (const Json& row : recorded::Items(At(record, "linear"))) {
    EXPECT_LE(Off(Quantile(sorted, Number(At(row, 0))).value(), Number(At(row, 1))), 1e-15);
  }
}

// The same on twelve more: normal, ties, constants, one to three values, 1e308, denormals, an
// outlier.
TEST(HistogramEdges, EqualNumpyOnCornerSamples) {
  const Json file = Recorded("counts.json");
  int met = 0;
  for (const Json& one : recorded::Items(At(file, "histograms"))) {
    const V x = Numbers(At(one, "x"));
    V sorted = x;
    std::ranges::sort(sorted);
    for (const Json& row : recorded::Items(At(one, "quantiles"))) {
      EXPECT_LE(Off(Quantile(sorted, Number(At(row, 0))).value(), Number(At(row, 1))), 1e-15);
    }
    for (const Named& named : kRules) {
      SCOPED_TRACE(std::string(At(one, "name").AsString().value()) + ' ' + named.own);
      const Json* due = At(one, "edges").Find(named.own);
      if (due == nullptr || !due->IsObject()) continue;
      const V edges = HistogramEdges(x, named.rule).value();
      if (Numbers(At(*due, "edges")).size() < 2) {  // numpy: the square of 1e308 leaves no bin
        EXPECT_EQ(edges.size(), 2U);
        continue;
      }
      ExpectEdges(edges, Numbers(At(*due, "edges")));
      EXPECT_EQ(HistogramCounts(x, edges), recorded::Counts(At(*due, "counts")));
      ++met;
    }
  }
  EXPECT_GE(met, 65);
}

TEST(HistogramEdges, RefuseWhatHasNoRange) {
  for (const auto& [x, message] :
       {std::pair(V{}, "no values to make bins of"),
        std::pair(V{1, std::nan("")}, "value 1 is nan"),
        std::pair(V{-HUGE_VAL, 1}, "value 0 is -inf"),
        std::pair(V{-1e308, 1e308}, "the range of values is infinite")}) {
    for (const Named& named : kRules) {
      const auto refused = HistogramEdges(x, named.rule);
      ASSERT_FALSE(refused.ok());
      EXPECT_EQ(refused.error().code(), Code::kInvalidArgument);
      EXPECT_EQ(refused.error().message(), message);
    }
  }
  V far(100);
  for (std::size_t i = 0; i < far.size(); ++i) far[i] = static_cast<double>(i);
  far.push_back(1e12);
  EXPECT_EQ(HistogramEdges(far, EdgeRule::kFreedmanDiaconis).error().code(), Code::kTooLarge);
  EXPECT_TRUE(HistogramEdges(far, EdgeRule::kSturges).ok());
}

TEST(HistogramCounts, CloseTheLastBinAndLeaveOutTheRest) {
  const V edges = {0, 1, 2};
  using Counts = std::vector<std::uint64_t>;
  EXPECT_EQ(HistogramCounts(V{0, 0.5, 1, 1.5, 2, -0.1, 2.1, std::nan(""), HUGE_VAL}, edges),
            (Counts{2, 3}));
  EXPECT_EQ(HistogramCounts(V{}, edges), (Counts{0, 0}));
  EXPECT_TRUE(HistogramCounts(V{1}, V{1}).empty());
  EXPECT_TRUE(HistogramCounts(V{1}, V{}).empty());
}

TEST(Quantile, HoldsItsCorners) {
  EXPECT_EQ(Quantile(V{5}, 0.3).value(), 5);
  EXPECT_EQ(Quantile(V{1, 2}, 0.25).value(), 1.25);
  EXPECT_EQ(Quantile(V{1, 2, 10}, 1).value(), 10);
  EXPECT_EQ(Quantile(V{-1e308, 1e308}, 0.5).value(), 0) << "the difference is beyond doubles";
  EXPECT_EQ(Quantile(V{1, HUGE_VAL}, 0.5).value(), HUGE_VAL);
  EXPECT_EQ(Quantile(V{-HUGE_VAL, 1}, 0.5).value(), -HUGE_VAL);
  EXPECT_TRUE(std::isnan(Quantile(V{-HUGE_VAL, HUGE_VAL}, 0.5).value()));
  EXPECT_FALSE(Quantile(V{}, 0.5).ok());
  for (const double q : {-0.1, 1.1, std::nan("")}) EXPECT_FALSE(Quantile(V{1}, q).ok());
}

}  // namespace
}  // namespace mooring::data

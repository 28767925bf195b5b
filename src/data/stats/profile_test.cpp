#include "data/stats/profile.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "data/table/random_batch.h"

namespace mooring::data {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

NumericBins BinsOf(std::vector<double> values) { return NumericBins::Learn(values); }

TEST(NumericBins, CutAUniformSampleIntoEqualShares) {
  std::vector<double> values(40960);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<double>(i);
  const NumericBins bins = BinsOf(values);
  ASSERT_EQ(bins.bins(), 78U);  // 64, six more in each tail, and the two beyond the range
  std::vector<int> counts(bins.bins());
  for (const double x : values) ++counts[bins.BinOf(x)];
  EXPECT_EQ(counts.front(), 0);
  EXPECT_EQ(counts.back(), 0);
  EXPECT_TRUE(std::all_of(counts.begin() + 8, counts.end() - 8, [](int c) { return c == 640; }));
  const std::vector<int> tail(counts.begin() + 1, counts.begin() + 8);
  EXPECT_EQ(tail, (std::vector{10, 10, 20, 40, 80, 160, 320}));
  EXPECT_TRUE(std::equal(tail.begin(), tail.end(), counts.rbegin() + 1));
  EXPECT_EQ(bins.BinOf(-0.001), 0U);
  EXPECT_EQ(bins.BinOf(0), 1U);
  EXPECT_EQ(bins.BinOf(40959), 76U);
  EXPECT_EQ(bins.BinOf(40959.001), 77U);
  EXPECT_EQ(bins.BinOf(-kInfinity), 0U);
}

TEST(NumericBins, GiveAHeavyValueABinOfItsOwn) {
  std::vector<double> values;
  for (int i = 0; i < 1000; ++i) values.push_back(i < 300 ? 0.0 : i / 1000.0);
  const NumericBins bins = BinsOf(values);
  EXPECT_EQ(bins.BinOf(0.0), bins.BinOf(-0.0));
  EXPECT_LT(bins.BinOf(0.0), bins.BinOf(5e-324));
  EXPECT_LT(bins.BinOf(-5e-324), bins.BinOf(0.0));
}

TEST(NumericBins, SearchAgreesWithCountingEdges) {
  Rng rng(3);
  const std::vector<std::vector<double>> samples = {
      {}, {5}, {5, 5}, {1, 2, 3}, {-1e308, 1e308}, {0, 5e-324}, std::vector<double>(100, -2.5)};
  for (std::size_t i = 0; i < samples.size() + 50; ++i) {
    std::vector<double> values =
        i < samples.size() ? samples[i] : std::vector<double>(1 + rng.Below(500));
    const double grain = rng.Below(2) == 0 ? 1e-9 : 10;
    if (i >= samples.size()) {
      for (double& x : values) x = std::floor(rng.Uniform() * 100 / grain) * grain;
    }
    const NumericBins bins = BinsOf(values);
    ASSERT_LE(bins.bins(), NumericBins::kMaxBins);
    ASSERT_TRUE(std::ranges::is_sorted(bins.edges(), std::less_equal<>()));
    values.insert(values.end(), {-1e308, -1.0, 0.0, 1e308, kInfinity, -kInfinity});
    for (const double edge : bins.edges())
      values.insert(values.end(), {edge, std::nextafter(edge, kInfinity)});
    for (const double x : values) {
      const auto below = std::ranges::count_if(bins.edges(), [x](double edge) { return edge < x; });
      ASSERT_EQ(bins.BinOf(x), static_cast<std::size_t>(below));
    }
  }
}

TEST(NumericBins, StayWithinTheirPlacesWhateverTheAtoms) {
  // 63 values just over 1/64 each with single values between and around.
  std::vector<double> values = {-1000};
  for (int atom = 0; atom < 63; ++atom) {
    for (int i = 0; i < 65; ++i) values.push_back(atom * 10);
    values.push_back(atom * 10 + 5);
  }
  const NumericBins bins = BinsOf(values);
  EXPECT_LE(bins.edges().size(), NumericBins::kMaxEdges);
  EXPECT_EQ(bins.BinOf(625), bins.bins() - 2) << "the greatest value is in range";
}

TEST(CategoryBins, NameTheLargestAndKnowTheRest) {
  std::vector<std::pair<std::string, std::uint64_t>> counts;
  for (std::uint64_t i = 0; i < 300; ++i) counts.emplace_back("v" + std::to_string(i), 1000 - i);
  const CategoryBins bins = CategoryBins::Learn(counts);
  EXPECT_EQ(bins.slots(), 258U);
  EXPECT_EQ(bins.SlotOf("v0"), 0U);
  EXPECT_EQ(bins.SlotOf("v255"), 255U);
  EXPECT_EQ(bins.SlotOf("v256"), bins.other_slot());
  EXPECT_EQ(bins.SlotOf("v300"), bins.unseen_slot());
  EXPECT_EQ(bins.SlotOf(""), bins.unseen_slot());
}

TEST(Profile, CountsWhatIsThere) {
  auto schema = std::make_shared<const Schema>(
      Schema::Make({{.name = "x", .type = Type::kFloat64},
                    {.name = "c",
                     .type = Type::kCategory,
                     .dictionary = Dictionary::Make({"a", "b"}).value()}})
          .value());
  Batch batch(schema);
  for (const double x : {1.0, 2.0, 3.0, std::nan(""), kInfinity, -kInfinity})
    batch.column(0).Append(x);
  batch.column(0).AppendNull();
  for (const char* c : {"a", "b", "a", "zz", "a", "a"}) batch.column(1).AppendText(c);
  batch.column(1).AppendNull();
  batch.SetRows(7);
  const BatchProfile reference = LearnReference(batch).value();
  BatchProfile window(reference.bins());
  Batch other(std::make_shared<const Schema>(Schema::Make({{.name = "c", .type = Type::kString},
                                                           {.name = "y", .type = Type::kString},
                                                           {.name = "x", .type = Type::kInt32}})
                                                 .value()));
  for (const char* c : {"a", "new", "zz"}) other.column(0).AppendText(c);
  for (int i = 0; i < 3; ++i) other.column(1).AppendText("not profiled");
  for (const int x : {0, 2, 9}) other.column(2).Append(x);
  other.SetRows(3);
  ASSERT_TRUE(window.Add(other).ok());

  const ColumnProfile& x = reference.column(0);
  EXPECT_EQ(x.rows, 7U);
  EXPECT_EQ(x.nulls, 1U);
  EXPECT_EQ(x.nans, 1U);
  EXPECT_EQ(x.infinities, 2U);
  EXPECT_EQ(x.valid(), 3U);
  EXPECT_EQ(x.min, 1);
  EXPECT_EQ(x.max, 3);
  EXPECT_EQ(x.MissingShare(), 2.0 / 7);
  EXPECT_NEAR(reference.Mean(0), 2, 1e-7);
  EXPECT_NEAR(reference.Deviation(0), std::sqrt(2.0 / 3), 1e-7);
  EXPECT_EQ(reference.OutOfRangeShare(0), 0);
  EXPECT_NEAR(window.OutOfRangeShare(0), 2.0 / 3, 1e-15);
  EXPECT_NEAR(window.UnseenShare(1), 1.0 / 3, 1e-15);
  EXPECT_EQ(reference.UnseenShare(1), 0)
      << "what the reference holds is known, in its dictionary or not";
  EXPECT_TRUE(std::isnan(reference.Mean(1)));
  EXPECT_EQ(window.Find("c"), 1U);
  EXPECT_EQ(window.Find("y"), std::nullopt);
}

TEST(Profile, MomentsAreThoseOfTheTextbook) {
  Rng rng(9);
  for (const double scale : {1e-280, 1e-3, 1.0, 1e12, 1e300}) {
    Batch batch(std::make_shared<const Schema>(Schema::Make({{.name = "x"}}).value()));
    for (int i = 0; i < 5000; ++i) batch.column(0).Append((rng.Uniform() + 10) * scale);
    batch.SetRows(5000);
    const BatchProfile profile = LearnReference(batch).value();
    long double mean = 0, squares = 0;
    for (const double x : batch.column(0).Values<double>()) mean += x / 5000.0L;
    for (const double x : batch.column(0).Values<double>())
      squares += (x - mean) / scale * ((x - mean) / scale);
    const auto deviation = static_cast<double>(std::sqrt(squares / 5000)) * scale;
    EXPECT_NEAR(profile.Mean(0), static_cast<double>(mean), deviation * 1e-7) << scale;
    EXPECT_NEAR(profile.Deviation(0), deviation, deviation * 1e-6) << scale;
  }
}

// Any split of rows, merged in any order, is the same bits: a sum of windows, replicas, days.
TEST(Profile, MergesExactlyHoweverRowsAreSplit) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    Rng rng(seed);
    const auto schema = RandomSchema(rng, 10);
    const Batch rows = RandomBatch(rng, schema, 60);
    const auto reference = LearnReference(RandomBatch(rng, schema, 1 + rng.Below(200)));
    if (!reference.ok()) continue;  // a random text that is not UTF-8
    BatchProfile whole(reference->bins());
    ASSERT_TRUE(whole.Add(rows).ok());
    std::vector<BatchProfile> parts(3, BatchProfile(reference->bins()));
    for (std::size_t row = 0; row < rows.rows(); ++row) {
      Batch one(schema);
      one.AppendRow(rows, row);
      ASSERT_TRUE(parts[rng.Below(3)].Add(one).ok());
    }
    BatchProfile merged = parts[rng.Below(3)];
    merged.Clear();
    for (const std::size_t i : {2, 0, 1}) ASSERT_TRUE(merged.Merge(parts[i]).ok());
    for (std::size_t c = 0; c < whole.width(); ++c)
      ASSERT_EQ(merged.column(c), whole.column(c)) << seed;
  }
}

TEST(Profile, ComesBackFromJsonBitForBit) {
  int learned = 0;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    Rng rng(seed);
    const auto schema = RandomSchema(rng, 6);
    const auto profile = LearnReference(RandomBatch(rng, schema, 1 + rng.Below(300)));
    if (!profile.ok()) continue;
    ++learned;
    const std::string json = profile->ToJson();
    const auto back = BatchProfile::FromJson(json);
    ASSERT_TRUE(back.ok()) << back.error().ToString();
    ASSERT_TRUE(*back->bins() == *profile->bins());
    for (std::size_t c = 0; c < back->width(); ++c)
      ASSERT_EQ(back->column(c), profile->column(c)) << seed;
    ASSERT_EQ(back->ToJson(), json);
    BatchProfile sum = *profile;
    ASSERT_TRUE(sum.Merge(*back).ok()) << "equal bins merge, whoever read them";
  }
  EXPECT_GT(learned, 20);
}

TEST(Profile, DamagedJsonIsRefusedAndNeverCrashes) {
  Batch batch(std::make_shared<const Schema>(
      Schema::Make({{.name = "x"}, {.name = "c", .type = Type::kString}}).value()));
  for (int i = 0; i < 20; ++i) {
    batch.column(0).Append(i * 1.5);
    batch.column(1).AppendText(i % 2 == 0 ? "even" : "odd");
  }
  batch.SetRows(20);
  const std::string json = LearnReference(batch).value().ToJson();
  const std::pair<const char*, const char*> cases[] = {
      {"\"profile\":1", "\"profile\":2"},
      {"\"numeric\"", "\"number\""},
      {"\"edges\":[", "\"edges\":[1e300,"},
      {"\"counts\":[0", "\"counts\":[1"},
      {"\"counts\":[0", "\"counts\":[0,0"},
      {"\"counts\":[0", "\"counts\":[-1"},
      {"\"even\",\"odd\"", "\"even\",\"even\""},
      {"\"sum\":\"", "\"sum\":\"x"},
      {"\"rows\":20", "\"rows\":21"},
      {"\"unit_exponent\":", "\"unit_exponent\":99999"},
  };
  for (const auto& [from, to] : cases) {
    std::string damaged = json;
    ASSERT_NE(damaged.find(from), std::string::npos) << from;
    damaged.replace(damaged.find(from), std::string_view(from).size(), to);
    EXPECT_FALSE(BatchProfile::FromJson(damaged).ok()) << to;
  }
  Rng rng(21);
  for (int round = 0; round < 3000; ++round) {
    std::string damaged = json;
    damaged[rng.Below(damaged.size())] = static_cast<char>(rng.Below(128));
    const auto back = BatchProfile::FromJson(damaged);
    if (back.ok()) static_cast<void>(back->Mean(0) + back->Deviation(0));
  }
}

// Each of these was read and then written as another profile, or as one that is refused.
TEST(Profile, RefusesJsonThatWouldNotComeBackTheSame) {
  Batch batch(std::make_shared<const Schema>(
      Schema::Make({{.name = "x"}, {.name = "c", .type = Type::kString}}).value()));
  batch.column(0).Append(1.5);
  batch.column(1).AppendText("a");
  batch.SetRows(1);
  const BatchProfile learned = LearnReference(batch).value();
  const std::string json = learned.ToJson(), empty = BatchProfile(learned.bins()).ToJson();
  ASSERT_TRUE(BatchProfile::FromJson(json).ok() && BatchProfile::FromJson(empty).ok());
  const struct {
    std::string text, from, to, why;
  } cases[] = {
      {json, ",\"min\":1.5,\"max\":1.5", "", ""},
      {json, ",\"max\":1.5", "", ""},
      {json, "\"max\":1.5", "\"max\":1", "the least value is above the greatest"},
      {json, "\"name\":\"c\"", "\"name\":\"x\"", "a column is there twice"},
      {json, "\"open\":false,",
       R"("open":false,"edges":[],"nans":1,"infinities":0,"sum":"0",)"
       R"("sum_squares":"0","sum_below":"0","sum_above":"0",)",
       "stands for numbers"},
      {empty, "\"sum\":", "\"min\":1,\"max\":2,\"sum\":", "no values, and a least or greatest one"},
  };
  for (const auto& each : cases) {
    std::string text = each.text;
    const std::size_t at = text.find(each.from);
    ASSERT_NE(at, std::string::npos) << each.from;
    text.replace(at, each.from.size(), each.to);
    const auto back = BatchProfile::FromJson(text);
    if (each.why == "stands for numbers") {  // ignored as any unknown member
      ASSERT_TRUE(back.ok()) << back.error().ToString();
      EXPECT_EQ(back->ToJson(), json);
      continue;
    }
    ASSERT_FALSE(back.ok()) << each.to;
    if (!each.why.empty()) {
      EXPECT_EQ(back.error().why(), each.why);
    }
  }
}

TEST(Profile, RefusesAColumnOfAnotherKindAndOtherBins) {
  const auto make = [](Type type) {
    Batch batch(
        std::make_shared<const Schema>(Schema::Make({{.name = "x", .type = type}}).value()));
    type == Type::kString ? batch.column(0).AppendText("1") : batch.column(0).Append(1.0);
    batch.SetRows(1);
    return batch;
  };
  BatchProfile numbers = LearnReference(make(Type::kFloat64)).value();
  const BatchProfile before = numbers;
  EXPECT_EQ(numbers.Add(make(Type::kString)).error().code(), Code::kInvalidArgument);
  EXPECT_EQ(numbers.column(0), before.column(0));
  const BatchProfile texts = LearnReference(make(Type::kString)).value();
  EXPECT_EQ(numbers.Merge(texts).error().code(), Code::kInvalidArgument);
  EXPECT_FALSE(LearnReference(Batch(make(Type::kFloat64).shared_schema())).ok()) << "no rows";
}

}  // namespace
}  // namespace mooring::data

// The store against a naive one in memory: random operations, refused ones and reopenings among
// them, after which both say the same. More of them with MOORING_LONG_TESTS=1.
#include <algorithm>
#include <cstdlib>
#include <limits>
#include <map>
#include <set>

#include "base/rng.h"
#include "records/tracking/metric_point.h"
#include "records/tracking/sqlite/store_fixture.h"

namespace mooring::records {
namespace {

struct PlainRun {
  bool deleted = false;
  std::string name;
  std::map<std::string, std::vector<MetricPoint>> metrics;  // each point once
  std::map<std::string, std::string> params, tags;
};

bool Same(const MetricPoint& a, const MetricPoint& b) { return CompareLatest(a, b) == 0; }

class StoreModelTest : public StoreFixture {
 protected:
  std::string Any(const char* prefix, std::uint64_t of) {
    return prefix + std::to_string(rng_.Below(of));
  }
  PlainRun& AnyRun(std::string& id) {
    auto at = plain_.begin();
    std::advance(at, static_cast<std::ptrdiff_t>(rng_.Below(plain_.size())));
    id = at->first;
    return at->second;
  }

  void Create() {
    const auto run = store_->CreateRun({.experiment_id = "0"});
    ASSERT_TRUE(run.ok());
    PlainRun& plain = plain_[run->info.id];
    plain.name = run->info.name;
    plain.tags["mlflow.runName"] = plain.name;
  }

  void LogPoints() {
    std::string id;
    PlainRun& run = AnyRun(id);
    std::vector<Metric> points(1 + rng_.Below(rng_.Below(8) == 0 ? 900 : 6));
    for (Metric& point : points) {
      const std::uint64_t odd = rng_.Below(20);
      double value = static_cast<double>(rng_.Below(3)) / 2;
      if (odd == 0) value = std::numeric_limits<double>::quiet_NaN();
      if (odd == 1) value = -std::numeric_limits<double>::infinity();
      point = Point(Any("m", 4), value, static_cast<Millis>(rng_.Below(40)),
                    static_cast<std::int64_t>(rng_.Below(40)) - 5);
    }
    EXPECT_EQ(Log(id, points).ok(), !run.deleted);
    if (run.deleted) return;
    for (const Metric& point : points) {
      auto& known = run.metrics[point.key];
      const auto same = [&](const MetricPoint& other) { return Same(point, other); };
      if (std::none_of(known.begin(), known.end(), same)) known.push_back(point);
    }
  }

  void LogTexts() {
    std::string id;
    PlainRun& run = AnyRun(id);
    std::map<std::string, std::string> params;
    for (std::uint64_t i = rng_.Below(3); i > 0; --i) params[Any("p", 6)] = Any("v", 2);
    std::vector<KeyValue> listed, tags = {{Any("t", 3), Any("v", 9)}};
    for (const auto& [key, value] : params) listed.push_back({key, value});
    bool good = !run.deleted;
    for (const auto& [key, value] : params) {
      good = good && (!run.params.contains(key) || run.params[key] == value);
    }
    EXPECT_EQ(store_->LogBatch(id, {.params = listed, .tags = tags}).ok(), good);
    if (!good) return;
    run.params.insert(params.begin(), params.end());
    run.tags[tags[0].key] = tags[0].value;
  }

  void Change() {
    std::string id;
    PlainRun& run = AnyRun(id);
    switch (rng_.Below(4)) {
      case 0:
        ASSERT_TRUE(store_->DeleteRun(id).ok());
        run.deleted = true;
        break;
      case 1:
        ASSERT_TRUE(store_->RestoreRun(id).ok());
        run.deleted = false;
        break;
      case 2: {
        const std::string key = Any("t", 3);
        const bool there = !run.deleted && run.tags.contains(key);
        EXPECT_EQ(store_->DeleteTag(id, key).ok(), there);
        if (there) run.tags.erase(key);
        break;
      }
      default:
        EXPECT_EQ(store_->UpdateRun(id, {.name = "n"}).ok(), !run.deleted);
        if (!run.deleted) run.name = run.tags["mlflow.runName"] = "n";
    }
  }

  static void ExpectSame(const std::vector<KeyValue>& texts,
                         const std::map<std::string, std::string>& plain) {
    std::vector<KeyValue> expected;
    for (const auto& [key, value] : plain) expected.push_back({key, value});
    EXPECT_EQ(texts, expected);
  }

  void Compare(const std::string& id, PlainRun& plain) {
    const auto run = store_->GetRun(id);
    ASSERT_TRUE(run.ok());
    EXPECT_EQ(run->info.stage == Lifecycle::kDeleted, plain.deleted);
    EXPECT_EQ(run->info.name, plain.name);
    ExpectSame(run->params, plain.params);
    ExpectSame(run->tags, plain.tags);
    ASSERT_EQ(run->metrics.size(), plain.metrics.size());
    std::size_t i = 0;
    for (auto& [key, points] : plain.metrics) {
      const auto latest = [](const auto& a, const auto& b) { return CompareLatest(a, b) < 0; };
      const auto earlier = [](const auto& a, const auto& b) { return CompareHistory(a, b) < 0; };
      EXPECT_EQ(run->metrics[i].key, key);
      EXPECT_TRUE(Same(run->metrics[i++], *std::max_element(points.begin(), points.end(), latest)));
      std::sort(points.begin(), points.end(), earlier);
      ExpectHistory(id, key, points);
    }
  }

  // In pages of any size.
  void ExpectHistory(const std::string& id, const std::string& key,
                     const std::vector<MetricPoint>& points) {
    std::string token;
    std::size_t told = 0;
    const std::size_t page_size = rng_.Below(2) == 0 ? 0 : 1 + rng_.Below(points.size());
    do {
      const auto page = store_->MetricHistory(id, key, page_size, token);
      ASSERT_TRUE(page.ok());
      for (const Metric& metric : page->items) {
        ASSERT_LT(told, points.size());
        ASSERT_TRUE(Same(metric, points[told++]));
      }
      token = page->next_token;
    } while (!token.empty());
    EXPECT_EQ(told, points.size());
  }

  Rng rng_{20261122};
  std::map<std::string, PlainRun> plain_;
};

TEST_F(StoreModelTest, SaysWhatANaiveStoreSaysAfterRandomOperations) {
  const int rounds = std::getenv("MOORING_LONG_TESTS") != nullptr ? 20'000 : 400;
  Create();
  for (int round = 0; round < rounds && !HasFatalFailure(); ++round) {
    const std::uint64_t what = rng_.Below(100);
    if (what < 4) Create();
    if (what >= 4 && what < 60) LogPoints();
    if (what >= 60 && what < 80) LogTexts();
    if (what >= 80 && what < 97) Change();
    if (what == 97) Reopen();
    if (round % 40 == 0) {
      std::string id;
      PlainRun& run = AnyRun(id);
      Compare(id, run);
    }
  }
  for (auto& [id, run] : plain_) Compare(id, run);
}

}  // namespace
}  // namespace mooring::records

// The search for runs against the evaluator of records/search over the same runs, read whole: over
// random stores, filters, orders, views and pages, each with and without the short cut for few.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "base/rng.h"
#include "records/search/filter.h"
#include "records/search/match.h"
#include "records/search/order.h"
#include "records/tracking/sqlite/run_attributes.h"
#include "records/tracking/sqlite/run_best.h"
#include "records/tracking/sqlite/run_columns.h"
#include "records/tracking/sqlite/run_newest.h"
#include "records/tracking/sqlite/run_order.h"
#include "records/tracking/sqlite/run_page.h"
#include "records/tracking/sqlite/search_for_tests.h"
#include "records/tracking/sqlite/searches.h"

namespace mooring::records {
namespace {

using search::Entity;
using search::Field;

class RunView final : public search::Record {
 public:
  explicit RunView(const records::Run& run) : run_(run) {}

  void Values(Entity entity, std::string_view key, std::vector<Field>& values) const override {
    switch (entity) {
      case Entity::kAttribute: return Attribute(key, values);
      case Entity::kMetric:
        for (const Metric& metric : run_.metrics) {
          if (metric.key == key) values.push_back(Field::Of(metric.value));
        }
        return;
      case Entity::kParam: return Texts(run_.params, key, values);
      case Entity::kTag: return Texts(run_.tags, key, values);
      case Entity::kDataset:
        for (const DatasetInput& input : run_.dataset_inputs) {
          if (key == "context") Texts(input.tags, "mlflow.data.context", values);
          if (key == "name") values.push_back(Field::Of(std::string_view(input.dataset.name)));
          if (key == "digest") values.push_back(Field::Of(std::string_view(input.dataset.digest)));
        }
        return;
    }
  }

 private:
  static void Texts(const std::vector<KeyValue>& texts, std::string_view key,
                    std::vector<Field>& values) {
    for (const KeyValue& text : texts) {
      if (text.key == key) values.push_back(Field::Of(std::string_view(text.value)));
    }
  }
  void Attribute(std::string_view key, std::vector<Field>& values) const {
    const RunHeader& info = run_.info;
    if (key == "start_time") {
      if (info.start) values.push_back(Field::Of(static_cast<double>(*info.start)));
    } else if (key == "end_time") {
      if (info.end) values.push_back(Field::Of(static_cast<double>(*info.end)));
    } else {
      values.push_back(Field::Of(key == "status"     ? NameOf(info.status)
                                 : key == "run_id"   ? std::string_view(info.id)
                                 : key == "run_name" ? std::string_view(info.name)
                                 : key == "user_id"  ? std::string_view(info.user_id)
                                                     : std::string_view(info.artifact_uri)));
    }
  }
  const records::Run& run_;
};

class SearchRuns : public testing::Test {
 protected:
  SearchRuns() : session_(MemorySession()) {
    for (const char* name : {"a", "b"}) {
      const auto id = CreateExperimentIn(*session_, {.name = name}, "root", 1);
      EXPECT_TRUE(id.ok());
      experiments_.push_back(*id);
    }
    for (int i = 0; i < 60; ++i) MakeRun(i);
  }

  std::size_t Below(std::size_t n) { return static_cast<std::size_t>(rng_.Below(n)); }
  template <typename T, std::size_t N>
  const T& Any(const T (&of)[N]) {
    return of[Below(N)];
  }
  double Number() {
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    constexpr double kNumbers[] = {
        0, -0.0, 1, -1, 0.1, 2, std::numeric_limits<double>::quiet_NaN(), kInfinity, -kInfinity};
    return Any(kNumbers);
  }
  std::string Text() {
    constexpr std::string_view kTexts[] = {"", "a", "b", "ab", "A", "я", "10", "9"};
    return std::string(Any(kTexts));
  }
  std::string Key() { return std::string(1, "xyz"[Below(3)]); }

  void MakeRun(int i) {
    NewRun made{.experiment_id = Any(kExperimentIds), .user_id = Text(), .name = "n" + Text()};
    made.id = "r" + std::to_string(i * 7919 % 1000);
    if (Below(8) != 0) made.start = static_cast<Millis>(Below(6));
    ASSERT_TRUE(CreateRunIn(*session_, made).ok());
    std::vector<Metric> metrics;
    std::vector<KeyValue> params, tags;
    for (const char* key : {"x", "y", "z"}) {
      Metric metric;
      metric.key = key;
      metric.value = Number();
      if (Below(3) != 0) metrics.push_back(metric);
      if (Below(3) != 0) params.push_back({key, Text()});
      if (Below(3) != 0) tags.push_back({key, Text()});
    }
    ASSERT_TRUE(
        LogBatchIn(*session_, made.id, {.metrics = metrics, .params = params, .tags = tags}).ok());
    RunChange change{.status = static_cast<RunStatus>(1 + Below(5)), .end = {}, .name = ""};
    if (Below(2) == 0) change.end = static_cast<Millis>(Below(4));
    ASSERT_TRUE(UpdateRunIn(*session_, made.id, change).ok());
    std::vector<DatasetInput> inputs;
    for (std::size_t n = Below(3); n > 0; --n) {
      DatasetInput& input = inputs.emplace_back();
      input.dataset.name = "d" + Text();
      input.dataset.digest = Text();
      if (Below(2) == 0) input.tags.push_back({"mlflow.data.context", Text()});
    }
    ASSERT_TRUE(LogInputsIn(*session_, made.id, inputs, {}).ok());
    if (Below(5) == 0) {
      ASSERT_TRUE(DeleteRunIn(*session_, made.id, 5).ok());
    }
    ids_.push_back(made.id);
  }

  std::string Filter() {
    constexpr std::string_view kNumeric[] = {"=", "!=", "<", "<=", ">", ">="};
    constexpr std::string_view kTexts[] = {"=", "!=", "LIKE", "ILIKE"};
    constexpr std::string_view kAttributes[] = {"status", "run_id", "run_name", "user_id"};
    const std::string words = std::string(" ") + std::string(Any(kTexts)) + " '";
    switch (Below(9)) {
      case 0:
      case 1: return "metrics." + Key() + std::string(Any(kNumeric)) + std::to_string(Below(3));
      case 2: return "params." + Key() + words + Text() + "'";
      case 3: return "tags." + Key() + words + Text() + "%'";
      case 4:
        return (Below(2) == 0 ? "tags." : "params.") + Key() +
               (Below(2) == 0 ? " IS NULL" : " IS NOT NULL");
      case 5:
        return (Below(2) == 0 ? "start_time " : "end_time ") + std::string(Any(kNumeric)) + " " +
               std::to_string(Below(6));
      case 6: return std::string(Any(kAttributes)) + words + "%" + Text() + "%'";
      case 7:
        return "run_id " + std::string(Below(2) == 0 ? "IN" : "NOT IN") + " ('r0', '" +
               ids_[Below(ids_.size())] + "', '" + ids_[Below(ids_.size())] + "')";
      default: {
        constexpr std::string_view kKeys[] = {"name", "digest", "context"};
        return "dataset." + std::string(Any(kKeys)) +
               (Below(2) == 0 ? words + Text() + "'" : " IN ('" + Text() + "')");
      }
    }
  }
  std::string Order() {
    constexpr std::string_view kOrders[] = {
        "metrics.x", "metrics.y", "params.x", "tags.z", "metrics.none", "start_time",
        "end_time",  "status",    "run_name", "run_id", "artifact_uri", "metrics.z"};
    return std::string(Any(kOrders)) + (Below(2) == 0 ? " DESC" : "");
  }

  // The ids that the evaluator finds, in its order.
  static std::vector<std::string> Wanted(const std::vector<records::Run>& all,
                                         const RunScope& scope,
                                         const std::vector<search::Clause>& clauses,
                                         const std::vector<search::SortKey>& order) {
    const search::Matcher matcher(clauses);
    std::vector<const records::Run*> wanted;
    for (const records::Run& run : all) {
      const auto experiment = ExperimentNumber(run.info.experiment_id);
      const bool inside = std::ranges::count(scope.experiments, *experiment) != 0;
      if (inside && scope.Shows(run.info.stage) && matcher.Matches(RunView(run))) {
        wanted.push_back(&run);
      }
    }
    std::ranges::sort(wanted, [&](const records::Run* a, const records::Run* b) {
      return search::ComesBefore(order, RunView(*a), RunView(*b));
    });
    std::vector<std::string> ids;
    for (const records::Run* run : wanted) ids.push_back(run->info.id);
    return ids;
  }

  static constexpr const char* kExperimentIds[] = {"0", "1", "2"};
  Rng rng_{17};
  std::unique_ptr<Session> session_;
  std::vector<std::string> experiments_, ids_;
};

TEST_F(SearchRuns, AgreesWithTheEvaluatorOnRandomStores) {
  std::vector<records::Run> all;
  for (const std::string& id : ids_) {
    auto run = ReadRun(*session_, id);
    ASSERT_TRUE(run.ok());
    all.push_back(*std::move(run));
  }
  std::size_t found_in_all = 0;
  for (int i = 0; i < 6'000; ++i) {
    SearchRequest request;
    for (std::size_t n = Below(3); n > 0; --n) {
      request.filter += (request.filter.empty() ? "" : " AND ") + Filter();
    }
    for (std::size_t n = Below(3); n > 0; --n) request.order_by.push_back(Order());
    request.view = static_cast<ViewType>(Below(3));
    std::vector<std::string> experiments = {kExperimentIds[Below(3)]};
    if (Below(3) == 0) experiments.push_back(kExperimentIds[Below(3)]);
    RunScope scope{.experiments = {}, .view = request.view, .few = Below(3) == 0 ? 2000 : Below(9)};
    for (const std::string& id : experiments) scope.experiments.push_back(std::stoi(id));
    std::ranges::sort(scope.experiments);
    scope.experiments.erase(std::unique(scope.experiments.begin(), scope.experiments.end()),
                            scope.experiments.end());

    const auto clauses = search::ParseFilter(search::Kind::kRuns, request.filter);
    ASSERT_TRUE(clauses.ok()) << request.filter << "\n" << clauses.error().message();
    const auto order = search::ParseOrder(search::Kind::kRuns, request.order_by);
    ASSERT_TRUE(order.ok());
    const auto wanted_ids = Wanted(all, scope, *clauses, *order);
    const std::string what = request.filter + " ORDER BY " +
                             (request.order_by.empty() ? "" : request.order_by.front()) +
                             (request.order_by.size() < 2 ? "" : ", " + request.order_by.back());

    const auto passing = FilterRuns(*session_, scope, *clauses);
    ASSERT_TRUE(passing.ok()) << what;
    const std::size_t count = Below(2) == 0 ? 100 : Below(12);
    const auto numbers = FirstRuns(*session_, scope, *passing, *order, count);
    ASSERT_TRUE(numbers.ok()) << what;
    const auto runs = ReadRuns(*session_, *numbers, std::size_t{1} << 30);
    ASSERT_TRUE(runs.ok()) << what;
    std::vector<std::string> ids;
    for (const records::Run& run : *runs) ids.push_back(run.info.id);
    auto first = wanted_ids;
    if (first.size() > count) first.resize(count);
    ASSERT_EQ(ids, first) << what << " view " << static_cast<int>(request.view) << " few "
                          << scope.few << " of " << count;
    found_in_all += ids.size();
    if (i % 4 != 0) continue;

    request.max_results = 1 + Below(20);
    std::vector<std::string> paged;
    do {
      const auto page = SearchRunsIn(*session_, experiments, request);
      ASSERT_TRUE(page.ok()) << what;
      ASSERT_LE(page->items.size(), request.max_results);
      for (const records::Run& run : page->items) paged.push_back(run.info.id);
      request.page_token = page->next_token;
    } while (!request.page_token.empty());
    ASSERT_EQ(paged, wanted_ids) << what;
  }
  EXPECT_GT(found_in_all, 20'000u) << "the searches no longer find";
}

TEST_F(SearchRuns, PagesReadRunsAsGetRunDoes) {
  const auto page = SearchRunsIn(*session_, experiments_, {.view = ViewType::kAll});
  ASSERT_TRUE(page.ok());
  ASSERT_FALSE(page->items.empty());
  for (const records::Run& found : page->items) {
    const auto run = ReadRun(*session_, found.info.id);
    ASSERT_TRUE(run.ok());
    EXPECT_EQ(found.params, run->params);
    EXPECT_EQ(found.tags, run->tags);
    ASSERT_EQ(found.metrics.size(), run->metrics.size());
    for (std::size_t i = 0; i < run->metrics.size(); ++i) {
      EXPECT_EQ(found.metrics[i].key, run->metrics[i].key);
      EXPECT_EQ(std::isnan(found.metrics[i].value), std::isnan(run->metrics[i].value));
    }
    EXPECT_EQ(found.dataset_inputs.size(), run->dataset_inputs.size());
  }
}

TEST_F(SearchRuns, ARunAddedMeanwhileIsNeitherRepeatedNorHides) {
  SearchRequest request{.max_results = 5};
  const auto first = SearchRunsIn(*session_, std::vector<std::string>{"0"}, request);
  const auto all = SearchRunsIn(*session_, std::vector<std::string>{"0"}, {});
  ASSERT_TRUE(first.ok() && all.ok());
  ASSERT_GT(all->items.size(), 6u);
  ASSERT_TRUE(
      CreateRunIn(*session_, {.experiment_id = "0", .user_id = "", .name = "new", .start = 99})
          .ok());
  request.page_token = first->next_token;
  const auto second = SearchRunsIn(*session_, std::vector<std::string>{"0"}, request);
  ASSERT_TRUE(second.ok());
  EXPECT_EQ(second->items.front().info.id, all->items[5].info.id);
}

TEST_F(SearchRuns, WhatDoesNotExistIsNotFound) {
  for (const char* id : {"999", "x", "-1", ""}) {
    const auto page = SearchRunsIn(*session_, std::vector<std::string>{id}, {});
    ASSERT_TRUE(page.ok()) << id;
    EXPECT_TRUE(page->items.empty());
  }
  EXPECT_EQ(SearchRunsIn(*session_, {}, {.filter = "a.b = 1"}).error().code(),
            Code::kInvalidArgument);
  EXPECT_EQ(SearchRunsIn(*session_, {}, {.page_token = "zzz"}).error().message(),
            "Invalid page token, could not base64-decode");
}

TEST_F(SearchRuns, APageEndsEarlyAtItsBytes) {
  RunScope scope{.experiments = {0, 1, 2}, .view = ViewType::kAll};
  const auto numbers = NewestRuns(
      *session_, scope, [](std::int64_t) { return true; }, 100);
  ASSERT_TRUE(numbers.ok());
  EXPECT_EQ(ReadRuns(*session_, *numbers, 1)->size(), 1u);
  EXPECT_EQ(ReadRuns(*session_, *numbers, 1 << 30)->size(), numbers->size());
}

TEST(RunColumn, OrdersMissingAndNanLast) {
  for (const bool ascending : {true, false}) {
    RunColumn column(4, ascending);
    column.Put(0, 1);
    column.Put(1, 2);
    column.Put(2, std::nan(""));
    EXPECT_EQ(column.Compare(0, 1), ascending ? -1 : 1);
    EXPECT_EQ(column.Compare(1, 2), -1);
    EXPECT_EQ(column.Compare(2, 3), -1);
    EXPECT_EQ(column.Compare(3, 3), 0);
  }
}

}  // namespace
}  // namespace mooring::records

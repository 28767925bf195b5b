#include <gtest/gtest.h>

#include <string>

#include "records/tracking/sqlite/search_for_tests.h"
#include "records/tracking/sqlite/searches.h"

namespace mooring::records {
namespace {

class SearchLoggedModels : public testing::Test {
 protected:
  SearchLoggedModels() : session_(MemorySession()) {
    EXPECT_TRUE(
        CreateRunIn(*session_, {.experiment_id = "0", .user_id = "", .name = "n", .id = "r"}).ok());
    Add("m-1", "first", 1, {{"lr", "0.1"}}, {});
    Add("m-2", "second", 2, {{"lr", "0.2"}}, {{"by", "eve"}});
    Add("m-3", "third", 3, {}, {});
    Add("m-4", "gone", 4, {}, {});
    EXPECT_TRUE(DeleteLoggedModelIn(*session_, "m-4", 5).ok());
    EXPECT_TRUE(FinalizeLoggedModelIn(*session_, "m-3", LoggedModelStatus::kReady, 6).ok());
    Measure("m-1", "train", "1", 0.5, 1);
    Measure("m-1", "test", "2", 0.9, 2);
    Measure("m-2", "train", "1", 0.7, 1);
  }
  void Add(const char* id, const char* name, Millis now, std::vector<KeyValue> params,
           std::vector<KeyValue> tags) {
    const NewLoggedModel model{"0", name, "t", "r", std::move(params), std::move(tags), id};
    const auto made = CreateLoggedModelIn(*session_, model, now);
    ASSERT_TRUE(made.ok()) << made.error().message();
  }
  void Measure(const char* id, const char* dataset, const char* digest, double value, Millis at) {
    Metric metric;
    metric.key = "auc";
    metric.value = value;
    metric.timestamp = at;
    metric.model_id = id;
    metric.dataset_name = dataset;
    metric.dataset_digest = digest;
    const auto run = FindRun(*session_, "r");
    ASSERT_TRUE(LogModelMetrics(*session_, *run, std::vector{metric}).ok());
  }
  std::string Names(LoggedModelSearch search) {
    if (search.experiment_ids.empty()) search.experiment_ids = {"0"};
    const auto page = SearchLoggedModelsIn(*session_, search);
    if (!page.ok()) return page.error().message();
    std::string names;
    for (const LoggedModel& model : page->items) names += model.name + " ";
    return names + page->next_token;
  }
  static LoggedModelSearch Filter(const char* filter) {
    LoggedModelSearch search;
    search.filter = filter;
    return search;
  }
  std::unique_ptr<Session> session_;
};

TEST_F(SearchLoggedModels, FiltersByAttributesParamsTagsAndMetrics) {
  EXPECT_EQ(Names({}), "third second first ");
  EXPECT_EQ(Names(Filter("name = 'first'")), "first ");
  EXPECT_EQ(Names(Filter("status = 'LOGGED_MODEL_READY' AND creation_timestamp > 1")), "third ");
  EXPECT_EQ(Names(Filter("params.lr != 0.1")), "second ");
  EXPECT_EQ(Names(Filter("tags.by LIKE 'e%'")), "second ");
  EXPECT_EQ(Names(Filter("metrics.auc > 0.6")), "second first ");
  EXPECT_EQ(Names(Filter("model_id IN ('m-1', 'm-4')")), "first ");
}

TEST_F(SearchLoggedModels, KeepsToTheDatasetsThatItNames) {
  LoggedModelSearch search = Filter("metrics.auc > 0.6");
  search.datasets = {{"train", ""}};
  EXPECT_EQ(Names(search), "second ");
  search.filter = "";
  EXPECT_EQ(Names(search), "second first ");
  search.datasets = {{"test", "1"}};
  EXPECT_EQ(Names(search), "");
}

TEST_F(SearchLoggedModels, OrdersByAttributesAndMetrics) {
  LoggedModelSearch search;
  search.order_by = {{"metrics.auc", false, "", ""}};
  EXPECT_EQ(Names(search), "first second third ") << "of two datasets the newest";
  search.order_by = {{"metrics.auc", false, "train", "1"}};
  EXPECT_EQ(Names(search), "second first third ");
  search.order_by = {{"name", true, "", ""}};
  EXPECT_EQ(Names(search), "first second third ");
  search.order_by = {{"zzz", true, "", ""}};
  EXPECT_EQ(Names(search), "Invalid order by field name: zzz");
}

TEST_F(SearchLoggedModels, Pages) {
  LoggedModelSearch search;
  search.max_results = 2;
  EXPECT_EQ(Names(search), "third second eyJvZmZzZXQiOiAyfQ==");
  search.page_token = "eyJvZmZzZXQiOiAyfQ==";
  EXPECT_EQ(Names(search), "first ");
  search.experiment_ids = {"0", "0", "7", "x"};
  EXPECT_EQ(Names(search), "first ");
}

}  // namespace
}  // namespace mooring::records

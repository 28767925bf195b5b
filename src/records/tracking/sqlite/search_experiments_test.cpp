#include <gtest/gtest.h>

#include <string>

#include "records/tracking/sqlite/search_for_tests.h"
#include "records/tracking/sqlite/searches.h"

namespace mooring::records {
namespace {

class SearchExperiments : public testing::Test {
 protected:
  SearchExperiments() : session_(MemorySession()) {
    Add("x", 5, {{"a", "1"}});
    Add("y", 5, {{"a", "2"}, {"b", "3"}});
    Add("Z", 4, {});
    Add("old", 3, {});
    EXPECT_TRUE(DeleteExperimentIn(*session_, "4", 9).ok());
  }
  void Add(const char* name, Millis now, std::vector<KeyValue> tags) {
    EXPECT_TRUE(CreateExperimentIn(*session_, {name, "", std::move(tags)}, "root", now).ok());
  }
  std::string Names(const SearchRequest& request) {
    const auto page = SearchExperimentsIn(*session_, request);
    if (!page.ok()) return page.error().message();
    std::string names;
    for (const Experiment& experiment : page->items) names += experiment.name + " ";
    return names + page->next_token;
  }
  std::unique_ptr<Session> session_;
};

TEST_F(SearchExperiments, OrdersTheNewestFirstThenAsAsked) {
  EXPECT_EQ(Names({}), "x y Z Default ");
  EXPECT_EQ(Names({.order_by = {"name"}}), "Default Z x y ");
  EXPECT_EQ(Names({.order_by = {"creation_time DESC"}}), "y x Z Default ");
  EXPECT_EQ(Names({.order_by = {"experiment_id"}}), "Default x y Z ");
}

TEST_F(SearchExperiments, FiltersByNameTimeAndTags) {
  EXPECT_EQ(Names({.filter = "name ILIKE 'z%'"}), "Z ");
  EXPECT_EQ(Names({.filter = "creation_time >= 4 AND tags.a != '1'"}), "y ");
  EXPECT_EQ(Names({.filter = "tag.a IS NULL"}), "Z Default ");
  EXPECT_EQ(Names({.filter = "bad syntax here"}),
            "Invalid clause(s) in filter string: bad syntax, here");
}

TEST_F(SearchExperiments, ShowsTheViewAndPages) {
  EXPECT_EQ(Names({.view = ViewType::kDeletedOnly}), "old ");
  EXPECT_EQ(Names({.view = ViewType::kAll}), "x y Z old Default ");
  EXPECT_EQ(Names({.max_results = 1}), "x eyJvZmZzZXQiOiAxfQ==");
  EXPECT_EQ(Names({.max_results = 9, .page_token = "eyJvZmZzZXQiOiAxfQ=="}), "y Z Default ");
}

}  // namespace
}  // namespace mooring::records

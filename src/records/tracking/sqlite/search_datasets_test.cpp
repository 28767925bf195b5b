#include <gtest/gtest.h>

#include <string>

#include "records/tracking/sqlite/search_for_tests.h"
#include "records/tracking/sqlite/searches.h"

namespace mooring::records {
namespace {

TEST(SearchDatasets, TellsEachNameDigestAndContextOnce) {
  const auto session = MemorySession();
  for (const char* id : {"r1", "r2"}) {
    ASSERT_TRUE(
        CreateRunIn(*session, {.experiment_id = "0", .user_id = "", .name = "n", .id = id}).ok());
    DatasetInput train;
    train.dataset.name = "d";
    train.dataset.digest = "1";
    train.tags = {{"mlflow.data.context", "train"}};
    DatasetInput plain;
    plain.dataset.name = "e";
    plain.dataset.digest = id;
    ASSERT_TRUE(LogInputsIn(*session, id, std::vector{train, plain}, {}).ok());
  }
  const auto all = SearchDatasetsIn(*session, std::vector<std::string>{"0", "9", "x"}, 100);
  ASSERT_TRUE(all.ok());
  std::vector<std::string> found;
  for (const auto& one : *all) found.push_back(one.name + one.digest + one.context);
  std::sort(found.begin(), found.end());
  EXPECT_EQ(found, (std::vector<std::string>{"d1train", "er1", "er2"}));
  EXPECT_EQ(SearchDatasetsIn(*session, std::vector<std::string>{"0"}, 2)->size(), 2u);
}

}  // namespace
}  // namespace mooring::records

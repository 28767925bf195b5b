#include "monitoring/report/json_report.h"

#include <gtest/gtest.h>

#include "base/text/json.h"
#include "monitoring/report/report_examples.h"

namespace mooring::monitoring {
namespace {

TEST(JsonReport, HasWindowsInTheLayoutTheyAreStoredIn) {
  const std::vector<records::StoredVerdict> stored = {ToStored(ExampleWindow(30)),
                                                      ToStored(ExampleWindow(2))};
  const auto json = Json::Parse(JsonReport("flight-cover", 3, stored));
  ASSERT_TRUE(json.ok());
  EXPECT_EQ(*json->GetString("schema"), "mooring.report/1");
  EXPECT_EQ(*json->GetUint("version"), 3u);
  const auto windows = json->GetArray("drift");
  ASSERT_TRUE(windows.ok());
  ASSERT_EQ((*windows)->size(), 2u);
  const Json& newest = (**windows)[0];
  EXPECT_EQ(*newest.GetString("verdict"), "drift");
  const auto evidence = newest.Get("evidence");
  EXPECT_EQ(*(*evidence)->GetString("reason"), "distance: adjusted PSI 0.430 > 0.2");
  EXPECT_EQ((*newest.GetArray("findings"))->size(), 1u);
  EXPECT_TRUE((*json->GetArray("quality"))->empty());
}

TEST(JsonReport, SaysNullForWhatIsNotThereOrIsDamaged) {
  WindowReport files = ExampleWindow(2);
  files.start = files.end = Time{};
  std::vector<records::StoredVerdict> stored = {ToStored(files)};
  stored[0].evidence_json = "{\"reason\":";
  const auto json = Json::Parse(JsonReport("", 0, stored));
  ASSERT_TRUE(json.ok());
  EXPECT_TRUE((*json->Get("model"))->IsNull());
  EXPECT_TRUE((*json->Get("version"))->IsNull());
  const Json& only = (**json->GetArray("drift"))[0];
  EXPECT_TRUE((*only.Get("start"))->IsNull());
  EXPECT_TRUE((*only.Get("evidence"))->IsNull());
}

}  // namespace
}  // namespace mooring::monitoring

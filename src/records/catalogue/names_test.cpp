#include <gtest/gtest.h>

#include <string>

#include "records/catalogue/catalogue.h"

namespace mooring::records {
namespace {

TEST(Stages, AreReadInAnyCaseAndNamedAsClientsKnowThem) {
  EXPECT_EQ(*ParseStage("none"), Stage::kNone);
  EXPECT_EQ(*ParseStage("STAGING"), Stage::kStaging);
  EXPECT_EQ(StageName(*ParseStage("production")), "Production");
  EXPECT_EQ(StageName(*ParseStage("Archived")), "Archived");
  for (const std::string wrong : {"", "zz", "Prod", "Production "}) {
    ASSERT_FALSE(ParseStage(wrong).ok()) << wrong;
    EXPECT_EQ(ParseStage(wrong).error().message(),
              "Invalid Model Version stage: " + wrong +
                  ". Value must be one of None, Staging, Production, Archived.");
  }
}

// Texts as mlflow_rest and §4 of the protocol have them.
TEST(PointerNames, AreWordsThatAreNotTakenForVersions) {
  struct Case {
    std::string alias, refusal;  // "": allowed
  };
  const std::string bad =
      ". Names may only contain alphanumerics, underscores (_), and dashes (-).";
  const Case cases[] = {
      {"champion", ""},
      {"_x-1", ""},
      {"чемпион", ""},
      {"v", ""},
      {"v1a", ""},
      {"previous", ""},
      {std::string(255, 'a'), ""},
      {"", "Registered model alias name cannot be empty."},
      {"a b", "Invalid alias name: 'a b'" + bad},
      {"a.b", "Invalid alias name: 'a.b'" + bad},
      {"a\n", "Invalid alias name: 'a\n'" + bad},
      {"a/b", "Invalid alias name: 'a/b'" + bad},
      {"\xff", "Invalid alias name: '\xff'" + bad},
      {"latest", "'latest' alias name (case insensitive) is reserved."},
      {"LaTest", "'latest' alias name (case insensitive) is reserved."},
      {"v1", "Version alias name 'v1' is reserved."},
      {"V23", "Version alias name 'V23' is reserved."},
      {std::string(256, 'a'),
       "'Registered model alias name' exceeds the maximum length of 255 characters"},
  };
  for (const Case& each : cases) {
    const Status checked = CheckPointerName(each.alias);
    EXPECT_EQ(checked.ok() ? "" : checked.error().message(), each.refusal) << each.alias;
  }
}

}  // namespace
}  // namespace mooring::records

#include "records/catalogue/card_search.h"

#include "records/catalogue/catalogue_fixture.h"

namespace mooring::records {
namespace {

class CardSearchTest : public CatalogueFixture {
 protected:
  void SetUp() override {
    CatalogueFixture::SetUp();
    for (const std::string name : {"b", "a", "C"}) Make(name);
    ASSERT_TRUE(catalogue_->SetModelTag("a", {"team", "Risk"}).ok());
    ASSERT_TRUE(catalogue_->SetModelTag("b", {"mlflow.prompt.is_prompt", "true"}).ok());
    ASSERT_TRUE(catalogue_->SetModelTag("C", {"mlflow.prompt.is_prompt", "false"}).ok());
    for (int i = 0; i < 3; ++i) {
      clock_.Advance(std::chrono::seconds(1));
      ASSERT_TRUE(catalogue_
                      ->CreateVersion({.model = "a",
                                       .source = "s3://b/" + std::to_string(i),
                                       .run_id = "r" + std::to_string(i % 2),
                                       .tags = {{"n", std::to_string(i)}}})
                      .ok());
    }
    clock_.Advance(std::chrono::seconds(1));
    Add("C");
  }
  static CardSearch Of(std::string filter, std::vector<std::string> order = {}) {
    CardSearch search;
    search.request.filter = std::move(filter);
    search.request.order_by = std::move(order);
    return search;
  }
  Lines Models(const CardSearch& search) {
    const auto page = catalogue_->SearchModels(search);
    if (!page.ok()) return {page.error().message()};
    Lines names;
    for (const RegisteredModel& model : page->items) names.push_back(model.name);
    return names;
  }
  Lines Versions(const CardSearch& search) {
    const auto page = catalogue_->SearchVersions(search);
    if (!page.ok()) return {page.error().message()};
    Lines names;
    for (const ModelVersion& each : page->items) {
      names.push_back(each.model + "/" + std::to_string(each.number));
    }
    return names;
  }
};

// "pricing" is the registry's own.
TEST_F(CardSearchTest, FindsModelsByNameTagAndOrder) {
  struct Case {
    std::string filter;
    Lines order, found;
  };
  const Case cases[] = {
      {"", {}, {"C", "a", "pricing"}},
      {"tag.`mlflow.prompt.is_prompt` != 'true'", {}, {"C", "a", "pricing"}},
      {"tags.`mlflow.prompt.is_prompt` = 'true'", {}, {"b"}},
      {"name LIKE '%i%'", {}, {"pricing"}},
      {"name ILIKE 'c'", {}, {"C"}},
      {"name = 'a'", {}, {"a"}},
      {"name = 'none'", {}, {}},
      {"tags.team ILIKE 'risk'", {}, {"a"}},
      {"tags.team != 'x'", {}, {"a"}},
      {"", {"name DESC"}, {"pricing", "a", "C"}},
      {"", {"timestamp DESC"}, {"C", "a", "pricing"}},
      {"", {"last_updated_timestamp"}, {"pricing", "a", "C"}},
      {"bad x", {}, {"Invalid clause(s) in filter string: bad x"}},
      {"",
       {"zzz"},
       {"Invalid order by key 'zzz' specified. Valid keys are '{'name', "
        "'timestamp'}'"}},
  };
  for (const Case& each : cases) {
    EXPECT_EQ(Models(Of(each.filter, each.order)), each.found) << each.filter;
  }
}

TEST_F(CardSearchTest, FindsVersionsByWhatTheyCameFrom) {
  struct Case {
    std::string filter;
    Lines order, found;
  };
  const Case cases[] = {
      {"", {}, {"C/1", "a/3", "a/2", "a/1"}},
      {"name = 'a'", {}, {"a/3", "a/2", "a/1"}},
      {"name='a' AND run_id = 'r0'", {}, {"a/3", "a/1"}},
      {"run_id IN ('r1', 'x')", {}, {"a/2"}},
      {"source_path LIKE 's3://%/1'", {}, {"a/2"}},
      {"version_number > 1 AND version_number <= 2", {}, {"a/2"}},
      {"tags.n = '0'", {}, {"a/1"}},
      {"", {"name", "version_number ASC"}, {"C/1", "a/1", "a/2", "a/3"}},
      {"", {"creation_timestamp ASC"}, {"a/1", "a/2", "a/3", "C/1"}},
      {"bad", {}, {"Invalid clause(s) in filter string: bad"}},
  };
  for (const Case& each : cases) {
    EXPECT_EQ(Versions(Of(each.filter, each.order)), each.found) << each.filter;
  }
}

TEST_F(CardSearchTest, PagesAreWholeAndShowOnlyWhatIsSeen) {
  CardSearch search = Of("", {"version_number"});
  search.request.max_results = 2;
  Lines all;
  for (int page = 0; page < 3; ++page) {
    const auto found = catalogue_->SearchVersions(search);
    ASSERT_TRUE(found.ok());
    for (const ModelVersion& each : found->items) {
      all.push_back(each.model + "/" + std::to_string(each.number));
    }
    search.request.page_token = found->next_token;
    if (found->next_token.empty()) break;
  }
  EXPECT_EQ(all, (Lines{"C/1", "a/1", "a/2", "a/3"}));
  CardSearch own = Of("");
  own.sees = [](std::string_view model) { return model == "C"; };
  EXPECT_EQ(Models(own), (Lines{"C"}));
  EXPECT_EQ(Versions(own), (Lines{"C/1"}));
  own.request.filter = "name = 'a'";
  EXPECT_TRUE(Models(own).empty());
}

TEST_F(CardSearchTest, WhatIsFoundIsWhole) {
  ASSERT_TRUE(Point("a", "best", 2).ok());
  const auto models = catalogue_->SearchModels(Of("name = 'a'"));
  ASSERT_TRUE(models.ok());
  ASSERT_EQ(models->items.size(), 1u);
  EXPECT_EQ(models->items[0].latest.size(), 1u);
  EXPECT_EQ(models->items[0].aliases.size(), 1u);
  const auto versions = catalogue_->SearchVersions(Of("version_number = 2"));
  ASSERT_EQ(versions->items.size(), 1u);
  EXPECT_EQ(versions->items[0].aliases, (Lines{"best"}));
  EXPECT_EQ(versions->items[0].tags.size(), 1u);
}

}  // namespace
}  // namespace mooring::records

#include "records/catalogue/sqlite_catalogue.h"

#include "records/catalogue/catalogue_fixture.h"
#include "records/catalogue/schema.h"
#include "records/registry/schema.h"

namespace mooring::records {
namespace {

class SqliteCatalogueTest : public CatalogueFixture {};

// A file of a program from before the catalogue: its models and versions get their cards.
TEST_F(SqliteCatalogueTest, AnOlderFileGetsCards) {
  const std::string old = directory_ + "/old";
  std::filesystem::create_directories(old);
  {
    auto db = data::Database::Open(old + "/registry.db", {}).value();
    const auto steps = RegistrySchema();
    const auto place = std::ranges::find(steps, kCatalogueStep);
    ASSERT_NE(place, steps.end());
    ASSERT_TRUE(db.Migrate(steps.first(static_cast<std::size_t>(place - steps.begin()))).ok());
    ASSERT_TRUE(db.Execute("INSERT INTO contracts VALUES('h', 't');"
                           "INSERT INTO models VALUES('m', 'team', 'ann', 'why', 5000, 'h', 3, 1);"
                           "INSERT INTO versions VALUES('m', 2, 7000, 'bob', 'candidate', '', "
                           "'', '', '', '', 'here', '', '', '', '', '', '', '');")
                    .ok());
  }
  auto opened = Catalogue::Open({.directory = old, .clock = &clock_});
  ASSERT_TRUE(opened.ok()) << opened.error().ToString();
  const auto model = (*opened)->Model("m");
  ASSERT_TRUE(model.ok());
  EXPECT_EQ(model->created, 5);
  EXPECT_EQ(model->updated, 7);
  ASSERT_EQ(model->latest.size(), 1u);
  EXPECT_EQ(model->latest[0].source, "here");
  const auto next = (*opened)->CreateVersion({.model = "m", .source = "s3://x"});
  EXPECT_EQ(next->number, 4u);
}

TEST_F(SqliteCatalogueTest, VersionsAreFoundByTheirLoggedModel) {
  Make("m");
  Make("b");
  const auto add = [&](const std::string& model, const std::string& logged) {
    return catalogue_->CreateVersion({.model = model, .source = "s3://x", .model_id = logged})
        ->number;
  };
  add("m", "m-1");
  add("m", "");
  add("m", "m-1");
  add("b", "m-1");
  add("b", "m-2");
  const auto names = [&](std::string_view logged) {
    std::string text;
    for (const VersionName& each : catalogue_->RegisteredFrom(logged).value()) {
      text += each.model + "/" + std::to_string(each.number) + " ";
    }
    return text;
  };
  EXPECT_EQ(names("m-1"), "b/1 m/1 m/3 ");
  EXPECT_EQ(names("m-2"), "b/2 ");
  EXPECT_EQ(names(""), "");
  EXPECT_EQ(names("m-3"), "");
  ASSERT_TRUE(catalogue_->DeleteVersion("m", 3, Because("old")).ok());
  EXPECT_EQ(names("m-1"), "b/1 m/1 ");
  ASSERT_TRUE(catalogue_->DeleteModel("b", Because("old")).ok());
  EXPECT_EQ(names("m-1"), "m/1 ");
}

// Versions from before they were found by their logged model, made with it as their source.
TEST_F(SqliteCatalogueTest, OlderVersionsAreFoundByTheirLoggedModelToo) {
  const std::string old = directory_ + "/old";
  std::filesystem::create_directories(old);
  {
    auto db = data::Database::Open(old + "/registry.db", {}).value();
    const auto steps = RegistrySchema();
    const auto place = std::ranges::find(steps, kLoggedModelStep);
    ASSERT_TRUE(db.Migrate(steps.first(static_cast<std::size_t>(place - steps.begin()))).ok());
    ASSERT_TRUE(db.Execute("INSERT INTO cards(name,user,description,created_ms,updated_ms) "
                           "VALUES('m','','',1,1);")
                    .ok());
    for (const std::string source : {"models:/m-1", "models:/m-1/2", "models:/m-1@x", "s3://m-1"}) {
      ASSERT_TRUE(db.Execute("INSERT INTO card_versions(name,number,user,description,source,run_id,"
                             "run_link,model_id,created_ms,updated_ms) SELECT 'm',count(*)+1,'','',"
                             "'" +
                             source + "','','','',1,1 FROM card_versions;")
                      .ok());
    }
  }
  const auto opened = Catalogue::Open({.directory = old, .clock = &clock_}).value();
  const auto found = opened->RegisteredFrom("m-1").value();
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].number, 1u);
}

TEST_F(SqliteCatalogueTest, SeveralAtOnceSeeOneRegistry) {
  const auto other = Catalogue::Open({.directory = directory_, .clock = &clock_}).value();
  Make("m");
  EXPECT_EQ(other->CreateVersion({.model = "m", .source = "s3://x"})->number, 1u);
  EXPECT_EQ(Add("m"), 2u);
  EXPECT_EQ(other->Versions("m")->size(), 2u);
}

// A change that fails in its middle leaves nothing, the number included.
TEST_F(SqliteCatalogueTest, AChangeIsWholeOrNot) {
  Make("m");
  auto raw = data::Database::Open(path(), {}).value();
  ASSERT_TRUE(raw.Execute("CREATE TRIGGER full BEFORE INSERT ON card_version_tags BEGIN SELECT "
                          "RAISE(ABORT, 'full'); END")
                  .ok());
  const NewModelVersion version{.model = "m", .source = "s3://x", .tags = {{"k", "v"}}};
  EXPECT_FALSE(catalogue_->CreateVersion(version).ok());
  EXPECT_TRUE(catalogue_->Versions("m")->empty());
  ASSERT_TRUE(raw.Execute("DROP TRIGGER full").ok());
  EXPECT_EQ(catalogue_->CreateVersion(version)->number, 1u);
}

}  // namespace
}  // namespace mooring::records

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

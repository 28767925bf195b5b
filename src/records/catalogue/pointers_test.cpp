#include "records/catalogue/pointers.h"

#include "records/catalogue/catalogue_fixture.h"

namespace mooring::records {
namespace {

class PointersTest : public CatalogueFixture {};

TEST_F(PointersTest, ClientsPointWhereTheyWillInAModelWithoutContract) {
  Make("m");
  Add("m");
  Add("m");
  ASSERT_TRUE(Point("m", "champion", 1).ok());
  ASSERT_TRUE(Point("m", "champion", 2).ok());
  ASSERT_TRUE(Point("m", "champion", 2).ok());  // already there: nothing is written
  EXPECT_EQ(Pointed("m", "champion"), 2u);
  EXPECT_EQ(History("m"), (Lines{"champion:0>1", "champion:1>2"}));
  EXPECT_EQ(Point("m", "x", 99).error().message(), "Model Version (name=m, version=99) not found");
  EXPECT_EQ(Point("none", "x", 1).error().message(), "Registered Model with name=none not found");
  EXPECT_EQ(CodeOf(catalogue_->VersionOf("m", "none")), Code::kInvalidArgument);
  EXPECT_EQ(catalogue_->VersionOf("m", "none").error().message(),
            "Registered model alias none not found.");
  EXPECT_EQ(Pointed("m", "latest"), 2u);
  EXPECT_TRUE(registry_->Desired()->routes.empty() || Route().champion == 0);
}

TEST_F(PointersTest, DeletingAnAliasIsIdempotentAndKeepsItsHistory) {
  Make("m");
  Add("m");
  ASSERT_TRUE(Point("m", "best", 1).ok());
  ASSERT_TRUE(catalogue_->DeleteAlias("m", "best", Because("x")).ok());
  ASSERT_TRUE(catalogue_->DeleteAlias("m", "best", Because("x")).ok());
  EXPECT_EQ(CodeOf(catalogue_->DeleteAlias("none", "best", Because("x"))), Code::kNotFound);
  EXPECT_EQ(History("m"), (Lines{"best:0>1", "best:1>0"}));
}

TEST_F(PointersTest, DeletingAVersionDropsItsAliases) {
  Make("m");
  Add("m");
  Add("m");
  ASSERT_TRUE(Point("m", "a", 1).ok());
  ASSERT_TRUE(Point("m", "b", 2).ok());
  ASSERT_TRUE(catalogue_->DeleteVersion("m", 1, Because("x")).ok());
  EXPECT_EQ(catalogue_->Model("m")->aliases,
            (std::vector<std::pair<std::string, VersionNumber>>{{"b", 2}}));
}

TEST_F(PointersTest, TheChampionOfAContractIsMovedByTheRegistryAlone) {
  RegisterGood(1);
  Add("pricing");
  for (const VersionNumber to : {1u, 2u}) {
    EXPECT_EQ(CodeOf(Point("pricing", "champion", to)), Code::kFailedPrecondition);
  }
  EXPECT_EQ(Route().champion, 0u);
  ASSERT_TRUE(Promote(1).ok());
  EXPECT_EQ(CodeOf(catalogue_->DeleteAlias("pricing", "champion", Because("x"))),
            Code::kFailedPrecondition);
  EXPECT_EQ(Route().champion, 1u);
}

TEST_F(PointersTest, AnAliasHasOnePlaceWhoeverMovesIt) {
  RegisterGood(1);  // 1 is native
  Add("pricing");   // 2 is a client's
  ASSERT_TRUE(registry_->SetAlias("pricing", "beta", 1, Because("native")).ok());
  ASSERT_TRUE(Point("pricing", "beta", 2).ok());
  EXPECT_TRUE(registry_->Aliases("pricing")->empty());
  EXPECT_EQ(Pointed("pricing", "beta"), 2u);
  // A native version gets a native alias, though a client sets it.
  ASSERT_TRUE(Point("pricing", "beta", 1).ok());
  EXPECT_EQ(registry_->Aliases("pricing")->at("beta"), 1u);
  EXPECT_EQ(catalogue_->Aliases("pricing")->size(), 1u);
  ASSERT_TRUE(Point("pricing", "beta", 2).ok());
  ASSERT_TRUE(registry_->SetAlias("pricing", "beta", 0, Because("away")).ok());
  EXPECT_TRUE(catalogue_->Aliases("pricing")->empty());
  EXPECT_EQ(History("pricing"),
            (Lines{"beta:0>1", "beta:1>2", "beta:2>1", "beta:1>2", "beta:2>0"}));
  EXPECT_EQ(registry_->AliasHistory("pricing")->size(), 5u);
}

// A name that serving would take for something else stays a pointer, whatever it points at.
TEST_F(PointersTest, NamesThatServingDoesNotAllowArePointers) {
  RegisterGood(1);
  for (const std::string alias : {"previous", "_x", "чемпион"}) {
    ASSERT_TRUE(Point("pricing", alias, 1).ok()) << alias;
    EXPECT_EQ(Pointed("pricing", alias), 1u);
  }
  EXPECT_TRUE(registry_->Aliases("pricing")->empty());
}

TEST_F(PointersTest, APointerThatBecomesChampionNativelyGivesWay) {
  Make("credit");
  Add("credit");
  ASSERT_TRUE(Point("credit", "champion", 1).ok());
  std::string contract(kPricing);
  contract.replace(7, 7, "credit");
  ASSERT_TRUE(registry_->ApplyContract(contract, Because("now")).ok());
  NewVersion version = Good();
  version.reserved = 1;
  ASSERT_TRUE(registry_->RegisterVersion("credit", version, Because("x")).ok());
  ASSERT_TRUE(registry_->SetAlias("credit", "champion", 1, Because("serve")).ok());
  EXPECT_EQ(History("credit"), (Lines{"champion:0>1", "champion:1>1"}));
  EXPECT_EQ(registry_->Aliases("credit")->at("champion"), 1u);
  EXPECT_EQ(catalogue_->Aliases("credit")->size(), 1u);
  EXPECT_EQ(registry_->Desired()->routes.front().champion, 1u);
}

TEST_F(PointersTest, RollbacksGoFurtherBackAndOverWhatWasDeleted) {
  Make("m");
  for (int i = 0; i < 4; ++i) Add("m");
  for (const VersionNumber to : {1u, 2u, 3u, 4u}) ASSERT_TRUE(Point("m", "champion", to).ok());
  ASSERT_TRUE(catalogue_->DeleteVersion("m", 2, Because("bad")).ok());
  EXPECT_EQ(catalogue_->RollBackAlias("m", "champion", Because("worse"))->to, 3u);
  EXPECT_EQ(catalogue_->RollBackAlias("m", "champion", Because("worse"))->to, 1u);
  EXPECT_EQ(CodeOf(catalogue_->RollBackAlias("m", "champion", Because("worse"))),
            Code::kFailedPrecondition);
  EXPECT_EQ(Pointed("m", "champion"), 1u);
  EXPECT_EQ(CodeOf(catalogue_->RollBackAlias("m", "champion", Because(""))),
            Code::kInvalidArgument);
  EXPECT_EQ(CodeOf(catalogue_->RollBackAlias("pricing", "champion", Because("x"))),
            Code::kFailedPrecondition);
  ASSERT_TRUE(Point("m", "champion", 4).ok());
  ASSERT_TRUE(catalogue_->DeleteAlias("m", "champion", Because("stop")).ok());
  EXPECT_EQ(catalogue_->RollBackAlias("m", "champion", Because("again"))->to, 4u);
}

TEST_F(PointersTest, TellsWhereAnAliasPointedAtAnyTime) {
  Make("m");
  Add("m");
  Add("m");
  const Time start = clock_.Now();
  ASSERT_TRUE(Point("m", "champion", 1).ok());
  clock_.Advance(std::chrono::hours(1));
  ASSERT_TRUE(Point("m", "champion", 2).ok());
  clock_.JumpWall(-std::chrono::hours(2));  // a history never goes back
  ASSERT_TRUE(catalogue_->DeleteAlias("m", "champion", Because("x")).ok());
  EXPECT_EQ(*catalogue_->AliasAt("m", "champion", start - Micros(1)), 0u);
  EXPECT_EQ(*catalogue_->AliasAt("m", "champion", start), 1u);
  EXPECT_EQ(*catalogue_->AliasAt("m", "champion", start + std::chrono::minutes(59)), 1u);
  EXPECT_EQ(*catalogue_->AliasAt("m", "champion", start + std::chrono::hours(1)), 0u);
}

}  // namespace
}  // namespace mooring::records

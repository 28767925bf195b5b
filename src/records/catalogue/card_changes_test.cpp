#include "records/catalogue/card_changes.h"

#include <algorithm>

#include "base/rng.h"
#include "records/catalogue/catalogue_fixture.h"

namespace mooring::records {
namespace {

class CardChangesTest : public CatalogueFixture {};

std::string MessageOf(const Status& status) { return status.ok() ? "" : status.error().message(); }
template <typename T>
std::string MessageOf(const Result<T>& result) {
  return result.ok() ? "" : result.error().message();
}

TEST_F(CardChangesTest, AModelHasWhatItWasMadeWith) {
  const auto made =
      catalogue_->CreateModel({.name = "a/b", .description = "d", .tags = {{"t", "1"}}});
  ASSERT_TRUE(made.ok());
  EXPECT_EQ(made->created, 1'700'000'000'000);
  EXPECT_EQ(made->tags, (std::vector<KeyValue>{{"t", "1"}}));
  EXPECT_FALSE(made->has_contract);
  EXPECT_EQ(MessageOf(catalogue_->CreateModel({.name = "a/b"})),
            "Registered Model (name=a/b) already exists.");
  EXPECT_EQ(CodeOf(catalogue_->CreateModel({.name = "a/b"})), Code::kAlreadyExists);
  EXPECT_EQ(MessageOf(catalogue_->Model("zz")), "Registered Model with name=zz not found");
  clock_.Advance(std::chrono::seconds(1));
  const auto described = catalogue_->DescribeModel("a/b", "e");
  ASSERT_TRUE(described.ok());
  EXPECT_EQ(described->description, "e");
  EXPECT_EQ(described->updated, 1'700'000'001'000);
  EXPECT_EQ(described->created, 1'700'000'000'000);
}

TEST_F(CardChangesTest, ANameOrATextThatIsTooLongIsRefused) {
  EXPECT_FALSE(catalogue_->CreateModel({.name = ""}).ok());
  EXPECT_FALSE(catalogue_->CreateModel({.name = std::string(257, 'a')}).ok());
  EXPECT_FALSE(catalogue_->CreateModel({.name = std::string("a\0b", 3)}).ok());
  EXPECT_TRUE(catalogue_->CreateModel({.name = std::string(256, 'a')}).ok());
  EXPECT_FALSE(catalogue_->DescribeModel("pricing", std::string(100'001, 'a')).ok());
}

TEST_F(CardChangesTest, AModelOfAContractIsThereWithItsVersionsAndAliases) {
  RegisterGood(2);
  ASSERT_TRUE(Promote(1).ok());
  const auto model = catalogue_->Model("pricing");
  ASSERT_TRUE(model.ok()) << model.error().ToString();
  EXPECT_TRUE(model->has_contract);
  ASSERT_EQ(model->latest.size(), 1u);
  EXPECT_EQ(model->latest[0].number, 2u);
  EXPECT_TRUE(model->latest[0].native);
  ASSERT_EQ(model->aliases.size(), 1u);
  EXPECT_EQ(model->aliases[0].first, "champion");
  EXPECT_EQ(catalogue_->Version("pricing", 1)->aliases, (Lines{"champion"}));
  EXPECT_EQ(catalogue_->VersionOf("pricing", "champion")->number, 1u);
}

TEST_F(CardChangesTest, BothRegistriesTakeNumbersOfOneSequence) {
  EXPECT_EQ(Register(Good()), 1u);
  EXPECT_EQ(Add("pricing"), 2u);
  EXPECT_EQ(Register(Good()), 3u);
  ASSERT_TRUE(catalogue_->DeleteVersion("pricing", 2, Because("wrong")).ok());
  EXPECT_EQ(MessageOf(catalogue_->Version("pricing", 2)),
            "Model Version (name=pricing, version=2) not found");
  EXPECT_EQ(Add("pricing"), 4u);
  EXPECT_EQ(registry_->Versions("pricing")->size(), 2u);
  EXPECT_EQ(catalogue_->Versions("pricing")->size(), 3u);
  EXPECT_FALSE(catalogue_->Version("pricing", 4)->native);
}

TEST_F(CardChangesTest, AModelOfAClientGetsAContractLater) {
  Make("credit");
  EXPECT_EQ(Add("credit"), 1u);
  ASSERT_TRUE(Point("credit", "champion", 1).ok());
  std::string contract(kPricing);
  contract.replace(7, 7, "credit");
  ASSERT_TRUE(registry_->ApplyContract(contract, Because("now")).ok());
  EXPECT_TRUE(catalogue_->Model("credit")->has_contract);
  // A pointer moves no traffic.
  EXPECT_EQ(registry_->Desired()->routes[0].champion, 0u);
  EXPECT_EQ(Pointed("credit", "champion"), 1u);
  const auto next = registry_->RegisterVersion("credit", Good(), Because("trained"));
  ASSERT_TRUE(next.ok());
  EXPECT_EQ(next->number, 2u);
}

TEST_F(CardChangesTest, AReservedNumberIsRegisteredOnce) {
  EXPECT_EQ(Add("pricing", "runs:/abc/model"), 1u);
  NewVersion version = Good();
  version.reserved = 1;
  const auto registered = registry_->RegisterVersion("pricing", version, Because("promoted"));
  ASSERT_TRUE(registered.ok()) << registered.error().ToString();
  EXPECT_EQ(registered->number, 1u);
  const auto card = catalogue_->Version("pricing", 1);
  EXPECT_TRUE(card->native);
  EXPECT_EQ(card->source, "runs:/abc/model");  // as the client wrote it
  EXPECT_EQ(CodeOf(registry_->RegisterVersion("pricing", version, Because("again"))),
            Code::kAlreadyExists);
  version.reserved = 7;
  EXPECT_EQ(CodeOf(registry_->RegisterVersion("pricing", version, Because("none"))),
            Code::kNotFound);
  EXPECT_EQ(Register(Good()), 2u);
}

TEST_F(CardChangesTest, RenamingTakesVersionsTagsPointersAndHistoryAlong) {
  Make("old");
  Make("taken");
  Add("old");
  ASSERT_TRUE(catalogue_->SetModelTag("old", {"k", "v"}).ok());
  ASSERT_TRUE(catalogue_->SetVersionTag("old", 1, {"vk", "vv"}).ok());
  ASSERT_TRUE(Point("old", "best", 1).ok());
  EXPECT_EQ(MessageOf(catalogue_->RenameModel("old", "taken")),
            "Registered Model (name=taken) already exists.");
  const auto renamed = catalogue_->RenameModel("old", "new");
  ASSERT_TRUE(renamed.ok()) << renamed.error().ToString();
  EXPECT_EQ(renamed->tags.size(), 1u);
  ASSERT_EQ(renamed->latest.size(), 1u);
  EXPECT_EQ(renamed->latest[0].tags.size(), 1u);
  EXPECT_EQ(Pointed("new", "best"), 1u);
  EXPECT_EQ(History("new"), (Lines{"best:0>1"}));
  EXPECT_FALSE(catalogue_->Model("old").ok());
  EXPECT_EQ(CodeOf(catalogue_->RenameModel("pricing", "other")), Code::kFailedPrecondition);
}

TEST_F(CardChangesTest, DeletingForgetsAModelWithoutContractAltogether) {
  Make("m");
  Add("m");
  ASSERT_TRUE(Point("m", "best", 1).ok());
  ASSERT_TRUE(catalogue_->DeleteModel("m", Because("old")).ok());
  EXPECT_FALSE(catalogue_->Model("m").ok());
  EXPECT_EQ(CodeOf(catalogue_->DeleteModel("m", Because("old"))), Code::kNotFound);
  Make("m");
  EXPECT_TRUE(History("m").empty());
  EXPECT_EQ(Add("m"), 1u);
}

TEST_F(CardChangesTest, AModelThatServesIsNotDeleted) {
  RegisterGood(2);
  ASSERT_TRUE(Promote(2).ok());
  for (const Status& refused : {catalogue_->DeleteModel("pricing", Because("old")),
                                catalogue_->DeleteVersion("pricing", 2, Because("old"))}) {
    EXPECT_EQ(CodeOf(refused), Code::kFailedPrecondition);
    EXPECT_EQ(MessageOf(refused),
              "version 2 of 'pricing' serves: it is the champion of a model with a contract");
  }
  ASSERT_TRUE(registry_->SetAlias("pricing", "champion", 0, Because("stop")).ok());
  ASSERT_TRUE(registry_->SetAlias("pricing", "beta", 1, Because("try")).ok());
  ASSERT_TRUE(catalogue_->DeleteModel("pricing", Because("old")).ok());
  EXPECT_FALSE(catalogue_->Model("pricing").ok());
  EXPECT_TRUE(catalogue_->Versions("pricing")->empty());
  // What served stays on record and can not be promoted any more, not even by force.
  EXPECT_EQ(registry_->Version("pricing", 1)->state, VersionRecord::State::kArchived);
  EXPECT_EQ(registry_->AliasHistory("pricing")->size(), 4u);
  EXPECT_EQ(CodeOf(registry_->SetAlias("pricing", "champion", 2, Forced("back"))),
            Code::kFailedPrecondition);
  EXPECT_EQ(CodeOf(registry_->Rollback("pricing", Because("back"))), Code::kFailedPrecondition);
  Make("pricing");
  EXPECT_EQ(Add("pricing"), 3u);
}

TEST_F(CardChangesTest, AVersionThatAClientDeletedIsNoRollbackTarget) {
  RegisterGood(3);
  for (const VersionNumber number : {1u, 2u, 3u}) ASSERT_TRUE(Promote(number).ok());
  ASSERT_TRUE(catalogue_->DeleteVersion("pricing", 2, Because("bad data")).ok());
  EXPECT_EQ(Route().previous, 1u);
  EXPECT_EQ(registry_->Rollback("pricing", Because("worse"))->to, 1u);
}

TEST_F(CardChangesTest, StagesMoveAndArchiveTheOthers) {
  Make("m");
  for (int i = 0; i < 3; ++i) Add("m");
  ASSERT_TRUE(catalogue_->SetStage("m", 1, Stage::kProduction, false).ok());
  ASSERT_TRUE(catalogue_->SetStage("m", 2, Stage::kProduction, true).ok());
  EXPECT_EQ(catalogue_->Version("m", 1)->stage, Stage::kArchived);
  const auto model = catalogue_->Model("m");
  std::vector<std::pair<VersionNumber, Stage>> latest;
  for (const ModelVersion& each : model->latest) latest.emplace_back(each.number, each.stage);
  EXPECT_EQ(latest, (std::vector<std::pair<VersionNumber, Stage>>{
                        {1, Stage::kArchived}, {2, Stage::kProduction}, {3, Stage::kNone}}));
  EXPECT_EQ(MessageOf(catalogue_->SetStage("m", 1, Stage::kArchived, true)),
            "Model version transition cannot archive existing model versions because 'Archived' is "
            "not an Active stage. Valid stages are ['Staging', 'Production']");
  EXPECT_EQ(MessageOf(catalogue_->SetStage("m", 9, Stage::kStaging, false)),
            "Model Version (name=m, version=9) not found");
}

TEST_F(CardChangesTest, PurgingRemovesOldRemainsAndNotTheirNumbers) {
  Make("m");
  Add("m");
  Add("m");
  ASSERT_TRUE(catalogue_->DeleteVersion("m", 2, Because("x")).ok());
  EXPECT_EQ(*catalogue_->Purge(1'700'000'000'000), 0u);
  EXPECT_EQ(*catalogue_->Purge(1'700'000'000'001), 1u);
  EXPECT_EQ(Add("m"), 3u);
}

// Whatever the two registries, deletions and reopening do in whatever order: a number is given
// once, upwards, and both know the same versions.
TEST_F(CardChangesTest, NumbersAgreeAfterAnyInterleaving) {
  Rng rng(20);
  VersionNumber last = 0;
  std::vector<VersionNumber> there;
  for (int step = 0; step < 200; ++step) {
    const double what = rng.Uniform();
    if (what < 0.4) {
      ASSERT_EQ(Register(Good()), ++last);
      there.push_back(last);
    } else if (what < 0.8) {
      ASSERT_EQ(Add("pricing"), ++last);
      there.push_back(last);
    } else if (what < 0.97 && !there.empty()) {
      const auto place =
          static_cast<std::size_t>(rng.Uniform() * static_cast<double>(there.size()));
      ASSERT_TRUE(catalogue_->DeleteVersion("pricing", there[place], Because("x")).ok());
      there.erase(there.begin() + static_cast<std::ptrdiff_t>(place));
    } else {
      registry_ = Reopened();
      catalogue_ = Catalogue::Open({.directory = directory_, .clock = &clock_}).value();
      static_cast<void>(catalogue_->Purge(1'800'000'000'000));
    }
  }
  std::vector<VersionNumber> seen;
  const auto versions = catalogue_->Versions("pricing");
  for (const ModelVersion& version : *versions) seen.push_back(version.number);
  EXPECT_EQ(seen, there);
  const auto natives = registry_->Versions("pricing");
  for (const VersionRecord& version : *natives) {
    const bool alive = std::find(there.begin(), there.end(), version.number) != there.end();
    EXPECT_EQ(version.state == VersionRecord::State::kCandidate, alive) << version.number;
  }
}

}  // namespace
}  // namespace mooring::records

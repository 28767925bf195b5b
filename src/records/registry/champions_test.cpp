// Rollbacks as an operator meets them: a script of moves and what serves after each.
#include "records/registry/champions.h"

#include "records/registry/registry_fixture.h"

namespace mooring::records {
namespace {

using State = VersionRecord::State;

class ChampionsTest : public RegistryFixture {};

struct Move {
  std::string_view what;          // "promote 2", "rollback", "withdraw", "archive 1"
  VersionNumber champion, previous;  // after it
  bool refused = false;
};

TEST_F(ChampionsTest, ScriptsOfMovesEndWhereAnOperatorExpects) {
  const std::vector<std::vector<Move>> scripts = {
      // A rollback after a rollback goes further back, never to what was withdrawn.
      {{"promote 1", 1, 0}, {"promote 2", 2, 1}, {"promote 3", 3, 2}, {"rollback", 2, 1},
       {"rollback", 1, 0}, {"rollback", 1, 0, true}},
      // Undoing a rollback is a promotion; the next rollback undoes that again.
      {{"promote 1", 1, 0}, {"promote 2", 2, 1}, {"rollback", 1, 0}, {"promote 2", 2, 1},
       {"rollback", 1, 0}},
      // A version may come back several times.
      {{"promote 1", 1, 0}, {"promote 2", 2, 1}, {"promote 1", 1, 2}, {"rollback", 2, 1},
       {"rollback", 1, 0}},
      // After a withdrawal a rollback brings the withdrawn champion back.
      {{"promote 1", 1, 0}, {"withdraw", 0, 1}, {"rollback", 1, 0}},
      {{"promote 1", 1, 0}, {"promote 2", 2, 1}, {"withdraw", 0, 2}, {"promote 3", 3, 2},
       {"rollback", 2, 1}},
      // What is archived is passed over.
      {{"promote 1", 1, 0}, {"promote 2", 2, 1}, {"promote 3", 3, 2}, {"archive 2", 3, 1},
       {"rollback", 1, 0}},
      {{"promote 1", 1, 0}, {"promote 2", 2, 1}, {"archive 1", 2, 0}, {"rollback", 2, 0, true}},
      // Nothing before: nothing to go back to.
      {{"rollback", 0, 0, true}, {"promote 1", 1, 0}, {"rollback", 1, 0, true}},
  };
  int number = 0;
  for (const auto& script : scripts) {
    const std::string model = "m" + std::to_string(++number);
    ASSERT_TRUE(registry_
                    ->ApplyContract("model: " + model +
                                        "\nowner: {team: t}\ninputs: {a: bool}\n"
                                        "output: {name: s}\n",
                                    Because("new"))
                    .ok());
    for (int i = 0; i < 3; ++i) {
      ASSERT_TRUE(registry_->RegisterVersion(model, Good(), Because("trained")).ok());
    }
    int step = 0;
    for (const Move& move : script) {
      const auto version = static_cast<VersionNumber>(move.what.back() - '0');
      Status done;
      if (move.what == "rollback") {
        if (auto moved = registry_->Rollback(model, Because("bad")); !moved.ok())
          done = moved.error();
      } else if (move.what == "withdraw") {
        done = registry_->SetAlias(model, "champion", 0, Because("stop")).ok() ? Ok() : done;
      } else if (move.what.starts_with("archive")) {
        done = registry_->SetVersionState(model, version, State::kArchived, Because("old"));
      } else {
        auto moved = registry_->SetAlias(model, "champion", version, Because("better"));
        if (!moved.ok()) done = moved.error();
      }
      const std::string where =
          model + " step " + std::to_string(++step) + ": " + std::string(move.what);
      EXPECT_EQ(done.ok(), !move.refused) << where;
      const auto desired = *registry_->Desired();
      for (const ModelRoute& route : desired.routes) {
        if (route.model != model) continue;
        EXPECT_EQ(route.champion, move.champion) << where;
        EXPECT_EQ(route.previous, move.previous) << where;
      }
    }
  }
}

TEST_F(ChampionsTest, ARollbackPassesOverAVersionThatWasForcedIn) {
  NewVersion bad = Good();
  bad.validation_json = R"([{"message":"leak"}])";
  RegisterGood(1);
  Register(bad);
  RegisterGood(1);
  ASSERT_TRUE(Promote(1).ok());
  ASSERT_TRUE(registry_->SetAlias("pricing", "champion", 2, Forced("demo")).ok());
  EXPECT_EQ(Route().previous, 1u);
  ASSERT_TRUE(Promote(3).ok());
  EXPECT_EQ(registry_->Rollback("pricing", Because("bad"))->to, 1u);
}

}  // namespace
}  // namespace mooring::records

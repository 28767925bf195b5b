#include "serving/convergence_policy.h"

#include <gtest/gtest.h>

namespace mooring::serving {
namespace {

using Kind = Action::Kind;

VersionKey Key(VersionNumber version, std::string contract = "c") {
  return {"m", version, std::move(contract)};
}

// Does what the policy says until it says nothing; loads of `broken` versions fail.
class World {
 public:
  ConvergenceView view;
  std::vector<std::string> log;
  std::vector<VersionNumber> broken;
  std::size_t bytes = 10;

  void Wish(VersionNumber champion, VersionNumber previous, std::string contract = "c") {
    view.wishes = {{"m", champion, previous, std::move(contract), ++revision_}};
  }
  void Settle() {
    for (int step = 0; step < 50; ++step) {
      const Action action = NextAction(view);
      if (action.kind == Kind::kNothing) return;
      Do(action);
    }
    FAIL() << "the policy does not settle";
  }
  VersionNumber champion() const { return Number(view.shown.at("m").champion); }
  VersionNumber previous() const { return Number(view.shown.at("m").previous); }

 private:
  static VersionNumber Number(const std::optional<VersionKey>& key) {
    return key ? key->version : 0;
  }
  void Do(const Action& action) {
    const std::string name = std::to_string(action.key.version);
    if (action.kind == Kind::kDrop) {
      log.push_back("drop " + name);
      view.loaded.erase(action.key);
    } else if (action.kind == Kind::kLoad) {
      const bool fails = std::ranges::count(broken, action.key.version) != 0;
      log.push_back((fails ? "fail " : "load ") + name);
      if (fails) {
        view.failures[action.key] = {"broken", revision_, Nanos(0)};
      } else {
        view.loaded[action.key] = bytes;
      }
    } else {
      std::map<std::string, Shown> shown;
      for (const struct Wish& wish : view.wishes) shown[wish.model] = ShouldShow(view, wish);
      view.shown = std::move(shown);
      log.push_back("show " + std::to_string(view.shown.empty() ? 0 : champion()));
    }
  }
  std::uint64_t revision_ = 0;
};

using Log = std::vector<std::string>;

TEST(ConvergencePolicy, LoadsTheChampionBeforeThePreviousAndShowsItAtOnce) {
  World world;
  world.Wish(2, 1);
  world.Settle();
  EXPECT_EQ(world.log, (Log{"show 0", "load 2", "show 2", "load 1", "show 2"}));
  EXPECT_EQ(world.champion(), 2U);
  EXPECT_EQ(world.previous(), 1U);
}

TEST(ConvergencePolicy, LoadsBeforeItUnloads) {
  World world;
  world.Wish(2, 1);
  world.Settle();
  world.log.clear();
  world.Wish(3, 2);
  world.Settle();
  EXPECT_EQ(world.log, (Log{"show 2", "load 3", "show 3", "drop 1"}));
}

TEST(ConvergencePolicy, RollsBackWithoutLoading) {
  World world;
  world.Wish(2, 1);
  world.Settle();
  world.log.clear();
  world.Wish(1, 2);
  world.Settle();
  EXPECT_EQ(world.log, Log{"show 1"});
  EXPECT_EQ(world.previous(), 2U);
}

TEST(ConvergencePolicy, KeepsWhatServesWhenALoadFailsAndSaysSo) {
  World world;
  world.Wish(1, 0);
  world.Settle();
  world.log.clear();
  world.broken = {2};
  world.Wish(2, 1);
  world.Settle();
  EXPECT_EQ(world.champion(), 1U);
  EXPECT_EQ(world.view.shown.at("m").problem, "broken");
  EXPECT_EQ(world.log, (Log{"fail 2", "show 1"}));
  world.broken.clear();
  world.Wish(2, 1);  // a new revision tries again
  world.Settle();
  EXPECT_EQ(world.champion(), 2U);
  EXPECT_EQ(world.view.shown.at("m").problem, "");
}

TEST(ConvergencePolicy, TriesAgainAfterAPause) {
  World world;
  world.broken = {1};
  world.Wish(1, 0);
  world.Settle();
  world.view.failures.at(Key(1)).retry_at = Nanos(100);
  world.view.now = Nanos(99);
  EXPECT_EQ(NextAction(world.view).kind, Kind::kNothing);
  world.view.now = Nanos(100);
  EXPECT_EQ(NextAction(world.view), (Action{Kind::kLoad, Key(1)}));
}

TEST(ConvergencePolicy, LoadsTheSameVersionAnewUnderAnotherContract) {
  World world;
  world.Wish(1, 0);
  world.Settle();
  world.Wish(1, 0, "stricter");
  world.log.clear();
  world.Settle();
  EXPECT_EQ(world.log, (Log{"load 1", "show 1", "drop 1"}));
  EXPECT_TRUE(world.view.loaded.contains(Key(1, "stricter")));
}

TEST(ConvergencePolicy, StopsServingAModelThatNobodyWishes) {
  World world;
  world.Wish(2, 1);
  world.Settle();
  world.log.clear();
  world.Wish(0, 0);
  world.Settle();
  EXPECT_EQ(world.log, (Log{"show 0", "drop 1", "drop 2"}));
  world.view.wishes.clear();
  world.Settle();
  EXPECT_TRUE(world.view.shown.empty());
}

TEST(ConvergencePolicy, DropsFirstOnlyWhenMemoryIsShort) {
  World world;
  world.Wish(2, 1);
  world.Settle();
  world.view.memory_budget_bytes = 25;
  world.broken = {3};
  world.Wish(3, 0);
  world.log.clear();
  world.Settle();
  // Version 1 is not wished any more, version 2 serves until 3 is there.
  EXPECT_EQ(world.log, (Log{"show 2", "drop 1", "fail 3", "show 2"}));
  EXPECT_EQ(world.champion(), 2U);
}

TEST(ConvergencePolicy, SettlesFromEveryStateOfThreeVersions) {
  for (unsigned state = 0; state < 4 * 4 * 8 * 8 * 4; ++state) {
    World world;
    unsigned bits = state;
    const auto take = [&bits](unsigned of) { const unsigned v = bits % of; bits /= of; return v; };
    world.Wish(take(4), take(4));
    const unsigned loaded = take(8), broken = take(8);
    for (VersionNumber v = 1; v <= 3; ++v) {
      if ((loaded >> (v - 1) & 1) != 0) world.view.loaded[Key(v)] = 10;
      if ((broken >> (v - 1) & 1) != 0) world.broken.push_back(v);
    }
    if (const unsigned shown = take(4); shown != 0) {
      world.view.loaded[Key(shown)] = 10;
      world.view.shown["m"].champion = Key(shown);
    }
    const struct Wish wish = world.view.wishes[0];
    const VersionNumber before =
        world.view.shown.contains("m") && world.view.shown["m"].champion
            ? world.view.shown["m"].champion->version : 0;
    world.Settle();
    const bool possible = world.view.loaded.contains(wish.Champion());
    EXPECT_EQ(world.champion(), wish.champion == 0 ? 0 : possible ? wish.champion : before)
        << "state " << state;
    for (const auto& [key, bytes] : world.view.loaded) {
      EXPECT_TRUE(key.version == wish.champion || key.version == wish.previous ||
                  key.version == world.champion()) << "state " << state;
    }
  }
}

}  // namespace
}  // namespace mooring::serving

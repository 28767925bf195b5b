#include "records/limit_book/limit_change.h"

#include <gtest/gtest.h>

namespace mooring::records {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

LimitChange Raise() {
  LimitChange change;
  change.kind = LimitChangeKind::kRaise;
  change.model = "cover";
  change.limit = "daily";
  change.max = "600000";
  change.over = "500000";
  change.ramp = {{"0.1", minutes(10)}, {"0.5", minutes(20)}};
  change.reason = "the fair";
  change.maker = "Ann";
  change.made = Time(hours(1));
  change.expires = Time(hours(25));
  return change;
}

TEST(NormalDecimal, HasOneFormForOneNumber) {
  for (const auto& [text, normal] : {std::pair{"500000", "500000"},
                                     {"0500.10", "500.1"},
                                     {".50", "0.5"},
                                     {"0", "0"},
                                     {"000.000", "0"},
                                     {"100", "100"}}) {
    const auto got = NormalDecimal(text);
    ASSERT_TRUE(got.ok()) << text;
    EXPECT_EQ(*got, normal) << text;
  }
  for (const char* bad : {"", "-5", "1e3", "5 0", "1.2.3", "five", "+1", "."}) {
    EXPECT_FALSE(NormalDecimal(bad).ok()) << bad;
  }
}

TEST(AskedText, ReadsBackAndChangesWithEverythingAsked) {
  const LimitChange change = Raise();
  const auto back = ParseAsked(AskedText(change));
  ASSERT_TRUE(back.ok()) << back.error().ToString();
  EXPECT_EQ(AskedText(*back), AskedText(change));
  EXPECT_EQ(AskedHash(change).size(), 64u);
  LimitChange shaped = change;
  shaped.contract = "aa";
  shaped.shape = R"({"kind":"sum"})";
  const auto shaped_back = ParseAsked(AskedText(shaped));
  ASSERT_TRUE(shaped_back.ok()) << shaped_back.error().ToString();
  EXPECT_EQ(shaped_back->contract, "aa");
  EXPECT_EQ(shaped_back->shape, shaped.shape);
  const auto other = [&](auto edit) {
    LimitChange edited = Raise();
    edit(edited);
    return AskedHash(edited) != AskedHash(change);
  };
  EXPECT_TRUE(other([](LimitChange& c) { c.kind = LimitChangeKind::kLower; }));
  EXPECT_TRUE(other([](LimitChange& c) { c.model = "cover2"; }));
  EXPECT_TRUE(other([](LimitChange& c) { c.limit = "weekly"; }));
  EXPECT_TRUE(other([](LimitChange& c) { c.max = "600001"; }));
  EXPECT_TRUE(other([](LimitChange& c) { c.over = "1"; }));
  EXPECT_TRUE(other([](LimitChange& c) { c.before = "aa"; }));
  EXPECT_TRUE(other([](LimitChange& c) { c.contract = "aa"; }));
  EXPECT_TRUE(other([](LimitChange& c) { c.shape = "{}"; }));
  EXPECT_TRUE(other([](LimitChange& c) { c.ramp[1].factor = "0.9"; }));
  EXPECT_TRUE(other([](LimitChange& c) { c.ramp.pop_back(); }));
  EXPECT_TRUE(other([](LimitChange& c) { c.reason = "x"; }));
  EXPECT_TRUE(other([](LimitChange& c) { c.maker = "eve"; }));
  EXPECT_TRUE(other([](LimitChange& c) { c.expires += hours(1); }));
  // What is decided later is no part of it.
  EXPECT_FALSE(other([](LimitChange& c) { c.checker = "eve"; }));
  EXPECT_FALSE(other([](LimitChange& c) { c.state = LimitChangeState::kApproved; }));
}

TEST(AskedText, RefusesWhatItNeverWrote) {
  std::string text = AskedText(Raise());
  for (const std::string& bad :
       {std::string(), std::string("{}"), " " + text, text + " ",
        text.substr(0, text.size() - 1) + ",\"more\":1}", text.substr(1)}) {
    EXPECT_EQ(ParseAsked(bad).error().code(), Code::kDataLoss) << bad;
  }
}

TEST(CheckAsked, WantsThePartsOfTheKindAndNoOthers) {
  EXPECT_TRUE(CheckAsked(Raise()).ok());
  const auto refuses = [](auto edit) {
    LimitChange edited = Raise();
    edit(edited);
    const Status checked = CheckAsked(edited);
    return !checked.ok() && checked.error().code() == Code::kInvalidArgument;
  };
  EXPECT_TRUE(refuses([](LimitChange& c) { c.max = ""; }));
  EXPECT_TRUE(refuses([](LimitChange& c) { c.max = "many"; }));
  EXPECT_TRUE(refuses([](LimitChange& c) { c.limit = ""; }));
  EXPECT_TRUE(refuses([](LimitChange& c) { c.model = "../x"; }));
  EXPECT_TRUE(refuses([](LimitChange& c) { c.kill = 1; }));
  EXPECT_TRUE(refuses([](LimitChange& c) { c.decision = "d1-1-1"; }));
  EXPECT_TRUE(refuses([](LimitChange& c) { c.maker = " "; }));
  EXPECT_TRUE(refuses([](LimitChange& c) { c.reason = ""; }));
  EXPECT_TRUE(refuses([](LimitChange& c) { c.reason = std::string(2000, 'x'); }));
  EXPECT_TRUE(refuses([](LimitChange& c) { c.expires = c.made; }));
  EXPECT_TRUE(refuses([](LimitChange& c) { c.expires = c.made + hours(24 * 7 + 1); }));
  EXPECT_TRUE(refuses([](LimitChange& c) { c.kind = LimitChangeKind::kLower; }));  // with a ramp
  EXPECT_TRUE(refuses([](LimitChange& c) { c.kind = LimitChangeKind::kKillRelease; }));
  for (const char* factor : {"0", "1", "1.5", "0.0001", "", "-0.5"}) {
    EXPECT_TRUE(refuses([&](LimitChange& c) { c.ramp[0].factor = factor; })) << factor;
  }
  EXPECT_TRUE(refuses([](LimitChange& c) { c.ramp[0].length = minutes(0); }));
  EXPECT_TRUE(refuses([](LimitChange& c) { c.ramp.assign(9, {"0.5", minutes(1)}); }));
  LimitChange release = Raise();
  release.kind = LimitChangeKind::kRelease;
  release.max = "";
  EXPECT_TRUE(CheckAsked(release).ok());
  LimitChange off = Raise();
  off.kind = LimitChangeKind::kWriteOff;
  off.model = off.limit = off.max = "";
  off.ramp = {};
  off.decision = "d1-57-4021";
  EXPECT_TRUE(CheckAsked(off).ok());
  off.decision = "57";
  EXPECT_FALSE(CheckAsked(off).ok());
}

TEST(LimitChange, HasNamesThatReadBack) {
  for (const char* name : {"raise", "lower", "release", "kill_release", "write_off"}) {
    EXPECT_EQ(LimitChangeKindName(*ParseLimitChangeKind(name)), name);
  }
  for (const char* name : {"pending", "approved", "rejected", "withdrawn", "expired"}) {
    EXPECT_EQ(LimitChangeStateName(*ParseLimitChangeState(name)), name);
  }
  EXPECT_FALSE(ParseLimitChangeKind("Raise").ok());
  EXPECT_FALSE(ParseLimitChangeState("").ok());
}

}  // namespace
}  // namespace mooring::records

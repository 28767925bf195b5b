#include "records/kills/kill.h"

#include <gtest/gtest.h>

#include "base/io/simulated_file_system.h"

namespace mooring::records {
namespace {

using Kind = KillScope::Kind;

Kill KillOf(std::uint64_t id, KillScope scope) {
  return {id, std::move(scope), Time(Micros(1'700'000'000'000'000)), "anna", "a \"reason\"\n"};
}

KillList Five() {
  return {9,
          {KillOf(1, {Kind::kAll}), KillOf(2, {Kind::kModel, "cover"}),
           KillOf(4, {Kind::kVersion, "cover", 3}),
           KillOf(5, {Kind::kSegment, "cover", 0, "origin == 'SVO'"}),
           KillOf(8, {Kind::kCaller, "", 0, "", "shop"})}};
}

TEST(Kill, ListsReadBackAsTheyWereWritten) {
  for (const KillList& list : {KillList(), Five()}) {
    const auto read = ParseKillList(KillListJson(list));
    ASSERT_TRUE(read.ok()) << read.error().ToString();
    EXPECT_EQ(*read, list);
  }
}

TEST(Kill, OriginsAreKeptAndOneThatWasNotIsAPersons) {
  KillList list{5, {}};
  for (const KillOrigin origin :
       {KillOrigin::kPerson, KillOrigin::kFile, KillOrigin::kSignal, KillOrigin::kServer}) {
    list.kills.push_back(KillOf(list.kills.size() + 1, {Kind::kAll}));
    list.kills.back().origin = origin;
  }
  EXPECT_EQ(ParseKillList(KillListJson(list)).value(), list);
  const std::string before =
      R"({"schema":1,"next_id":2,"kills":[{"id":1,"scope":"all","model":"","version":0,)"
      R"("segment":"","caller":"","since":"2026-01-31T23:59:59Z","by":"file KILL","reason":""}]})";
  const auto read = ParseKillList(before);
  ASSERT_TRUE(read.ok()) << read.error().ToString();
  EXPECT_EQ(read->kills[0].origin, KillOrigin::kPerson);
  std::string odd = KillListJson(list);
  odd.replace(odd.find("signal"), 6, "nobody");
  EXPECT_EQ(ParseKillList(odd).error().code(), Code::kDataLoss);
}

TEST(Kill, AHashIsOfOneKillAlone) {
  const Kill kill = KillOf(1, {Kind::kModel, "cover"});
  Kill other = kill;
  other.reason = "another";
  EXPECT_EQ(KillHash(kill), KillHash(other));
  EXPECT_EQ(KillHash(kill).size(), 64U);
  (other = kill).id = 2;
  EXPECT_NE(KillHash(kill), KillHash(other));
  (other = kill).scope.model = "other";
  EXPECT_NE(KillHash(kill), KillHash(other));
  (other = kill).since += Micros(1);
  EXPECT_NE(KillHash(kill), KillHash(other));
}

TEST(Kill, ScopesReadAsPeopleSayThem) {
  const KillList five = Five();
  EXPECT_EQ(ScopeText(five.kills[0].scope), "all");
  EXPECT_EQ(ScopeText(five.kills[1].scope), "model cover");
  EXPECT_EQ(ScopeText(five.kills[2].scope), "version cover/3");
  EXPECT_EQ(ScopeText(five.kills[3].scope), "segment cover: origin == 'SVO'");
  EXPECT_EQ(ScopeText(five.kills[4].scope), "caller shop");
}

TEST(Kill, ScopesThatLackAPartAreRefused) {
  const KillScope bad[] = {{Kind::kModel, ""},        {Kind::kModel, "../x"},
                           {Kind::kVersion, "cover"}, {Kind::kSegment, "cover"},
                           {Kind::kCaller},           {Kind::kSegment, "", 0, "x > 1"}};
  for (const KillScope& scope : bad) {
    EXPECT_EQ(CheckScope(scope).error().code(), Code::kInvalidArgument) << ScopeText(scope);
  }
}

TEST(Kill, DamageIsSaidAndNeverReadAsNothing) {
  const std::string whole = KillListJson(Five());
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto read = ParseKillList(whole.substr(0, size));
    ASSERT_FALSE(read.ok()) << size;
    EXPECT_EQ(read.error().code(), Code::kDataLoss);
  }
  for (const char* text : {"{}", "[]", R"({"schema":3,"next_id":1,"kills":[]})",
                           R"({"schema":1,"next_id":1,"kills":[{}]})"}) {
    EXPECT_EQ(ParseKillList(text).error().code(), Code::kDataLoss) << text;
  }
  KillList swapped = Five();
  std::swap(swapped.kills[0].id, swapped.kills[1].id);
  EXPECT_FALSE(ParseKillList(KillListJson(swapped)).ok());
  swapped = Five();
  swapped.next_id = 8;
  EXPECT_FALSE(ParseKillList(KillListJson(swapped)).ok());
}

TEST(Kill, TheFileIsTheOldListOrTheNewOneWhereverThePowerIsCut) {
  const KillList before{3, {KillOf(2, {Kind::kModel, "cover"})}};
  for (std::uint64_t cut = 1;; ++cut) {
    SimulatedFileSystem files(cut);
    ASSERT_TRUE(files.MakeDirectories("data").ok());
    ASSERT_TRUE(WriteKillList(files, "data/kills.json", before).ok());
    files.CutPowerAtCall(files.mutating_calls() + cut);
    const Status written = WriteKillList(files, "data/kills.json", Five());
    files.Restart();
    const auto read = ReadKillList(files, "data/kills.json");
    ASSERT_TRUE(read.ok()) << cut;
    if (written.ok()) {
      EXPECT_EQ(*read, Five());
      EXPECT_GT(cut, 3U);
      break;
    }
    EXPECT_TRUE(*read == before || *read == Five()) << cut;
  }
}

TEST(Kill, AnAbsentFileIsAnEmptyList) {
  SimulatedFileSystem files;
  EXPECT_EQ(ReadKillList(files, "data/kills.json").value(), KillList());
}

}  // namespace
}  // namespace mooring::records

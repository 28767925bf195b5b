#include "records/limit_book/limits_in_force.h"

#include <gtest/gtest.h>

#include "base/crypto/digest.h"
#include "base/io/file_system.h"

namespace mooring::records {
namespace {

using data::Decimal;
using std::chrono::hours;
using std::chrono::minutes;

LimitRevision Next(const LimitsInForce& in_force, LimitChangeKind kind, std::string max = "") {
  LimitRevision revision;
  revision.number = in_force.revision + 1;
  revision.previous = in_force.hash;
  revision.change = revision.number;
  revision.kind = kind;
  revision.model = "cover";
  revision.limit = "daily";
  revision.max = std::move(max);
  revision.over = revision.max.empty() ? "" : "500";
  revision.maker = "ann";
  revision.at = Time(hours(revision.number));
  if (kind == LimitChangeKind::kRelease) revision.released = revision.at;
  revision.hash = RevisionHash(revision);
  return revision;
}

TEST(LimitRevision, ReadsBackAndIsHashedOverTheOneBefore) {
  LimitRevision revision = Next({}, LimitChangeKind::kRaise, "600");
  revision.ramp = RampFrom({{"0.1", minutes(10)}}, revision.at);
  revision.previous = std::string(64, 'a');
  const auto back = ParseRevision(RevisionText(revision));
  ASSERT_TRUE(back.ok()) << back.error().ToString();
  EXPECT_EQ(RevisionText(*back), RevisionText(revision));
  EXPECT_EQ(back->ramp, revision.ramp);
  // The rule of the header, spelled out.
  EXPECT_EQ(RevisionHash(revision),
            Hex(Sha256Of(AsBytes(revision.previous + "\n" + RevisionText(revision)))));
  EXPECT_EQ(ParseRevision(RevisionText(revision) + " ").error().code(), Code::kDataLoss);
  EXPECT_EQ(ParseRevision("{}").error().code(), Code::kDataLoss);
}

TEST(RampFrom, EndsWithTheWhole) {
  const Time now(hours(5));
  const auto ramp = RampFrom({{"0.1", minutes(10)}, {"0.5", minutes(20)}}, now);
  const std::vector<RampMoment> expected = {
      {now, 100, 1000}, {now + minutes(10), 500, 1000}, {now + minutes(30), 1, 1}};
  EXPECT_EQ(ramp, expected);
  EXPECT_TRUE(RampFrom({}, now).empty());
}

TEST(Fold, TakesOnlyWhatFollows) {
  LimitsInForce in_force;
  const LimitRevision first = Next(in_force, LimitChangeKind::kLower, "400");
  ASSERT_TRUE(Fold(first, in_force).ok());
  const LimitRevision second = Next(in_force, LimitChangeKind::kLower, "300");
  EXPECT_FALSE(Fold(first, in_force).ok());  // again
  LimitRevision edited = second;
  edited.max = "900";
  EXPECT_EQ(Fold(edited, in_force).error().code(), Code::kDataLoss);
  LimitRevision unlinked = second;
  unlinked.previous = std::string(64, '0');
  unlinked.hash = RevisionHash(unlinked);
  EXPECT_EQ(Fold(unlinked, in_force).error().code(), Code::kDataLoss);
  LimitRevision skipped = second;
  skipped.number = 3;
  skipped.hash = RevisionHash(skipped);
  EXPECT_EQ(Fold(skipped, in_force).error().code(), Code::kDataLoss);
  EXPECT_EQ(in_force.Find("cover", "daily")->max, "400");
  EXPECT_TRUE(Fold(second, in_force).ok());
  EXPECT_EQ(in_force.Find("cover", "daily")->max, "300");
  EXPECT_EQ(in_force.hash, second.hash);
  EXPECT_EQ(in_force.Find("cover", "other"), nullptr);
}

TEST(Fold, LowersKeepTheRampAndTheRelease) {
  LimitsInForce in_force;
  LimitRevision release = Next(in_force, LimitChangeKind::kRelease);
  release.ramp = RampFrom({{"0.1", minutes(10)}}, release.at);
  release.hash = RevisionHash(release);
  ASSERT_TRUE(Fold(release, in_force).ok());
  ASSERT_TRUE(Fold(Next(in_force, LimitChangeKind::kLower, "400"), in_force).ok());
  const LimitInForce& limit = *in_force.Find("cover", "daily");
  EXPECT_EQ(limit.released, release.at);
  EXPECT_EQ(limit.ramp.size(), 2u);
  EXPECT_EQ(limit.max, "400");
  ASSERT_TRUE(Fold(Next(in_force, LimitChangeKind::kRaise, "600"), in_force).ok());
  EXPECT_TRUE(in_force.Find("cover", "daily")->ramp.empty());
  EXPECT_EQ(in_force.Find("cover", "daily")->released, release.at);
}

TEST(Fold, KeepsKillsInTheChainAlone) {
  LimitsInForce in_force;
  LimitRevision kill = Next(in_force, LimitChangeKind::kKillRelease);
  kill.model = kill.limit = "";
  kill.kill = 7;
  kill.hash = RevisionHash(kill);
  ASSERT_TRUE(Fold(kill, in_force).ok());
  EXPECT_TRUE(in_force.limits.empty());
  EXPECT_EQ(in_force.revision, 1u);
}

TEST(MaxInForce, IsTheSmallerOnceTheContractSaysSomethingElse) {
  const auto max = [](const char* own, const char* over, const char* contract) {
    LimitInForce limit;
    limit.max = own;
    limit.over = over;
    const auto got = MaxInForce(&limit, Decimal::Parse(contract));
    return got ? DecimalText(*got).value_or("?") : std::string("none");
  };
  EXPECT_EQ(max("600", "500", "500"), "600");
  EXPECT_EQ(max("600", "500", "500.00"), "600");  // the same number
  EXPECT_EQ(max("600", "500", "550"), "550");     // applied since, lower than the raise
  EXPECT_EQ(max("600", "500", "700"), "600");
  EXPECT_EQ(max("400", "500", "700"), "400");  // what was lowered stays so
  EXPECT_EQ(max("400", "500", "300"), "300");
  EXPECT_EQ(max("400", "500", ""), "400");  // the contract has none any more
  EXPECT_EQ(max("", "", "500"), "500");
  EXPECT_EQ(DecimalText(*MaxInForce(nullptr, Decimal(5))), "5");
  EXPECT_FALSE(MaxInForce(nullptr, std::nullopt).has_value());
}

TEST(DecimalText, IsExact) {
  for (const char* text : {"0", "0.05", "500000", "12.5", "9223372036854775807"}) {
    EXPECT_EQ(DecimalText(*Decimal::Parse(text)), text);
  }
  EXPECT_FALSE(DecimalText(*Decimal::Parse("9223372036854775808")).has_value());
  EXPECT_FALSE(DecimalText(Decimal(-1)).has_value());
}

}  // namespace
}  // namespace mooring::records

#include "records/audit/proof.h"

#include <gtest/gtest.h>

#include "records/audit/log_for_tests.h"

namespace mooring::records {
namespace {

constexpr std::uint64_t kEntries = 9;

struct ProofTest : testing::Test {
  const SigningKey key = SigningKey::Generate();
  const std::string log = LogOf(SomeLines(kEntries));
  TreeHead Head(std::uint64_t size) const { return HeadOf(LogOf(SomeLines(size)), key); }
  Status Check(const Proof& proof, const std::optional<TreeHead>& anchor = {}) const {
    const auto again = DecodeProof(EncodeProof(proof));
    if (!again.ok()) return Status(again.error());
    return CheckProof(*again, anchor, key.public_key());
  }
};

TEST_F(ProofTest, EveryEntryIsProvedForEveryHeadThatCoversIt) {
  for (std::uint64_t size = 1; size <= kEntries; ++size) {
    const TreeHead head = Head(size);
    for (std::uint64_t i = 0; i < size; ++i) {
      const auto proof = ProveInclusion(AsBytes(log), i, head);
      ASSERT_TRUE(proof.ok()) << proof.error().ToString();
      EXPECT_EQ(proof->record, SomeRecord(i));
      EXPECT_TRUE(Check(*proof, head).ok());
      EXPECT_TRUE(Check(*proof).ok());
    }
    EXPECT_EQ(ProveInclusion(AsBytes(log), size, head).error().code(), Code::kNotFound);
  }
}

TEST_F(ProofTest, EveryFlippedByteIsFound) {
  const std::string text = EncodeProof(*ProveInclusion(AsBytes(log), 4, Head(kEntries)));
  for (std::size_t at = 0; at + 1 < text.size(); ++at) {
    std::string other = text;
    other[at] = static_cast<char>(other[at] ^ 1);
    const auto proof = DecodeProof(other);
    EXPECT_FALSE(proof.ok() && CheckProof(*proof, {}, key.public_key()).ok()) << at;
  }
}

TEST_F(ProofTest, AnotherHeadOrKeyIsRefused) {
  const auto proof = ProveInclusion(AsBytes(log), 4, Head(kEntries));
  EXPECT_FALSE(Check(*proof, Head(8)).ok());
  EXPECT_FALSE(CheckProof(*proof, {}, SigningKey::Generate().public_key()).ok());
  // A head that the log does not have.
  TreeHead forged = Head(5);
  forged.root = Head(4).root;
  EXPECT_EQ(ProveInclusion(AsBytes(log), 1, forged).error().code(), Code::kDataLoss);
}

TEST_F(ProofTest, EveryOlderHeadIsProvedToBeTheBeginning) {
  for (std::uint64_t size = 0; size <= kEntries; ++size) {
    const auto proof = ProveConsistency(AsBytes(log), Head(size), Head(kEntries));
    ASSERT_TRUE(proof.ok()) << proof.error().ToString();
    EXPECT_TRUE(Check(*proof).ok());
    EXPECT_TRUE(Check(*proof, Head(size)).ok());
    EXPECT_EQ(Check(*proof, Head(3)).ok(), size == 3);
  }
  EXPECT_FALSE(ProveConsistency(AsBytes(log), Head(5), Head(4)).ok());
}

TEST_F(ProofTest, ALogWrittenAnewHasNoConsistencyWithItsPast) {
  std::vector<std::string> records;
  for (std::uint64_t i = 0; i < kEntries; ++i) records.push_back(SomeRecord(i == 2 ? 77 : i));
  const std::string anew = LogOf(LinesOf(records));
  const TreeHead now = HeadOf(anew, key);
  EXPECT_TRUE(ProveConsistency(AsBytes(anew), Head(2), now).ok());
  EXPECT_EQ(ProveConsistency(AsBytes(anew), Head(3), now).error().code(), Code::kDataLoss);
  // A proof put together by hand does not help.
  auto proof = ProveConsistency(
      AsBytes(anew), HeadOf(LogOf(LinesOf({records.begin(), records.begin() + 5})), key), now);
  ASSERT_TRUE(proof.ok());
  proof->before = Head(5);
  EXPECT_FALSE(Check(*proof).ok());
}

TEST_F(ProofTest, RefusesOtherText) {
  for (const char* text : {"", "{}", "[]", "{\"schema\":\"other\"}",
                           "{\"schema\":\"mooring.inclusion_proof/1\",\"index\":1}"}) {
    const auto proof = DecodeProof(text);
    ASSERT_FALSE(proof.ok()) << text;
    EXPECT_EQ(proof.error().code(), Code::kInvalidArgument);
  }
}

}  // namespace
}  // namespace mooring::records

#include "records/audit/merkle_tree.h"

#include <gtest/gtest.h>

#include <bit>
#include <map>
#include <string>

namespace mooring::records {
namespace {

constexpr std::uint64_t kMost = 40;

std::vector<Digest> Leaves(std::uint64_t count) {
  TreeHasher hasher;
  std::vector<Digest> leaves;
  for (std::uint64_t i = 0; i < count; ++i)
    leaves.push_back(hasher.Leaf(AsBytes(std::to_string(i))));
  return leaves;
}

Digest Grown(std::span<const Digest> leaves) {
  TreeHasher hasher;
  TreeFrontier tree;
  for (const Digest& leaf : leaves) tree.Add(hasher, leaf);
  return tree.Root(hasher);
}

// The definition of RFC 6962 2.1, word for word: the frontier must agree with it.
Digest ByDefinition(std::span<const Digest> leaves) {
  if (leaves.empty()) return Sha256Of({});
  if (leaves.size() == 1) return leaves[0];
  TreeHasher hasher;
  std::size_t left = 1;
  while (left * 2 < leaves.size()) left *= 2;
  return hasher.Node(ByDefinition(leaves.first(left)), ByDefinition(leaves.subspan(left)));
}

// Leaves "0", "1", …; computed from the rule with another implementation (Python's hashlib).
TEST(TreeFrontier, GivesTheKnownRoots) {
  const std::map<std::uint64_t, std::string> known = {
      {0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
      {1, "db3426e878068d28d269b6c87172322ce5372b65756d0789001d34835f601c03"},
      {2, "cb00989d94a569c0a678ae042b63dcd4625db96440517f37a6eb7976ea24ed4b"},
      {3, "725d5230db68f557470dc35f1d8865813acd7ebb07ad152774141decbae71327"},
      {4, "9f4a3fc20d4162dc37d4e23d907848731a76043ffff6d69288bf1abfbcff478e"},
      {5, "b6748f6ed7a99de7da84fd97e1a3bac6fab8999f4a43695cab9528a2de431147"},
      {7, "a3e23b32ccb6bf96d092d165d8aa546e09829de8f03b0e8957581d1e16b92bdf"}};
  for (const auto& [size, root] : known) EXPECT_EQ(Hex(Grown(Leaves(size))), root) << size;
}

TEST(TreeFrontier, AgreesWithTheDefinition) {
  const auto leaves = Leaves(kMost);
  for (std::uint64_t n = 0; n <= kMost; ++n) {
    const std::span<const Digest> some = std::span(leaves).first(n);
    EXPECT_EQ(Grown(some), ByDefinition(some)) << n;
  }
}

TEST(TreeFrontier, GrowsOnFromItsPeaks) {
  TreeHasher hasher;
  const auto leaves = Leaves(kMost);
  TreeFrontier tree;
  for (std::uint64_t n = 0; n < kMost; ++n) {
    EXPECT_EQ(tree.peaks().size(), static_cast<std::size_t>(std::popcount(n)));
    auto again = TreeFrontier::From(n, tree.peaks());
    ASSERT_TRUE(again.ok());
    again->Add(hasher, leaves[n]);
    tree.Add(hasher, leaves[n]);
    EXPECT_EQ(again->Root(hasher), tree.Root(hasher));
  }
  EXPECT_FALSE(TreeFrontier::From(3, {Digest{}}).ok());
}

TEST(Inclusion, EveryLeafOfEverySizeIsProved) {
  for (std::uint64_t n = 1; n <= kMost; ++n) {
    const auto leaves = Leaves(n);
    const Digest root = Grown(leaves);
    for (std::uint64_t i = 0; i < n; ++i) {
      const auto path = InclusionPath(leaves, i);
      EXPECT_LE(path.size(), static_cast<std::size_t>(std::bit_width(n)));
      EXPECT_TRUE(VerifyInclusion(i, n, leaves[i], path, root)) << i << " of " << n;
    }
  }
}

TEST(Inclusion, NothingElseIsProved) {
  for (std::uint64_t n = 1; n <= 17; ++n) {
    const auto leaves = Leaves(n);
    const Digest root = Grown(leaves);
    for (std::uint64_t i = 0; i < n; ++i) {
      auto path = InclusionPath(leaves, i);
      for (std::uint64_t other = 0; other <= n; ++other) {
        if (other == i) continue;
        EXPECT_FALSE(VerifyInclusion(other, n, leaves[i], path, root));
        const Digest& leaf = leaves[other % n];
        EXPECT_FALSE(leaf != leaves[i] && VerifyInclusion(i, n, leaf, path, root));
      }
      for (Digest& hash : path) {
        hash[5] ^= std::byte{1};
        EXPECT_FALSE(VerifyInclusion(i, n, leaves[i], path, root));
        hash[5] ^= std::byte{1};
      }
      path.push_back(root);
      EXPECT_FALSE(VerifyInclusion(i, n, leaves[i], path, root));
      path.pop_back();
      if (path.empty()) continue;
      path.pop_back();
      EXPECT_FALSE(VerifyInclusion(i, n, leaves[i], path, root));
    }
  }
}

TEST(Consistency, EveryOlderTreeIsProved) {
  const auto leaves = Leaves(kMost);
  for (std::uint64_t n = 0; n <= kMost; ++n) {
    const std::span<const Digest> after = std::span(leaves).first(n);
    for (std::uint64_t m = 0; m <= n; ++m) {
      const TreeSize old{m, Grown(after.first(m))}, now{n, Grown(after)};
      EXPECT_TRUE(VerifyConsistency(old, now, ConsistencyPath(after, m))) << m << " in " << n;
    }
  }
}

TEST(Consistency, AnotherPastIsNotProved) {
  const auto leaves = Leaves(17);
  auto forged = leaves;
  forged[2] = leaves[3];
  const TreeSize now{17, Grown(forged)};
  for (std::uint64_t m = 1; m <= 17; ++m) {
    const TreeSize old{m, Grown(std::span(leaves).first(m))};
    const auto path = ConsistencyPath(forged, m);
    EXPECT_EQ(VerifyConsistency(old, now, path), m <= 2) << m;
    EXPECT_FALSE(VerifyConsistency(now, old, path) && m < 17);
    auto longer = path;
    longer.push_back(now.root);
    EXPECT_FALSE(VerifyConsistency(old, now, longer));
  }
  EXPECT_FALSE(VerifyConsistency({3, now.root}, {17, now.root}, {}));
}

TEST(Consistency, EveryFlippedHashIsRefused) {
  const auto leaves = Leaves(21);
  const TreeSize now{21, Grown(leaves)};
  for (std::uint64_t m = 1; m < 21; ++m) {
    const TreeSize old{m, Grown(std::span(leaves).first(m))};
    auto path = ConsistencyPath(leaves, m);
    for (Digest& hash : path) {
      hash[0] ^= std::byte{0x80};
      EXPECT_FALSE(VerifyConsistency(old, now, path)) << m;
      hash[0] ^= std::byte{0x80};
    }
  }
}

}  // namespace
}  // namespace mooring::records

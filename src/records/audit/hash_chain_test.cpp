#include "records/audit/hash_chain.h"

#include <gtest/gtest.h>

#include <vector>

namespace mooring::records {
namespace {

// Computed from the rule with another implementation of SHA-256 (Python's hashlib).
TEST(ChainHasher, GivesTheKnownValues) {
  const std::vector<std::pair<std::string, std::string>> known = {
      {"{\"seq\":0}", "e0d18ba311ee1d6900ec4b2e36d3fa6104493005d3ab1c72dc9baaf5962a3c47"},
      {"{\"seq\":1}", "7d253d1b1e506e0a0b861f31bed7d8d2188dec52db1314a839d3105f5e7f7e44"},
      {"{\"seq\":2}", "62d65ca0bdeed81dab982ec19407350c803440d2de9ae6b4b5cd2f1387b9534e"}};
  ChainHasher hasher;
  Digest chain = kChainBegin;
  for (const auto& [record, value] : known) {
    chain = hasher.Next(chain, AsBytes(record));
    EXPECT_EQ(Hex(chain), value);
  }
}

TEST(ChainHasher, TellsWhereARecordEnds) {
  ChainHasher hasher;
  const Digest one = hasher.Next(hasher.Next(kChainBegin, AsBytes("ab")), AsBytes("c"));
  const Digest other = hasher.Next(hasher.Next(kChainBegin, AsBytes("a")), AsBytes("bc"));
  EXPECT_NE(one, other);
  EXPECT_NE(hasher.Next(kChainBegin, AsBytes("")), kChainBegin);
}

}  // namespace
}  // namespace mooring::records

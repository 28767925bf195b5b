#include "records/tracking/invented.h"

#include <gtest/gtest.h>

#include <set>

namespace mooring::records {
namespace {

TEST(Inventor, SaysTheSameFromTheSameSeedAndNothingTwice) {
  Inventor a(7), b(7), machine(0);
  std::set<std::string> ids;
  for (int i = 0; i < 100; ++i) {
    const std::string id = a.RunId();
    EXPECT_EQ(id, b.RunId());
    ids.insert(id);
    ids.insert(machine.RunId());
  }
  EXPECT_EQ(ids.size(), 200u);
  for (const std::string& id : ids) {
    EXPECT_EQ(id.size(), 32u);
    EXPECT_EQ(id.find_first_not_of("0123456789abcdef"), std::string::npos);
  }
  EXPECT_EQ(a.Name(), b.Name());
  EXPECT_EQ(machine.ModelId().substr(0, 2), "m-");
}

}  // namespace
}  // namespace mooring::records

#include "records/contract/keys.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "base/io/file_system.h"

namespace mooring::records {
namespace {

TEST(ContractKeys, PatternsAndConcretePathsAreExplained) {
  struct Case {
    std::string_view path, row;
  };
  for (const Case& c : {Case{"owner", "owner"},
                        {"owner.team", "owner.team"},
                        {"inputs.*.min", "inputs.*.min"},
                        {"inputs.hour.min", "inputs.*.min"},
                        {"inputs.hour", "inputs.*"},
                        {"inputs.a.b.min", "inputs.*.min"},
                        {"limits[12].name", "limits[].name"},
                        {"fallback[0].constant", "fallback[].constant"},
                        {"monitor.slices[1].distance", "monitor.slices[].*"}}) {
    const ContractKey* key = ExplainContractKey(c.path);
    ASSERT_NE(key, nullptr) << c.path;
    EXPECT_EQ(key->path, c.row) << c.path;
  }
  for (const std::string_view none :
       {"", "owners", "owner.", "owner.name", "limits[", "limits[].nam"}) {
    EXPECT_EQ(ExplainContractKey(none), nullptr) << none;
  }
}

TEST(ContractKeys, KeysUnderAPatternAreDirectOnes) {
  EXPECT_EQ(ContractKeysUnder("owner"),
            (std::vector<std::string_view>{"team", "person", "escalation"}));
  EXPECT_EQ(ContractKeysUnder("monitor"),
            (std::vector<std::string_view>{"window", "drift", "reference", "fixed", "silence",
                                           "quality", "slices"}));
  EXPECT_EQ(ContractKeysUnder("").front(), "model");
}

// MOORING_UPDATE_GOLDEN=1 writes the page anew.
TEST(ContractKeys, TheReferencePageIsMadeFromTheTable) {
  const std::string path = MOORING_SOURCE_DIR "/docs/reference/contract.md";
  const std::string page = ContractReference();
  if (std::getenv("MOORING_UPDATE_GOLDEN") != nullptr) {
    ASSERT_TRUE(PosixFileSystem().MakeDirectories(MOORING_SOURCE_DIR "/docs/reference").ok());
    ASSERT_TRUE(PosixFileSystem().WriteFileDurably(path, AsBytes(page)).ok());
  }
  const auto written = PosixFileSystem().ReadFile(path, 1 << 20);
  ASSERT_TRUE(written.ok()) << written.error().ToString();
  EXPECT_EQ(*written, page) << "run with MOORING_UPDATE_GOLDEN=1";
}

}  // namespace
}  // namespace mooring::records

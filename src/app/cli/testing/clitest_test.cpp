#include "app/cli/testing/clitest.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace mooring::app::cli {
namespace {

namespace fs = std::filesystem;

std::string ReadText(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

std::vector<fs::path> Scripts() {
  std::vector<fs::path> scripts;
  for (const auto& entry : fs::directory_iterator(MOORING_SOURCE_DIR "/tests/cli")) {
    if (entry.path().extension() == ".clitest") scripts.push_back(entry.path());
  }
  std::sort(scripts.begin(), scripts.end());
  return scripts;
}

class ClitestScripts : public testing::TestWithParam<fs::path> {};

TEST_P(ClitestScripts, SaysWhatItSaid) {
  const fs::path before = fs::current_path();
  const fs::path directory =
      fs::path(testing::TempDir()) / ("clitest_" + GetParam().stem().string());
  fs::remove_all(directory);
  const std::string expected = ReadText(GetParam());
  const std::string actual = RunClitest(expected, directory.string(), MOORING_SOURCE_DIR);
  fs::current_path(before);
  fs::remove_all(directory);
  if (std::getenv("MOORING_UPDATE_GOLDEN") != nullptr) {
    std::ofstream(GetParam(), std::ios::binary) << actual;
    return;
  }
  EXPECT_EQ(actual, expected) << "MOORING_UPDATE_GOLDEN=1 app_test writes it anew";
}

INSTANTIATE_TEST_SUITE_P(Cli, ClitestScripts, testing::ValuesIn(Scripts()),
                         [](const auto& each) { return each.param.stem().string(); });

TEST(Clitest, ShowsWhatReallyCameOut) {
  const fs::path before = fs::current_path();
  const std::string directory = testing::TempDir() + "/clitest_self";
  const std::string ran = RunClitest("$ mooring --version\n| something else\n? 9\n", directory, "");
  fs::current_path(before);
  fs::remove_all(directory);
  EXPECT_EQ(ran, "$ mooring --version\n| mooring " MOORING_VERSION "\n");
}

TEST(SplitWords, KeepsQuotedWordsTogether) {
  EXPECT_EQ(SplitWords("a 'b c' \"d'e\" ''  f=\"g h\""),
            (std::vector<std::string>{"a", "b c", "d'e", "", "f=g h"}));
}

}  // namespace
}  // namespace mooring::app::cli

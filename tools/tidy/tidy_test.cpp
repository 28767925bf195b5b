#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tidy/rules.h"

namespace tidy {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Layers House() {
  Findings findings;
  Layers layers = ParseLayers(
      "# comment\nbase:\ndata: base\nrecords: base data\nserving: base records\n"
      "monitoring: base records\napp: base\n",
      findings);
  EXPECT_THAT(findings, IsEmpty());
  return layers;
}

// "rule:line" of each finding in one file, which has a test beside it.
std::vector<std::string> Check(const std::string& path, const std::string& text) {
  std::vector<SourceText> files;
  files.emplace_back(path, text);
  if (path.ends_with(".cpp")) {
    files.emplace_back(path.substr(0, path.size() - 4) + "_test.cpp", "");
  }
  std::vector<std::string> found;
  for (const Finding& finding : CheckAll(files, House())) {
    found.push_back(finding.rule + ":" + std::to_string(finding.line));
  }
  return found;
}

std::vector<std::string> CheckHeader(const std::string& path, const std::string& text) {
  return Check(path, "// What it is.\n" + text);
}

TEST(Tidy, FollowsTheLayerTable) {
  EXPECT_THAT(CheckHeader("src/serving/a.h",
                          "#include \"records/x.h\"\n#include \"serving/y.h\"\n"
                          "#include <vector>\n"),
              IsEmpty());
  EXPECT_THAT(CheckHeader("src/serving/a.h", "#include \"monitoring/x.h\"\n"),
              ElementsAre("layers:2"));
  EXPECT_THAT(Check("src/base/a.cpp", "#include \"data/x.h\"\n"), ElementsAre("layers:1"));
  EXPECT_THAT(Check("src/base/a_test.cpp", "#include \"data/x.h\"\n"), ElementsAre("layers:1"));
  EXPECT_THAT(Check("src/base/a.cpp", "#include \"../data/x.h\"\n"), ElementsAre("layers:1"));
  EXPECT_THAT(Check("src/base/a.cpp", "#include \"a.h\"\n"), ElementsAre("layers:1"));
  EXPECT_THAT(Check("src/cellar/a.cpp", ""), ElementsAre("layers:0", "layers:0"));
  Findings findings;
  ParseLayers("base\n", findings);
  EXPECT_EQ(findings.size(), 1U);
}

TEST(Tidy, HeadersAboveDataShowNoLibraries) {
  EXPECT_THAT(CheckHeader("src/records/a.h", "#include <boost/asio.hpp>\n"),
              ElementsAre("third_party:2"));
  EXPECT_THAT(CheckHeader("src/data/a.h", "#include <boost/asio.hpp>\n"), IsEmpty());
  EXPECT_THAT(Check("src/records/a.cpp", "#include <sqlite3.h>\n"), IsEmpty());
}

TEST(Tidy, BoundsFilesAndLines) {
  std::string lines;
  for (int i = 0; i < 500; ++i) lines += "int a;\n";
  EXPECT_THAT(Check("src/base/a.cpp", lines), IsEmpty());
  EXPECT_THAT(Check("src/base/a.cpp", lines + "\n"), ElementsAre("file_length:0"));
  EXPECT_THAT(Check("docs/a.md", lines + lines), IsEmpty());
  EXPECT_THAT(Check("src/base/a.cpp", std::string(101, ' ') + "\n"), ElementsAre("line_length:1"));
  std::string cyrillic;
  for (int i = 0; i < 97; ++i) cyrillic += "я";
  EXPECT_THAT(Check("src/base/a.cpp", "// " + cyrillic + "\n"), IsEmpty());
  EXPECT_THAT(Check("tests/golden/a.json", std::string(256 * 1024 + 1, 'x')),
              ElementsAre("file_size:0"));
  EXPECT_THAT(Check("src/base/a.h", "#pragma once\n"), ElementsAre("opening:1"));
}

TEST(Tidy, BoundsFunctions) {
  std::string body;
  for (int i = 0; i < 68; ++i) body += "  f(\"{\");\n";
  EXPECT_THAT(Check("src/base/a.cpp", "void F() {\n" + body + "}\n"), IsEmpty());
  const std::string longer = body + "  g();\n";
  EXPECT_THAT(Check("src/base/a.cpp", "namespace x {\nvoid F() {\n" + longer + "}\n}\n"),
              ElementsAre("function_length:2"));
  EXPECT_THAT(Check("src/base/a.cpp", "class A {\n  int F(struct stat s) {\n" + longer + "}\n};\n"),
              ElementsAre("function_length:2"));
  EXPECT_THAT(Check("src/base/a.cpp", "TEST(A, B) {\n" + longer + "}\n"),
              ElementsAre("function_length:1"));
  EXPECT_THAT(Check("src/base/a.cpp", "template <class T>\nvoid F() {\n" + longer + "}\n"),
              ElementsAre("function_length:2"));
  EXPECT_THAT(Check("src/base/a.cpp", "class A final : B<int()> {\n" + body + body + "};\n"),
              IsEmpty());
  EXPECT_THAT(Check("src/base/a.cpp", "constexpr int kTable[] = {\n" + body + body + "};\n"),
              IsEmpty());
}

TEST(Tidy, CallsHaveTheirRooms) {
  const std::pair<const char*, const char*> cases[] = {
      {"throw 1;", "throw:1"},
      {"std::cout << 1;", "output:1"},
      {"std::printf(\"x\");", "output:1"},
      {"std::this_thread::sleep_for(x);", "sleep:1"},
      {"::sleep(1);", "sleep:1"},
      {"int a = rand();", "random:1"},
      {"std::mt19937 r;", "random:1"},
      {"auto t = std::chrono::system_clock::now();", "clock:1"},
      {"auto t = std::chrono::steady_clock::now();", "clock:1"},
      {"auto t = time(nullptr);", "clock:1"},
  };
  for (const auto& [line, found] : cases) {
    EXPECT_THAT(Check("src/records/a.cpp", line), ElementsAre(found)) << line;
    EXPECT_THAT(Check("src/records/a.cpp", std::string("// ") + line), IsEmpty()) << line;
    EXPECT_THAT(Check("src/records/a.cpp", std::string("/* x\n") + line + " */"), IsEmpty())
        << line;
    EXPECT_THAT(Check("src/records/a.cpp", std::string("f(R\"(") + line + ")\");"), IsEmpty());
  }
  EXPECT_THAT(Check("src/app/a.cpp", "std::cout << 1;"), IsEmpty());
  EXPECT_THAT(Check("src/base/clock.cpp", "std::chrono::system_clock::now();"), IsEmpty());
  EXPECT_THAT(Check("src/records/a.cpp", "snprintf(); operand(1); record.time(); f(\"throw\");"),
              IsEmpty());
}

TEST(Tidy, NamesSayWhatAThingIs) {
  EXPECT_THAT(Check("src/base/a.cpp", "class ModelManager {\n"), ElementsAre("banned_name:1"));
  EXPECT_THAT(Check("src/base/a.cpp", "struct RowInfo {\n"), ElementsAre("banned_name:1"));
  EXPECT_THAT(Check("src/base/a.cpp", "struct addrinfo hints;\nstruct Database {\n"), IsEmpty());
  EXPECT_THAT(CheckHeader("src/base/util.h", ""), ElementsAre("banned_name:0"));
}

TEST(Tidy, NoPathOfOneMachine) {
  EXPECT_THAT(Check("docs/a.md",
                    "see /ho"
                    "me/me/x\n"),
              ElementsAre("machine_path:1"));
  EXPECT_THAT(Check("src/base/a.cpp",
                    "f(\"/tm"
                    "p/x\");\n"),
              ElementsAre("machine_path:1"));
  EXPECT_THAT(Check("src/base/a.cpp",
                    "f(root + \"/tm"
                    "p/x\"); g(\"blobs/tm"
                    "p/\");\n"),
              IsEmpty());
  EXPECT_THAT(Check("docs/a.md", "/var/lib/mooring and /homework\n"), IsEmpty());
}

TEST(Tidy, EverySourceHasATest) {
  const auto untested = [](std::vector<std::pair<std::string, std::string>> files) {
    std::vector<SourceText> sources;
    for (const auto& [path, text] : files) sources.emplace_back(path, text);
    Findings findings;
    CheckTests(sources, findings);
    return findings.size();
  };
  const std::string source = "src/base/text/json_parse.cpp";
  EXPECT_EQ(untested({{source, ""}}), 1U);
  EXPECT_EQ(untested({{source, ""}, {"src/base/text/json_parse_test.cpp", ""}}), 0U);
  EXPECT_EQ(untested({{source, ""}, {"src/base/text/json_test.cpp", ""}}), 0U);
  EXPECT_EQ(untested({{source, ""}, {"src/base/json_test.cpp", ""}}), 1U);
  EXPECT_EQ(
      untested({{source, ""}, {"src/base/x_test.cpp", "#include \"base/text/json_parse.h\""}}), 0U);
  EXPECT_EQ(
      untested({{source, ""}, {"src/data/x_test.cpp", "#include \"base/text/json_parse.h\""}}), 1U);
  EXPECT_EQ(untested({{source, ""},
                      {"src/base/text/tree.h", "#include \"base/text/json_parse.h\""},
                      {"src/base/text/tree_test.cpp", "#include \"base/text/tree.h\""}}),
            0U)
      << "seen through a header of the folder";
  EXPECT_EQ(untested({{"src/base/text/json_parse.cpp", "#include \"base/text/tree.h\""},
                      {"src/base/text/tree.h", ""},
                      {"src/base/text/tree_test.cpp", "#include \"base/text/tree.h\""}}),
            0U)
      << "the first include is the header that it defines";
  EXPECT_EQ(untested({{"src/app/main.cpp", ""}, {"src/base/a_bench.cpp", ""}}), 0U);
}

TEST(Tidy, ExceptionsNeedAReasonAndAFinding) {
  const Findings found = {{"throw", "src/a.cpp", 3, "m"}, {"clock", "src/a.cpp", 4, "m"}};
  const auto left = ApplyExceptions(found, "# why\nthrow src/a.cpp the library wants it so\n");
  ASSERT_EQ(left.size(), 1U);
  EXPECT_EQ(left[0].rule, "clock");
  EXPECT_EQ(ApplyExceptions(found, "throw src/a.cpp\n")[1].rule, "exception");
  EXPECT_EQ(ApplyExceptions({}, "throw src/a.cpp the library wants it so\n").size(), 1U);
}

TEST(Tidy, QuotesAndDigitSeparatorsDoNotConfuseIt) {
  const SourceText file("src/base/a.cpp",
                        "int a = 1'000; char c = '\"'; f(\"\\\"//\"); g();\nh();");
  EXPECT_EQ(file.code[0].substr(0, 14), "int a = 1'000;");
  EXPECT_NE(file.code[0].find("g();"), std::string::npos);
  EXPECT_EQ(file.code[1], "h();");
}

}  // namespace
}  // namespace tidy

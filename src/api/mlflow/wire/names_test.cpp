#include "api/mlflow/wire/names.h"

namespace mooring::api::mlflow {
namespace {

std::string Message(const Status& status) { return status.ok() ? "" : status.error().message(); }

// normpath as Python 3.11's posixpath gives it.
TEST(MlflowNames, NormalPathIsPosix) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "."},          {"a", "a"},       {"a//b", "a/b"},       {"a/./b/", "a/b"},
      {"a/../b", "b"},    {"../x", "../x"}, {"a/../../b", "../b"}, {"/..", "/"},
      {"//a", "//a"},     {"///a", "/a"},   {"./", "."},           {"a/..", "."},
      {"../../", "../.."}};
  for (const auto& [path, normal] : cases) EXPECT_EQ(NormalPath(path), normal) << path;
}

TEST(MlflowNames, KeysAreLettersDigitsAndAFewSigns) {
  for (const char* const key :
       {"a", "val/loss", "a.b-c_d e:f", "x/y/z", "0", "été", "日本", "a..b", "...x/y", ".hidden"}) {
    const bool climbs = std::string_view(key).starts_with("..");
    EXPECT_EQ(Message(CheckKey(key, "key", "key")).empty(), !climbs) << key;
    EXPECT_FALSE(IsUsualKey(key) && climbs) << key;
  }
  for (const char* const key : {"a'b", "a\"", "a\\b", "a\tb", "a\nb", "a(b)", "a@b",
                                "a\xE2\x80\x94", "\xF0\x9F\x98\x80", "a\xFF", "a,b", "a%"}) {
    EXPECT_NE(Message(CheckKey(key, "metrics[0].name", "Metric name"))
                  .find("for parameter 'metrics[0].name' supplied: Names may only contain"),
              std::string::npos)
        << key;
    EXPECT_FALSE(IsUsualKey(key)) << key;
  }
}

TEST(MlflowNames, AKeyMustBeItsOwnPath) {
  EXPECT_EQ(Message(CheckKey("../x", "key", "Param key")),
            "Invalid value \"../x\" for parameter 'key' supplied: Names may be treated as files in "
            "certain cases, and must not resolve to other names when treated as such. This name "
            "would resolve to '../x'");
  const std::pair<const char*, const char*> cases[] = {
      {"a/../b", "b"}, {"a//b", "a/b"}, {"/a", "/a"}, {"a/", "a"},
      {".", "."},      {"..", ".."},    {"./a", "a"}, {"..a", "..a"}};
  for (const auto& [key, normal] : cases) {
    EXPECT_TRUE(Message(CheckKey(key, "key", "k"))
                    .ends_with("would resolve to '" + std::string(normal) + "'"))
        << key;
    EXPECT_FALSE(IsUsualKey(key)) << key;
  }
}

TEST(MlflowNames, LengthsCountCharacters) {
  EXPECT_TRUE(CheckKey(std::string(250, 'a'), "key", "Metric name").ok());
  EXPECT_EQ(Message(CheckKey(std::string(251, 'a'), "key", "Metric name")),
            "'Metric name' exceeds the maximum length of 250 characters");
  std::string two;
  for (int i = 0; i < 250; ++i) two += "é";
  EXPECT_TRUE(CheckKey(two, "key", "Metric name").ok());
  EXPECT_FALSE(CheckKey(two + "e", "key", "Metric name").ok());
  Truncate(two, 3);
  EXPECT_EQ(two, "ééé");
  std::string six(6001, 'x');
  Truncate(six, kParamValueCharacters);
  EXPECT_EQ(six.size(), 6000U);
}

TEST(MlflowNames, RunIds) {
  for (const std::string& id : {std::string("a"), std::string("0-_x"), std::string(256, 'f')}) {
    EXPECT_TRUE(CheckRunId(id).ok());
  }
  for (const std::string& id : {std::string(), std::string("-a"), std::string("a/b"),
                                std::string("../x"), std::string(257, 'f')}) {
    EXPECT_FALSE(CheckRunId(id).ok()) << id;
  }
  EXPECT_EQ(Message(CheckRunId("a b")), "Invalid value \"a b\" for parameter 'run_id' supplied.");
}

TEST(MlflowNames, ArtifactLocations) {
  for (const char* const location : {"", "mlflow-artifacts:/x", "s3://bucket/a/b", "https://h/x"}) {
    EXPECT_TRUE(CheckArtifactLocation(location, false).ok()) << location;
  }
  for (const char* const location :
       {"runs:/abc/x", "s3://b/../x", "s3://b/%2e%2E/x", "s3://b/.%2e", "s3://b/x?a=b", "s3://b#f",
        "s3://b/\n", "file:/data/x", "FILE:///data/x", "/data/x", "relative", "C:\\x", "a b://c"}) {
    EXPECT_FALSE(CheckArtifactLocation(location, false).ok()) << location;
  }
  for (const char* const location : {"file:/data/x", "/data/x"}) {
    EXPECT_TRUE(CheckArtifactLocation(location, true).ok()) << location;
  }
  EXPECT_FALSE(CheckArtifactLocation("file:/data/../x", true).ok());
  EXPECT_FALSE(CheckArtifactLocation("s3://" + std::string(2000, 'x'), true).ok());
}

}  // namespace
}  // namespace mooring::api::mlflow

#include "records/registry/rules.h"

#include <gtest/gtest.h>

#include "base/limits.h"

namespace mooring::records {
namespace {

TEST(RegistryRules, ChangesNeedAnAuthorAndBoundedTexts) {
  struct Case { std::string author, reason; bool force, needs_reason, good; };
  for (const Case& c : {
           Case{"ann", "", false, false, true}, Case{"ann", "", false, true, false},
           Case{"ann", " \n", false, true, false}, Case{"ann", "why", false, true, true},
           Case{"", "why", false, false, false}, Case{"ann", "", true, false, false},
           Case{std::string(limits::kNameBytes + 1, 'a'), "why", false, false, false},
           Case{"ann", std::string(limits::kReasonBytes + 1, 'a'), false, false, false},
           Case{"ann", std::string(1, '\0'), false, false, false}}) {
    Change change;
    change.author = c.author;
    change.reason = c.reason;
    change.force = c.force;
    EXPECT_EQ(CheckChange(change, c.needs_reason).ok(), c.good) << c.author << "/" << c.reason;
  }
}

TEST(RegistryRules, AliasesAreNamesThatAreNoVersions) {
  for (const std::string_view good : {"champion", "staging", "v2-candidate", "a", "2024-q1", "V"}) {
    EXPECT_TRUE(CheckAlias(good).ok()) << good;
  }
  for (const std::string_view bad :
       {"", "3", "v3", "V12", "previous", "latest", "a/b", "-a", "a b"}) {
    EXPECT_FALSE(CheckAlias(bad).ok()) << bad;
  }
}

NewVersion Good() {
  NewVersion version;
  version.artifact_blob = std::string(64, 'a');
  version.format = "onnx";
  return version;
}

TEST(RegistryRules, VersionsNeedAnArtifactAndJsonThatIsJson) {
  EXPECT_TRUE(CheckNewVersion(Good()).ok());
  struct Case { std::string NewVersion::*field; std::string value; };
  for (const Case& c :
       {Case{&NewVersion::artifact_blob, ""}, Case{&NewVersion::artifact_blob, "xyz"},
        Case{&NewVersion::artifact_blob, std::string(64, 'A')},
        Case{&NewVersion::artifact_blob, "../../../etc/passwd"},
        Case{&NewVersion::golden_blob, std::string(63, 'a')},
        Case{&NewVersion::reference_blob, "g"}, Case{&NewVersion::format, ""},
        Case{&NewVersion::signature_json, "{"}, Case{&NewVersion::metrics_json, "nan"},
        Case{&NewVersion::validation_json, "[}"},
        Case{&NewVersion::source, std::string(limits::kReasonBytes + 1, 's')},
        Case{&NewVersion::artifact_name, std::string("a\0b", 3)}}) {
    NewVersion version = Good();
    version.*c.field = c.value;
    EXPECT_FALSE(CheckNewVersion(version).ok()) << c.value.substr(0, 70);
  }
}

TEST(RegistryRules, FindingsRefuseUnlessTheyOnlyWarn) {
  struct Case { std::string_view json, refusal; };
  for (const Case& c :
       {Case{"", ""},
        {"[]", ""},
        {R"([{"severity":"warn","message":"m"}])", ""},
        {R"([{"severity":"refuse","message":"m"}])", "m"},
        {R"([{"message":"m"},{"severity":"warn"},{"message":"n"}])", "m (and 1 more)"},
        {R"([{"name":"psi"}])", "its training data was refused"}}) {
    EXPECT_EQ(*RefusalOf(c.json), c.refusal) << c.json;
  }
  for (const std::string_view bad : {"{}", "[1]", "[", "null"})
    EXPECT_FALSE(RefusalOf(bad).ok()) << bad;
}

TEST(RegistryRules, StatesHaveNamesBothWays) {
  using State = VersionRecord::State;
  for (const State state : {State::kCandidate, State::kRefused, State::kArchived}) {
    EXPECT_EQ(*ParseState(StateName(state)), state);
  }
  EXPECT_FALSE(ParseState("retired").ok());
}

}  // namespace
}  // namespace mooring::records

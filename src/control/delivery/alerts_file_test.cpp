#include "control/delivery/alerts_file.h"

#include <gtest/gtest.h>

#include "base/io/simulated_file_system.h"

namespace mooring::control {
namespace {

class AlertsFile : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(files_.WriteFileDurably("/key", AsBytes("0123456789abcdef0123\n")).ok());
    ASSERT_TRUE(files_.WriteFileDurably("/short", AsBytes("abc\n")).ok());
  }
  std::string ErrorsOf(std::string_view text) {
    const auto read = ParseAlerts(text, "a.yaml", files_);
    return read.ok() ? "" : read.error().message();
  }
  SimulatedFileSystem files_;
};

TEST_F(AlertsFile, ReadsSinksOfAllKinds) {
  const auto read = ParseAlerts(
      "sinks:\n"
      "  - {name: pager, webhook: 'https://h/x', secret_file: /key, severity: critical}\n"
      "  - {name: am, alertmanager: 'http://am:9093', resend: 30s, models: [price-*]}\n"
      "  - {name: mail, command: [/bin/send, ops], timeout: 5s}\n"
      "retry: {first: 1s, longest: 2m, give_up_after: 2d, attempts: 7}\n",
      "a.yaml", files_);
  ASSERT_TRUE(read.ok()) << read.error().ToString();
  ASSERT_EQ(read->sinks.size(), 3u);
  EXPECT_EQ(read->sinks[0].audience.severity, records::Severity::kCritical);
  EXPECT_EQ(read->sinks[0].secret, "0123456789abcdef0123");
  EXPECT_EQ(read->sinks[1].kind, SinkConfig::Kind::kAlertmanager);
  EXPECT_EQ(read->sinks[1].resend.count(), 30'000);
  EXPECT_EQ(read->sinks[1].audience.models, std::vector<std::string>{"price-*"});
  EXPECT_EQ(read->sinks[2].command, (std::vector<std::string>{"/bin/send", "ops"}));
  EXPECT_EQ(read->sinks[2].timeout.count(), 5'000);
  EXPECT_EQ(read->retry.longest.count(), 120'000);
  EXPECT_EQ(read->retry.give_up_after.count(), 48);
  EXPECT_EQ(read->retry.attempts, 7u);
}

TEST_F(AlertsFile, TellsWhatIsWrongAndWhere) {
  const struct {
    const char *text, *error;
  } cases[] = {
      {"", "must be a map"},
      {"retry: {}\n", "sinks: is required"},
      {"sinks: pager\n", "sinks: must be a list"},
      {"sinks: [{name: a}]\n", "exactly one of webhook, alertmanager, command"},
      {"sinks: [{name: a, webhook: 'http://h', command: [b]}]\n", "exactly one of"},
      {"sinks: [{name: a, webhook: ftp}]\n", "sinks[0].webhook: is no URL"},
      {"sinks:\n  - name: a\n    webhok: 'http://h'\n",
       "a.yaml:3:5: sinks[0].webhok: unknown key; "
       "did you mean 'webhook'?"},
      {"sinks: [{name: a, webhook: 'http://h'}, {name: a, webhook: 'http://h'}]\n",
       "another sink's name"},
      {"sinks: [{name: a, webhook: 'http://h', secret_file: /none}]\n", "cannot be read"},
      {"sinks: [{name: a, webhook: 'http://h', secret_file: /short}]\n", "fewer than 16 bytes"},
      {"sinks: [{name: a, command: [b], secret_file: /key}]\n", "webhook sinks only"},
      {"sinks: [{name: a, webhook: 'http://h', severity: loud}]\n", "sinks[0].severity"},
      {"sinks: [{name: a, webhook: 'http://h', resend: 1m}]\n", "alertmanager sinks only"},
      {"sinks: []\nrules: {need: 1}\n", "rules: must be a list"},
      {"sinks: []\nrules:\n  - {models: [a], need: 4, of: 3}\n",
       "a.yaml:3:28: rules[0].of: is fewer than 'need'"},
      {"sinks: []\nrules: [{models: [a]}]\n", "rules[0].need: the rule says nothing"},
      {"sinks: []\nrules: [{need: 2, model: a}]\n", "unknown key; did you mean 'models'?"},
      {"sinks: []\nrules: [{clear: 51}]\n", "rules[0].clear"},
      {"sinks: []\nretry: {first: 10m, longest: 1m}\n", "shorter than 'first'"},
  };
  for (const auto& each : cases) {
    EXPECT_NE(ErrorsOf(each.text).find(each.error), std::string::npos)
        << each.text << ErrorsOf(each.text);
  }
  EXPECT_EQ(ErrorsOf("sinks: []\n"), "");
}

TEST_F(AlertsFile, ReadsRulesForSomeModels) {
  const auto read = ParseAlerts(
      "sinks: []\n"
      "rules:\n"
      "  - {models: [price-*, risk], kinds: feature_drift, need: 3, of: 5, clear: 4}\n"
      "  - {owners: [pricing], need: 1}\n",
      "a.yaml", files_);
  ASSERT_TRUE(read.ok()) << read.error().ToString();
  ASSERT_EQ(read->rules.size(), 2u);
  EXPECT_EQ(read->rules[0].models, (std::vector<std::string>{"price-*", "risk"}));
  EXPECT_EQ(read->rules[0].kinds, std::vector<std::string>{"feature_drift"});
  EXPECT_EQ(read->rules[0].need, 3u);
  EXPECT_EQ(read->rules[0].of, 5u);
  EXPECT_EQ(read->rules[0].clear, 4u);
  EXPECT_EQ(read->rules[1].owners, std::vector<std::string>{"pricing"});
  EXPECT_EQ(read->rules[1].of, std::nullopt);
}

TEST_F(AlertsFile, ReadsAFileOrSaysWhichIsNotThere) {
  EXPECT_EQ(ReadAlertsFile(files_, "/none").error().code(), Code::kNotFound);
}

}  // namespace
}  // namespace mooring::control

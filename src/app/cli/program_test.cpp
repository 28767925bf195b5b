// Rules that hold for all commands, walked over the table.
#include "app/cli/program.h"

#include <set>

#include "app/cli/args.h"
#include "app/cli/commands.h"
#include "app/cli/store/api_client.h"
#include "app/cli/testing/clitest.h"
#include "app/cli/testing/fake_process.h"
#include "base/error_table.h"

namespace mooring::app::cli {
namespace {

TEST(Commands, AreNamedOnceAndExplainThemselves) {
  std::set<std::string_view> names;
  for (const Command& command : AllCommands()) {
    EXPECT_TRUE(names.insert(command.name).second) << command.name;
    EXPECT_NE(command.run, nullptr) << command.name;
    EXPECT_FALSE(command.summary.empty() || command.summary.ends_with('.')) << command.name;
    EXPECT_TRUE(command.hidden || !command.examples.empty()) << command.name;
    for (const Example& example : command.examples) {
      EXPECT_NE(example.line.find("mooring " + std::string(command.name)), std::string::npos)
          << example.line;
    }
  }
}

TEST(Commands, HaveFlagsThatDoNotCollideAndSettingsThatExist) {
  for (const Command& command : AllCommands()) {
    std::set<std::string_view> names;
    std::set<char> letters;
    std::vector<Flag> flags = Join({command.flags, CommonFlags()});
    for (const Flag& flag : flags) {
      EXPECT_TRUE(names.insert(flag.name).second) << command.name << " --" << flag.name;
      EXPECT_TRUE(flag.letter == 0 || letters.insert(flag.letter).second) << command.name;
      EXPECT_FALSE(flag.summary.empty()) << command.name << " --" << flag.name;
      EXPECT_TRUE(flag.setting.empty() || FindSetting(flag.setting) != nullptr) << flag.setting;
    }
  }
}

// Commands × what may go wrong before they start → exit code. Every example of the help must parse.
TEST(Commands, FailAlikeOnWrongWords) {
  for (const Command& command : AllCommands()) {
    FakeWorld world;
    std::vector<std::string> words = SplitWords(command.name);
    words.emplace_back("--no-such-flag");
    EXPECT_EQ(world.Run(words), 2) << command.name;
    EXPECT_EQ(world.out.written, "") << command.name;
    EXPECT_TRUE(world.err.written.starts_with("error: ")) << command.name;
    words.back() = "--help";
    EXPECT_EQ(world.Run(words), 0) << command.name;
    EXPECT_EQ(world.err.written, "") << command.name;
    if (!command.arguments.empty() && command.arguments.front().required) {
      words.pop_back();
      EXPECT_EQ(world.Run(words), 2) << command.name;
    }
  }
}

TEST(Commands, ParseTheirOwnExamples) {
  for (const Command& command : AllCommands()) {
    for (const Example& example : command.examples) {
      const std::size_t start = example.line.find("mooring " + std::string(command.name));
      std::string_view line = example.line.substr(start + 8 + command.name.size());
      line = line.substr(0, line.find_first_of("|<>)"));
      const std::vector<std::string> words = SplitWords(line);
      const auto args = ParseArgs(command, words);
      EXPECT_TRUE(args.ok()) << example.line << ": " << (args.ok() ? "" : args.error().ToString());
    }
  }
}

TEST(RunProgram, EndsWithTheExitCodeOfEveryErrorThatAServerCanGive) {
  for (const ErrorKind& kind : ErrorKinds()) {
    FakeWorld world;
    world.transport.answers["GET /api/v1/models"].push_back(
        {kind.http_status, "application/json",
         "{\"code\":\"" + std::string(kind.name) + "\",\"message\":\"m\"}"});
    EXPECT_EQ(world.Run({"model", "list", "--server", "http://h"}), kind.exit_code) << kind.name;
    EXPECT_NE(world.err.written.find(kind.name), std::string::npos);
  }
  FakeWorld nobody;
  EXPECT_EQ(nobody.Run({"model", "list", "--server", "http://h"}), 3);
}

TEST(RunProgram, UnderstandsAnswersThatAreNotMoorings) {
  const struct {
    int status;
    const char* body;
    int exit_code;
  } cases[] = {{200, "<html>", 3}, {200, "[]", 2}, {200, "{}", 2}, {404, "", 5}, {502, "gone", 3}};
  for (const auto& each : cases) {
    FakeWorld world;
    world.transport.answers["GET /api/v1/models"].push_back({each.status, "text/html", each.body});
    EXPECT_EQ(world.Run({"model", "list", "--server", "http://h"}), each.exit_code) << each.body;
  }
}

TEST(RunProgram, SaysWhenItsOutputIsLost) {
  FakeWorld world;
  world.out.broken = true;
  EXPECT_EQ(world.Run({"config", "show"}), 3);
}

TEST(RunProgram, KeepsQuietWhenAsked) {
  FakeWorld world;
  EXPECT_EQ(world.Run({"serve", "-q"}), 0);
  EXPECT_EQ(world.err.written, "");
  EXPECT_EQ(world.process.stopped, 1);
}

TEST(Serve, HandsEverySettingOver) {
  FakeWorld world;
  EXPECT_EQ(world.Run({"serve",
                       "--data-dir",
                       "d",
                       "--host",
                       "::",
                       "--port",
                       "1",
                       "--threads",
                       "3",
                       "--ack",
                       "written",
                       "--sync-interval",
                       "20ms",
                       "--drain",
                       "2s",
                       "--allow-host",
                       "a",
                       "--allow-host",
                       "b",
                       "--allow-remote-without-auth",
                       "--pseudonym-key",
                       "k",
                       "--library-dir",
                       "l",
                       "--client-ca",
                       "ca.pem",
                       "--oidc-issuer",
                       "https://id.example",
                       "--oidc-role",
                       "a=scorer@m",
                       "--oidc-role",
                       "b=admin",
                       "--alerts",
                       "a.yaml",
                       "--bench-without",
                       "validation"}),
            0);
  ASSERT_TRUE(world.process.started.has_value());
  const ServerOptions& options = *world.process.started;
  EXPECT_EQ(options.data_directory, "d");
  EXPECT_EQ(options.host, "::");
  EXPECT_EQ(options.port, 1);
  EXPECT_EQ(options.threads, 3U);
  EXPECT_EQ(options.ack, records::AckMode::kWritten);
  EXPECT_EQ(options.sync_interval.count(), 20);
  EXPECT_EQ(options.drain.count(), 2000);
  EXPECT_EQ(options.allowed_hosts, (std::vector<std::string>{"a", "b"}));
  EXPECT_TRUE(options.allow_remote_without_auth);
  EXPECT_EQ(options.pseudonym_key_file, "k");
  EXPECT_EQ(options.library_directory, "l");
  EXPECT_EQ(options.alerts_file, "a.yaml");
  EXPECT_EQ(options.client_ca_file, "ca.pem");
  EXPECT_EQ(options.oidc.issuer, "https://id.example");
  EXPECT_EQ(options.oidc.claim, "roles");
  EXPECT_EQ(options.oidc.rules, (std::vector<std::string>{"a=scorer@m", "b=admin"}));
  EXPECT_FALSE(options.validate);
  EXPECT_TRUE(options.journal && options.watch);
}

TEST(Serve, GivesTheServersErrorItsExitCode) {
  FakeWorld world;
  world.process.refuse = Error(Code::kConflict, "the port is taken");
  EXPECT_EQ(world.Run({"serve"}), 6);
  EXPECT_EQ(world.out.written, "");
}

TEST(PathPart, EncodesWhatAPathMayNotHold) {
  EXPECT_EQ(PathPart("a-b_c.1"), "a-b_c.1");
  EXPECT_EQ(PathPart("a/b?\xC3\xA9"), "a%2Fb%3F%C3%A9");
}

}  // namespace
}  // namespace mooring::app::cli

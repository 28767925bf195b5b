// What tests/cli/access.clitest cannot see: the file behind the commands, and what a client sends.
#include "app/cli/store/access.h"

#include <unistd.h>

#include <filesystem>

#include "app/cli/testing/fake_process.h"
#include "records/access/token_text.h"

namespace mooring::app::cli {
namespace {

TEST(AccessCommands, PrintATokenOnceAndKeepItsHash) {
  const std::string directory = ::testing::TempDir() + "cli_access_" + std::to_string(::getpid());
  std::filesystem::remove_all(directory);
  FakeWorld world;
  ASSERT_EQ(world.Run({"token", "create", "shop", "--role", "scorer", "--model", "m", "--data-dir",
                       directory, "-o", "plain", "--no-header", "--fields", "token"}),
            0)
      << world.err.written;
  std::string token = world.out.written;
  token.pop_back();
  EXPECT_TRUE(records::LooksLikeToken(token)) << token;
  EXPECT_EQ(world.err.written.find(token), std::string::npos);
  EXPECT_EQ(world.Run({"token", "list", "--data-dir", directory, "-o", "json"}), 0);
  EXPECT_EQ(world.out.written.find("mor_live_"), std::string::npos);
  auto store = records::AccessStore::Open({.path = DataPaths(directory).access(),
                                           .clock = &world.clock,
                                           .witness = AccessWitnessOf(world.context)});
  ASSERT_TRUE(store.ok());
  EXPECT_EQ((*store)->Token(1)->hash, records::HashOfToken(token));
  std::filesystem::remove_all(directory);
}

TEST(AccessCommands, SendATokenOnlyWhereNobodyElseReadsIt) {
  FakeWorld world;
  world.context.environment["MOORING_TOKEN"] = "mor_live_x";
  const auto sent = [&](const std::string& url) {
    world.transport.last = {};
    world.Run({"model", "list", "--server", url});
    for (const auto& [name, value] : world.transport.last.headers) {
      if (name == "Authorization") return value;
    }
    return std::string();
  };
  for (const char* url : {"https://scoring.example", "http://127.0.0.1:8080", "http://localhost:1",
                          "http://[::1]:8080", "unix:/run/mooring.sock:"}) {
    EXPECT_EQ(sent(url), "Bearer mor_live_x") << url;
  }
  for (const char* url :
       {"http://scoring.example", "http://10.0.0.1:8080", "http://127.0.0.1.evil",
        "http://localhost@evil.example", "http://[::1].evil", "http://localhost.evil.example:80"}) {
    EXPECT_EQ(sent(url), "") << url;
    EXPECT_TRUE(world.transport.last.url.empty()) << "nothing is sent at all: " << url;
  }
}

}  // namespace
}  // namespace mooring::app::cli

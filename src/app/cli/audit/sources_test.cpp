#include "app/cli/audit/sources.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "app/cli/testing/fake_process.h"
#include "records/audit/control_log.h"
#include "records/audit/proof.h"

namespace mooring::app::cli {
namespace {

namespace fs = std::filesystem;

class AuditCommands : public testing::Test {
 protected:
  void SetUp() override {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    root_ = testing::TempDir() + "audit_" + std::to_string(::getpid()) + "_" + test->name();
    fs::remove_all(root_);
    fs::create_directories(root_);
    Tell("contract.apply", "credit", "done");
    Tell("alias.set", "credit/champion", "failed: it was refused");
    world_.clock.Advance(std::chrono::hours(3));
    Tell("alias.set", "fraud/champion", "");
  }
  void TearDown() override { fs::remove_all(root_); }

  // A change and, where it is not empty, its outcome.
  void Tell(const std::string& action, const std::string& object, const std::string& outcome) {
    records::ControlLog log(
        {.directory = root_ + "/control", .files = &PosixFileSystem(), .clock = &world_.clock});
    records::ControlEntry entry{.principal = object.starts_with("fraud") ? "bob" : "ann"};
    entry.channel = "cli";
    entry.action = action;
    entry.object = object;
    const auto asked = log.Append(entry);
    ASSERT_TRUE(asked.ok()) << asked.error().ToString();
    if (outcome.empty()) return;
    entry.outcome_of = *asked;
    entry.outcome = outcome;
    ASSERT_TRUE(log.Append(entry).ok());
  }

  int Run(std::vector<std::string> words) {
    words.insert(words.begin(), "audit");
    return world_.Run(words);
  }
  int RunHere(std::vector<std::string> words) {
    words.insert(words.end(), {"--data-dir", root_});
    return Run(std::move(words));
  }
  std::string Write(const std::string& name, const std::string& text) {
    std::ofstream(root_ + "/" + name, std::ios::binary) << text;
    return root_ + "/" + name;
  }
  std::string Read(const std::string& name) {
    return PosixFileSystem().ReadFile(root_ + "/" + name, 1 << 20).value();
  }
  std::size_t Rows() const {
    const std::string& out = world_.out.written;
    return static_cast<std::size_t>(std::count(out.begin(), out.end(), '\n')) - 1;
  }
  // A log with one letter of an entry changed.
  std::string Forged() {
    std::string log = Read("control/log");
    const std::size_t at = log.find("credit/champion");
    log[at] = 'C';
    return Write("forged", log);
  }

  FakeWorld world_;
  std::string root_;
};

TEST_F(AuditCommands, ListFoldsOutcomesIntoTheirChanges) {
  ASSERT_EQ(RunHere({"list", "--fields", "seq,actor,action,object,outcome"}), 0)
      << world_.err.written;
  EXPECT_EQ(world_.out.written,
            "seq\tactor\taction\tobject\toutcome\n"
            "0\tann\tcontract.apply\tcredit\tdone\n"
            "2\tann\talias.set\tcredit/champion\tfailed: it was refused\n"
            "4\tbob\talias.set\tfraud/champion\t\n");
}

TEST_F(AuditCommands, ListTakesFilters) {
  const std::vector<std::pair<std::vector<std::string>, std::size_t>> cases = {
      {{}, 3},
      {{"--actor", "ann"}, 2},
      {{"--action", "alias"}, 2},
      {{"--action", "alias.set"}, 2},
      {{"--action", "ali"}, 0},
      {{"--object", "credit"}, 2},
      {{"--object", "cred"}, 0},
      {{"--since", "1h"}, 1},
      {{"--since", "2023-11-14T00:00:00Z"}, 3},
      {{"--limit", "1"}, 1}};
  for (const auto& [flags, rows] : cases) {
    std::vector<std::string> words = {"list"};
    words.insert(words.end(), flags.begin(), flags.end());
    ASSERT_EQ(RunHere(words), 0) << world_.err.written;
    EXPECT_EQ(Rows(), rows) << testing::PrintToString(flags);
  }
  EXPECT_EQ(RunHere({"list", "--since", "yesterday"}), 2);
}

TEST_F(AuditCommands, VerifyFindsAForgedCopyWithoutTheDataDirectory) {
  EXPECT_EQ(RunHere({"verify"}), 0) << world_.err.written;
  EXPECT_EQ(Run({"verify", "--from", root_ + "/control/log"}), 0) << world_.err.written;
  EXPECT_EQ(Run({"verify", "--from", Forged()}), 1);
  EXPECT_NE(world_.err.written.find("entry 2 (byte"), std::string::npos) << world_.err.written;
}

TEST_F(AuditCommands, AHeadFindsWhatWasCutOff) {
  ASSERT_EQ(RunHere({"head", "--out", root_ + "/head.json"}), 0) << world_.err.written;
  std::string log = Read("control/log");
  log.erase(log.rfind('\n', log.size() - 2) + 1);
  const std::string cut = Write("cut", log);
  EXPECT_EQ(Run({"verify", "--from", cut}), 0) << "the chain alone cannot know";
  const std::string head = root_ + "/head.json", key = root_ + "/control/signing.pub";
  EXPECT_EQ(Run({"verify", "--from", cut, "--head", head, "--key", key}), 1);
  EXPECT_EQ(Run({"verify", "--from", root_ + "/control/log", "--head", head, "--key", key}), 0)
      << world_.err.written;
}

TEST_F(AuditCommands, ProvesAnEntryToWhoHasTheHead) {
  const std::string head = root_ + "/head.json", key = root_ + "/control/signing.pub";
  const std::string proof = root_ + "/proof.json";
  ASSERT_EQ(RunHere({"head", "--out", head}), 0);
  ASSERT_EQ(RunHere({"prove", "2", "--head", head, "--out", proof}), 0) << world_.err.written;
  EXPECT_EQ(Run({"verify", "--proof", proof, "--head", head, "--key", key}), 0);
  std::string text = Read("proof.json");
  text.replace(text.find("champion"), 8, "Champion");
  EXPECT_EQ(Run({"verify", "--proof", Write("other.json", text), "--head", head}), 1);
  EXPECT_EQ(RunHere({"prove", "77"}), 5);
  EXPECT_EQ(RunHere({"prove"}), 2);
}

TEST_F(AuditCommands, ProvesThatTheLogOnlyGrew) {
  const std::string old = root_ + "/old.json", proof = root_ + "/grew.json";
  ASSERT_EQ(RunHere({"head", "--out", old}), 0);
  Tell("alias.set", "credit/shadow", "done");
  ASSERT_EQ(RunHere({"prove", "--since", old, "--out", proof}), 0) << world_.err.written;
  EXPECT_EQ(
      Run({"verify", "--proof", proof, "--head", old, "--key", root_ + "/control/signing.pub"}), 0)
      << world_.err.written;
}

TEST_F(AuditCommands, SayWhereALogIsLookedFor) {
  EXPECT_EQ(Run({"list", "--data-dir", root_ + "/nowhere"}), 5);
  EXPECT_NE(world_.err.written.find("no control log in"), std::string::npos);
  EXPECT_EQ(Run({"verify", "--from", root_ + "/absent"}), 5);
  EXPECT_EQ(RunHere({"verify", "--head", Write("bad", "no head")}), 2);
  EXPECT_EQ(RunHere({"verify", "--key", Write("bad", "no key")}), 2);
}

}  // namespace
}  // namespace mooring::app::cli

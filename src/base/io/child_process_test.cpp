#include "base/io/child_process.h"

#include <gtest/gtest.h>

namespace mooring {
namespace {

Result<ProgramEnd> Shell(const std::string& script, ProgramRun run = {}) {
  run.arguments = {"sh", "-c", script};
  return ChildProcesses().Run(run);
}

TEST(ChildProcess, GivesInputTakesOutputAndSaysHowItEnded) {
  ProgramRun run;
  run.input.assign(300'000, 'x');  // more than a pipe holds
  run.input.append("end");
  const auto ended = Shell("tail -c 3; echo on stderr >&2; exit 7", run);
  ASSERT_TRUE(ended.ok()) << ended.error().ToString();
  EXPECT_EQ(ended->output, "endon stderr\n");
  EXPECT_EQ(ended->exit_code, 7);
  EXPECT_EQ(ended->signal, 0);
  EXPECT_FALSE(ended->timed_out);
}

TEST(ChildProcess, DoesNotMindAChildThatReadsNothing) {
  ProgramRun run;
  run.input = std::string(1'000'000, 'x');
  EXPECT_EQ(Shell("exit 0", run)->exit_code, 0);
}

TEST(ChildProcess, PassesArgumentsAsTheyAre) {
  const auto ended = ChildProcesses().Run({.arguments = {"printf", "%s|", "a b", "$(id)", ";"}});
  ASSERT_TRUE(ended.ok());
  EXPECT_EQ(ended->output, "a b|$(id)|;|");
}

TEST(ChildProcess, KeepsOnlySoMuchOfTheOutput) {
  ProgramRun run;
  run.output_limit_bytes = 10;
  const auto ended = Shell("i=0; while [ $i -lt 20000 ]; do echo 123456789; i=$((i+1)); done", run);
  EXPECT_EQ(ended->output, "123456789\n");
  EXPECT_EQ(ended->exit_code, 0);
}

TEST(ChildProcess, EndsTheWholeGroupAtTheDeadline) {
  ProgramRun run;
  run.timeout = std::chrono::milliseconds(100);
  const auto ended = Shell("echo begun; sleep 600 & sleep 600", run);
  ASSERT_TRUE(ended.ok());
  EXPECT_TRUE(ended->timed_out);
  EXPECT_EQ(ended->exit_code, -1);
  EXPECT_EQ(ended->output, "begun\n");
}

TEST(ChildProcess, TellsASignalFromAnExit) {
  const auto ended = Shell("kill -TERM $$");
  EXPECT_EQ(ended->signal, 15);
  EXPECT_EQ(ended->exit_code, -1);
}

TEST(ChildProcess, SaysWhenThereIsNoSuchProgram) {
  EXPECT_EQ(ChildProcesses().Run({.arguments = {"/no/such/program"}}).error().code(),
            Code::kNotFound);
  EXPECT_EQ(ChildProcesses().Run({}).error().code(), Code::kInvalidArgument);
}

}  // namespace
}  // namespace mooring

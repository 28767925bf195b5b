#include "serving/replay.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>

#include "base/io/simulated_file_system.h"
#include "serving/journal_for_tests.h"
#include "serving/kill_switch.h"

namespace mooring::serving {
namespace {

using records::KillScope;
using records::Verdict;
using Kind = KillScope::Kind;

// Decisions of version 2 of model "m", which has the inputs `hour` and `name`; nothing is loaded.
struct ReplayTest : ::testing::Test {
  ReplayTest() {
    CHECK(files.MakeDirectories("data").ok());
    KillSwitch::Options options;
    options.files = &files;
    options.clock = &clock;
    options.list_file = "data/kills.json";
    kills.emplace(std::move(options));
    kills->Open();
    binding->model = "m";
    binding->version = 2;
    binding->inputs = Fields(
        {{"hour", data::Type::kInt32, true, nullptr}, {"name", data::Type::kInt32, true, nullptr}});
    binding->outputs = Fields({{"score", data::Type::kFloat64, true, nullptr}});
    inputs = data::Batch(binding->inputs);
    outputs = data::Batch(binding->outputs);
  }
  static std::shared_ptr<const data::Schema> Fields(std::vector<data::Field> fields) {
    return std::make_shared<const data::Schema>(data::Schema::Make(std::move(fields)).value());
  }
  void Row(Verdict verdict, std::int32_t hour) {
    inputs.column(0).Append(hour);
    inputs.column(1).Append(std::int32_t{1});
    outputs.column(0).Append(0.5);
    decisions.emplace_back().verdict = verdict;
    inputs.SetRows(decisions.size());
    outputs.SetRows(decisions.size());
  }
  DecisionAnswer Replay() {
    records::DecisionBlock block;
    block.binding = binding;
    block.inputs = &inputs;
    block.outputs = &outputs;
    block.rows = decisions;
    block.imputed = imputed;
    const DecisionId first = journal.Append(block, nullptr).value();
    auto answer = ReplayDecision(journal, Snapshot(), {first, 1}, &*kills);
    EXPECT_TRUE(answer.ok());
    return std::move(answer).value();
  }
  void Kill(const KillScope& scope) {
    kills->Throw(scope, {"anna"}, "", [](const Result<records::Kill>& kill) { CHECK(kill.ok()); });
  }
  // As the gate of an answer asks.
  bool MayLeave(const DecisionAnswer& answer) const {
    return std::ranges::all_of(answer.sources, [&](VersionNumber version) {
      return kills->MayLeave(answer.kill_epoch, "m", version, "shop");
    });
  }

  SimulatedFileSystem files;
  SimulatedClock clock;
  testing::MemoryJournal journal;
  std::optional<KillSwitch> kills;
  std::shared_ptr<records::Binding> binding = std::make_shared<records::Binding>();
  data::Batch inputs, outputs;
  std::vector<records::RowDecision> decisions;
  std::vector<records::Imputed> imputed;
};

TEST_F(ReplayTest, AFallbackMayBeOfAnyVersionAlsoOfOneThatIsGone) {
  Row(Verdict::kFallback, 3);
  Kill({Kind::kVersion, "other", 1});
  EXPECT_TRUE(MayLeave(Replay()));
  Kill({Kind::kVersion, "m", 1});
  EXPECT_FALSE(MayLeave(Replay())) << "whose value it was is not kept";
}

TEST_F(ReplayTest, AnAdmittedValueIsOfTheVersionThatDecided) {
  Row(Verdict::kAdmit, 3);
  Kill({Kind::kVersion, "m", 1});
  EXPECT_TRUE(MayLeave(Replay()));
  Kill({Kind::kVersion, "m", 2});
  EXPECT_FALSE(MayLeave(Replay()));
}

TEST_F(ReplayTest, ADenialHasNoSource) {
  Row(Verdict::kDeny, 3);
  EXPECT_TRUE(Replay().sources.empty());
}

TEST_F(ReplayTest, IsStoppedWhenOneOfItsOwnRowsIsInTheSegment) {
  Kill({Kind::kSegment, "m", 0, "1 > 2"});
  Kill({Kind::kSegment, "m", 0, "hour > 5"});
  Row(Verdict::kAdmit, 3);
  Row(Verdict::kDeny, 9);
  const DecisionAnswer before = Replay();
  EXPECT_TRUE(MayLeave(before)) << "the denied row says nothing of a model";
  Kill({Kind::kSegment, "m", 0, "hour > 7"});
  EXPECT_FALSE(MayLeave(before)) << "stopped since it was judged";
  EXPECT_TRUE(MayLeave(Replay()));
  Row(Verdict::kAdmit, 6);
  EXPECT_FALSE(MayLeave(Replay()));
}

TEST_F(ReplayTest, WhatCannotBeSaidOfASegmentIsStopped) {
  binding->pseudonymised = {1};
  Row(Verdict::kAdmit, 3);
  Kill({Kind::kSegment, "m", 0, "hour > 5"});
  EXPECT_TRUE(MayLeave(Replay())) << "it looks at none that is pseudonymised";
  imputed = {{0, 0}};
  EXPECT_FALSE(MayLeave(Replay())) << "the model saw another hour";
  imputed.clear();
  Kill({Kind::kSegment, "m", 0, "name > 5"});
  EXPECT_FALSE(MayLeave(Replay()));
  ASSERT_TRUE(kills->Release(2).ok());
  EXPECT_TRUE(MayLeave(Replay()));
  Kill({Kind::kSegment, "m", 0, "minute > 5"});
  EXPECT_FALSE(MayLeave(Replay())) << "a condition that does not fit";
}

}  // namespace
}  // namespace mooring::serving

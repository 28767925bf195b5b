#include "serving/loaded_models.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <thread>

#include "serving/decide.h"
#include "serving/journal_for_tests.h"
#include "serving/registry_for_tests.h"
#include "serving/row_builder.h"
#include "serving/served_for_tests.h"

namespace mooring::serving {
namespace {

using testing::AddingPredictor;
using testing::ContractOf;
using testing::Input;
using testing::MemoryRegistry;

class LoadedModelsTest : public ::testing::Test {
 protected:
  // Version n scores n × 1000 + hour; versions in broken_ do not load.
  Result<std::shared_ptr<const ServedVersion>> Load(const VersionKey& key) {
    loads_.fetch_add(1);
    if (before_load) before_load(key);
    if (key.version == broken_) return Error(broken_code_, "golden row 3 differs");
    records::Contract contract = ContractOf({Input("hour", data::Type::kInt32)});
    contract.model = key.model;
    contract.hash = key.contract_hash;
    return testing::Serve(
        std::move(contract),
        std::make_shared<AddingPredictor>(testing::FloatInputs({"hour"}), key.version * 1000.0),
        key.version);
  }
  void Start(bool own_thread) {
    LoadedModels::Options options;
    options.registry = &registry_;
    options.clock = &clock_;
    options.loader = [this](const VersionKey& key) { return Load(key); };
    options.own_thread = own_thread;
    models_ = LoadedModels::Start(std::move(options)).value();
  }
  VersionNumber Champion() const {
    const auto snapshot = models_->Current();
    const ServedModel* const model = snapshot->Find("m");
    return model == nullptr || model->champion == nullptr ? 0 : model->champion->number;
  }
  void AwaitChampion(VersionNumber version) const {
    while (Champion() != version) std::this_thread::yield();
  }

  MemoryRegistry registry_;
  SimulatedClock clock_;
  std::atomic<int> loads_{0};
  std::atomic<VersionNumber> broken_{0};
  Code broken_code_ = Code::kFailedPrecondition;
  std::function<void(const VersionKey&)> before_load;
  std::unique_ptr<LoadedModels> models_;
};

TEST_F(LoadedModelsTest, ServesNothingUntilSomethingOughtToServe) {
  Start(false);
  EXPECT_TRUE(models_->Current()->models.empty());
  ASSERT_TRUE(models_->ConvergeNow().ok());
  EXPECT_TRUE(models_->Current()->models.empty());
}

TEST_F(LoadedModelsTest, ConvergesToChampionAndPreviousAndRollsBackWithoutLoading) {
  Start(false);
  registry_.Route("m", 2, 1);
  ASSERT_TRUE(models_->ConvergeNow().ok());
  EXPECT_EQ(Champion(), 2U);
  const auto snapshot = models_->Current();
  EXPECT_EQ(snapshot->Find("m")->previous->number, 1U);
  EXPECT_EQ(snapshot->Find("m")->versions.size(), 2U);
  EXPECT_EQ(snapshot->revision, 1U);
  const int before = loads_.load();
  registry_.Route("m", 1, 0);
  ASSERT_TRUE(models_->ConvergeNow().ok());
  EXPECT_EQ(Champion(), 1U);
  EXPECT_EQ(loads_.load(), before);
}

TEST_F(LoadedModelsTest, KeepsWhatServesAndSaysWhyWhenAVersionDoesNotLoad) {
  Start(false);
  registry_.Route("m", 1, 0);
  ASSERT_TRUE(models_->ConvergeNow().ok());
  broken_ = 2;
  registry_.Route("m", 2, 1);
  ASSERT_TRUE(models_->ConvergeNow().ok());
  EXPECT_EQ(Champion(), 1U);
  const auto snapshot = models_->Current();
  ASSERT_TRUE(snapshot->Find("m")->problem.has_value());
  EXPECT_EQ(snapshot->Find("m")->problem->version, 2U);
  EXPECT_NE(snapshot->Find("m")->problem->message.find("golden row 3"), std::string::npos);
}

TEST_F(LoadedModelsTest, TriesAgainWhatMayPassAndNotWhatIsBroken) {
  for (const bool passing : {true, false}) {
    broken_ = 1;
    broken_code_ = passing ? Code::kUnavailable : Code::kDataLoss;
    Start(false);
    registry_.Route("m", 1, 0);
    ASSERT_TRUE(models_->ConvergeNow().ok());
    broken_ = 0;
    ASSERT_TRUE(models_->ConvergeNow().ok());
    EXPECT_EQ(Champion(), 0U);
    clock_.Advance(std::chrono::seconds(6));
    ASSERT_TRUE(models_->ConvergeNow().ok());
    EXPECT_EQ(Champion(), passing ? 1U : 0U);
  }
}

TEST_F(LoadedModelsTest, LeavesWhatServesWhenTheRegistryCannotBeRead) {
  Start(false);
  registry_.Route("m", 1, 0);
  ASSERT_TRUE(models_->ConvergeNow().ok());
  registry_.broken = true;
  EXPECT_FALSE(models_->ConvergeNow().ok());
  EXPECT_EQ(Champion(), 1U);
}

TEST_F(LoadedModelsTest, FreesAVersionWhenItsLastRequestEnds) {
  Start(false);
  registry_.Route("m", 1, 0);
  ASSERT_TRUE(models_->ConvergeNow().ok());
  auto held = models_->Current();
  const std::weak_ptr<const ServedVersion> first = held->Find("m")->champion;
  registry_.Route("m", 2, 0);
  ASSERT_TRUE(models_->ConvergeNow().ok());
  EXPECT_EQ(Champion(), 2U);
  EXPECT_FALSE(first.expired());
  held.reset();
  EXPECT_TRUE(first.expired());  // although this thread has read the old snapshot before
}

TEST_F(LoadedModelsTest, LoadsAnewUnderAnotherContract) {
  Start(false);
  registry_.Route("m", 1, 0, "old");
  ASSERT_TRUE(models_->ConvergeNow().ok());
  registry_.Route("m", 1, 0, "new");
  ASSERT_TRUE(models_->ConvergeNow().ok());
  EXPECT_EQ(models_->Current()->Find("m")->champion->contract->hash, "new");
}

TEST_F(LoadedModelsTest, RollsBackWhileAnotherVersionIsStillLoading) {
  Start(true);
  registry_.Route("m", 2, 1);
  ASSERT_TRUE(models_->ConvergeNow().ok());
  AwaitChampion(2);
  std::promise<void> begun, go_on;
  before_load = [&](const VersionKey& key) {
    if (key.version != 3) return;
    begun.set_value();
    go_on.get_future().wait();
  };
  registry_.Route("m", 3, 2);
  begun.get_future().wait();
  registry_.Route("m", 1, 0);
  AwaitChampion(1);  // hangs here if a load held it up
  go_on.set_value();
}

TEST_F(LoadedModelsTest, SeesChangesOfOtherProcesses) {
  Start(true);
  registry_.RouteOutside("m", 4, 0);
  AwaitChampion(4);
}

TEST_F(LoadedModelsTest, TriesAgainWhenTheRegistryCouldNotBeReadAtAChange) {
  Start(true);
  for (VersionNumber version = 1; version <= 10; ++version) {
    registry_.refused_reads = 1;
    registry_.RouteOutside("m", version, 0);
    AwaitChampion(version);  // hangs here if the change was forgotten
  }
}

TEST_F(LoadedModelsTest, ConvergesWhileOtherThreadsLoadTheSame) {
  Start(true);
  for (VersionNumber version = 1; version <= 300; ++version) {
    registry_.Route("m", version, 0);
    std::vector<std::jthread> others;
    for (int i = 0; i < 3; ++i) {
      others.emplace_back([this] { EXPECT_TRUE(models_->ConvergeNow().ok()); });
    }
    ASSERT_TRUE(models_->ConvergeNow().ok());  // hangs if a load that ended counts as going on
    ASSERT_EQ(Champion(), version) << "loaded and not shown";
  }
}

TEST_F(LoadedModelsTest, EveryAnswerIsOfTheVersionThatItNamesThroughAThousandSwaps) {
  Start(true);
  registry_.Route("m", 1, 2);
  ASSERT_TRUE(models_->ConvergeNow().ok());
  testing::MemoryJournal journal;
  Decider::Options options;
  options.clock = &clock_;
  options.journal = &journal;
  options.snapshot = [this] { return models_->Current(); };
  const auto decider = Decider::Make(std::move(options)).value();
  std::atomic<bool> stop{false};
  std::atomic<std::uint64_t> answers{0}, wrong{0}, refused{0};
  const auto ask = [&](int hour) {
    auto served = decider->Resolve("m", 0);
    if (!served.ok()) return void(refused.fetch_add(1));
    RowBuilder builder(std::move(served).value(), Coercion::kStrict);
    builder.BeginRow();
    builder.SetInteger(0, hour);
    builder.EndRow();
    DecisionRequest request;
    builder.Finish(request);
    decider->Decide(std::move(request), [&, hour](DecisionAnswer answer) {
      answers.fetch_add(1);
      if (!answer.status.ok()) return void(refused.fetch_add(1));
      const double expected = answer.served->number * 1000.0 + hour;
      if (answer.rows[0].decision.score != expected) wrong.fetch_add(1);
    });
  };
  std::vector<std::jthread> readers;
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back([&, i] {
      for (int hour = i; !stop.load(); hour = (hour + 1) % 24) {
        ask(hour);
        if (hour == 0) journal.Forget();
      }
    });
  }
  for (int swap = 0; swap < 1000; ++swap) {
    const VersionNumber next = swap % 2 == 0 ? 2 : 1;
    registry_.Route("m", next, 3 - next);
    AwaitChampion(next);
  }
  const std::uint64_t at_least = answers.load() + 100;
  while (answers.load() < at_least) std::this_thread::yield();
  stop = true;
  readers.clear();
  EXPECT_EQ(wrong.load(), 0U);
  EXPECT_EQ(refused.load(), 0U);
  EXPECT_GT(answers.load(), 100U);
}

}  // namespace
}  // namespace mooring::serving

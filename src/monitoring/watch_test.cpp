#include "monitoring/watch.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>

#include "base/io/simulated_file_system.h"
#include "base/rng.h"
#include "data/stats/profile.h"
#include "data/store/sqlite.h"

namespace mooring::monitoring {
namespace {

constexpr char kContract[] = R"(model: price
owner: {team: pricing}
inputs:
  x: {type: float64}
output: {name: prediction, task: regression}
monitor:
  window: {rows: 500, every: 1h, min_rows: 200}
)";

constexpr char kReferenceBlob[] =
    "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
    "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

double Normal(Rng& rng) {
  return std::sqrt(-2 * std::log(1 - rng.Uniform())) * std::cos(6.283185307179586 * rng.Uniform());
}

std::shared_ptr<const data::Schema> One(const std::string& name) {
  auto schema = data::Schema::Make({{.name = name}});
  return std::make_shared<const data::Schema>(std::move(schema).value());
}

// A journal on a simulated disk, a registry in a real directory (SQLite has its own file access),
// and rows written as serving would.
class WatchTest : public testing::Test {
 protected:
  WatchTest()
      : folder_(testing::TempDir() + "watch_" +
                testing::UnitTest::GetInstance()->current_test_info()->name()) {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    registry_ = records::Registry::Open({.directory = folder_, .clock = &clock_}).value();
    const records::Change change{.author = "test", .reason = "test"};
    auto applied = registry_->ApplyContract(kContract, change);
    EXPECT_TRUE(applied.ok()) << applied.error().ToString();
    contract_hash_ = applied->contract_hash;
    for (const char* reference : {kReferenceBlob, kReferenceBlob, ""}) {
      records::NewVersion version;
      version.artifact_blob = std::string(64, 'a');
      version.reference_blob = reference;
      version.format = "xgboost";
      const auto registered = registry_->RegisterVersion("price", version, change);
      EXPECT_TRUE(registered.ok()) << registered.error().ToString();
    }
    OpenJournal();
    reference_ = Reference();
  }
  ~WatchTest() override {
    journal_.reset();
    registry_.reset();
    std::filesystem::remove_all(folder_);
  }

  void OpenJournal() {
    journal_.reset();
    auto journal = records::Journal::Open(
        {.directory = "/journal", .files = &files_, .clock = &clock_, .own_thread = false});
    ASSERT_TRUE(journal.ok()) << journal.error().ToString();
    journal_ = std::move(*journal);
  }

  static std::string Reference() {
    auto schema = data::Schema::Make({{.name = "x"}, {.name = "score"}});
    data::Batch rows(std::make_shared<const data::Schema>(std::move(schema).value()));
    Rng rng(7);
    for (int row = 0; row < 10'000; ++row) {
      const double x = Normal(rng);
      rows.column(0).Append(x);
      rows.column(1).Append(2 * x);
    }
    rows.SetRows(10'000);
    return data::LearnReference(rows).value().ToJson();
  }

  std::unique_ptr<Watch> MakeWatch() {
    Watch::Options options;
    options.files = &files_;
    options.clock = &clock_;
    options.journal = journal_.get();
    options.journal_directory = "/journal";
    options.checkpoint_file = "/watch.json";
    options.registry = registry_.get();
    options.read_blob = [this](std::string_view) -> Result<std::string> { return reference_; };
    options.store_verdicts = store_verdicts_;
    options.on_problem = [this](const Error& error) { problems_.push_back(error.ToString()); };
    auto watch = Watch::Make(std::move(options));
    EXPECT_TRUE(watch.ok()) << watch.error().ToString();
    return std::move(watch).value();
  }

  // One block of `rows` decisions of `version`, x normal around `shift`.
  void Decide(std::size_t rows, VersionNumber version = 1, double shift = 0) {
    auto binding = std::make_shared<records::Binding>();
    binding->model = "price";
    binding->version = version;
    binding->contract_hash = contract_hash_;
    binding->inputs = One("x");
    binding->outputs = One("prediction");
    data::Batch inputs(binding->inputs), outputs(binding->outputs);
    for (std::size_t row = 0; row < rows; ++row) {
      const double x = Normal(rng_) + shift;
      inputs.column(0).Append(x);
      outputs.column(0).Append(2 * x);
    }
    inputs.SetRows(rows);
    outputs.SetRows(rows);
    const std::vector<records::RowDecision> decided(rows);
    const records::DecisionBlock block{.binding = binding,
                                       .at = clock_.Now(),
                                       .caller = "",
                                       .request_id = "",
                                       .inputs = &inputs,
                                       .outputs = &outputs,
                                       .rows = decided};
    ASSERT_TRUE(journal_->Append(block, nullptr).ok());
    journal_->CommitNow();
    clock_.Advance(Micros(1000));
  }

  SimulatedClock clock_;
  SimulatedFileSystem files_;
  std::string folder_, contract_hash_, reference_;
  std::unique_ptr<records::Registry> registry_;
  std::unique_ptr<records::Journal> journal_;
  std::function<Status(std::span<const records::StoredVerdict>)> store_verdicts_;
  std::vector<std::string> problems_;
  Rng rng_{11};
};

TEST_F(WatchTest, AWindowClosesWhenItHasItsRows) {
  const auto watch = MakeWatch();
  for (int block = 0; block < 7; ++block) Decide(100);
  ASSERT_TRUE(watch->CatchUp().ok());
  EXPECT_EQ(watch->windows_closed(), 1U);
  ASSERT_EQ(watch->Latest().size(), 1U);
  EXPECT_EQ(watch->Latest()[0].rows, 500U);
  EXPECT_EQ(watch->Latest()[0].verdict, WindowVerdict::kOk) << watch->Latest()[0].reason;
  EXPECT_EQ(watch->LagBytes(), 0U);
  EXPECT_TRUE(problems_.empty()) << problems_.front();
}

TEST_F(WatchTest, AMovedInputAndScoreAreDriftAndStored) {
  const auto watch = MakeWatch();
  Decide(500, 1, 1.0);
  ASSERT_TRUE(watch->CatchUp().ok());
  EXPECT_EQ(watch->windows_drifted(), 1U);
  const auto stored = registry_->Verdicts("price", {.limit = 10});
  ASSERT_TRUE(stored.ok());
  ASSERT_EQ(stored->size(), 1U);
  const auto report = FromStored(stored->front());
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(report->verdict, WindowVerdict::kDrift);
  ASSERT_EQ(report->features.size(), 2U);
  EXPECT_EQ(report->features[1].feature, "score");
  EXPECT_TRUE(report->features[1].drifted);
}

TEST_F(WatchTest, KeepsVerdictsWhileAnotherProcessHoldsTheRegistry) {
  constexpr std::chrono::milliseconds kWait{20};
  registry_ =
      records::Registry::Open({.directory = folder_, .clock = &clock_, .wait = kWait}).value();
  auto other = data::Database::Open(folder_ + "/registry.db", {}).value();
  const auto watch = MakeWatch();
  Decide(500);
  ASSERT_TRUE(other.Execute("BEGIN IMMEDIATE").ok());
  ASSERT_TRUE(watch->CatchUp().ok());
  EXPECT_EQ(problems_.size(), 1U);
  ASSERT_TRUE(other.Execute("ROLLBACK").ok());
  EXPECT_TRUE(registry_->Verdicts("price", {.limit = 10})->empty());
  ASSERT_TRUE(watch->CatchUp().ok());
  EXPECT_EQ(registry_->Verdicts("price", {.limit = 10})->size(), 1U);
}

TEST_F(WatchTest, TimeClosesAWindowThatDoesNotFill) {
  const auto watch = MakeWatch();
  Decide(10);
  ASSERT_TRUE(watch->CatchUp().ok());
  EXPECT_EQ(watch->windows_closed(), 0U);
  clock_.Advance(std::chrono::hours(1));
  ASSERT_TRUE(watch->CatchUp().ok());
  ASSERT_EQ(watch->windows_closed(), 1U);
  EXPECT_EQ(watch->Latest()[0].verdict, WindowVerdict::kNotEnoughData);
  clock_.Advance(std::chrono::hours(1));
  ASSERT_TRUE(watch->CatchUp().ok());
  EXPECT_EQ(watch->windows_closed(), 1U) << "an empty window is no window";
}

TEST_F(WatchTest, VersionsHaveWindowsOfTheirOwn) {
  const auto watch = MakeWatch();
  for (int block = 0; block < 5; ++block) {
    Decide(100, 1);
    Decide(100, 2, 3.0);
  }
  ASSERT_TRUE(watch->CatchUp().ok());
  EXPECT_EQ(watch->windows_closed(), 2U);
  EXPECT_EQ(watch->windows_drifted(), 1U);
}

TEST_F(WatchTest, AVersionWithoutReferenceIsNotJudged) {
  const auto watch = MakeWatch();
  Decide(500, 3);
  ASSERT_TRUE(watch->CatchUp().ok());
  ASSERT_EQ(watch->windows_closed(), 1U);
  EXPECT_EQ(watch->Latest()[0].verdict, WindowVerdict::kNotEnoughData);
}

TEST_F(WatchTest, ARestartedWatchComesToTheSameWindows) {
  std::vector<WindowReport> straight, interrupted;
  {
    const auto watch = MakeWatch();
    for (int block = 0; block < 23; ++block) Decide(60, 1, block * 0.05);
    ASSERT_TRUE(watch->CatchUp().ok());
    const auto verdicts = registry_->Verdicts("price", {.limit = 100}).value();
    for (const auto& stored : verdicts) {
      straight.push_back(FromStored(stored).value());
    }
  }
  // Again from the journal alone, three times over: verdicts are stored anew, not beside the old.
  OpenJournal();
  for (int times = 0; times < 3; ++times) ASSERT_TRUE(MakeWatch()->CatchUp().ok());
  const auto verdicts = registry_->Verdicts("price", {.limit = 100}).value();
  for (const auto& stored : verdicts) {
    interrupted.push_back(FromStored(stored).value());
  }
  ASSERT_EQ(straight.size(), 2U);
  ASSERT_EQ(interrupted.size(), straight.size());
  for (std::size_t i = 0; i < straight.size(); ++i) {
    EXPECT_EQ(EvidenceJson(straight[i]), EvidenceJson(interrupted[i]));
    EXPECT_EQ(straight[i].start, interrupted[i].start);
    EXPECT_EQ(straight[i].rows, interrupted[i].rows);
  }
}

TEST_F(WatchTest, VerdictsWaitForARegistryWhoseDiskIsFull) {
  Code failure = Code::kResourceExhausted;
  bool fails = true;
  store_verdicts_ = [&](std::span<const records::StoredVerdict> verdicts) -> Status {
    if (fails) return Error(failure, "not now");
    return registry_->StoreVerdicts(verdicts);
  };
  const auto watch = MakeWatch();
  for (int window = 0; window < 3; ++window) {
    Decide(500);
    ASSERT_TRUE(watch->CatchUp().ok());
  }
  EXPECT_EQ(problems_.size(), 1U) << "told once, not once a pass";
  EXPECT_EQ(registry_->Verdicts("price", {.limit = 100})->size(), 0U);
  fails = false;
  ASSERT_TRUE(watch->CatchUp().ok());
  EXPECT_EQ(registry_->Verdicts("price", {.limit = 100})->size(), 3U);
  // What will never be taken is told and let go.
  fails = true;
  failure = Code::kNotFound;
  Decide(500);
  ASSERT_TRUE(watch->CatchUp().ok());
  EXPECT_EQ(problems_.size(), 2U);
  fails = false;
  ASSERT_TRUE(watch->CatchUp().ok());
  EXPECT_EQ(registry_->Verdicts("price", {.limit = 100})->size(), 3U);
}

TEST_F(WatchTest, ARunningWatchKeepsItsPlaceAndStopsWhenTold) {
  std::stop_source stop;
  stop.request_stop();
  const auto watch = MakeWatch();
  Decide(500);
  watch->Run(stop.get_token());
  EXPECT_EQ(watch->windows_closed(), 0U) << "told to stop before it began";
  ASSERT_TRUE(watch->CatchUp().ok());
  EXPECT_EQ(watch->windows_closed(), 1U);
}

}  // namespace
}  // namespace mooring::monitoring

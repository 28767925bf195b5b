// WatchTest: a watch over a journal on a simulated disk and a registry in a real directory (SQLite
// has its own file access), with rows written as serving would. For the tests of this folder.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/io/simulated_file_system.h"
#include "base/limits.h"
#include "base/rng.h"
#include "data/stats/profile.h"
#include "monitoring/learned.h"
#include "monitoring/watch.h"

namespace mooring::monitoring {

inline constexpr char kContract[] = R"(model: price
owner: {team: pricing}
inputs:
  x: {type: float64}
output: {name: prediction, task: regression}
monitor:
  window: {rows: 500, every: 1h, min_rows: 200}
)";

inline constexpr char kReferenceBlob[] =
    "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
    "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

inline constexpr char kWatchBlob[] =
    "cccccccccccccccccccccccccccccccc"
    "cccccccccccccccccccccccccccccccc";

inline double Normal(Rng& rng) {
  return std::sqrt(-2 * std::log(1 - rng.Uniform())) * std::cos(6.283185307179586 * rng.Uniform());
}

inline std::shared_ptr<const data::Schema> One(const std::string& name) {
  auto schema = data::Schema::Make({{.name = name}});
  return std::make_shared<const data::Schema>(std::move(schema).value());
}

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
      if (*reference != 0) version.watch_blob = kWatchBlob;
      version.format = "xgboost";
      const auto registered = registry_->RegisterVersion("price", version, change);
      EXPECT_TRUE(registered.ok()) << registered.error().ToString();
    }
    OpenJournal();
    const data::Batch rows = ReferenceRows();
    const data::BatchProfile whole = data::LearnReference(rows).value();
    reference_ = whole.ToJson();
    Learned learned;
    learned.slices = LearnSlices(std::vector<records::SliceRule>{{"x", {0}}}, rows, whole).value();
    learned_ = LearnedJson(learned);
  }
  ~WatchTest() override {
    journal_.reset();
    registry_.reset();
    std::filesystem::remove_all(folder_);
  }

  void OpenJournal(std::uint64_t segment_bytes = 64 * limits::kMiB) {
    journal_.reset();
    auto journal = records::Journal::Open({.directory = "/journal",
                                           .files = &files_,
                                           .clock = &clock_,
                                           .segment_bytes = segment_bytes,
                                           .own_thread = false});
    ASSERT_TRUE(journal.ok()) << journal.error().ToString();
    journal_ = std::move(*journal);
  }

  static data::Batch ReferenceRows() {
    auto schema = data::Schema::Make({{.name = "x"}, {.name = "score"}});
    data::Batch rows(std::make_shared<const data::Schema>(std::move(schema).value()));
    Rng rng(7);
    for (int row = 0; row < 10'000; ++row) {
      const double x = Normal(rng);
      rows.column(0).Append(x);
      rows.column(1).Append(2 * x);
    }
    rows.SetRows(10'000);
    return rows;
  }

  std::unique_ptr<Watch> MakeWatch() {
    Watch::Options options;
    options.files = &files_;
    options.clock = &clock_;
    options.journal = journal_.get();
    options.journal_directory = "/journal";
    options.checkpoint_file = "/watch.json";
    options.history_directory = "/watch";
    options.registry = registry_.get();
    options.read_blob = [this](std::string_view blob) -> Result<std::string> {
      return blob == kWatchBlob ? learned_ : reference_;
    };
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
                                       .latency_us = latency_us_,
                                       .inputs = &inputs,
                                       .outputs = &outputs,
                                       .rows = decided};
    ASSERT_TRUE(journal_->Append(block, nullptr).ok());
    journal_->CommitNow();
    clock_.Advance(Micros(1000));
  }

  SimulatedClock clock_;
  SimulatedFileSystem files_;
  // What is decided from now on is decided under this contract.
  void Apply(const std::string& contract) {
    const auto applied =
        registry_->ApplyContract(contract, {.author = "test", .reason = "changed"});
    ASSERT_TRUE(applied.ok()) << applied.error().ToString();
    contract_hash_ = applied->contract_hash;
  }
  std::vector<WindowReport> Windows() {
    std::vector<WindowReport> reports;
    const auto stored = registry_->Verdicts("price", {.kind = kDriftVerdict});
    for (const records::StoredVerdict& verdict : *stored) {
      reports.push_back(FromStored(verdict).value());
    }
    return reports;
  }

  std::string folder_, contract_hash_, reference_, learned_;
  std::unique_ptr<records::Registry> registry_;
  std::unique_ptr<records::Journal> journal_;
  std::function<Status(std::span<const records::StoredVerdict>)> store_verdicts_;
  std::vector<std::string> problems_;
  std::uint32_t latency_us_ = 900;
  Rng rng_{11};
};

}  // namespace mooring::monitoring

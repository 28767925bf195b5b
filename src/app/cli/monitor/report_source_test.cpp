// Where verdicts really come from is in tests/cli; here a registry in a directory.
#include "app/cli/monitor/report_source.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "app/cli/testing/fake_process.h"
#include "records/incidents/incident_store.h"

namespace mooring::app::cli {
namespace {

constexpr Time kStart = Time(std::chrono::hours(480'000));

class ReportSource : public testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::remove_all(directory_);
    std::filesystem::create_directories(directory_);
    auto opened = records::Registry::Open({.directory = directory_, .clock = &clock_});
    ASSERT_TRUE(opened.ok());
    registry_ = std::move(*opened);
    const records::Change change{.author = "ann", .reason = "first"};
    ASSERT_TRUE(registry_
                    ->ApplyContract("model: m\npurpose: p\nowner: {team: sales}\n"
                                    "inputs: {a: float64}\noutput: {name: score}\n"
                                    "monitor: {drift: {psi: 0.3}}\nfallback: [deny]\n",
                                    change)
                    .ok());
    records::NewVersion version;
    version.artifact_blob = std::string(64, 'a');
    version.format = "xgboost";
    version.golden_blob = std::string(64, 'b');
    version.validation_json = "[]";
    for (int i = 0; i < 2; ++i) ASSERT_TRUE(registry_->RegisterVersion("m", version, change).ok());
  }
  void TearDown() override {
    registry_.reset();
    std::filesystem::remove_all(directory_);
  }
  void Store(VersionNumber version, int hour) {
    monitoring::WindowReport report;
    report.model = "m";
    report.version = version;
    report.start = kStart + std::chrono::hours(hour);
    report.end = report.start + std::chrono::hours(1);
    report.rows = 1000;
    const records::StoredVerdict stored = monitoring::ToStored(report);
    ASSERT_TRUE(registry_->StoreVerdicts({&stored, 1}).ok());
  }

  const std::string directory_ = testing::TempDir() + "report_source";
  SimulatedClock clock_;
  std::unique_ptr<records::Registry> registry_;
};

TEST_F(ReportSource, HasTheNewestWindowsOfTheVersionJudgedLast) {
  Store(1, 0);
  for (int hour = 1; hour < 6; ++hour) Store(2, hour);
  const auto report = ReportOfModel(*registry_, {.model = "m", .windows = 3});
  ASSERT_TRUE(report.ok()) << report.error().ToString();
  EXPECT_EQ(report->input.facts.version, 2u);
  EXPECT_EQ(report->input.facts.owner, "sales");
  EXPECT_EQ(report->input.rule.psi, 0.3);
  ASSERT_EQ(report->input.history.size(), 3u);
  EXPECT_LT(report->input.history[0].end, report->input.history[2].end);
  EXPECT_EQ(report->input.drift->end, kStart + std::chrono::hours(6));
  EXPECT_EQ(report->verdicts.front().window_end, report->input.drift->end);
  EXPECT_FALSE(report->input.quality.has_value());
  EXPECT_EQ(WindowName(*report->input.drift),
            "m version 2, 1000 rows up to " + FormatTime(report->input.drift->end));
}

TEST_F(ReportSource, HasTheAlertsThatAreOpenOfTheModel) {
  FakeWorld world;
  world.context.settings.Set("data_dir", directory_, "test");
  EXPECT_TRUE(OpenAlertsOf(world.context, "m")->empty());
  const std::string path = DataPaths(directory_).incidents;
  EXPECT_FALSE(std::filesystem::exists(path)) << "asking makes no file";
  auto store = records::IncidentStore::Open(path);
  ASSERT_TRUE(store.ok());
  const auto save = [&](const char* model, records::AlertState state, records::Severity severity) {
    records::AlertRecord alert;
    alert.cause = {model, "drift", "feature_drift", "a"};
    alert.cause.subject += std::to_string(static_cast<int>(state));
    alert.status.state = state;
    alert.status.severity = severity;
    alert.status.since = kStart;
    ASSERT_TRUE(
        (*store)->Write([&](records::IncidentTables& tables) { return tables.Save(alert); }).ok());
  };
  save("m", records::AlertState::kFiring, records::Severity::kCritical);
  save("m", records::AlertState::kPending, records::Severity::kNone);
  save("m", records::AlertState::kResolved, records::Severity::kCritical);
  save("n", records::AlertState::kFiring, records::Severity::kCritical);
  store->reset();
  const auto alerts = OpenAlertsOf(world.context, "m");
  ASSERT_TRUE(alerts.ok()) << alerts.error().ToString();
  ASSERT_EQ(alerts->size(), 2U);
  EXPECT_EQ((*alerts)[0].state, "firing");
  EXPECT_EQ((*alerts)[0].level, monitoring::Level::kAlert);
  EXPECT_EQ((*alerts)[0].since, kStart);
  EXPECT_EQ((*alerts)[0].what, "feature_drift of a2");
  EXPECT_EQ((*alerts)[1].state, "pending");
  EXPECT_EQ((*alerts)[1].level, monitoring::Level::kWarn);
}

TEST_F(ReportSource, SaysWhatIsNotThere) {
  EXPECT_EQ(ReportOfModel(*registry_, {.model = "m"}).error().code(), Code::kNotFound);
  EXPECT_EQ(ReportOfModel(*registry_, {.model = "x"}).error().code(), Code::kNotFound);
  const auto version = ReportOfModel(*registry_, {.model = "m", .version = 9});
  EXPECT_EQ(version.error().code(), Code::kNotFound);
  const auto scored =
      ReportOfModel(*registry_, {.model = "m", .kind = monitoring::kQualityVerdict});
  EXPECT_EQ(scored.error().message(), "no window of 'm' was scored yet");
}

}  // namespace
}  // namespace mooring::app::cli

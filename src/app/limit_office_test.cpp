#include "app/limit_office.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "records/audit/control_log.h"

namespace mooring::app {
namespace {

TEST(FiringAlerts, AreWhatLimitsOnQualityLookAt) {
  const auto store = std::move(records::IncidentStore::Open(":memory:")).value();
  const auto save = [&](std::string model, std::string verdict, std::string subject,
                        records::AlertState state) {
    records::AlertRecord alert;
    alert.cause = {std::move(model), std::move(verdict), "feature_drift", std::move(subject)};
    alert.status.state = state;
    alert.version = 3;
    const Status saved =
        store->Write([&](records::IncidentTables& tables) { return tables.Save(alert); });
    ASSERT_TRUE(saved.ok());
  };
  save("cover", "drift", "a", records::AlertState::kFiring);
  save("cover", "drift", "b", records::AlertState::kFiring);
  save("cover", "quality", "", records::AlertState::kPending);
  save("churn", "service_level", "", records::AlertState::kFiring);
  save("churn", "drift", "", records::AlertState::kResolved);
  const auto standing = FiringAlerts(*store);
  ASSERT_TRUE(standing.ok());
  ASSERT_EQ(standing->size(), 2u);
  const std::vector<serving::LimitControls::Standing> drift = {{"drift", 3}};
  EXPECT_EQ(standing->at("cover"), drift);
  EXPECT_EQ(standing->at("churn")[0].verdict, "service_level");
}

TEST(LimitOffice, ABookThatWasTakenAwayIsMissedByTheControlLog) {
  const std::string folder = testing::TempDir() + "limit_office_" + std::to_string(::getpid());
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  FileSystem& files = PosixFileSystem();
  SimulatedClock clock;
  RememberingLog log;
  serving::LimitLedger ledger({.clock = &clock});
  const auto registry = records::Registry::Open({.directory = folder, .clock = &clock}).value();
  const std::string control = folder + "/control", book = folder + "/limits.db";
  records::ControlLog kept({.directory = control, .files = &files, .clock = &clock});
  const auto open = [&]() -> Status {
    LimitOffice::Options options;
    options.files = &files;
    options.clock = &clock;
    options.log = &log;
    options.ledger = &ledger;
    options.book_file = book;
    options.control_directory = control;
    options.registry = registry.get();
    options.audit = &kept;
    options.snapshot = [] { return std::shared_ptr<const serving::Snapshot>(); };
    options.journal = [] { return nullptr; };
    options.incidents = [] { return nullptr; };
    RETURN_IF_ERROR(LimitOffice::Open(std::move(options)));
    return Ok();
  };
  EXPECT_TRUE(open().ok()) << "a first start";
  ASSERT_TRUE(kept.Append({.action = "limit.lower", .object = "m/daily"}).ok());
  for (int again = 0; again < 2; ++again) EXPECT_EQ(open().error().code(), Code::kDataLoss);
  ASSERT_TRUE(files.WriteFileDurably(book + ".lost", AsBytes("ann: no copy")).ok());
  EXPECT_TRUE(open().ok());
  EXPECT_FALSE(files.Exists(book + ".lost"));
  EXPECT_NE(files.ReadFile(control + "/log", 1 << 20)->find("ann: no copy"), std::string::npos);
  EXPECT_TRUE(open().ok()) << "accepted once, for what was lost then";
  ASSERT_TRUE(kept.Append({.action = "limit.lower", .object = "m/daily"}).ok());
  EXPECT_FALSE(open().ok()) << "another loss";
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace mooring::app

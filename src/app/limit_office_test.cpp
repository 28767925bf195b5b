#include "app/limit_office.h"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace mooring::app

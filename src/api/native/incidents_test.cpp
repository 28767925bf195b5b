#include "api/native/incidents.h"

#include <optional>

#include "api/api_fixture.h"
#include "api/metrics/metrics.h"
#include "control/respond.h"
#include "monitoring/finding.h"

namespace mooring::api {
namespace {

using testing::Answered;

class Incidents : public ::testing::Test {
 protected:
  void SetUp() override {
    auto opened = records::IncidentStore::Open(":memory:");
    ASSERT_TRUE(opened.ok());
    store_ = std::move(*opened);
    desk_.emplace(*store_, clock_);
    monitoring::Finding finding;
    finding.kind = "score_drift";
    finding.level = monitoring::Level::kAlert;
    finding.certain = true;
    records::StoredVerdict verdict;
    verdict.model = "m";
    verdict.window_end = clock_.Now();
    verdict.findings_json = monitoring::FindingsJson({finding});
    verdict.sequence = 1;
    control::Responder responder(
        {.verdicts = [&](std::uint64_t after,
                         std::size_t) -> Result<std::vector<records::StoredVerdict>> {
           if (after > 0) return std::vector<records::StoredVerdict>();
           return std::vector<records::StoredVerdict>{verdict};
         },
         .store = store_.get(),
         .clock = &clock_});
    ASSERT_TRUE(responder.Step().ok());
    api_.use.incidents = &*desk_;
    api_.use.alert_figures = [figures = responder.Figures()] { return figures; };
    api_.use.delivery_figures = [] { return control::DeliveryFigures{5, 2, 1}; };
    api_.handler = MakeHandler(api_.use);
  }
  SimulatedClock clock_;
  std::unique_ptr<records::IncidentStore> store_;
  std::optional<control::IncidentDesk> desk_;
  testing::TestApi api_;
};

TEST_F(Incidents, AreListedShownAndAcknowledged) {
  EXPECT_EQ((*api_.Get("/api/v1/alerts").json().GetArray("alerts"))->size(), 1u);
  EXPECT_EQ((*api_.Get("/api/v1/alerts?model=x").json().GetArray("alerts"))->size(), 0u);
  EXPECT_EQ(*api_.Get("/api/v1/alerts/1").json().GetString("severity"), "critical");
  EXPECT_EQ((*api_.Get("/api/v1/incidents?open=true").json().GetArray("incidents"))->size(), 1u);
  EXPECT_EQ(api_.Post("/api/v1/incidents/1/acknowledge", R"({"author":"ann"})").status, 200);
  EXPECT_EQ(api_.Post("/api/v1/incidents/1/notes", R"({"text":"seen"})").status, 200);
  const Json incident = api_.Get("/api/v1/incidents/1").json();
  EXPECT_EQ(*(*incident.Find("incident")).GetString("acknowledged_by"), "ann");
  EXPECT_EQ(*(**incident.GetArray("timeline")).back().GetString("who"), "api");
}

TEST_F(Incidents, AreSilencedWithAnEnd) {
  EXPECT_EQ(api_.Post("/api/v1/silences", R"({"model":"m","for":"1h","reason":"r"})").status, 200);
  EXPECT_EQ(api_.Post("/api/v1/silences", R"({"model":"m","reason":"r"})").status, 400);
  EXPECT_EQ((*api_.Get("/api/v1/silences").json().GetArray("silences"))->size(), 1u);
  EXPECT_EQ(api_.Post("/api/v1/silences/1/end", "{}").status, 200);
  EXPECT_EQ(api_.Post("/api/v1/silences/1/end", "{}").status, 409);
}

TEST_F(Incidents, RefuseWhatIsNotThere) {
  for (const char* path : {"/api/v1/alerts/2", "/api/v1/alerts/x", "/api/v1/incidents/-1",
                           "/api/v1/incidents/99999999999999999999"}) {
    EXPECT_EQ(api_.Get(path).status, 404) << path;
  }
  EXPECT_EQ(api_.Get("/api/v1/alerts?all=yes").status, 400);
  EXPECT_EQ(api_.Get("/api/v1/notifications?state=lost").status, 400);
  EXPECT_EQ(api_.Get("/api/v1/notifications?state=dead").status, 200);
  EXPECT_EQ(api_.Post("/api/v1/incidents/1/notes", "no json").status, 400);
  api_.use.incidents = nullptr;
  api_.handler = MakeHandler(api_.use);
  EXPECT_EQ(api_.Get("/api/v1/alerts").status, 503);
}

TEST_F(Incidents, AreCountedInMetrics) {
  const std::string text = api_.Get("/metrics").body;
  for (const char* line : {"mooring_alerts_firing{model=\"m\",severity=\"critical\"} 1\n",
                           "mooring_incidents_open 1\n", "mooring_notifications_waiting 0\n",
                           "mooring_deliveries_total 5\n", "mooring_delivery_failures_total 2\n",
                           "mooring_deliveries_given_up_total 1\n"}) {
    EXPECT_NE(text.find(line), std::string::npos) << line;
  }
}

}  // namespace
}  // namespace mooring::api

#include "app/serving_events.h"

#include <gtest/gtest.h>

namespace mooring::app {
namespace {

serving::Snapshot Serving(VersionNumber champion, const std::string& hash) {
  auto contract = std::make_shared<records::Contract>();
  contract->hash = hash;
  auto version = std::make_shared<serving::ServedVersion>();
  version->number = champion;
  version->contract = contract;
  serving::Snapshot snapshot;
  serving::ServedModel& model = snapshot.models["churn"];
  model.name = "churn";
  model.champion = version;
  model.revision = champion;
  return snapshot;
}

TEST(ServingEvents, TellsEachChangeOnce) {
  RememberingLog log;
  ServingEvents events(log);
  events.Look(serving::Snapshot());
  for (int i = 0; i < 2; ++i) events.Look(Serving(1, "aaaa"));
  for (int i = 0; i < 2; ++i) events.Look(Serving(2, "aaaa"));
  for (int i = 0; i < 2; ++i) events.Look(Serving(2, "bbbb"));
  EXPECT_EQ(log.Text(),
            "INFO version loaded model=churn version=1 contract=aaaa\n"
            "INFO champion changed model=churn from=1 to=2 revision=2\n"
            "INFO contract changed model=churn from=aaaa to=bbbb\n");
}

TEST(ServingEvents, TellsAProblemAgainOnlyWhenItIsAnother) {
  RememberingLog log;
  ServingEvents events(log);
  serving::Snapshot snapshot = Serving(1, "aaaa");
  events.Look(snapshot);
  snapshot.models["churn"].problem = serving::LoadProblem{2, "its blob is gone"};
  events.Look(snapshot);
  events.Look(snapshot);
  EXPECT_EQ(log.Lines().size(), 2u);
  EXPECT_EQ(log.Lines().back(),
            "ERROR version does not load model=churn version=2 why=\"its blob is gone\"");
}

TEST(ServingEvents, TellsADriftedWindowOnceAndNoOther) {
  RememberingLog log;
  ServingEvents events(log);
  monitoring::WindowReport window;
  window.model = "churn";
  window.version = 1;
  window.rows = 1000;
  window.end = Time(std::chrono::seconds(100));
  window.verdict = monitoring::WindowVerdict::kOk;
  events.Look(std::span(&window, 1));
  window.end = Time(std::chrono::seconds(200));
  window.verdict = monitoring::WindowVerdict::kDrift;
  window.reason = "score";
  events.Look(std::span(&window, 1));
  events.Look(std::span(&window, 1));
  EXPECT_EQ(log.Text(), "INFO window drifted model=churn version=1 rows=1000 why=score\n");
}

}  // namespace
}  // namespace mooring::app

// The administrative calls over a real registry and a real journal in a directory of their own.
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <thread>
#include <vector>

#include "api/api_fixture.h"
#include "api/native/aliases.h"
#include "api/native/journal.h"
#include "api/native/models.h"
#include "api/native/verdicts.h"
#include "base/threads/background_work.h"
#include "data/store/sqlite.h"

namespace mooring::api {
namespace {

using testing::Answered;
using testing::Send;
using testing::Sent;

class Administration : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
    directory_ = ::testing::TempDir() + "api_" + std::to_string(::getpid()) + "_" + test->name();
    std::filesystem::remove_all(directory_);
    std::filesystem::create_directories(directory_);
    auto opened = records::Registry::Open({.directory = directory_, .clock = &SystemClock()});
    ASSERT_TRUE(opened.ok());
    registry_ = std::move(*opened);
    const records::Change change{.author = "ann", .reason = "first"};
    ASSERT_TRUE(registry_
                    ->ApplyContract("model: m\nowner: {team: sales}\ninputs: {a: float64}\n"
                                    "output: {name: score}\nfallback: [deny]\n",
                                    change)
                    .ok());
    records::NewVersion version;
    version.artifact_blob = std::string(64, 'a');
    version.format = "xgboost";
    version.golden_blob = std::string(64, 'b');
    version.validation_json = "[]";
    version.metrics_json = R"({"auc":0.7})";
    for (int i = 0; i < 2; ++i) ASSERT_TRUE(registry_->RegisterVersion("m", version, change).ok());
    api_.use.registry = registry_.get();
    api_.handler = MakeHandler(api_.use);
  }
  void TearDown() override {
    registry_.reset();
    std::filesystem::remove_all(directory_);
  }
  Answered Put(const std::string& path, const std::string& body, const std::string& headers = "") {
    return Send(api_.handler, "PUT " + path, body, headers);
  }
  static constexpr const char* kChampion = "/api/v1/models/m/aliases/champion";

  std::string directory_;
  std::unique_ptr<records::Registry> registry_;
  testing::TestApi api_;
};

TEST_F(Administration, ShowsModelsAndVersions) {
  const Json models = api_.Get("/api/v1/models").json();
  ASSERT_EQ((**models.GetArray("models")).size(), 1U);
  const Json model = api_.Get("/api/v1/models/m").json();
  EXPECT_EQ(*model.Find("owner")->GetString("team"), "sales");
  EXPECT_EQ(*model.Find("serving")->GetInt("champion"), 1);
  const Json versions = api_.Get("/api/v1/models/m/versions").json();
  ASSERT_EQ((**versions.GetArray("versions")).size(), 2U);
  const Json second = api_.Get("/api/v1/models/m/versions/2").json();
  EXPECT_EQ(*second.GetString("state"), "candidate");
  EXPECT_EQ(*second.Find("metrics")->GetDouble("auc"), 0.7);
  EXPECT_TRUE(second.Find("signature")->IsNull());
  for (const char* path : {"/api/v1/models/none", "/api/v1/models/none/versions",
                           "/api/v1/models/m/versions/9", "/api/v1/models/m/versions/x"}) {
    EXPECT_EQ(api_.Get(path).status, 404) << path;
  }
}

TEST_F(Administration, PromotesAndRollsBackWithReasonsAndRevisions) {
  const Answered first = Put(kChampion, R"({"version":1,"reason":"go","author":"bob"})");
  ASSERT_EQ(first.status, 200) << first.body;
  EXPECT_EQ(*first.json().GetString("author"), "bob");
  const std::string revision = std::to_string(*first.json().GetInt("revision"));
  EXPECT_EQ(Put(kChampion, R"({"version":2,"reason":"x","if_revision":77})").status, 409);
  EXPECT_EQ(Put(kChampion, R"({"version":2,"reason":"x"})", "If-Match: \"77\"\r\n").status, 409);
  EXPECT_EQ(
      Put(kChampion, R"({"version":2,"reason":"better"})", "If-Match: " + revision + "\r\n").status,
      200);
  const Json desired = api_.Get("/api/v1/desired").json();
  EXPECT_EQ(*(**desired.GetArray("routes"))[0].GetInt("champion"), 2);
  const Answered back = api_.Post("/api/v1/models/m/rollback", R"({"reason":"wrong scores"})");
  ASSERT_EQ(back.status, 200) << back.body;
  EXPECT_EQ(*back.json().GetInt("to"), 1);
  const Json aliases = api_.Get("/api/v1/models/m/aliases").json();
  EXPECT_EQ(*aliases.Find("aliases")->GetInt("champion"), 1);
  EXPECT_EQ((**aliases.GetArray("history")).size(), 3U);
}

TEST_F(Administration, TellsWhichVersionWasInProductionAtATime) {
  ASSERT_EQ(Put(kChampion, R"({"version":1,"reason":"go","author":"bob"})").status, 200);
  const std::string moment(*Put(kChampion, R"({"version":2,"reason":"x"})").json().GetString("at"));
  ASSERT_EQ(Put(kChampion, R"({"version":1,"reason":"back"})").status, 200);
  const std::string path = "/api/v1/models/m/aliases?at=";
  const Json then = api_.Get(path + moment).json();
  const Json* const champion = then.Find("at")->Find("champion");
  ASSERT_NE(champion, nullptr);
  EXPECT_EQ(*champion->GetInt("to"), 2);
  EXPECT_EQ(*champion->GetString("reason"), "x");
  EXPECT_EQ(*then.Find("aliases")->GetInt("champion"), 1) << "and now";
  const Json before = api_.Get(path + "2001-01-01T00:00:00Z").json();
  EXPECT_EQ(before.Find("at")->Find("champion"), nullptr);
  for (const char* bad : {"yesterday", "2026-02-30T00:00:00Z", "2026-01-01", "99999999999"}) {
    EXPECT_EQ(api_.Get(path + bad).status, 400) << bad;
  }
}

TEST_F(Administration, OfManyPromotionsFromOneRevisionExactlyOneWins) {
  ASSERT_EQ(Put(kChampion, R"({"version":1,"reason":"go"})").status, 200);
  const std::string revision =
      std::to_string(*api_.Get("/api/v1/models/m/aliases").json().GetInt("revision"));
  const std::string other = R"({"version":2,"reason":"x","if_revision":)" + revision + "}";
  EXPECT_EQ(Put(kChampion, other, "If-Match: 1234\r\n").status, 400) << "which of the two?";
  std::atomic<int> won{0}, lost{0};
  std::vector<std::thread> people;
  for (int i = 0; i < 8; ++i) {
    people.emplace_back([&, i] {
      const int status = i % 2 == 0 ? Put(kChampion, other).status
                                    : Put("/api/v1/models/m/aliases/shadow",
                                          R"({"version":2,"reason":"x"})",
                                          "If-Match: \"" + revision + "\"\r\n").status;
      ++(status == 200 ? won : lost);
      EXPECT_TRUE(status == 200 || status == 409) << status;
    });
  }
  for (std::thread& person : people) person.join();
  EXPECT_EQ(won, 1);
  EXPECT_EQ(lost, 7);
  const Json aliases = api_.Get("/api/v1/models/m/aliases").json();
  EXPECT_EQ((**aliases.GetArray("history")).size(), 2U);
  EXPECT_EQ(*aliases.GetInt("revision"), std::stoi(revision) + 1);
}

TEST_F(Administration, ARefusedVersionServesByForceAndTheHistorySaysSo) {
  records::Change change{.author = "ann", .reason = "bad data"};
  ASSERT_TRUE(registry_->SetVersionState("m", 2, records::VersionRecord::State::kRefused, change)
                  .ok());
  EXPECT_EQ(Put(kChampion, R"({"version":2,"reason":"x"})").status, 422);
  EXPECT_EQ(Put(kChampion, R"({"version":2,"force":true})").status, 400) << "force needs a reason";
  const Answered forced =
      Put(kChampion, R"({"version":2,"reason":"the data are known","author":"bob","force":true})");
  ASSERT_EQ(forced.status, 200) << forced.body;
  EXPECT_TRUE(*forced.json().GetBool("forced"));
  const Json aliases = api_.Get("/api/v1/models/m/aliases").json();
  const Json& last = (**aliases.GetArray("history")).back();
  EXPECT_EQ(*last.GetString("author"), "bob");
  EXPECT_EQ(*last.GetString("reason"), "the data are known");
}

TEST_F(Administration, RefusesChangesWithoutReasonOrSense) {
  const auto before = *api_.Get("/api/v1/desired").json().GetInt("revision");
  const std::pair<std::string, int> cases[] = {
      {"", 400},
      {"[]", 400},
      {R"({"version":1})", 400},
      {R"({"version":1,"reason":""})", 400},
      {R"({"version":1,"reason":")" + std::string(2000, 'r') + "\"}", 400},
      {R"({"reason":"x"})", 400},
      {R"({"version":-1,"reason":"x"})", 400},
      {R"({"version":"1","reason":"x"})", 400},
      {R"({"version":1,"reason":"x","extra":1})", 400},
      {R"({"version":1,"reason":"x","force":"yes"})", 400},
      {R"({"version":9,"reason":"x"})", 404},
      {R"({"version":18446744073709551615,"reason":"x"})", 404},
  };
  for (const auto& [body, status] : cases) {
    EXPECT_EQ(Put(kChampion, body).status, status) << body;
  }
  EXPECT_EQ(Put(kChampion, R"({"version":1,"reason":"x"})", "If-Match: a\r\n").status, 400);
  EXPECT_EQ(Put("/api/v1/models/m/aliases/..x", R"({"version":1,"reason":"x"})").status, 400);
  EXPECT_EQ(api_.Post("/api/v1/models/m/rollback", R"({"reason":"x"})").status, 422);
  EXPECT_EQ(*api_.Get("/api/v1/desired").json().GetInt("revision"), before);
}

TEST_F(Administration, ListsVerdictsNewestFirstWithinALimit) {
  for (int i = 0; i < 3; ++i) {
    records::StoredVerdict verdict;
    verdict.model = "m";
    verdict.version = 1;
    verdict.window_start = Time(std::chrono::hours(i));
    verdict.window_end = Time(std::chrono::hours(i + 1));
    verdict.verdict = "ok";
    verdict.evidence_json = "{\"i\":" + std::to_string(i) + "}";
    ASSERT_TRUE(registry_->StoreVerdicts({&verdict, 1}).ok());
  }
  const Json answer = api_.Get("/api/v1/models/m/verdicts?limit=2").json();
  const Json::Array& verdicts = **answer.GetArray("verdicts");
  ASSERT_EQ(verdicts.size(), 2U);
  EXPECT_EQ(*verdicts[0].Find("evidence")->GetInt("i"), 2);
  for (const char* limit : {"0", "-1", "1001", "1e9", "x", "18446744073709551616"}) {
    EXPECT_EQ(api_.Get("/api/v1/models/m/verdicts?limit=" + std::string(limit)).status, 400);
  }
}

TEST_F(Administration, DecidesWhileAChangeWaitsForAnotherProcessesLock) {
  BackgroundWork work("registry", 1);
  api_.use.administer = [&](std::function<void()> piece) { return work.Take(std::move(piece)); };
  api_.handler = MakeHandler(api_.use);
  auto other = data::Database::Open(directory_ + "/registry.db", {}).value();
  ASSERT_TRUE(other.Execute("BEGIN IMMEDIATE").ok());
  const std::string type = "Content-Type: application/json\r\n";
  Sent put(api_.handler, std::string("PUT ") + kChampion, R"({"version":1,"reason":"x"})", type);
  EXPECT_EQ(api_.Decide(R"({"inputs":{"a":1}})").status, 200);
  EXPECT_FALSE(put.IsAnswered());
  EXPECT_TRUE(other.Execute("ROLLBACK").ok());
  EXPECT_EQ(put.Wait().status, 200);
}

TEST_F(Administration, AsksToComeBackWhenAnotherProcessKeepsItsLock) {
  constexpr std::chrono::milliseconds kWait{50};
  const auto hasty = records::Registry::Open(
      {.directory = directory_, .clock = &SystemClock(), .wait = kWait});
  ASSERT_TRUE(hasty.ok());
  api_.use.registry = hasty->get();
  api_.handler = MakeHandler(api_.use);
  auto other = data::Database::Open(directory_ + "/registry.db", {}).value();
  ASSERT_TRUE(other.Execute("BEGIN IMMEDIATE").ok());
  const Answered late = Put(kChampion, R"({"version":1,"reason":"x"})");
  EXPECT_EQ(late.status, 503) << late.body;
  EXPECT_NE(late.body.find("another process holds"), std::string::npos) << late.body;
  EXPECT_EQ(api_.Get("/api/v1/models").status, 200);
  EXPECT_TRUE(other.Execute("ROLLBACK").ok());
  EXPECT_EQ(Put(kChampion, R"({"version":1,"reason":"x"})").status, 200);
}

TEST_F(Administration, RefusesCallsOnTheRegistryThatItHasNoRoomOrTimeFor) {
  std::function<void()> waiting;
  api_.use.administer = [&](std::function<void()> piece) {
    const bool has_room = waiting == nullptr;
    if (has_room) waiting = std::move(piece);
    return has_room;
  };
  SimulatedClock clock;
  clock.Advance(std::chrono::duration_cast<Micros>(SystemClock().Monotonic() + 2 * kAsideWait));
  api_.use.clock = &clock;
  api_.handler = MakeHandler(api_.use);
  Sent first(api_.handler, "GET /api/v1/models", "", "");
  const Answered second = api_.Get("/api/v1/desired");
  EXPECT_EQ(second.status, 503) << second.body;
  EXPECT_EQ(second.headers.at(0).first, "Retry-After");
  waiting();
  EXPECT_EQ(first.Wait().status, 503);
}

class TailTest : public Administration {
 protected:
  void SetUp() override {
    Administration::SetUp();
    records::Journal::Options options;
    options.directory = directory_ + "/journal";
    options.files = &PosixFileSystem();
    options.clock = &SystemClock();
    std::filesystem::create_directories(options.directory);
    auto journal = records::Journal::Open(options);
    ASSERT_TRUE(journal.ok()) << journal.error().ToString();
    journal_ = std::move(*journal);
    api_.use.journal = journal_.get();
    api_.use.files = options.files;
    api_.use.journal_directory = options.directory;
    api_.handler = MakeHandler(api_.use);
  }
  void TearDown() override {
    journal_.reset();
    Administration::TearDown();
  }
  void Append(std::size_t outcomes, const std::string& text) {
    const records::Outcome one{{1, 1, 4}, Time(), "late", 1, text};
    const std::vector<records::Outcome> record(outcomes, one);
    ASSERT_TRUE(journal_->Append(record, nullptr).ok());
    journal_->CommitNow();
  }
  std::unique_ptr<records::Journal> journal_;
};

TEST_F(TailTest, StopsAtAMebibyteAndGoesOnFromThere) {
  std::string next(*api_.Get("/api/v1/journal").json().GetString("next"));
  for (int i = 0; i < 3; ++i) Append(5000, std::string(600, 't'));
  Append(5000, std::string(5000, 't'));
  Append(1, "last");
  std::vector<std::size_t> shown;
  while (shown.size() < 9) {
    const Answered answer = api_.Get("/api/v1/journal?limit=1000&from=" + next);
    ASSERT_EQ(answer.status, 200) << answer.body;
    EXPECT_LT(answer.body.size(), 2 * kTailBytes + 8192);
    const Json tail = answer.json();
    const Json::Array& records = **tail.GetArray("records");
    if (records.empty()) break;
    const bool is_large = shown.size() < 2;
    EXPECT_EQ(records.back().Find("rows") != nullptr, is_large);
    if (is_large) {
      EXPECT_EQ(*records.back().GetInt("rows"), 5000);
    }
    shown.push_back(records.size());
    next = *tail.GetString("next");
  }
  // Two records pass the limit together; the fourth one does alone, after fewer rows than 1000.
  ASSERT_EQ(shown.size(), 3U);
  EXPECT_EQ(shown[0], 2 * kTailRows);
  EXPECT_GT(shown[1], kTailRows);
  EXPECT_LT(shown[1], 2 * kTailRows);
  EXPECT_EQ(shown[2], 1U);
}

TEST_F(TailTest, ReadsOnTheWorkerAndRefusesWhenItTakesNoMore) {
  bool full = false;
  int done = 0;
  api_.use.later = [&](const std::function<void()>& piece) {
    if (full) return false;
    piece();
    ++done;
    return true;
  };
  api_.handler = MakeHandler(api_.use);
  EXPECT_EQ(api_.Get("/api/v1/journal").status, 200);
  EXPECT_EQ(done, 1);
  full = true;
  EXPECT_EQ(api_.Get("/api/v1/journal").status, 503);
}

TEST_F(TailTest, ShowsRecordsFromAPlaceOn) {
  const std::string begin(*api_.Get("/api/v1/journal").json().GetString("next"));
  Append(1, "");
  const Json tail = api_.Get("/api/v1/journal?limit=10&from=" + begin).json();
  const Json::Array& found = **tail.GetArray("records");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(*found[0].GetString("kind"), "outcome");
  EXPECT_EQ(*found[0].GetString("decision_id"), "d1-1-4");
  const std::string next(*tail.GetString("next"));
  EXPECT_EQ(api_.Get("/api/v1/journal?from=" + next).json().Find("records")->storage().index(),
            tail.Find("records")->storage().index());
  for (const char* from : {"x", "1", "1:", ":1", "1:2:3", "-1:0", "99999999999:0"}) {
    EXPECT_EQ(api_.Get("/api/v1/journal?from=" + std::string(from)).status, 400) << from;
  }
}

}  // namespace
}  // namespace mooring::api

// Every route, every role, a model of one's own, somebody else's, and no token at all; and that
// nothing tells the name of a model that the caller does not see.
#include "api/access.h"

#include <unistd.h>

#include <filesystem>
#include <iterator>
#include <optional>
#include <sstream>

#include "api/api_fixture.h"
#include "control/limits/limit_desk.h"
#include "control/respond.h"
#include "monitoring/finding.h"
#include "records/access/access_book.h"
#include "records/access/token_text.h"
#include "records/journal/journal_fixture.h"
#include "records/tracking/memory_tracking_for_tests.h"

namespace mooring::api {
namespace {

using records::Permission;
using records::Role;
using testing::Answered;
using testing::Sent;

constexpr const char* kForeign = "secret-zeta";
constexpr const char* kAbsent = "absent-zeta";

std::string Replaced(std::string text, const std::string& from, const std::string& to) {
  for (std::size_t at = text.find(from); at != text.npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

class AccessTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
    directory_ = ::testing::TempDir() + "access_" + std::to_string(::getpid()) + test->name();
    std::filesystem::remove_all(directory_);
    std::filesystem::create_directories(directory_ + "/journal");
    FillRegistry();
    FillIncidents();
    FillJournal();
    const std::string path = directory_ + "/access.db";
    store_ =
        records::AccessStore::Open({.path = path, .clock = &SystemClock(), .witness = {}}).value();
    book_ = records::AccessBook::Open({.path = path, .clock = &SystemClock(), .on_problem = {}})
                .value();
    api_.Serve({"m", kForeign});
    api_.use.who = Authenticator({.book = book_.get()});
    api_.use.tracking = &tracking_;
    api_.use.witness = [this](const records::AccessEvent& event) {
      events_.push_back(event);
      return witness_status_;
    };
    api_.handler = MakeHandler(api_.use);
  }
  void TearDown() override {
    book_.reset();
    store_.reset();
    journal_.reset();
    registry_.reset();
    std::filesystem::remove_all(directory_);
  }

  void FillRegistry() {
    registry_ = records::Registry::Open({.directory = directory_, .clock = &SystemClock()}).value();
    const records::Change change{.author = "ann", .reason = "first"};
    for (const std::string& model : {std::string("m"), std::string(kForeign)}) {
      ASSERT_TRUE(registry_
                      ->ApplyContract("model: " + model +
                                          "\nowner: {team: sales}\ninputs: {a: float64}\n"
                                          "output: {name: score}\nfallback: [deny]\n",
                                      change)
                      .ok());
      records::NewVersion version;
      version.artifact_blob = std::string(64, 'a');
      version.format = "xgboost";
      version.golden_blob = std::string(64, 'b');
      version.validation_json = "[]";
      version.metrics_json = "{}";
      ASSERT_TRUE(registry_->RegisterVersion(model, version, change).ok());
      ASSERT_TRUE(registry_->SetAlias(model, "champion", 1, change).ok());
      records::StoredVerdict verdict;
      verdict.model = model;
      verdict.version = 1;
      verdict.window_end = SystemClock().Now();
      verdict.verdict = "alert";
      monitoring::Finding finding;
      finding.kind = "score_drift";
      finding.level = monitoring::Level::kAlert;
      finding.certain = true;
      verdict.findings_json = monitoring::FindingsJson({finding});
      ASSERT_TRUE(registry_->StoreVerdicts({&verdict, 1}).ok());
    }
    api_.use.registry = registry_.get();
  }

  void FillIncidents() {
    incidents_ = records::IncidentStore::Open(":memory:").value();
    desk_.emplace(*incidents_, SystemClock());
    control::Responder::Options options;
    options.verdicts = [this](std::uint64_t after, std::size_t limit) {
      return registry_->VerdictsAfter(after, limit);
    };
    options.store = incidents_.get();
    options.clock = &SystemClock();
    control::Responder responder(std::move(options));
    ASSERT_TRUE(responder.Step().ok());
    api_.use.alert_figures = [figures = responder.Figures()] { return figures; };
    api_.use.incidents = &*desk_;
    for (const std::string& pattern : {std::string(kForeign), std::string("secret*")}) {
      control::DeskCall call{.what = control::DeskCall::What::kSilence};
      call.author = "ann";
      call.body = R"({"model":")" + pattern + R"(","for":"1h","reason":"x"})";
      ASSERT_TRUE(desk_->Answer(call).ok());
    }
    ASSERT_TRUE(incidents_
                    ->Write([](records::IncidentTables& tables) -> Status {
                      records::Notification sent;
                      sent.key = "k";
                      sent.sink = "s";
                      sent.incident = 2;
                      sent.event = "opened";
                      sent.payload_json = std::string(R"({"model":")") + kForeign + "\"}";
                      return tables.Enqueue(sent);
                    })
                    .ok());
  }

  void FillJournal() {
    records::Journal::Options options;
    options.directory = directory_ + "/journal";
    options.files = &PosixFileSystem();
    options.clock = &SystemClock();
    journal_ = records::Journal::Open(options).value();
    for (const char* model : {"m", kForeign}) {
      auto binding = std::make_shared<records::Binding>(*records::TestBinding());
      binding->model = model;
      records::TestBlock block(binding, 7);
      ASSERT_TRUE(journal_->Append(block.block, nullptr).ok());
      records::Refusal refusal;
      refusal.at = SystemClock().Now();
      refusal.model = model;
      refusal.code = "invalid_argument";
      ASSERT_TRUE(journal_->Append(refusal, nullptr).ok());
    }
    journal_->CommitNow();
    api_.use.journal = journal_.get();
    api_.use.files = &PosixFileSystem();
    api_.use.journal_directory = options.directory;
  }

  // The header of a token of a role over "m", or over every model.
  std::string As(Role role, bool everywhere = false, records::CallerCaps caps = {}) {
    records::TokenRequest request;
    request.principal = std::string(records::RoleName(role)) + (everywhere ? "-all" : "");
    request.scope.roles = records::SetOf(role);
    if (!everywhere) request.scope.models = {"m"};
    request.lifetime = std::chrono::hours(1);
    request.caps = caps;
    const auto made = store_->CreateToken(request, RandomSecret(records::kSecretBytes));
    EXPECT_TRUE(made.ok());
    EXPECT_TRUE(book_->Refresh().ok());
    return "Authorization: Bearer " + made->text + "\r\n";
  }

  static std::string TargetOf(const RouteNeed& route, const std::string& first) {
    constexpr const char* kMethods[] = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"};
    std::string path(route.pattern);
    bool is_first = true;
    for (std::size_t at = path.find('{'); at != path.npos; at = path.find('{', at)) {
      path.replace(at, path.find('}', at) + 1 - at, is_first ? first : "1");
      is_first = false;
    }
    return std::string(kMethods[static_cast<std::size_t>(route.method)]) + " " + path;
  }
  Answered Ask(const std::string& line, const std::string& headers, const std::string& body = "") {
    return testing::Send(api_.handler, line, body, headers + "Content-Type: application/json\r\n");
  }

  std::string directory_;
  std::unique_ptr<records::Registry> registry_;
  std::unique_ptr<records::IncidentStore> incidents_;
  std::optional<control::IncidentDesk> desk_;
  std::unique_ptr<records::Journal> journal_;
  std::unique_ptr<records::AccessStore> store_;
  std::unique_ptr<records::AccessBook> book_;
  records::testing::MemoryTracking tracking_{SystemClock()};
  std::vector<records::AccessEvent> events_;
  Status witness_status_;
  testing::TestApi api_;
};

bool OverModel(const RouteNeed& route) { return route.over == "model"; }

TEST_F(AccessTest, WithoutATokenOnlyHealthIsTold) {
  As(Role::kViewer);
  std::set<std::string> open;
  for (const RouteNeed& route : AllRoutes()) {
    for (const char* model : {"m", kForeign}) {
      const Answered answer = Ask(TargetOf(route, model), "");
      if (route.permission == Permission::kNothing) {
        EXPECT_NE(answer.status, 401) << route.pattern;
        EXPECT_EQ(answer.body.find(kForeign), std::string::npos);
        open.insert(std::string(route.pattern));
        continue;
      }
      EXPECT_EQ(answer.status, 401) << route.pattern;
      ASSERT_FALSE(answer.headers.empty());
      EXPECT_EQ(answer.headers[0].first, "WWW-Authenticate");
    }
  }
  EXPECT_EQ(open, (std::set<std::string>{"/v2/health/live", "/v2/health/ready", "/ping", "/health",
                                         "/live", "/ready"}));
  EXPECT_EQ(Ask("GET /nothing", "").status, 401) << "nor what there is not";
  EXPECT_EQ(Ask("GET /v2/models/m/infer", "").status, 401);
}

TEST_F(AccessTest, EveryRouteAsksEveryRole) {
  for (const records::RoleRow& row : records::kRoleTable) {
    const std::string own = As(row.role), all = As(row.role, true);
    for (const RouteNeed& route : AllRoutes()) {
      const bool may = records::Allows(records::SetOf(row.role), route.permission);
      const bool every = route.over == "every";  // a role over one model is not enough
      const auto check = [&](const std::string& headers, const char* model, bool sees) {
        const bool silence = TargetOf(route, "") == "POST /api/v1/silences";
        const std::string body = silence ? R"({"model":"m","for":"1h","reason":"x"})" : "";
        const std::string target = TargetOf(route, OverModel(route) ? model : "1");
        const int status = Ask(target, headers, body).status;
        const std::string what = std::string(row.name) + " " + TargetOf(route, model);
        if (OverModel(route) && !sees) {
          EXPECT_EQ(status, 404) << what;
        } else if (may && (!every || headers == all)) {
          EXPECT_TRUE(status != 401 && status != 403) << what << status;
        } else {
          EXPECT_EQ(status, 403) << what;
        }
      };
      check(own, "m", true);
      check(own, kForeign, false);
      check(all, "m", true);
      check(all, kForeign, true);
    }
  }
}

// The windows of limits are of all models.
TEST_F(AccessTest, WindowsGoOnByWhoMayReleaseOverEveryModel) {
  const std::string body = R"({"reason":"the clock is right"})";
  const auto thaw = [&](Role role, bool all) {
    return Ask("POST /api/v1/limits/thaw", As(role, all), body).status;
  };
  EXPECT_EQ(thaw(Role::kRiskOfficer, false), 403);
  EXPECT_EQ(thaw(Role::kRiskOfficer, true), 503) << "allowed; this server keeps no limits";
  EXPECT_EQ(thaw(Role::kOperator, true), 403);
}

TEST_F(AccessTest, AKillOfOneModelEndsByWhoMayReleaseThatModel) {
  SimulatedFileSystem files;
  serving::KillSwitch kills({.files = &files, .clock = &SystemClock(), .list_file = "/kills.json"});
  for (const char* model : {"m", kForeign}) {
    kills.Throw({.kind = records::KillScope::Kind::kModel, .model = model}, {.name = "a"}, "r",
                [](const auto&) {});
  }
  kills.Throw({}, {.name = "a"}, "r", [](const auto&) {});
  const auto book = records::LimitBook::Open(":memory:").value();
  control::LimitDesk::Options options;
  options.book = book.get();
  options.clock = &SystemClock();
  options.contract = control::ContractsOf(*registry_);
  options.kills = [&] { return kills.List(); };
  control::LimitDesk limit_desk(std::move(options));
  api_.use.kills = &kills;
  api_.use.limit_desk = &limit_desk;
  api_.handler = MakeHandler(api_.use);
  const auto officer = As(Role::kRiskOfficer);
  const auto asked = [&](const auto& kill) {
    return Ask("POST /api/v1/changes", officer,
               R"({"kind":"kill_release","reason":"r","kill":)" + std::to_string(kill.id) + "}")
        .status;
  };
  for (const auto& kill : kills.List()) EXPECT_EQ(asked(kill), kill.scope.model == "m" ? 200 : 403);
  EXPECT_EQ(Ask("GET /api/v1/changes/1", officer).status, 200);
}

TEST_F(AccessTest, AForeignModelIsAnsweredAsOneThatDoesNotExist) {
  for (const records::RoleRow& row : records::kRoleTable) {
    const std::string own = As(row.role);
    for (const RouteNeed& route : AllRoutes()) {
      if (!OverModel(route)) continue;
      const Answered foreign = Ask(TargetOf(route, kForeign), own);
      const Answered absent = Ask(TargetOf(route, kAbsent), own);
      EXPECT_EQ(foreign.status, absent.status) << route.pattern;
      EXPECT_EQ(Replaced(foreign.body, kForeign, "X"), Replaced(absent.body, kAbsent, "X"));
    }
  }
}

TEST_F(AccessTest, NoListMetricOrTailNamesAForeignModel) {
  const std::string from = "?limit=1000&from=0:0";
  const std::vector<std::string> targets = {
      "/metrics",
      "/v2",
      "/api/v1/models",
      "/api/v1/desired",
      "/api/v1/alerts?all=true",
      std::string("/api/v1/alerts?model=") + kForeign,
      "/api/v1/alerts/1",
      "/api/v1/alerts/2",
      "/api/v1/alerts/3",
      "/api/v1/incidents",
      std::string("/api/v1/incidents?limit=1&model=") + kForeign,
      "/api/v1/incidents/1",
      "/api/v1/incidents/2",
      "/api/v1/incidents/3",
      "/api/v1/silences",
      "/api/v1/notifications",
      "/api/v1/journal" + from,
      "/ping",
      "/nothing",
  };
  const auto tells = [&](const std::string& headers) {
    std::set<std::string> told;
    for (const std::string& target : targets) {
      const std::string body = Ask("GET " + target, headers).body;
      if (body.find("secret") != std::string::npos) told.insert(target);
    }
    return told;
  };
  for (const records::RoleRow& row : records::kRoleTable) {
    EXPECT_EQ(tells(As(row.role)), std::set<std::string>()) << row.name;
  }
  // The name is there for whoever may see it, so that the above can fail.
  const auto all = tells(As(Role::kAuditor, true));
  EXPECT_EQ(all.size(), 12U) << ::testing::PrintToString(all);
  EXPECT_TRUE(all.contains("/metrics") && all.contains("/api/v1/journal" + from));
}

TEST_F(AccessTest, WhatIsTheirsIsStillShown) {
  const std::string own = As(Role::kAuditor);
  EXPECT_EQ((*Ask("GET /api/v1/models", own).json().GetArray("models"))->size(), 1U);
  EXPECT_EQ((*Ask("GET /api/v1/incidents", own).json().GetArray("incidents"))->size(), 1U);
  EXPECT_EQ((*Ask("GET /api/v1/alerts", own).json().GetArray("alerts"))->size(), 1U);
  EXPECT_EQ((*Ask("GET /api/v1/journal?from=0:0", own).json().GetArray("records"))->size(), 2U);
  EXPECT_NE(Ask("GET /metrics", own).body.find("model=\"m\""), std::string::npos);
  EXPECT_EQ(Ask("GET /api/v1/incidents/1", own).status, 200);
  EXPECT_EQ(Ask("GET /api/v1/incidents/2", own).body,
            Replaced(Ask("GET /api/v1/incidents/9", own).body, "9", "2"));
  EXPECT_EQ(Ask("GET /api/v1/alerts/2", own).body,
            Replaced(Ask("GET /api/v1/alerts/9", own).body, "9", "2"));
}

TEST_F(AccessTest, AnswersToAlertsStayWithinOnesModels) {
  const std::string own = As(Role::kOperator);
  EXPECT_EQ(Ask("POST /api/v1/incidents/1/acknowledge", own, "{}").status, 200);
  EXPECT_EQ(Ask("POST /api/v1/incidents/2/acknowledge", own, "{}").status, 404);
  EXPECT_EQ(Ask("POST /api/v1/incidents/2/notes", own, R"({"text":"x"})").status, 404);
  EXPECT_EQ(Ask("POST /api/v1/silences/1/end", own, "{}").status, 404);
  const auto silence = [&](const std::string& model) {
    return Ask("POST /api/v1/silences", own,
               R"({"model":")" + model + R"(","for":"1h","reason":"x"})")
        .status;
  };
  EXPECT_EQ(silence("m"), 200);
  for (const char* wider : {"", "*", "m*", kForeign, kAbsent}) EXPECT_EQ(silence(wider), 403);
  // Who is known does not say who they are.
  const Answered note =
      Ask("POST /api/v1/incidents/1/notes", own, R"({"text":"x","author":"the-boss"})");
  EXPECT_EQ(*note.json().GetString("who"), "operator");
}

TEST_F(AccessTest, TheCallersNameIsTheirsInHistoryAndJournal) {
  const std::string promote = As(Role::kOperator), score = As(Role::kScorer);
  const Answered moved = Ask("PUT /api/v1/models/m/aliases/shadow", promote,
                             R"({"version":1,"reason":"x","author":"the-boss"})");
  ASSERT_EQ(moved.status, 200) << moved.body;
  EXPECT_EQ(*moved.json().GetString("author"), "operator");
  ASSERT_EQ(Ask("POST /api/v1/models/m/decide", score, R"({"inputs":{"a":1}})").status, 200);
  EXPECT_EQ(api_.journal.blocks().back().caller, "scorer");
  EXPECT_EQ(Ask("POST /invocations", score, R"({"inputs":[{"a":1}]})").status, 200)
      << "the one model that they see";
  EXPECT_EQ(Ask("POST /api/v1/outcomes", score,
                R"({"outcomes":[{"decision_id":"d1-1-7","name":"n","value":1}]})")
                .status,
            403)
      << "whose a decision id is, nobody can tell";
}

TEST_F(AccessTest, AdministrationIsToldBeforeItHappensAndCanBeStopped) {
  const std::string promote = As(Role::kOperator), look = As(Role::kViewer);
  const std::string change = R"({"version":1,"reason":"x"})";
  EXPECT_EQ(Ask("GET /api/v1/models/m", look).status, 200);
  EXPECT_TRUE(events_.empty()) << "looking is no administration";
  EXPECT_EQ(Ask("PUT /api/v1/models/m/aliases/shadow", promote, change).status, 200);
  EXPECT_EQ(Ask("PUT /api/v1/models/m/aliases/shadow", look, change).status, 403);
  EXPECT_EQ(Ask("PUT /api/v1/models/m/aliases/shadow", "", change).status, 401);
  ASSERT_EQ(events_.size(), 3U);
  EXPECT_TRUE(events_[0].allowed);
  EXPECT_EQ(events_[0].who, "operator");
  EXPECT_EQ(events_[0].action, "PUT /api/v1/models/{}/aliases/{}");
  EXPECT_EQ(events_[0].subject, "m");
  EXPECT_FALSE(events_[1].allowed || events_[2].allowed);
  EXPECT_EQ(events_[2].who, "");
  witness_status_ = Error(Code::kUnavailable, "the log cannot be written");
  EXPECT_EQ(Ask("PUT /api/v1/models/m/aliases/later", promote, change).status, 503);
  EXPECT_FALSE(registry_->Aliases("m")->contains("later"));
}

TEST_F(AccessTest, WhatTrainingLogsIsToldOnlyWhenItIsRefused) {
  const std::string own = As(Role::kDeveloper), look = As(Role::kViewer);
  const std::string line = "POST /api/2.0/mlflow/runs/create", body = R"({"experiment_id":"0"})";
  EXPECT_EQ(Ask(line, own, body).status, 200);
  EXPECT_TRUE(events_.empty());
  const Answered refused = Ask(line, look, body);
  EXPECT_EQ(refused.status, 403);
  EXPECT_EQ(*refused.json().GetString("error_code"), "PERMISSION_DENIED");
  ASSERT_EQ(events_.size(), 1U);
  EXPECT_EQ(events_[0].action, "POST /mlflow/runs/create");
  EXPECT_EQ(Ask(line, "", body).status, 401);
  EXPECT_EQ(Ask("GET /api/2.0/mlflow/none", "").status, 401) << "nor what there is not";
  EXPECT_EQ(Ask("GET /api/2.0/mlflow/none", look).status, 404);
}

TEST_F(AccessTest, CallersAskNoMoreThanTheyMay) {
  const std::string some = As(Role::kViewer, false, {.requests_per_second = 3});
  for (int i = 0; i < 3; ++i) EXPECT_EQ(Ask("GET /v2", some).status, 200);
  const Answered refused = Ask("GET /v2", some);
  EXPECT_EQ(refused.status, 429);
  ASSERT_EQ(refused.headers.size(), 1U);
  EXPECT_EQ(refused.headers[0].first, "Retry-After");
  EXPECT_EQ(refused.headers[0].second, "1");
  EXPECT_EQ(Ask("GET /v2", As(Role::kScorer)).status, 200) << "others are not held up";
}

TEST_F(AccessTest, CallersHaveNoMoreUnderWayThanTheyMay) {
  const std::string some = As(Role::kScorer, false, {.at_once = 2});
  api_.journal.hold = true;
  const std::string row = R"({"inputs":{"a":1}})", json = "Content-Type: application/json\r\n";
  {
    Sent one(api_.handler, "POST /api/v1/models/m/decide", row, some + json);
    Sent two(api_.handler, "POST /api/v1/models/m/decide", row, some + json);
    EXPECT_EQ(Ask("GET /v2", some).status, 429);
    api_.journal.CommitNow();
    EXPECT_EQ(one.Wait().status, 200);
    EXPECT_EQ(two.Wait().status, 200);
  }
  EXPECT_EQ(Ask("GET /v2", some).status, 200);
}

TEST_F(AccessTest, TraversalsTouchNothing) {
  const std::string own = As(Role::kDeveloper), all = As(Role::kDeveloper, true);
  std::istringstream text(R"text(
      .. ../ ..%2f %2e%2e %2e%2e%2f %252e%252e %252e%252e%252f ..%5c ..\ %5c.. ..; ..;/
      ..%3b %2e%2e;x .... ..../ ....// ... %c0%ae%c0%ae %c0%af %e0%80%ae %c1%9c ..%c0%af
      %uff0e%uff0e %00 m%00 m%00.json ../%00 %2fetc%2fpasswd /etc/passwd
      %2e%2e%2f%2e%2e%2fetc%2fpasswd ..%2f..%2f..%2fetc%2fpasswd file:%2f%2f%2fetc%2fpasswd
      file:///etc/passwd %5c%5chost%5cshare \\host\share C:%5cwindows C: ~ ~root %7eroot
      m%2f.. m%2f..%2f.. m/.. m/../.. ./m %2e/m .%2fm m%20 %20m m%09 m%0a m%0d%0aX:y m%23
      m%3f m;v=1 m%3bv=1 * %2a $(id) %60id%60 %7c ..%u2215 %ef%bc%8e%ef%bc%8e .git .hidden
      %2ehidden con%00 %ff%fe)text");
  const std::vector<std::string> payloads{std::istream_iterator<std::string>(text), {}};
  EXPECT_GE(payloads.size(), 60U);
  const auto count = [&] {
    const std::filesystem::recursive_directory_iterator files(directory_);
    return std::count_if(begin(files), end(files), [](const auto& each) { return each.exists(); });
  };
  const auto before = count();
  for (const RouteNeed& route : AllRoutes()) {
    if (route.pattern.find("{}") == std::string_view::npos) continue;
    for (const std::string& payload : payloads) {
      std::string target = TargetOf(route, payload);
      for (const std::string& headers : {own, all, std::string()}) {
        const int status = Ask(target, headers).status;
        // 501: this server has no such store.
        constexpr int kRefusals[] = {400, 401, 403, 404, 405, 501};
        EXPECT_EQ(std::count(std::begin(kRefusals), std::end(kRefusals), status), 1)
            << status << " " << target;
      }
      target = TargetOf(route, "m");  // and as the second parameter
      const std::size_t second = target.rfind("/1");
      if (second == std::string::npos) continue;
      target.replace(second + 1, 1, payload);
      const int status = Ask(target, all).status;
      EXPECT_TRUE(status == 400 || status == 403 || status == 404 || status == 405)
          << status << " " << target;
    }
  }
  EXPECT_EQ(count(), before);
}

}  // namespace
}  // namespace mooring::api

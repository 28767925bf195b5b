// IncidentFixture: verdicts that a test makes up, a clock that it moves, an incident store in a
// file of its own, and a responder between them. Not for anything but tests.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "control/respond.h"
#include "monitoring/finding.h"

namespace mooring::control {

class IncidentFixture : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
    directory_ =
        ::testing::TempDir() + "incidents_" + std::to_string(::getpid()) + "_" + test->name();
    std::filesystem::remove_all(directory_);
    std::filesystem::create_directories(directory_);
    Reopen();
  }
  void TearDown() override {
    responder_.reset();
    store_.reset();
    std::filesystem::remove_all(directory_);
  }
  // As after a start.
  void Reopen() {
    responder_.reset();
    store_.reset();
    auto opened = records::IncidentStore::Open(directory_ + "/incidents.db");
    ASSERT_TRUE(opened.ok()) << opened.error().ToString();
    store_ = std::move(*opened);
    Responder::Options options;
    options.verdicts = [this](std::uint64_t after, std::size_t limit) {
      return VerdictsAfter(after, limit);
    };
    options.store = store_.get();
    options.clock = &clock_;
    options.owner_of = [](std::string_view) -> Result<records::Owner> {
      return records::Owner{"pricing", "ann@example.org", "pager-pricing"};
    };
    options.left_service = [this](std::string_view, VersionNumber version) {
      const auto left = left_.find(version);
      return Result<std::optional<Departure>>(left == left_.end() ? std::optional<Departure>()
                                                                  : left->second);
    };
    options.audiences = audiences_;
    options.on_problem = [this](const Error& error) { problems_.push_back(error.ToString()); };
    responder_ = std::make_unique<Responder>(std::move(options));
  }
  Result<std::vector<records::StoredVerdict>> VerdictsAfter(std::uint64_t after,
                                                            std::size_t limit) {
    if (lost_) return Error(Code::kUnavailable, "the registry is locked");
    std::vector<records::StoredVerdict> found;
    for (const records::StoredVerdict& each : verdicts_) {
      if (each.sequence > after && found.size() < limit) found.push_back(each);
    }
    return found;
  }

  static monitoring::Finding Saw(std::string kind, std::string subject, monitoring::Level level,
                                 bool certain = false) {
    monitoring::Finding finding;
    finding.kind = std::move(kind);
    finding.subject = std::move(subject);
    finding.level = level;
    finding.certain = certain;
    finding.what = finding.subject + " moved";
    finding.statistic = "psi_adjusted";
    finding.value = 0.31;
    finding.threshold = 0.2;
    finding.n = 1000;
    return finding;
  }
  // A verdict on the hour that ends now; the clock moves on an hour first.
  void Hour(const std::vector<monitoring::Finding>& findings, std::string_view model = "pricing",
            std::string_view kind = monitoring::kDriftVerdict) {
    clock_.Advance(std::chrono::hours(1));
    Verdict(findings, model, kind);
  }
  void Verdict(const std::vector<monitoring::Finding>& findings, std::string_view model = "pricing",
               std::string_view kind = monitoring::kDriftVerdict) {
    records::StoredVerdict verdict;
    verdict.model = model;
    verdict.version = version_;
    verdict.window_end = clock_.Now();
    verdict.window_start = clock_.Now() - std::chrono::hours(1);
    verdict.kind = kind;
    verdict.verdict = "ok";
    verdict.findings_json = monitoring::FindingsJson(findings);
    verdict.sequence = verdicts_.size() + 1;
    verdicts_.push_back(std::move(verdict));
  }
  void Step() {
    const auto step = responder_->Step();
    EXPECT_TRUE(step.ok()) << step.error().ToString();
  }
  void HourAndStep(const std::vector<monitoring::Finding>& findings) {
    Hour(findings);
    Step();
  }

  template <typename T>
  T Ask(Result<T> (*question)(records::IncidentTables&)) {
    T answer{};
    const Status read = store_->Read([&](records::IncidentTables& tables) -> Status {
      ASSIGN_OR_RETURN(answer, question(tables));
      return Ok();
    });
    EXPECT_TRUE(read.ok()) << read.error().ToString();
    return answer;
  }
  std::vector<records::AlertRecord> Alerts() {
    return Ask<std::vector<records::AlertRecord>>(
        [](records::IncidentTables& tables) { return tables.Alerts({.active = false}); });
  }
  std::vector<records::IncidentRecord> Incidents() {
    return Ask<std::vector<records::IncidentRecord>>(
        [](records::IncidentTables& tables) { return tables.Incidents({}); });
  }
  std::vector<records::Notification> Outbox() {
    return Ask<std::vector<records::Notification>>(
        [](records::IncidentTables& tables) { return tables.Notifications({.limit = 10'000}); });
  }
  // "event sink" of every notification, oldest first.
  std::string Told() {
    std::string told;
    const auto outbox = Outbox();
    for (auto each = outbox.rbegin(); each != outbox.rend(); ++each) {
      told += (told.empty() ? "" : ", ") + each->event + " " + each->sink;
    }
    return told;
  }
  // What an incident's timeline says, without times and texts.
  std::string Timeline(std::uint64_t incident) {
    std::string words;
    const Status read = store_->Read([&](records::IncidentTables& tables) -> Status {
      ASSIGN_OR_RETURN(const auto facts, tables.Facts(incident));
      for (const auto& fact : facts) words += (words.empty() ? "" : ", ") + fact.what;
      return Ok();
    });
    EXPECT_TRUE(read.ok());
    return words;
  }

  SimulatedClock clock_;
  std::string directory_;
  std::vector<records::StoredVerdict> verdicts_;
  bool lost_ = false;
  VersionNumber version_ = 1;                // of the next verdict
  std::map<VersionNumber, Departure> left_;  // versions that left service
  std::vector<Audience> audiences_ = {{.sink = "pager"}};
  std::vector<std::string> problems_;
  std::unique_ptr<records::IncidentStore> store_;
  std::unique_ptr<Responder> responder_;
};

}  // namespace mooring::control

#include "control/gates/training_data.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <set>

#include "base/rng.h"

namespace mooring::control {
namespace {

using data::Batch;
using data::Field;
using data::Schema;
using data::Type;

constexpr std::string_view kContract = R"(model: flights
owner: {team: pricing}
inputs:
  distance: {type: float64, min: 0, max: 6000}
  minute: {type: float64, min: 0, max: 1439}
  origin: string
output: {name: p, task: binary}
)";

struct Flight {
  double distance, minute;
  std::string origin;
  double late;
};

// Flights whose lateness grows over the day: late at midnight one in ten, at its end one in two.
std::vector<Flight> Flights(std::size_t count, std::uint64_t seed) {
  Rng rng(seed);
  std::vector<Flight> flights;
  for (std::size_t i = 0; i < count; ++i) {
    Flight f;
    f.distance = 100 + 2500 * rng.Uniform() * rng.Uniform();
    f.minute = std::floor(300 + 1100 * rng.Uniform());
    f.origin = std::string(1, static_cast<char>('A' + rng.Below(20)));
    f.late = rng.Uniform() < 0.1 + 0.4 * (f.minute - 300) / 1100 ? 1 : 0;
    flights.push_back(f);
  }
  return flights;
}

Batch ToBatch(const std::vector<Flight>& flights) {
  auto schema = Schema::Make({{.name = "distance", .type = Type::kFloat64},
                              {.name = "minute", .type = Type::kFloat64},
                              {.name = "origin", .type = Type::kString},
                              {.name = "late", .type = Type::kFloat64}});
  Batch batch(std::make_shared<const Schema>(std::move(schema).value()));
  for (const Flight& f : flights) {
    const double numbers[] = {f.distance, f.minute, 0, f.late};
    for (const std::size_t c : {0u, 1u, 3u}) {
      if (std::isnan(numbers[c])) batch.column(c).AppendNull();
      else batch.column(c).Append<double>(numbers[c]);
    }
    batch.column(2).AppendText(f.origin);
  }
  batch.SetRows(flights.size());
  return batch;
}

std::vector<Finding> FindingsOf(const std::vector<Flight>& flights) {
  const auto contract = records::ParseContract(kContract);
  const auto reference = data::LearnReference(ToBatch(Flights(20'000, 1)));
  const Batch rows = ToBatch(flights);
  TrainingSet data{
      .rows = &rows, .contract = &*contract, .label = "late", .reference = &*reference};
  auto findings = CheckTrainingData(data);
  EXPECT_TRUE(findings.ok());
  return findings.ok() ? *findings : std::vector<Finding>{};
}

TEST(TrainingDataGate, HonestNewDataHasNoFindings) {
  for (const std::uint64_t seed : {2u, 3u, 4u}) {
    for (const Finding& f : FindingsOf(Flights(20'000, seed)))
      ADD_FAILURE() << f.name << ": " << f.message;
  }
}

TEST(TrainingDataGate, EachCorruptionIsRefusedForItsReason) {
  struct Case {
    std::string_view what, name, feature;
    std::function<void(std::vector<Flight>&)> corrupt;
  };
  Rng rng(7);
  const std::vector<Case> cases = {
      {"labels flipped", "label_rate", "late",
       [](auto& all) { for (Flight& f : all) f.late = 1 - f.late; }},
      {"labels shuffled", "label_unrelated", "late",
       [&](auto& all) {
         for (std::size_t i = all.size() - 1; i > 0; --i) {
           std::swap(all[i].late, all[static_cast<std::size_t>(rng.Below(i + 1))].late);
         }
       }},
      {"kilometres for miles", "drift", "distance",
       [](auto& all) { for (Flight& f : all) f.distance *= 1.609; }},
      {"hours shifted", "drift", "minute",
       [](auto& all) { for (Flight& f : all) f.minute = std::fmod(f.minute + 300, 1440); }},
      {"nulls injected", "missing", "distance",
       [&](auto& all) { for (Flight& f : all) if (rng.Below(5) == 0) f.distance = std::nan(""); }},
      {"seconds for minutes", "out_of_range", "minute",
       [](auto& all) { for (Flight& f : all) f.minute *= 60; }},
      {"other airports", "unseen", "origin",
       [](auto& all) { for (Flight& f : all) f.origin += "x"; }},
      {"the outcome as a feature", "leakage", "distance",
       [](auto& all) { for (Flight& f : all) f.distance = 100 + 500 * f.late; }},
      {"all late", "label_constant", "late", [](auto& all) { for (Flight& f : all) f.late = 1; }},
      {"labels of three kinds", "label_values", "late", [](auto& all) { all[5].late = 2; }},
      {"a label missing", "label_missing", "late", [](auto& all) { all[5].late = std::nan(""); }},
  };
  for (const Case& c : cases) {
    auto flights = Flights(20'000, 2);
    c.corrupt(flights);
    bool found = false;
    for (const Finding& f : FindingsOf(flights)) {
      found =
          found || (f.name == c.name && f.feature == c.feature && f.severity == Severity::kRefuse);
    }
    EXPECT_TRUE(found) << c.what;
  }
}

TEST(TrainingDataGate, BoundsOfTimesAreSeconds) {
  const auto contract = records::ParseContract(R"(model: m
owner: {team: pricing}
inputs: {at: {type: timestamp, min: 0, max: 4102444800}}
output: {name: p}
)");
  ASSERT_TRUE(contract.ok()) << contract.error().ToString();
  const auto found = [&](std::int64_t first_second) {
    auto schema = Schema::Make({{.name = "at", .type = Type::kTimestamp}});
    Batch rows(std::make_shared<const Schema>(std::move(schema).value()));
    for (std::int64_t i = 0; i < 100; ++i) {
      rows.column(0).Append((first_second + i) * 1'000'000);
    }
    rows.SetRows(100);
    return CheckTrainingData({.rows = &rows, .contract = &*contract}).value();
  };
  EXPECT_TRUE(found(1'700'000'000).empty());
  const std::vector<Finding> late = found(4'102'444'801);  // the year 2100
  ASSERT_EQ(late.size(), 1U);
  EXPECT_EQ(late[0].name, "out_of_range");
  EXPECT_NE(late[0].message.find("from 2100-01-01T00:00:01"), std::string::npos) << late[0].message;
}

TEST(TrainingDataGate, WhatMayBeHonestOnlyWarns) {
  auto flights = Flights(2'000, 2);
  for (std::size_t i = 0; i < flights.size(); ++i) flights[i] = flights[i % 500];
  for (Flight& f : flights) f.origin = "A";
  const auto contract = records::ParseContract(kContract);
  const Batch rows = ToBatch(flights);
  const auto findings = CheckTrainingData({.rows = &rows, .contract = &*contract, .label = "late"});
  std::set<std::string> names;
  for (const Finding& f : *findings) {
    names.insert(f.name);
    EXPECT_EQ(f.severity, Severity::kWarn) << f.name;
  }
  EXPECT_EQ(names, (std::set<std::string>{"duplicates", "constant"}));
}

TEST(TrainingDataGate, NothingToJudgeIsAnError) {
  const auto contract = records::ParseContract(kContract);
  const Batch none = ToBatch({}), some = ToBatch(Flights(10, 1));
  EXPECT_FALSE(CheckTrainingData({.rows = &none, .contract = &*contract}).ok());
  EXPECT_FALSE(CheckTrainingData({.rows = &some, .contract = &*contract, .label = "x"}).ok());
  EXPECT_TRUE(CheckTrainingData({.rows = &some, .contract = &*contract}).ok());
}

TEST(TrainingDataGate, PersonalColumnsAreNotLookedAt) {
  auto flights = Flights(2'000, 2);
  for (Flight& f : flights) f.origin = "A";  // would be found constant
  std::string text(kContract);
  text += "privacy: {pseudonymise: [origin]}\n";
  const auto contract = records::ParseContract(text);
  const Batch rows = ToBatch(flights);
  const auto findings =
      CheckTrainingData({.rows = &rows, .contract = &*contract, .label = "late"});
  ASSERT_TRUE(findings.ok());
  EXPECT_TRUE(findings->empty());
}

TEST(TrainingDataGate, ClassesMayBeNamedByTextUnlessTheTaskIsBinary) {
  const Batch rows = ToBatch(Flights(100, 2));
  for (const auto& [task, found] : {std::pair{"multiclass", false}, {"binary", true}}) {
    std::string text(kContract);
    text.replace(text.find("binary"), 6, task);
    const auto contract = records::ParseContract(text);
    const auto findings =
        CheckTrainingData({.rows = &rows, .contract = &*contract, .label = "origin"});
    ASSERT_TRUE(findings.ok());
    EXPECT_EQ(!findings->empty() && findings->front().name == "label_missing", found) << task;
  }
}

TEST(TrainingDataGate, FindingsAreWhatTheRegistryReads) {
  EXPECT_EQ(FindingsJson({}), "[]");
  EXPECT_EQ(FindingsJson({{"drift", Severity::kRefuse, "distance", 0.5, 0.25, "PSI"},
                          {"duplicates", Severity::kWarn, "", 1.5, 0.5, "many"}}),
            R"([{"name":"drift","severity":"refuse","feature":"distance","value":0.5,"bound":0.25,)"
            R"("message":"distance: PSI"},{"name":"duplicates","severity":"warn","feature":"",)"
            R"("value":1.5,"bound":0.5,"message":"many"}])");
}

TEST(RankAuc, CountsPairsAndHalvesTies) {
  struct Case { std::vector<double> feature, label; double auc; };
  const double nan = std::nan("");
  for (const Case& c : {Case{{1, 2, 3, 4}, {0, 0, 1, 1}, 1}, Case{{4, 3, 2, 1}, {0, 0, 1, 1}, 0},
                        Case{{1, 1, 1, 1}, {0, 1, 0, 1}, 0.5},
                        Case{{1, 2, 2, 3}, {0, 0, 1, 1}, 0.875}, Case{{1, nan, 2}, {0, 1, 1}, 1}}) {
    EXPECT_EQ(RankAuc(c.feature, c.label), c.auc);
  }
  EXPECT_TRUE(std::isnan(RankAuc({1, 2}, {1, 1})));
}

}  // namespace
}  // namespace mooring::control

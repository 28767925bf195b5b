#include "records/contract/contract.h"

#include <gtest/gtest.h>

#include "base/crypto/digest.h"
#include "base/io/file_system.h"
#include "base/limits.h"
#include "base/rng.h"

namespace mooring::records {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

// Every section that a contract can have.
constexpr std::string_view kFull = R"(# the price of delay cover
model: flight-cover
purpose: Price of delay cover for one ticket
owner: {team: pricing, person: head-of-pricing@example.org, escalation: pager-pricing}
sla: {latency_p95_ms: 200, availability_pct: 99.9}
inputs:
  distance: {type: int32, min: 0, max: 6000, invalid: reject}
  origin:   {type: category, from: reference, unseen: flag}
  hour:     {type: int32, min: 0, max: 23}
  delay:    float32
  cabin:    {type: string, one_of: [economy, "business"], missing: default, default: economy}
  booked:   {type: timestamp, missing: flag}
  passenger_id: {type: string, pattern: "[A-Z0-9]{6}", max_length: 6}
checks:
  - {name: short-haul, expression: "distance < 6000", invalid: flag}
output:  {name: probability, task: binary, positive: late, min: 0, max: 1}
outcome: {name: late, matures_after: 1d}
decision: {amount: "120 * probability * 1.3", currency: RUB, bounds: [10, 200]}
monitor:
  window: {rows: 2000, every: 30m, min_rows: 100}
  drift:   {psi: 0.25, share: 20%, p_value: 0.01, policy: psi, multivariate: false}
  reference: fixed
  fixed:   {from: 2026-01-01T00:00:00Z, to: 2026-02-01T00:00:00Z}
  silence: 10m
  quality: {metric: log_loss, warn: +5%, stop: +15%, estimate: true,
            business: [{name: loss, expression: "premium - 120 * late", better: lower}]}
  slices:  [origin, {distance: [0, 500, 1500, 6000]}]
limits:
  - {name: daily-exposure, sum: "120 * probability", over: 24h, max: 500000, then: fallback,
     latch: true}
  - {name: error-collar, collar: champion, within: 25%, then: review}
fallback: [previous, {constant: 45}, deny]
rollout:  {shadow: 24h, canary: [1, 5, 25], abort_on: [limits, latency, loss]}
retrain:  {pipeline: pipeline.yaml, on: [drift, quality, "every 7d"], cooldown: 6h,
           gate: {primary: log_loss, margin: 0.5%}}
privacy:  {subject: passenger_id, pseudonymise: [passenger_id], retain: 180d,
           basis: contract, residency: RU}
effect:   {value: "premium - 120 * late", currency: RUB}
)";

constexpr std::string_view kLeast =
    "model: m\nowner: {team: t}\ninputs: {age: float32}\noutput: {name: score}\n";

TEST(Contract, EverySectionIsRead) {
  const auto parsed = ParseContract(kFull);
  ASSERT_TRUE(parsed.ok()) << parsed.error().ToString();
  const Contract& c = *parsed;
  EXPECT_EQ(c.model, "flight-cover");
  EXPECT_EQ(c.purpose, "Price of delay cover for one ticket");
  EXPECT_EQ(c.owner.team, "pricing");
  EXPECT_EQ(c.owner.person, "head-of-pricing@example.org");
  EXPECT_EQ(c.owner.escalation, "pager-pricing");
  EXPECT_EQ(c.latency_p95_ms, 200u);
  EXPECT_EQ(c.availability_pct, 99.9);
  EXPECT_EQ(c.output.name, "probability");
  EXPECT_EQ(c.output.task, OutputRule::Task::kBinary);
  EXPECT_EQ(c.output.positive, "late");
  EXPECT_EQ(c.output.max, 1.0);
  ASSERT_TRUE(c.outcome);
  EXPECT_EQ(c.outcome->name, "late");
  EXPECT_EQ(c.outcome->matures_after, hours(24));
  EXPECT_EQ(c.decision.amount, "120 * probability * 1.3");
  EXPECT_EQ(c.decision.currency, "RUB");
  EXPECT_EQ(c.decision.min, 10.0);
  EXPECT_EQ(c.decision.max, 200.0);
  EXPECT_EQ(c.monitor.window_rows, 2000u);
  EXPECT_EQ(c.monitor.window_every, seconds(1800));
  EXPECT_EQ(c.monitor.window_min_rows, 100u);
  EXPECT_EQ(c.monitor.psi, 0.25);
  EXPECT_EQ(c.monitor.share, 0.2);
  EXPECT_EQ(c.monitor.p_value, 0.01);
  EXPECT_EQ(c.privacy.subject, "passenger_id");
  EXPECT_EQ(c.privacy.pseudonymise, std::vector<std::string>{"passenger_id"});
  EXPECT_EQ(c.privacy.retain, hours(180 * 24));
  EXPECT_EQ(c.privacy.basis, "contract");
  EXPECT_EQ(c.privacy.residency, "RU");
}

TEST(Contract, AMeasureIsAnExpressionOrSql) {
  const auto parsed = ParseContract(
      "model: m\nowner: {team: t}\ninputs: {a: float64}\noutput: {name: p, task: binary}\n"
      "outcome: {name: late}\n"
      "monitor:\n"
      "  quality:\n"
      "    metric: auc\n"
      "    business:\n"
      "      - {name: plain, expression: late - p}\n"
      "      - name: paid\n"
      "        better: lower\n"
      "        sql: |\n"
      "          SELECT sum(a)\n"
      "          FROM decisions\n");
  ASSERT_TRUE(parsed.ok()) << parsed.error().ToString();
  const std::vector<BusinessRule>& business = parsed->monitor.quality.business;
  ASSERT_EQ(business.size(), 2U);
  EXPECT_EQ(business[0].sql, "");
  EXPECT_EQ(business[1].sql, "SELECT sum(a)\nFROM decisions\n");
  EXPECT_EQ(business[1].expression, "");
  EXPECT_FALSE(business[1].higher_is_better);
  EXPECT_EQ(business[1].sql_line, 13U);
  EXPECT_EQ(business[1].sql_column, 14U);
}

TEST(Contract, WhatIsWatchedAndHowIsRead) {
  const auto parsed = ParseContract(kFull);
  ASSERT_TRUE(parsed.ok()) << parsed.error().ToString();
  const MonitorRule& m = parsed->monitor;
  EXPECT_EQ(m.policy, DriftPolicy::kPsi);
  EXPECT_FALSE(m.multivariate);
  EXPECT_EQ(m.reference.kind, ReferenceKind::kFixed);
  EXPECT_EQ(m.reference.from, *ParseTime("2026-01-01T00:00:00Z"));
  EXPECT_EQ(m.reference.to, *ParseTime("2026-02-01T00:00:00Z"));
  EXPECT_EQ(m.silence, seconds(600));
  EXPECT_EQ(m.quality.metric, "log_loss");
  EXPECT_EQ(m.quality.warn, 0.05);
  EXPECT_EQ(m.quality.stop, 0.15);
  EXPECT_TRUE(m.quality.estimate);
  ASSERT_EQ(m.quality.business.size(), 1u);
  EXPECT_EQ(m.quality.business[0].name, "loss");
  EXPECT_EQ(m.quality.business[0].expression, "premium - 120 * late");
  EXPECT_FALSE(m.quality.business[0].higher_is_better);
  ASSERT_EQ(m.slices.size(), 2u);
  EXPECT_EQ(m.slices[0].column, "origin");
  EXPECT_TRUE(m.slices[0].cuts.empty());
  EXPECT_EQ(m.slices[1].column, "distance");
  EXPECT_EQ(m.slices[1].cuts, (std::vector<double>{0, 500, 1500, 6000}));
  EXPECT_EQ(parsed->effect.value, "premium - 120 * late");
  EXPECT_EQ(parsed->effect.currency, "RUB");
}

TEST(Contract, InputsKeepTheirOrderAndRules) {
  const Contract c = *ParseContract(kFull);
  ASSERT_EQ(c.inputs.size(), 7u);
  EXPECT_EQ(c.inputs[0].name, "distance");
  EXPECT_EQ(c.inputs[0].type, data::Type::kInt32);
  EXPECT_EQ(c.inputs[0].min, 0.0);
  EXPECT_EQ(c.inputs[0].max, 6000.0);
  EXPECT_TRUE(c.inputs[1].from_reference);
  EXPECT_EQ(c.inputs[1].unseen, OnBreach::kFlag);
  EXPECT_EQ(c.inputs[3].name, "delay");
  EXPECT_EQ(c.inputs[3].type, data::Type::kFloat32);
  EXPECT_EQ(c.inputs[3].missing, OnBreach::kReject);
  EXPECT_EQ(c.inputs[4].one_of, (std::vector<std::string>{"economy", "business"}));
  EXPECT_EQ(c.inputs[4].missing, OnBreach::kDefault);
  EXPECT_EQ(std::get<std::string>(c.inputs[4].default_value), "economy");
  EXPECT_EQ(c.inputs[6].pattern, "[A-Z0-9]{6}");
  EXPECT_EQ(c.inputs[6].max_length, 6u);
  ASSERT_NE(c.FindInput("hour"), nullptr);
  EXPECT_EQ(c.FindInput("hour")->max, 23.0);
  EXPECT_EQ(c.FindInput("minute"), nullptr);
}

TEST(Contract, ListsKeepTheirOrder) {
  const Contract c = *ParseContract(kFull);
  ASSERT_EQ(c.checks.size(), 1u);
  EXPECT_EQ(c.checks[0].name, "short-haul");
  EXPECT_EQ(c.checks[0].expression, "distance < 6000");
  EXPECT_EQ(c.checks[0].on_breach, OnBreach::kFlag);
  ASSERT_EQ(c.fallback.size(), 3u);
  EXPECT_EQ(c.fallback[0].kind, FallbackStep::Kind::kPrevious);
  EXPECT_EQ(c.fallback[1].kind, FallbackStep::Kind::kConstant);
  EXPECT_EQ(c.fallback[1].constant, 45);
  EXPECT_EQ(c.fallback[2].kind, FallbackStep::Kind::kDeny);
}

TEST(Contract, WhatIsNotEnforcedYetIsNamed) {
  EXPECT_EQ(ParseContract(kFull)->not_enforced,
            (std::vector<std::string>{"rollout", "retrain"}));
  EXPECT_TRUE(ParseContract(kLeast)->not_enforced.empty());
}

TEST(Contract, WhatIsLeftOutHasItsDefault) {
  const Contract c = *ParseContract(kLeast);
  EXPECT_EQ(c.output.task, OutputRule::Task::kRegression);
  EXPECT_FALSE(c.outcome);
  EXPECT_TRUE(c.fallback.empty());
  EXPECT_EQ(c.monitor.window_rows, 1000u);
  EXPECT_EQ(c.monitor.window_every, hours(1));
  EXPECT_EQ(c.monitor.psi, 0.2);
  EXPECT_FALSE(c.decision.min);
}

TEST(Contract, HashIsOfTheTextAsItWas) {
  const std::string text = std::string(kLeast) + "# a comment\r\n";
  const Contract c = *ParseContract(text);
  EXPECT_EQ(c.text, text);
  EXPECT_EQ(c.hash, Hex(Sha256Of(AsBytes(text))));
  EXPECT_NE(c.hash, ParseContract(kLeast)->hash);
}

TEST(Contract, WaysOfWritingTheSame) {
  struct Case {
    std::string_view name, text;
  };
  for (const Case& c : {
           Case{"byte order mark",
                "\xef\xbb\xbfmodel: m\nowner: {team: t}\ninputs: {a: bool}\n"
                "output: {name: s}"},
           Case{"lines of Windows",
                "model: m\r\nowner:\r\n  team: t\r\ninputs:\r\n  a: bool\r\n"
                "output: {name: s}\r\n"},
           Case{"JSON", R"({"model":"m","owner":{"team":"t"},"inputs":{"a":"bool"},)"
                        R"("output":{"name":"s"}})"},
           Case{"document marks",
                "---\nmodel: m\nowner: {team: t}\ninputs: {a: bool}\n"
                "output: {name: s}\n...\n"},
           Case{"folded text",
                "model: m\npurpose: >-\n  one\n  two\nowner: {team: t}\n"
                "inputs: {a: bool}\noutput: {name: s}\n"},
           Case{"a column like no other",
                "model: m\nowner: {team: t}\noutput: {name: s}\ninputs: {"
                "a: bool, \"sepal length (cm)\": float64, цена.руб: int64}"},
       }) {
    const auto parsed = ParseContract(c.text);
    ASSERT_TRUE(parsed.ok()) << c.name << ": " << parsed.error().ToString();
    EXPECT_EQ(parsed->model, "m") << c.name;
    EXPECT_EQ(parsed->owner.team, "t") << c.name;
    EXPECT_EQ(parsed->inputs[0].type, data::Type::kBool) << c.name;
  }
}

TEST(Contract, TheDemosContractIsOne) {
  const auto text = PosixFileSystem().ReadFile(MOORING_SOURCE_DIR "/demo/contract.yaml", 1 << 20);
  ASSERT_TRUE(text.ok());
  const auto parsed = ParseContract(*text);
  EXPECT_TRUE(parsed.ok()) << parsed.error().ToString();
}

TEST(Contract, ErrorCarriesEveryErrorALineEachWithTheFileInFront) {
  const auto parsed =
      ParseContract("model: m\nowner: {team: t}\ninputs: {a: bol}\n", "prices.yaml");
  ASSERT_FALSE(parsed.ok());
  EXPECT_EQ(parsed.error().code(), Code::kInvalidArgument);
  EXPECT_EQ(parsed.error().where(), "prices.yaml:1:1");
  EXPECT_EQ(parsed.error().message(),
            "prices.yaml:1:1: output: is required; map\n"
            "prices.yaml:3:13: inputs.a: 'bol' is not known here; did you mean 'bool'?");
}

TEST(Contract, NothingAndGarbageAreErrors) {
  for (const std::string_view text : {"",
                                      " ",
                                      "\n\n",
                                      "# only a comment\n",
                                      "---\n",
                                      "null",
                                      "~",
                                      "text",
                                      "- a\n- b\n",
                                      "42",
                                      "[]",
                                      "{}",
                                      "%YAML 1.2\n---\n",
                                      "...",
                                      "!",
                                      "&a",
                                      "*a",
                                      "?",
                                      ":",
                                      "{",
                                      "}",
                                      "|",
                                      ">",
                                      "@",
                                      "`",
                                      "%",
                                      "- - - -"}) {
    EXPECT_FALSE(CheckContract(text).empty()) << "'" << text << "'";
    EXPECT_FALSE(ParseContract(text).ok()) << "'" << text << "'";
  }
}

TEST(Contract, TooLongATextIsRefusedByItsSize) {
  const auto errors = CheckContract(std::string(limits::kContractBytes + 1, '#'));
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_EQ(errors[0].message, "262145 bytes are too many");
}

// Damages a good contract in random places: whatever comes out, it is an answer and not a crash.
TEST(Contract, AnyBytesGetAnAnswer) {
  Rng rng(20'010'911);
  std::size_t refused = 0;
  for (int round = 0; round < 1500; ++round) {
    std::string text(kFull);
    for (std::uint64_t edits = 1 + rng.Below(8); edits > 0; --edits) {
      const auto at = static_cast<std::size_t>(rng.Below(text.size()));
      constexpr std::string_view kNasty = "{}[]:,&*!|>'\"%@`#-? \n\t\\\0\xff\xd0";
      const char c = rng.Below(2) == 0 ? kNasty[static_cast<std::size_t>(rng.Below(kNasty.size()))]
                                       : static_cast<char>(rng.Below(256));
      switch (rng.Below(4)) {
        case 0: text[at] = c; break;
        case 1: text.insert(at, 1, c); break;
        case 2: text.erase(at, 1 + static_cast<std::size_t>(rng.Below(40))); break;
        default: text += text.substr(at, static_cast<std::size_t>(rng.Below(200)));
      }
      if (text.empty()) text = "x";
    }
    for (const ContractError& error : CheckContract(text)) {
      ASSERT_GE(error.line, 1u);
      ASSERT_GE(error.column, 1u);
      ASSERT_FALSE(error.message.empty());
    }
    refused += ParseContract(text).ok() ? 0 : 1;
  }
  EXPECT_GT(refused, 1000u);
}

}  // namespace
}  // namespace mooring::records

// A contract about flight cover, its limits compiled, a ledger, and rows of it: what tests of
// stop-limits start from.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/clock.h"
#include "records/contract/contract.h"
#include "serving/stop_limits/limit_set.h"
#include "serving/stop_limits/stop_limits.h"

namespace mooring::serving {

inline records::LimitRule RuleOf(std::string name, records::LimitKind kind) {
  records::LimitRule rule;
  rule.name = std::move(name);
  rule.kind = kind;
  return rule;
}

// Amounts in roubles; inputs list_price, seat, asked_at.
inline records::Contract PricingContract(std::vector<records::LimitRule> limits = {}) {
  records::Contract contract;
  contract.model = "cover";
  const auto input = [&](std::string name, data::Type type) {
    records::InputRule rule;
    rule.name = std::move(name);
    rule.type = type;
    contract.inputs.push_back(std::move(rule));
  };
  input("list_price", data::Type::kFloat64);
  input("seat", data::Type::kString);
  input("asked_at", data::Type::kTimestamp);
  contract.output.name = "probability";
  contract.decision.amount = "120 * probability";
  contract.decision.currency = "RUB";
  contract.limits = std::move(limits);
  return contract;
}

// The same without an amount: decisions are scores.
inline records::Contract ScoringContract(std::vector<records::LimitRule> limits = {}) {
  records::Contract contract = PricingContract(std::move(limits));
  contract.decision = {};
  return contract;
}

class LimitBench {
 public:
  struct Ask {
    double score = 0;
    std::int64_t amount_minor = 0;
    std::string seat = "1A";
    double list_price = 60;
    std::int64_t asked_at = 0;  // 0: now
    LimitCandidate::Source source = LimitCandidate::Source::kModel;
    bool consumes_nothing = false;
    std::string caller = "shop";
    VersionNumber version = 3;
  };

  explicit LimitBench(records::Contract made)
      : contract(std::move(made)), ledger({.clock = &clock}), stop_limits(ledger) {
    std::vector<data::Field> fields;
    for (const records::InputRule& input : contract.inputs) {
      fields.push_back({.name = input.name, .type = input.type});
    }
    schema = std::make_shared<const data::Schema>(*data::Schema::Make(std::move(fields)));
    Compile();
  }
  void Compile() {
    auto compiled = LimitSet::Compile({.contract = &contract,
                                       .version = 3,
                                       .inputs = schema,
                                       .pseudonymiser = pseudonymiser,
                                       .version_made = version_made,
                                       .reference_made = version_made});
    CHECK(compiled.ok());
    set = std::move(compiled).value();
  }

  std::int64_t Now() const { return clock.Now().time_since_epoch().count(); }
  void Advance(Micros by) { clock.Advance(by); }

  LimitRuling Admit(const Ask& ask) {
    data::Batch inputs(schema);
    inputs.column(0).Append(ask.list_price);
    inputs.column(1).AppendText(ask.seat);
    inputs.column(2).Append(ask.asked_at == 0 ? Now() : ask.asked_at);
    inputs.SetRows(1);
    decision = {};
    decision.score = ask.score;
    decision.amount_minor = ask.amount_minor;
    LimitCandidate candidate;
    candidate.inputs = &inputs;
    candidate.score = ask.score;
    candidate.decision = &decision;
    candidate.source = ask.source;
    candidate.consumes_nothing = ask.consumes_nothing;
    candidate.caller = ask.caller;
    candidate.version = ask.version;
    candidate.now = Now();
    candidate.reference = reference;
    return stop_limits.Admit(*set, controls, candidate, note);
  }

  records::Contract contract;
  SimulatedClock clock;
  LimitLedger ledger;
  StopLimits stop_limits;
  std::shared_ptr<const data::Schema> schema;
  const records::Pseudonymiser* pseudonymiser = nullptr;
  std::int64_t version_made = 0;
  std::shared_ptr<const LimitSet> set;
  LimitControls controls;
  records::LimitNote note;
  records::RowDecision decision;
  std::function<std::optional<std::int64_t>(records::CollarReference::Kind)> reference;
};

}  // namespace mooring::serving

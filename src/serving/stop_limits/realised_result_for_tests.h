// A bench for limits on drawdown: decisions about flight cover that go into a journal, and outcomes
// that go through a settlement. For tests only.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "serving/stop_limits/limit_set_for_tests.h"
#include "serving/stop_limits/limit_settlement.h"

namespace mooring::serving {

// What a cover brought: its price, less 120 when the flight was late.
inline records::Contract CoverContract(std::vector<records::LimitRule> limits) {
  records::Contract contract = PricingContract(std::move(limits));
  contract.output.task = records::OutputRule::Task::kBinary;
  contract.output.positive = "late";
  contract.outcome.emplace();
  contract.outcome->name = "late";
  contract.effect.value = "list_price - 120 * late";
  contract.effect.currency = "RUB";
  return contract;
}

// `max` in roubles; of the hard form `worst` is what a decision may lose.
inline records::LimitRule Drawdown(std::string name, std::int64_t max, std::string worst = "") {
  records::LimitRule rule = RuleOf(std::move(name), records::LimitKind::kDrawdown);
  rule.max = data::Decimal(max);
  rule.window.kind = records::LimitWindow::Kind::kLifetime;
  rule.drawdown_hard = !worst.empty();
  rule.worst = std::move(worst);
  rule.then = records::LimitAction::kDeny;
  return rule;
}

struct ResultBench : LimitBench {
  ResultBench(records::Contract made, records::Journal& into)
      : LimitBench(std::move(made)), journal(into) {
    auto bound = std::make_shared<records::Binding>();
    bound->model = contract.model;
    bound->version = 3;
    bound->contract_hash = "c0ffee";
    bound->currency = "RUB";
    bound->inputs = schema;
    bound->outputs = std::make_shared<const data::Schema>(
        *data::Schema::Make({{"probability", data::Type::kFloat64, true, nullptr}}));
    binding = std::move(bound);
    Settle();
  }
  // Anew, as after a start.
  void Settle() {
    settlement.emplace(LimitSettlement::Options{
        .journal = &journal,
        .ledger = &ledger,
        .clock = &clock,
        .limits_of = [this](const records::Binding&) { return served ? set : nullptr; }});
  }

  // One block of a row for each price; the ids of all rows, of which some may have been denied.
  struct Decided {
    std::vector<DecisionId> ids;
    std::vector<bool> admitted;
  };
  Decided DecideAll(const std::vector<double>& prices, const std::string& seat = "1A") {
    note.Clear();
    data::Batch inputs(schema), outputs(binding->outputs);
    std::vector<records::RowDecision> rows(prices.size());
    Decided decided;
    for (std::size_t i = 0; i < prices.size(); ++i) {
      inputs.column(0).Append(prices[i]);
      inputs.column(1).AppendText(seat);
      inputs.column(2).Append(Now());
      outputs.column(0).Append(0.25);
      inputs.SetRows(i + 1);
      rows[i].score = 0.25;
      rows[i].amount_minor = 3000;
      LimitCandidate candidate;
      candidate.inputs = &inputs;
      candidate.row = i;
      candidate.score = 0.25;
      candidate.decision = &rows[i];
      candidate.caller = "shop";
      candidate.version = 3;
      decided.admitted.push_back(stop_limits.Admit(*set, controls, candidate, note).admitted);
      if (!decided.admitted.back()) rows[i] = {.verdict = records::Verdict::kDeny, .score = 0};
    }
    outputs.SetRows(prices.size());
    records::DecisionBlock block;
    block.binding = binding;
    block.at = clock.Now();
    block.caller = "shop";
    block.inputs = &inputs;
    block.outputs = &outputs;
    block.rows = rows;
    block.limits = &note;
    const auto first = journal.Append(block, nullptr);
    CHECK(first.ok());
    ledger.Recorded(note, *first);
    journal.CommitNow();
    for (std::uint32_t i = 0; i < prices.size(); ++i) {
      decided.ids.push_back({first->replica, first->segment, first->ordinal + i});
    }
    return decided;
  }
  // Nothing when it was denied.
  std::optional<DecisionId> Decide(double price = 60, const std::string& seat = "1A") {
    const Decided decided = DecideAll({price}, seat);
    return decided.admitted[0] ? std::optional(decided.ids[0]) : std::nullopt;
  }
  void Know(DecisionId id, double late, std::string name = "late", std::string text = "") {
    const records::Outcome outcome{id, clock.Now(), std::move(name), late, std::move(text)};
    settlement->OnOutcomesComing(std::span(&outcome, 1));
    journal.CommitNow();
  }
  LimitLedger::Usage UsageOf(std::size_t limit = 0) const { return UsageIn(ledger, limit); }
  LimitLedger::Usage UsageIn(const LimitLedger& of, std::size_t limit) const {
    const CompiledLimit& one = set->OfPlace(static_cast<std::uint16_t>(limit));
    LimitTerm term;
    term.shape = &one.shape;
    term.state = one.shape.family;
    term.max = one.shape.max;
    return of.Of(term);
  }

  records::Journal& journal;
  std::shared_ptr<const records::Binding> binding;
  bool served = true;  // the limits are loaded
  std::optional<LimitSettlement> settlement;
};

}  // namespace mooring::serving

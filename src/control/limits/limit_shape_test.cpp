#include "control/limits/limit_shape.h"

#include <gtest/gtest.h>

#include <functional>

namespace mooring::control {
namespace {

using records::Contract;
using records::LimitRule;

TEST(LimitShape, IsAnotherForEachPartButTheMax) {
  Contract contract;
  contract.decision.currency = "RUB";
  const LimitRule rule;
  const std::string shape = LimitShape(rule, contract);
  EXPECT_EQ(LimitShape(rule, contract), shape);
  const std::vector<std::function<void(LimitRule&, Contract&)>> edits = {
      [](LimitRule& limit, Contract&) { limit.kind = records::LimitKind::kCount; },
      [](LimitRule& limit, Contract&) { limit.scope = records::LimitScope::kAll; },
      [](LimitRule& limit, Contract&) { limit.when = "age > 3"; },
      [](LimitRule& limit, Contract&) { limit.per = {"route"}; },
      [](LimitRule& limit, Contract&) { limit.quantity = "score"; },
      [](LimitRule& limit, Contract&) { limit.money = false; },
      [](LimitRule& limit, Contract&) { limit.weight = records::LimitWeight::kNet; },
      [](LimitRule& limit, Contract&) { limit.window.length = std::chrono::hours(1); },
      [](LimitRule& limit, Contract&) { limit.window.kind = records::LimitWindow::Kind::kDay; },
      [](LimitRule& limit, Contract&) { limit.window.zone = "Europe/Moscow"; },
      [](LimitRule& limit, Contract&) { limit.horizon = std::chrono::hours(1); },
      [](LimitRule& limit, Contract&) { limit.worst = "amount"; },
      [](LimitRule& limit, Contract&) { limit.latch = true; },
      [](LimitRule& limit, Contract&) { limit.advisory = true; },
      [](LimitRule&, Contract& of) { of.decision.currency = "JPY"; },
      [](LimitRule&, Contract& of) { of.decision.amount = "2 * score"; },
  };
  for (std::size_t i = 0; i < edits.size(); ++i) {
    LimitRule edited = rule;
    Contract of = contract;
    edits[i](edited, of);
    EXPECT_NE(LimitShape(edited, of), shape) << i;
  }
  LimitRule raised = rule;
  raised.max = data::Decimal(7);
  EXPECT_EQ(LimitShape(raised, contract), shape) << "the max is compared by itself";
}

}  // namespace
}  // namespace mooring::control

#include "serving/cross_checks.h"

#include <fmt/format.h>

#include "data/expression/expression.h"

namespace mooring::serving {

struct CrossChecks::Check {
  records::CheckRule rule;
  data::Expression holds;
};

CrossChecks::CrossChecks() = default;
CrossChecks::~CrossChecks() = default;

bool CrossChecks::empty() const { return checks_.empty(); }

Result<std::unique_ptr<CrossChecks>> CrossChecks::Compile(
    const std::vector<records::CheckRule>& rules, const data::Schema& inputs) {
  std::unique_ptr<CrossChecks> made(new CrossChecks());
  for (const records::CheckRule& rule : rules) {
    auto holds = data::Expression::Compile(rule.expression, inputs, {.name = rule.name});
    if (!holds.ok()) {
      return Error(Code::kFailedPrecondition,
                   fmt::format("check '{}': {}", rule.name, holds.error().message()))
          .Where(holds.error().where())
          .Help(holds.error().help());
    }
    made->checks_.push_back({rule, std::move(holds).value()});
  }
  return made;
}

void CrossChecks::Run(const data::Batch& rows, Validated& found) const {
  for (const Check& check : checks_) {
    std::uint32_t broken = 0;
    for (std::size_t row = 0; row < rows.rows(); ++row) {
      const std::optional<double> holds = check.holds.Evaluate(rows, row);
      if (holds && *holds != 0) [[likely]] continue;
      ++broken;
      if (check.rule.on_breach == records::OnBreach::kReject) {
        // The expression is the owner's; the row's values stay out of the message.
        found.AddProblem({row, "", check.rule.name,
                          fmt::format("check '{}' does not hold: {}", check.rule.name,
                                      check.rule.expression)});
      } else {
        found.Flag(row, rows.rows());
      }
    }
    if (broken != 0) found.breaches.push_back({"", check.rule.name, check.rule.on_breach, broken});
  }
}

}  // namespace mooring::serving

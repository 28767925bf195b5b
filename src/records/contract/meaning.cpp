#include "records/contract/meaning.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "base/clock.h"
#include "base/limits.h"
#include "base/text/nearest.h"
#include "records/contract/expressions.h"
#include "records/contract/limit_meaning.h"
#include "records/contract/value.h"

namespace mooring::records {
namespace {

using data::Type;

bool IsText(Type type) { return type == Type::kString || type == Type::kCategory; }
bool HasOrder(Type type) { return data::IsNumeric(type) || type == Type::kTimestamp; }

// Whether a number is a value that a column of this type can hold.
bool Holds(Type type, double number) {
  if (type == Type::kInt32) {
    return number == std::trunc(number) && number >= std::numeric_limits<std::int32_t>::min() &&
           number <= std::numeric_limits<std::int32_t>::max();
  }
  if (type == Type::kInt64) return number == std::trunc(number) && std::abs(number) <= 0x1p63;
  if (type == Type::kFloat32) return std::abs(number) <= std::numeric_limits<float>::max();
  return true;
}

class InputCheck {
 public:
  InputCheck(const InputRule& input, PlacedErrors& errors)
      : input_(input), path_("inputs." + input.name), errors_(errors) {}

  void Run() {
    // Without a type every rule would look wrong.
    if (errors_.Failed(path_) || errors_.Failed(At("type"))) return;
    Bounds();
    Texts();
    Categories();
    Default();
  }

 private:
  bool Wrote(std::string_view key) const { return errors_.Has(At(key)); }
  std::string At(std::string_view key) const { return path_ + "." + std::string(key); }
  std::string OfType() const {
    return fmt::format("a column of type {}", data::TypeName(input_.type));
  }
  void Add(std::string_view key, std::string message, std::string help = {}) {
    errors_.AddAt(At(key), std::move(message), std::move(help));
  }

  void Bounds() {
    const auto check = [&](std::string_view key, const std::optional<double>& bound) {
      if (!bound) return;
      if (!HasOrder(input_.type)) {
        Add(key, OfType() + " has no order", "use one_of, pattern or max_length");
      } else if (!Holds(input_.type, *bound)) {
        Add(key, fmt::format("{} is no value of {}", *bound, OfType()));
      }
    };
    check("min", input_.min);
    check("max", input_.max);
    if (input_.min && input_.max && *input_.min > *input_.max) {
      Add("max", fmt::format("{} is below min {}", *input_.max, *input_.min));
    }
  }

  void Texts() {
    if (IsText(input_.type)) return;
    for (const std::string_view key : {"max_length", "pattern", "one_of"}) {
      if (Wrote(key)) Add(key, OfType() + " is not text", "type string or category");
    }
  }

  void Categories() {
    if (input_.type == Type::kCategory) {
      if (input_.from_reference && !input_.one_of.empty()) {
        Add("one_of", "the categories are already from: reference", "keep one of the two");
      }
    } else {
      for (const std::string_view key : {"from", "unseen"}) {
        if (Wrote(key)) Add(key, OfType() + " has no categories", "type category");
      }
    }
    std::set<std::string_view> seen;
    for (const std::string& value : input_.one_of) {
      if (!seen.insert(value).second) Add("one_of", Quoted(value) + " stands in it twice");
    }
  }

  void Default() {
    const bool has = Wrote("default");
    const auto wants = [&](OnBreach rule) { return rule == OnBreach::kDefault; };
    for (const auto& [key, rule] :
         {std::pair{"missing", input_.missing}, std::pair{"invalid", input_.invalid},
          std::pair{"unseen", input_.unseen}}) {
      if (wants(rule) && !has) Add(key, "there is no default to put in", "add 'default: …'");
    }
    if (!has) return;
    if (!wants(input_.missing) && !wants(input_.invalid) && !wants(input_.unseen)) {
      Add("default", "nothing puts it in", "say 'missing: default', or remove it");
    }
    DefaultFits();
  }

  void DefaultFits() {
    const auto* number = std::get_if<double>(&input_.default_value);
    const auto* text = std::get_if<std::string>(&input_.default_value);
    if (number == nullptr && text == nullptr) return;  // an error by itself
    const bool fits =
        data::IsNumeric(input_.type)      ? number != nullptr && Holds(input_.type, *number)
        : input_.type == Type::kBool      ? text != nullptr && (*text == "true" || *text == "false")
        : input_.type == Type::kTimestamp ? number != nullptr || ParseTime(*text).ok()
                                          : true;  // a plain number is a text too
    if (!fits) return Add("default", "is no value of " + OfType());
    if (number != nullptr && HasOrder(input_.type)) {
      if (input_.min && *number < *input_.min) Add("default", "is below min");
      if (input_.max && *number > *input_.max) Add("default", "is above max");
    }
    if (text != nullptr && !input_.one_of.empty() &&
        std::ranges::find(input_.one_of, *text) == input_.one_of.end()) {
      Add("default", Quoted(*text) + " is not in one_of");
    }
  }

  const InputRule& input_;
  std::string path_;
  PlacedErrors& errors_;
};

void CheckNames(const Contract& c, PlacedErrors& errors) {
  if (errors.Has("inputs") && c.inputs.empty()) errors.AddAt("inputs", "holds no column");
  if (c.inputs.size() > limits::kColumns) {
    errors.AddAt("inputs", fmt::format("{} columns are too many", c.inputs.size()),
                 fmt::format("at most {}", limits::kColumns));
  }
  if (c.FindInput(c.output.name) != nullptr) {
    errors.AddAt("output.name", Quoted(c.output.name) + " is an input too",
                 "give it a name of its own");
  }
  if (!c.outcome) return;
  if (c.FindInput(c.outcome->name) != nullptr) {
    errors.AddAt("outcome.name", Quoted(c.outcome->name) + " is an input too",
                 "the truth cannot be known before the decision");
  }
  if (!c.outcome->name.empty() && c.outcome->name == c.output.name) {
    errors.AddAt("outcome.name", "is the output's name too", "give it a name of its own");
  }
}

void CheckOutput(const Contract& c, PlacedErrors& errors) {
  if (c.output.min && c.output.max && *c.output.min > *c.output.max) {
    errors.AddAt("output.max", fmt::format("{} is below min {}", *c.output.max, *c.output.min));
  }
  if (!c.output.positive.empty() && c.output.task != OutputRule::Task::kBinary) {
    errors.AddAt("output.positive", "only a binary task has a positive class", "task: binary");
  }
}

// A personal column that is misspelt would be written in the clear: it must be an input.
void CheckPrivacy(const Contract& c, PlacedErrors& errors) {
  std::vector<std::string_view> known;
  for (const InputRule& input : c.inputs) known.push_back(input.name);
  const auto check = [&](const std::string& path, const std::string& column) {
    const InputRule* input = c.FindInput(column);
    if (input == nullptr) {
      std::string help =
          DidYouMean(column, std::span(known).first(std::min<std::size_t>(known.size(), 256)));
      errors.AddAt(path, Quoted(column) + " is not an input", std::move(help));
    }
    return input;
  };
  if (!c.privacy.subject.empty()) check("privacy.subject", c.privacy.subject);
  std::set<std::string_view> seen;
  for (std::size_t i = 0; i < c.privacy.pseudonymise.size(); ++i) {
    const std::string& column = c.privacy.pseudonymise[i];
    const std::string path = fmt::format("privacy.pseudonymise[{}]", i);
    if (!seen.insert(column).second) {
      errors.AddAt(path, Quoted(column) + " stands twice");
      continue;
    }
    const InputRule* input = check(path, column);
    if (input == nullptr) continue;
    if (!IsText(input->type)) {
      errors.AddAt(path,
                   fmt::format("{} is of type {}", Quoted(column), data::TypeName(input->type)),
                   "an identifier is of type string; a pseudonym is text");
    }
    if (input->from_reference) {
      errors.AddAt("inputs." + column + ".from",
                   "the reference data keeps no values of an input that is pseudonymised",
                   "list the values with one_of, or make it a string");
    }
  }
}

void CheckQualityMetric(const Contract& c, PlacedErrors& errors) {
  const std::string& metric = c.monitor.quality.metric;
  if (metric.empty() || errors.Failed("output.task")) return;
  const bool of_numbers = metric == "rmse" || metric == "mae" || metric == "mape";
  if (of_numbers == (c.output.task == OutputRule::Task::kRegression)) return;
  errors.AddAt("monitor.quality.metric",
               fmt::format("{} is no measure of a {} task", metric,
                           of_numbers ? "classification" : "regression"),
               of_numbers ? "log_loss, brier, auc, accuracy or f1" : "rmse, mae or mape");
}

void CheckBusiness(const Contract& c, PlacedErrors& errors) {
  for (std::size_t i = 0; i < c.monitor.quality.business.size(); ++i) {
    const std::string path = fmt::format("monitor.quality.business[{}]", i);
    const bool expression = errors.Has(path + ".expression"), sql = errors.Has(path + ".sql");
    if (expression != sql || errors.FailedUnder(path)) continue;
    errors.AddAt(path, sql ? "is both an expression and SQL" : "is neither an expression nor SQL",
                 "give either expression or sql");
  }
}

void CheckSlices(const Contract& c, PlacedErrors& errors) {
  std::set<std::string_view> seen;
  for (std::size_t i = 0; i < c.monitor.slices.size(); ++i) {
    const SliceRule& slice = c.monitor.slices[i];
    const std::string path = fmt::format("monitor.slices[{}]", i);
    const InputRule* input = c.FindInput(slice.column);
    if (slice.column.empty() || errors.Failed(path)) continue;
    if (!seen.insert(slice.column).second) {
      errors.AddAt(path, Quoted(slice.column) + " stands twice");
    } else if (input == nullptr) {
      errors.AddAt(path, Quoted(slice.column) + " is not an input");
    } else if (!slice.cuts.empty() && !HasOrder(input->type)) {
      errors.AddAt(path, Quoted(slice.column) + " has no order", "leave out the cut points");
    } else if (slice.cuts.empty() && HasOrder(input->type)) {
      errors.AddAt(path, Quoted(slice.column) + " is a number",
                   fmt::format("give cut points, as in {{{}: [0, 100]}}", slice.column));
    } else if (std::ranges::find(c.privacy.pseudonymise, slice.column) !=
               c.privacy.pseudonymise.end()) {
      errors.AddAt(path, Quoted(slice.column) + " is pseudonymised: every value is a slice");
    }
  }
}

void CheckReference(const Contract& c, PlacedErrors& errors) {
  const ReferenceRule& rule = c.monitor.reference;
  const bool fixed = rule.kind == ReferenceKind::kFixed;
  if (fixed != errors.Has("monitor.fixed")) {
    errors.AddAt(fixed ? "monitor.reference" : "monitor.fixed",
                 fixed ? "fixed needs a period" : "is not used",
                 fixed ? "add 'fixed: {from: …, to: …}'" : "add 'reference: fixed'");
  }
  if (rule.from && rule.to && *rule.to <= *rule.from) {
    errors.AddAt("monitor.fixed.to", "is not after from");
  }
}

void CheckMonitor(const Contract& c, PlacedErrors& errors) {
  if (c.monitor.window_min_rows > c.monitor.window_rows) {
    errors.AddAt(
        "monitor.window.min_rows",
        fmt::format("{} is above rows {}", c.monitor.window_min_rows, c.monitor.window_rows),
        "every window would be \"not enough data\"");
  }
  if (errors.Has("monitor.quality") && !c.outcome) {
    errors.AddAt("monitor.quality", "needs an outcome", "add 'outcome: {name: …}'");
  }
  CheckQualityMetric(c, errors);
  CheckBusiness(c, errors);
  CheckSlices(c, errors);
  CheckReference(c, errors);
}

void CheckExpressions(const Contract& c, PlacedErrors& errors) {
  for (const auto& [path, text, place] : errors.expressions()) {
    const bool of_row = path.starts_with("checks") || path.starts_with("fallback");
    const auto scope = of_row                       ? ExpressionScope::kInputs
                       : path == "decision.amount"  ? ExpressionScope::kDecision
                       : path.starts_with("limits") ? ExpressionScope::kLimit
                                                    : ExpressionScope::kAnything;
    const Status checked = CheckExpression(c, text, scope);
    if (checked.ok()) continue;
    const Error& error = checked.error();
    const std::string why = error.why().empty() ? "" : ": " + error.why();
    errors.Add(place, path, error.message() + why, error.help());
  }
}

void CheckUniqueChecks(const Contract& c, PlacedErrors& errors) {
  std::set<std::string_view> seen;
  for (std::size_t i = 0; i < c.checks.size(); ++i) {
    if (c.checks[i].name.empty() || seen.insert(c.checks[i].name).second) continue;
    errors.AddAt(fmt::format("checks[{}].name", i), Quoted(c.checks[i].name) + " is taken");
  }
}

}  // namespace

void PlacedErrors::Add(Place place, std::string path, std::string message, std::string help) {
  ++count_;
  // Order is by place, so far more than is shown must be kept; memory stays bounded all the same.
  if (errors_.size() >= 100 * limits::kContractErrors) return;
  failed_.insert(path);
  errors_.push_back(
      {place.line, place.column, std::move(path), std::move(message), std::move(help)});
}

bool PlacedErrors::FailedUnder(std::string_view section) const {
  const auto found = failed_.lower_bound(section);
  return found != failed_.end() && found->starts_with(section);
}

void PlacedErrors::AddAt(const std::string& path, std::string message, std::string help) {
  std::string_view known = path;
  auto found = places_.find(known);
  while (found == places_.end() && !known.empty()) {
    const auto cut = known.find_last_of(".[");
    known = cut == known.npos ? std::string_view() : known.substr(0, cut);
    found = places_.find(known);
  }
  const Place place = found == places_.end() ? Place{1, 1} : found->second;
  Add(place, path, std::move(message), std::move(help));
}

std::vector<ContractError> PlacedErrors::InOrder() && {
  std::ranges::stable_sort(errors_, {}, [](const ContractError& error) {
    return Place{error.line, error.column};
  });
  if (count_ > limits::kContractErrors) {
    errors_.resize(limits::kContractErrors);
    const ContractError& last = errors_.back();
    errors_.push_back({last.line, last.column, "",
                       fmt::format("and {} more errors", count_ - limits::kContractErrors), ""});
  }
  return std::move(errors_);
}

void CheckMeaning(const Contract& contract, PlacedErrors& errors) {
  if (errors.Has("owner") && !errors.Failed("owner") && !errors.Has("owner.team") &&
      !errors.Has("owner.person")) {
    errors.AddAt("owner", "names nobody", "nothing serves without an owner: give team or person");
  }
  const std::size_t before = errors.count();
  for (const InputRule& input : contract.inputs) InputCheck(input, errors).Run();
  // An input without its right type would make every expression that reads it look wrong.
  const bool inputs_are_known =
      errors.count() == before && !errors.FailedUnder("inputs") && !errors.FailedUnder("output");
  if (inputs_are_known) CheckExpressions(contract, errors);
  CheckNames(contract, errors);
  CheckUniqueChecks(contract, errors);
  CheckOutput(contract, errors);
  CheckFallback(contract, errors);
  CheckMonitor(contract, errors);
  CheckLimits(contract, errors);
  CheckPrivacy(contract, errors);
}

}  // namespace mooring::records

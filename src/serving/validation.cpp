#include "serving/validation.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "serving/batch_pool.h"
#include "serving/column_rule.h"
#include "serving/cross_checks.h"
#include "serving/model_columns.h"

namespace mooring::serving {
namespace {

using data::Type;
using records::InputRule;

// The inputs of a contract that declares none: those of the model.
std::vector<InputRule> RulesOf(const data::Schema& inputs) {
  std::vector<InputRule> rules;
  for (const data::Field& field : inputs.fields()) {
    InputRule rule;
    rule.name = field.name;
    rule.type = field.type;
    rules.push_back(std::move(rule));
  }
  return rules;
}

// A category's values, whose places are the codes that a model of numbers gets: as the owner lists
// them, as they were in the reference, as the model itself knows them.
Result<std::shared_ptr<const data::Dictionary>> DictionaryOf(
    const InputRule& rule, const model::Signature& signature,
    const InputShape::Dictionaries& given) {
  if (!rule.one_of.empty()) return data::Dictionary::Make(rule.one_of);
  if (const auto found = given.find(rule.name); found != given.end()) return found->second;
  if (const auto place = signature.inputs->Find(rule.name)) {
    if (const auto& known = signature.inputs->field(*place).dictionary) return known;
  }
  if (rule.from_reference) {
    return Error(Code::kFailedPrecondition,
                 fmt::format("input '{}': its categories come from the reference data, and this "
                             "version has none", rule.name))
        .Help("register the version with its training data, or list the values with one_of");
  }
  return std::shared_ptr<const data::Dictionary>();
}

Result<std::shared_ptr<const data::Schema>> SchemaOf(const std::vector<InputRule>& rules,
                                                     bool derived,
                                                     const model::Signature& signature,
                                                     const InputShape::Dictionaries& given) {
  std::vector<data::Field> fields;
  for (std::size_t i = 0; i < rules.size(); ++i) {
    data::Field field{rules[i].name, rules[i].type,
                      derived ? signature.inputs->field(i).nullable
                              : rules[i].missing != records::OnBreach::kReject,
                      nullptr};
    if (field.type == Type::kCategory) {
      ASSIGN_OR_RETURN(field.dictionary, DictionaryOf(rules[i], signature, given));
    }
    fields.push_back(std::move(field));
  }
  ASSIGN_OR_RETURN(data::Schema schema, data::Schema::Make(std::move(fields)));
  return std::make_shared<const data::Schema>(std::move(schema));
}

bool FeedsFloat32(const model::Signature& signature, const data::Field& field) {
  const auto place = signature.inputs->Find(field.name);
  return place && signature.inputs->field(*place).type == Type::kFloat32 &&
         field.type == Type::kFloat64;
}

}  // namespace

void Validated::Clear() {
  problems.clear();
  unlisted_problems = 0;
  breaches.clear();
  flagged.clear();
  replaced.reset();
  imputed.clear();
}

void Validated::AddProblem(RowProblem problem) {
  if (problems.size() >= kListedProblems) {
    ++unlisted_problems;
  } else {
    problems.push_back(std::move(problem));
  }
}

void Validated::DropEchoes(std::size_t first_new) {
  const auto echo = [this, first_new](const RowProblem& problem) {
    return problem.rule == "missing" &&
           std::any_of(problems.begin(), problems.begin() + static_cast<std::ptrdiff_t>(first_new),
                       [&](const RowProblem& cause) {
                         return cause.row == problem.row && cause.feature == problem.feature;
                       });
  };
  const auto begin = problems.begin() + static_cast<std::ptrdiff_t>(first_new);
  problems.erase(std::stable_partition(begin, problems.end(), std::not_fn(echo)), problems.end());
}

void Validated::Flag(std::size_t row, std::size_t rows) {
  if (flagged.size() < rows) flagged.resize(rows, 0);
  flagged[row] = 1;
}

InputShape::InputShape() = default;
InputShape::~InputShape() = default;

Result<std::shared_ptr<const InputShape>> InputShape::Bind(
    std::shared_ptr<const records::Contract> contract, const model::Signature& signature,
    const Dictionaries& dictionaries) {
  const std::shared_ptr<InputShape> shape(new InputShape());
  shape->derived_ = contract->inputs.empty();
  const std::vector<InputRule> rules =
      shape->derived_ ? RulesOf(*signature.inputs) : contract->inputs;
  ASSIGN_OR_RETURN(shape->schema_, SchemaOf(rules, shape->derived_, signature, dictionaries));
  ASSIGN_OR_RETURN(ModelColumns columns, ModelColumns::Make(*shape->schema_, signature.inputs));
  shape->model_columns_ = std::make_unique<ModelColumns>(std::move(columns));

  const std::vector<std::string>& hidden = contract->privacy.pseudonymise;
  std::vector<std::string> names;
  for (std::size_t i = 0; i < rules.size(); ++i) {
    const data::Field& field = shape->schema_->field(i);
    const bool secret = std::find(hidden.begin(), hidden.end(), field.name) != hidden.end();
    ASSIGN_OR_RETURN(ColumnRule rule,
                     ColumnRule::Make(rules[i], field,
                                      {.derived = shape->derived_,
                                       .pseudonymised = secret,
                                       .feeds_float32 = FeedsFloat32(signature, field)}));
    shape->rules_.push_back(std::move(rule));
    shape->pseudonymised_.push_back(secret ? 1 : 0);
    if (secret) shape->pseudonymised_columns_.push_back(i);
    names.push_back(field.name);
  }
  shape->names_ = NameIndex(std::move(names));
  ASSIGN_OR_RETURN(shape->checks_, CrossChecks::Compile(contract->checks, *shape->schema_));
  shape->rows_pool_ = std::make_unique<BatchPool>(shape->schema_);
  shape->scratch_pool_ = std::make_unique<BatchPool>(signature.inputs);
  shape->contract_ = std::move(contract);
  return std::shared_ptr<const InputShape>(shape);
}

void InputShape::Validate(const data::Batch& rows, Coercion coercion, Validated& found) const {
  std::vector<std::size_t> defaulted;
  for (std::size_t i = 0; i < rules_.size(); ++i) {
    rules_[i].Check(rows.column(i), coercion, found, defaulted);
    if (defaulted.empty()) [[likely]] continue;
    if (!found.replaced) found.replaced = rows;
    std::sort(defaulted.begin(), defaulted.end());
    defaulted.erase(std::unique(defaulted.begin(), defaulted.end()), defaulted.end());
    for (const std::size_t row : defaulted) {
      found.imputed.push_back({static_cast<std::uint32_t>(row), static_cast<std::uint16_t>(i)});
    }
    found.replaced->column(i) = rules_[i].WithDefaults(rows.column(i), defaulted);
    defaulted.clear();
  }
  std::sort(found.imputed.begin(), found.imputed.end());
  if (!checks_->empty() && !found.refused()) checks_->Run(found.Effective(rows), found);
}

bool InputShape::NeedsScratch() const { return !model_columns_->identical(); }

const data::Batch& InputShape::ToModel(const data::Batch& rows, data::Batch& scratch) const {
  if (model_columns_->identical()) return rows;
  model_columns_->Fill(rows, scratch);
  return scratch;
}

data::Batch InputShape::TakeRows() const { return rows_pool_->Take(); }
void InputShape::GiveRows(data::Batch rows) const { rows_pool_->Give(std::move(rows)); }
data::Batch InputShape::TakeScratch() const { return scratch_pool_->Take(); }
void InputShape::GiveScratch(data::Batch scratch) const { scratch_pool_->Give(std::move(scratch)); }

}  // namespace mooring::serving

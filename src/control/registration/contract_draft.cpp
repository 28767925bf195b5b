#include "control/registration/contract_draft.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <set>

#include "model/artifact.h"

namespace mooring::control {
namespace {

using data::Type;

std::string NumberText(double number) {
  char buffer[32];
  return {buffer, std::to_chars(buffer, buffer + sizeof(buffer), number).ptr};
}

// A YAML key or value: plain where that is surely text, else double-quoted.
std::string Quoted(const std::string& text) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
  const bool letter_first = !text.empty() && std::isalpha(static_cast<unsigned char>(text[0])) != 0;
  static constexpr std::string_view kWords[] = {"true", "false", "null", "yes", "no",
                                                "on",   "off",   "y",    "n"};
  std::string lower = text;
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  const bool word = std::find(std::begin(kWords), std::end(kWords), lower) != std::end(kWords);
  if (letter_first && !word && text.find_first_not_of(kPlain) == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    if (static_cast<unsigned char>(c) < 0x20) continue;
    quoted += c;
  }
  return quoted + "\"";
}

struct Range {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();
};

Range RangeOf(const data::Column& column) {
  Range range;
  for (std::size_t row = 0; row < column.size(); ++row) {
    const double number = column.Number(row);
    if (!std::isfinite(number)) continue;
    range.low = std::min(range.low, number);
    range.high = std::max(range.high, number);
  }
  return range;
}

// Whole numbers in the data of a float input are no reason to call it an integer: types are the
// model's, or the file's where the model only says "a number" and the file says text.
Type TypeFor(const data::Field& field, const data::Column* column) {
  if (column != nullptr && (column->type() == Type::kString || column->type() == Type::kCategory)) {
    return Type::kCategory;
  }
  return field.type;
}

std::string InputLine(const data::Field& field, const data::Column* column) {
  const Type type = TypeFor(field, column);
  std::string line = "  " + Quoted(field.name) + ": {type: " + std::string(data::TypeName(type));
  if (type == Type::kCategory) line += ", from: reference, unseen: flag";
  if (column != nullptr && data::IsNumeric(type)) {
    const Range range = RangeOf(*column);
    if (range.low <= range.high) {
      line += ", min: " + NumberText(range.low) + ", max: " + NumberText(range.high) +
              ", invalid: flag";
    }
  }
  const bool has_missing = column != nullptr && column->HasNulls();
  if (field.nullable && (column == nullptr || has_missing)) line += ", missing: flag";
  return line + "}\n";
}

std::string Inputs(const LoadedArtifact& model, const DraftOptions& options) {
  std::string text =
      "inputs:                      # what callers send; the ranges are a first guess\n";
  for (const data::Field& field : model.inputs()->fields()) {
    text += InputLine(field,
                      options.training == nullptr ? nullptr : options.training->Find(field.name));
  }
  return text;
}

enum class Kind : std::uint8_t { kUnknown, kBinary, kMulticlass };

// What the model says it was trained for: XGBoost's and LightGBM's files hold their objective as
// text, whatever their form.
Kind KindByObjective(const LoadedArtifact& model) {
  static constexpr std::pair<std::string_view, Kind> kObjectives[] = {
      {"binary:logistic", Kind::kBinary},
      {"binary:hinge", Kind::kBinary},
      {"multi:soft", Kind::kMulticlass},
      {"objective=binary", Kind::kBinary},
      {"objective=multiclass", Kind::kMulticlass}};
  for (const model::ArtifactFile& file : model.artifact().files()) {
    const std::string_view bytes(reinterpret_cast<const char*>(file.bytes.data()),
                                 file.bytes.size());
    for (const auto& [objective, kind] : kObjectives) {
      if (bytes.find(objective) != std::string_view::npos) return kind;
    }
  }
  return Kind::kUnknown;
}

// Of the label's two classes the one that is called like it, else the second in order, as is usual;
// numbers only when they are 0 and 1.
std::optional<std::string> PositiveOf(const data::Column* label, const std::string& name) {
  if (label == nullptr) return std::nullopt;
  const bool is_text = label->type() == Type::kString || label->type() == Type::kCategory;
  if (!is_text && label->type() == Type::kTimestamp) return std::nullopt;
  std::set<std::string> values;
  for (std::size_t row = 0; row < label->size() && values.size() < 3; ++row) {
    if (label->IsNull(row)) continue;
    values.insert(is_text ? std::string(label->Text(row)) : NumberText(label->Number(row)));
  }
  if (values.size() != 2 || (!is_text && values != std::set<std::string>{"0", "1"})) {
    return std::nullopt;
  }
  return values.contains(name) ? name : *values.rbegin();
}

std::size_t RealOutputs(const data::Schema& outputs) {
  return static_cast<std::size_t>(std::ranges::count_if(outputs.fields(), [](const auto& field) {
    return field.type == Type::kFloat32 || field.type == Type::kFloat64;
  }));
}

// By the objective, the number of outputs and the label; what none of them tells is left open.
std::string Output(const LoadedArtifact& model, const DraftOptions& options) {
  const data::Schema& outputs = *model.outputs();
  const bool has_label = options.training != nullptr && !options.label.empty();
  const auto positive =
      PositiveOf(has_label ? options.training->Find(options.label) : nullptr, options.label);
  Kind kind = KindByObjective(model);
  if (kind == Kind::kUnknown && RealOutputs(outputs) > 2) kind = Kind::kMulticlass;
  if (kind == Kind::kUnknown && positive) kind = Kind::kBinary;
  const std::string name = "output: {name: " + Quoted(outputs.field(0).name);
  if (kind == Kind::kMulticlass) return name + ", task: multiclass}\n";
  if (kind == Kind::kBinary) {
    return name + ", task: binary, positive: " + Quoted(positive.value_or("1")) +
           "}   # min, max: bounds of the score\n";
  }
  return name +
         "}         # task: binary, multiclass or regression; min, max: bounds of the score\n";
}

}  // namespace

std::string DraftContract(const LoadedArtifact& model, const DraftOptions& options) {
  std::string text = "# A first draft, from the model" +
                     std::string(options.training == nullptr ? "" : " and its training data") +
                     ". Correct it, then: mooring apply\n";
  text += "model: " + Quoted(options.model.empty() ? "NAME" : options.model) + "\n";
  text += "purpose: say in one sentence what is decided with it\n";
  const std::string team = options.team.empty() ? "\"\"" : Quoted(options.team);
  text += "owner: {team: " + team + "}";
  text += options.team.empty() ? "            # a team, or person: name@example.org, is required;\n"
                                 "                             # escalation: who is called\n"
                               : "\n";
  text += Inputs(model, options);
  text += Output(model, options);
  if (!options.label.empty()) text += "outcome: {name: " + Quoted(options.label) + "}\n";
  text += "monitor:\n  window: {rows: 1000, every: 1h}\n  drift: {psi: 0.2}\n";
  text += "fallback: [previous, deny]   # when the model cannot answer\n";
  return text;
}

}  // namespace mooring::control

#include "app/cli/log/records.h"

#include <cmath>

#include "app/cli/output/row_json.h"

namespace mooring::app::cli {
namespace {

Colour ColourOf(records::Verdict verdict) {
  switch (verdict) {
    case records::Verdict::kAdmit: return Colour::kGreen;
    case records::Verdict::kDeny: return Colour::kRed;
    default: return Colour::kYellow;
  }
}

Cell ImputedCell(const records::ReadDecisions& read, std::uint32_t row) {
  std::string names;
  for (const std::string_view name : records::ImputedNames(read, row)) {
    names += (names.empty() ? "" : ",") + std::string(name);
  }
  return names.empty() ? Cell() : Cell(std::move(names));
}

}  // namespace

std::vector<FieldName> RecordFields() {
  return {{"kind", "decision, outcome or refusal"},
          {"at", "when"},
          {"id", "of the decision"},
          {"model", "model"},
          {"version", "that decided"},
          {"verdict", "of a decision; the code of a refusal"},
          {"score", "given out; an outcome's value"},
          {"amount_minor", "in minor units", false},
          {"flagged", "a rule was broken and passed on", false},
          {"latency_us", "microseconds", false},
          {"caller", "who asked", false},
          {"request_id", "the caller's own id"},
          {"detail", "an outcome's name; what was refused"},
          {"imputed", "inputs that took the contract's default", false},
          {"inputs", "as seen", false},
          {"outputs", "raw", false}};
}

void RecordRows::Keep(std::vector<Cell> row) {
  if (rows_.size() == keep_) rows_.pop_front();
  if (keep_ > 0) rows_.push_back(std::move(row));
}

void RecordRows::OnDecisions(const records::ReadDecisions& read) {
  if (!filter_.decisions) return;
  if (!filter_.model.empty() && read.binding->model != filter_.model) return;
  for (std::size_t row = 0; row < read.rows.size(); ++row) {
    DecisionId id = read.first;
    id.ordinal += static_cast<std::uint32_t>(row);
    if (only_ && *only_ != id) continue;
    const records::RowDecision& decision = read.rows[row];
    const std::string verdict(records::VerdictName(decision.verdict));
    Keep({"decision", read.at, id.ToString(), read.binding->model, read.binding->version,
          Cell(verdict, ColourOf(decision.verdict)),
          std::isnan(decision.score) ? Cell() : Cell(decision.score), decision.amount_minor,
          decision.flagged, read.latency_us, read.caller, read.request_id, Cell(),
          ImputedCell(read, static_cast<std::uint32_t>(row)), RawJson{RowJson(*read.inputs, row)},
          RawJson{RowJson(*read.outputs, row)}});
  }
}

void RecordRows::OnOutcomes(std::span<const records::Outcome> outcomes) {
  if (!filter_.outcomes || !filter_.model.empty() || only_) return;
  for (const records::Outcome& outcome : outcomes) {
    Keep({"outcome", outcome.at, outcome.decision.ToString(), Cell(), Cell(), Cell(),
          outcome.text.empty() ? Cell(outcome.value) : Cell(outcome.text), Cell(), Cell(), Cell(),
          Cell(), Cell(), outcome.name, Cell(), Cell(), Cell()});
  }
}

void RecordRows::OnRefusal(const records::Refusal& refusal) {
  if (!filter_.refusals || only_) return;
  if (!filter_.model.empty() && refusal.model != filter_.model) return;
  std::string detail(refusal.feature);
  if (!refusal.rule.empty()) detail += (detail.empty() ? "" : ": ") + std::string(refusal.rule);
  Keep({"refusal", refusal.at, Cell(), refusal.model, Cell(),
        Cell(std::string(refusal.code), Colour::kRed), Cell(), Cell(), Cell(), Cell(),
        refusal.caller, refusal.request_id, detail, Cell(), Cell(), Cell()});
}

void RecordRows::TakeInto(Listing& listing) {
  for (auto& row : rows_) listing.Add(std::move(row));
  rows_.clear();
}

}  // namespace mooring::app::cli

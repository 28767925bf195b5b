#include "serving/replay.h"

#include <algorithm>
#include <string>
#include <vector>

#include "records/journal/reader.h"
#include "serving/answer.h"

namespace mooring::serving {
namespace {

using SharedBinding = std::shared_ptr<const records::Binding>;

// Stands for the predictor of a version that is not loaded any more: it knows its columns only.
class GonePredictor final : public model::Predictor {
 public:
  explicit GonePredictor(const records::Binding& bound)
      : signature_{bound.inputs, OutputsOf(*bound.outputs), bound.outputs} {}
  const model::Signature& signature() const override { return signature_; }
  Status Predict(const data::Batch&, data::Batch&) const override {
    return Error(Code::kUnavailable, "this version is not loaded any more");
  }
  Cost cost() const override { return Cost::kInline; }
  std::size_t memory_bytes() const override { return sizeof(*this); }

 private:
  const model::Signature signature_;
};

Result<std::shared_ptr<const ServedVersion>> VersionOf(const Snapshot& snapshot,
                                                       const SharedBinding& bound) {
  if (const ServedModel* const model = snapshot.Find(bound->model)) {
    const auto loaded = model->versions.find(bound->version);
    if (loaded != model->versions.end() && loaded->second->contract->hash == bound->contract_hash) {
      return loaded->second;
    }
  }
  VersionParts gone;
  gone.model = bound->model;
  gone.number = bound->version;
  gone.predictor = std::make_shared<const GonePredictor>(*bound);
  auto contract = std::make_shared<records::Contract>();
  contract->model = bound->model;
  contract->hash = bound->contract_hash;
  contract->decision.currency = bound->currency;
  gone.contract = std::move(contract);
  // A contract without rules fits any signature that could once be served.
  return AssembleVersion(std::move(gone));
}

bool CarriesAModelsValue(const records::RowDecision& row) {
  using records::Verdict;
  return row.verdict == Verdict::kAdmit || row.verdict == Verdict::kClamp ||
         row.verdict == Verdict::kFallback;
}

class AnswerReader final : public records::JournalVisitor {
 public:
  AnswerReader(const Snapshot& snapshot, DecisionId first, const KillSwitch* kills)
      : snapshot_(snapshot), first_(first), kills_(kills) {}

  void OnDecisions(const records::ReadDecisions& block) override {
    if (block.first != first_) return;
    auto served = VersionOf(snapshot_, block.binding);
    if (!served.ok()) return;
    found = true;
    answer.replayed = true;
    answer.latency_us = block.latency_us;
    answer.served = std::move(served).value();
    DecisionId id = block.first;
    for (const records::RowDecision& decision : block.rows) {
      answer.rows.push_back({id, decision});
      ++id.ordinal;
    }
    answer.outputs = MaskedOutputs(*block.outputs, block.rows);
    answer.imputed.assign(block.imputed.begin(), block.imputed.end());
    if (block.limits != nullptr) answer.limit_hits = block.limits->hits;
    NoteSources(block);
    if (kills_ != nullptr) JudgeAnew(block);
  }

  DecisionAnswer answer;
  bool found = false;

 private:
  // Which version a fallback's value is of was not kept: it may be any that the model ever had.
  void NoteSources(const records::ReadDecisions& block) {
    for (const records::RowDecision& row : block.rows) {
      if (CarriesAModelsValue(row)) NoteSource(block.binding->version);
      if (row.verdict == records::Verdict::kFallback) NoteSource(kAnyVersion);
    }
  }
  // The epoch comes first: a segment that is stopped from here on is the gate's.
  void JudgeAnew(const records::ReadDecisions& block) {
    const std::uint64_t epoch = kills_->epoch();
    std::vector<KillSwitch::StoredRow> rows;
    for (std::size_t row = 0; row < block.rows.size(); ++row) {
      if (!CarriesAModelsValue(block.rows[row])) continue;
      rows.push_back({row, block.binding->pseudonymised});
      for (const records::Imputed& imputed : block.imputed) {
        if (imputed.row == row) rows.back().unlike.push_back(imputed.column);
      }
    }
    const std::string& model = block.binding->model;
    const bool covered = std::ranges::any_of(answer.sources, [&](VersionNumber version) {
      return kills_->Covers(model, version, block.caller);
    });
    answer.kill_epoch = covered || kills_->CoversStored(model, *block.inputs, rows) ? 0 : epoch;
  }
  void NoteSource(VersionNumber version) {
    if (std::ranges::find(answer.sources, version) == answer.sources.end()) {
      answer.sources.push_back(version);
    }
  }

  const Snapshot& snapshot_;
  const DecisionId first_;
  const KillSwitch* const kills_;
};

}  // namespace

// "p_0", "p_1", "p_2" are one output of width 3, as MakeSignature spelt them.
std::vector<model::Output> OutputsOf(const data::Schema& columns) {
  std::vector<model::Output> outputs;
  for (std::size_t i = 0; i < columns.size();) {
    const data::Field& field = columns.field(i);
    model::Output output{field.name, field.type, 1};
    if (field.name.ends_with("_0")) {
      const std::string base = field.name.substr(0, field.name.size() - 2);
      while (i + output.width < columns.size() &&
             columns.field(i + output.width).name == base + "_" + std::to_string(output.width)) {
        ++output.width;
      }
      if (output.width > 1) output.name = base;
    }
    i += output.width;
    outputs.push_back(std::move(output));
  }
  return outputs;
}

Result<DecisionAnswer> ReplayDecision(records::Journal& journal, const Snapshot& snapshot,
                                      const records::RequestIds::Earlier& earlier,
                                      const KillSwitch* kills) {
  AnswerReader reader(snapshot, earlier.first, kills);
  const Status read = journal.Read(earlier.first, reader);
  if (read.ok() && reader.found) return std::move(reader.answer);
  if (!read.ok() && read.error().code() != Code::kNotFound) return read.error();
  return Error(Code::kFailedPrecondition, "this request was decided before, as " +
                                              earlier.first.ToString() +
                                              ", and that decision is not kept any more")
      .Help("give a new request a new id");
}

}  // namespace mooring::serving

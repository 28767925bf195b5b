#include "control/registration/register_version.h"

#include <fmt/format.h>

#include <cmath>

#include "control/registration/convert_rows.h"
#include "control/registration/golden_inputs.h"
#include "control/registration/holdout.h"
#include "control/registration/stored_version.h"
#include "control/registration/version_blobs.h"
#include "control/training/loss_booster.h"
#include "model/format.h"
#include "model/golden_rows.h"
#include "monitoring/class_outputs.h"
#include "monitoring/learned.h"
#include "monitoring/multivariate/multivariate_watch.h"
#include "monitoring/scores.h"
#include "records/contract/business_sql.h"

namespace mooring::control {
namespace {

using ContractPtr = std::shared_ptr<const records::Contract>;

// Everything known while one version is being registered.
class Registration {
 public:
  Registration(const Registrar& registrar, const RegisterRequest& request)
      : with_(registrar), request_(request) {}

  Result<Registered> Run() {
    ASSIGN_OR_RETURN(contract_, ContractInForce(*with_.registry, request_.model));
    ASSIGN_OR_RETURN(model_,
                     LoadArtifact(*with_.files, request_.artifact_path,
                                  model::LoadOptions{.library_directory = with_.library_directory,
                                                     .transport = with_.transport,
                                                     .python = with_.python}));
    RETURN_IF_ERROR(FindLabel());
    RETURN_IF_ERROR(TakeTraining());
    RETURN_IF_ERROR(BindContract());
    RETURN_IF_ERROR(RecordGolden());
    RETURN_IF_ERROR(LearnReference());
    RETURN_IF_ERROR(LearnFromHoldout());
    RETURN_IF_ERROR(ValidateTraining());
    RETURN_IF_ERROR(StoreBlobs());
    return Register();
  }

 private:
  Status TakeTraining();
  Result<data::Batch> WithAbsentInputs(const data::Batch& training);
  Status BindContract();
  Status RecordGolden();
  Result<data::Batch> GoldenInputs();
  Status CheckGiven(const data::Batch& outputs) const;
  void BlankIdentifiers(data::Batch& inputs) const;
  Status LearnReference();
  Status CheckScore() const;
  Result<data::Batch> Scores();
  void WarnOfNames();
  Status LearnFromHoldout();
  Result<data::Batch> ConvertHoldout();
  Result<data::Batch> OutputsOf(const data::Batch& shaped);
  Status FindLabel();
  Status ValidateTraining();
  Status StoreBlobs();
  Result<Registered> Register();

  const Registrar& with_;
  const RegisterRequest& request_;
  ContractPtr contract_;
  std::unique_ptr<LoadedArtifact> model_;
  std::optional<data::Batch> rows_;      // training data as the contract's inputs
  std::optional<data::Batch> shaped_;    // and as the model's
  const data::Column* label_ = nullptr;  // in request_.training; null: none
  Dictionaries dictionaries_;
  std::string golden_, reference_;
  monitoring::Learned learned_;
  std::string findings_ = "[]";
  records::NewVersion version_;
  Registered result_;
};

// Inputs that callers send but the model does not take (an identifier, say) may be absent from
// training data: they are nulls there. What the model takes must be there.
Result<data::Batch> Registration::WithAbsentInputs(const data::Batch& training) {
  std::vector<data::Field> fields = training.schema().fields();
  std::string absent;
  for (const records::InputRule& rule : contract_->inputs) {
    if (training.Find(rule.name) != nullptr || model_->inputs()->Find(rule.name)) continue;
    fields.push_back({rule.name, rule.type, true, nullptr});
    absent += (absent.empty() ? "'" : ", '") + rule.name + "'";
  }
  if (absent.empty()) return training;
  if (!request_.holdout || &training != &*request_.holdout) {
    result_.warnings.push_back("not in the training data, so not watched: " + absent);
  }
  ASSIGN_OR_RETURN(data::Schema schema, data::Schema::Make(std::move(fields)));
  data::Batch whole(std::make_shared<const data::Schema>(std::move(schema)));
  for (std::size_t i = 0; i < whole.width(); ++i) {
    if (i < training.width()) {
      whole.column(i) = training.column(i);
      continue;
    }
    for (std::size_t row = 0; row < training.rows(); ++row) whole.column(i).AppendNull();
  }
  whole.SetRows(training.rows());
  return whole;
}

Status Registration::TakeTraining() {
  if (!request_.training) {
    result_.warnings.push_back(
        "no training data: windows can not be compared with anything, and no data were validated");
    return Ok();
  }
  if (request_.training->rows() == 0) {
    return Error(Code::kInvalidArgument, "the training data have no rows");
  }
  ASSIGN_OR_RETURN(data::Schema schema, TrainingSchema(*contract_, *model_));
  ASSIGN_OR_RETURN(const data::Batch training, WithAbsentInputs(*request_.training));
  ASSIGN_OR_RETURN(rows_,
                   ConvertRows(training, std::make_shared<const data::Schema>(std::move(schema))));
  ASSIGN_OR_RETURN(dictionaries_, DictionariesOfRows(*rows_, *contract_));
  if (dictionaries_.empty()) return Ok();
  // Again with the known values, so that codes are those of the dictionaries.
  std::vector<data::Field> fields = rows_->schema().fields();
  for (data::Field& field : fields) {
    const auto known = dictionaries_.find(field.name);
    if (known != dictionaries_.end()) field.dictionary = known->second;
  }
  ASSIGN_OR_RETURN(schema, data::Schema::Make(std::move(fields)));
  ASSIGN_OR_RETURN(rows_,
                   ConvertRows(*rows_, std::make_shared<const data::Schema>(std::move(schema))));
  return Ok();
}

// A contract that does not fit the model must be found here, not when traffic is to move.
Status Registration::BindContract() {
  ASSIGN_OR_RETURN(data::Schema schema, TrainingSchema(*contract_, *model_));
  RETURN_IF_ERROR(records::RequireBusinessSql(*contract_, "contract of " + request_.model,
                                              with_.library_directory, schema.fields()));
  const data::Batch none(std::make_shared<const data::Schema>(std::move(schema)));
  const data::Batch& rows = rows_ ? *rows_ : none;
  ASSIGN_OR_RETURN(data::Batch shaped,
                   with_.shape(contract_, model_->predictor().signature(), dictionaries_, rows));
  if (rows_) shaped_ = std::move(shaped);
  return Ok();
}

Result<data::Batch> Registration::GoldenInputs() {
  if (request_.golden) {
    result_.golden_rows_from = "given";
    return ConvertRows(*request_.golden, model_->inputs());
  }
  if (auto example = InputExample(model_->artifact(), model_->predictor().signature())) {
    result_.golden_rows_from = "input example";
    return std::move(*example);
  }
  if (shaped_) {
    result_.golden_rows_from = "training data";
    return FirstRows(*shaped_, kGoldenRowsTaken);
  }
  result_.golden_rows_from = "made up";
  return MadeUpRows(model_->predictor().signature());
}

// Golden rows are kept in the clear, so what must be pseudonymised may not be among them.
void Registration::BlankIdentifiers(data::Batch& inputs) const {
  for (const std::string& name : contract_->privacy.pseudonymise) {
    const auto place = inputs.schema().Find(name);
    if (!place) continue;
    data::Column& column = inputs.column(*place);
    const std::size_t rows = column.size();
    column.Clear();
    for (std::size_t row = 0; row < rows; ++row) column.AppendNull();
  }
}

Status Registration::CheckGiven(const data::Batch& outputs) const {
  const data::Batch& given = *request_.golden;
  for (std::size_t i = 0; i < outputs.width(); ++i) {
    const data::Field& field = outputs.schema().field(i);
    const data::Column* recorded = given.Find(field.name);
    if (recorded == nullptr || model_->inputs()->Find(field.name)) continue;
    ASSIGN_OR_RETURN(const data::Column expected, ConvertColumn(*recorded, field));
    for (std::size_t row = 0; row < outputs.rows(); ++row) {
      const double a = expected.Number(row), b = outputs.column(i).Number(row);
      const double off = std::fabs(a - b);
      if (off <= request_.golden_tolerance * std::max(1.0, std::fabs(a)) || (a != a && b != b)) {
        continue;
      }
      // The shortest digits that read back: different numbers look different.
      return Error(Code::kFailedPrecondition,
                   fmt::format("golden row {}: '{}' is {}, recorded was {}", row + 1, field.name, b,
                               a))
          .Why("the model does not answer here as it did where it was trained")
          .Help("allow a difference with --golden-tolerance if it is harmless");
    }
  }
  return Ok();
}

Status Registration::RecordGolden() {
  ASSIGN_OR_RETURN(data::Batch inputs, GoldenInputs());
  if (inputs.rows() == 0) return Error(Code::kInvalidArgument, "no golden rows were given");
  BlankIdentifiers(inputs);
  ASSIGN_OR_RETURN(const model::GoldenRows rows,
                   model::RecordGoldenRows(model_->predictor(), std::move(inputs)));
  if (request_.golden) RETURN_IF_ERROR(CheckGiven(rows.outputs));
  golden_ = model::WriteGoldenRows(rows);
  return Ok();
}

Status Registration::CheckScore() const {
  const auto& outputs = model_->outputs();
  const std::string& name = contract_->output.name;
  if (name.empty() || outputs->Find(name)) return Ok();
  std::string known;
  for (const data::Field& field : outputs->fields()) {
    known += (known.empty() ? "" : ", ") + field.name;
  }
  return Error(Code::kFailedPrecondition, "the model has no output '" + name + "'")
      .Why("its outputs: " + known)
      .Help("correct output.name in the contract and apply it again");
}

// What the watch counts of the model's outputs, for every training row, in blocks so that progress
// can be shown.
Result<data::Batch> Registration::Scores() {
  constexpr std::size_t kBlock = 8192;
  RETURN_IF_ERROR(CheckScore());
  monitoring::Scores scores(contract_->output.name, contract_->output.task);
  data::Batch all, block(model_->inputs());
  for (std::size_t start = 0; start < shaped_->rows(); start += kBlock) {
    block.Clear();
    const std::size_t end = std::min(start + kBlock, shaped_->rows());
    for (std::size_t row = start; row < end; ++row) block.AppendRow(*shaped_, row);
    ASSIGN_OR_RETURN(const data::Batch predictions, model_->Predict(block));
    const data::Batch* const of_block = scores.Of(rows_->shared_schema(), predictions);
    if (of_block != nullptr) {
      if (start == 0) all = data::Batch(of_block->shared_schema());
      for (std::size_t row = 0; row < of_block->rows(); ++row) all.AppendRow(*of_block, row);
    }
    if (with_.progress) with_.progress(end - start);
  }
  return all;
}

// Of what an output is not watched for.
void Registration::WarnOfNames() {
  if (rows_->Find("score") != nullptr) {
    result_.warnings.push_back(
        "an input is named 'score': the model's own score is not watched beside it");
  }
  const records::OutputRule::Task task = contract_->output.task;
  if (task != records::OutputRule::Task::kMulticlass) return;
  const std::size_t classes = monitoring::RealOutputs(*model_->outputs()).size();
  if (classes > monitoring::kMostClasses) {
    result_.warnings.push_back(fmt::format(
        "{} outputs are too many to watch each class: at most {}; the score alone is watched",
        classes, monitoring::kMostClasses));
  } else if (classes > 1 && rows_->Find(monitoring::kPredictedClassColumn) != nullptr) {
    result_.warnings.push_back(
        fmt::format("an input is named '{0}': the model's own {0} is not watched beside it",
                    monitoring::kPredictedClassColumn));
  }
}

Status Registration::LearnReference() {
  if (!shaped_) return Ok();
  ASSIGN_OR_RETURN(const data::Batch scores, Scores());
  ASSIGN_OR_RETURN(const data::Batch rows,
                   ReferenceRows(*contract_, *rows_, {&scores, label_, request_.label}));
  ASSIGN_OR_RETURN(const data::BatchProfile profile, data::LearnReference(rows));
  ASSIGN_OR_RETURN(learned_.slices,
                   monitoring::LearnSlices(contract_->monitor.slices, rows, profile));
  if (contract_->monitor.multivariate) {
    ASSIGN_OR_RETURN(const data::Batch inputs, ReferenceRows(*contract_, *rows_, {}));
    for (auto& [learner, part] : monitoring::MultivariateWatch::Learn(inputs)) {
      learned_.parts[learner] = std::move(part);
    }
  }
  WarnOfNames();
  reference_ = profile.ToJson();
  return Ok();
}

// As the contract's inputs, with the training data's categories.
Result<data::Batch> Registration::ConvertHoldout() {
  ASSIGN_OR_RETURN(data::Schema schema, TrainingSchema(*contract_, *model_));
  ASSIGN_OR_RETURN(const data::Batch whole, WithAbsentInputs(*request_.holdout));
  std::vector<data::Field> fields = schema.fields();
  for (data::Field& field : fields) {
    const auto known = dictionaries_.find(field.name);
    if (known != dictionaries_.end()) field.dictionary = known->second;
  }
  ASSIGN_OR_RETURN(schema, data::Schema::Make(std::move(fields)));
  return ConvertRows(whole, std::make_shared<const data::Schema>(std::move(schema)));
}

Result<data::Batch> Registration::OutputsOf(const data::Batch& shaped) {
  constexpr std::size_t kBlock = 8192;
  data::Batch outputs(model_->outputs()), block(model_->inputs());
  for (std::size_t start = 0; start < shaped.rows(); start += kBlock) {
    block.Clear();
    const std::size_t end = std::min(start + kBlock, shaped.rows());
    for (std::size_t row = start; row < end; ++row) block.AppendRow(shaped, row);
    ASSIGN_OR_RETURN(const data::Batch predictions, model_->Predict(block));
    for (std::size_t row = 0; row < predictions.rows(); ++row) outputs.AppendRow(predictions, row);
    if (with_.progress) with_.progress(end - start);
  }
  return outputs;
}

Status Registration::LearnFromHoldout() {
  if (!request_.holdout) return Ok();
  const data::Column* const label = request_.holdout->Find(request_.label);
  if (request_.label.empty() || label == nullptr) {
    return Error(Code::kInvalidArgument, "the holdout lacks the label '" + request_.label + "'")
        .Help("name its column with --label");
  }
  ASSIGN_OR_RETURN(const data::Batch rows, ConvertHoldout());
  ASSIGN_OR_RETURN(const data::Batch shaped,
                   with_.shape(contract_, model_->predictor().signature(), dictionaries_, rows));
  ASSIGN_OR_RETURN(const data::Batch outputs, OutputsOf(shaped));
  ASSIGN_OR_RETURN(LearnedQuality learned,
                   LearnQuality(contract_, {.inputs = &rows, .outputs = &outputs, .label = label},
                                LossBooster({.library_directory = with_.library_directory})));
  learned_.parts["quality"] = std::move(learned.quality);
  if (!learned.losses.empty()) learned_.parts["dle"] = std::move(learned.losses);
  if (!learned.problem.empty()) {
    result_.warnings.push_back("quality is not estimated before outcomes: " + learned.problem);
  }
  return Ok();
}

Status Registration::FindLabel() {
  if (!request_.training || request_.label.empty()) return Ok();
  label_ = request_.training->Find(request_.label);
  if (label_ != nullptr) return Ok();
  return Error(Code::kInvalidArgument, "the training data lack the label '" + request_.label + "'");
}

Status Registration::ValidateTraining() {
  if (!rows_ || !with_.validate) return Ok();
  ASSIGN_OR_RETURN(findings_, with_.validate(*contract_, *rows_, {label_, request_.label}));
  return Ok();
}

// Stores everything, then proves that what was stored still predicts the golden rows.
Status Registration::StoreBlobs() {
  VersionBlobs blobs(*with_.files, *with_.blobs);
  ASSIGN_OR_RETURN(version_.artifact_blob, blobs.PutArtifact(model_->artifact(), model_->flat()));
  ASSIGN_OR_RETURN(version_.golden_blob, blobs.PutText(golden_));
  if (!reference_.empty()) {
    ASSIGN_OR_RETURN(version_.reference_blob, blobs.PutText(reference_));
  }
  if (!learned_.empty()) {
    ASSIGN_OR_RETURN(version_.watch_blob, blobs.PutText(monitoring::LearnedJson(learned_)));
  }
  return CheckStoredVersion({with_.files, with_.blobs, with_.library_directory, with_.transport,
                             with_.python},
                            version_);
}

Result<Registered> Registration::Register() {
  version_.artifact_name = request_.artifact_path.substr(request_.artifact_path.rfind('/') + 1);
  version_.format = model_->format();
  version_.signature_json = model_->SignatureJson();
  version_.source = request_.source.empty() ? request_.artifact_path : request_.source;
  version_.training_data = request_.training_data;
  version_.metrics_json = request_.metrics_json.empty() ? "{}" : request_.metrics_json;
  version_.contract_hash = contract_->hash;
  version_.validation_json = findings_;
  version_.reserved = request_.reserved;
  ASSIGN_OR_RETURN(result_.version,
                   with_.registry->RegisterVersion(request_.model, version_, request_.change));
  records::VersionRecord& version = result_.version;
  if (version.state == records::VersionRecord::State::kRefused && request_.change.force) {
    result_.warnings.push_back("registered by force in spite of: " + version.state_reason);
    RETURN_IF_ERROR(with_.registry->SetVersionState(
        version.model, version.number, records::VersionRecord::State::kCandidate, request_.change));
    ASSIGN_OR_RETURN(version, with_.registry->Version(version.model, version.number));
  }
  if (result_.golden_rows_from == "made up") {
    result_.warnings.push_back("golden rows are made up: give real ones with --golden");
  }
  return std::move(result_);
}

}  // namespace

Result<Registered> RegisterVersion(const Registrar& registrar, const RegisterRequest& request) {
  return Registration(registrar, request).Run();
}

Result<data::Schema> TrainingSchema(const records::Contract& contract,
                                    const LoadedArtifact& model) {
  std::vector<data::Field> fields;
  for (const records::InputRule& rule : contract.inputs) {
    fields.push_back({rule.name, rule.type, true, nullptr});
  }
  if (contract.inputs.empty()) {
    fields = model.inputs()->fields();
    for (data::Field& field : fields) field.nullable = true;
  }
  return data::Schema::Make(std::move(fields));
}

Result<ContractPtr> ContractInForce(records::Registry& registry, const std::string& model) {
  ASSIGN_OR_RETURN(const records::ModelRecord record, registry.Model(model));
  if (record.contract_hash.empty()) {
    return Error(Code::kFailedPrecondition, "model '" + model + "' has no contract")
        .Help("mooring contract init MODEL_FILE --model " + model + ", then mooring apply");
  }
  ASSIGN_OR_RETURN(const std::string text, registry.ContractText(record.contract_hash));
  ASSIGN_OR_RETURN(records::Contract contract,
                   records::ParseContract(text, "contract of " + model));
  return std::make_shared<const records::Contract>(std::move(contract));
}

}  // namespace mooring::control

#include "control/registration/reference.h"

#include <algorithm>

namespace mooring::control {
namespace {

bool IsPseudonymised(const records::Contract& contract, const std::string& name) {
  const auto& names = contract.privacy.pseudonymise;
  return std::find(names.begin(), names.end(), name) != names.end();
}

// Columns of different origin on their way into one batch.
class Collected {
 public:
  void Add(const data::Field& field, const data::Column& column) {
    for (const data::Field& known : fields_) {
      if (known.name == field.name) return;
    }
    fields_.push_back(field);
    columns_.push_back(&column);
  }
  Result<data::Batch> Make(std::size_t rows) {
    ASSIGN_OR_RETURN(data::Schema schema, data::Schema::Make(std::move(fields_)));
    data::Batch batch(std::make_shared<const data::Schema>(std::move(schema)));
    for (std::size_t i = 0; i < columns_.size(); ++i) batch.column(i) = *columns_[i];
    batch.SetRows(rows);
    return batch;
  }
  bool empty() const { return fields_.empty(); }

 private:
  std::vector<data::Field> fields_;
  std::vector<const data::Column*> columns_;
};

bool IsCategory(const records::Contract& contract, const std::string& name) {
  const records::InputRule* rule = contract.FindInput(name);
  return rule != nullptr && rule->type == data::Type::kCategory;
}

Status CheckListable(const data::BatchProfile& profile) {
  for (const data::ColumnBins& column : *profile.bins()) {
    const auto* categories = std::get_if<data::CategoryBins>(&column.bins);
    if (categories == nullptr || !categories->parts().open) continue;
    return Error(Code::kFailedPrecondition, "input '" + column.name + "' has too many categories")
        .Help("declare it as string in the contract, or list its values with one_of");
  }
  return Ok();
}

}  // namespace

Result<data::Batch> ReferenceRows(const records::Contract& contract, const data::Batch& rows,
                                  const BesideInputs& beside) {
  Collected columns;
  for (std::size_t i = 0; i < rows.width(); ++i) {
    const data::Field& field = rows.schema().field(i);
    if (!IsPseudonymised(contract, field.name)) columns.Add(field, rows.column(i));
  }
  if (beside.label != nullptr && !IsPseudonymised(contract, beside.label_name)) {
    columns.Add({beside.label_name, beside.label->type(), true, beside.label->dictionary()},
                *beside.label);
  }
  for (std::size_t i = 0; beside.scores != nullptr && i < beside.scores->width(); ++i) {
    columns.Add(beside.scores->schema().field(i), beside.scores->column(i));
  }
  return columns.Make(rows.rows());
}

Result<data::BatchProfile> LearnReferenceProfile(const records::Contract& contract,
                                                 const data::Batch& rows,
                                                 const BesideInputs& beside) {
  ASSIGN_OR_RETURN(const data::Batch batch, ReferenceRows(contract, rows, beside));
  return data::LearnReference(batch);
}

Result<Dictionaries> DictionariesOfRows(const data::Batch& rows,
                                        const records::Contract& contract) {
  Collected columns;
  for (std::size_t i = 0; i < rows.width(); ++i) {
    const data::Field& field = rows.schema().field(i);
    if (IsCategory(contract, field.name)) columns.Add(field, rows.column(i));
  }
  if (columns.empty() || rows.rows() == 0) return Dictionaries();
  ASSIGN_OR_RETURN(const data::Batch categories, columns.Make(rows.rows()));
  ASSIGN_OR_RETURN(const data::BatchProfile profile, data::LearnReference(categories));
  RETURN_IF_ERROR(CheckListable(profile));
  return monitoring::ReadDictionaries(profile.ToJson());
}

}  // namespace mooring::control

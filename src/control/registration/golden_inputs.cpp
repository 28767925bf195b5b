#include "control/registration/golden_inputs.h"

#include "base/limits.h"
#include "base/rng.h"
#include "model/formats/mlflow.h"
#include "model/json_text.h"

namespace mooring::control {
namespace {

using data::Column;
using data::Type;
using model::Document;

// One cell of an example. Documents keep lists of numbers flat, so a row may be either kind of
// list.
Document CellOf(const Document& row, std::size_t place) {
  if (const auto* numbers = row.AsNumbers(); numbers != nullptr && place < numbers->size()) {
    return Document(Document::Value((*numbers)[place]));
  }
  if (const auto* list = row.AsList(); list != nullptr && place < list->size()) {
    return (*list)[place];
  }
  return Document();
}

std::optional<std::size_t> PlaceOf(const Document& columns, const std::string& name) {
  const auto* names = columns.AsList();
  if (names == nullptr) return std::nullopt;
  for (std::size_t i = 0; i < names->size(); ++i) {
    const std::string* text = (*names)[i].AsText();
    if (text != nullptr && *text == name) return i;
  }
  return std::nullopt;
}

// Python writes whole floats as 1.0 and NaN for missing values of any type.
bool AppendCell(const Document& cell, const data::Field& field, Column& column) {
  const double* number = cell.AsNumber();
  if (number != nullptr && *number != *number && !data::IsNumeric(field.type)) {
    column.AppendNull();
    return true;
  }
  return model::AppendDocument(cell, column).ok();
}

// {"columns": […], "data": [[…], …]}
std::optional<data::Batch> FromSplit(const Document& example, const model::Signature& signature) {
  const Document* columns = example.Find("columns");
  const Document* rows = example.Find("data");
  const auto* list = rows == nullptr ? nullptr : rows->AsList();
  if (columns == nullptr || list == nullptr || list->empty()) return std::nullopt;
  data::Batch batch(signature.inputs);
  const std::size_t count = std::min(list->size(), kGoldenRowsTaken);
  for (std::size_t i = 0; i < batch.width(); ++i) {
    const data::Field& field = batch.schema().field(i);
    const auto place = PlaceOf(*columns, field.name);
    if (!place && !field.nullable) return std::nullopt;
    for (std::size_t row = 0; row < count; ++row) {
      const Document cell = place ? CellOf((*list)[row], *place) : Document();
      if (!AppendCell(cell, field, batch.column(i))) return std::nullopt;
    }
  }
  batch.SetRows(count);
  return batch;
}

// [{"a": 1, …}, …]
std::optional<data::Batch> FromRecords(const Document& example, const model::Signature& signature) {
  const auto* list = example.AsList();
  if (list == nullptr || list->empty()) return std::nullopt;
  data::Batch batch(signature.inputs);
  const std::size_t count = std::min(list->size(), kGoldenRowsTaken);
  for (std::size_t i = 0; i < batch.width(); ++i) {
    const data::Field& field = batch.schema().field(i);
    for (std::size_t row = 0; row < count; ++row) {
      const Document* cell = (*list)[row].Find(field.name);
      if (cell == nullptr && !field.nullable) return std::nullopt;
      const Document null;
      if (!AppendCell(cell == nullptr ? null : *cell, field, batch.column(i))) return std::nullopt;
    }
  }
  batch.SetRows(count);
  return batch;
}

void AppendMadeUp(const data::Field& field, Rng& rng, Column& column) {
  constexpr double kSpread = 200;  // from -100 to 100: most trees split somewhere there
  const double number = (rng.Uniform() - 0.5) * kSpread;
  switch (field.type) {
    case Type::kInt32: return column.Append(static_cast<std::int32_t>(number));
    case Type::kInt64:
    case Type::kTimestamp: return column.Append(static_cast<std::int64_t>(number));
    case Type::kFloat32: return column.Append(static_cast<float>(number));
    case Type::kFloat64: return column.Append(number);
    case Type::kBool: return column.Append(static_cast<std::uint8_t>(number > 0 ? 1 : 0));
    case Type::kString: return column.AppendText(number > 0 ? "a" : "b");
    case Type::kCategory: break;
  }
  const bool known = field.dictionary != nullptr && field.dictionary->size() > 0;
  column.AppendText(known ? field.dictionary->value(rng.Below(field.dictionary->size())) : "a");
}

}  // namespace

std::optional<data::Batch> InputExample(const model::Artifact& artifact,
                                        const model::Signature& signature) {
  const model::ArtifactFile* mlmodel = artifact.Find("MLmodel");
  if (mlmodel == nullptr) return std::nullopt;
  const auto description = model::ReadMlmodel(AsText(mlmodel->bytes));
  if (!description.ok() || description->example_file.empty()) return std::nullopt;
  const model::ArtifactFile* file = artifact.Find(description->example_file);
  if (file == nullptr || file->bytes.size() > limits::kRequestBodyBytes) return std::nullopt;
  const auto example = model::ReadJson(AsText(file->bytes), {.allow_nan = true});
  if (!example.ok()) return std::nullopt;
  if (auto batch = FromSplit(*example, signature)) return batch;
  return FromRecords(*example, signature);
}

data::Batch MadeUpRows(const model::Signature& signature) {
  constexpr std::uint64_t kSeed = 20'260'101;
  constexpr std::uint64_t kNullOneIn = 8;
  Rng rng(kSeed);
  data::Batch batch(signature.inputs);
  for (std::size_t row = 0; row < kGoldenRowsMadeUp; ++row) {
    for (std::size_t i = 0; i < batch.width(); ++i) {
      const data::Field& field = batch.schema().field(i);
      if (field.nullable && rng.Below(kNullOneIn) == 0) {
        batch.column(i).AppendNull();
      } else {
        AppendMadeUp(field, rng, batch.column(i));
      }
    }
  }
  batch.SetRows(kGoldenRowsMadeUp);
  return batch;
}

}  // namespace mooring::control

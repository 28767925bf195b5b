#include "model/formats/tree_ensemble/tree_predictor.h"

#include "base/limits.h"
#include "model/formats/tree_ensemble/row_reader.h"
#include "model/formats/tree_ensemble/transform.h"
#include "model/formats/tree_ensemble/walk.h"

namespace mooring::model {
namespace {

// Psum of a linear model: (bias + base) + x0 w0 + x1 w1 …, missing left out, in float32 and in this
// order, as libxgboost's gblinear.
struct LinearSum {
  using Real = float;
  const FlatTrees& flat;

  std::size_t Slots() const { return flat.features; }
  void Finish(float*) const {}
  void Add(const float* rows, std::size_t slots, std::size_t count, float* margins,
           std::size_t groups) const {
    for (std::size_t i = 0; i < count; ++i) AddOne(rows + i * slots, margins + i * groups);
  }
  void AddOne(const float* row, float* margins) const {
    const std::size_t groups = flat.groups;
    const auto weights = flat.linear_weights;
    for (std::size_t group = 0; group < groups; ++group) {
      float sum = weights[flat.features * groups + group] + margins[group];
      for (std::size_t feature = 0; feature < flat.features; ++feature) {
        const float x = row[feature];
        if (x == x) sum += x * weights[feature * groups + group];
      }
      margins[group] = sum;
    }
  }
  std::size_t memory_bytes() const { return 0; }
};

Status CheckShape(const Signature& signature, const data::Batch& rows,
                  const data::Batch& predictions) {
  const data::Schema& wanted = *signature.inputs;
  if (rows.width() < wanted.size()) {
    return Error(Code::kInvalidArgument, std::to_string(rows.width()) + " columns")
        .Why("the model takes " + std::to_string(wanted.size()));
  }
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (rows.column(i).type() != wanted.field(i).type) [[unlikely]] {
      return Error(Code::kInvalidArgument, "column '" + wanted.field(i).name + "' is " +
                                               std::string(data::TypeName(rows.column(i).type())))
          .Why("the model takes " + std::string(data::TypeName(wanted.field(i).type)));
    }
  }
  if (predictions.width() != signature.output_columns->size()) {
    return Error(Code::kInternal, "predictions have another schema than the model's outputs");
  }
  return Ok();
}

template <typename Sum>
class TreePredictor final : public Predictor {
 public:
  using Real = typename Sum::Real;

  template <typename MakeSum>
  TreePredictor(FlatTrees flat, ByteSpan bytes, std::shared_ptr<const void> owner,
                const MakeSum& make)
      : flat_(std::move(flat)), bytes_(bytes.size()), owner_(std::move(owner)), reader_(flat_),
        base_(flat_.base_margins.begin(), flat_.base_margins.end()), sum_(make(flat_)) {}

  const Signature& signature() const override { return flat_.signature; }
  Cost cost() const override { return Cost::kInline; }
  std::size_t memory_bytes() const override {
    return sizeof(*this) + bytes_ + base_.size() * sizeof(Real) + sum_.memory_bytes();
  }

  Status Predict(const data::Batch& rows, data::Batch& predictions) const override {
    RETURN_IF_ERROR(CheckShape(flat_.signature, rows, predictions));
    predictions.Clear();
    const std::size_t slots = sum_.Slots(), groups = base_.size();
    thread_local std::vector<Real> block, margins;
    if (block.size() < slots * kBlock) block.resize(slots * kBlock);
    if (margins.size() < groups * kBlock) margins.resize(groups * kBlock);
    for (std::size_t start = 0; start < rows.rows(); start += kBlock) {
      const std::size_t count = std::min(kBlock, rows.rows() - start);
      for (std::size_t i = 0; i < count; ++i) {
        Real* const x = block.data() + i * slots;
        if (!reader_.Read(rows, start + i, x)) [[unlikely]] {
          predictions.Clear();
          return Infinite(start + i, x);
        }
        sum_.Finish(x);
        std::copy(base_.begin(), base_.end(), margins.data() + i * groups);
      }
      sum_.Add(block.data(), slots, count, margins.data(), groups);
      for (std::size_t i = 0; i < count; ++i) {
        PutAnswer({margins.data() + i * groups, groups}, predictions);
      }
    }
    predictions.SetRows(rows.rows());
    return Ok();
  }

 private:
  // Rows that go through the trees together.
  static constexpr std::size_t kBlock = 16;

  // Margins become the answer of one row.
  void PutAnswer(std::span<Real> answers, data::Batch& predictions) const {
    if (flat_.divisor != 1) {
      for (Real& value : answers) value /= static_cast<Real>(flat_.divisor);
    }
    ApplyTransform(flat_.transform, static_cast<Real>(flat_.transform_parameter), answers);
    const std::size_t width = flat_.transform == Transform::kArgmax ? 1 : answers.size();
    std::size_t column = 0;
    if (flat_.answer == Answer::kLabelAndProbability) {
      predictions.column(column++).Append(Label(answers));
    }
    for (std::size_t i = 0; i < width; ++i) predictions.column(column++).Append(answers[i]);
  }

  // As XGBClassifier.predict: above one half for two classes, the first largest for more.
  std::int64_t Label(std::span<const Real> answers) const {
    if (flat_.transform == Transform::kArgmax) return static_cast<std::int64_t>(answers[0]);
    if (answers.size() == 1) return answers[0] > Real{0.5} ? 1 : 0;
    return static_cast<std::int64_t>(Argmax(answers));
  }

  Error Infinite(std::size_t row, const Real* x) const {
    std::size_t feature = 0;
    while (feature + 1 < flat_.features && !std::isinf(x[feature])) ++feature;
    const std::string& name = flat_.signature.inputs->field(flat_.columns[feature]).name;
    return Error(Code::kInvalidArgument, "'" + name + "' is infinite")
        .Where("row " + std::to_string(row))
        .Why("the model takes finite float32 values and missing ones");
  }

  FlatTrees flat_;
  std::size_t bytes_;
  std::shared_ptr<const void> owner_;
  RowReader<Real> reader_;
  std::vector<Real> base_;
  Sum sum_;
};

template <typename Step, typename Packed>
std::unique_ptr<Predictor> MakeWalk(FlatTrees flat, ByteSpan bytes,
                                    std::shared_ptr<const void> owner,
                                    std::span<const Packed> nodes, Step step) {
  return std::make_unique<TreePredictor<Walk<Step>>>(
      std::move(flat), bytes, std::move(owner),
      [&](const FlatTrees& trees) { return Walk<Step>(trees, nodes, step); });
}

}  // namespace

Result<std::unique_ptr<Predictor>> LoadTrees(ByteSpan bytes, std::shared_ptr<const void> owner,
                                             std::string_view format) {
  ASSIGN_OR_RETURN(FlatTrees flat, OpenTrees(bytes, format));
  const auto sets = flat.sets;
  const auto words = flat.set_words;
  switch (flat.form) {
    case NodeForm::kNarrow: {
      const auto nodes = flat.narrow;
      return MakeWalk(std::move(flat), bytes, std::move(owner), nodes, NarrowStep{});
    }
    case NodeForm::kWideFloat32: {
      const auto nodes = flat.wide_float;
      return MakeWalk(std::move(flat), bytes, std::move(owner), nodes,
          WideStep<float>{sets, words});
    }
    case NodeForm::kWideFloat64: {
      const auto nodes = flat.wide_double;
      return MakeWalk(std::move(flat), bytes, std::move(owner), nodes,
                      WideStep<double>{sets, words});
    }
    case NodeForm::kLinear: break;
  }
  return std::unique_ptr<Predictor>(std::make_unique<TreePredictor<LinearSum>>(
      std::move(flat), bytes, std::move(owner),
      [](const FlatTrees& trees) { return LinearSum{trees}; }));
}

}  // namespace mooring::model

#include "model/formats/onnx_predictor.h"

#include <algorithm>
#include <cstring>

#include "base/limits.h"

namespace mooring::model {
namespace {

data::Type ColumnType(OnnxType type) {
  switch (type) {
    case OnnxType::kFloat: return data::Type::kFloat32;
    case OnnxType::kInt32: return data::Type::kInt32;
    case OnnxType::kInt64: return data::Type::kInt64;
    case OnnxType::kBool: return data::Type::kBool;
    case OnnxType::kDouble: break;
  }
  return data::Type::kFloat64;
}

// One input tensor and the columns that fill it.
struct Feed {
  OnnxType type = OnnxType::kFloat;
  std::size_t first_column = 0;
  std::size_t width = 1;
  bool is_flat = false;  // shape [rows] and not [rows, width]
};

struct Plan {
  std::vector<Feed> feeds;
  std::vector<data::Field> fields;
  bool one_row = false;  // the model takes a single row at a time
};

Error Misfit(const OnnxTensor& tensor) {
  std::string shape;
  for (const std::int64_t size : tensor.shape) {
    shape += (shape.empty() ? "" : " x ") + (size < 0 ? std::string("rows") : std::to_string(size));
  }
  return Error(Code::kUnsupported, "tensor '" + tensor.name.substr(0, 64) + "' of shape [" +
      shape + "]")
      .Why("inputs and outputs are rows x columns, with the number of rows left open or one");
}

// The width of a tensor of rows; 0 when the last dimension is left open.
Result<std::size_t> WidthOf(const OnnxTensor& tensor, bool& one_row) {
  if (tensor.shape.empty() || tensor.shape.size() > 2) return Misfit(tensor);
  if (tensor.shape[0] > 1 || tensor.shape[0] == 0) return Misfit(tensor);
  if (tensor.shape[0] == 1) one_row = true;
  if (tensor.shape.size() == 1) return std::size_t{1};
  const std::int64_t width = tensor.shape[1];
  if (width == 0 || width > static_cast<std::int64_t>(limits::kColumns)) return Misfit(tensor);
  return width < 0 ? std::size_t{0} : static_cast<std::size_t>(width);
}

Result<Plan> MakePlan(const std::vector<OnnxTensor>& inputs,
    const std::vector<std::string>& names) {
  Plan plan;
  for (const OnnxTensor& input : inputs) {
    Feed feed{input.type, plan.fields.size(), 1, input.shape.size() == 1};
    ASSIGN_OR_RETURN(feed.width, WidthOf(input, plan.one_row));
    if (feed.width == 0 && inputs.size() == 1) feed.width = names.size();
    if (feed.width == 0 || (inputs.size() > 1 && feed.width != 1)) return Misfit(input);
    for (std::size_t i = 0; i < feed.width; ++i) {
      std::string name = feed.width == 1 ? input.name : "f" + std::to_string(i);
      if (names.size() > plan.fields.size()) name = names[plan.fields.size()];
      const bool real = input.type == OnnxType::kFloat || input.type == OnnxType::kDouble;
      plan.fields.push_back({std::move(name), ColumnType(input.type), real, nullptr});
    }
    plan.feeds.push_back(feed);
  }
  if (plan.feeds.empty()) return Error(Code::kUnsupported, "a model without inputs");
  if (!names.empty() && names.size() != plan.fields.size()) {
    return Error(Code::kInvalidArgument, "the signature has " + std::to_string(names.size()) +
                                             " inputs and the model " +
                                             std::to_string(plan.fields.size()));
  }
  return plan;
}

// Copies a column into every `stride`-th place from `out` on.
template <typename T>
void Scatter(const data::Column& column, std::size_t begin, std::size_t rows, T* out,
    std::size_t stride) {
  const auto values = column.Values<T>().subspan(begin, rows);
  for (std::size_t row = 0; row < rows; ++row) out[row * stride] = values[row];
}

void ScatterColumn(const data::Column& column, std::size_t begin, std::size_t rows, void* out,
                   std::size_t place, std::size_t stride) {
  switch (column.type()) {
    case data::Type::kFloat32:
      return Scatter(column, begin, rows, static_cast<float*>(out) + place, stride);
    case data::Type::kFloat64:
      return Scatter(column, begin, rows, static_cast<double*>(out) + place, stride);
    case data::Type::kInt32:
      return Scatter(column, begin, rows, static_cast<std::int32_t*>(out) + place, stride);
    case data::Type::kInt64:
      return Scatter(column, begin, rows, static_cast<std::int64_t*>(out) + place, stride);
    default: return Scatter(column, begin, rows, static_cast<std::uint8_t*>(out) + place, stride);
  }
}

template <typename T>
void Spread(const void* data, std::size_t rows, std::size_t width, std::size_t first,
            data::Batch& predictions) {
  const T* values = static_cast<const T*>(data);
  for (std::size_t i = 0; i < width; ++i) {
    data::Column& column = predictions.column(first + i);
    for (std::size_t row = 0; row < rows; ++row) column.Append(values[row * width + i]);
  }
}

class OnnxPredictor final : public Predictor {
 public:
  OnnxPredictor(std::unique_ptr<OnnxSession> session, Plan plan, std::size_t bytes)
      : session_(std::move(session)), plan_(std::move(plan)), bytes_(bytes) {}

  // Widths that the model leaves open show in the answer to one row of zeros.
  Status Start() {
    ASSIGN_OR_RETURN(data::Schema inputs, data::Schema::Make(plan_.fields));
    std::vector<Output> outputs;
    for (const OnnxTensor& tensor : session_->outputs()) {
      ASSIGN_OR_RETURN(const std::size_t width, WidthOf(tensor, plan_.one_row));
      outputs.push_back({tensor.name, ColumnType(tensor.type), width});
    }
    if (outputs.empty()) return Error(Code::kUnsupported, "a model without outputs");
    const auto schema = std::make_shared<const data::Schema>(std::move(inputs));
    data::Batch zeros(schema);
    for (std::size_t i = 0; i < schema->size(); ++i) AppendZero(zeros.column(i));
    zeros.SetRows(1);
    Measure measure(outputs);
    RETURN_IF_ERROR(Run(zeros, 0, 1, measure));
    std::size_t width = 0;
    for (const Output& output : outputs) width += output.width;
    if (width > limits::kModelOutputs) {
      return Error(Code::kTooLarge, std::to_string(width) + " outputs a row")
          .Why("the limit is " + std::to_string(limits::kModelOutputs));
    }
    signature_ = MakeSignature(*schema, std::move(outputs));
    return Ok();
  }

  const Signature& signature() const override { return signature_; }
  Cost cost() const override { return Cost::kPooled; }
  // ONNX Runtime does not tell; tree models were seen to take twelve times their file.
  std::size_t memory_bytes() const override { return 16 * bytes_ + limits::kMiB; }

  Status Predict(const data::Batch& rows, data::Batch& predictions) const override {
    predictions.Clear();
    RETURN_IF_ERROR(CheckRows(rows));
    const std::size_t step = plan_.one_row ? 1 : rows.rows();
    for (std::size_t begin = 0; begin < rows.rows(); begin += step) {
      Collect collect(signature_, step, predictions);
      if (Status ran = Run(rows, begin, step, collect); !ran.ok()) {
        predictions.Clear();
        return ran;
      }
    }
    predictions.SetRows(rows.rows());
    return Ok();
  }

 private:
  class Measure final : public OnnxSession::Receiver {
   public:
    explicit Measure(std::vector<Output>& outputs) : outputs_(outputs) {}
    Status Take(std::size_t output, const void*, std::size_t elements) override {
      std::size_t& width = outputs_[output].width;
      if (width == 0) width = elements;
      if (elements == width && width != 0) return Ok();
      return Error(Code::kUnsupported, "output '" + outputs_[output].name + "' gives " +
                                           std::to_string(elements) + " values for one row");
    }

   private:
    std::vector<Output>& outputs_;
  };

  class Collect final : public OnnxSession::Receiver {
   public:
    Collect(const Signature& signature, std::size_t rows, data::Batch& predictions)
        : signature_(signature), rows_(rows), predictions_(predictions) {}
    Status Take(std::size_t output, const void* data, std::size_t elements) override {
      const Output& wanted = signature_.outputs[output];
      if (elements != rows_ * wanted.width) {
        return Error(Code::kInvalidArgument, "output '" + wanted.name + "' gives " +
                                                 std::to_string(elements) + " values for " +
                                                 std::to_string(rows_) + " rows");
      }
      switch (wanted.type) {
        case data::Type::kFloat32: Put<float>(data, wanted.width); break;
        case data::Type::kFloat64: Put<double>(data, wanted.width); break;
        case data::Type::kInt32: Put<std::int32_t>(data, wanted.width); break;
        case data::Type::kInt64: Put<std::int64_t>(data, wanted.width); break;
        default: Put<std::uint8_t>(data, wanted.width); break;
      }
      return Ok();
    }

   private:
    template <typename T>
    void Put(const void* data, std::size_t width) {
      Spread<T>(data, rows_, width, first_, predictions_);
      first_ += width;
    }
    const Signature& signature_;
    std::size_t rows_;
    std::size_t first_ = 0;
    data::Batch& predictions_;
  };

  static void AppendZero(data::Column& column) {
    switch (column.type()) {
      case data::Type::kFloat32: return column.Append(0.0F);
      case data::Type::kFloat64: return column.Append(0.0);
      case data::Type::kInt32: return column.Append(std::int32_t{0});
      case data::Type::kInt64: return column.Append(std::int64_t{0});
      default: return column.Append(std::uint8_t{0});
    }
  }

  Status CheckRows(const data::Batch& rows) const {
    const data::Schema& wanted = *signature_.inputs;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      const data::Field& field = wanted.field(i);
      if (i >= rows.width() || rows.column(i).type() != field.type) {
        return Error(Code::kInvalidArgument, "column '" + field.name + "' is not there or not " +
                                                 std::string(data::TypeName(field.type)));
      }
      if (!field.nullable && rows.column(i).HasNulls()) {
        return Error(Code::kInvalidArgument, "'" + field.name + "' is missing in a row")
            .Why("the model takes whole numbers there, which have no missing value");
      }
    }
    return Ok();
  }

  Status Run(const data::Batch& rows, std::size_t begin, std::size_t count,
             OnnxSession::Receiver& receiver) const {
    thread_local std::vector<std::vector<std::uint64_t>> buffers;
    if (buffers.size() < plan_.feeds.size()) buffers.resize(plan_.feeds.size());
    std::vector<OnnxValue> values;
    for (std::size_t i = 0; i < plan_.feeds.size(); ++i) {
      const Feed& feed = plan_.feeds[i];
      const std::size_t bytes = count * feed.width * SizeOf(feed.type);
      buffers[i].resize((bytes + 7) / 8);
      for (std::size_t j = 0; j < feed.width; ++j) {
        ScatterColumn(rows.column(feed.first_column + j), begin, count, buffers[i].data(), j,
            feed.width);
      }
      OnnxValue value{feed.type, {static_cast<std::int64_t>(count)}, buffers[i].data(), bytes};
      if (!feed.is_flat) value.shape.push_back(static_cast<std::int64_t>(feed.width));
      values.push_back(std::move(value));
    }
    return session_->Run(values, receiver);
  }

  std::unique_ptr<OnnxSession> session_;
  Plan plan_;
  std::size_t bytes_;
  Signature signature_;
};

}  // namespace

Result<std::unique_ptr<Predictor>> MakeOnnxPredictor(std::unique_ptr<OnnxSession> session,
                                                     std::vector<std::string> names,
                                                     std::size_t bytes) {
  ASSIGN_OR_RETURN(Plan plan, MakePlan(session->inputs(), names));
  auto predictor = std::make_unique<OnnxPredictor>(std::move(session), std::move(plan), bytes);
  RETURN_IF_ERROR(predictor->Start());
  return std::unique_ptr<Predictor>(std::move(predictor));
}

}  // namespace mooring::model

#include "api/open_inference/tensor_rows.h"

#include <algorithm>
#include <array>

#include "api/decision/begin.h"
#include "api/json/pull.h"
#include "base/limits.h"

namespace mooring::api::open_inference {
namespace {

using Kind = JsonPull::Kind;
using serving::RowBuilder;
constexpr auto kStrict = serving::Coercion::kStrict;
constexpr std::size_t kDimensions = 2, kOutputs = 64;
constexpr std::string_view kDatatypes[] = {"FP64",   "FP32",   "INT64", "INT32", "BYTES",
                                           "BOOL",   "INT8",   "INT16", "UINT8", "UINT16",
                                           "UINT32", "UINT64", "FP16"};

struct Tensor {
  std::string name;
  bool has_name = false, has_shape = false, has_datatype = false, has_data = false;
  std::array<std::size_t, kDimensions> shape{};
  std::size_t dimensions = 0;
  JsonPull::Place data;  // where the data are when they came before what describes them
  bool placed = false;

  std::size_t rows() const { return shape[0]; }
  std::size_t width() const { return dimensions == 2 ? shape[1] : 1; }
};

class TensorReader {
 public:
  TensorReader(JsonPull& json, RowBuilder& rows) : json_(json), rows_(rows) {}

  void ReadInputs() {
    if (!json_.EnterArray()) return;
    while (json_.NextElement()) {
      if (matrix_) {
        json_.Fail("a tensor of all features stands alone");
        return;
      }
      ReadTensor();
      ++tensors_;
    }
  }

 private:
  void ReadTensor() {
    Tensor tensor;
    if (!json_.EnterObject()) return;
    for (std::string_view key; json_.NextKey(key);) ReadMember(key, tensor);
    if (!json_.ok()) return;
    if (!tensor.has_name || !tensor.has_shape || !tensor.has_datatype || !tensor.has_data) {
      json_.Fail("a tensor needs name, shape, datatype and data");
      return;
    }
    if (tensor.placed) return;
    const JsonPull::Place after = json_.Mark();
    json_.Return(tensor.data);
    PlaceData(tensor);
    if (json_.ok()) json_.Return(after);
  }

  void ReadMember(std::string_view key, Tensor& tensor) {
    if (key == "name") {
      JsonPull::Scalar name;
      Once(tensor.has_name);
      if (json_.Read(name) && name.kind != Kind::kText) json_.Fail("a tensor's name is a text");
      tensor.name = name.text;
    } else if (key == "shape") {
      Once(tensor.has_shape);
      ReadShape(tensor);
    } else if (key == "datatype") {
      JsonPull::Scalar type;
      Once(tensor.has_datatype);
      if (!json_.Read(type)) return;
      const bool known = type.kind == Kind::kText &&
                         std::find(std::begin(kDatatypes), std::end(kDatatypes), type.text) !=
                             std::end(kDatatypes);
      if (!known) json_.Fail("the datatype is none that this server takes");
    } else if (key == "data") {
      Once(tensor.has_data);
      if (tensor.has_name && tensor.has_shape && tensor.has_datatype && json_.ok()) {
        tensor.placed = true;  // the usual order: read once
        PlaceData(tensor);
      } else {
        tensor.data = json_.Mark();
        json_.Skip();
      }
    } else if (key == "parameters" && json_.Peek() != Kind::kObject) {
      json_.Fail("'parameters' is an object");
    } else {
      json_.Skip();
    }
  }

  void Once(bool& seen) {
    if (seen) json_.Fail("a member is there twice");
    seen = true;
  }

  void ReadShape(Tensor& tensor) {
    if (!json_.EnterArray()) return;
    while (json_.NextElement()) {
      JsonPull::Scalar size;
      if (!json_.Read(size)) return;
      if (size.kind != Kind::kInteger || size.integer < 0 ||
          size.integer > static_cast<std::int64_t>(limits::kRowsPerRequest)) {
        json_.Fail("a dimension is a whole number up to the limit of rows");
        return;
      }
      if (tensor.dimensions == kDimensions) {
        json_.Fail("a tensor has one or two dimensions here: rows, and columns");
        return;
      }
      tensor.shape[tensor.dimensions++] = static_cast<std::size_t>(size.integer);
    }
    if (json_.ok() && tensor.dimensions == 0) json_.Fail("a tensor has one or two dimensions here");
  }

  void PlaceData(const Tensor& tensor) {
    const bool named = rows_.schema().Find(tensor.name).has_value();
    if (tensor.width() == 1 && (named || rows_.width() != 1)) return PlaceColumn(tensor);
    if (tensors_ != 0) {
      json_.Fail("a tensor of all features stands alone");
    } else if (tensor.width() != rows_.width()) {
      json_.Fail("the second dimension is not the number of the contract's inputs");
    } else {
      PlaceMatrix(tensor);
    }
  }

  void PlaceColumn(const Tensor& tensor) {
    std::size_t column = rows_.FindColumn(tensor.name);
    if (!rows_.BeginColumn(column)) column = RowBuilder::kNoColumn;
    std::size_t count = 0;
    if (!json_.EnterArray()) return;
    while (json_.NextElement()) {
      if (++count > tensor.rows()) break;
      if (tensor.dimensions == 2 && json_.Peek() == Kind::kArray) {
        json_.EnterArray();
        if (!json_.NextElement()) return WrongCount();
        PutCell(json_, rows_, column, kStrict);
        if (json_.NextElement()) return WrongCount();
      } else {
        PutCell(json_, rows_, column, kStrict);
      }
    }
    if (json_.ok() && count != tensor.rows()) WrongCount();
  }

  void PlaceMatrix(const Tensor& tensor) {
    matrix_ = true;
    if (!json_.EnterArray()) return;
    for (std::size_t row = 0; row < tensor.rows(); ++row) {
      if (!json_.NextElement()) return WrongCount();
      const bool nested = json_.Peek() == Kind::kArray;
      if (nested) json_.EnterArray();
      rows_.BeginRow();
      for (std::size_t column = 0; column < tensor.width(); ++column) {
        // A flat row's first element was asked for above.
        if ((nested || column != 0) && !json_.NextElement()) return WrongCount();
        PutCell(json_, rows_, column, kStrict);
      }
      if (nested && json_.NextElement()) return WrongCount();
      rows_.EndRow();
    }
    if (json_.NextElement()) WrongCount();
  }

  void WrongCount() { json_.Fail("the data have another number of values than the shape says"); }

  JsonPull& json_;
  RowBuilder& rows_;
  std::size_t tensors_ = 0;
  bool matrix_ = false;
};

void ReadOutputs(JsonPull& json, InferBody& body) {
  if (!json.EnterArray()) return;
  while (json.NextElement()) {
    if (!json.EnterObject()) return;
    bool named = false;
    for (std::string_view key; json.NextKey(key);) {
      JsonPull::Scalar name;
      if (key != "name") {
        json.Skip();
      } else if (json.Read(name) && name.kind == Kind::kText && !named &&
                 body.outputs.size() < kOutputs) {
        named = true;
        body.outputs.emplace_back(name.text);
      } else {
        json.Fail("an output has one name, which is a text");
      }
    }
    if (json.ok() && !named) json.Fail("an output has a name");
  }
}

}  // namespace

Result<InferBody> ReadInferBody(std::string_view text, RowBuilder& rows) {
  JsonPull json(text);
  InferBody body;
  bool has_inputs = false, has_outputs = false;
  const auto once = [&](bool& seen) {
    if (seen) json.Fail("a member is there twice");
    seen = true;
  };
  if (json.EnterObject()) {
    for (std::string_view key; json.NextKey(key);) {
      if (key == "inputs") {
        once(has_inputs);
        TensorReader(json, rows).ReadInputs();
      } else if (key == "id") {
        JsonPull::Scalar id;
        once(body.has_id);
        if (json.Read(id) && id.kind != Kind::kText) json.Fail("'id' is a text");
        body.id = id.text;
      } else if (key == "outputs") {
        once(has_outputs);
        ReadOutputs(json, body);
      } else {
        json.Skip();
      }
    }
  }
  RETURN_IF_ERROR(json.Finish());
  if (!has_inputs) return Error(Code::kInvalidArgument, "the body has no 'inputs'");
  return body;
}

}  // namespace mooring::api::open_inference

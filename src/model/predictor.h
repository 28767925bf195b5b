// Predictor: a loaded model, whatever its format. Rows in, predictions out; nothing else.
//
// Thread safety: Predict from any number of threads at once.
// Ownership: a Predictor keeps its mapped bytes alive itself.
// Failure: kInvalidArgument when the rows do not fit the signature or the model refuses them,
// kUnavailable or kDeadlineExceeded from a remote scorer; never a partial answer.
// Cost: a tree ensemble of 100 trees of depth 6 takes about 1 µs a row on the caller's thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "data/table/batch.h"

namespace mooring::model {

// One output tensor of a row: `width` values. In a batch it is `width` columns: "name" when the
// width is 1, "name_0", "name_1" … otherwise.
struct Output {
  std::string name;
  data::Type type = data::Type::kFloat32;
  std::size_t width = 1;
};

// What a model takes and gives. Inputs are columns in the model's own order; a nullable input may
// be missing. The first output is what MLflow's pyfunc would return; a classifier's later outputs
// hold its probabilities.
struct Signature {
  std::shared_ptr<const data::Schema> inputs;
  std::vector<Output> outputs;
  // The outputs flattened to columns.
  std::shared_ptr<const data::Schema> output_columns;
};

Signature MakeSignature(data::Schema inputs, std::vector<Output> outputs);

class Predictor {
 public:
  virtual ~Predictor() = default;
  virtual const Signature& signature() const = 0;
  // `rows` has the signature's inputs, in order and of their types (extra columns after them are
  // ignored). `predictions` has schema output_columns; it is cleared, then given rows.rows() rows.
  virtual Status Predict(const data::Batch& rows, data::Batch& predictions) const = 0;
  // kInline: microseconds, run on the request's own thread. kPooled: worth a thread of the scoring
  // pool and batching over requests (ONNX networks, remote scorers).
  enum class Cost : std::uint8_t { kInline, kPooled };
  virtual Cost cost() const = 0;
  // An upper bound of what this object holds, mapped bytes included.
  virtual std::size_t memory_bytes() const = 0;
};

}  // namespace mooring::model

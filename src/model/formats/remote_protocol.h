// The two protocols that a remote scorer may speak: Open Inference (V2, REST) and MLflow's scoring
// server. Requests out of batches, answers into batches; no network here.
#pragma once

#include <string>
#include <string_view>

#include "base/net/transport.h"
#include "model/predictor.h"

namespace mooring::model {

struct RemoteScorer {
  std::string url;       // without the protocol's own path
  std::string protocol;  // "open_inference" or "mlflow"
  std::string model;     // of Open Inference
  std::uint32_t timeout_ms = 1000;
  Signature signature;
};

// kInvalidArgument when a value has no form in JSON (an infinity).
Result<HttpCall> MakeRemoteCall(const RemoteScorer& scorer, const data::Batch& rows);

// Strict: every output named, of its type and width, one value a row and column. kUnavailable for
// answers that are broken or say so, kInvalidArgument when the scorer refuses the rows.
Status ReadRemoteAnswer(const RemoteScorer& scorer, const HttpAnswer& answer, std::size_t rows,
                        data::Batch& predictions);

}  // namespace mooring::model

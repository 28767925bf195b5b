// MLflow's calls that write into a run: POST …/runs/{log-metric, log-parameter, set-tag,
// delete-tag, log-batch, log-model, log-inputs, outputs}.
//
// LogModel, of clients before 3.0, appends the description of a model to a tag of the run; it reads
// the tag and writes it again, so two at once for one run may lose one: such clients log their
// models one after the other.
#pragma once

#include <string>

#include "api/call.h"

namespace mooring::api::mlflow {

Result<std::string> LogMetric(const Call& call);
Result<std::string> LogParameter(const Call& call);
Result<std::string> SetTag(const Call& call);
Result<std::string> DeleteTag(const Call& call);
Result<std::string> LogBatch(const Call& call);
Result<std::string> LogModel(const Call& call);
Result<std::string> LogInputs(const Call& call);
Result<std::string> LogOutputs(const Call& call);

}  // namespace mooring::api::mlflow

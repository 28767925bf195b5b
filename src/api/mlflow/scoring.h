// MLflow's scoring protocol, as `mlflow models serve` speaks it: POST
// /serving-endpoints/{m}/invocations, and at the root /invocations, /ping, /health and /version
// while exactly one model is served.
//
// Bodies: JSON with exactly one of dataframe_split, dataframe_records, instances, inputs, or
// text/csv; values are cast as MLflow casts them (serving/row_builder.h). Answer: {"predictions":
// […]}: the model's first output; float32 as the double of the same value; a row whose verdict is
// not "admit" has the decision's own score, or null. Messages follow MLflow's but never repeat the
// caller's data.
#pragma once

#include "api/call.h"

namespace mooring::api::mlflow {

void Invoke(const Call& call);      // {0}: the model
void InvokeOnly(const Call& call);  // the one model that is served
void Ping(const Call& call);
// As Ping; where runs are kept, "OK" as soon as the server works: that is what tracking clients and
// balancers ask.
void Health(const Call& call);
void Version(const Call& call);

}  // namespace mooring::api::mlflow

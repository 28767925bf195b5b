// Open Inference Protocol v2, everything but inference: server and model metadata, live and ready.
//
//   GET /v2                                         {"name","version","extensions"}
//   GET /v2/health/live, /v2/health/ready           {"live":true}, {"ready":…}; 503 when not ready
//   GET /v2/models/{m}[/versions/{v}]         {"name","versions","platform","inputs","outputs"} GET
//   /v2/models/{m}[/versions/{v}]/ready         {"name","ready"}; 503 when not ready
//
// Our extensions, named in the server's metadata: "missing_values" (JSON null in data).
#pragma once

#include "api/call.h"

namespace mooring::api::open_inference {

void ServerMetadata(const Call& call);
void Live(const Call& call);
void Ready(const Call& call);
void ModelMetadata(const Call& call);
void ModelReady(const Call& call);

// "FP32" for a type; text, categories and times are "BYTES".
std::string_view DatatypeOf(data::Type type);

}  // namespace mooring::api::open_inference

// GET /metrics for Prometheus: requests, decisions, latency, refusals by feature and rule, journal,
// drift, loaded versions, connections, process. Names begin with mooring_ but for process_*.
//
// Cardinality is bounded by what counts (serving/serving_metrics.h) and by what is loaded.
#pragma once

#include <string>

#include "api/call.h"

namespace mooring::api {

void Metrics(const Call& call);

// The whole text as a caller may see it: no sample of a model that they do not see.
std::string MetricsText(const Api& api, const records::Principal& caller);

}  // namespace mooring::api

// GET /metrics for Prometheus: requests, decisions, latency, refusals by feature and rule, journal,
// drift, loaded versions, connections, process. Names begin with mooring_ but for process_*.
//
// Cardinality is bounded by what counts (serving/serving_metrics.h) and by what is loaded.
#pragma once

#include <string>

#include "api/call.h"

namespace mooring::api {

void Metrics(const Call& call);

// The whole text; for tests.
std::string MetricsText(const Api& api);

}  // namespace mooring::api

// MLflow's calls that read the history of metrics: GET …/metrics/get-history, for clients in pages;
// …/get-history-bulk-interval, of several runs at some of their steps; and get-history-bulk, which
// only its page asks.
#pragma once

#include <string>

#include "api/call.h"

namespace mooring::api::mlflow {

// Without max_results: all that a run has, up to kHistoryAtOnce points and then a token. (MLflow's
// own server answers such a request with a token and no point.)
inline constexpr std::size_t kHistoryAtOnce = 200'000;
Result<std::string> GetMetricHistory(const Call& call);
Result<std::string> GetMetricHistoryInterval(const Call& call);
Result<std::string> GetMetricHistoryBulk(const Call& call);

}  // namespace mooring::api::mlflow

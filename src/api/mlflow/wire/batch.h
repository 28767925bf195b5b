// The bodies that log many values at once: log-batch, and its checks, which the calls that log one
// value share.
//
//   ASSIGN_OR_RETURN(const Batch batch, ReadBatch(*call.request));
//   RETURN_IF_ERROR(store->LogBatch(batch.run_id, batch.view()));
//
// The usual body, as clients write it, is read in one pass without a tree; whatever is not usual
// (null, texts as numbers, a member twice, double encoding, broken JSON) is read again by the rules
// of Fields, which also make the refusals. Both readers agree wherever the first does not give up.
//
// Failure: kInvalidArgument in MLflow's words. A value that is no number is refused with 400;
// MLflow answers 200 there and logs nothing.
// Limits: 1,000 metrics, 100 params, 100 tags, 1,000 in all, 1,000,000 bytes.
// Thread safety: pure. Cost: about 0.3 µs a metric (-O1).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/mlflow/wire/fields.h"
#include "records/tracking/tracking_store.h"

namespace mooring::api::mlflow {

inline constexpr std::size_t kBatchMetrics = 1000, kBatchParams = 100, kBatchTags = 100;
inline constexpr std::size_t kBatchEntries = 1000, kBatchBytes = 1'000'000;

struct Batch {
  std::string run_id;
  std::vector<records::Metric> metrics;
  std::vector<records::KeyValue> params, tags;

  records::LoggedBatch view() const { return {metrics, params, tags}; }
};

Result<Batch> ReadBatch(const Request& request);

// The two readers, for tests. The quick one is nullopt where it gives up.
std::optional<Batch> ReadBatchQuickly(std::string_view body);
Result<Batch> ReadBatchOf(const Fields& in);

// One metric of a request, without the checks of its key.
Result<records::Metric> ReadMetric(const Fields& in);
// Keys and values; `path` is "metrics[3]" or "" where the request is the value itself. Params and
// tags that are too long are cut.
Status CheckMetric(const records::Metric& metric, std::string_view path);
Status CheckParam(records::KeyValue& param, std::string_view path);
Status CheckTag(records::KeyValue& tag, std::string_view path);
// What is kept of a value: an infinity is the greatest finite double, as in MLflow's SQL store.
double KeptValue(double value);
// All of a batch, its limits last, in MLflow's order; values become those that are kept.
Status CheckBatch(Batch& batch);

}  // namespace mooring::api::mlflow

#include <algorithm>

#include "api/json/pull.h"
#include "api/mlflow/wire/batch.h"
#include "api/mlflow/wire/shown.h"

namespace mooring::api::mlflow {
namespace {

using Kind = JsonPull::Kind;
using records::KeyValue;
using records::Metric;

// Which members an object has shown, one bit each: one that comes twice is not usual.
class Seen {
 public:
  bool Take(unsigned member) {
    const unsigned bit = 1U << member;
    const bool first = (bits_ & bit) == 0;
    bits_ |= bit;
    return first;
  }
  bool Has(unsigned member) const { return (bits_ & (1U << member)) != 0; }

 private:
  unsigned bits_ = 0;
};

// Reads while everything is as usual; `usual_` turns false at what is not.
class QuickReader {
 public:
  explicit QuickReader(std::string_view body) : bytes_(body.size()), json_(body) {}

  std::optional<Batch> Read() {
    Batch batch;
    Seen seen;
    if (json_.Peek() != Kind::kObject || !json_.EnterObject()) return std::nullopt;
    for (std::string_view key; usual_ && json_.NextKey(key);) {
      if (key == "run_id") {
        Usual(seen.Take(0));
        ReadText(batch.run_id);
      } else if (key == "metrics") {
        Usual(seen.Take(1));
        ReadMetrics(batch.metrics);
      } else if (key == "params") {
        Usual(seen.Take(2));
        ReadPairs(batch.params);
      } else if (key == "tags") {
        Usual(seen.Take(3));
        ReadPairs(batch.tags);
      } else {
        json_.Skip();
      }
    }
    if (!usual_ || batch.run_id.empty() || !json_.Finish().ok()) return std::nullopt;
    return batch;
  }

 private:
  void Usual(bool is) { usual_ = usual_ && is; }

  void ReadText(std::string& text) {
    JsonPull::Scalar cell;
    if (json_.Peek() != Kind::kText || !json_.Read(cell)) return Usual(false);
    text = cell.text;
  }
  void ReadInteger(std::int64_t& number) {
    JsonPull::Scalar cell;
    if (json_.Peek() != Kind::kNumber || !json_.Read(cell)) return Usual(false);
    Usual(cell.kind == Kind::kInteger);
    number = cell.integer;
  }
  void ReadDouble(double& number) {
    JsonPull::Scalar cell;
    const Kind next = json_.Peek();
    if ((next != Kind::kNumber && next != Kind::kText) || !json_.Read(cell)) return Usual(false);
    if (cell.kind != Kind::kText) {
      number = cell.number;
      return;
    }
    const std::optional<double> parsed = ParseNumber(cell.text);
    Usual(parsed.has_value());
    number = parsed.value_or(0);
  }

  void ReadMetrics(std::vector<Metric>& metrics) {
    if (json_.Peek() != Kind::kArray || !json_.EnterArray()) return Usual(false);
    constexpr std::size_t kLeastBytes = 64;  // of a metric as clients write it
    metrics.reserve(std::min(kBatchMetrics, bytes_ / kLeastBytes));
    while (usual_ && json_.NextElement()) {
      // One too many tells; the refusal counts them all.
      if (metrics.size() > kBatchMetrics) return Usual(false);
      ReadMetric(metrics.emplace_back());
    }
  }

  void ReadMetric(Metric& metric) {
    enum Member : unsigned { kKey, kValue, kTimestamp, kStep, kModel, kName, kDigest };
    Seen seen;
    if (json_.Peek() != Kind::kObject || !json_.EnterObject()) return Usual(false);
    for (std::string_view key; usual_ && json_.NextKey(key);) {
      if (key == "key") {
        Usual(seen.Take(kKey));
        ReadText(metric.key);
      } else if (key == "value") {
        Usual(seen.Take(kValue));
        ReadDouble(metric.value);
      } else if (key == "timestamp") {
        Usual(seen.Take(kTimestamp));
        ReadInteger(metric.timestamp);
      } else if (key == "step") {
        Usual(seen.Take(kStep));
        ReadInteger(metric.step);
      } else if (key == "model_id") {
        Usual(seen.Take(kModel));
        ReadText(metric.model_id);
      } else if (key == "dataset_name") {
        Usual(seen.Take(kName));
        ReadText(metric.dataset_name);
      } else if (key == "dataset_digest") {
        Usual(seen.Take(kDigest));
        ReadText(metric.dataset_digest);
      } else {
        json_.Skip();
      }
    }
    Usual(!metric.key.empty() && seen.Has(kValue) && seen.Has(kTimestamp));
  }

  void ReadPairs(std::vector<KeyValue>& pairs) {
    if (json_.Peek() != Kind::kArray || !json_.EnterArray()) return Usual(false);
    while (usual_ && json_.NextElement()) {
      if (pairs.size() > kBatchEntries) return Usual(false);
      ReadPair(pairs.emplace_back());
    }
  }

  void ReadPair(KeyValue& pair) {
    Seen seen;
    if (json_.Peek() != Kind::kObject || !json_.EnterObject()) return Usual(false);
    for (std::string_view key; usual_ && json_.NextKey(key);) {
      if (key == "key") {
        Usual(seen.Take(0));
        ReadText(pair.key);
      } else if (key == "value") {
        Usual(seen.Take(1));
        ReadText(pair.value);
      } else {
        json_.Skip();
      }
    }
    Usual(!pair.key.empty());
  }

  const std::size_t bytes_;
  JsonPull json_;
  bool usual_ = true;
};

}  // namespace

std::optional<Batch> ReadBatchQuickly(std::string_view body) { return QuickReader(body).Read(); }

}  // namespace mooring::api::mlflow

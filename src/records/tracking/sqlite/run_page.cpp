#include "records/tracking/sqlite/run_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "records/tracking/sqlite/inputs.h"
#include "records/tracking/sqlite/run_rows.h"

namespace mooring::records {
namespace {

std::size_t BytesOf(const std::string& text) { return text.capacity(); }

std::size_t BytesOf(const std::vector<KeyValue>& texts) {
  std::size_t bytes = texts.capacity() * sizeof(KeyValue);
  for (const KeyValue& text : texts) bytes += BytesOf(text.key) + BytesOf(text.value);
  return bytes;
}

// About what a run takes in memory.
std::size_t BytesOf(const Run& run) {
  std::size_t bytes = sizeof(Run) + run.metrics.capacity() * sizeof(Metric);
  for (const Metric& metric : run.metrics) bytes += BytesOf(metric.key);
  bytes += BytesOf(run.params) + BytesOf(run.tags) + BytesOf(run.info.artifact_uri);
  for (const DatasetInput& input : run.dataset_inputs) {
    const Dataset& d = input.dataset;
    bytes += sizeof(DatasetInput) + BytesOf(input.tags) + BytesOf(d.source) + BytesOf(d.schema) +
             BytesOf(d.profile);
  }
  return bytes + 64 * (run.model_inputs.size() + run.model_outputs.size());
}

// The statements of a page, each asked for once.
class Reader {
 public:
  explicit Reader(Session& session) : session_(session) {}

  Result<std::vector<Run>> Read(std::span<const std::int64_t> numbers, std::size_t most_bytes) {
    ASSIGN_OR_RETURN(Query header, session_.Ask(fmt::format("SELECT {} FROM runs WHERE runs.id = ?",
                                                            kRunColumns)));
    ASSIGN_OR_RETURN(Query metrics, session_.Ask("SELECT key, value, timestamp, step FROM latest "
                                                 "WHERE run = ?"));
    ASSIGN_OR_RETURN(Query params, session_.Ask("SELECT key, value FROM params WHERE run = ?"));
    ASSIGN_OR_RETURN(Query tags, session_.Ask("SELECT key, value FROM tags WHERE run = ?"));
    ASSIGN_OR_RETURN(Query linked,
                     session_.Ask("SELECT EXISTS(SELECT 1 FROM run_datasets WHERE run = ?1) OR "
                                  "EXISTS(SELECT 1 FROM run_models WHERE run = ?1)"));
    std::vector<Run> runs;
    runs.reserve(std::min<std::size_t>(numbers.size(), 1000));
    for (std::size_t i = 0, bytes = 0; i < numbers.size() && bytes < most_bytes; ++i) {
      Run& run = runs.emplace_back();
      RETURN_IF_ERROR(header->Start(numbers[i]));
      ASSIGN_OR_RETURN(const bool there, header->Step());
      if (!there)
        return Error(Code::kDataLoss, fmt::format("no run {} in tracking.db", numbers[i]));
      run.info = RunHeaderOf(*header);
      RETURN_IF_ERROR(ReadMetrics(metrics, numbers[i], run.metrics));
      RETURN_IF_ERROR(ReadTexts(params, numbers[i], run.params));
      RETURN_IF_ERROR(ReadTexts(tags, numbers[i], run.tags));
      RETURN_IF_ERROR(linked->Start(numbers[i]));
      ASSIGN_OR_RETURN(const bool answered, linked->Step());
      if (answered && linked->Int(0) != 0) {
        RETURN_IF_ERROR(FillInputs(session_, numbers[i], run));
      }
      bytes += BytesOf(run);
    }
    return runs;
  }

 private:
  Status ReadMetrics(Query& read, std::int64_t number, std::vector<Metric>& metrics) {
    RETURN_IF_ERROR(read->Start(number));
    while (true) {
      ASSIGN_OR_RETURN(const bool more, read->Step());
      if (!more) break;
      Metric& metric = metrics.emplace_back();
      ASSIGN_OR_RETURN(metric.key, session_.KeyName(read->Int(0)));
      metric.value = ValueOf(*read, 1);
      metric.timestamp = read->Int(2);
      metric.step = read->Int(3);
    }
    std::ranges::sort(metrics, {}, &Metric::key);
    return Ok();
  }

  Status ReadTexts(Query& read, std::int64_t number, std::vector<KeyValue>& texts) {
    RETURN_IF_ERROR(read->Start(number));
    while (true) {
      ASSIGN_OR_RETURN(const bool more, read->Step());
      if (!more) break;
      KeyValue& text = texts.emplace_back();
      ASSIGN_OR_RETURN(text.key, session_.KeyName(read->Int(0)));
      text.value = read->Text(1);
    }
    std::ranges::sort(texts, {}, &KeyValue::key);
    return Ok();
  }

  Session& session_;
};

}  // namespace

Result<std::vector<Run>> ReadRuns(Session& session, std::span<const std::int64_t> numbers,
                                  std::size_t bytes) {
  return Reader(session).Read(numbers, bytes);
}

}  // namespace mooring::records

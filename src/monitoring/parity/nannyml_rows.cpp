#include "monitoring/parity/nannyml_rows.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"

namespace mooring::monitoring {
namespace {

void AddTail(std::size_t rows, NannyTail tail, std::vector<NannyChunk>& chunks) {
  const std::size_t begin = chunks.empty() ? 0 : chunks.back().end;
  if (begin == rows || tail == NannyTail::kDrop) return;
  if (tail == NannyTail::kAppend && !chunks.empty()) {
    chunks.back().end = rows;
    return;
  }
  chunks.push_back({chunks.size(), begin, rows});
}

NannyBand BandFor(const NannyRule& rule, std::span<const double> reference_values) {
  if (rule.fixed) return rule.band;
  NannyBand band = BandOf(reference_values, rule.range);
  if (rule.upper_only) band.lower = kAbsent;
  if (rule.drop_edges && band.lower <= rule.range.least) band.lower = kAbsent;
  if (rule.drop_edges && band.upper >= rule.range.most) band.upper = kAbsent;
  return band;
}

}  // namespace

std::vector<NannyChunk> ChunksOfSize(std::size_t rows, std::size_t size, NannyTail tail) {
  CHECK(size != 0);
  std::vector<NannyChunk> chunks;
  for (std::size_t begin = 0; rows - begin >= size; begin += size) {
    chunks.push_back({chunks.size(), begin, begin + size});
  }
  AddTail(rows, tail, chunks);
  return chunks;
}

std::vector<NannyChunk> ChunksByCount(std::size_t rows, std::size_t count, NannyTail tail) {
  CHECK(count != 0);
  const std::size_t size = rows / count;
  std::vector<NannyChunk> chunks;
  for (std::size_t i = 0; size != 0 && i < count; ++i) {
    chunks.push_back({i, i * size, (i + 1) * size});
  }
  AddTail(rows, tail, chunks);
  return chunks;
}

NannyBand BandOf(std::span<const double> reference_values, const NannyRange& range) {
  double sum = 0, squares = 0, count = 0;
  for (const double x : reference_values) {
    if (std::isnan(x)) continue;
    sum += x;
    ++count;
  }
  if (count == 0) return {};
  const double mean = sum / count;
  for (const double x : reference_values) {
    if (!std::isnan(x)) squares += (x - mean) * (x - mean);
  }
  const double reach = 3 * std::sqrt(squares / count);
  return {std::max(mean - reach, range.least), std::min(mean + reach, range.most)};
}

bool IsAlert(NannyAlert rule, const NannyBand& band, double value) {
  if (rule == NannyAlert::kOutside) return value < band.lower || value > band.upper;
  const bool above = std::isnan(band.lower) ? value > -HUGE_VAL : value > band.lower;
  const bool below = std::isnan(band.upper) ? value < HUGE_VAL : value < band.upper;
  return !(above && below);
}

void AppendRows(const NannyRule& rule, const NannyMeasure& measure, const data::Batch& reference,
                const data::Batch& analysis, std::size_t chunk_size, std::vector<NannyRow>& rows) {
  const std::size_t first = rows.size();
  std::vector<double> reference_values;
  for (const bool is_reference : {true, false}) {
    const data::Batch& batch = is_reference ? reference : analysis;
    for (const NannyChunk& chunk : ChunksOfSize(batch.rows(), chunk_size)) {
      const NannyValue got = measure(batch, chunk);
      if (is_reference) reference_values.push_back(got.value);
      const double reach = 3 * got.sampling_error;
      NannyRow& row = rows.emplace_back();
      row.reference = is_reference;
      row.chunk = chunk;
      row.column = rule.column;
      row.method = rule.method;
      row.value = got.value;
      row.sampling_error = got.sampling_error;
      // A comparison with NaN is false, so these keep it.
      const double low = got.value - reach, high = got.value + reach;
      row.lower_confidence = low < rule.range.least ? rule.range.least : low;
      row.upper_confidence = high > rule.range.most ? rule.range.most : high;
    }
  }
  const NannyBand band = BandFor(rule, reference_values);
  for (std::size_t i = first; i < rows.size(); ++i) {
    rows[i].band = band;
    rows[i].alert = IsAlert(rule.alert, band, rows[i].value);
  }
}

}  // namespace mooring::monitoring

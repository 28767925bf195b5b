// The frame of NannyML's results: chunks, bands, rows. What nannyml_univariate.h, nannyml_quality.h
// and nannyml_reconstruction.h share; nannyml.h says when to use the mode at all.
//
// A chunk is `size` rows in a row; what is left over at the end is a chunk of its own. The band of
// a measure is mean +- 3 population deviations of its values on the reference's chunks; chunks
// where it is not defined do not count. Two alert rules: "outside" (strictly beyond a limit; no
// value, no alert) and "not inside" (unless strictly between both limits; a limit that is not there
// never hurts; no value alerts), so that a constant column always alerts by the second.
//
// Thread safety: values and pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "data/table/batch.h"

namespace mooring::monitoring {

inline constexpr double kAbsent = std::numeric_limits<double>::quiet_NaN();

struct NannyChunk {
  std::size_t index = 0;
  std::size_t begin = 0, end = 0;  // rows, end not included
  std::size_t rows() const { return end - begin; }
};

enum class NannyTail : std::uint8_t {
  kKeep,    // a chunk of its own (the tool's default)
  kDrop,    // left out
  kAppend,  // to the last whole chunk
};
// `size` must not be 0.
std::vector<NannyChunk> ChunksOfSize(std::size_t rows, std::size_t size,
                                     NannyTail tail = NannyTail::kKeep);
// `count` chunks of rows / count rows, rounded down, and the tail. `count` must not be 0.
std::vector<NannyChunk> ChunksByCount(std::size_t rows, std::size_t count,
                                      NannyTail tail = NannyTail::kKeep);

// A limit that is not there is NaN.
struct NannyBand {
  double lower = kAbsent, upper = kAbsent;
};
// The limits that the measure's own range sets, and what becomes of a band beyond them.
struct NannyRange {
  double least = -std::numeric_limits<double>::infinity();
  double most = std::numeric_limits<double>::infinity();
};
NannyBand BandOf(std::span<const double> reference_values, const NannyRange& range);

enum class NannyAlert : std::uint8_t { kOutside, kNotInside };
bool IsAlert(NannyAlert rule, const NannyBand& band, double value);

// One measure of one chunk. NaN where the tool leaves the cell empty.
struct NannyRow {
  bool reference = false;
  NannyChunk chunk;
  std::string column;  // "" for measures of the whole row
  std::string method;
  double value = kAbsent;
  double sampling_error = kAbsent;
  double lower_confidence = kAbsent, upper_confidence = kAbsent;  // value +- 3 errors, in range
  NannyBand band;
  bool alert = false;
};

// What a measure gives for one chunk of a batch.
struct NannyValue {
  double value = kAbsent, sampling_error = kAbsent;
};
using NannyMeasure = std::function<NannyValue(const data::Batch&, const NannyChunk&)>;

// How a measure becomes rows.
struct NannyRule {
  std::string column, method;
  NannyRange range = {};
  NannyAlert alert = NannyAlert::kOutside;
  bool upper_only = false;  // distances
  bool fixed = false;       // `band` instead of the reference's
  NannyBand band = {};
  bool drop_edges = false;  // a limit at or beyond the range is left out, not clipped
};
// Appends a row for each chunk of both batches, the reference's first.
void AppendRows(const NannyRule& rule, const NannyMeasure& measure, const data::Batch& reference,
                const data::Batch& analysis, std::size_t chunk_size, std::vector<NannyRow>& rows);

}  // namespace mooring::monitoring

// What is said between us and a Python worker: frames of a header and a payload, columns of a table
// in binary. docs/formats/worker.md has it byte by byte; python/mooring_worker.py is the other
// side.
//
// Whatever comes from a worker is hostile: a model of others runs there. Sizes are bounded before
// anything is allocated, and every number, length, type and bit is checked.
//
// Thread safety: pure functions. Failure: kUnavailable for frames that are broken (the worker is
// of no more use), never a part of an answer.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/io/file_system.h"
#include "base/result.h"
#include "model/predictor.h"

namespace mooring::model {

enum class FrameKind : std::uint32_t {
  kLoad = 1,       // to the worker
  kLoaded = 2,     // from it
  kPredict = 3,    // to
  kPredicted = 4,  // from
  kPing = 5,       // to
  kPong = 6,       // from
  kFailed = 7,     // from
};

inline constexpr std::size_t kFrameHeaderBytes = 16;
inline constexpr std::size_t kFramePayloadBytes = std::size_t{64} << 20;
inline constexpr std::size_t kFailureTextBytes = 8 * 1024;

struct FrameHeader {
  FrameKind kind = FrameKind::kPing;
  std::uint32_t sequence = 0;  // an answer has its question's
  std::uint32_t payload = 0;   // bytes that follow
};

void AppendFrame(FrameKind kind, std::uint32_t sequence, std::string_view payload,
                 std::string& out);
// `bytes` are kFrameHeaderBytes.
Result<FrameHeader> ReadFrameHeader(ByteSpan bytes);

// What a worker is to load, and how its tables look.
struct LoadRequest {
  std::vector<std::pair<std::string, std::string>> texts;  // "directory", "python_function.…", …
  Signature signature;
  bool tensor = false;      // the model takes an array, not a table
  std::string exec_filter;  // BPF that the worker puts on itself
};
std::string LoadPayload(const LoadRequest& request);

// Rows [begin, end) of the first `width` columns.
struct RowRange {
  const data::Batch& rows;
  std::size_t width;
  std::size_t begin;
  std::size_t end;
};
// Categories travel as strings.
std::string RowsPayload(const RowRange& range);
// How many rows of the range, from its beginning, a payload of about `bytes` takes; at least one.
std::size_t RowsThatFit(const RowRange& range, std::size_t bytes);

// Appends an answer to predictions, whose columns it must fit one by one. On failure some columns
// may be longer than others.
Status ReadPredicted(ByteSpan payload, std::size_t rows, data::Batch& predictions);

struct WorkerFailure {
  bool refuses_rows = false;  // the model itself refused them; otherwise it is broken
  std::string message;        // cut to kFailureTextBytes, valid UTF-8 or made so
};
Result<WorkerFailure> ReadFailure(ByteSpan payload);

}  // namespace mooring::model

#include "serving/answer.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace mooring::serving {

using records::RowDecision;
using records::Verdict;

data::Batch MaskedOutputs(const data::Batch& outputs, std::span<const RowDecision> decisions) {
  data::Batch masked(outputs.shared_schema());
  for (std::size_t i = 0; i < outputs.width(); ++i) {
    for (std::size_t row = 0; row < outputs.rows(); ++row) {
      if (decisions[row].verdict == Verdict::kAdmit) {
        masked.column(i).AppendFrom(outputs.column(i), row);
      } else {
        masked.column(i).AppendNull();
      }
    }
  }
  masked.SetRows(outputs.rows());
  return masked;
}

DecisionAnswer AnswerOf(Pending& pending) {
  DecisionAnswer answer;
  answer.served = pending.request.served;
  answer.rows.reserve(pending.decisions.size());
  DecisionId id = pending.first;
  for (const RowDecision& decision : pending.decisions) {
    answer.rows.push_back({id, decision});
    ++id.ordinal;
  }
  const bool all_admitted =
      std::all_of(pending.decisions.begin(), pending.decisions.end(),
                  [](const RowDecision& row) { return row.verdict == Verdict::kAdmit; });
  answer.outputs =
      all_admitted ? std::move(pending.outputs) : MaskedOutputs(pending.outputs, pending.decisions);
  answer.imputed = std::move(pending.found.imputed);
  answer.limit_hits = std::move(pending.judged.note.hits);
  answer.retry_ns = pending.judged.retry_ns;
  answer.sources = pending.judged.sources;
  answer.kill_epoch = pending.kill_epoch;
  return answer;
}

Error RefusedRows(const Validated& found) {
  const std::size_t count = found.problems.size() + found.unlisted_problems;
  const RowProblem& first = found.problems.front();
  const std::string place = first.feature.empty()
                                ? fmt::format("row {}", first.row)
                                : fmt::format("row {}, '{}'", first.row, first.feature);
  const std::string more = count == 1 ? "" : fmt::format(" (and {} more)", count - 1);
  return Error(Code::kInvalidArgument, fmt::format("the request breaks the contract: {}: {}{}",
                                                   place, first.message, more));
}

std::uint32_t LatencyUs(Nanos taken) {
  const std::int64_t us = taken.count() / 1000;
  return static_cast<std::uint32_t>(
      std::clamp<std::int64_t>(us, 0, std::numeric_limits<std::uint32_t>::max()));
}

}  // namespace mooring::serving

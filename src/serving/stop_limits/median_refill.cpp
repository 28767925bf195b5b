#include "serving/stop_limits/median_refill.h"

#include <algorithm>
#include <limits>

#include "serving/stop_limits/median_ring.h"
#include "serving/stop_limits/row_limits.h"

namespace mooring::serving {
namespace {

constexpr std::size_t kRecordsAtOnce = 4096;

bool HasMedian(const CompiledLimit& limit) { return limit.median != nullptr; }

// The score as it was before a clamp: the contract's output of the block.
double RawOf(const records::ReadDecisions& block, const LimitSet& set, std::size_t row) {
  const data::Column* column = block.outputs->Find(set.output());
  const bool number = column != nullptr && data::IsNumeric(column->type()) && !column->IsNull(row);
  return number ? column->Number(row) : std::numeric_limits<double>::quiet_NaN();
}

void AddRow(const records::ReadDecisions& block, std::uint32_t row, const LimitSet& set) {
  const records::RowDecision& decision = block.rows[row];
  const LimitRow values(set.columns(), {.inputs = block.inputs,
                                        .row = row,
                                        .raw = RawOf(block, set, row),
                                        .score = decision.score,
                                        .amount_minor = decision.amount_minor});
  for (const CompiledLimit& limit : set.limits()) {
    if (!HasMedian(limit)) continue;
    if (limit.when) {
      const auto holds = limit.when->Evaluate(values.batch(), 0);
      if (holds && *holds == 0) continue;
    }
    const auto quantity = QuantityOf(set, limit, values, decision, data::Decimal::Rounding::kDown);
    if (quantity) limit.median->Add(*quantity);
  }
}

}  // namespace

MedianRefill::MedianRefill(std::span<const std::shared_ptr<const LimitSet>> sets) {
  for (const auto& set : sets) {
    if (set != nullptr && std::ranges::any_of(set->limits(), HasMedian)) sets_.push_back(set);
  }
}

void MedianRefill::OnDecisions(const records::ReadDecisions& block) {
  for (const auto& set : sets_) {
    const bool own =
        block.binding->model == set->model() && block.binding->version == set->version();
    if (!own || block.inputs == nullptr || !set->Reads(block.inputs->schema())) continue;
    for (std::uint32_t row = 0; row < block.rows.size(); ++row) {
      const records::Verdict verdict = block.rows[row].verdict;
      const bool given = verdict == records::Verdict::kAdmit || verdict == records::Verdict::kClamp;
      if (given) AddRow(block, row, *set);
    }
  }
}

Status RefillMedians(std::span<const std::shared_ptr<const LimitSet>> sets,
                     records::Journal& journal, FileSystem& files, const std::string& directory) {
  MedianRefill refill(sets);
  if (refill.empty()) return Ok();
  ASSIGN_OR_RETURN(const auto reader,
                   records::JournalReader::Open(files, directory,
                                                journal.Recent(Time::min(), kMedianDecisions)));
  const records::JournalPosition end = journal.Durable();
  for (std::size_t read = 1; read != 0;) {
    ASSIGN_OR_RETURN(read, reader->Read(end, kRecordsAtOnce, refill));
  }
  return Ok();
}

}  // namespace mooring::serving

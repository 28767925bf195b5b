#include "monitoring/parity/nannyml.h"

#include <algorithm>
#include <iterator>

#include "monitoring/parity/nannyml_quality.h"
#include "monitoring/parity/nannyml_reconstruction.h"
#include "monitoring/parity/nannyml_univariate.h"

namespace mooring::monitoring {
namespace {

Status CheckTables(const data::Batch& reference, const data::Batch& analysis,
                   const NannyOptions& options) {
  if (options.chunk_size == 0) return Error(Code::kInvalidArgument, "a chunk of 0 rows");
  if (reference.rows() == 0 || analysis.rows() == 0) {
    return Error(Code::kInvalidArgument, "a table without rows");
  }
  for (std::size_t i = 0; i < reference.width(); ++i) {
    const data::Field& field = reference.schema().field(i);
    const data::Column* other = analysis.Find(field.name);
    if (other == nullptr) {
      return Error(Code::kInvalidArgument, "column '" + field.name + "' is not in the analysis");
    }
    if (IsCategorical(other->type()) != IsCategorical(field.type)) {
      return Error(Code::kInvalidArgument, "column '" + field.name + "' has another type there");
    }
  }
  return Ok();
}

void Append(std::vector<NannyRow> more, std::vector<NannyRow>& rows) {
  std::ranges::move(more, std::back_inserter(rows));
}

}  // namespace

Result<std::vector<NannyRow>> RunNannyML(const data::Batch& reference, const data::Batch& analysis,
                                         const NannyOptions& options) {
  RETURN_IF_ERROR(CheckTables(reference, analysis, options));
  std::vector<NannyRow> rows;
  if (options.univariate) {
    ASSIGN_OR_RETURN(rows, NannyUnivariate(reference, analysis, options.chunk_size));
  }
  if (options.quality) Append(NannyQuality(reference, analysis, options.chunk_size), rows);
  if (options.reconstruction) {
    ASSIGN_OR_RETURN(std::vector<NannyRow> more,
                     NannyReconstruction(reference, analysis, options.chunk_size));
    Append(std::move(more), rows);
  }
  return rows;
}

}  // namespace mooring::monitoring

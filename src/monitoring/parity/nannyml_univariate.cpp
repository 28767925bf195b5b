#include "monitoring/parity/nannyml_univariate.h"

#include <cmath>

namespace mooring::monitoring {
namespace {

constexpr double kChi2Alpha = 0.05;

void AppendNumber(const std::string& name, const std::string& method, const NumberMeasure& measure,
                  const data::Batch& reference, const data::Batch& analysis, std::size_t chunk_size,
                  std::vector<NannyRow>& rows) {
  const NannyRange range{.least = 0, .most = method == "wasserstein" ? HUGE_VAL : 1};
  AppendRows(
      {.column = name, .method = method, .range = range, .upper_only = true},
      [&](const data::Batch& batch, const NannyChunk& chunk) {
        return NannyValue{measure(PresentNumbers(*batch.Find(name), chunk.begin, chunk.end, true))};
      },
      reference, analysis, chunk_size, rows);
}

void AppendLevel(const std::string& name, const std::string& method, const LevelMeasure& measure,
                 const data::Batch& reference, const data::Batch& analysis, std::size_t chunk_size,
                 std::vector<NannyRow>& rows) {
  AppendRows(
      {.column = name, .method = method, .range = {.least = 0, .most = 1}, .upper_only = true},
      [&](const data::Batch& batch, const NannyChunk& chunk) {
        return NannyValue{measure(CountLevels(*batch.Find(name), chunk.begin, chunk.end))};
      },
      reference, analysis, chunk_size, rows);
}

// Without limits; the p-value alerts.
void AppendChi2(const std::string& name, const LevelCounts& levels, const data::Batch& reference,
                const data::Batch& analysis, std::size_t chunk_size, std::vector<NannyRow>& rows) {
  std::vector<double> p_values;
  const std::size_t first = rows.size();
  AppendRows(
      {.column = name, .method = "chi2", .fixed = true},
      [&](const data::Batch& batch, const NannyChunk& chunk) {
        const data::TestResult test =
            NannyChi2(levels, CountLevels(*batch.Find(name), chunk.begin, chunk.end));
        p_values.push_back(test.p_value);
        return NannyValue{test.statistic};
      },
      reference, analysis, chunk_size, rows);
  for (std::size_t i = first; i < rows.size(); ++i) {
    rows[i].alert = p_values[i - first] < kChi2Alpha;
  }
}

}  // namespace

Result<std::vector<NannyRow>> NannyUnivariate(const data::Batch& reference,
                                              const data::Batch& analysis, std::size_t chunk_size) {
  std::vector<NannyRow> rows;
  for (std::size_t i = 0; i < reference.width(); ++i) {
    const data::Column& column = reference.column(i);
    const std::string& name = reference.schema().field(i).name;
    if (column.type() == data::Type::kTimestamp || IsCategorical(column.type())) continue;
    const std::vector<double> values = PresentNumbers(column, 0, column.size(), true);
    for (const char* method :
         {"jensen_shannon", "kolmogorov_smirnov", "wasserstein", "hellinger"}) {
      ASSIGN_OR_RETURN(const NumberMeasure measure, FitNumberMeasure(method, values));
      AppendNumber(name, method, measure, reference, analysis, chunk_size, rows);
    }
  }
  for (std::size_t i = 0; i < reference.width(); ++i) {
    const data::Column& column = reference.column(i);
    const std::string& name = reference.schema().field(i).name;
    if (!IsCategorical(column.type())) continue;
    const LevelCounts levels = CountLevels(column, 0, column.size());
    for (const char* method : {"jensen_shannon", "hellinger", "l_infinity"}) {
      ASSIGN_OR_RETURN(const LevelMeasure measure, FitLevelMeasure(method, levels));
      AppendLevel(name, method, measure, reference, analysis, chunk_size, rows);
    }
    AppendChi2(name, levels, reference, analysis, chunk_size, rows);
  }
  return rows;
}

}  // namespace mooring::monitoring

#include "monitoring/parity/evidently.h"

#include <cmath>
#include <tuple>

namespace mooring::monitoring {
namespace {

constexpr std::size_t kSmallReference = 1000;  // rows, up to which p-values are used
constexpr std::size_t kFewDistinct = 5;        // up to here a number is taken as a category

EvidentlySample SampleOf(const data::Column& column, bool is_number) {
  EvidentlySample sample;
  if (!is_number) {
    sample.levels = CountLevels(column, 0, column.size());
    return sample;
  }
  sample.numbers = PresentNumbers(column, 0, column.size(), true);
  data::Column finite(data::Type::kFloat64);
  for (const double x : sample.numbers) finite.Append(x);
  sample.levels = CountLevels(finite, 0, finite.size());
  return sample;
}

EvidentlyTest DefaultTest(const EvidentlyPair& pair, std::size_t reference_rows) {
  const std::size_t distinct = Align(pair.reference.levels, pair.current.levels).reference.size();
  const bool small = reference_rows <= kSmallReference;
  if (pair.is_number && distinct > kFewDistinct) {
    return small ? EvidentlyTest::kKs : EvidentlyTest::kWasserstein;
  }
  if (!small) return EvidentlyTest::kJensenShannon;
  return distinct <= 2 ? EvidentlyTest::kZ : EvidentlyTest::kChiSquare;
}

// What was asked for, or the default.
std::pair<EvidentlyTest, bool> ChosenTest(const EvidentlyOptions& options, const std::string& name,
                                          const EvidentlyPair& pair, std::size_t reference_rows) {
  const auto found = options.by_column.find(name);
  if (found != options.by_column.end()) return {found->second, true};
  const auto& by_type = pair.is_number ? options.numbers : options.categories;
  if (by_type.has_value()) return {*by_type, true};
  return {DefaultTest(pair, reference_rows), false};
}

void Judge(const EvidentlyPair& pair, bool asked_for, EvidentlyColumn& row) {
  const EvidentlyTestKind& kind = KindOf(row.test);
  row.score = std::nan("");
  if (asked_for && !(pair.is_number ? kind.numbers : kind.categories)) {
    row.error = std::string(kind.name) + " does not take columns of this type";
    return;
  }
  const Result<double> score = EvidentlyScore(row.test, pair);
  if (!score.ok()) {
    row.error = score.error().message();
    return;
  }
  row.score = *score;
  row.drifted = IsDrift(row.test, row.score, row.threshold);
}

}  // namespace

Result<EvidentlyReport> RunEvidentlyPreset(const data::Batch& reference, const data::Batch& current,
                                           const EvidentlyOptions& options) {
  EvidentlyReport report;
  for (std::size_t i = 0; i < reference.width(); ++i) {
    const data::Column& column = reference.column(i);
    if (column.type() == data::Type::kTimestamp) continue;
    const std::string& name = reference.schema().field(i).name;
    const data::Column* other = current.Find(name);
    if (other == nullptr) {
      return Error(Code::kInvalidArgument, "column '" + name + "' is not in the current rows");
    }
    const bool is_number = !IsCategorical(column.type());
    if (is_number == IsCategorical(other->type())) {
      return Error(Code::kInvalidArgument, "column '" + name + "' has another type now");
    }
    EvidentlyColumn& row = report.columns.emplace_back();
    row.column = name;
    const EvidentlyPair pair{.reference = SampleOf(column, is_number),
                             .current = SampleOf(*other, is_number),
                             .is_number = is_number,
                             .seed = options.seed};
    bool asked_for = false;
    std::tie(row.test, asked_for) = ChosenTest(options, name, pair, reference.rows());
    row.threshold = options.threshold.value_or(KindOf(row.test).threshold);
    Judge(pair, asked_for, row);
    report.drifted += row.drifted ? 1 : 0;
  }
  if (report.columns.empty()) return Error(Code::kInvalidArgument, "no columns to look at");
  report.share = static_cast<double>(report.drifted) / static_cast<double>(report.columns.size());
  report.dataset_drift = report.share >= options.drift_share;
  return report;
}

}  // namespace mooring::monitoring

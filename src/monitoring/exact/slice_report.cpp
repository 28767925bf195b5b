#include "monitoring/exact/slice_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "data/stats/distances.h"
#include "monitoring/slicer.h"

namespace mooring::monitoring {
namespace {

using data::DuckDb;

constexpr std::size_t kMostRows = 1 << 20;
constexpr std::size_t kMostCounted = 10'000;  // slices, before the smaller become "(others)"
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

std::string Number(double x) { return fmt::format("{:.17g}::DOUBLE", x); }

// The place of `value` between ascending edges. A sum of comparisons, which DuckDB does many rows
// at a time; a CASE would part them again and again.
std::string PlaceSql(const std::string& value, const std::vector<double>& edges,
                     std::string_view than) {
  std::string sum = "0::UTINYINT";
  for (const double edge : edges) {
    sum += fmt::format(" + ({} {} {})::UTINYINT", value, than, Number(edge));
  }
  return fmt::format("CASE WHEN isfinite({}) THEN ({})::UTINYINT END", value, sum);
}

std::string TimeSql(Time at) {
  return fmt::format("make_timestamp({}::BIGINT)",
                     std::chrono::duration_cast<Micros>(at.time_since_epoch()).count());
}

std::string AsDouble(const std::string& column) { return DuckDb::QuoteName(column) + "::DOUBLE"; }

bool Ascend(const std::vector<double>& edges) {
  return std::ranges::all_of(edges, [](double x) { return std::isfinite(x); }) &&
         std::ranges::adjacent_find(edges, std::greater_equal<>()) == edges.end();
}

class Reporter {
 public:
  Reporter(DuckDb& db, const SliceQuestion& question)
      : db_(db), question_(question), measures_(question.measures) {}

  Result<SliceReport> Report() {
    RETURN_IF_ERROR(Check());
    const bool learn =
        std::ranges::any_of(measures_, [](const auto& m) { return m.edges.empty(); });
    if (learn) RETURN_IF_ERROR(LearnEdges());
    RETURN_IF_ERROR(Count());
    if (!question_.outcome.empty()) RETURN_IF_ERROR(JoinOutcomes());
    return Gather();
  }

 private:
  // What is counted of a slice.
  struct Counted {
    std::uint64_t rows = 0, scores = 0, outcomes = 0;
    double sum_of_scores = 0, sum_of_outcomes = 0;
    std::vector<std::vector<std::uint64_t>> groups;  // a measure, a group

    void Add(const Counted& other) {
      rows += other.rows;
      scores += other.scores;
      outcomes += other.outcomes;
      sum_of_scores += other.sum_of_scores;
      sum_of_outcomes += other.sum_of_outcomes;
      for (std::size_t i = 0; i < groups.size(); ++i) {
        for (std::size_t g = 0; g < groups[i].size(); ++g) groups[i][g] += other.groups[i][g];
      }
    }
  };

  Status Check() const {
    const auto refuse = [](const std::string& what) { return Error(Code::kInvalidArgument, what); };
    if (question_.column.empty()) return refuse("a slice report needs a column to slice by");
    if (question_.cuts.size() > SliceQuestion::kMostSlices || !Ascend(question_.cuts)) {
      return refuse("cut points must be numbers, each greater than the one before");
    }
    for (const SliceMeasure& measure : measures_) {
      if (measure.edges.size() >= SliceQuestion::kMostGroups || !Ascend(measure.edges)) {
        return refuse("edges of '" + measure.column + "' must be at most nine, and ascend");
      }
      const bool fits = measure.reference.size() == measure.edges.size() + 1;
      if (!measure.reference.empty() && (measure.edges.empty() || !fits)) {
        return refuse("reference counts of '" + measure.column + "' do not fit its edges");
      }
    }
    return Ok();
  }

  std::string Where() const {
    std::string where = "model = " + DuckDb::Quote(question_.model);
    if (question_.version != 0) where += fmt::format(" AND version = {}", question_.version);
    if (question_.from) where += " AND \"at\" >= " + TimeSql(*question_.from);
    if (question_.to) where += " AND \"at\" < " + TimeSql(*question_.to);
    return where;
  }

  // Ranges by their place, values as text.
  std::string SliceSql() const {
    if (question_.cuts.empty()) return DuckDb::QuoteName(question_.column) + "::VARCHAR";
    return "(" + PlaceSql(AsDouble(question_.column), question_.cuts, ">=") + ")::VARCHAR";
  }

  // Deciles of a sample, every k-th decision of each segment: those of all of them would have to be
  // held. Of 200,000 the rank is right to 0.2 %.
  Status LearnEdges() {
    constexpr std::uint64_t kSample = 200'000;
    std::string lists, values;
    for (std::size_t i = 0; i < measures_.size(); ++i) {
      const std::string value = AsDouble(measures_[i].column);
      values += fmt::format("{0}CASE WHEN isfinite({1}) THEN {1} END AS v{2}", i == 0 ? "" : ", ",
                            value, i);
      lists +=
          fmt::format("{}unnest(quantile_disc(v{}, [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]))",
                      i == 0 ? "" : ", ", i);
    }
    ASSIGN_OR_RETURN(const data::Batch all,
                     db_.QueryAll("SELECT count(*)::DOUBLE FROM decisions WHERE " + Where(), 1));
    const auto every =
        std::max(std::uint64_t{1}, static_cast<std::uint64_t>(all.column(0).Number(0)) / kSample);
    ASSIGN_OR_RETURN(const data::Batch edges,
                     db_.QueryAll(fmt::format("SELECT {} FROM (SELECT {} FROM decisions WHERE {}"
                                              " AND ordinal % {} = 0)",
                                              lists, values, Where(), every),
                                  SliceQuestion::kMostGroups));
    for (std::size_t i = 0; i < measures_.size(); ++i) {
      if (measures_[i].edges.empty()) KeepDistinct(edges.column(i), measures_[i].edges);
    }
    return Ok();
  }

  static void KeepDistinct(const data::Column& column, std::vector<double>& edges) {
    for (std::size_t row = 0; row < column.size(); ++row) {
      const double edge = column.Number(row);
      if (std::isfinite(edge) && (edges.empty() || edge > edges.back())) edges.push_back(edge);
    }
  }

  Counted Empty() const {
    Counted counted;
    for (const SliceMeasure& measure : measures_) {
      counted.groups.emplace_back(measure.edges.size() + 1);
    }
    return counted;
  }

  Counted& SliceAt(const data::Column& slices, std::size_t row) {
    const std::optional<std::string> name =
        slices.IsNull(row) ? std::nullopt : std::optional(std::string(slices.Text(row)));
    return counted_.try_emplace(name, Empty()).first->second;
  }

  // One scan: rows and scores by slice, and each measure's groups by slice.
  Status Count() {
    std::string columns = SliceSql() + " AS slice, score", sets = "(slice)", keys = "slice";
    for (std::size_t i = 0; i < measures_.size(); ++i) {
      columns += fmt::format(", {} AS g{}",
                             PlaceSql(AsDouble(measures_[i].column), measures_[i].edges, ">"), i);
      keys += fmt::format(", g{}", i);
      sets += fmt::format(", (slice, g{})", i);
    }
    const std::string sql = fmt::format(
        "SELECT {0}, grouping_id({0})::BIGINT AS bits, count(*)::DOUBLE, count(score)::DOUBLE,"
        " sum(CASE WHEN isnan(score) THEN NULL ELSE score END)::DOUBLE"
        " FROM (SELECT {1} FROM decisions WHERE {2}) GROUP BY GROUPING SETS ({3})",
        keys, columns, Where(), sets);
    return db_.Query(sql, [&](const data::Batch& rows) {
      for (std::size_t row = 0; row < rows.rows(); ++row) Note(rows, row);
      return counted_.size() <= kMostCounted ? Ok() : TooMany();
    });
  }

  Status TooMany() const {
    return Error(Code::kTooLarge,
                 fmt::format("'{}' has more than {} values", question_.column, kMostCounted))
        .Help("slice by ranges of a number, or by a column with fewer values");
  }

  // A bit of grouping_id is set where the key is not in the row's set; the first key's is the
  // highest.
  void Note(const data::Batch& rows, std::size_t row) {
    const std::size_t measures = measures_.size();
    const auto bits = static_cast<std::uint64_t>(rows.column(measures + 1).Number(row));
    const auto count = static_cast<std::uint64_t>(rows.column(measures + 2).Number(row));
    Counted& slice = SliceAt(rows.column(0), row);
    if (bits == (std::uint64_t{1} << measures) - 1) {
      slice.rows += count;
      slice.scores += static_cast<std::uint64_t>(rows.column(measures + 3).Number(row));
      const double sum = rows.column(measures + 4).Number(row);
      slice.sum_of_scores += std::isnan(sum) ? 0 : sum;
      return;
    }
    for (std::size_t i = 0; i < measures; ++i) {
      if ((bits >> (measures - 1 - i) & 1) != 0 || rows.column(1 + i).IsNull(row)) continue;
      slice.groups[i][static_cast<std::size_t>(rows.column(1 + i).Number(row))] += count;
    }
  }

  // Outcomes of some segments at a time, by the address of their decision: "d1-57-4021".
  Status JoinOutcomes() {
    ASSIGN_OR_RETURN(const std::vector<std::int64_t> bounds, SegmentBounds());
    for (std::size_t i = 0; i + 1 < bounds.size(); ++i) {
      RETURN_IF_ERROR(JoinSegments(bounds[i], bounds[i + 1]));
    }
    return Ok();
  }

  // The parts of ids like "d1-57-4021", by the places of their dashes: splitting texts into lists
  // costs ten times as much.
  std::string AddressesSql() const {
    return "SELECT substr(decision_id, 2, dash - 2)::INTEGER AS replica,"
           " substr(rest, 1, instr(rest, '-') - 1)::BIGINT AS segment,"
           " substr(rest, instr(rest, '-') + 1)::BIGINT AS ordinal, value, newest"
           " FROM (SELECT decision_id, instr(decision_id, '-') AS dash,"
           " substr(decision_id, instr(decision_id, '-') + 1) AS rest, value,"
           " recorded_segment * 4294967296 + recorded_place AS newest FROM outcomes WHERE name = " +
           DuckDb::Quote(question_.outcome) + ")";
  }

  // Segments that bound passes of at most outcomes_a_pass, or of one segment.
  Result<std::vector<std::int64_t>> SegmentBounds() {
    std::vector<std::int64_t> bounds;
    std::uint64_t held = 0;
    std::int64_t last = 0;
    RETURN_IF_ERROR(
        db_.Query("SELECT segment, count(*) FROM (" + AddressesSql() + ") GROUP BY 1 ORDER BY 1",
                  [&](const data::Batch& rows) {
                    for (std::size_t row = 0; row < rows.rows(); ++row) {
                      last = static_cast<std::int64_t>(rows.column(0).Number(row));
                      const auto count = static_cast<std::uint64_t>(rows.column(1).Number(row));
                      if (bounds.empty() || held + count > question_.outcomes_a_pass) {
                        bounds.push_back(last);
                        held = 0;
                      }
                      held += count;
                    }
                    return Ok();
                  }));
    if (!bounds.empty()) bounds.push_back(last + 1);
    return bounds;
  }

  Status JoinSegments(std::int64_t from, std::int64_t to) {
    const std::string sql = fmt::format(
        "SELECT slice, count(*)::DOUBLE, sum(value)::DOUBLE FROM"
        " (SELECT replica, segment, ordinal, {0} AS slice FROM decisions WHERE {1}"
        "  AND segment >= {3} AND segment < {4})"
        " JOIN (SELECT replica, segment, ordinal, arg_max(value, newest) AS value FROM ({2})"
        "  WHERE segment >= {3} AND segment < {4} GROUP BY ALL) USING (replica, segment, ordinal)"
        " WHERE NOT isnan(value) GROUP BY slice",
        SliceSql(), Where(), AddressesSql(), from, to);
    ASSIGN_OR_RETURN(const data::Batch rows, db_.QueryAll(sql, kMostRows));
    for (std::size_t row = 0; row < rows.rows(); ++row) {
      Counted& slice = SliceAt(rows.column(0), row);
      slice.outcomes += static_cast<std::uint64_t>(rows.column(1).Number(row));
      slice.sum_of_outcomes += rows.column(2).Number(row);
    }
    return Ok();
  }

  std::string NameOf(const std::optional<std::string>& key) const {
    if (!key) return question_.column + " is missing";
    Slice slice{.column = question_.column, .value = *key};
    if (!question_.cuts.empty()) {
      const auto place = static_cast<std::size_t>(std::stoul(*key));
      slice.of_numbers = true;
      if (place > 0) slice.from = question_.cuts[place - 1];
      if (place < question_.cuts.size()) slice.to = question_.cuts[place];
    }
    return slice.Name();
  }

  MeasuredSlice Measured(std::string name, const Counted& counted, const Counted& all) const {
    MeasuredSlice slice;
    slice.slice = std::move(name);
    slice.rows = counted.rows;
    slice.mean_score =
        counted.scores == 0 ? kNan : counted.sum_of_scores / static_cast<double>(counted.scores);
    slice.outcomes = counted.outcomes;
    slice.mean_outcome = counted.outcomes == 0
                             ? kNan
                             : counted.sum_of_outcomes / static_cast<double>(counted.outcomes);
    for (std::size_t i = 0; i < measures_.size(); ++i) {
      const auto& reference =
          measures_[i].reference.empty() ? all.groups[i] : measures_[i].reference;
      const auto& current = counted.groups[i];
      const auto sum = [](const std::vector<std::uint64_t>& counts) {
        std::uint64_t total = 0;
        for (const std::uint64_t count : counts) total += count;
        return total;
      };
      const std::uint64_t n = sum(reference), m = sum(current);
      const double psi = n == 0 || m == 0 ? kNan : data::Psi(reference, current);
      slice.psi.push_back(psi);
      std::size_t groups = 0;
      for (std::size_t g = 0; g < current.size(); ++g) groups += reference[g] + current[g] != 0;
      slice.psi_adjusted.push_back(psi - data::PsiExpectedWithoutDrift(groups, n, m));
    }
    return slice;
  }

  SliceReport Gather() {
    Counted all = Empty();
    std::vector<const std::pair<const std::optional<std::string>, Counted>*> order;
    for (const auto& entry : counted_) {
      all.Add(entry.second);
      order.push_back(&entry);
    }
    std::ranges::stable_sort(order, std::greater<>(),
                             [](const auto* entry) { return entry->second.rows; });
    SliceReport report{.rows = all.rows, .outcomes = all.outcomes, .edges = {}, .slices = {}};
    for (const SliceMeasure& measure : measures_) report.edges.push_back(measure.edges);
    Counted others = Empty();
    const std::size_t most = std::min(question_.most_slices, SliceQuestion::kMostSlices);
    for (std::size_t i = 0; i < order.size(); ++i) {
      if (i < most) {
        report.slices.push_back(Measured(NameOf(order[i]->first), order[i]->second, all));
      } else {
        others.Add(order[i]->second);
      }
    }
    if (others.rows != 0) report.slices.push_back(Measured("(others)", others, all));
    return report;
  }

  DuckDb& db_;
  const SliceQuestion& question_;
  std::vector<SliceMeasure> measures_;
  std::map<std::optional<std::string>, Counted> counted_;
};

}  // namespace

Result<SliceReport> ReportSlices(data::DuckDb& db, const SliceQuestion& question) {
  return Reporter(db, question).Report();
}

}  // namespace mooring::monitoring

// bench_alarms: how often the watch cries wolf on real data, and whether it still sees what moved.
// Flights of 2001 with 25 derived features (flights.h), windows of 1,000 rows, default policy.
//
//   bench_alarms [--source .deps/data/flights-3m.parquet] [--libraries .deps/lib] [--machine TEXT]
//
// Stationary: for each of five seeds all rows are shuffled; the first 20,000 (100,000) are the
// reference, the rest are windows, none of their rows used twice. A dataset alarm is the verdict
// "drift". Beside it the plain rules on the same windows: PSI > 0.2, and p < 0.05, each in more
// than a tenth of the features.
// Planted: two windows with 2 (3) numeric features, other ones each time, moved by half a reference
// deviation. Alerted: a finding about such a feature, or the dataset, is at level
// alert and either certain, or there in both windows.
// In time: the same flights in their own order, for information: a calendar drifts by itself.
// JSON lines; exit code 1 when a bar is missed.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <numeric>
#include <set>
#include <string>
#include <vector>

#include "base/rng.h"
#include "bench/flights.h"
#include "bench/report.h"
#include "monitoring/judge.h"
#include "monitoring/reference_history.h"
#include "monitoring/row_order.h"

namespace mooring::bench {
namespace {

using namespace monitoring;  // NOLINT: a program of its own
using data::Batch;
using data::BatchProfile;

constexpr std::uint64_t kSeed = 1;
constexpr std::size_t kSeeds = 5, kWindow = 1000, kWindowsPerSeed = 400, kPlantsPerSeed = 200;

struct Options {
  FlightsFile file;
  std::string machine;
};

template <typename T>
T OrDie(Result<T> result) {
  if (result.ok()) return std::move(result).value();
  std::fprintf(stderr, "bench_alarms: %s\n", result.error().ToString().c_str());
  std::exit(2);
}

double Percent(std::size_t part, std::size_t of) {
  return of == 0 ? 0 : 100 * static_cast<double>(part) / static_cast<double>(of);
}

std::vector<std::uint32_t> Shuffled(std::size_t rows, std::uint64_t seed) {
  std::vector<std::uint32_t> order(rows);
  std::iota(order.begin(), order.end(), 0U);
  Rng rng(seed);
  for (std::size_t i = rows; i > 1; --i) std::swap(order[i - 1], order[rng.Below(i)]);
  return order;
}

Batch Take(const Batch& rows, std::span<const std::uint32_t> places) {
  Batch taken(rows.shared_schema());
  for (const std::uint32_t place : places) taken.AppendRow(rows, place);
  return taken;
}

// A window of rows against a reference profile, judged as monitoring::Window does.
WindowReport JudgeRows(const std::shared_ptr<const BatchProfile>& reference, const Batch& rows,
                       bool count_runs_for_less = true) {
  BatchProfile window(reference->bins());
  RowOrder order(reference);
  const Status added = window.Add(rows);
  CHECK(added.ok());
  order.Add(rows);
  WindowReport report;
  report.rows = rows.rows();
  const std::vector<double> correlations =
      count_runs_for_less ? order.Correlations(window) : std::vector<double>{};
  Judge(*reference, window, {}, report, correlations);
  return report;
}

struct Tally {
  std::size_t windows = 0, dataset = 0, finding = 0, any_psi = 0, psi_rule = 0, p_rule = 0;

  void Count(const WindowReport& report) {
    constexpr double kShare = 0.1;
    const auto alerts = [](const Finding& f) { return f.level == Level::kAlert; };
    ++windows;
    dataset += report.verdict == WindowVerdict::kDrift ? 1 : 0;
    finding += std::ranges::any_of(report.findings, alerts) ? 1 : 0;
    any_psi += report.psi_share > 0 ? 1 : 0;
    psi_rule += report.psi_share > kShare ? 1 : 0;
    p_rule += report.p_share > kShare ? 1 : 0;
  }
};

class Alarms {
 public:
  explicit Alarms(const Options& options)
      : report_("alarms", options.machine, kSeed), rows_(OrDie(ReadFlights(options.file))) {
    std::fprintf(stderr, "%zu flights, %zu features\n", rows_.rows(), rows_.width());
    CHECK(rows_.width() == kFlightNumbers + kFlightCategories);
  }

  int Run() {
    for (const std::size_t reference : {20'000U, 100'000U}) {
      Stationary(reference);
      for (const std::size_t moved : {2U, 3U}) Planted(reference, moved);
    }
    InTime();
    return report_.missed() == 0 ? 0 : 1;
  }

 private:
  std::shared_ptr<const BatchProfile> Learn(std::span<const std::uint32_t> places) const {
    return std::make_shared<const BatchProfile>(OrDie(data::LearnReference(Take(rows_, places))));
  }

  void Share(const std::string& name, double percent, const std::string& against,
             double beside = 0) {
    report_.Print({name.c_str(), percent, "% of windows", against.c_str(),
                   beside > 0 ? percent / beside : 0, "none", true});
  }

  void Stationary(std::size_t reference_rows) {
    Tally tally;
    for (std::size_t seed = 0; seed < kSeeds; ++seed) {
      const std::vector<std::uint32_t> order = Shuffled(rows_.rows(), kSeed + seed);
      const std::span<const std::uint32_t> places(order);
      const auto reference = Learn(places.first(reference_rows));
      std::size_t at = reference_rows;
      for (std::size_t i = 0; i < kWindowsPerSeed && at + kWindow <= places.size(); ++i) {
        tally.Count(JudgeRows(reference, Take(rows_, places.subspan(at, kWindow))));
        at += kWindow;
      }
    }
    const std::string of = ", " + std::to_string(tally.windows) + " windows against " +
                           std::to_string(reference_rows) + " rows";
    const double dataset = Percent(tally.dataset, tally.windows);
    const double plain = Percent(tally.p_rule, tally.windows);
    report_.Print({("stationary: dataset alarm" + of).c_str(), dataset, "% of windows",
                   "p < 0.05 in > 10 % of features", plain > 0 ? dataset / plain : 0, "<= 1 %",
                   dataset <= 1});
    const double finding = Percent(tally.finding, tally.windows);
    report_.Print({("stationary: any finding at level alert" + of).c_str(), finding, "% of windows",
                   "our own bar", finding / 1, "<= 1 %", finding <= 1});
    Share("stationary: plain rule p < 0.05 in > 10 % of features" + of, plain, "none");
    Share("stationary: plain rule PSI > 0.2 in > 10 % of features" + of,
          Percent(tally.psi_rule, tally.windows), "none");
    Share("stationary: plain PSI > 0.2 in any feature" + of, Percent(tally.any_psi, tally.windows),
          "none");
  }

  // `moved` different numeric columns.
  static std::set<std::size_t> Choose(std::size_t moved, Rng& rng) {
    std::set<std::size_t> chosen;
    while (chosen.size() < moved) chosen.insert(rng.Below(kFlightNumbers));
    return chosen;
  }

  // The rows with the chosen columns moved; numbers of any type are float64 in it.
  static Batch Moved(const Batch& rows, const BatchProfile& reference,
                     const std::set<std::size_t>& chosen) {
    std::vector<data::Field> fields = rows.schema().fields();
    for (const std::size_t i : chosen) fields[i].type = data::Type::kFloat64;
    Batch moved(std::make_shared<const data::Schema>(OrDie(data::Schema::Make(fields))));
    for (std::size_t i = 0; i < rows.width(); ++i) {
      const double by = reference.Deviation(i) / 2;
      for (std::size_t row = 0; row < rows.rows(); ++row) {
        if (!chosen.contains(i)) {
          moved.column(i).AppendFrom(rows.column(i), row);
        } else if (rows.column(i).IsNull(row)) {
          moved.column(i).AppendNull();
        } else {
          moved.column(i).Append(rows.column(i).Number(row) + by);
        }
      }
    }
    moved.SetRows(rows.rows());
    return moved;
  }

  static std::string Cause(const Finding& finding) { return finding.kind + ":" + finding.subject; }

  // Whether what is at level alert in these two windows makes an alert: two of three, or certain.
  static bool Alerted(const WindowReport& before, const WindowReport& now,
                      const std::set<std::string>& wanted) {
    std::set<std::string> pending;
    for (const WindowReport* report : {&before, &now}) {
      for (const Finding& finding : report->findings) {
        if (finding.level != Level::kAlert || !wanted.contains(Cause(finding))) continue;
        if (finding.certain || (report == &now && pending.contains(Cause(finding)))) return true;
        pending.insert(Cause(finding));
      }
    }
    return false;
  }

  void Planted(std::size_t reference_rows, std::size_t moved) {
    std::size_t plants = 0, any = 0, first = 0, dataset = 0, each = 0;
    std::vector<std::size_t> misses(kFlightNumbers);
    for (std::size_t seed = 0; seed < kSeeds; ++seed) {
      const std::vector<std::uint32_t> order = Shuffled(rows_.rows(), kSeed + seed);
      const std::span<const std::uint32_t> places(order);
      const auto reference = Learn(places.first(reference_rows));
      Rng rng(kSeed + seed);
      const std::size_t windows = (places.size() - reference_rows) / kWindow;
      for (std::size_t i = 0; i < kPlantsPerSeed && 2 * i + 1 < windows; ++i) {
        const std::set<std::size_t> chosen = Choose(moved, rng);
        const auto judge = [&](std::size_t window) {
          const std::size_t at = reference_rows + window * kWindow;
          return JudgeRows(reference,
                           Moved(Take(rows_, places.subspan(at, kWindow)), *reference, chosen));
        };
        const WindowReport one = judge(2 * i), two = judge(2 * i + 1);
        std::set<std::string> wanted = {"dataset_drift:"};
        for (const std::size_t column : chosen) {
          const std::string& name = rows_.schema().field(column).name;
          const std::set<std::string> causes = {"feature_drift:" + name, "unseen:" + name};
          const bool seen = Alerted(one, two, causes);
          each += seen ? 1 : 0;
          misses[column] += seen ? 0 : 1;
          wanted.insert(causes.begin(), causes.end());
        }
        ++plants;
        any += Alerted(one, two, wanted) ? 1 : 0;
        first += Alerted(WindowReport(), one, wanted) ? 1 : 0;
        dataset += Alerted(one, two, {"dataset_drift:"}) ? 1 : 0;
      }
    }
    const std::string of = " (" + std::to_string(moved) + " of 25 moved by 0.5 sd, " +
                           std::to_string(plants) + " times, reference " +
                           std::to_string(reference_rows) + ")";
    const double seen = Percent(any, plants);
    report_.Print({("planted: alerted within 2 windows" + of).c_str(), seen, "% of plants", "bar",
                   seen / 99, ">= 99 %", seen >= 99});
    report_.Print({("planted: alerted by the first window" + of).c_str(), Percent(first, plants),
                   "% of plants", "none", 0, "none", true});
    report_.Print({("planted: as a dataset alert" + of).c_str(), Percent(dataset, plants),
                   "% of plants", "none", 0, "none", true});
    report_.Print({("planted: each moved feature named" + of).c_str(),
                   Percent(each, plants * moved), "% of features", "none", 0, "none", true});
    for (std::size_t i = 0; i < kFlightNumbers; ++i) {
      if (misses[i] == 0) continue;
      std::fprintf(stderr, "not named: %s, %zu times\n", rows_.schema().field(i).name.c_str(),
                   misses[i]);
    }
  }

  // The flights in their own order against the first 20,000, or against windows before.
  void InTime() {
    constexpr std::size_t kReference = 20'000;
    std::vector<std::uint32_t> order(rows_.rows());
    std::iota(order.begin(), order.end(), 0U);
    const std::span<const std::uint32_t> places(order);
    const auto reference = Learn(places.first(kReference));
    Tally corrected, plain, previous;
    ReferenceHistory history(records::ReferenceKind::kPrevious, reference);
    for (std::size_t at = kReference; at + kWindow <= places.size(); at += kWindow) {
      const Batch rows = Take(rows_, places.subspan(at, kWindow));
      corrected.Count(JudgeRows(reference, rows));
      plain.Count(JudgeRows(reference, rows, false));
      previous.Count(AgainstPrevious(history, reference, rows));
    }
    const std::string of = ", " + std::to_string(corrected.windows) + " windows";
    Share("in time: dataset alarm against the first 20,000 flights" + of,
          Percent(corrected.dataset, corrected.windows), "none");
    Share("in time: the same, runs of rows counted in full" + of,
          Percent(plain.dataset, plain.windows), "none");
    Share("in time: dataset alarm against the windows before" + of,
          Percent(previous.dataset, previous.windows), "none");
    Share("in time: plain rule p < 0.05 in > 10 % of features" + of,
          Percent(plain.p_rule, plain.windows), "none");
  }

  static WindowReport AgainstPrevious(ReferenceHistory& history,
                                      const std::shared_ptr<const BatchProfile>& training,
                                      const Batch& rows) {
    BatchProfile window(training->bins());
    RowOrder order(training);
    const Status added = window.Add(rows);
    CHECK(added.ok());
    order.Add(rows);
    WindowReport report;
    report.rows = rows.rows();
    Judge(*history.For(Time()).profile, window, {}, report, order.Correlations(window));
    if (report.verdict == WindowVerdict::kOk) history.Accept(window, Time());
    return report;
  }

  Report report_;
  const Batch rows_;
};

int Main(int count, char** words) {
  Options options;
  for (int i = 1; i + 1 < count; i += 2) {
    const std::string flag = words[i];
    if (flag == "--source") options.file.source = words[i + 1];
    if (flag == "--libraries") options.file.libraries = words[i + 1];
    if (flag == "--machine") options.machine = words[i + 1];
  }
  return Alarms(options).Run();
}

}  // namespace
}  // namespace mooring::bench

int main(int argc, char** argv) { return mooring::bench::Main(argc, argv); }

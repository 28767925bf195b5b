// bench_watch: what the watch costs beside serving, what a thousand models take, and a report per
// slice over a hundred million decisions.
//
//   bench_watch [--only cost|scale|slices] [--decisions 100000000] [--directory bench-watch]
//               [--keep true] [--libraries .deps/lib] [--machine TEXT]
//
// Cost: CPU time of this thread, the least of several rounds; 20 numbers and 5 categories, 256
// different rows by turns, which stay as near to the processor as the one batch that the journal's
// reader fills over and over. A decision is everything that the watch does with a block that the
// reader gave it: profile, order of rows, score. Allocations are counted.
// Scale: references and open windows of 1,000 models with 50 features each, resident memory of the
// whole process. Slices: slices_of_lake.h. JSON lines; exit code 1 when a bar is missed.
#include <malloc.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <new>
#include <string>
#include <vector>

#include "base/rng.h"
#include "bench/report.h"
#include "bench/slices_of_lake.h"
#include "data/stats/detectors/e_detector.h"
#include "monitoring/scores.h"
#include "monitoring/window.h"

namespace {
// Every allocation of the program, to show that the hot paths make none.
std::size_t allocations = 0;
}  // namespace

void* operator new(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size)) return memory;
  std::abort();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace mooring::bench {
namespace {

using namespace monitoring;  // NOLINT: a program of its own
using data::Batch;
using data::BatchProfile;
using data::Type;

constexpr std::uint64_t kSeed = 11;
constexpr int kRounds = 15;
constexpr std::size_t kBlocks = 256;

template <typename T>
T OrDie(Result<T> result) {
  if (result.ok()) return std::move(result).value();
  std::fprintf(stderr, "bench_watch: %s\n", result.error().ToString().c_str());
  std::exit(2);
}

void OrDie(const Status& status) {
  if (status.ok()) return;
  std::fprintf(stderr, "bench_watch: %s\n", status.error().ToString().c_str());
  std::exit(2);
}

double CpuNanos() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

struct Measured {
  double nanos = 0;             // a unit of work
  std::size_t allocations = 0;  // in the last round
};

Measured Measure(std::size_t units_a_call, const std::function<void()>& call,
                 std::size_t units_a_round = 2'000'000) {
  const std::size_t calls = std::max<std::size_t>(1, units_a_round / units_a_call);
  Measured least{.nanos = 1e300};
  for (int round = 0; round < kRounds; ++round) {
    const std::size_t before = allocations;
    const double start = CpuNanos();
    for (std::size_t i = 0; i < calls; ++i) call();
    const double nanos = (CpuNanos() - start) / static_cast<double>(calls * units_a_call);
    least.nanos = std::min(least.nanos, nanos);
    least.allocations = allocations - before;
  }
  return least;
}

// `numbers` columns of the four numeric types by turns, and `categories` of `values` values each.
std::shared_ptr<const data::Schema> Features(std::size_t numbers, std::size_t categories,
                                             std::size_t values) {
  constexpr Type kTypes[] = {Type::kFloat32, Type::kFloat64, Type::kInt32, Type::kFloat32};
  std::vector<data::Field> fields;
  for (std::size_t i = 0; i < numbers; ++i) {
    fields.push_back({.name = "number" + std::to_string(i), .type = kTypes[i % 4]});
  }
  for (std::size_t i = 0; i < categories; ++i) {
    std::vector<std::string> names;
    for (std::size_t k = 0; k < values; ++k) names.push_back("value" + std::to_string(k));
    fields.push_back({.name = "category" + std::to_string(i),
                      .type = Type::kCategory,
                      .dictionary = OrDie(data::Dictionary::Make(std::move(names)))});
  }
  return std::make_shared<const data::Schema>(OrDie(data::Schema::Make(std::move(fields))));
}

double DrawNumber(Rng& rng) { return (rng.Uniform() + rng.Uniform() + rng.Uniform()) * 1000; }

// Sums of three uniform numbers; of a hundred values one is missing.
Batch Draw(Rng& rng, const std::shared_ptr<const data::Schema>& schema, std::size_t rows) {
  Batch batch(schema);
  for (std::size_t i = 0; i < batch.width(); ++i) {
    data::Column& column = batch.column(i);
    for (std::size_t row = 0; row < rows; ++row) {
      const double x = DrawNumber(rng);
      if (rng.Below(100) == 0) {
        column.AppendNull();
        continue;
      }
      switch (schema->field(i).type) {
        case Type::kInt32: column.Append(static_cast<std::int32_t>(x)); break;
        case Type::kFloat32: column.Append(static_cast<float>(x)); break;
        case Type::kFloat64: column.Append(x); break;
        default:
          column.AppendText(column.dictionary()->value(rng.Below(column.dictionary()->size())));
      }
    }
  }
  batch.SetRows(rows);
  return batch;
}

// "score", or a probability of each class.
std::shared_ptr<const data::Schema> Outputs(std::size_t classes) {
  std::vector<data::Field> fields;
  for (std::size_t i = 0; i < classes; ++i) {
    fields.push_back({.name = "class" + std::to_string(i), .type = Type::kFloat32});
  }
  if (fields.empty()) fields.push_back({.name = "score", .type = Type::kFloat32});
  return std::make_shared<const data::Schema>(OrDie(data::Schema::Make(std::move(fields))));
}

std::shared_ptr<const records::Binding> BindingOf(const std::string& model,
                                                  std::shared_ptr<const data::Schema> inputs,
                                                  std::size_t classes = 0) {
  auto binding = std::make_shared<records::Binding>();
  binding->model = model;
  binding->version = 1;
  binding->inputs = std::move(inputs);
  binding->outputs = Outputs(classes);
  return binding;
}

// What serving left in the journal: rows and their score.
struct Block {
  Batch inputs, outputs;
  std::vector<records::RowDecision> rows;
  records::ReadDecisions read;
};

void Fill(Block& block, Rng& rng, const std::shared_ptr<const records::Binding>& binding,
          std::size_t rows) {
  block.inputs = Draw(rng, binding->inputs, rows);
  block.outputs = Batch(binding->outputs);
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t k = 0; k < block.outputs.width(); ++k) {
      block.outputs.column(k).Append(static_cast<float>(DrawNumber(rng)));
    }
  }
  block.outputs.SetRows(rows);
  block.rows.resize(rows);
  block.read.binding = binding;
  block.read.inputs = &block.inputs;
  block.read.outputs = &block.outputs;
  block.read.rows = block.rows;
}

// The reference of a version that was registered with training data and scores of it.
std::shared_ptr<const Reference> LearnedFrom(Rng& rng,
                                             const std::shared_ptr<const data::Schema>& inputs,
                                             std::size_t rows, records::MonitorRule rule = {},
                                             std::size_t classes = 0) {
  std::vector<data::Field> fields = inputs->fields();
  Scores scores("class0", records::OutputRule::Task::kMulticlass);
  if (classes != 0) {
    const auto& own = scores.Of(inputs, Batch(Outputs(classes)))->schema().fields();
    fields.insert(fields.end(), own.begin(), own.end() - 1);
  }
  fields.push_back({.name = std::string(kScoreColumn), .type = Type::kFloat32});
  const auto schema =
      std::make_shared<const data::Schema>(OrDie(data::Schema::Make(std::move(fields))));
  auto reference = std::make_shared<Reference>();
  reference->profile =
      std::make_shared<const BatchProfile>(OrDie(data::LearnReference(Draw(rng, schema, rows))));
  reference->rule = std::move(rule);
  reference->score_output = classes == 0 ? "score" : "class0";
  if (classes != 0) reference->task = records::OutputRule::Task::kMulticlass;
  return reference;
}

class Bench {
 public:
  Bench(const std::string& machine) : report_("watch", machine, kSeed) {}
  Report& report() { return report_; }

  void Cost() {
    const auto schema = Features(20, 5, 100);
    for (const std::size_t rows : {1U, 64U}) Profile(schema, rows);
    Detectors();
    for (const std::size_t rows : {1U, 64U}) Decision(schema, rows);
    for (const std::size_t rows : {1U, 64U}) Classes(schema, rows);
    ColdDecision(schema);
  }

  void Scale() {
    constexpr std::size_t kModels = 1000;
    for (const auto kind : {records::ReferenceKind::kTraining, records::ReferenceKind::kPrevious}) {
      ScaleOf(kModels, kind);
    }
  }

 private:
  void Line(const std::string& name, const Measured& measured, double bar, const char* words) {
    const bool pass = measured.nanos <= bar && measured.allocations == 0;
    const std::string full = name + ", " + std::to_string(measured.allocations) + " allocations";
    report_.Print({full.c_str(), measured.nanos, "ns", "bar", measured.nanos / bar, words, pass});
  }

  void Profile(const std::shared_ptr<const data::Schema>& schema, std::size_t rows) {
    Rng rng(kSeed);
    const BatchProfile reference = OrDie(data::LearnReference(Draw(rng, schema, 50'000)));
    std::vector<Batch> batches;
    for (std::size_t i = 0; i < std::max<std::size_t>(1, kBlocks / rows); ++i)
      batches.push_back(Draw(rng, schema, rows));
    BatchProfile window(reference.bins());
    OrDie(window.Add(batches.front()));  // finds the columns once
    std::size_t next = 0;
    const Measured measured = Measure(rows * schema->size(), [&] {
      static_cast<void>(window.Add(batches[next]));
      next = (next + 1) % batches.size();
    });
    Line("profile, a feature value, " + std::to_string(rows) + " rows a block", measured, 15,
         "<= 15 ns, no allocation");
  }

  // As many streams as a model may have, a value each by turns: losses, missing flags, scores.
  void Detectors() {
    constexpr std::size_t kStreams = 25, kValues = 4096;
    Rng rng(kSeed);
    std::vector<double> values;
    for (std::size_t i = 0; i < kValues; ++i) values.push_back(rng.Uniform() < 0.2 ? 1 : 0);
    std::vector<data::BernoulliEDetector> streams;
    for (std::size_t i = 0; i < kStreams; ++i) {
      // So far from an alarm that none stands still.
      streams.push_back(OrDie(data::BernoulliEDetector::Make(
          {.baseline = 0.25, .reference_rows = 5000, .alarm_rows = 1e12, .family = kStreams})));
    }
    std::size_t next = 0, drifts = 0;
    const Measured measured = Measure(kStreams, [&] {
      for (std::size_t i = 0; i < kStreams; ++i) {
        const bool x = values[(next + i * 131) % kValues] != 0;
        drifts += streams[i].Add(x) == data::DetectorState::kDrift ? 1 : 0;
      }
      next = (next + 1) % kValues;
    });
    if (drifts != 0) std::fprintf(stderr, "bench_watch: a detector stood still\n");
    Line("sequential test, a value, 25 streams by turns", measured, 5, "<= 5 ns, no allocation");
  }

  void Decision(const std::shared_ptr<const data::Schema>& schema, std::size_t rows) {
    Rng rng(kSeed);
    Window window(LearnedFrom(rng, schema, 50'000));
    const auto binding = BindingOf("price", schema);
    std::vector<Block> blocks(std::max<std::size_t>(1, kBlocks / rows));
    for (Block& block : blocks) Fill(block, rng, binding, rows);
    OrDie(window.Add(blocks.front().read));
    std::size_t next = 0;
    const auto add = [&] {
      static_cast<void>(window.Add(blocks[next].read));
      next = (next + 1) % blocks.size();
    };
    const std::string of = ", " + std::to_string(rows) + " rows a block";
    Line("decision of 25 features and its score" + of, Measure(rows, add, 200'000), 500,
         "<= 500 ns, no allocation");
    // With every thousandth decision's verdict, which may allocate.
    const Measured all = Measure(
        rows,
        [&] {
          add();
          if (window.Full()) static_cast<void>(window.Close());
        },
        200'000);
    report_.Print({("the same with its share of the verdicts" + of).c_str(), all.nanos, "ns",
                   "none", 0, "none", true});
  }

  // The same with three classes instead of a score: five columns for one.
  void Classes(const std::shared_ptr<const data::Schema>& schema, std::size_t rows) {
    constexpr std::size_t kClasses = 3;
    Rng rng(kSeed);
    Window window(LearnedFrom(rng, schema, 50'000, {}, kClasses));
    const auto binding = BindingOf("price", schema, kClasses);
    std::vector<Block> blocks(std::max<std::size_t>(1, kBlocks / rows));
    for (Block& block : blocks) Fill(block, rng, binding, rows);
    OrDie(window.Add(blocks.front().read));
    std::size_t next = 0;
    const auto add = [&] {
      static_cast<void>(window.Add(blocks[next].read));
      next = (next + 1) % blocks.size();
    };
    Line("decision of 25 features and three classes, " + std::to_string(rows) + " rows a block",
         Measure(rows, add, 200'000), 600, "<= 600 ns, no allocation");
  }

  // Batches that have left the nearest caches meanwhile, as they would if each were another.
  void ColdDecision(const std::shared_ptr<const data::Schema>& schema) {
    Rng rng(kSeed);
    Window window(LearnedFrom(rng, schema, 50'000));
    const auto binding = BindingOf("price", schema);
    std::vector<Block> blocks(16 * kBlocks);
    for (Block& block : blocks) Fill(block, rng, binding, 1);
    std::size_t next = 0;
    const auto add = [&] {
      static_cast<void>(window.Add(blocks[next].read));
      next = (next + 1) % blocks.size();
    };
    report_.Print({"decision of 25 features, 1 row a block, out of 4,096 different batches",
                   Measure(1, add, 200'000).nanos, "ns", "none", 0, "none", true});
  }

  static double ResidentGigabytes() {
    ::malloc_trim(0);
    std::FILE* file = std::fopen("/proc/self/statm", "r");
    unsigned long all = 0, resident = 0;
    const int got = file == nullptr ? 0 : std::fscanf(file, "%lu %lu", &all, &resident);
    if (file != nullptr) std::fclose(file);
    return got == 2 ? static_cast<double>(resident) * static_cast<double>(::sysconf(_SC_PAGESIZE)) /
                          (1 << 30)
                    : 1e9;
  }

  // 40 numbers, 10 categories; references of 2,000 rows, which take as much as any; windows that
  // have been closed until as much is remembered as ever will be, and are half full again.
  void ScaleOf(std::size_t models, records::ReferenceKind kind) {
    const bool previous = kind == records::ReferenceKind::kPrevious;
    const std::size_t windows = previous ? ReferenceHistory::kPrevious + 1 : 1;
    const auto schema = Features(40, 10, 50);
    Rng rng(kSeed);
    Block block;
    Fill(block, rng, BindingOf("model", schema), records::MonitorRule().window_rows / 2);
    std::vector<Window> open;
    for (std::size_t i = 0; i < models; ++i) {
      records::MonitorRule rule;
      rule.reference.kind = kind;
      open.emplace_back(LearnedFrom(rng, schema, 2000, rule));
      for (std::size_t half = 0; half < 2 * windows + 1; ++half) {
        OrDie(open.back().Add(block.read));
        if (open.back().Full()) static_cast<void>(open.back().Close());
      }
    }
    const double gigabytes = ResidentGigabytes();
    const std::string name = std::to_string(models) + " models x 50 features, reference: " +
                             (previous ? "previous" : "training");
    report_.Print(
        {name.c_str(), gigabytes, "GiB resident", "bar", gigabytes, "<= 1 GiB", gigabytes <= 1});
  }

  Report report_;
};

int Main(int count, char** words) {
  std::string only, machine;
  SlicesOptions slices;
  for (int i = 1; i + 1 < count; i += 2) {
    const std::string flag = words[i], value = words[i + 1];
    if (flag == "--only") only = value;
    if (flag == "--machine") machine = value;
    if (flag == "--decisions") slices.decisions = std::stoull(value);
    if (flag == "--directory") slices.directory = value;
    if (flag == "--libraries") slices.libraries = value;
    if (flag == "--keep") slices.keep = value == "true";
  }
  Bench bench(machine);
  // First: what others leave behind in the process must not count.
  if (only.empty() || only == "scale") bench.Scale();
  if (only.empty() || only == "cost") bench.Cost();
  if (only.empty() || only == "slices") OrDie(ReportSlicesOfLake(slices, bench.report()));
  return bench.report().missed() == 0 ? 0 : 1;
}

}  // namespace
}  // namespace mooring::bench

int main(int argc, char** argv) { return mooring::bench::Main(argc, argv); }

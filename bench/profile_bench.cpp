// bench_profile: what the watcher and the journal pay for a value: adding a batch to a window
// profile on frozen bins, comparing it, and encoding and decoding one row. One JSON line a case;
// exit code 1 when a bar is missed. CPU time of this thread, the least of several rounds, so that
// neighbours do not count.
#include <time.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <new>
#include <string>
#include <vector>

#include "base/rng.h"
#include "base/text/json_writer.h"
#include "data/expression/expression.h"
#include "data/stats/distances.h"
#include "data/table/batch_codec.h"

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

using namespace data;  // NOLINT: a program of its own

constexpr std::uint64_t kSeed = 7;
constexpr std::size_t kFeatures = 20;
constexpr int kRounds = 15;

double CpuNanos() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

struct Measured {
  double nanos = 0;             // a unit of work
  std::size_t allocations = 0;  // in the last round
};

Measured Measure(std::size_t units_a_call, const std::function<void()>& call) {
  const std::size_t calls = std::max<std::size_t>(1, 2'000'000 / units_a_call);
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

class Report {
 public:
  explicit Report(std::string machine) : machine_(std::move(machine)) {}
  void Line(std::string_view name, const Measured& measured, double bar) {
    const bool pass = measured.nanos <= bar && measured.allocations == 0;
    std::string text;
    JsonWriter json(text);
    json.BeginObject()
        .Member("bench", "profile")
        .Member("case", name)
        .Member("value", measured.nanos);
    json.Member("unit", "ns").Member("against", bar).Member("ratio", measured.nanos / bar);
    json.Member("bar", "<= " + std::to_string(static_cast<int>(bar)) + " ns, no allocation");
    json.Member("allocations", measured.allocations).Member("pass", pass);
    json.Member("machine", machine_).Member("seed", kSeed).EndObject();
    std::puts(text.c_str());
    missed_ = missed_ || !pass;
  }
  bool missed() const { return missed_; }

 private:
  std::string machine_;
  bool missed_ = false;
};

std::shared_ptr<const Schema> Numbers() {
  std::vector<Field> fields;
  const Type types[] = {Type::kInt32, Type::kFloat32, Type::kFloat64, Type::kFloat32};
  for (std::size_t i = 0; i < kFeatures; ++i) {
    fields.push_back({.name = "f" + std::to_string(i), .type = types[i % 4]});
  }
  return std::make_shared<const Schema>(Schema::Make(std::move(fields)).value());
}

Batch DrawNumbers(Rng& rng, const std::shared_ptr<const Schema>& schema, std::size_t rows) {
  Batch batch(schema);
  for (std::size_t i = 0; i < batch.width(); ++i) {
    for (std::size_t row = 0; row < rows; ++row) {
      const double x = (rng.Uniform() + rng.Uniform() + rng.Uniform()) * 1000;
      switch (schema->field(i).type) {
        case Type::kInt32: batch.column(i).Append(static_cast<std::int32_t>(x)); break;
        case Type::kFloat32: batch.column(i).Append(static_cast<float>(x)); break;
        default: batch.column(i).Append(x);
      }
    }
  }
  batch.SetRows(rows);
  return batch;
}

Batch DrawCategories(Rng& rng, const std::shared_ptr<const Schema>& schema, std::size_t rows) {
  Batch batch(schema);
  for (std::size_t row = 0; row < rows; ++row) {
    batch.column(0).AppendText("airport" + std::to_string(rng.Below(300)));
  }
  batch.SetRows(rows);
  return batch;
}

// Enough different rows that no branch predictor learns them.
void AddCase(Report& report, Rng& rng, std::size_t rows, double bar) {
  const auto schema = Numbers();
  const BatchProfile reference = LearnReference(DrawNumbers(rng, schema, 50'000)).value();
  std::vector<Batch> batches;
  for (std::size_t i = 0; i < std::max<std::size_t>(1, 4096 / rows); ++i) {
    batches.push_back(DrawNumbers(rng, schema, rows));
  }
  BatchProfile window(reference.bins());
  static_cast<void>(window.Add(batches.front()));  // finds the columns once
  std::size_t next = 0;
  const Measured measured = Measure(rows * kFeatures, [&] {
    static_cast<void>(window.Add(batches[next]));
    next = (next + 1) % batches.size();
  });
  report.Line("add, numeric value, " + std::to_string(rows) + " rows a batch", measured, bar);
}

void AddCategories(Report& report, Rng& rng) {
  std::vector<std::string> values;
  for (int i = 0; i < 300; ++i) values.push_back("airport" + std::to_string(i));
  const auto schema = std::make_shared<const Schema>(
      Schema::Make(
          {{.name = "c", .type = Type::kCategory, .dictionary = Dictionary::Make(values).value()}})
          .value());
  const Batch batch = DrawCategories(rng, schema, 4096);
  BatchProfile window(LearnReference(batch)->bins());
  static_cast<void>(window.Add(batch));
  report.Line("add, category value, 4096 rows a batch",
              Measure(batch.rows(), [&] { static_cast<void>(window.Add(batch)); }), 15);
}

void CompareCase(Report& report, Rng& rng) {
  const auto schema = Numbers();
  const BatchProfile reference = LearnReference(DrawNumbers(rng, schema, 50'000)).value();
  BatchProfile window(reference.bins());
  static_cast<void>(window.Add(DrawNumbers(rng, schema, 1000)));
  double sum = 0;
  const Measured measured = Measure(kFeatures, [&] {
    for (std::size_t i = 0; i < kFeatures; ++i) sum += Compare(reference, window, i).psi;
  });
  if (sum < 0) std::puts("");  // keeps the work
  report.Line("compare, a feature: PSI, JS, KS, Wasserstein", measured, 10'000);
}

void CodecCases(Report& report, Rng& rng) {
  const auto schema = Numbers();
  const Batch row = DrawNumbers(rng, schema, 1);
  std::string bytes;
  bytes.reserve(1024);
  report.Line("encode, a row of 20 features",
              Measure(1,
                      [&] {
                        bytes.clear();
                        EncodeRows(row, bytes);
                      }),
              100);
  Batch back(schema);
  static_cast<void>(DecodeRows(AsBytes(bytes), back));
  report.Line("decode, a row of 20 features",
              Measure(1,
                      [&] {
                        back.Clear();
                        static_cast<void>(DecodeRows(AsBytes(bytes), back));
                      }),
              150);
}

void ExpressionCase(Report& report, Rng& rng) {
  const auto schema = Numbers();
  const Batch row = DrawNumbers(rng, schema, 1);
  const Expression price = Expression::Compile("120 * f2 * 1.3", *schema).value();
  std::int64_t sum = 0;
  report.Line("expression, money of a row",
              Measure(1,
                      [&] {
                        const auto money = price.EvaluateMoney(row, 0);
                        sum += money.ok() && money->has_value() ? **money : 0;
                      }),
              1000);
  if (sum == 1) std::puts("");
}

int Main(int argc, char** argv) {
  std::string machine;
  for (int i = 1; i + 1 < argc; i += 2) {
    if (std::string_view(argv[i]) == "--machine") machine = argv[i + 1];
  }
  Report report(machine);
  Rng rng(kSeed);
  for (const std::size_t rows : {1U, 64U, 4096U}) AddCase(report, rng, rows, 15);
  AddCategories(report, rng);
  CompareCase(report, rng);
  CodecCases(report, rng);
  ExpressionCase(report, rng);
  return report.missed() ? 1 : 0;
}

}  // namespace
}  // namespace mooring::bench

int main(int argc, char** argv) { return mooring::bench::Main(argc, argv); }

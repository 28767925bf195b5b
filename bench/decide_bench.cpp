// bench_decide: nanoseconds of each stage of a decision without HTTP: 20 inputs, 100 trees of depth
// 6, a contract with a range on each input. One JSON line a row; exit code 1 when a bar is missed.
//
//   bench_decide [milliseconds a case, 300]
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/rng.h"
#include "model/format.h"
#include "model/training.h"
#include "serving/decide.h"
#include "serving/decision_policy.h"
#include "serving/row_builder.h"
#include "serving/snapshot_cell.h"
#include "serving/validation.h"

namespace mooring::bench {
namespace {

constexpr std::size_t kInputs = 20;
constexpr std::uint64_t kSeed = 20011;
int case_ms = 300;
bool all_passed = true;

// Takes everything, keeps nothing: the path's own cost. The journal has its own bench.
class NoJournal final : public records::Journal {
 public:
  Result<DecisionId> Append(const records::DecisionBlock& block,
                            records::CommitWaiter* waiter) override {
    bytes_ += block.rows.size();
    waiter->Committed(Ok());
    return DecisionId{1, 1, ++next_};
  }
  Status Append(const records::Refusal&, records::CommitWaiter*) override { return Ok(); }
  Status Append(std::span<const records::Outcome>, records::CommitWaiter*) override { return Ok(); }
  Status Append(const records::BudgetChange&, records::CommitWaiter*) override { return Ok(); }
  void CommitNow() override {}
  records::JournalPosition Durable() const override { return {}; }
  bool WaitBeyond(records::JournalPosition, std::chrono::milliseconds, std::stop_token) override {
    return false;
  }
  Status Read(DecisionId, records::JournalVisitor&) override { return Ok(); }
  records::JournalStats Stats() const override { return {}; }
  const records::RecoveryReport& Recovery() const override { return recovery_; }
  Result<std::size_t> DropBefore(Time) override { return std::size_t{0}; }

 private:
  std::uint64_t bytes_ = 0;
  std::uint32_t next_ = 0;
  records::RecoveryReport recovery_;
};

std::string NameOf(std::size_t input) { return "input_" + std::to_string(input); }

std::shared_ptr<const serving::ServedVersion> MakeVersion() {
  std::vector<data::Field> fields;
  records::Contract contract;
  contract.model = "bench";
  contract.hash = "bench";
  contract.output.name = "score";
  contract.output.min = 0;
  contract.output.max = 1;
  for (std::size_t i = 0; i < kInputs; ++i) {
    fields.push_back({NameOf(i), data::Type::kFloat32, true, nullptr});
    records::InputRule rule;
    rule.name = NameOf(i);
    rule.type = i % 4 == 0 ? data::Type::kInt32 : data::Type::kFloat64;
    rule.min = -1000;
    rule.max = 1000;
    contract.inputs.push_back(rule);
  }
  Rng rng(kSeed);
  data::Batch rows(std::make_shared<const data::Schema>(
      data::Schema::Make(std::move(fields)).value()));
  std::vector<float> labels;
  for (int row = 0; row < 4000; ++row) {
    double sum = 0;
    for (std::size_t i = 0; i < kInputs; ++i) {
      const double value = rng.Uniform() * 20 - 10;
      rows.column(i).Append(static_cast<float>(value));
      sum += value * static_cast<double>(i % 3);
    }
    labels.push_back(sum + rng.Uniform() * 10 > 5 ? 1.0F : 0.0F);
  }
  rows.SetRows(labels.size());
  const std::string trained = model::Train({.rounds = 100, .depth = 6}, rows, labels).value();
  const model::Artifact artifact({{"model.ubj", AsBytes(trained)}}, nullptr);
  auto flat = std::make_shared<const std::string>(model::Compile(artifact).value());
  serving::VersionParts parts;
  parts.model = "bench";
  parts.number = 1;
  parts.contract = std::make_shared<const records::Contract>(std::move(contract));
  parts.predictor = model::Load(AsBytes(*flat), flat, {}).value();
  return serving::AssembleVersion(std::move(parts)).value();
}

// Runs `body` for case_ms five times; the median of nanoseconds a call.
template <typename Body>
double NanosOf(Body body) {
  std::vector<double> runs;
  for (int run = 0; run < 5; ++run) {
    const Nanos begin = SystemClock().Monotonic();
    const Nanos end = begin + Nanos(std::int64_t{case_ms} * 200'000);
    std::uint64_t calls = 0;
    Nanos now = begin;
    while (now < end) {
      for (int i = 0; i < 256; ++i) body();
      calls += 256;
      now = SystemClock().Monotonic();
    }
    runs.push_back(static_cast<double>((now - begin).count()) / static_cast<double>(calls));
  }
  std::sort(runs.begin(), runs.end());
  return runs[2];
}

void Print(const char* name, double value, double bar) {
  const bool passed = bar == 0 || value <= bar;
  all_passed = all_passed && passed;
  char text[64] = "";
  if (bar != 0) std::snprintf(text, sizeof text, "<= %.0f ns", bar);
  std::printf("{\"bench\":\"decide\",\"case\":\"%s\",\"value\":%.1f,\"unit\":\"ns\","
              "\"against\":\"\",\"ratio\":null,\"bar\":\"%s\",\"pass\":%s,"
              "\"machine\":\"\",\"seed\":%llu}\n",
              name, value, text, bar == 0 ? "null" : passed ? "true" : "false",
              static_cast<unsigned long long>(kSeed));
  std::fflush(stdout);
}

class Bench {
 public:
  void Run() {
    Print("read the snapshot", NanosOf([this] { used_ += cell_.Current()->revision; }), 20);
    const double build = NanosOf([this] { used_ += Build().rows.rows(); });
    Print("build a row, a cell", build / kInputs, 15);
    const serving::DecisionRequest request = Build();
    Print("validate", NanosOf([&] {
            found_.Clear();
            served_->shape->Validate(request.rows, serving::Coercion::kStrict, found_);
          }), 15.0 * kInputs);
    Print("convert to the model", NanosOf([&] {
            scratch_.Clear();
            used_ += served_->shape->ToModel(request.rows, scratch_).rows();
          }), 15.0 * kInputs);
    Print("predict", NanosOf([&] {
            used_ += served_->predictor->Predict(scratch_, outputs_).ok() ? 1 : 0;
          }), 0);
    Print("limit", NanosOf([&] {
            used_ += served_->policy->Judge(0.5, request.rows, 0).reason;
          }), 0);
    Print("whole decision, journal that keeps nothing", NanosOf([this] { Decide({}); }), 3000);
    Print("whole decision, no journal", NanosOf([this] { Decide({.journal = false}); }), 0);
    Print("whole decision, no validation, no journal",
          NanosOf([this] { Decide({.validate = false, .journal = false}); }), 0);
  }

 private:
  serving::DecisionRequest Build() {
    serving::RowBuilder builder(served_, serving::Coercion::kStrict);
    builder.BeginRow();
    for (std::size_t i = 0; i < kInputs; ++i) {
      const std::size_t column = builder.FindColumn(names_[i]);
      if (i % 4 == 0) {
        builder.SetInteger(column, static_cast<std::int64_t>(i));
      } else {
        builder.SetNumber(column, 0.25 * static_cast<double>(i));
      }
    }
    builder.EndRow();
    serving::DecisionRequest request;
    builder.Finish(request);
    return request;
  }
  void Decide(serving::Safety safety) {
    auto& decider = deciders_[(safety.validate ? 2U : 0U) + (safety.journal ? 1U : 0U)];
    if (decider == nullptr) {
      serving::Decider::Options options;
      options.clock = &SystemClock();
      options.journal = &journal_;
      options.snapshot = [this] { return cell_.Current(); };
      options.safety = safety;
      decider = serving::Decider::Make(std::move(options)).value();
    }
    served_ = decider->Resolve("bench", 0).value();
    decider->Decide(Build(), [this](const serving::DecisionAnswer& answer) {
      used_ += answer.status.ok() ? answer.rows.size() : 0;
    });
  }
  static std::vector<std::string> Names() {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < kInputs; ++i) names.push_back(NameOf(i));
    return names;
  }

  std::shared_ptr<const serving::ServedVersion> served_ = MakeVersion();
  const std::vector<std::string> names_ = Names();
  serving::SnapshotCell cell_ = {};
  NoJournal journal_;
  serving::Validated found_;
  data::Batch scratch_ = data::Batch(served_->predictor->signature().inputs);
  data::Batch outputs_ = data::Batch(served_->predictor->signature().output_columns);
  std::unique_ptr<serving::Decider> deciders_[4];
  std::uint64_t used_ = 0;  // results are used, so that nothing is left out

 public:
  void Publish() {
    auto snapshot = std::make_shared<serving::Snapshot>();
    snapshot->models["bench"].champion = served_;
    cell_.Publish(std::move(snapshot));
  }
};

}  // namespace
}  // namespace mooring::bench

int main(int argc, char** argv) {
  if (argc > 1) mooring::bench::case_ms = std::max(1, std::atoi(argv[1]));
  mooring::bench::Bench bench;
  bench.Publish();
  bench.Run();
  return mooring::bench::all_passed ? 0 : 1;
}

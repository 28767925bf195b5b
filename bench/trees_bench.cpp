// bench_trees: our tree evaluator beside ONNX Runtime and libxgboost, on the same models and rows,
// in the same run, one thread: one row and 1,024 rows; 100 trees of depth 6 and 500 of depth 8.
//
//   bench_trees [--libraries DIR]
//
// Models are trained here by libxgboost. Prints rows of JSON; exit code 1 when a bar is missed.
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include <unistd.h>

#include "base/clock.h"
#include "base/rng.h"
#include "model/format.h"
#include "model/formats/xgboost_model.h"
#include "model/testing/onnx_text.h"
#include "model/training.h"
#include "model/xgboost_library.h"

namespace mooring::bench {
namespace {

constexpr std::uint64_t kSeed = 11;
constexpr std::size_t kColumns = 20, kTrainingRows = 4000, kBatchRows = 1024;

struct Row {
  std::string name;
  double value = 0;
  std::string against;
  double ratio = 0, bar = 0;  // ours / theirs, and what it may be
};

bool Print(const Row& row) {
  char machine[128] = "";
  ::gethostname(machine, sizeof(machine) - 1);
  const bool pass = row.bar == 0 || row.ratio <= row.bar;
  std::printf("{\"bench\": \"trees\", \"case\": \"%s\", \"value\": %.4f, \"unit\": \"us/row\", "
              "\"against\": \"%s\", \"ratio\": %.4f, \"bar\": %.4f, \"pass\": %s, "
              "\"machine\": \"%s\", \"seed\": %llu}\n",
              row.name.c_str(), row.value, row.against.c_str(), row.ratio, row.bar,
              pass ? "true" : "false", machine, static_cast<unsigned long long>(kSeed));
  std::fflush(stdout);
  return pass;
}

data::Batch MakeRows(std::size_t rows, std::vector<float>* labels, std::vector<float>* flat) {
  std::vector<data::Field> fields;
  for (std::size_t i = 0; i < kColumns; ++i) {
    fields.push_back({"f" + std::to_string(i), data::Type::kFloat32, true, nullptr});
  }
  auto schema = data::Schema::Make(std::move(fields));
  data::Batch batch(std::make_shared<const data::Schema>(std::move(schema).value()));
  Rng rng(kSeed + rows);
  for (std::size_t row = 0; row < rows; ++row) {
    double signal = 0;
    for (std::size_t i = 0; i < kColumns; ++i) {
      const auto value = static_cast<float>(rng.Uniform() * 2 - 1);
      signal += value * (i % 3 == 0 ? 1.0 : -0.5);
      batch.column(i).Append(value);
      if (flat != nullptr) flat->push_back(value);
    }
    if (labels != nullptr) labels->push_back(signal + rng.Uniform() * 4 - 2 > 0 ? 1.0F : 0.0F);
  }
  batch.SetRows(rows);
  return batch;
}

// The median of several timings of `calls` calls each, in microseconds a call.
double Time(int calls, const std::function<void()>& call) {
  for (int i = 0; i < calls / 4 + 1; ++i) call();
  std::vector<double> times;
  for (int repeat = 0; repeat < 9; ++repeat) {
    const auto begin = std::chrono::steady_clock::now();
    for (int i = 0; i < calls; ++i) call();
    const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - begin;
    times.push_back(took.count() / calls);
  }
  std::ranges::nth_element(times, times.begin() + 4);
  return times[4];
}

Result<std::unique_ptr<model::Predictor>> Prepare(std::string bytes,
    const model::LoadOptions& options) {
  auto owner = std::make_shared<const std::string>(std::move(bytes));
  const model::Artifact artifact({{"model", AsBytes(*owner)}}, owner);
  ASSIGN_OR_RETURN(std::string flat, model::Compile(artifact));
  auto kept = std::make_shared<const std::string>(std::move(flat));
  return model::Load(AsBytes(*kept), kept, options);
}

// The same batches in turns: rows that come one at a time are not the same row again, which a
// branch predictor would learn by heart.
double TimePredictor(const model::Predictor& predictor, const std::vector<data::Batch>& turns,
                     int calls) {
  data::Batch predictions(predictor.signature().output_columns);
  std::size_t next = 0;
  return Time(calls,
              [&] {
                CHECK(predictor.Predict(turns[next], predictions).ok());
                next = (next + 1) % turns.size();
              }) /
         static_cast<double>(turns.front().rows());
}

// XGBoosterPredictFromDense, the library's own path for serving.
class Peer {
 public:
  static Result<Peer> Make(const model::XgboostLibrary& library, const std::string& bytes) {
    ASSIGN_OR_RETURN(model::XgboostHandle booster, model::MakeBooster(library, nullptr));
    RETURN_IF_ERROR(library.Check(library.booster_load(booster.get(), bytes.data(), bytes.size()),
        "load"));
    RETURN_IF_ERROR(library.Check(library.booster_set_param(booster.get(), "nthread", "1"),
        "nthread"));
    model::XgboostLibrary::Handle proxy = nullptr;
    RETURN_IF_ERROR(library.Check(library.proxy_create(&proxy), "proxy"));
    return Peer(library, std::move(booster), model::XgboostHandle(proxy, library.matrix_free));
  }

  // The predictions live until the next call.
  const float* Predict(const float* values, std::size_t rows) const {
    char array[256];
    std::snprintf(array, sizeof(array),
                  "{\"data\": [%zu, true], \"shape\": [%zu, %zu], \"typestr\": \"<f4\", "
                  "\"version\": 3}",
                  reinterpret_cast<std::size_t>(values), rows, kColumns);
    constexpr const char* kConfig =
        "{\"type\": 0, \"iteration_begin\": 0, \"iteration_end\": 0, \"strict_shape\": false, "
        "\"training\": false, \"missing\": NaN, \"cache_id\": 0}";
    const model::XgboostLibrary::Length* shape = nullptr;
    model::XgboostLibrary::Length dimensions = 0;
    const float* out = nullptr;
    CHECK(library_->booster_predict_dense(booster_.get(), array, kConfig, proxy_.get(), &shape,
                                          &dimensions, &out) == 0);
    return out;
  }

 private:
  Peer(const model::XgboostLibrary& library, model::XgboostHandle booster,
      model::XgboostHandle proxy)
      : library_(&library), booster_(std::move(booster)), proxy_(std::move(proxy)) {}
  const model::XgboostLibrary* library_;
  model::XgboostHandle booster_, proxy_;
};

bool CompareOne(const std::string& name, const model::Predictor& ours, const Peer& peer,
                const model::Predictor* onnx, std::size_t rows) {
  std::vector<float> flat;
  const data::Batch batch = MakeRows(kBatchRows, nullptr, &flat);
  std::vector<data::Batch> turns(kBatchRows / rows, data::Batch(batch.shared_schema()));
  for (std::size_t row = 0; row < kBatchRows; ++row) turns[row / rows].AppendRow(batch, row);
  const int calls = rows == 1 ? 20'000 : 20;
  const double mine = TimePredictor(ours, turns, calls);
  std::size_t next = 0;
  const auto call_peer = [&] {
    peer.Predict(flat.data() + next * rows * kColumns, rows);
    next = (next + 1) % turns.size();
  };
  const double library = Time(std::max(calls / 10, 5), call_peer) / static_cast<double>(rows);
  bool pass = Print({name, mine, "libxgboost", mine / library, rows == 1 ? 0.1 : 1.0});
  if (onnx != nullptr) {
    const double theirs = TimePredictor(*onnx, turns, std::max(calls / 10, 5));
    pass &= Print({name, mine, "ONNX Runtime", mine / theirs, rows == 1 ? 0.25 : 0.0});
  }
  data::Batch predictions(ours.signature().output_columns);
  CHECK(ours.Predict(batch, predictions).ok());
  const float* wanted = peer.Predict(flat.data(), kBatchRows);
  const auto given = predictions.column(0).Values<float>();
  const bool equal = std::memcmp(wanted, given.data(), kBatchRows * sizeof(float)) == 0;
  if (!equal) std::fprintf(stderr, "%s: predictions differ from libxgboost's\n", name.c_str());
  return pass && equal;
}

Result<bool> Run(const std::string& name, int trees, int depth, const model::LoadOptions& options) {
  std::vector<float> labels;
  const data::Batch training = MakeRows(kTrainingRows, &labels, nullptr);
  ASSIGN_OR_RETURN(const model::XgboostLibrary* library,
                   model::XgboostLibrary::Open(options.library_directory));
  ASSIGN_OR_RETURN(const std::string bytes,
                   model::Train({.rounds = trees, .depth = depth, .seed = kSeed,
                                 .parameters = {{"min_child_weight", "0.01"}}}, training, labels));
  ASSIGN_OR_RETURN(const auto ours, Prepare(bytes, options));
  ASSIGN_OR_RETURN(const Peer peer, Peer::Make(*library, bytes));
  ASSIGN_OR_RETURN(const model::Document document, model::ReadXgboostDocument(AsBytes(bytes)));
  ASSIGN_OR_RETURN(const model::Ensemble ensemble, model::ReadXgboostModel(document, {}));
  auto onnx = Prepare(model::testing::OnnxTrees(ensemble), options);
  if (!onnx.ok()) std::fprintf(stderr, "%s\n", onnx.error().ToString().c_str());
  const model::Predictor* runtime = onnx.ok() ? onnx->get() : nullptr;
  const bool one = CompareOne(name + ", 1 row", *ours, peer, runtime, 1);
  const bool many = CompareOne(name + ", 1024 rows", *ours, peer, runtime, kBatchRows);
  return one && many && onnx.ok();
}

int Main(int count, char** arguments) {
  model::LoadOptions options{.library_directory = ".deps/lib"};
  if (count == 3 && std::string_view(arguments[1]) == "--libraries") {
    options.library_directory = arguments[2];
  } else if (count != 1) {
    std::fprintf(stderr, "usage: bench_trees [--libraries DIR]\n");
    return 2;
  }
  bool pass = true;
  struct Size {
    const char* name;
    int trees, depth;
  };
  for (const Size& size : {Size{"100 trees d6", 100, 6}, Size{"500 trees d8", 500, 8}}) {
    auto ran = Run(size.name, size.trees, size.depth, options);
    if (!ran.ok()) std::fprintf(stderr, "%s\n", ran.error().ToString().c_str());
    pass &= ran.ok() && *ran;
  }
  return pass ? 0 : 1;
}

}  // namespace
}  // namespace mooring::bench

int main(int count, char** arguments) { return mooring::bench::Main(count, arguments); }

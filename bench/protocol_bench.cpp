// bench_protocol: what our own code costs a request of 20 features beside kernel, model and
// journal: reading the body into typed rows, writing the answer, and the whole handler from bytes
// to answer with the journal switched off. One JSON line a case; exit code 1 when a bar is missed.
// CPU time of this thread, the least of several rounds, so that neighbours do not count.
#include <time.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>

#include "api/api.h"
#include "api/http/request_parser.h"
#include "api/json/pull.h"
#include "api/open_inference/tensor_rows.h"
#include "base/rng.h"
#include "base/text/json_writer.h"
#include "serving/row_builder.h"
#include "serving/served_for_tests.h"

namespace mooring::bench {
namespace {

constexpr std::size_t kFeatures = 20;
constexpr int kRounds = 15, kCalls = 20'000;
constexpr std::uint64_t kSeed = 7;

double CpuNanos() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

double Measure(const std::function<void()>& call) {
  double least = 1e300;
  for (int round = 0; round < kRounds; ++round) {
    const double start = CpuNanos();
    for (int i = 0; i < kCalls; ++i) call();
    least = std::min(least, (CpuNanos() - start) / kCalls);
  }
  return least;
}

bool Report(std::string_view name, double nanos, double bar) {
  std::string text;
  JsonWriter json(text);
  json.BeginObject().Member("bench", "protocol").Member("case", name).Member("value", nanos);
  json.Member("unit", "ns").Member("against", bar).Member("ratio", nanos / bar);
  json.Member("pass", nanos <= bar).Member("seed", kSeed).EndObject();
  std::puts(text.c_str());
  return nanos <= bar;
}

// Bodies of one row with 20 numbers of up to six digits.
struct Bodies {
  std::string native, tensors, matrix;
};

Bodies DrawBodies() {
  Rng rng(kSeed);
  std::string features, tensors, values;
  for (std::size_t i = 0; i < kFeatures; ++i) {
    const std::string comma = i == 0 ? "" : ",", name = "f" + std::to_string(i);
    std::string value = std::to_string(rng.Uniform() * 100);
    value.resize(7);
    features += comma + "\"" + name + "\":" + value;
    tensors += comma + R"({"name":")" + name + R"(","shape":[1],"datatype":"FP64","data":[)" +
               value + "]}";
    values += comma + value;
  }
  return {R"({"inputs":{)" + features + "}}", R"({"inputs":[)" + tensors + "]}",
          R"({"inputs":[{"name":"x","shape":[1,20],"datatype":"FP64","data":[)" + values + "]}]}"};
}

class Sink final : public api::Responder {
 public:
  api::Response answer;
  void Answer(api::Response response) override { answer = std::move(response); }
};

std::shared_ptr<const serving::ServedVersion> MakeServed() {
  std::vector<std::string> names;
  std::vector<records::InputRule> rules;
  for (std::size_t i = 0; i < kFeatures; ++i) {
    names.push_back("f" + std::to_string(i));
    rules.push_back(serving::testing::Input(names.back(), data::Type::kFloat64));
    rules.back().min = -1000;
    rules.back().max = 1000;
  }
  auto predictor =
      std::make_shared<serving::testing::AddingPredictor>(serving::testing::FloatInputs(names));
  return serving::testing::Serve(serving::testing::ContractOf(std::move(rules)), predictor).value();
}

api::Handler MakeHandler(const std::shared_ptr<const serving::ServedVersion>& served,
                         std::unique_ptr<serving::Decider>& decider) {
  auto snapshot = std::make_shared<serving::Snapshot>();
  snapshot->models["m"].name = "m";
  snapshot->models["m"].champion = served;
  snapshot->models["m"].versions[1] = served;
  const auto current = [snapshot]() -> std::shared_ptr<const serving::Snapshot> {
    return snapshot;
  };
  serving::Decider::Options options;
  options.clock = &SystemClock();
  options.snapshot = current;
  options.safety.journal = false;
  decider = serving::Decider::Make(std::move(options)).value();
  api::Dependencies use;
  use.decider = decider.get();
  use.snapshot = current;
  use.clock = &SystemClock();
  return api::MakeHandler(std::move(use));
}

// From the bytes of a request to the bytes of its answer's body.
double MeasureWhole(const api::Handler& handler, const std::string& target,
                    const std::string& body) {
  const api::CallerRules rules("127.0.0.1", {});
  const auto sink = std::make_shared<Sink>();
  api::RequestParser parser({}, rules);
  api::Message message;
  const std::string bytes = "POST " + target +
                            " HTTP/1.1\r\nHost: localhost:8080\r\nUser-Agent: load\r\n" +
                            "Accept: */*\r\nContent-Type: application/json\r\nContent-Length: " +
                            std::to_string(body.size()) + "\r\n\r\n" + body;
  return Measure([&] {
    message.Clear();
    parser.Begin(message);
    std::string_view rest = bytes;
    while (!rest.empty()) rest.remove_prefix(parser.Feed(rest));
    handler(message.request, sink);
  });
}

int Run() {
  const Bodies bodies = DrawBodies();
  const auto served = MakeServed();
  bool pass = true;
  pass &= Report("native body of 255 bytes, checked", Measure([&] {
                   api::JsonPull json(bodies.native);
                   json.Skip();
                 }),
                 500);
  const auto rows = [&](const std::string& body) {
    return Measure([&] {
      serving::RowBuilder builder(served, serving::Coercion::kStrict);
      const auto read = api::open_inference::ReadInferBody(body, builder);
      if (!read.ok()) std::abort();
    });
  };
  pass &= Report("Open Inference, one tensor, to typed rows", rows(bodies.matrix), 1000);
  pass &= Report("Open Inference, 20 tensors, to typed rows", rows(bodies.tensors), 2500);
  std::unique_ptr<serving::Decider> decider;
  const api::Handler handler = MakeHandler(served, decider);
  pass &= Report("native, bytes to answer, no journal",
                 MeasureWhole(handler, "/api/v1/models/m/decide", bodies.native), 4000);
  pass &= Report("Open Inference one tensor, bytes to answer, no journal",
                 MeasureWhole(handler, "/v2/models/m/infer", bodies.matrix), 4000);
  return pass ? 0 : 1;
}

}  // namespace
}  // namespace mooring::bench

int main() { return mooring::bench::Run(); }

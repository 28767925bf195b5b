#include "api/decision/gate.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <new>

#include "api/api_fixture.h"
#include "base/io/simulated_file_system.h"
#include "serving/kill_switch.h"
#include "serving/served_for_tests.h"

namespace {
thread_local std::size_t allocations = 0;
}  // namespace

// Counted in the whole program, so that a test can say what an answer costs. Not inlined: a
// compiler that sees half of a pair takes it for a mismatch.
[[gnu::noinline]] void* operator new(std::size_t size) {
  ++allocations;
  if (void* const memory = std::malloc(size == 0 ? 1 : size)) return memory;
  std::abort();
}
[[gnu::noinline]] void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  ++allocations;
  return std::malloc(size == 0 ? 1 : size);
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace mooring::api {
namespace {

using records::KillScope;

// Answers of versions 1 to 9 of model "m" to a caller with a long name.
struct GateTest : ::testing::Test {
  GateTest() {
    CHECK(files.MakeDirectories("data").ok());
    serving::KillSwitch::Options options;
    options.files = &files;
    options.clock = &clock;
    options.list_file = "data/kills.json";
    kills.emplace(std::move(options));
    kills->Open();
    call.api = std::make_shared<Api>();
    call.api->use.kills = &*kills;
    call.principal = std::make_shared<const records::Principal>(
        "a-caller-with-a-name-of-some-length", std::span<const records::Grant>());
    answer.served =
        serving::testing::Serve(
            serving::testing::ContractOf({serving::testing::Input("x", data::Type::kFloat64)}),
            std::make_shared<serving::testing::AddingPredictor>(
                serving::testing::FloatInputs({"x"})))
            .value();
    answer.kill_epoch = kills->epoch();
  }
  void Kill(const KillScope& scope) {
    kills->Throw(scope, {"anna"}, "", [](const Result<records::Kill>& kill) { CHECK(kill.ok()); });
  }

  SimulatedFileSystem files;
  SimulatedClock clock;
  std::optional<serving::KillSwitch> kills;
  Call call;
  serving::DecisionAnswer answer;
};

TEST_F(GateTest, NoneWhereNoValueIsAModels) {
  EXPECT_EQ(GateOf(call, answer), nullptr);
  answer.sources = {1};
  EXPECT_NE(GateOf(call, answer), nullptr);
  call.api->use.kills = nullptr;
  EXPECT_EQ(GateOf(call, answer), nullptr);
}

TEST_F(GateTest, StopsAnswersOfEachOfItsVersions) {
  for (const std::vector<VersionNumber>& sources :
       {std::vector<VersionNumber>{2}, {1, 2, 3}, {9, 8, 7, 2}, {9, 8, 7, 6, 5, 4, 3, 2}}) {
    answer.sources = sources;
    answer.kill_epoch = kills->epoch();
    const auto gate = GateOf(call, answer);
    EXPECT_TRUE(gate->MayLeave());
    Kill({KillScope::Kind::kVersion, "m", 10});
    EXPECT_TRUE(gate->MayLeave()) << "another version";
    Kill({KillScope::Kind::kVersion, "m", 2});
    EXPECT_FALSE(gate->MayLeave()) << sources.size();
    EXPECT_EQ(gate->Instead().status, 503);
    for (const records::Kill& kill : kills->List()) ASSERT_TRUE(kills->Release(kill.id).ok());
  }
}

TEST_F(GateTest, StopsAnswersToTheCallerWhoAsked) {
  answer.sources = {1};
  const auto gate = GateOf(call, answer);
  Kill({KillScope::Kind::kCaller, "", 0, "", "somebody-else"});
  EXPECT_TRUE(gate->MayLeave());
  Kill({KillScope::Kind::kCaller, "", 0, "", call.caller()});
  EXPECT_FALSE(gate->MayLeave());
}

TEST_F(GateTest, CostsOneAllocation) {
  answer.sources = {1, 2, 3, 4};
  const std::size_t before = allocations;
  const auto gate = GateOf(call, answer);
  EXPECT_EQ(allocations - before, 1U);
  EXPECT_TRUE(gate->MayLeave());
  EXPECT_EQ(allocations - before, 1U) << "asking allocates nothing";
}

std::string HeaderOf(const testing::Answered& answer, std::string_view name) {
  for (const auto& [key, value] : answer.headers) {
    if (key == name) return value;
  }
  return "-";
}

// Amounts are euros and at most 20; a score beyond 200 is none of the model's to give.
void Serve(testing::TestApi& api, std::vector<records::FallbackStep> fallback) {
  records::Contract contract =
      serving::testing::ContractOf({serving::testing::Input("a", data::Type::kFloat64)});
  contract.output.max = 200;
  contract.decision.amount = contract.output.name;
  contract.decision.currency = "EUR";
  contract.decision.max = 20;
  contract.fallback = std::move(fallback);
  auto next = std::make_shared<serving::Snapshot>(*api.snapshot);
  next->models["m"].champion =
      serving::testing::Serve(contract, std::make_shared<serving::testing::AddingPredictor>(
                                            serving::testing::FloatInputs({"a"})))
          .value();
  api.snapshot = next;
}

TEST(DecisionResponse, TellsInEveryProtocolWhatWasGiven) {
  using Kind = records::FallbackStep::Kind;
  struct Row {
    Kind fallback;
    const char* values;
    int status;
    const char *verdict, *amounts;  // headers
    const char* parameter;          // of Open Inference
  };
  const Row rows[] = {
      {Kind::kConstant, "5", 200, "-", "-", R"("verdict":"admit","contract")"},
      {Kind::kConstant, "50", 200, "clamp", "2000", R"("amount_minor":2000,"currency":"EUR")"},
      {Kind::kConstant, "500", 200, "fallback", "400", R"("amount_minor":400,"currency":"EUR")"},
      {Kind::kReview, "500", 202, "review", "null", R"("amount_minor":null,"currency":"EUR")"},
      {Kind::kDeny, "500", 200, "deny", "null", R"("amount_minor":null,"currency":"EUR")"},
      {Kind::kReview, "5,50,500", 200, "mixed", "500,2000,null",
       R"("amounts_minor":"500,2000,null","currency":"EUR")"},
      {Kind::kReview, "500,600", 200, "review", "null,null",
       R"("amounts_minor":"null,null","currency":"EUR")"},
  };
  for (const Row& row : rows) {
    testing::TestApi api;
    Serve(api, {{row.fallback, 4}});
    const std::string values = row.values;
    const std::string count = std::to_string(std::ranges::count(values, ',') + 1);
    const testing::Answered answers[] = {
        api.Decide(R"({"columns":{"a":[)" + values + "]}}"),
        api.Infer(R"({"inputs":[{"name":"a","shape":[)" + count +
                  R"(],"datatype":"FP64","data":[)" + values + "]}]}"),
        api.Post("/serving-endpoints/m/invocations", R"({"inputs":{"a":[)" + values + "]}}"),
    };
    for (const testing::Answered& answer : answers) {
      EXPECT_EQ(answer.status, row.status) << answer.body;
      EXPECT_EQ(HeaderOf(answer, "Mooring-Verdict"), row.verdict) << answer.body;
      EXPECT_EQ(HeaderOf(answer, "Mooring-Amount-Minor"), row.amounts) << answer.body;
      const bool told = std::string_view(row.amounts) != "-";
      EXPECT_EQ(HeaderOf(answer, "Mooring-Currency"), told ? "EUR" : "-");
    }
    EXPECT_NE(answers[1].body.find(row.parameter), std::string::npos) << answers[1].body;
  }
}

TEST_F(GateTest, NamesEachLimitOnceInTheHeader) {
  answer.rows.emplace_back().decision.verdict = records::Verdict::kDeny;
  for (const char* limit : {"daily", "day", "daily", "watch", "day"}) {
    records::LimitHit& hit = answer.limit_hits.emplace_back();
    hit.limit = limit;
    hit.advisory = hit.limit == "watch";
  }
  testing::Answered told;
  told.headers = DecisionResponse(call, answer, "").headers;
  EXPECT_EQ(HeaderOf(told, "Mooring-Limits"), "daily, day");
}

}  // namespace
}  // namespace mooring::api

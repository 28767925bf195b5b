// What follows when something that limits need is not there: the table of docs/LIMITS.md, row by
// row. Every row of the document has a case here, and every case names its row.
#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <limits>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/io/simulated_file_system.h"
#include "records/limit_book/limit_book.h"
#include "serving/decide.h"
#include "serving/journal_for_tests.h"
#include "serving/row_builder.h"
#include "serving/row_judge.h"
#include "serving/served_for_tests.h"
#include "serving/stop_limits/limit_recovery.h"
#include "serving/stop_limits/limit_set_for_tests.h"

namespace mooring::serving {
namespace {

using records::CollarReference;
using records::LimitAction;
using records::LimitKind;
using records::LimitRule;
using records::Verdict;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

std::string WordOf(const LimitRuling& ruling) {
  if (ruling.admitted) return "admit";
  return std::string(records::LimitActionName(ruling.then));
}

// A sum of the quantity over a day.
LimitRule Sum(std::string quantity, LimitAction then = LimitAction::kFallback) {
  LimitRule rule = RuleOf("daily", LimitKind::kSum);
  rule.quantity = std::move(quantity);
  rule.max = data::Decimal(100);
  rule.window.length = std::chrono::hours(24);
  rule.then = then;
  return rule;
}

std::string OfQuantity(double list_price, LimitAction then = LimitAction::kFallback) {
  LimitBench bench(PricingContract({Sum("list_price", then)}));
  const std::string word = WordOf(bench.Admit({.amount_minor = 100, .list_price = list_price}));
  // What was refused spent nothing.
  return bench.ledger.states() == 0 ? word : word + ", and spent";
}

std::string OfCollar(LimitAction then) {
  LimitRule rule = RuleOf("near", LimitKind::kCollar);
  rule.collar.kind = CollarReference::Kind::kChampion;
  rule.within_relative = data::Decimal(1);
  rule.then = then;
  LimitBench bench(PricingContract({rule}));
  return WordOf(bench.Admit({.amount_minor = 6000}));
}

std::string OfAge(LimitAction then) {
  LimitRule rule = RuleOf("fresh", LimitKind::kFreshness);
  rule.outcome_age = std::chrono::hours(5);
  rule.then = then;
  LimitBench bench(PricingContract({rule}));
  return WordOf(bench.Admit({.amount_minor = 6000}));
}

std::string OfKeys(LimitAction then) {
  LimitRule rule = Sum("list_price", then);
  rule.per = {"seat"};
  rule.keys = 1;
  LimitBench bench(PricingContract({rule}));
  const auto ask = [&](std::string seat) {
    return WordOf(bench.Admit({.amount_minor = 100, .seat = std::move(seat), .list_price = 1}));
  };
  if (ask("1A") != "admit") return "the first key is refused";
  const std::string word = ask("1B");
  return ask("1A") == "admit" ? word : "a key was forgotten";
}

// All is spent, the clock jumps, and is let go on when `thawed`.
std::string OfClock(Micros jump, bool thawed) {
  LimitBench bench(PricingContract({Sum("list_price", LimitAction::kDeny)}));
  const auto ask = [&] { return WordOf(bench.Admit({.amount_minor = 100, .list_price = 100})); };
  if (ask() != "admit" || ask() != "deny") return "the budget does not hold";
  bench.clock.JumpWall(jump);
  if (thawed) {
    static_cast<void>(bench.ledger.Now());
    bench.ledger.Thaw();
  }
  return ask();
}

std::string OfContract(const std::string& limit) {
  const std::string text =
      "model: cover\npurpose: p\nowner: {team: t}\ninputs: {distance: {type: int32}}\n"
      "output: {name: score, min: 0, max: 1}\nlimits:\n  - " +
      limit + "\nfallback: [deny]\n";
  return records::ParseContract(text).ok() ? "taken" : "refused";
}

std::string OfLoading(LimitRule rule) {
  records::Contract contract = testing::ContractOf({testing::Input("x", data::Type::kFloat64)});
  contract.limits = {std::move(rule)};
  const auto served = testing::Serve(
      contract, std::make_shared<testing::AddingPredictor>(testing::FloatInputs({"x"})));
  return served.ok() ? "loaded" : "not loaded";
}

// One decision of version 1 of "m", whose score is x, by a contract with a sum of at most 100.
struct Served {
  explicit Served(std::vector<records::FallbackStep> chain = {}) {
    records::Contract contract = testing::ContractOf({testing::Input("x", data::Type::kFloat64)});
    contract.limits = {Sum("x")};
    contract.fallback = std::move(chain);
    version = testing::Serve(
                  contract, std::make_shared<testing::AddingPredictor>(testing::FloatInputs({"x"})))
                  .value();
    auto now = std::make_shared<Snapshot>();
    now->models["m"].champion = now->models["m"].versions[1] = version;
    snapshot = std::move(now);
  }
  std::string Decide() {
    Decider::Options options;
    options.clock = &clock;
    options.journal = &journal;
    options.snapshot = serving;
    options.limits = &stop_limits;
    const auto decider = Decider::Make(std::move(options)).value();
    RowBuilder builder(version, Coercion::kStrict);
    CHECK(builder.BeginRow());
    builder.SetNumber(0, 60);
    builder.EndRow();
    DecisionRequest request;
    request.model = "m";
    builder.Finish(request);
    std::string word = "not answered";
    decider->Decide(std::move(request), [&](const DecisionAnswer& answer) {
      word = answer.status.ok() ? "a decision" : "no decision";
    });
    return word;
  }
  std::int64_t Spent() const {
    const CompiledLimit& limit = version->limits->limits()[0];
    LimitTerm term;
    term.shape = &limit.shape;
    term.state = limit.shape.family;
    term.max = limit.shape.max;
    return ledger.Of(term).current;
  }
  Verdict WithoutBudgets() {
    data::Batch row(version->shape->schema());
    row.column(0).Append(60.0);
    row.SetRows(1);
    JudgedTrace trace;
    const JudgedBy by{.snapshot = &serving, .served = version.get(), .inputs = &row};
    return RowJudge(by, trace).Judge(60, 0).verdict;
  }

  SimulatedClock clock;
  testing::MemoryJournal journal;
  LimitLedger ledger{{.clock = &clock}};
  StopLimits stop_limits{ledger};
  std::shared_ptr<const ServedVersion> version;
  std::shared_ptr<const Snapshot> snapshot;
  const std::function<std::shared_ptr<const Snapshot>()> serving = [this] { return snapshot; };
};

std::string OfJournal(bool append, bool commit) {
  Served served;
  served.journal.fail_append = append;
  served.journal.fail_commit = commit;
  const std::string word = served.Decide();
  return word + (served.Spent() == 0 ? "" : ", spent");
}

std::string OfNobody(std::vector<records::FallbackStep> chain) {
  return std::string(records::VerdictName(Served(std::move(chain)).WithoutBudgets()));
}

records::FallbackStep Constant(bool consumes_nothing) {
  records::FallbackStep step{records::FallbackStep::Kind::kConstant, 4};
  step.consumes_nothing = consumes_nothing;
  return step;
}

std::string OfSnapshot() {
  SimulatedFileSystem files;
  SimulatedClock clock;
  CHECK(files.MakeDirectories("data").ok());
  CHECK(files.WriteFileDurably("data/limits.snapshot", AsBytes(std::string_view("?"))).ok());
  LimitLedger ledger({.clock = &clock});
  const LimitRecord record{&files, "data/journal", "data/limits.snapshot"};
  return RecoverLimits(record, {}, ledger).ok() ? "started" : "not started";
}

std::string OfBook() {
  const std::string path = ::testing::TempDir() + "fail_closed_limits.db";
  std::ofstream(path) << std::string(4096, '?');
  return records::LimitBook::Open(path).ok() ? "started" : "not started";
}

struct Case {
  std::string row;        // of docs/LIMITS.md
  std::string condition;  // what happens
  std::function<std::string()> what;
  std::string outcome;
};

constexpr char kQuantity[] = "a quantity is null, not finite or too large";
constexpr char kUnknown[] = "a collar has no reference, an age is not known";
constexpr char kKeys[] = "the budgets of `per` are all in use";
constexpr char kForward[] = "the clock jumps forward";
constexpr char kBack[] = "the clock goes back";
constexpr char kUnfit[] = "a limit does not fit the model, or its zone is not known";
constexpr char kContract[] = "the contract has a key or kind that is not known";
constexpr char kJournal[] = "the journal cannot be written";
constexpr char kNobody[] = "nobody keeps the budgets";
constexpr char kStores[] = "what was spent, or what people changed, cannot be read";

std::vector<Case> Cases() {
  const auto day = std::chrono::hours(25);
  const LimitRule strange = Sum("no_such_input");
  LimitRule elsewhere = Sum("x");
  elsewhere.window.kind = records::LimitWindow::Kind::kDay;
  elsewhere.window.zone = "Mars/Base";
  LimitRule here = elsewhere;
  here.window.zone = "Europe/Moscow";
  return {
      {kQuantity, "null", [] { return OfQuantity(kNan); }, "deny"},
      {kQuantity, "infinite", [] { return OfQuantity(kInfinity); }, "deny"},
      {kQuantity, "minus infinity", [] { return OfQuantity(-kInfinity); }, "deny"},
      {kQuantity, "beyond 64 bits", [] { return OfQuantity(1e300); }, "deny"},
      {kQuantity, "and a person was to decide",
       [] { return OfQuantity(kNan, LimitAction::kReview); }, "deny"},
      {kUnknown, "a collar without a champion", [] { return OfCollar(LimitAction::kFallback); },
       "deny"},
      {kUnknown, "the same, left to people", [] { return OfCollar(LimitAction::kReview); },
       "review"},
      {kUnknown, "no outcome ever came", [] { return OfAge(LimitAction::kFallback); }, "deny"},
      {kUnknown, "the same, left to people", [] { return OfAge(LimitAction::kReview); }, "review"},
      {kKeys, "a second key", [] { return OfKeys(LimitAction::kDeny); }, "deny"},
      {kKeys, "a second key, with a chain", [] { return OfKeys(LimitAction::kFallback); },
       "fallback"},
      {kForward, "by a day", [=] { return OfClock(day, false); }, "deny"},
      {kForward, "by a year", [=] { return OfClock(365 * day, false); }, "deny"},
      {kForward, "and people let it go on", [=] { return OfClock(day, true); }, "admit"},
      {kBack, "by a day", [=] { return OfClock(-day, false); }, "deny"},
      {kUnfit, "an input that is not there", [=] { return OfLoading(strange); }, "not loaded"},
      {kUnfit, "a zone that nobody knows", [=] { return OfLoading(elsewhere); }, "not loaded"},
      {kUnfit, "the same in a zone", [=] { return OfLoading(here); }, "loaded"},
      {kContract, "a key", [] { return OfContract("{name: a, sum: score, over: 1h, maxx: 3}"); },
       "refused"},
      {kContract, "a kind", [] { return OfContract("{name: a, total: score, over: 1h, max: 3}"); },
       "refused"},
      {kContract, "a zone that cannot be one",
       [] { return OfContract("{name: a, sum: score, over: day, zone: Euro pe, max: 3}"); },
       "refused"},
      {kContract, "none of these",
       [] { return OfContract("{name: a, sum: score, over: 1h, max: 3}"); }, "taken"},
      {kJournal, "it takes no record", [] { return OfJournal(true, false); }, "no decision"},
      {kJournal, "its disk fails", [] { return OfJournal(false, true); }, "no decision, spent"},
      {kJournal, "it works", [] { return OfJournal(false, false); }, "a decision, spent"},
      {kNobody, "without a chain", [] { return OfNobody({}); }, "deny"},
      {kNobody, "with a value that spends", [] { return OfNobody({Constant(false)}); }, "deny"},
      {kNobody, "with a free value", [] { return OfNobody({Constant(true)}); }, "fallback"},
      {kStores, "the snapshot", OfSnapshot, "not started"},
      {kStores, "the book of changes", OfBook, "not started"},
  };
}

// The first column of the table below the heading.
std::set<std::string> RowsOfTheDocument() {
  std::ifstream in(MOORING_SOURCE_DIR "/docs/LIMITS.md");
  std::set<std::string> rows;
  bool inside = false;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("## ")) inside = line == "## What is fail-closed";
    if (!inside || !line.starts_with("| ") || line.starts_with("| what happens")) continue;
    rows.insert(line.substr(2, line.find(" | ") - 2));
  }
  return rows;
}

TEST(FailClosed, EveryRowOfTheTableHolds) {
  std::set<std::string> rows;
  for (const Case& one : Cases()) {
    EXPECT_EQ(one.what(), one.outcome) << one.row << ": " << one.condition;
    rows.insert(one.row);
  }
  EXPECT_EQ(rows, RowsOfTheDocument());
}

TEST(FailClosed, OnlyAnAdvisoryLimitFailsOpen) {
  LimitRule rule = Sum("list_price");
  rule.advisory = true;
  LimitBench bench(PricingContract({rule}));
  EXPECT_TRUE(bench.Admit({.amount_minor = 100, .list_price = kNan}).admitted);
  ASSERT_EQ(bench.note.hits.size(), 1U);
  EXPECT_TRUE(bench.note.hits[0].advisory);
}

}  // namespace
}  // namespace mooring::serving

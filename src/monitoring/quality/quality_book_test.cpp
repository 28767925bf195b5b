#include "monitoring/quality/quality_book.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "monitoring/quality/quality_fixture.h"

namespace mooring::monitoring {
namespace {

constexpr std::chrono::hours kHour{1}, kDay{24};

// What happens to a book: a block is decided, or an outcome is told.
struct Event {
  Time at;
  std::optional<Decided> decided;
  records::Outcome outcome = {};
};

class QualityBookTest : public testing::Test {
 protected:
  QualityBookTest() {
    contract_.monitor.window_rows = 50;
    Reopen();
  }
  void Reopen(QualityBook::Options options = {}) {
    options.on_problem = [this](const Error& error) { problems_.push_back(error.ToString()); };
    book_ = std::make_unique<QualityBook>(std::move(options));
  }
  // One block; the id of its first decision.
  DecisionId Add(std::size_t rows, VersionNumber version = 1) {
    Decided decided = mooring::monitoring::Decide(contract_, std::vector<double>(rows, 0.3));
    decided.binding->version = version;
    decided.first = next_;
    decided.at = now_;
    now_ += std::chrono::seconds(1);
    next_.ordinal += static_cast<std::uint32_t>(rows);
    book_->Add(decided.Block(), ReferenceOf(contract_, quality_));
    return decided.first;
  }
  void Tell(DecisionId of, double value = 0, std::optional<Time> at = {}) {
    const records::Outcome outcome{
        .decision = of, .at = at.value_or(now_), .name = "late", .value = value, .text = ""};
    book_->Learn({&outcome, 1});
  }
  void TellAll(DecisionId first, std::size_t rows) {
    for (std::size_t row = 0; row < rows; ++row, ++first.ordinal) Tell(first);
  }

  records::Contract contract_ = BinaryContract();
  std::string quality_;
  std::unique_ptr<QualityBook> book_;
  DecisionId next_{1, 1, 0};
  Time now_ = kMorning;
  std::vector<std::string> problems_;
};

TEST_F(QualityBookTest, WindowsCloseByRowsOrTimeAndAreScored) {
  Add(30);
  EXPECT_TRUE(book_->Due(now_).empty()) << "it is open";
  Add(20);
  auto due = book_->Due(now_);
  ASSERT_EQ(due.size(), 1U);
  EXPECT_EQ(due[0].rows, 50U);
  EXPECT_EQ(due[0].verdict, "waiting");
  EXPECT_TRUE(book_->Due(now_).empty()) << "nothing new was learned";
  Add(10);
  EXPECT_TRUE(book_->Due(now_ - std::chrono::seconds(1) + kHour).empty()) << "some are in flight";
  EXPECT_EQ(book_->Due(now_ + kHour + QualityBook::kGrace).size(), 1U);
  Add(10);
  now_ += kHour;
  Add(10);  // the next one's moment is beyond the window before it
  due = book_->Due(now_);
  ASSERT_EQ(due.size(), 1U);
  EXPECT_EQ(due[0].rows, 10U);
}

TEST_F(QualityBookTest, OutcomesFindTheirRowsInAnyOrder) {
  const DecisionId first = Add(20), second = Add(30), other = Add(50, 2);
  Tell({1, 1, other.ordinal + 3});
  Tell({1, 1, second.ordinal + 29}, 1);
  Tell({1, 1, first.ordinal}, 0);
  Tell({1, 1, first.ordinal}, 0, now_);                 // twice
  Tell({1, 1, first.ordinal}, 1);                       // and another, which is newer
  Tell({1, 1, second.ordinal}, 1, kMorning - kHour);    // before its decision
  Tell({1, 1, 100}), Tell({1, 9, 0}), Tell({7, 1, 0});  // of no decision
  const QualityBook::Counts& counts = book_->counts();
  EXPECT_EQ(counts.taken, 4U);
  EXPECT_EQ(counts.same, 1U);
  EXPECT_EQ(counts.too_early, 1U);
  EXPECT_EQ(counts.not_ours, 3U);
  const auto due = book_->Due(now_);
  ASSERT_EQ(due.size(), 2U);
  EXPECT_EQ(due[0].labelled, 2U);
  EXPECT_EQ(due[0].confusion.counts[1][0], 2U) << "both are late, and 0.3 said not";
  EXPECT_EQ(due[1].version, 2U);
  EXPECT_EQ(due[1].labelled, 1U);
}

TEST_F(QualityBookTest, ScoresAgainWhenEnoughWasLearned) {
  const DecisionId first = Add(50);
  const auto tell = [&](std::uint32_t row, double value = 0) {
    Tell({1, 1, first.ordinal + row}, value, kMorning + kHour);
  };
  EXPECT_EQ(book_->Due(now_).size(), 1U);
  for (std::uint32_t row = 0; row < 20; ++row) tell(row);
  EXPECT_EQ(book_->Due(now_).size(), 1U);
  for (std::uint32_t row = 20; row < 24; ++row) tell(row);
  EXPECT_TRUE(book_->Due(now_).empty()) << "four more than twenty are not a quarter";
  tell(24);
  EXPECT_EQ(book_->Due(now_).size(), 1U);
  tell(24, 1);
  EXPECT_EQ(book_->Due(now_).size(), 1U) << "one was put right";
  tell(25);
  EXPECT_TRUE(book_->Due(now_).empty());
  auto due = book_->Due(now_ + QualityBook::kScoreEvery);
  ASSERT_EQ(due.size(), 1U) << "nothing waits for ever";
  EXPECT_EQ(due[0].labelled, 26U);
  due = book_->Due(now_ + kDay);
  ASSERT_EQ(due.size(), 1U);
  EXPECT_TRUE(due[0].mature);
  EXPECT_TRUE(book_->Due(now_ + 2 * kDay).empty());
  for (std::uint32_t row = 26; row < 50; ++row) tell(row);
  due = book_->Due(now_ + 2 * kDay);
  ASSERT_EQ(due.size(), 1U) << "all of them";
  EXPECT_EQ(due[0].coverage(), 1);
}

TEST_F(QualityBookTest, AContractWithoutAnOutcomeIsLeftOut) {
  contract_.outcome.reset();
  const DecisionId first = Add(50);
  EXPECT_EQ(book_->rows(), 0U);
  EXPECT_EQ(book_->OldestNeeded(), std::nullopt);
  Tell(first);
  EXPECT_EQ(book_->counts().not_ours, 1U);
}

TEST_F(QualityBookTest, AnotherContractIsAnotherWindowAndTheOldOneKeepsItsReference) {
  quality_ = LearnBinary(HonestRows(2000, 1))->ToJson();
  contract_.monitor.window_rows = 400;
  const DecisionId first = Add(300);
  contract_.hash = "h2";
  quality_.clear();
  Add(100);
  TellAll(first, 300);
  const auto due = book_->Due(now_);
  ASSERT_EQ(due.size(), 1U) << "the second is open";
  EXPECT_EQ(due[0].rows, 300U);
  EXPECT_FALSE(std::isnan(due[0].metrics[0].reference));
}

TEST_F(QualityBookTest, ADamagedReferenceAndABadMeasureAreToldOnce) {
  quality_ = "{}";
  contract_.monitor.quality.business = {{"bad", "nothing", true}};
  Add(20);
  Add(30);
  ASSERT_EQ(problems_.size(), 2U);
  EXPECT_NE(problems_[0].find("quality reference"), std::string::npos);
  EXPECT_NE(problems_[1].find("bad: "), std::string::npos);
  EXPECT_EQ(book_->Due(now_).size(), 1U);
}

TEST_F(QualityBookTest, MeasuresThatAreSqlAreAskedAgainAsOutcomesCome) {
  const std::string libraries = MOORING_DEPS_DIR "/lib";
  if (!data::DuckDbIsThere(libraries)) GTEST_SKIP() << "no libduckdb.so: run ./dev deps";
  Reopen({.library_directory = libraries});
  contract_.monitor.quality.business = {
      {.name = "late", .expression = "", .sql = "SELECT sum(x) FROM decisions WHERE late = 1"}};
  DecisionId id = Add(50);
  for (int row = 0; row < 40; ++row, ++id.ordinal) Tell(id, row < 3 ? 1 : 0);
  auto due = book_->Due(now_);
  ASSERT_EQ(due.size(), 1U);
  ASSERT_EQ(due[0].business.size(), 1U);
  EXPECT_EQ(due[0].business[0].value, 0 + 1 + 2) << due[0].business[0].problem;
  EXPECT_EQ(due[0].business[0].n, 40U);
  for (int row = 40; row < 50; ++row, ++id.ordinal) Tell(id, 1);
  due = book_->Due(now_);
  ASSERT_EQ(due.size(), 1U);
  EXPECT_EQ(due[0].business[0].value, 3 + 445) << "40 to 49 came late";
  EXPECT_TRUE(problems_.empty());
}

TEST_F(QualityBookTest, WithoutAHoldoutTheFirstWindowsAreTheReference) {
  contract_.monitor.window_rows = 1000;
  Rng rng(3);
  const auto window = [&](double share) {
    const DecisionId first = Add(1000);
    for (std::uint32_t row = 0; row < 1000; ++row) {
      Tell({1, 1, first.ordinal + row}, rng.Uniform() < share ? 1 : 0);
    }
    now_ += kDay;
    return book_->Due(now_).back();
  };
  EXPECT_EQ(window(0.3).reason, "nothing to compare with yet");
  EXPECT_EQ(window(0.3).reason, "nothing to compare with yet");
  const QualityReport third = window(0.3);
  EXPECT_EQ(third.verdict, "ok");
  EXPECT_FALSE(std::isnan(third.metrics[0].reference));
  EXPECT_EQ(window(0.8).verdict, "worse");
}

TEST_F(QualityBookTest, GapsInARowAreCountedAgainWhenAnEarlierOneClosesLater) {
  quality_ = LearnBinary(HonestRows(4000, 1))->ToJson();
  contract_.monitor.window_rows = 300;
  std::vector<DecisionId> firsts;
  for (int i = 0; i < 3; ++i) firsts.push_back(Add(300));
  const auto wrong = [&](int i) {  // 0.3 was said, and all were late: far from the estimate
    for (std::uint32_t row = 0; row < 300; ++row) {
      Tell({1, 1, firsts[i].ordinal + row}, row < 40 ? 0 : 1, now_);
    }
  };
  wrong(1);
  wrong(2);
  auto due = book_->Due(now_);
  EXPECT_EQ(due[1].gap.windows_beyond, 1U);
  EXPECT_EQ(due[2].gap.windows_beyond, 2U);
  wrong(0);
  due = book_->Due(now_);
  ASSERT_EQ(due.size(), 3U) << "those behind it as well";
  for (std::uint32_t i = 0; i < 3; ++i) EXPECT_EQ(due[i].gap.windows_beyond, i + 1) << i;
  EXPECT_EQ(due[2].gap.level, Level::kAlert);
}

TEST_F(QualityBookTest, TheOldestAreScoredAndLetGoAndTheirOutcomesAreNoted) {
  Reopen({.most_rows = 3 * (50 + QualityBook::kRowsOfAWindow)});
  const DecisionId first = Add(50);
  Tell(first, 1);
  for (int i = 0; i < 9; ++i) {
    next_ = {1, static_cast<std::uint32_t>(i + 2), 0};
    Add(50);
  }
  EXPECT_EQ(book_->rows(), 150U);
  EXPECT_EQ(book_->OldestNeeded(), (DecisionId{1, 8, 0}));
  EXPECT_EQ(book_->Begins().at({"m", 1}), (DecisionId{1, 7, 50}));
  const auto due = book_->Due(now_);
  ASSERT_EQ(due.size(), 10U) << "also those that nobody asked for in time";
  EXPECT_EQ(due[0].labelled, 1U);
  TellAll(first, 50);
  Tell({1, 3, 4});
  EXPECT_EQ(book_->counts().late, 51U);
  const auto late = book_->TakeLate();
  ASSERT_EQ(late.size(), 2U) << "each once";
  EXPECT_EQ(late[0].first, first);
  EXPECT_EQ(late[0].last.ordinal, first.ordinal + 49);
  EXPECT_EQ(late[0].rows, 50U);
  EXPECT_EQ(late[1].first, (DecisionId{1, 3, 0}));
  EXPECT_TRUE(book_->TakeLate().empty());
  Tell({1, 3, 50});
  EXPECT_EQ(book_->counts().not_ours, 1U);
}

TEST_F(QualityBookTest, LateWindowsAreTakenAFewAtATime) {
  Reopen({.most_rows = 1, .most_let_go = 5, .most_late_rows = 120});
  std::vector<DecisionId> firsts;
  for (int i = 0; i < 9; ++i) firsts.push_back(Add(50, i % 2 == 0 ? 1 : 2));
  for (const DecisionId first : firsts) Tell(first);
  EXPECT_EQ(book_->counts().taken, 1U) << "the newest is always kept";
  EXPECT_EQ(book_->counts().late, 5U) << "and five are remembered";
  EXPECT_EQ(book_->TakeLate().size(), 2U);
  EXPECT_EQ(book_->TakeLate().size(), 2U);
  EXPECT_EQ(book_->TakeLate().size(), 1U);
  EXPECT_EQ(book_->TakeLate().size(), 0U);
}

// ---- the same journal gives the same reports ----

std::vector<Event> Events(const records::Contract& contract, std::uint64_t seed) {
  Rng rng(seed);
  std::vector<Event> events;
  DecisionId next{1, 1, 0};
  Time at = kMorning;
  const auto outcome = [&](DecisionId of, Time when, double value) {
    events.push_back({when, {}, {of, when, "late", value, ""}});
  };
  for (int block = 0; block < 250; ++block) {
    at += std::chrono::seconds(rng.Below(20) == 0 ? 4000 : 10);
    if (rng.Below(60) == 0) next = {1, next.segment + 1, 0};
    std::vector<double> scores;
    for (std::uint64_t row = 0; row < 1 + rng.Below(30); ++row) scores.push_back(rng.Uniform());
    Decided decided = Decide(contract, scores);
    decided.binding->version = rng.Below(3) == 0 ? 2 : 1;
    decided.first = next;
    decided.at = at;
    for (const double score : scores) {
      const Micros delay = std::chrono::seconds(rng.Below(3 * 86'400));
      const double truth = rng.Uniform() < (block < 150 ? score : 1 - score) ? 1 : 0;
      switch (rng.Below(12)) {
        case 0: break;                                                  // never
        case 1: outcome(next, at + delay, 1 - truth); [[fallthrough]];  // put right later
        case 2: outcome(next, at + delay, truth); [[fallthrough]];      // told twice
        default: outcome(next, at + delay, truth);
      }
      if (rng.Below(50) == 0) events.back().outcome.at = at - Micros(1);
      ++next.ordinal;
    }
    events.push_back({at, decided});
    if (rng.Below(30) == 0) outcome({1, 99, next.ordinal}, at, 1);
  }
  std::ranges::stable_sort(events, [](const Event& a, const Event& b) {
    return a.at != b.at ? a.at < b.at : a.decided.has_value() && !b.decided.has_value();
  });
  return events;
}

using Reports = std::map<std::tuple<VersionNumber, Time, Time>, std::string>;

void Keep(const std::vector<QualityReport>& reports, Reports& kept) {
  for (const QualityReport& report : reports) {
    kept[{report.version, report.start, report.end}] = report.verdict + EvidenceJson(report);
  }
}

TEST(QualityBook, TheSameJournalGivesTheSameReportsHoweverItIsCut) {
  records::Contract contract = BinaryContract();
  contract.monitor.window_rows = 300;
  contract.monitor.window_every = 2 * kHour;
  const std::string quality = LearnBinary(HonestRows(3000, 1))->ToJson();
  const auto reference = ReferenceOf(contract, quality);
  for (std::uint64_t seed = 1; seed <= 2; ++seed) {
    const std::vector<Event> events = Events(contract, seed);
    Reports whole;
    QualityBook::Counts counts;
    for (std::uint64_t cut = 0; cut < 8; ++cut) {
      Rng rng(seed * 100 + cut);
      QualityBook book({});
      Reports reports;
      for (const Event& event : events) {
        if (cut != 0 && rng.Below(cut * cut * 30) == 0) Keep(book.Due(event.at), reports);
        if (event.decided) {
          book.Add(event.decided->Block(), reference);
        } else {
          book.Learn({&event.outcome, 1});
        }
      }
      Keep(book.Due(events.back().at + 7 * kDay), reports);
      if (cut == 0) {
        whole = reports;
        counts = book.counts();
        EXPECT_GT(whole.size(), 8U);
        EXPECT_GT(counts.same * counts.too_early * counts.not_ours, 0U);
      }
      EXPECT_EQ(reports, whole) << seed << " " << cut;
      EXPECT_EQ(book.counts().taken, counts.taken);
    }
  }
}

TEST(QualityBook, WhatWasLetGoIsRecalledAfterARestart) {
  records::Contract contract = BinaryContract();
  contract.monitor.window_rows = 60;
  const auto reference = ReferenceOf(contract);
  const std::vector<Event> events = Events(contract, 5);
  QualityBook first({.most_rows = 1500});
  Reports reports;
  for (const Event& event : events) {
    if (event.decided) first.Add(event.decided->Block(), reference);
  }
  Keep(first.Due(kMorning), reports);
  const DecisionId oldest = *first.OldestNeeded();
  ASSERT_GT(oldest.segment, 1U) << "or nothing is recalled";
  // The next one recalls whole segments without rows, and reads the oldest that is needed.
  QualityBook second({.most_rows = 1500, .begins = first.Begins()});
  for (const bool recalls : {true, false}) {
    for (const Event& event : events) {
      if (!event.decided || (event.decided->first.segment < oldest.segment) != recalls) continue;
      records::ReadDecisions block = event.decided->Block();
      if (!recalls) {
        second.Add(block, reference);
        continue;
      }
      block.inputs = block.outputs = nullptr;
      second.Recall(block, reference);
    }
  }
  Reports again;
  Keep(second.Due(kMorning), again);
  for (const auto& [key, text] : again) EXPECT_EQ(reports.count(key), 1U) << "the same windows";
  EXPECT_EQ(second.rows(), first.rows());
  EXPECT_EQ(second.OldestNeeded(), oldest);
  EXPECT_EQ(second.Begins(), first.Begins());
  for (QualityBook* const book : {&first, &second}) {
    for (const Event& event : events) {
      if (!event.decided) book->Learn({&event.outcome, 1});
    }
  }
  EXPECT_GT(first.counts().late, 100U);
  EXPECT_EQ(second.counts().late, first.counts().late);
  EXPECT_EQ(second.counts().taken, first.counts().taken);
  const auto before = first.TakeLate(), after = second.TakeLate();
  ASSERT_EQ(after.size(), before.size());
  for (std::size_t i = 0; i < before.size(); ++i) {
    EXPECT_EQ(after[i].key, before[i].key);
    EXPECT_EQ(after[i].first, before[i].first);
    EXPECT_EQ(after[i].last, before[i].last);
    EXPECT_EQ(after[i].start, before[i].start);
    EXPECT_EQ(after[i].end, before[i].end);
    EXPECT_EQ(after[i].rows, before[i].rows);
  }
}

}  // namespace
}  // namespace mooring::monitoring

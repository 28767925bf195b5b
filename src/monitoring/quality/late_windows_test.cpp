#include "monitoring/quality/late_windows.h"

#include <gtest/gtest.h>

#include "base/io/simulated_file_system.h"
#include "monitoring/quality/quality_fixture.h"
#include "records/journal/reader.h"

namespace mooring::monitoring {
namespace {

constexpr std::chrono::hours kYear{24 * 365};

// A journal of two versions' decisions, turn and turn about, and a book that keeps few of them.
class LateWindowsTest : public testing::Test, private records::JournalVisitor {
 protected:
  LateWindowsTest() {
    contract_.monitor.window_rows = 40;
    journal_ =
        records::Journal::Open(
            {.directory = "/journal", .files = &files_, .clock = &clock_, .own_thread = false})
            .value();
    reader_ = records::JournalReader::Open(files_, "/journal").value();
  }
  // A block of rows that say 0.8.
  DecisionId Decide(std::size_t rows, VersionNumber version) {
    Decided decided = monitoring::Decide(contract_, std::vector<double>(rows, 0.8));
    decided.binding->version = version;
    records::DecisionBlock block;
    block.binding = decided.binding;
    block.at = clock_.Now();
    block.inputs = &decided.inputs;
    block.outputs = &decided.outputs;
    block.rows = decided.rows;
    const auto id = journal_->Append(block, nullptr);
    EXPECT_TRUE(id.ok());
    journal_->CommitNow();
    clock_.Advance(Micros(1000));
    return *id;
  }
  void Tell(DecisionId of, double value = 1) {
    const records::Outcome outcome{of, clock_.Now(), "late", value, ""};
    ASSERT_TRUE(journal_->Append(std::span(&outcome, 1), nullptr).ok());
    journal_->CommitNow();
  }
  void Read() {
    while (*reader_->Read(journal_->Durable(), 100, *this) != 0) {
    }
  }
  std::vector<QualityReport> Rescore(const std::vector<LateWindow>& late) {
    return RescoreLate({&files_, "/journal", journal_->Durable()}, late, clock_.Now()).value();
  }

  SimulatedFileSystem files_;
  SimulatedClock clock_;
  records::Contract contract_ = BinaryContract();
  std::unique_ptr<records::Journal> journal_;
  std::unique_ptr<records::JournalReader> reader_;
  QualityBook book_{{.most_rows = 2 * (40 + QualityBook::kRowsOfAWindow)}};

 private:
  void OnDecisions(const records::ReadDecisions& block) override {
    book_.Add(block, ReferenceOf(contract_));
  }
  void OnOutcomes(std::span<const records::Outcome> outcomes) override { book_.Learn(outcomes); }
};

TEST_F(LateWindowsTest, AnOutcomeThatComesAYearLateEndsInItsWindowsReport) {
  std::vector<DecisionId> ids[3];
  for (int block = 0; block < 20; ++block) {
    for (const VersionNumber version : {1U, 2U}) ids[version].push_back(Decide(10, version));
  }
  Tell(ids[1][1]);  // in time, and before the window is let go
  Read();
  const auto stored = book_.Due(clock_.Now());
  EXPECT_EQ(stored.size(), 10U);
  EXPECT_TRUE(book_.TakeLate().empty() || book_.counts().late == 1);
  clock_.Advance(kYear);
  DecisionId id = ids[1][2];
  for (int row = 0; row < 3; ++row, ++id.ordinal) Tell(id, 0);
  Tell(ids[1][2], 1);                    // and one of them is put right
  Tell({id.replica, id.segment, 9999});  // of no decision
  Read();
  EXPECT_GE(book_.counts().late, 4U);
  const auto late = book_.TakeLate();
  ASSERT_FALSE(late.empty());
  std::size_t found = 0;
  for (const QualityReport& report : Rescore(late)) {
    EXPECT_EQ(report.rows, 40U) << "the other version's rows are not among them";
    EXPECT_TRUE(report.mature);
    if (report.labelled == 0) continue;  // the window of the other version, which spans the id
    ++found;
    EXPECT_EQ(report.version, 1U);
    EXPECT_EQ(report.start, stored[0].start) << "it takes the first report's place";
    EXPECT_EQ(report.end, stored[0].end);
    EXPECT_EQ(report.labelled, 4U);
    EXPECT_EQ(report.confusion.counts[1][1], 2U);
    EXPECT_EQ(report.confusion.counts[0][1], 2U);
    EXPECT_GT(report.delay_p95_s, 364 * 86'400);
    EXPECT_EQ(report.verdict, "not_enough_data");
  }
  EXPECT_EQ(found, 1U);
}

TEST_F(LateWindowsTest, SaysTheSameAsIfTheWindowHadBeenKept) {
  QualityBook kept{{}};
  std::vector<DecisionId> ids;
  for (int block = 0; block < 8; ++block) ids.push_back(Decide(20, 1));
  Read();
  for (std::uint32_t row = 0; row < 20; ++row) {
    Tell({ids[0].replica, ids[0].segment, ids[0].ordinal + row}, row % 2);
  }
  Read();
  const auto again = Rescore(book_.TakeLate());
  struct Fold final : records::JournalVisitor {
    Fold(QualityBook& of, std::shared_ptr<const Reference> with)
        : book(of), reference(std::move(with)) {}
    void OnDecisions(const records::ReadDecisions& block) override { book.Add(block, reference); }
    void OnOutcomes(std::span<const records::Outcome> all) override { book.Learn(all); }
    QualityBook& book;
    std::shared_ptr<const Reference> reference;
  } fold(kept, ReferenceOf(contract_));
  const auto reader = records::JournalReader::Open(files_, "/journal").value();
  while (*reader->Read(journal_->Durable(), 100, fold) != 0) {
  }
  const auto straight = kept.Due(clock_.Now());
  ASSERT_EQ(again.size(), 1U);
  EXPECT_EQ(EvidenceJson(again[0]), EvidenceJson(straight[0]));
  EXPECT_EQ(again[0].start, straight[0].start);
  EXPECT_EQ(again[0].end, straight[0].end);
}

TEST_F(LateWindowsTest, NothingLateCostsNothingAndAWindowWithoutDecisionsGivesNoReport) {
  EXPECT_TRUE(Rescore({}).empty());
  Decide(40, 1);
  Read();
  auto plan = std::make_shared<QualityPlan>(PlanOf(contract_));
  const LateWindow gone{{"m", 7}, {1, 1, 0}, {1, 1, 39}, {}, {}, plan};
  EXPECT_TRUE(Rescore({gone}).empty());
}

}  // namespace
}  // namespace mooring::monitoring

#include "monitoring/quality/late_windows.h"

#include <algorithm>
#include <map>

#include "monitoring/quality/quality_judge.h"
#include "monitoring/quality/score_window.h"
#include "records/journal/reader.h"

namespace mooring::monitoring {
namespace {

constexpr std::size_t kRecordsARead = 4096;

class LateVisitor final : public records::JournalVisitor {
 public:
  explicit LateVisitor(const std::vector<LateWindow>& late) : late_(late) {
    for (const LateWindow& one : late_) {
      windows_.emplace_back(one.key, one.plan);
      last_ = std::max(last_, one.last);
    }
  }

  void OnDecisions(const records::ReadDecisions& block) override {
    past_ = past_ || last_ < block.first;
    if (block.inputs == nullptr) return;
    for (std::size_t i = 0; i < late_.size(); ++i) {
      const LateWindow& one = late_[i];
      const bool here = !(block.first < one.first) && !(one.last < block.first) &&
                        block.binding->model == one.key.first &&
                        block.binding->version == one.key.second;
      if (!here) continue;
      const std::size_t place = windows_[i].Add(block);
      DecisionId id = block.first;
      for (std::size_t row = 0; row < block.rows.size(); ++row, ++id.ordinal) {
        rows_[id] = {i, place + row};
      }
    }
  }

  void OnOutcomes(std::span<const records::Outcome> outcomes) override {
    for (const records::Outcome& outcome : outcomes) {
      const auto found = rows_.find(outcome.decision);
      if (found == rows_.end()) continue;
      windows_[found->second.first].Learn(found->second.second, outcome);
    }
  }

  // Behind the last of the windows only outcomes matter.
  bool WantsRows() const override { return !past_; }

  const std::vector<QualityWindow>& windows() const { return windows_; }

 private:
  const std::vector<LateWindow>& late_;
  std::vector<QualityWindow> windows_;
  std::map<DecisionId, std::pair<std::size_t, std::size_t>> rows_;  // window, row
  DecisionId last_;
  bool past_ = false;
};

}  // namespace

Result<std::vector<QualityReport>> RescoreLate(const JournalPlace& journal,
                                               const std::vector<LateWindow>& late, Time now) {
  std::vector<QualityReport> reports;
  if (late.empty()) return reports;
  const auto oldest = std::ranges::min_element(late, {}, &LateWindow::first);
  ASSIGN_OR_RETURN(const auto reader,
                   records::JournalReader::Open(*journal.files, journal.directory,
                                                {.segment = oldest->first.segment}));
  LateVisitor visitor(late);
  for (std::size_t read = 1; read != 0;) {
    const auto got = reader->Read(journal.end, kRecordsARead, visitor);
    if (!got.ok()) RETURN_IF_ERROR(reader->SkipDamage());
    read = got.ok() ? *got : 1;
  }
  for (std::size_t i = 0; i < late.size(); ++i) {
    const QualityWindow& window = visitor.windows()[i];
    if (window.rows().rows() == 0) continue;
    QualityReport report = window.Begin(now);
    ScoreWindow(window.plan(), late[i].reference.get(), window.rows(), report);
    JudgeQuality(window.plan(), late[i].reference.get(), late[i].gaps_before, report);
    reports.push_back(std::move(report));
  }
  return reports;
}

}  // namespace mooring::monitoring

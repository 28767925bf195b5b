// JournalOfRows: a journal on a simulated disk that is filled with a batch's rows as serving would:
// blocks of some rows, all but the last column as inputs, the last as the model's output. Tests
// only.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/check.h"
#include "base/io/simulated_file_system.h"
#include "monitoring/exact/decision_window.h"
#include "records/journal/journal.h"

namespace mooring::monitoring {

class JournalOfRows {
 public:
  JournalOfRows() {
    auto journal = records::Journal::Open({.directory = "/journal",
                                           .files = &files_,
                                           .clock = &clock_,
                                           .segment_bytes = 64 * 1024,
                                           .own_thread = false});
    CHECK_OK_RESULT(journal);
    journal_ = std::move(*journal);
  }

  // Decisions of `version` from `rows`, one block every second; the ids of the blocks' first rows.
  std::vector<DecisionId> Decide(const data::Batch& rows, VersionNumber version,
                                 std::size_t block_rows) {
    std::vector<data::Field> inputs = rows.schema().fields();
    const data::Field output = inputs.back();
    inputs.pop_back();
    auto binding = std::make_shared<records::Binding>();
    binding->model = "price";
    binding->version = version;
    binding->contract_hash = "c0ffee";
    binding->inputs = Schema(std::move(inputs));
    binding->outputs = Schema({{.name = "other"}, output});
    std::vector<DecisionId> firsts;
    for (std::size_t row = 0; row < rows.rows(); row += block_rows) {
      firsts.push_back(Append(binding, rows, row, std::min(rows.rows(), row + block_rows)));
    }
    return firsts;
  }

  JournalSpan Span() {
    return {.files = &files_, .directory = "/journal", .end = journal_->Durable(), .start = {}};
  }
  Time Now() const { return clock_.Now(); }

 private:
  static std::shared_ptr<const data::Schema> Schema(std::vector<data::Field> fields) {
    return std::make_shared<const data::Schema>(data::Schema::Make(std::move(fields)).value());
  }

  DecisionId Append(const std::shared_ptr<const records::Binding>& binding, const data::Batch& rows,
                    std::size_t begin, std::size_t end) {
    data::Batch inputs(binding->inputs), outputs(binding->outputs);
    for (std::size_t row = begin; row < end; ++row) {
      for (std::size_t i = 0; i < inputs.width(); ++i) {
        inputs.column(i).AppendFrom(rows.column(i), row);
      }
      outputs.column(0).Append(-1.0);
      outputs.column(1).AppendFrom(rows.column(rows.width() - 1), row);
    }
    inputs.SetRows(end - begin);
    outputs.SetRows(end - begin);
    const std::vector<records::RowDecision> decided(end - begin);
    const auto id = journal_->Append(records::DecisionBlock{.binding = binding,
                                                            .at = clock_.Now(),
                                                            .caller = "",
                                                            .request_id = "",
                                                            .inputs = &inputs,
                                                            .outputs = &outputs,
                                                            .rows = decided},
                                     nullptr);
    CHECK_OK_RESULT(id);
    journal_->CommitNow();
    clock_.Advance(std::chrono::seconds(1));
    return *id;
  }

  SimulatedClock clock_;
  SimulatedFileSystem files_;
  std::unique_ptr<records::Journal> journal_;
};

}  // namespace mooring::monitoring

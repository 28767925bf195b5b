// LakeRows: gathers journal records into batches with the lake's columns, one table for each model
// version and day, and one for outcomes. docs/formats/lake.md names the columns.
//
// A feature keeps its name; one that is called like a column of ours (case does not count) becomes
// input_<name>. Raw outputs are raw_<name>. A name that is taken even so gets _2, _3 and so on.
//
// Thread safety: one thread at a time. Memory: all rows that were told since the last Clear.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "data/table/batch.h"
#include "records/journal/reader.h"

namespace mooring::records {

// The columns of a decision in front of its inputs and outputs.
const std::vector<data::Field>& DecisionFields();
// All columns of a binding's decisions; kInvalidArgument when there are too many.
Result<std::shared_ptr<const data::Schema>> LakeSchema(const Binding& binding);
std::shared_ptr<const data::Schema> OutcomeSchema();

class LakeRows final : public JournalVisitor {
 public:
  struct Table {
    std::shared_ptr<const Binding> binding;
    std::string day;               // "2026-01-31", UTC
    data::Batch rows;
  };

  void OnDecisions(const ReadDecisions& block) override;
  void OnOutcomes(std::span<const Outcome> outcomes) override;

  // Call before reading: ends every batch with SetRows.
  void Finish();
  void Clear();
  const std::vector<std::unique_ptr<Table>>& decisions() const { return tables_; }
  const data::Batch& outcomes() const { return outcomes_; }
  // The first error met while gathering: a schema that cannot be widened.
  const Status& status() const { return status_; }
  // Outcomes carry the segment that holds them, so that the newest of several wins.
  void SetSegment(std::uint32_t segment) { segment_ = segment; }
  // How many decisions will come, when that is known: most segments are one table.
  void Expect(std::uint64_t decisions) { expected_ = decisions; }

 private:
  Table* TableFor(const ReadDecisions& block);

  std::vector<std::unique_ptr<Table>> tables_;
  Table* last_ = nullptr;
  std::int64_t last_day_ = 0;
  data::Batch outcomes_{OutcomeSchema()};
  std::size_t outcome_rows_ = 0;
  std::uint32_t segment_ = 0;
  std::uint64_t expected_ = 0;   // for the first table
  Status status_;
};

}  // namespace mooring::records

// How journal records are shown: one row a decision, outcome or refusal, the same in tail and show.
// Thread safety: as Listing.
#pragma once

#include <cstddef>
#include <deque>
#include <string>

#include "app/cli/output/listing.h"
#include "records/journal/reader.h"

namespace mooring::app::cli {

// What to show of the journal.
struct RecordFilter {
  std::string model;  // empty: all
  bool decisions = true, outcomes = true, refusals = true;
};

// A visitor that keeps the newest rows as cells of RecordFields().
class RecordRows final : public records::JournalVisitor {
 public:
  RecordRows(RecordFilter filter, std::size_t keep) : filter_(std::move(filter)), keep_(keep) {}
  void OnDecisions(const records::ReadDecisions& read) override;
  void OnOutcomes(std::span<const records::Outcome> outcomes) override;
  void OnRefusal(const records::Refusal& refusal) override;

  // Only this decision of a block; 0 is a valid ordinal, so absence says "all".
  void Only(DecisionId id) { only_ = id; }
  // Moves the kept rows into a listing of RecordFields().
  void TakeInto(Listing& listing);

 private:
  void Keep(std::vector<Cell> row);
  const RecordFilter filter_;
  const std::size_t keep_;
  std::optional<DecisionId> only_;
  std::deque<std::vector<Cell>> rows_;
};

std::vector<FieldName> RecordFields();

}  // namespace mooring::app::cli

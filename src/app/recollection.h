// Recollection: what retries, repeated outcomes and repeated releases are told by, found again in
// the newest part of the journal at a start. Thread safety: one thread.
#pragma once

#include <span>

#include "app/limit_office.h"
#include "records/journal/reader.h"
#include "records/journal/request_ids.h"
#include "records/outcomes/outcome_ledger.h"
#include "serving/stop_limits/limit_settlement.h"

namespace mooring::app {

struct Recollection final : records::JournalVisitor {
  Recollection(records::RequestIds& known_ids, records::OutcomeLedger& known_outcomes,
               serving::LimitSettlement& known_releases, LimitOffice& limit_office)
      : ids(known_ids), outcomes(known_outcomes), releases(known_releases), office(limit_office) {}
  void OnBudget(const records::BudgetChange& change) override { releases.OnBudget(change); }
  void OnDecisions(const records::ReadDecisions& block) override { ids.OnDecisions(block); }
  void OnOutcomes(std::span<const records::Outcome> told) override {
    outcomes.OnOutcomes(told);
    office.NoteOutcomes(told);
  }
  bool WantsRows() const override { return false; }
  records::RequestIds& ids;
  records::OutcomeLedger& outcomes;
  serving::LimitSettlement& releases;
  LimitOffice& office;
};

}  // namespace mooring::app

// A tracking.db in memory for tests of searches: the tables, the experiment Default, no threads.
#pragma once

#include <memory>
#include <utility>

#include "records/tracking/sqlite/experiments.h"
#include "records/tracking/sqlite/inputs.h"
#include "records/tracking/sqlite/logged_models.h"
#include "records/tracking/sqlite/run_rows.h"
#include "records/tracking/sqlite/runs.h"
#include "records/tracking/sqlite/schema.h"
#include "records/tracking/sqlite/session.h"

namespace mooring::records {

inline std::unique_ptr<Session> MemorySession() {
  auto db = data::Database::Open(":memory:", {});
  CHECK_OK_RESULT(db);
  CHECK(db->Migrate(TrackingSchema()).ok());
  auto session = std::make_unique<Session>(*std::move(db));
  CHECK(MakeDefaultExperiment(*session, "root", 0).ok());
  return session;
}

}  // namespace mooring::records

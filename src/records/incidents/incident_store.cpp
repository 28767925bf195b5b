#include "records/incidents/incident_store.h"

#include "records/incidents/incident_schema.h"

namespace mooring::records {

Result<std::unique_ptr<IncidentStore>> IncidentStore::Open(const std::string& path) {
  ASSIGN_OR_RETURN(data::Database db, data::Database::Open(path, {}));
  RETURN_IF_ERROR(db.Migrate(IncidentSchema()));
  return std::unique_ptr<IncidentStore>(new IncidentStore(std::move(db)));
}

Status IncidentStore::Read(const Work& work) {
  const std::lock_guard lock(mutex_);
  RETURN_IF_ERROR(db_.Execute("BEGIN"));
  IncidentTables tables(db_);
  Status done = work(tables);
  static_cast<void>(db_.Execute("ROLLBACK"));
  return done;
}

Status IncidentStore::Write(const Work& work) {
  const std::lock_guard lock(mutex_);
  ASSIGN_OR_RETURN(data::Transaction transaction, data::Transaction::Begin(db_));
  IncidentTables tables(db_);
  RETURN_IF_ERROR(work(tables));
  return transaction.Commit();
}

}  // namespace mooring::records

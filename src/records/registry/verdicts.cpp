#include "records/registry/verdicts.h"

#include <algorithm>

#include "base/limits.h"
#include "records/registry/rows.h"

namespace mooring::records {
namespace {

using data::Database;
using data::Statement;

constexpr std::string_view kColumns =
    "SELECT model, version, start_us, end_us, rows, verdict, evidence_json, kind, findings_json, "
    "id FROM verdicts ";

StoredVerdict VerdictOf(const Statement& row) {
  StoredVerdict verdict;
  verdict.model = row.String(0);
  verdict.version = static_cast<VersionNumber>(row.Int(1));
  verdict.window_start = TimeOf(row.Int(2));
  verdict.window_end = TimeOf(row.Int(3));
  verdict.rows = static_cast<std::uint64_t>(row.Int(4));
  verdict.verdict = row.String(5);
  verdict.evidence_json = row.String(6);
  verdict.kind = row.String(7);
  verdict.findings_json = row.String(8);
  verdict.sequence = static_cast<std::uint64_t>(row.Int(9));
  return verdict;
}

Result<std::vector<StoredVerdict>> AllOf(Statement& read) {
  std::vector<StoredVerdict> verdicts;
  for (;;) {
    ASSIGN_OR_RETURN(const bool more, read.Step());
    if (!more) return verdicts;
    verdicts.push_back(VerdictOf(read));
  }
}

Result<bool> StandsAlready(Database& db, const StoredVerdict& v) {
  ASSIGN_OR_RETURN(Statement read,
                   db.Prepare("SELECT 1 FROM verdicts WHERE model = ? AND version = ? AND kind = ? "
                              "AND start_us = ? AND end_us = ? AND rows = ? AND verdict = ? AND "
                              "evidence_json = ? AND findings_json = ?"));
  RETURN_IF_ERROR(read.Start(v.model, v.version, v.kind, MicrosOf(v.window_start),
                             MicrosOf(v.window_end), v.rows, v.verdict, v.evidence_json,
                             v.findings_json));
  return read.Step();
}

}  // namespace

Status InsertVerdict(Database& db, const StoredVerdict& v) {
  ASSIGN_OR_RETURN(const bool stands, StandsAlready(db, v));
  if (stands) return Ok();
  ASSIGN_OR_RETURN(Statement insert,
                   db.Prepare("INSERT OR REPLACE INTO verdicts(model, version, kind, start_us, "
                              "end_us, rows, verdict, evidence_json, findings_json) "
                              "VALUES(?,?,?,?,?,?,?,?,?)"));
  RETURN_IF_ERROR(insert.Run(v.model, v.version, v.kind, MicrosOf(v.window_start),
                             MicrosOf(v.window_end), v.rows, v.verdict, v.evidence_json,
                             v.findings_json));
  ASSIGN_OR_RETURN(Statement drop,
                   db.Prepare("DELETE FROM verdicts WHERE model = ?1 AND kind = ?3 AND id <= "
                              "(SELECT id FROM verdicts WHERE model = ?1 AND kind = ?3 "
                              "ORDER BY id DESC LIMIT 1 OFFSET ?2)"));
  return drop.Run(v.model, limits::kVerdictsPerModel, v.kind);
}

Result<std::vector<StoredVerdict>> ReadVerdicts(Database& db, std::string_view model,
                                                const VerdictFilter& filter) {
  ASSIGN_OR_RETURN(
      Statement read,
      // Found by the small columns first: the evidence of what is not wanted stays unread.
      db.Prepare(std::string(kColumns) +
                 "WHERE id IN (SELECT id FROM verdicts WHERE model = ?1 AND (?2 = '' OR kind = ?2) "
                 "AND (?3 = 0 OR version = ?3) ORDER BY end_us DESC, id DESC LIMIT ?4) "
                 "ORDER BY end_us DESC, id DESC"));
  RETURN_IF_ERROR(read.Start(model, filter.kind, filter.version,
                             std::min(filter.limit, limits::kVerdictsPerModel)));
  return AllOf(read);
}

Result<std::vector<StoredVerdict>> ReadVerdictsAfter(Database& db, std::uint64_t sequence,
                                                     std::size_t limit) {
  ASSIGN_OR_RETURN(Statement read,
                   db.Prepare(std::string(kColumns) + "WHERE id > ? ORDER BY id LIMIT ?"));
  RETURN_IF_ERROR(read.Start(sequence, std::min(limit, limits::kVerdictsPerModel)));
  return AllOf(read);
}

}  // namespace mooring::records

#include "records/reviews/review_tables.h"

#include "records/incidents/incident_rows.h"

namespace mooring::records {
namespace {

using data::Statement;

constexpr std::string_view kColumns =
    "SELECT replica, segment, ordinal, model, version, caller, request_id, at_us, reason, digits, "
    "currency, deadline_us, at_deadline, inputs_json, hits_json, state, taken_by, taken_us, "
    "decided_by, ended_us, value, note FROM reviews ";

std::string Select(std::string_view rest) { return std::string(kColumns).append(rest); }

std::optional<double> NumberAt(const Statement& row, int column) {
  return row.IsNull(column) ? std::nullopt : std::optional(row.Real(column));
}

Result<Review> ReviewOf(const Statement& row) {
  Review review;
  review.decision = {static_cast<std::uint16_t>(row.Int(0)), static_cast<std::uint32_t>(row.Int(1)),
                     static_cast<std::uint32_t>(row.Int(2))};
  review.model = row.String(3);
  review.version = static_cast<VersionNumber>(row.Int(4));
  review.caller = row.String(5);
  review.request_id = row.String(6);
  review.at = TimeOfMicros(row.Int(7));
  review.reason = row.String(8);
  review.digits = static_cast<int>(row.Int(9));
  review.currency = row.String(10);
  review.deadline = TimeOfMicros(row.Int(11));
  review.at_deadline = NumberAt(row, 12);
  review.inputs_json = row.String(13);
  review.hits_json = row.String(14);
  review.state = static_cast<ReviewState>(row.Int(15));
  review.taken_by = row.String(16);
  review.taken = TimeOfMicros(row.Int(17));
  review.decided_by = row.String(18);
  review.ended = TimeOfMicros(row.Int(19));
  review.value = NumberAt(row, 20);
  review.note = row.String(21);
  return review;
}

}  // namespace

Error NoReviewOf(DecisionId decision) {
  return Error(Code::kNotFound, "no review of " + decision.ToString()).Help("mooring review list");
}

Result<std::optional<JournalPosition>> ReviewTables::Position() {
  ASSIGN_OR_RETURN(Statement read, db_.Prepare("SELECT segment, offset FROM journal_place"));
  RETURN_IF_ERROR(read.Start());
  ASSIGN_OR_RETURN(const bool there, read.Step());
  if (!there) return std::optional<JournalPosition>();
  return std::optional(JournalPosition{static_cast<std::uint32_t>(read.Int(0)),
                                       static_cast<std::uint64_t>(read.Int(1))});
}

Status ReviewTables::SetPosition(JournalPosition position) {
  ASSIGN_OR_RETURN(Statement set, db_.Prepare("INSERT OR REPLACE INTO journal_place "
                                              "VALUES(1, ?, ?)"));
  return set.Run(position.segment, position.offset);
}

Result<std::vector<Review>> ReviewTables::List(const ReviewFilter& filter) {
  const bool open = !filter.state.has_value() || *filter.state == ReviewState::kWaiting ||
                    *filter.state == ReviewState::kTaken;
  std::string rest = "WHERE (?1 = '' OR model = ?1) AND ";
  rest.append(filter.state.has_value() ? "state = ?2" : "state IN (0, 1) AND ?2 IS NULL");
  rest.append(open ? " ORDER BY deadline_us, id LIMIT ?3"
                   : " ORDER BY ended_us DESC, id DESC LIMIT ?3");
  ASSIGN_OR_RETURN(Statement rows, db_.Prepare(Select(rest)));
  std::optional<std::int64_t> state;
  if (filter.state.has_value()) state = static_cast<std::int64_t>(*filter.state);
  RETURN_IF_ERROR(rows.Start(filter.model, state, filter.limit));
  return AllRows(rows, ReviewOf);
}

Result<Review> ReviewTables::Find(DecisionId decision) {
  ASSIGN_OR_RETURN(Statement rows,
                   db_.Prepare(Select("WHERE replica = ? AND segment = ? AND ordinal = ?")));
  RETURN_IF_ERROR(rows.Start(decision.replica, decision.segment, decision.ordinal));
  ASSIGN_OR_RETURN(const bool there, rows.Step());
  if (there) return ReviewOf(rows);
  return NoReviewOf(decision);
}

Result<bool> ReviewTables::Add(const Review& review) {
  ASSIGN_OR_RETURN(
      Statement add,
      db_.Prepare("INSERT OR IGNORE INTO reviews(replica, segment, ordinal, model, version, "
                  "caller, request_id, at_us, reason, digits, currency, deadline_us, at_deadline, "
                  "inputs_json, hits_json, state, taken_by, taken_us, decided_by, ended_us, value, "
                  "note) VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"));
  const DecisionId id = review.decision;
  RETURN_IF_ERROR(add.Run(
      id.replica, id.segment, id.ordinal, review.model, review.version, review.caller,
      review.request_id, MicrosOfTime(review.at), review.reason, review.digits, review.currency,
      MicrosOfTime(review.deadline), review.at_deadline, review.inputs_json, review.hits_json,
      static_cast<int>(review.state), review.taken_by, MicrosOfTime(review.taken),
      review.decided_by, MicrosOfTime(review.ended), review.value, review.note));
  return db_.changed_rows() > 0;
}

Status ReviewTables::Save(const Review& review) {
  ASSIGN_OR_RETURN(Statement save,
                   db_.Prepare("UPDATE reviews SET state = ?, taken_by = ?, taken_us = ?, "
                               "decided_by = ?, ended_us = ?, value = ?, note = ? "
                               "WHERE replica = ? AND segment = ? AND ordinal = ?"));
  const DecisionId id = review.decision;
  return save.Run(static_cast<int>(review.state), review.taken_by, MicrosOfTime(review.taken),
                  review.decided_by, MicrosOfTime(review.ended), review.value, review.note,
                  id.replica, id.segment, id.ordinal);
}

Result<std::size_t> ReviewTables::Waiting() {
  ASSIGN_OR_RETURN(Statement count,
                   db_.Prepare("SELECT count(*) FROM reviews WHERE state IN (0, 1)"));
  RETURN_IF_ERROR(count.Start());
  ASSIGN_OR_RETURN(const bool there, count.Step());
  return there ? static_cast<std::size_t>(count.Int(0)) : 0;
}

Result<std::vector<Review>> ReviewTables::Due(Time now, std::size_t limit) {
  ASSIGN_OR_RETURN(
      Statement rows,
      db_.Prepare(
          Select("WHERE state IN (0, 1) AND deadline_us <= ? ORDER BY deadline_us, id LIMIT ?")));
  RETURN_IF_ERROR(rows.Start(MicrosOfTime(now), limit));
  return AllRows(rows, ReviewOf);
}

Result<std::vector<Review>> ReviewTables::Ended(DecisionId first, std::uint32_t rows_of_request) {
  ASSIGN_OR_RETURN(Statement rows,
                   db_.Prepare(Select("WHERE replica = ? AND segment = ? AND ordinal >= ? AND "
                                      "ordinal < ? AND state IN (2, 3) ORDER BY ordinal")));
  RETURN_IF_ERROR(rows.Start(first.replica, first.segment, first.ordinal,
                             std::uint64_t{first.ordinal} + rows_of_request));
  return AllRows(rows, ReviewOf);
}

Status ReviewTables::Prune(std::size_t keep) {
  ASSIGN_OR_RETURN(Statement prune,
                   db_.Prepare("DELETE FROM reviews WHERE id IN (SELECT id FROM reviews "
                               "WHERE state IN (2, 3) ORDER BY id DESC LIMIT -1 OFFSET ?)"));
  return prune.Run(keep);
}

}  // namespace mooring::records

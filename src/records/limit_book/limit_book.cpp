#include "records/limit_book/limit_book.h"

#include <fmt/format.h>

#include "base/limits.h"
#include "records/limit_book/limit_schema.h"

namespace mooring::records {
namespace {

using data::Statement;
using State = LimitChangeState;

constexpr std::string_view kColumns =
    "SELECT id, state, asked, hash, checker, note, decided_us, done_us FROM changes ";

std::int64_t MicrosOf(Time time) { return time.time_since_epoch().count(); }
Time TimeOf(std::int64_t micros) { return Time(Micros(micros)); }

Result<LimitChange> ChangeOf(const Statement& row, Time now) {
  ASSIGN_OR_RETURN(LimitChange change, ParseAsked(row.Text(2)));
  change.id = static_cast<std::uint64_t>(row.Int(0));
  change.state = static_cast<State>(row.Int(1));
  change.hash = row.String(3);
  change.checker = row.String(4);
  change.note = row.String(5);
  change.decided = TimeOf(row.Int(6));
  change.carried_out = TimeOf(row.Int(7));
  if (AskedHash(change) != change.hash) {
    return Error(Code::kDataLoss,
                 "change " + std::to_string(change.id) + " is not what its hash was taken of");
  }
  if (change.state == State::kPending && change.expires <= now) change.state = State::kExpired;
  return change;
}

Result<LimitRevision> RevisionOf(const Statement& row) {
  ASSIGN_OR_RETURN(LimitRevision revision, ParseRevision(row.Text(2)));
  revision.previous = row.String(1);
  revision.hash = row.String(3);
  return revision;
}

bool ActsElsewhere(LimitChangeKind kind) {
  return kind == LimitChangeKind::kKillRelease || kind == LimitChangeKind::kWriteOff;
}

Status CheckDecision(const LimitBook::Decision& decision) {
  if (PersonOf(decision.checker).empty() || decision.checker.size() > limits::kNameBytes) {
    return Error(Code::kInvalidArgument, "who decides has a name of 1 to 128 bytes");
  }
  if (decision.note.size() <= limits::kReasonBytes) return Ok();
  return Error(Code::kTooLarge, "the note is over 1024 bytes");
}

// Revisions behind `into`, folded into it; `at` is told each state on the way.
Status FoldBehind(data::Database& db, LimitsInForce& into,
                  const std::function<void(const LimitsInForce&)>& at = {}) {
  ASSIGN_OR_RETURN(Statement rows, db.Prepare("SELECT number, previous, body, hash FROM revisions "
                                              "WHERE number > ? ORDER BY number"));
  RETURN_IF_ERROR(rows.Start(into.revision));
  for (;;) {
    if (at) at(into);
    ASSIGN_OR_RETURN(const bool more, rows.Step());
    if (!more) return Ok();
    ASSIGN_OR_RETURN(const LimitRevision revision, RevisionOf(rows));
    RETURN_IF_ERROR(Fold(revision, into));
  }
}

}  // namespace

Result<std::unique_ptr<LimitBook>> LimitBook::Open(const std::string& path) {
  ASSIGN_OR_RETURN(data::Database db, data::Database::Open(path, {}));
  RETURN_IF_ERROR(db.Migrate(LimitSchema()));
  std::unique_ptr<LimitBook> book(new LimitBook(path, std::move(db)));
  RETURN_IF_ERROR(book->CatchUp());
  return book;
}

// The fold is of what is committed: work that fails, or is not committed, is folded by nobody.
Result<LimitChange> LimitBook::Write(const Work& work) {
  const std::lock_guard lock(mutex_);
  RETURN_IF_ERROR(CheckThere());
  ASSIGN_OR_RETURN(data::Transaction transaction, data::Transaction::Begin(db_));
  RETURN_IF_ERROR(CatchUp());
  ASSIGN_OR_RETURN(LimitChange change, work());
  RETURN_IF_ERROR(transaction.Commit());
  RETURN_IF_ERROR(CatchUp());
  return change;
}

Status LimitBook::CheckMax(const LimitChange& change) const {
  if (change.max.empty()) return Ok();
  const auto contract = data::Decimal::Parse(change.over);
  const auto now = MaxInForce(in_force_.Find(change.model, change.limit), contract);
  const auto next = data::Decimal::Parse(change.max);
  if (!now || !next) return Error(Code::kInvalidArgument, "the limit has no max to be changed");
  const int wanted = change.kind == LimitChangeKind::kRaise ? 1 : -1;
  if (next->Compare(*now) == wanted) return Ok();
  return Error(Code::kInvalidArgument,
               change.max + (wanted == 1 ? " does not raise " : " does not lower ") + change.limit)
      .Why("its max in force is " + DecimalText(*now).value_or("?"));
}

Result<LimitChange> LimitBook::Ask(LimitChange asked, Time now) {
  asked.made = now;
  RETURN_IF_ERROR(CheckAsked(asked));
  if (!asked.max.empty()) {
    ASSIGN_OR_RETURN(asked.max, NormalDecimal(asked.max));
  }
  return Write([&]() -> Result<LimitChange> {
    ASSIGN_OR_RETURN(
        Statement count,
        db_.Prepare("SELECT count(*) FROM changes WHERE state = 0 AND expires_us > ?"));
    RETURN_IF_ERROR(count.Start(MicrosOf(now)));
    RETURN_IF_ERROR(count.Step());
    const bool waits = asked.kind != LimitChangeKind::kLower;
    if (waits && count.Int(0) >= static_cast<std::int64_t>(kMostPending)) {
      return Error(Code::kResourceExhausted, "too many changes wait for somebody");
    }
    if (!ActsElsewhere(asked.kind)) {
      const LimitInForce* const in_force = in_force_.Find(asked.model, asked.limit);
      asked.before = in_force == nullptr ? "" : in_force->hash;
    }
    RETURN_IF_ERROR(CheckMax(asked));
    asked.hash = AskedHash(asked);
    ASSIGN_OR_RETURN(Statement add,
                     db_.Prepare("INSERT INTO changes(state, model, asked, hash, expires_us, "
                                 "checker, note, decided_us, done_us) "
                                 "VALUES(0, ?, ?, ?, ?, '', '', 0, 0)"));
    RETURN_IF_ERROR(add.Run(asked.model, AskedText(asked), asked.hash, MicrosOf(asked.expires)));
    asked.id = static_cast<std::uint64_t>(db_.last_insert_id());
    if (waits) return asked;
    RETURN_IF_ERROR(Revise(asked, now));
    return End(asked, State::kApproved, {}, now);
  });
}

Result<LimitChange> LimitBook::ChangeNow(std::uint64_t id, Time now) {
  ASSIGN_OR_RETURN(Statement find, db_.Prepare(fmt::format("{}WHERE id = ?", kColumns)));
  RETURN_IF_ERROR(find.Start(id));
  ASSIGN_OR_RETURN(const bool found, find.Step());
  if (!found) return Error(Code::kNotFound, "there is no change " + std::to_string(id));
  return ChangeOf(find, now);
}

Result<LimitChange> LimitBook::Pending(std::uint64_t id, Time now) {
  ASSIGN_OR_RETURN(LimitChange change, ChangeNow(id, now));
  if (change.state == State::kPending) return change;
  const std::string name = "change " + std::to_string(id);
  if (change.state == State::kExpired) {
    return Error(Code::kFailedPrecondition, name + " expired at " + FormatTime(change.expires))
        .Help("ask for it again");
  }
  return Error(Code::kConflict,
               name + " is " + std::string(LimitChangeStateName(change.state)) + " already");
}

Result<LimitChange> LimitBook::Approve(std::uint64_t id, const Decision& decision, Time now) {
  RETURN_IF_ERROR(CheckDecision(decision));
  return Write([&]() -> Result<LimitChange> {
    ASSIGN_OR_RETURN(LimitChange change, ChangeNow(id, now));
    if (decision.hash != change.hash) {
      return Error(Code::kConflict, "the approval is of something else")
          .Why("change " + std::to_string(id) + " has the hash " + change.hash)
          .Help("read it again: mooring change show " + std::to_string(id));
    }
    if (PersonOf(decision.checker) == PersonOf(change.maker)) {
      return Error(Code::kPermissionDenied, "nobody approves what they asked for themselves")
          .Why(change.maker + " made change " + std::to_string(id));
    }
    const bool left = change.state == State::kApproved && ActsElsewhere(change.kind) &&
                      change.carried_out == Time();
    if (left) return change;
    ASSIGN_OR_RETURN(change, Pending(id, now));
    const LimitInForce* const in_force = in_force_.Find(change.model, change.limit);
    const std::string now_in_force = in_force == nullptr ? std::string() : in_force->hash;
    if (!ActsElsewhere(change.kind) && change.before != now_in_force) {
      return Error(Code::kConflict, change.limit + " was changed since this was asked for")
          .Help("withdraw it and ask again");
    }
    change.checker = decision.checker;
    RETURN_IF_ERROR(Revise(change, now));
    return End(change, State::kApproved, decision, now);
  });
}

Result<LimitChange> LimitBook::Reject(std::uint64_t id, const Decision& decision, Time now) {
  RETURN_IF_ERROR(CheckDecision(decision));
  return Write([&]() -> Result<LimitChange> {
    ASSIGN_OR_RETURN(LimitChange change, Pending(id, now));
    return End(std::move(change), State::kRejected, decision, now);
  });
}

Result<LimitChange> LimitBook::Withdraw(std::uint64_t id, const Decision& decision, Time now) {
  RETURN_IF_ERROR(CheckDecision(decision));
  return Write([&]() -> Result<LimitChange> {
    ASSIGN_OR_RETURN(LimitChange change, Pending(id, now));
    if (PersonOf(decision.checker) != PersonOf(change.maker)) {
      return Error(Code::kPermissionDenied, "only " + change.maker + " withdraws this change")
          .Help("reject it instead");
    }
    return End(std::move(change), State::kWithdrawn, decision, now);
  });
}

Result<LimitChange> LimitBook::End(LimitChange change, State state, const Decision& decision,
                                   Time now) {
  change.state = state;
  change.checker = decision.checker;
  change.note = decision.note;
  change.decided = now;
  const bool later = state == State::kApproved && ActsElsewhere(change.kind);
  change.carried_out = later ? Time() : now;
  ASSIGN_OR_RETURN(Statement end,
                   db_.Prepare("UPDATE changes SET state = ?, checker = ?, note = ?, "
                               "decided_us = ?, done_us = ? WHERE id = ?"));
  RETURN_IF_ERROR(end.Run(static_cast<int>(state), change.checker, change.note, MicrosOf(now),
                          MicrosOf(change.carried_out), change.id));
  return change;
}

Status LimitBook::CarriedOut(std::uint64_t id, Time now) {
  const auto written = Write([&]() -> Result<LimitChange> {
    ASSIGN_OR_RETURN(Statement done, db_.Prepare("UPDATE changes SET done_us = ? WHERE id = ?"));
    RETURN_IF_ERROR(done.Run(MicrosOf(now), id));
    return ChangeNow(id, now);
  });
  return written.ok() ? Ok() : Status(written.error());
}

Status LimitBook::Revise(const LimitChange& change, Time now) {
  LimitRevision revision;
  revision.number = in_force_.revision + 1;
  revision.previous = in_force_.hash;
  revision.change = change.id;
  revision.kind = change.kind;
  revision.model = change.model;
  revision.limit = change.limit;
  revision.max = change.max;
  revision.over = change.over;
  revision.kill = change.kill;
  revision.decision = change.decision;
  if (change.kind == LimitChangeKind::kRelease) revision.released = now;
  revision.ramp = RampFrom(change.ramp, now);
  revision.maker = change.maker;
  revision.checker = change.checker;
  revision.reason = change.reason;
  revision.asked = change.hash;
  revision.at = now;
  revision.hash = RevisionHash(revision);
  ASSIGN_OR_RETURN(
      Statement add,
      db_.Prepare("INSERT INTO revisions(number, previous, body, hash) VALUES(?, ?, ?, ?)"));
  return add.Run(revision.number, revision.previous, RevisionText(revision), revision.hash);
}

Status LimitBook::CatchUp() { return FoldBehind(db_, in_force_); }

Status LimitBook::CheckThere() {
  if (!db_.IsMoved()) return Ok();
  auto there = data::Database::OpenThere(path_);
  if (!there.ok()) {
    return Error(Code::kUnavailable, "the file of changed limits is gone")
        .Where(path_)
        .Why("what people changed stays in force, and nothing more is taken")
        .Help("put it back, or its newest copy: it is read again at once");
  }
  LimitsInForce fresh;
  bool goes_on = false;
  Status read = there->Migrate(LimitSchema());
  if (read.ok()) {
    read = FoldBehind(*there, fresh, [&](const LimitsInForce& state) {
      goes_on = goes_on || (state.revision == in_force_.revision && state.hash == in_force_.hash);
    });
  }
  if (!read.ok() || !goes_on) {
    return Error(Code::kUnavailable, "another file stands in the place of the changed limits")
        .Where(path_)
        .Why(read.ok() ? "it does not go on from revision " + std::to_string(in_force_.revision)
                       : read.error().ToString())
        .Help("put back the newest copy; to go on from another one, stop the server first");
  }
  db_ = std::move(there).value();
  in_force_ = std::move(fresh);
  return Ok();
}

Result<LimitChange> LimitBook::Change(std::uint64_t id, Time now) {
  const std::lock_guard lock(mutex_);
  return ChangeNow(id, now);
}

Result<std::vector<LimitChange>> LimitBook::Changes(const LimitChangeFilter& filter, Time now) {
  const std::lock_guard lock(mutex_);
  ASSIGN_OR_RETURN(
      Statement rows,
      db_.Prepare(fmt::format("{}WHERE (? = '' OR model = ?) ORDER BY id DESC", kColumns)));
  RETURN_IF_ERROR(rows.Start(filter.model, filter.model));
  std::vector<LimitChange> changes;
  while (changes.size() < filter.limit) {
    ASSIGN_OR_RETURN(const bool more, rows.Step());
    if (!more) break;
    ASSIGN_OR_RETURN(LimitChange change, ChangeOf(rows, now));
    if (filter.state && change.state != *filter.state) continue;
    changes.push_back(std::move(change));
  }
  return changes;
}

Result<LimitsInForce> LimitBook::InForce() {
  const std::lock_guard lock(mutex_);
  RETURN_IF_ERROR(CheckThere());
  RETURN_IF_ERROR(CatchUp());
  return in_force_;
}

LimitsInForce LimitBook::Known() {
  const std::lock_guard lock(mutex_);
  return in_force_;
}

Result<std::vector<LimitRevision>> LimitBook::Revisions(std::uint64_t after, std::size_t limit) {
  const std::lock_guard lock(mutex_);
  ASSIGN_OR_RETURN(Statement rows, db_.Prepare("SELECT number, previous, body, hash FROM revisions "
                                               "WHERE number > ? ORDER BY number LIMIT ?"));
  RETURN_IF_ERROR(rows.Start(after, limit));
  std::vector<LimitRevision> revisions;
  for (;;) {
    ASSIGN_OR_RETURN(const bool more, rows.Step());
    if (!more) return revisions;
    ASSIGN_OR_RETURN(LimitRevision revision, RevisionOf(rows));
    revisions.push_back(std::move(revision));
  }
}

Status LimitBook::Verify() {
  const std::lock_guard lock(mutex_);
  LimitsInForce before = std::exchange(in_force_, {});
  Status caught = CatchUp();
  // What was folded once cannot have become less.
  if (caught.ok() && in_force_.revision < before.revision) {
    caught = Error(Code::kDataLoss, "revisions of the limits are missing at the end");
  }
  if (!caught.ok()) in_force_ = std::move(before);
  return caught;
}

}  // namespace mooring::records

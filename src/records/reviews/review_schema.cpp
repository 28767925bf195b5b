#include "records/reviews/review_schema.h"

#include <array>

namespace mooring::records {
namespace {

// Times are microseconds since 1970 UTC, 0: never. STRICT: SQLite refuses a value of another type.
constexpr std::string_view kFirst = R"sql(
CREATE TABLE journal_place(
  one     INTEGER PRIMARY KEY CHECK(one = 1),
  segment INTEGER NOT NULL,
  offset  INTEGER NOT NULL
) STRICT;

CREATE TABLE reviews(
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  replica     INTEGER NOT NULL,
  segment     INTEGER NOT NULL,
  ordinal     INTEGER NOT NULL,
  model       TEXT NOT NULL,
  version     INTEGER NOT NULL,
  caller      TEXT NOT NULL,
  request_id  TEXT NOT NULL,
  at_us       INTEGER NOT NULL,
  reason      TEXT NOT NULL,
  digits      INTEGER NOT NULL CHECK(digits BETWEEN -1 AND 9),
  currency    TEXT NOT NULL,
  deadline_us INTEGER NOT NULL,
  at_deadline REAL,
  inputs_json TEXT NOT NULL,
  hits_json   TEXT NOT NULL,
  state       INTEGER NOT NULL CHECK(state BETWEEN 0 AND 3),
  taken_by    TEXT NOT NULL,
  taken_us    INTEGER NOT NULL,
  decided_by  TEXT NOT NULL,
  ended_us    INTEGER NOT NULL,
  value       REAL,
  note        TEXT NOT NULL,
  UNIQUE(replica, segment, ordinal)
) STRICT;
CREATE INDEX reviews_by_state ON reviews(state, deadline_us);
)sql";

constexpr std::array<std::string_view, 1> kSteps = {kFirst};

}  // namespace

std::span<const std::string_view> ReviewSchema() { return kSteps; }

}  // namespace mooring::records
